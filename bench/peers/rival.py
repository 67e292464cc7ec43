"""What the rivals share: data, labels and scores, the same as Septum's.

A rival learns from the images at the positions `--labelled`, or from some of their windows only
(`--windows`), and is scored on those at `--test`.  Its maps are written as 32-bit float TIFF and
scored by `septum score` itself, at 0.5, at the threshold that is best on what it knows, and at the
best one.  $SEPTUM names the program.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import numpy as np
import tifffile
from PIL import Image

WINDOW = 64
UNKNOWN = 2


def natural_order(path):
    """"2.png" before "10.png", as Septum has it."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)]


def list_images(directory):
    paths = [path for path in pathlib.Path(directory).iterdir()
             if path.suffix.lower() in (".png", ".tif", ".tiff")]
    return sorted(paths, key=natural_order)


def parse_range(text, count):
    positions = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        positions += range(int(first), int(last or first) + 1)
    if max(positions) >= count:
        raise SystemExit(f"{text}: there are {count} images, counted from 0")
    return positions


def read_image(path):
    """Intensities by Septum's rule: median 0, and 90 % of them about 3.29 wide."""
    image = np.asarray(Image.open(path), dtype=np.float64)
    low, middle, high = np.percentile(image, [5, 50, 95])
    return ((image - middle) * 3.29 / ((high - low) or 1)).astype(np.float32)


def keep_windows(labels, count, seed):
    """Forget all labels but those of `count` windows of the grid, drawn at random."""
    grid = [(i, y, x) for i, one in enumerate(labels)
            for y in range(0, one.shape[0] - WINDOW + 1, WINDOW)
            for x in range(0, one.shape[1] - WINDOW + 1, WINDOW)]
    chosen = np.random.default_rng(seed).permutation(len(grid))[:count]
    kept = [np.full_like(one, UNKNOWN) for one in labels]
    for k in chosen:
        i, y, x = grid[k]
        kept[i][y:y + WINDOW, x:x + WINDOW] = labels[i][y:y + WINDOW, x:x + WINDOW]
    return kept


def best_threshold(probabilities, labels):
    """Of the best F-score on known pixels, among k / 1000; ties go to the one nearest 0.5."""
    p = np.concatenate([a[b != UNKNOWN] for a, b in zip(probabilities, labels)])
    truth = np.concatenate([b[b != UNKNOWN] for b in labels]) == 1
    bins = np.clip((p.astype(np.float64) * 1000 + 1e-4).astype(int), 0, 1000)
    hits = np.bincount(bins[truth], minlength=1001)[::-1].cumsum()[::-1]
    alarms = np.bincount(bins[~truth], minlength=1001)[::-1].cumsum()[::-1]
    score = 2 * hits / np.maximum(hits + alarms + truth.sum(), 1)
    best = np.flatnonzero(score == score.max())
    return float(best[np.argmin(np.abs(best - 500))]) / 1000


def septum_score(maps, masks, threshold):
    command = [os.environ.get("SEPTUM", "septum"), "score", "--json", "--threshold",
               f"{threshold:.3f}", "--truth", *map(str, masks), "--probability", *map(str, maps)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def parse_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--target-images", required=True, metavar="DIR")
    parser.add_argument("--target-labels", required=True, metavar="DIR")
    parser.add_argument("--labelled", required=True, metavar="RANGE",
                        help="positions from 0, as of septum experiment: 0-4,9")
    parser.add_argument("--test", required=True, metavar="RANGE")
    parser.add_argument("--windows", type=int, metavar="N",
                        help="learn from N windows of 64 x 64 only, drawn at random")
    parser.add_argument("--minutes", type=float, default=5, help="of training (5)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path, metavar="DIR")
    return parser


def run(arguments, name, train):
    """train(images, labels, arguments) returns a function from an image to its map, and the
    maps of the labelled images on which to choose the threshold."""
    images = list_images(arguments.target_images)
    masks = list_images(arguments.target_labels)
    if len(images) != len(masks):
        raise SystemExit(f"{len(images)} images but {len(masks)} masks")
    known = parse_range(arguments.labelled, len(images))
    test = parse_range(arguments.test, len(images))
    if set(known) & set(test):
        raise SystemExit("an image is both labelled and tested on")
    labels = [(np.asarray(Image.open(masks[i])) > 0).astype(np.uint8) for i in known]
    if arguments.windows:
        labels = keep_windows(labels, arguments.windows, arguments.seed)
    labelled_pixels = int(sum((one != UNKNOWN).sum() for one in labels))
    began = time.monotonic()
    predict, own = train([read_image(images[i]) for i in known], labels, arguments)
    seconds = time.monotonic() - began
    threshold = best_threshold(own, labels)
    maps = arguments.output / "maps"
    maps.mkdir(parents=True, exist_ok=True)
    paths = []
    for i in test:
        paths.append(maps / f"{images[i].stem}.tif")
        tifffile.imwrite(paths[-1], predict(read_image(images[i])).astype(np.float32))
    truth = [masks[i] for i in test]
    middle, chosen = (septum_score(paths, truth, t) for t in (0.5, threshold))
    result = {
        "name": name,
        "seed": arguments.seed,
        "labelled_pixels": labelled_pixels,
        "train_seconds": round(seconds, 1),
        "f_score_at_half": middle["f_score"],
        "threshold": threshold,
        **{key: chosen[key] for key in ("f_score", "best_f_score", "v_rand", "v_info",
                                        "best_v_rand", "best_v_info")},
    }
    (arguments.output / "scores.json").write_text(json.dumps(result, indent=2) + "\n")
    json.dump(result, sys.stdout, indent=2)
    print()
