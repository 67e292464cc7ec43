#!/usr/bin/env python3
"""`septum score` against counts made in numpy and skimage, threshold by threshold.

$SEPTUM names the program.  Prints TAP.
"""
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import tifffile
from PIL import Image
from skimage.measure import label
from skimage.metrics import contingency_table
from skimage.segmentation import find_boundaries

tests = failed = 0


def check(name, passed, detail=""):
    global tests, failed
    tests += 1
    failed += not passed
    print(f"{'ok' if passed else 'not ok'} {tests} - {name}")
    if detail and not passed:
        print(f"# {detail}")


def septum_score(*arguments):
    command = [os.environ["SEPTUM"], "score", *map(str, arguments), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True,
                                     text=True).stdout)


def divide(a, b):
    return a / b if b else 0.0


def count_score(probability, truth, threshold):
    called = probability >= np.float32(threshold)
    hits = np.sum(called & truth)
    false = np.sum(called & ~truth)
    missed = np.sum(~called & truth)
    return {
        "threshold": threshold,
        "precision": divide(hits, hits + false),
        "recall": divide(hits, hits + missed),
        "f_score": divide(2 * hits, 2 * hits + false + missed),
        "pixel_error": (false + missed) / truth.size,
    }


def expect(probability, truth, threshold=0.5):
    expected = count_score(probability, truth, threshold)
    every = [count_score(probability, truth, k / 1000) for k in range(1001)]
    best = max(one["f_score"] for one in every)
    expected["pixels"] = truth.size
    expected["best_f_score"] = best
    expected["best_threshold"] = min(
        (one["threshold"] for one in every if one["f_score"] == best),
        key=lambda t: (abs(round(1000 * t) - 500), t))
    expected["best_pixel_error"] = min(one["pixel_error"] for one in every)
    return expected


def flood_order(cells):
    """The places that touch a cell, by column and then row."""
    grown = np.pad(cells > 0, 1)
    touched = (grown[:-2, 1:-1] | grown[2:, 1:-1] | grown[1:-1, :-2] | grown[1:-1, 2:])
    return [(y, x) for x, y in np.argwhere((touched & (cells == 0)).T)]


def thin(cells):
    """The watershed of Soille and Vincent (1990) on two levels, place by place.

    A place is None until it is decided, then a cell's number or 0, a line."""
    if not cells.any():
        return np.ones_like(cells)
    decided = {(y, x): int(cells[y, x]) for y, x in np.argwhere(cells > 0)}
    queue = collections.deque(flood_order(cells))
    queued = set(queue)
    while queue:
        y, x = queue.popleft()
        mine, soft = None, False
        for place in [(y, x - 1), (y - 1, x), (y, x + 1), (y + 1, x)]:
            if not (0 <= place[0] < cells.shape[0] and 0 <= place[1] < cells.shape[1]):
                continue
            other = decided.get(place)
            if other is None:
                if place not in queued:
                    queued.add(place)
                    queue.append(place)
            elif other == 0:
                if mine is None:
                    mine, soft = 0, True
            elif mine is None or (mine == 0 and soft):
                mine = other
            elif mine not in (0, other):
                mine, soft = 0, False
        decided[y, x] = mine
    thinned = np.zeros_like(cells)
    for place, number in decided.items():
        thinned[place] = number
    return thinned


def partition_scores(table):
    """V_rand and V_info of a table of joint probabilities."""
    a, b = table.sum(1), table.sum(0)
    pairs = np.sum(table**2)
    log = lambda p: np.sum(p[p > 0] * np.log(p[p > 0]))
    information = log(table) - log(a) - log(b)
    entropies = -log(a) - log(b)
    return (2 * pairs / (np.sum(a**2) + np.sum(b**2)),
            2 * information / entropies if entropies > 1e-12 else 1.0)


