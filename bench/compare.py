#!/usr/bin/python3
"""auif beside other ways to fuse infrared and visible images, on the same images in one run.

  bench/compare.py [--data DIR] [-o OUT]       # ./ci.sh bench builds what it needs and runs it

Each way runs in a process of its own, a worker: COMMAND THREADS SECONDS (IR VIS OUT)...  It fuses
each pair of grey 8-bit PGM images into OUT. If SECONDS is not 0 it then fuses the first pair
again from memory to memory, float32 to float32: at least 3 times, until so many seconds or 2,000
runs are over. It prints one line of JSON, {"version": "...", "ms": [time of a run, ...]}.

The time and the memory are those of the project's sample pair of 640x512, the scores those of the
pairs in DIR.
"""
import argparse
import csv
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
SAMPLE = ROOT / "examples/sample"
AUIF = ROOT / "build/cli/auif"
AUIF_WORKER = ROOT / "build/bench/compare_auif"
METRICS = ["EN", "SD", "SF", "VIF", "AG", "SCD"]
EXTENSIONS = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm"}
MOST_OFF = 1  # grey levels between auif's image and the same network's elsewhere

# The largest memory of a command's process, in KiB, on a line after the command's own output. A
# process of its own, since a child's peak is at least that of the process which starts it.
PEAK = """import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code < 0 or code)"""


class Failure(Exception):
    """One line for the user."""


@dataclass
class Way:
    key: str
    label: str
    command: list
    same_network: bool = False  # as auif: its image must be auif's
    missing: str = ""  # why it cannot run here
    version: str = ""
    ms: list = field(default_factory=list)
    peak_mb: float = 0
    off: int = 0  # grey levels from auif's image, at most
    equal: float = 1  # part of the pixels that are auif's
    scores: dict = field(default_factory=dict)

    def quantile(self, part):
        return float(np.quantile(self.ms, part))


def pairs_of(folder):
    """[(name, infrared, visible)] of a folder with ir/ and vis/, by name."""
    sides = []
    for side in ("ir", "vis"):
        if not (folder / side).is_dir():
            raise Failure(f"{folder}: has no folder {side}")
        files = [path for path in (folder / side).iterdir() if path.suffix.lower() in EXTENSIONS]
        sides.append({path.stem: path for path in files})
    names = sorted(sides[0].keys() & sides[1].keys())
    if not names:
        raise Failure(f"{folder}: no image in ir has one of the same name in vis")
    return [(name, sides[0][name], sides[1][name]) for name in names]


def write_grey(pairs, folder):
    """The pairs as grey 8-bit PGM files, which all workers read; returns the names."""
    for side in ("ir", "vis"):
        (folder / side).mkdir(parents=True)
    written = []
    for name, *sources in pairs:
        sizes = []
        for side, source in zip(("ir", "vis"), sources):
            image = cv2.imread(str(source), cv2.IMREAD_GRAYSCALE)
            if image is None:
                raise Failure(f"{source}: not an image that OpenCV can read")
            cv2.imwrite(str(folder / side / f"{name}.pgm"), image)
            sizes.append(image.shape)
        if sizes[0] != sizes[1]:
            raise Failure(f"{sources[0]}: differs in size from {sources[1]}")
        written.append(name)
    return written


def work(way, folder, names, threads, seconds):
    """Runs a way's worker on pairs of the folder; adds its times and its largest memory."""
    (folder / way.key).mkdir(exist_ok=True)
    command = [sys.executable, "-ISc", PEAK, *map(str, way.command), str(threads), str(seconds)]
    for name in names:
        command += [str(folder / kind / f"{name}.pgm") for kind in ("ir", "vis", way.key)]
    run = subprocess.run(command, capture_output=True, text=True)
    lines = run.stdout.splitlines()
    if run.returncode != 0 or len(lines) < 2:
        said = run.stderr.strip().splitlines() or ["it was stopped"]
        raise Failure(next((line for line in reversed(said) if "Error" in line), said[-1]))
    result = json.loads(lines[-2])
    way.version = result["version"]
    if seconds > 0:
        way.ms += result["ms"]
        way.peak_mb = max(way.peak_mb, int(lines[-1]) / 1024)


def compare_images(way, folder, names):
    """How far the way's images are from auif's."""
    for name in names:
        paths = [folder / key / f"{name}.pgm" for key in ("auif", way.key)]
        auif, other = (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(int) for path in paths)
        off = np.abs(auif - other)
        way.off = max(way.off, int(off.max()))
        way.equal = min(way.equal, float((off == 0).mean()))
    if way.same_network and way.off > MOST_OFF:
        raise Failure(f"its image is {way.off} grey levels from auif's, although the network is "
                      f"the same; rounding makes at most {MOST_OFF}")


