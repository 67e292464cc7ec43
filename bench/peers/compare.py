#!/usr/bin/env python3
"""Time Septum, PyTorch and ONNX Runtime on one net and one image, in turn.

Every round runs each contender once; the table has the medians and what Septum's
speed is as a multiple of each.  Started by bench/peers/run.
"""
import argparse
import ctypes
import json
import os
import statistics
import subprocess
import time

parser = argparse.ArgumentParser(prog="bench/peers/run")
parser.add_argument("--septum", required=True, help=argparse.SUPPRESS)
parser.add_argument("--model", required=True, help=argparse.SUPPRESS)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--tile", type=int, default=512, help="outputs a side, predicted")
parser.add_argument("--train-tile", type=int, default=64, help="the same, trained")
parser.add_argument("--compile", action="store_true", help="torch.compile as well")
parser.add_argument("--json", help="write all times to this file")
options = parser.parse_args()
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(options.threads)

import numpy as np  # noqa: E402  (after the number of threads)
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402
from onnx import numpy_helper  # noqa: E402

torch.set_num_threads(options.threads)
torch.manual_seed(0)
WINDOW = 64

# ---- the net -------------------------------------------------------------------------


def read_net(path):
    """The specification and, for each layer with weights, its weights and biases."""
    model = onnx.load(path)
    words = next(p.value for p in model.metadata_props if p.key == "septum.net").split()
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    convolutions = [n for n in model.graph.node if n.op_type == "Conv"]
    weights = [tuple(tensors[name].copy() for name in n.input[1:3]) for n in convolutions]
    return [w for w in words if not w.startswith("window")], weights


class Dense(torch.nn.Module):
    """Every window of a tile: by dilation, or by fragments (all offsets of a pooling
    become images of the batch)."""

    def __init__(self, words, weights, fragments):
        super().__init__()
        self.plan, self.layers, self.fragments = [], torch.nn.ModuleList(), fragments
        rest, dilation = list(weights), 1
        for word in words:
            if word.startswith("pool"):
                self.plan.append(("pool", int(word[4:]), dilation))
                dilation *= int(word[4:])
                continue
            kernel, bias = (torch.from_numpy(w) for w in rest.pop(0))
            layer = torch.nn.Conv2d(kernel.shape[1], kernel.shape[0], kernel.shape[2],
                                    dilation=1 if fragments else dilation)
            layer.weight.data, layer.bias.data = kernel, bias
            self.layers.append(layer)
            self.plan.append(("fc" if word.upper().startswith("FC") else "conv", 0, 0))
        self.stride = dilation

    def pool(self, x, size, dilation):
        if not self.fragments:
            return torch.nn.functional.max_pool2d(x, size, 1, dilation=dilation)
        side = (x.shape[2] - size + 1) // size * size
        parts = [torch.nn.functional.max_pool2d(x[:, :, i:i + side, j:j + side], size)
                 for i in range(size) for j in range(size)]
        return torch.stack(parts, 1).flatten(0, 1)

    def forward(self, x):
        layers = iter(self.layers)
        for number, (kind, size, dilation) in enumerate(self.plan):
            if kind == "pool":
                x = self.pool(x, size, dilation)
                continue
            x = next(layers)(x)
            if number + 1 < len(self.plan):
                x = torch.relu(x)
                if kind == "fc":
                    x = torch.nn.functional.dropout(x, 0.5, self.training)
        return x

    def whole(self, x):
        """The outputs in the order of the pixels."""
        x = self(x)
        sizes = [size for kind, size, _ in self.plan if kind == "pool"]
        if not self.fragments:
            return x[0, 0]
        side = x.shape[2]
        x = x.reshape([s for size in sizes for s in (size, size)] + [side, side])
        count = len(sizes)
        down = [2 * count] + [2 * i for i in reversed(range(count))]
        across = [2 * count + 1] + [2 * i + 1 for i in reversed(range(count))]
        return x.permute(down + across).reshape(side * self.stride, side * self.stride)


# ---- contenders ----------------------------------------------------------------------


class Septum:
    """The library, as another program would use it: normalisation included."""

    def __init__(self, path):
        self.library = ctypes.CDLL(os.path.join(options.septum, "libseptum.so"))
        self.model = ctypes.c_void_p()
        if self.library.septum_model_load(path.encode(), ctypes.byref(self.model), None):
            raise SystemExit(f"{path}: not a model")

    def predict(self, image):
        out = np.empty_like(image)
        pointers = [a.ctypes.data_as(ctypes.POINTER(ctypes.c_float)) for a in (image, out)]
        if self.library.septum_predict(
                self.model, pointers[0], ctypes.c_uint32(image.shape[0]),
                ctypes.c_uint32(image.shape[1]), ctypes.c_uint64(0), pointers[1], None):
            raise SystemExit("septum_predict failed")
        return out


def run_bench(tile, precision):
    text = subprocess.run(
        [os.path.join(options.septum, "septum"), "bench", "--json", "--quiet", "--tile",
         str(tile), "--threads", str(options.threads), "--precision", precision],
        check=True, capture_output=True, text=True).stdout
    return json.loads(text)


def normalise(image):
    low, middle, high = np.percentile(image, [5, 50, 95])
    return ((image - middle) * 3.29 / (high - low if high > low else 1)).astype(np.float32)