def count_cells(probabilities, truths, threshold, thinning=thin):
    """Means over images of V_rand and V_info, each line pixel a cell of its own."""
    scores = []
    for probability, truth in zip(probabilities, truths):
        cells = label(~truth, connectivity=1)
        found = label(~(probability >= max(np.float32(threshold), np.float32(1e-45))),
                      connectivity=1)
        found = thinning(found)
        alone = found == 0
        found[alone] = found.max() + 1 + np.arange(alone.sum())
        known = cells > 0
        if known.any():
            table = contingency_table(cells[known], found[known], normalize=True)
            scores.append(partition_scores(np.asarray(table.todense())))
    return np.mean(scores, axis=0)


def expect_cells(probabilities, truths, threshold=0.5, thinning=thin):
    every = {t: count_cells(probabilities, truths, t, thinning)
             for t in sorted({k / 10 for k in range(11)} | {threshold})}
    return {
        "v_rand": every[threshold][0],
        "v_info": every[threshold][1],
        "best_v_rand": max(rand for rand, _ in every.values()),
        "best_v_info": max(info for _, info in every.values()),
    }


def make_cells(random, shape, broadness):
    """A picture of cells, and a map that merges some, splits some, and is broad."""
    sites = random.random((12, 2)) * shape
    places = np.stack(np.mgrid[:shape[0], :shape[1]], -1)[..., None, :]
    away = np.sort(np.linalg.norm(places - sites, axis=-1), axis=-1)
    gap = away[..., 1] - away[..., 0]
    gap += random.normal(size=shape) * 0.3
    blur = np.kron(random.normal(size=(8, 8)), np.ones((16, 16)))[:shape[0], :shape[1]]
    level = (broadness - gap) * 1.3 + blur
    return gap < 2, (1 / (1 + np.exp(-level))).astype(np.float32)


def check_score(name, found, expected):
    wrong = {key: (found[key], value) for key, value in expected.items()
             if abs(found[key] - value) > 1e-9}
    check(name, not wrong, f"septum and numpy: {wrong}")


def make_maps(random, truths):
    """Maps that know something of the truth; half of them on thresholds exactly."""
    maps = []
    for truth in truths:
        level = random.normal(size=truth.shape) + 1.2 * truth
        probability = (1 / (1 + np.exp(-level))).astype(np.float32)
        exact = random.random(truth.shape) < 0.5
        rounded = (np.round(probability.astype(float) * 1000) / 1000).astype(np.float32)
        maps.append(np.where(exact, rounded, probability))
    maps[0].flat[:4] = [0, 1, 0.5, 0.7]
    return maps


def save(folder, images):
    folder.mkdir()
    for i, image in enumerate(images):
        if image.dtype in (np.float32, np.uint32):
            tifffile.imwrite(folder / f"{i:03}.tif", image)
        else:
            Image.fromarray(image).save(folder / f"{i:03}.png")
    return folder


def flatten(images):
    return np.concatenate([image.ravel() for image in images])


def check_given_cells(work, walls, truths, random):
    """Cells given as numbers, of 16 and 32 bits, some of two parts or without a line."""
    for name, kind in [("shorts", np.uint16), ("longs", np.uint32)]:
        cells, scores = [], []
        for truth in truths:
            found = label(random.random(truth.shape) < 0.7, connectivity=1)
            cells.append((found % 40 * (1000 if kind == np.uint16 else 300000)).astype(kind))
            thinned = thin(cells[-1].astype(np.int64))
            alone = thinned == 0
            thinned[alone] = thinned.max() + 1 + np.arange(alone.sum())
            true = label(~truth, connectivity=1)
            table = contingency_table(true[true > 0],
                                      np.unique(thinned, return_inverse=True)[1]
                                      .reshape(true.shape)[true > 0], normalize=True)
            scores.append(partition_scores(np.asarray(table.todense())))
        rand, info = np.mean(scores, axis=0)
        check_score(f"cells given as {name}",
                    septum_score("--truth", walls, "--cells", save(work / name, cells)),
                    {"v_rand": rand, "v_info": info})