def score(ways, folder):
    command = [AUIF, "eval", "-q", "--ir", folder / "ir", "--vis", folder / "vis"]
    for way in ways:
        command += ["--fused", f"{way.key}={folder / way.key}"]
    command += ["--convention", "auif-paper", "--metrics", ",".join(METRICS), "--format", "csv"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        raise Failure(f"auif eval: {run.stderr.strip().splitlines()[-1]}")
    rows = {row["method"]: row for row in csv.DictReader(io.StringIO(run.stdout))}
    for way in ways:
        values = {metric: rows[way.key][metric] for metric in METRICS}
        way.scores = {k: float("nan" if v == "undefined" else v) for k, v in values.items()}


def missing_onnx_runtime():
    """Installs the pinned npm package if necessary; returns why it is not there, if so."""
    folder = BENCH / "onnx_runtime"
    how = f"npm install --ignore-scripts in {folder.relative_to(ROOT)}"
    if not shutil.which("node"):
        return "not installed: Debian's nodejs and npm (scripts/install-deps.sh bench)"
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]["onnxruntime-node"]
    package = folder / "node_modules/onnxruntime-node/package.json"
    if package.exists() and json.loads(package.read_text())["version"] == wanted:
        return ""
    if not shutil.which("npm"):
        return "not installed: Debian's npm (scripts/install-deps.sh bench)"
    print(f"installing onnxruntime-node {wanted} ({how})", file=sys.stderr)
    options = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund",
               "--fetch-retries=0"]
    run = subprocess.run(["npm", "install", *options], cwd=folder, capture_output=True, text=True)
    return "" if run.returncode == 0 else f"not installed: {how}"


def list_ways(model, onnx):
    python = [sys.executable, BENCH / "compare_worker.py"]
    no_torch = ""
    if importlib.util.find_spec("torch") is None:
        no_torch = "not installed: Debian's python3-torch (scripts/install-deps.sh bench)"
    no_graph = no_torch.replace("Debian's", "to write the ONNX graph, Debian's")
    return [
        Way("auif", "auif", [AUIF_WORKER, model], True),
        Way("pytorch", "PyTorch, network as written", [*python, "pytorch", model], True, no_torch),
        Way("onnx", "ONNX Runtime, network as written",
            ["node", BENCH / "onnx_runtime/run.mjs", onnx], True,
            no_graph or missing_onnx_runtime()),
        Way("dnn", "OpenCV dnn, network as written", [*python, "dnn", onnx], True, no_graph),
        Way("pyramid", "Laplacian pyramid", [*python, "pyramid", model]),
        Way("average", "average", [*python, "average", model]),
    ]


def measure(ways, args, folder):
    """Times and scores all ways; returns the number of scored pairs. A way that fails says so."""
    timed = write_grey(pairs_of(SAMPLE)[:1], folder / "timed")
    scored = write_grey(pairs_of(args.data), folder / "scored")
    few = scored[:args.pairs]
    # auif again at the end: a machine that became busy shows in its p95.
    for way in [*ways, ways[0]]:
        if way.missing:
            continue
        print(f"{way.label} ...", file=sys.stderr)
        try:
            work(way, folder / "timed", timed, args.threads, args.seconds)
            compare_images(way, folder / "timed", timed)
            slow = way.same_network and way.key != "auif"
            names = few if slow else scored
            if not (folder / "scored" / way.key).exists():
                work(way, folder / "scored", names, args.threads, 0)
                compare_images(way, folder / "scored", names)
        except Failure as failure:
            if way.key == "auif":
                raise Failure(f"auif: {failure}")
            way.missing = f"failed: {failure}"
    present = [way for way in ways if not way.missing]
    score([way for way in present if not way.same_network or way.key == "auif"
           or len(few) == len(scored)], folder / "scored")
    return len(few), len(scored)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=SAMPLE, metavar="DIR",
                        help="pairs to score, in DIR/ir and DIR/vis (default: examples/sample)")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "out", metavar="DIR",
                        help="writes comparison.md and images/ there (default: out)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10, help="a way, at least 3 runs")
    parser.add_argument("--pairs", type=int, default=2, metavar="N",
                        help="the slow ways fuse only the first N pairs of DIR (default: 2)")
    args = parser.parse_args()
    if args.threads < 1 or args.seconds <= 0 or args.pairs < 1:
        parser.error("--threads, --seconds and --pairs must be at least 1")
    for program in (AUIF, AUIF_WORKER):
        if not program.exists():
            raise Failure(f"{program} is missing; ./ci.sh bench builds it")
    load = os.getloadavg()[0]
    model = ROOT / "models/auif-default.safetensors"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        onnx = folder / "model.onnx"
        ways = list_ways(model, onnx)
        if not ways[1].missing:
            command = [sys.executable, BENCH / "onnx_export.py", model, "-o", onnx]
            run = subprocess.run(command, capture_output=True, text=True)
            if run.returncode != 0:
                raise Failure(f"bench/onnx_export.py: {run.stderr.strip().splitlines()[-1]}")
        few, scored = measure(ways, args, folder)
        compare_report.write(ways, args, few, scored, load, folder / "timed")
    failed = [f"{way.label}: {way.missing}" for way in ways if way.missing.startswith("failed")]
    if failed:
        raise Failure("; ".join(failed))


if __name__ == "__main__":
    try:
        import cv2
        import numpy as np

        import compare_report

        main()
    except ImportError as error:
        sys.exit(f"compare.py: error: {error} (scripts/install-deps.sh bench installs it)")
    except Failure as error:
        sys.exit(f"compare.py: error: {error}")
