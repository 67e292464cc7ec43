#!/usr/bin/env python3
"""Model packages as BioImage.IO's own library sees them.

$SEPTUM names the program.  bioimageio.core must find the description to the letter,
run the model in onnxruntime with the description's preprocessing, and get of the test
picture what the package says; `septum segment` must get the same of it, too.  On other
pictures the description's preprocessing differs from Septum's by contrast alone, as the
package's page says.  Prints TAP.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

work = pathlib.Path(tempfile.mkdtemp(prefix="septum-package."))
os.environ["BIOIMAGEIO_CACHE_PATH"] = str(work / "cache")  # read when it is imported

import bioimageio.core
import numpy as np
import onnxruntime
import tifffile
from PIL import Image

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
NET = "window50 conv3-8 pool2 conv5-12 pool2 conv2-12 pool3 FC-16 FC-1"
WORDS = ["--author", "A. Person", "--license", "CC-BY-4.0", "--cite", "A paper",
         "--doi", "10.1000/182", "--description", 'Colons: and "quotes"',
         "--name", "A name (of 1)"]

INFO = 20

tests = failed = 0


def check(name, passed, detail=""):
    global tests, failed
    tests += 1
    failed += not passed
    print(f"{'ok' if passed else 'not ok'} {tests} - {name}")
    for line in str(detail).splitlines():
        print(f"# {line}")


def septum(*arguments):
    return subprocess.run([os.environ["SEPTUM"], *map(str, arguments)], check=True,
                          capture_output=True, text=True).stdout


def check_verdict(name, package, wanted_warnings):
    summary = bioimageio.core.test_model(package)
    warnings = {".".join(map(str, warning.loc)) for detail in summary.details
                for warning in detail.warnings if warning.severity > INFO}
    faults = [error.msg for detail in summary.details for error in detail.errors]
    check(f"{name}: bioimageio.core passes it", summary.status == "passed",
          "\n".join(faults))
    check(f"{name}: and warns of nothing but what was not said",
          warnings == wanted_warnings, warnings)


def check_answers(name, package):
    at = work / f"{name}-package"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(at)
    image, expected = (np.load(at / f"test_{which}.npy") for which in ["input", "output"])
    check(f"{name}: arrays are float32, [1, 1, y, x]",
          image.dtype == expected.dtype == np.float32
          and image.ndim == 4 and image.shape[:2] == (1, 1)
          and image.shape == expected.shape)
    check(f"{name}: the answer is not all alike", expected.std() > 1e-4)

    tifffile.imwrite(work / f"{name}.tif", image[0, 0])
    septum("segment", "-m", at / "weights.onnx", work / f"{name}.tif", "-o", work / name)
    ours = tifffile.imread(work / name / f"{name}.tif")
    worst = np.abs(ours - expected[0, 0]).max()
    check(f"{name}: septum segment answers so within 1e-4", worst < 1e-4, worst)

    theirs = predict(package, image[0, 0])
    worst = np.abs(theirs - expected[0, 0]).max()
    check(f"{name}: and bioimageio.core within 1e-3", worst < 1e-3, worst)

    cover = Image.open(at / "cover.png")
    check(f"{name}: the cover is 2:1 and small",
          cover.width == 2 * cover.height and (at / "cover.png").stat().st_size < 500_000)


def predict(package, image):
    """As its test does: of the image alone, without a border, which changes its median."""
    sample = bioimageio.core.digest_spec.create_sample_for_model(
        model := bioimageio.core.load_model_description(package),
        inputs={"raw": image[None, None].astype(np.float32)})
    with bioimageio.core.create_prediction_pipeline(model) as pipeline:
        answer = pipeline.predict_sample_without_blocking(
            sample, skip_input_padding=True, skip_output_cropping=True)
    return np.asarray(answer.members["membrane"].data)[0, 0]


def check_contrast(name, package, source):
    """Of an image whose median is not midway, the formula of the package's page."""
    image = np.asarray(Image.open(source)).astype(np.float64)
    p5, median, p95 = np.percentile(image, [5, 50, 95])
    normalised = ((image - median) * 1.645 / (p95 - median)).astype(np.float32)
    session = onnxruntime.InferenceSession(work / f"{name}-package/weights.onnx")
    expected = session.run(None, {"image": normalised[None, None]})[0][0, 0]
    theirs = predict(package, image)
    worst = np.abs(theirs - expected).max()
    check(f"{name}: another picture is normalised as the page says", worst < 1e-4,
          f"{worst}; contrast {(p95 - p5) / 2 / (p95 - median):.3f} of Septum's")
    septum("segment", "-m", work / f"{name}-package/weights.onnx", source, "-o", work / f"{name}-other")
    ours = tifffile.imread(next((work / f"{name}-other").glob("*.tif")))
    off = np.abs(ours - theirs).mean()
    check(f"{name}: which is not far from Septum's own", off < 0.05, f"{off:.4f}, mean")


def run_all():
    missing = {"authors", "cite", "license"}
    samples = {"inputs.0.sample_tensor", "outputs.0.sample_tensor"}
    septum("simulate", "spim", "-o", work / "spim", "--count", 2, "--size", 128)
    septum("train", "--images", work / "spim/images", "--labels", work / "spim/labels",
           "--epochs", 0.5, "--net", NET, "-o", work / "small.onnx")
    models = {"small": work / "small.onnx", "electron": MODELS / "electron.onnx",
              "lightsheet": MODELS / "lightsheet.onnx"}
    for name, model in models.items():
        package = work / f"{name}.zip"
        septum("model", "export", model, "-o", package)
        check_verdict(name, package, missing | samples)
        check_answers(name, package)
    check_contrast("lightsheet", work / "lightsheet.zip",
                   sorted((work / "spim/images").iterdir())[0])
    package = work / "words.zip"
    septum("model", "export", models["small"], "-o", package, *WORDS)
    # Without a user's name on GitHub, which only a network could look up.
    check_verdict("words", package, samples)
    model = bioimageio.core.load_model_description(package)
    check("words: are what was said",
          (model.name, model.description, model.authors[0].name, str(model.license),
           model.cite[0].text, str(model.cite[0].doi))
          == ("A name (of 1)", 'Colons: and "quotes"', "A. Person", "CC-BY-4.0",
              "A paper", "10.1000/182"))


def main():
    try:
        run_all()
    except subprocess.CalledProcessError as error:
        check(" ".join(error.cmd[1:]), False, error.stderr.strip())
    finally:
        shutil.rmtree(work)
    print(f"1..{tests}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
