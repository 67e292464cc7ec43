#!/usr/bin/env python3
"""`septum score` against counts made in numpy, threshold by threshold.

$SEPTUM names the program.  Prints TAP.
"""
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
        if image.dtype == np.float32:
            tifffile.imwrite(folder / f"{i:03}.tif", image)
        else:
            Image.fromarray(image).save(folder / f"{i:03}.png")
    return folder


def flatten(images):
    return np.concatenate([image.ravel() for image in images])


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
