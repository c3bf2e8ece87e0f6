#!/usr/bin/python3
"""The learned methods' networks in three runtimes: auif's tiles, OpenCV's dnn, PyTorch (oneDNN).

  bench/method_runtimes.py [--rounds N] [--sizes WxH ...] [--memory GIB]    # needs build/cli/auif

DenseFuse with the project's weights, and VGG-19 to the first convolution of its fourth block with
random ones (ImageFuse looks at both sources with it). The ways take turns, each run in a process of
its own under a limit of memory; a table of medians is printed. On a busy machine look at the CPU
time. auif is the whole program, from two PGM files to one; the others are timed from float32 arrays
to one, after a first run. `onnx:FILE` is auif with the same ONNX file, whole and in tiles. Images
of DenseFuse must agree to one grey level.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
AUIF = ROOT / "build/cli/auif"
DENSEFUSE = ROOT / "models/densefuse.safetensors"
GIB = 1 << 30
# VGG-19's blocks: channels, convolutions; of the fourth the first.
BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 1))
# As in bench/onnx_export.py: the last opset whose Pad OpenCV's dnn 4.6 takes.
OPSET = 9

sys.path.insert(0, str(ROOT / "reference"))


def densefuse():
    import torch
    import safetensors_io
    import train_comparators

    network = train_comparators.DenseFuse()
    state = {name.replace("/", ".").replace("kernel", "weight"): torch.from_numpy(array.copy())
             for name, array in safetensors_io.read(DENSEFUSE)[0].items()}
    network.load_state_dict(state)

    class Fusion(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def encode(self, x):
            maps = torch.relu(network.encoder["conv1_1"](x))
            for i in (1, 2, 3):
                new = torch.relu(network.encoder[f"dense_block_conv{i}"](maps))
                maps = torch.cat([new, maps], 1)
            return maps

        def forward(self, ir, vis):
            maps = self.encode(ir) + self.encode(vis)
            for i in (1, 2, 3):
                maps = torch.relu(network.decoder[f"conv2_{i}"](maps))
            return network.decoder["conv2_4"](maps)

    return Fusion().eval()


def vgg19():
    """Both sources' maps, added, so that there is one result; three channels each."""
    import torch

    torch.manual_seed(19)
    layers, channels = [], 3
    for block, (out, convolutions) in enumerate(BLOCKS):
        if block > 0:
            # Rounding up, as auif does, is no part of this opset: sizes are multiples of 8.
            layers.append(torch.nn.MaxPool2d(2))
        for _ in range(convolutions):
            layers += [torch.nn.Conv2d(channels, out, 3, padding=1), torch.nn.ReLU()]
            channels = out
    body = torch.nn.Sequential(*layers)

    class Both(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, ir, vis):
            return self.body(ir) + self.body(vis)

    return Both().eval()


NETWORKS = {"densefuse": (densefuse, 1), "vgg19": (vgg19, 3)}


def write_vgg19(path):
    """As imagefuse takes them."""
    import safetensors_io

    convs = [layer for layer in vgg19().body if hasattr(layer, "weight")]
    tensors, at = {}, 0
    for block, (_, convolutions) in enumerate(BLOCKS, 1):
        for i in range(1, convolutions + 1):
            name = f"block{block}_conv{i}"
            tensors[f"{name}/kernel"] = convs[at].weight.detach().numpy()
            tensors[f"{name}/bias"] = convs[at].bias.detach().numpy()
            at += 1
    safetensors_io.write(path, tensors, {})


def export(name, path):
    import torch

    network, channels = NETWORKS[name]
    names = ("ir", "vis", "fused")
    example = torch.zeros(1, channels, 64, 64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network(), (example, example), str(path), input_names=names[:2],
                          output_names=names[2:], opset_version=OPSET,
                          dynamic_axes={n: {2: "height", 3: "width"} for n in names})


def worker(way, name, onnx, threads, runs, sources, out):
    """Prints each run's milliseconds and those of CPU time; writes DenseFuse's image."""
    import cv2
    import numpy as np

    cv2.setNumThreads(threads)
    channels = NETWORKS[name][1]
    inputs = [np.repeat(np.float32(cv2.imread(path, cv2.IMREAD_GRAYSCALE))[None, None], channels, 1)
              for path in sources]
    if way == "dnn":
        net = cv2.dnn.readNetFromONNX(onnx)

        def run():
            net.setInput(inputs[0], "ir")
            net.setInput(inputs[1], "vis")
            return net.forward()
    else:
        import torch

        torch.set_num_threads(threads)
        network, tensors = NETWORKS[name][0](), [torch.from_numpy(array) for array in inputs]

        def run():
            with torch.inference_mode():
                return network(*tensors).numpy()

    ms = []
    for i in range(runs + 1):
        start, cpu = time.perf_counter(), time.process_time()
        result = run()
        if i > 0:
            ms.append((1e3 * (time.perf_counter() - start), 1e3 * (time.process_time() - cpu)))
    if name == "densefuse":
        image = result[0, 0]
        image = (image - image.min()) / (image.max() - image.min()) * 255
        cv2.imwrite(out, np.uint8(np.floor(image + 0.5)))
    print(json.dumps(ms))


