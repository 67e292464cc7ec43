#!/usr/bin/env python3
"""Model files as others see them: onnx's own checker, onnxruntime, and numpy.

$SEPTUM names the program.  It trains a moment on simulated slices; its file must be
ONNX to the letter, and give in onnxruntime the map that `septum segment` writes and, at
single pixels, what the paper's net says of the window around them.  Prints TAP.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
import tifffile
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared/data/isbi2012/images/024.png"
NET = "window50 conv3-8 pool2 conv5-12 pool2 conv2-12 pool3 FC-16 FC-1"
COARSE = "window44 mean2 conv3-8 pool2 conv3-12 pool2 FC-16 FC-1"
BLOCKS = {"pool": np.max, "mean": np.mean}
PIXELS = [(0, 0), (-1, -1), (0, -1), (60, 41), (17, 100), (101, 3)]

tests = failed = 0


def check(name, passed, detail=""):
    global tests, failed
    tests += 1
    failed += not passed
    print(f"{'ok' if passed else 'not ok'} {tests} - {name}")
    if detail:
        print(f"# {detail}")


def septum(*arguments):
    return subprocess.run([os.environ["SEPTUM"], *map(str, arguments)], check=True,
                          capture_output=True, text=True).stdout


def normalise(image):
    low, median, high = np.percentile(image.astype(float), [5, 50, 95])
    return ((image - median) * 3.29 / (high - low)).astype(np.float32)


def run_onnx(path, images):
    session = onnxruntime.InferenceSession(str(path))
    return session.run(None, {"image": images[:, None]})[0][:, 0]


def rectify(values):
    return np.maximum(values, 0)


def run_patch(net, weights, window):
    """The net of one window, layer by layer as the paper has it."""
    values = window[None].astype(float)
    layers = [word for word in net.split() if not word.startswith("window")]
    for number, word in enumerate(layers, 1):
        channels, side, _ = values.shape
        if word[:4] in BLOCKS:
            size = int(word[4:])
            blocks = values.reshape(channels, side // size, size, side // size, size)
            values = BLOCKS[word[:4]](blocks, (2, 4))
            continue
        kernel = weights[f"layer{number}.weights"].astype(float)
        biases = weights[f"layer{number}.biases"].astype(float)
        size = side if word.startswith("FC") else int(re.match(r"conv(\d+)", word)[1])
        places = np.lib.stride_tricks.sliding_window_view(values, (size, size), (1, 2))
        values = np.einsum("iyxab,oiab->oyx", places, kernel) + biases[:, None, None]
        if number < len(layers):
            values = rectify(values)
    return 1 / (1 + np.exp(-values.item()))


def patch_difference(path, image):
    """The largest difference of the two forms at PIXELS."""
    model = onnx.load(path)
    weights = {tensor.name: onnx.numpy_helper.to_array(tensor)
               for tensor in model.graph.initializer}
    net = {entry.key: entry.value for entry in model.metadata_props}["septum.net"]
    side = re.match(r"window(\d+)", net)
    side = int(side[1]) if side else 64
    dense = run_onnx(path, image[None])[0]
    before = side // 2
    padded = np.pad(image, (before, side - before - 1), mode="reflect")
    worst = 0
    for y, x in PIXELS:
        y, x = y % image.shape[0], x % image.shape[1]
        patch = run_patch(net, weights, padded[y:y + side, x:x + side])
        worst = max(worst, abs(patch - dense[y, x]))
    return worst


def check_file(name, path):
    raw = path.read_bytes()
    model = onnx.load(path)
    try:
        onnx.checker.check_model(model, full_check=True)
        fault = ""
    except onnx.checker.ValidationError as error:
        fault = str(error).replace("\n", " ")
    check(f"{name}: onnx.checker accepts it", not fault, fault)
    check(f"{name}: IR version 7, opset 13, made by septum",
          (model.ir_version, model.opset_import[0].version, model.producer_name)
          == (7, 13, "septum"))
    check(f"{name}: onnx saves the same bytes", model.SerializeToString() == raw)
    info = json.loads(septum("model", "info", path, "--json"))
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    check(f"{name}: the metadata say what model info says",
          metadata["septum.net"] == info["net"]
          and metadata["septum.normalisation"] == info["normalisation"]
          and np.isclose(float(metadata["septum.threshold"]), info["threshold"])
          and np.isclose(float(metadata["septum.trained_epochs"]),
                         info["trained_epochs"])
          and int(metadata["septum.trained_windows"]) == info["trained_windows"]
          and int(metadata.get("septum.symmetries", 8)) == info["symmetries"],
          f"{metadata} and {info}")
    count = sum(np.prod(tensor.dims, dtype=int) for tensor in model.graph.initializer
                if tensor.name != "pads")
    check(f"{name}: holds the parameters that model info counts",
          count == info["parameters"])


def check_map(name, path, source, work):
    """septum's map of an image file against onnxruntime's."""
    septum("segment", "-m", path, source, "-o", work / name)
    ours = tifffile.imread(work / name / f"{source.stem}.tif")
    theirs = run_onnx(path, normalise(np.asarray(Image.open(source)))[None])[0]
    check(f"{name}: the map is of 32-bit floats in the image's size",
          ours.dtype == np.float32 and ours.shape == theirs.shape)
    worst = float(np.abs(ours - theirs).max())
    check(f"{name}: septum segment and onnxruntime agree within 1e-4", worst < 1e-4,
          f"largest difference {worst:.1e}, spread of the map {theirs.std():.1e}")
    check(f"{name}: the map is not all alike", theirs.std() > 1e-4)


def run_all(work):
    septum("simulate", "spim", "-o", work / "spim", "--count", 2, "--size", 128)
    simulated = sorted((work / "spim/images").iterdir())[0]
    models = {"default": "default", "small": NET, "coarse": COARSE}
    for name, net in models.items():
        path = work / f"{name}.onnx"
        septum("train", "--images", work / "spim/images", "--labels",
               work / "spim/labels", "--epochs", 0.05, "--net", net, "-o", path)
        check_file(name, path)
        check_map(f"{name}, simulated image", path, simulated, work)
        image = normalise(np.asarray(Image.open(simulated)))
        worst = patch_difference(path, image)
        check(f"{name}: the dense form is the patch form at each pixel", worst < 1e-5,
              f"largest difference {worst:.1e}")
        batch = np.stack([image, image[::-1]])
        both = run_onnx(path, batch)
        single = np.stack([run_onnx(path, one[None])[0] for one in batch])
        check(f"{name}: takes several images at once",
              np.abs(both - single).max() < 1e-6)
    if REAL.exists():
        check_map("default, real image", work / "default.onnx", REAL, work)
    else:
        print(f"# {REAL.name} of isbi2012 is not here: simulated images only")


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="septum-onnx."))
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