def find_precisions():
    """Where the processor has no bf16, there is nothing to compare with."""
    return ("f32", "bf16") if run_bench(8, "bf16")["precision"] == "bf16" else ("f32",)


def torch_variants(words, weights, precisions):
    for form in ("dilated", "fragments"):
        for layout in ("contiguous", "channels_last"):
            for precision in precisions:
                for compiled in (False, True) if options.compile else (False,):
                    net = Dense(words, weights, form == "fragments")
                    if layout == "channels_last":
                        net = net.to(memory_format=torch.channels_last)
                    run = torch.compile(net) if compiled else net
                    name = f"torch {form} {layout}" + (" compiled" if compiled else "")
                    yield name, layout, precision, net, run


def shaped(array, layout):
    tensor = torch.from_numpy(array)[None, None]
    return tensor.to(memory_format=torch.channels_last) if layout == "channels_last" else tensor


def autocast(precision):
    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")


def predict_torch(run, x, precision):
    def call():
        with torch.inference_mode(), autocast(precision):
            return run(x)
    return call


def train_torch(net, run, x, tile, precision):
    truth = torch.randint(0, 2, (tile * tile,)).float()

    def call():
        net.train()
        net.zero_grad(set_to_none=True)
        with autocast(precision):
            logits = run(x)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logits.float().flatten(), truth)
        loss.backward()
    return call


# ---- measuring -----------------------------------------------------------------------


def gather(precisions):
    """All contenders: (what, precision, name) -> a call that takes one turn and returns
    the pixels a second, or None to be timed over `pixels`."""
    words, weights = read_net(options.model)
    random = np.random.default_rng(0)
    image = random.random((options.tile, options.tile), dtype=np.float32)
    before, after = WINDOW // 2, WINDOW - 1 - WINDOW // 2
    padded = np.pad(normalise(image), ((before, after), (before, after)), "reflect")
    small = random.standard_normal(
        (options.train_tile + WINDOW - 1,) * 2, dtype=np.float32)
    calls, answers = {}, {}

    septum = Septum(options.model)
    answers["septum"] = septum.predict(image)
    calls["predict", "f32", "septum (library, whole call)"] = lambda: septum.predict(image)
    session = onnxruntime.SessionOptions()
    session.intra_op_num_threads = options.threads
    ort = onnxruntime.InferenceSession(options.model, session,
                                       providers=["CPUExecutionProvider"])
    port = ort.get_inputs()[0].name
    normal = normalise(image)[None, None]
    answers["onnxruntime"] = ort.run(None, {port: normal})[0][0, 0]
    calls["predict", "f32", "onnxruntime"] = lambda: ort.run(None, {port: normal})
    for name, layout, precision, net, run in torch_variants(words, weights, precisions):
        x, y = shaped(padded, layout), shaped(small, layout)
        net.eval()
        if precision == "f32":
            with torch.inference_mode():
                answers[name] = torch.sigmoid(net.whole(x)).numpy()
        calls["predict", precision, name] = predict_torch(run, x, precision)
        calls["train", precision, name] = train_torch(net, run, y, options.train_tile,
                                                      precision)
    for name, answer in answers.items():
        difference = float(np.abs(answer - answers["septum"]).max())
        print(f"{name}: differs from septum by {difference:.1e} at most", flush=True)
    return calls


def time_call(what, call):
    side = options.tile if what == "predict" else options.train_tile
    start = time.perf_counter()
    call()
    return side * side / (time.perf_counter() - start)


def main():
    precisions = find_precisions()
    calls = gather(precisions)
    speeds = {}

    def note(key, value):
        speeds.setdefault(key, []).append(value)

    broken = set()
    for key, call in calls.items():  # to warm up, and to find what does not work here
        try:
            if key[0] == "train" and "septum" not in key[2]:
                call()
            call()
        except Exception as error:  # a form that this PyTorch cannot run
            print(f"{' '.join(key)}: left out ({type(error).__name__})", flush=True)
            broken.add(key)
    for round_number in range(options.rounds):
        for precision in precisions:
            note(("predict", precision, "septum"),
                 run_bench(options.tile, precision)["dense_pixels_per_second"])
            note(("train", precision, "septum"),
                 run_bench(options.train_tile, precision)["train_pixels_per_second"])
        for key, call in calls.items():
            if key not in broken:
                note(key, time_call(key[0], call))
        print(f"round {round_number + 1} of {options.rounds}", flush=True)
    medians = {key: statistics.median(values) for key, values in speeds.items()}
    print(f"\ntorch {torch.__version__}, onnxruntime {onnxruntime.__version__}, "
          f"{options.threads} threads; tile {options.tile} predicted, "
          f"{options.train_tile} trained; medians of {options.rounds}\n")
    print("| what | precision | contender | pixels/s | septum is faster by |")
    print("| --- | --- | --- | --- | --- |")
    for what, precision, name in sorted(medians, key=lambda k: (k[0], k[1], -medians[k])):
        speed = medians[what, precision, name]
        ratio = medians[what, precision, "septum"] / speed
        print(f"| {what} | {precision} | {name} | {speed:,.0f} | {ratio:.2f} |")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([[*key, values] for key, values in speeds.items()], file, indent=1)


main()