def commands(name, folder, size, threads, runs):
    """{way: (command, whether it prints its times)} for a network."""
    ir, vis = (str(folder / f"{kind}-{size}.pgm") for kind in ("ir", "vis"))
    onnx = str(folder / f"{name}.onnx")
    out = {way: str(folder / f"{name}-{size}-{way}.pgm")
           for way in ("auif", "tiles", "whole", "dnn", "pytorch")}

    def auif(way, *options):
        settings = [word for option in options for word in ("--method-option", option)]
        method = {"auif": "densefuse" if name == "densefuse" else "imagefuse"}.get(
            way, f"onnx:{onnx}")
        return [str(AUIF), "fuse", "-q", ir, vis, "-o", out[way], "--threads", str(threads),
                "--method", method, *settings], False

    def python(way):
        return [sys.executable, __file__, "--worker", way, name, onnx, str(threads), str(runs), ir,
                vis, out[way]], True

    ways = {"auif": auif("auif", *([] if name == "densefuse"
                                   else [f"weights={folder / 'vgg19.safetensors'}"]))}
    if name == "densefuse":
        same = ("input-range=0-255", "stretch=yes")
        ways["tiles"] = auif("tiles", "overlap=8", *same)
        ways["whole"] = auif("whole", *same)
    ways["dnn"], ways["pytorch"] = python("dnn"), python("pytorch")
    return ways, out


LABELS = {"auif": "auif, the method", "tiles": "auif, `onnx:FILE`, overlap=8",
          "whole": "auif, `onnx:FILE`, whole", "dnn": "OpenCV dnn", "pytorch": "PyTorch"}


def run_limited(command, prints, memory):
    """([(milliseconds, those of CPU time)] of its runs, peak MiB) or a reason why not."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (memory, memory)))
    said, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    ms = [(1e3 * (time.perf_counter() - start), 1e3 * (usage.ru_utime + usage.ru_stime))]
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        known = any(word in errors for word in ("alloc", "memory", "GiB"))
        reason = (errors.strip().splitlines() or ["it was stopped"])[-1]
        return f"more than {memory / GIB:g} GiB" if known else reason
    return (json.loads(said) if prints else ms), usage.ru_maxrss / 1024


def make_sources(folder, size):
    """The project's sample, scaled."""
    import cv2

    width, height = map(int, size.split("x"))
    for kind in ("ir", "vis"):
        image = cv2.imread(str(next((ROOT / "examples/sample" / kind).iterdir())),
                           cv2.IMREAD_GRAYSCALE)
        cv2.imwrite(str(folder / f"{kind}-{size}.pgm"), cv2.resize(image, (width, height)))


def off_by(path, other):
    import cv2
    import numpy as np

    a, b = (cv2.imread(p, cv2.IMREAD_GRAYSCALE).astype(int) for p in (path, other))
    return int(np.abs(a - b).max())


def measure(name, size, folder, args):
    """Rows of the table."""
    ways, out = commands(name, folder, size, args.threads, args.runs)
    ms, peak, failed = {way: [] for way in ways}, dict.fromkeys(ways, 0), {}
    for _ in range(args.rounds):
        for way, (command, prints) in ways.items():
            if way in failed:
                continue
            result = run_limited(command, prints, int(args.memory * GIB))
            if isinstance(result, str):
                failed[way] = result
                continue
            ms[way] += result[0]
            peak[way] = max(peak[way], result[1])
    for way in ways:
        if way in failed:
            yield [name, size, LABELS[way], failed[way], "", "", ""]
            continue
        off = ""
        if name == "densefuse" and way != "auif" and "auif" not in failed:
            off = off_by(out["auif"], out[way])
            if off > 1:
                sys.exit(f"method_runtimes.py: error: {way}'s image is {off} levels from auif's")
        wall, cpu = (statistics.median(times) / 1000 for times in zip(*ms[way]))
        yield [name, size, LABELS[way], f"{wall:.2f}", f"{cpu:.2f}",
               f"{peak[way]:,.0f}", str(off)]


def main():
    if sys.argv[1:2] == ["--worker"]:
        way, name, onnx, threads, runs, ir, vis, out = sys.argv[2:]
        return worker(way, name, onnx, int(threads), int(runs), (ir, vis), out)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--sizes", nargs="+", default=["640x512", "5472x3648"], metavar="WxH")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=1, help="timed runs of a worker's turn")
    parser.add_argument("--memory", type=float, default=12, metavar="GIB", help="of one process")
    args = parser.parse_args()
    if not AUIF.exists():
        sys.exit(f"method_runtimes.py: error: {AUIF} is missing; make builds it")
    import torch

    print(f"Load {os.getloadavg()[0]:.1f} at the start; {args.threads} threads; PyTorch "
          f"{torch.__version__}, oneDNN: {torch.backends.mkldnn.is_available()}.\n")
    print("| network | size | way | s, median | CPU s | peak MiB | levels off |\n"
          "|---|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in args.networks:
            export(name, folder / f"{name}.onnx")
        write_vgg19(folder / "vgg19.safetensors")
        for name in args.networks:
            for size in args.sizes:
                make_sources(folder, size)
                for row in measure(name, size, folder, args):
                    print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