def run_all(work):
    random = np.random.default_rng(1)
    shapes = [(40, 55), (64, 33), (71, 70)]
    truths = [random.random(shape) < 0.25 for shape in shapes]
    maps = make_maps(random, truths)
    truth, probability = flatten(truths), flatten(maps)
    masks = save(work / "masks", [255 * one.astype(np.uint8) for one in truths])
    floats = save(work / "floats", maps)
    pair = ["--truth", masks, "--probability", floats]

    found = septum_score(*pair)
    check("counts the images", found["images"] == 3)
    check_score("float maps at 0.5", found, expect(probability, truth))
    for threshold in [0, 0.123, 0.7, 1]:
        check_score(f"float maps at {threshold}",
                    septum_score(*pair, "--threshold", threshold),
                    expect(probability, truth, threshold))

    bytes_ = [np.round(one * 255).astype(np.uint8) for one in maps]
    check_score("8-bit maps",
                septum_score("--truth", masks, "--probability",
                             save(work / "bytes", bytes_)),
                expect(flatten(bytes_).astype(np.float32) / np.float32(255), truth))

    values = [np.where(random.random(one.shape) < 0.2, 9, np.where(one, 3, 1))
              .astype(np.uint8) for one in truths]
    known = flatten(values) != 9
    check_score("a membrane value and pixels without an answer",
                septum_score("--truth", save(work / "values", values), "--probability",
                             floats, "--membrane-value", 3, "--unlabelled-value", 9),
                expect(probability[known], flatten(values)[known] == 3))

    check_score("no membrane at all",
                septum_score("--truth",
                             save(work / "none", [0 * one for one in values]),
                             "--probability", floats),
                expect(probability, np.zeros_like(truth)))
    check_score("nothing but membrane",
                septum_score("--truth",
                             save(work / "all", [0 * one + 1 for one in values]),
                             "--probability", floats),
                expect(probability, np.ones_like(truth)))

    check_score("cells of noise", septum_score(*pair), expect_cells(maps, truths))
    drawn = [make_cells(random, shape, broadness)
             for shape, broadness in [((60, 75), 3), ((90, 41), 6), ((33, 80), 1)]]
    truths, maps = [one[0] for one in drawn], [one[1] for one in drawn]
    pair = ["--truth", save(work / "walls", [255 * one.astype(np.uint8) for one in truths]),
            "--probability", save(work / "wall-maps", maps)]
    for threshold in [0, 0.3, 0.5, 0.777, 1]:
        check_score(f"cells at {threshold}",
                    septum_score(*pair, "--threshold", threshold),
                    expect_cells(maps, truths, threshold))
    check_given_cells(work, pair[1], truths, random)
    thin_walls = [np.kron(np.indices((4, 5)).sum(0) * 0, np.ones((9, 9))) for _ in range(2)]
    for k, one in enumerate(thin_walls):
        one[8::9, :] = 1
        one[:, 8::9] = 1
        one[8, 3 + k] = 0  # a leak
    thin_walls = [one.astype(np.float32) for one in thin_walls]
    whole = [np.where(one.sum(1, keepdims=True) > 30, 1, one) > 0 for one in thin_walls]
    check_score("thin walls, as they are",
                septum_score("--truth", save(work / "whole",
                                             [255 * one.astype(np.uint8) for one in whole]),
                             "--probability", save(work / "leaks", thin_walls)),
                {key: value for key, value in
                 expect_cells(thin_walls, whole, thinning=lambda cells: cells).items()})

    numbers = random.integers(1, 200, (9, 8)).astype(np.uint8)
    blocks = [np.kron(numbers, np.ones((7, 7), np.uint8))]
    borders = [find_boundaries(one, connectivity=1, mode="thick") for one in blocks]
    block_maps = make_maps(random, borders)
    check_score("borders of cells that touch",
                septum_score("--truth", save(work / "cells", blocks), "--probability",
                             save(work / "cell-maps", block_maps), "--instances"),
                expect(flatten(block_maps), flatten(borders)))


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="septum-score."))
    try:
        run_all(work)
    except subprocess.CalledProcessError as error:
        check(" ".join(error.cmd[1:]), False, error.stderr.strip())
    finally:
        shutil.rmtree(work)
    print(f"1..{tests}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
