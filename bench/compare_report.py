"""What compare.py writes: the table and its notes, a chart of times, a strip of the images."""
import os
import platform
import subprocess
import sys

import cv2
import numpy as np


def number(value):
    """Three digits where there are fewer, all before the point where there are more."""
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3}f}"


def duration(ms):
    return f"{number(ms)} ms" if ms < 1000 else f"{number(ms / 1000)} s"


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.machine()


def system():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def table(ways):
    auif, metrics = ways[0], list(ways[0].scores)
    head = ["way", "ms", "p95", "× auif", "memory, MB", "off by", *metrics]
    rows = []
    for way in ways:
        if way.missing:
            rows.append([way.label, way.missing, *[""] * (len(head) - 2)])
            continue
        ms = way.quantile(0.5)
        rows.append([
            way.label, number(ms), number(way.quantile(0.95)), number(ms / auif.quantile(0.5)),
            f"{way.peak_mb:,.0f}", str(way.off) if way.same_network and way is not auif else "",
            *[f"{way.scores[metric]:.3f}" if way.scores else "=" for metric in metrics],
        ])
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def ratios(ways):
    """One sentence: how many times as fast auif is as the same network elsewhere."""
    auif = ways[0].quantile(0.5)
    said = [f"{number(way.quantile(0.5) / auif)} times as fast as {way.label.split(',')[0]}"
            for way in ways[1:] if way.same_network and not way.missing]
    return f"With the same network, auif is {', '.join(said)}." if said else ""


def join(texts):
    return "; ".join(texts) + "."


def notes(ways, args, few, scored, load):
    present = [way for way in ways if not way.missing]
    elsewhere = [way for way in present[1:] if way.same_network]
    name = args.data.resolve().name
    pairs = "the sample pair" if name == "sample" else f"the sample pair and {few} of `{name}`"
    lines = [
        "ms: the median time of fusing a pair of 640x512, the project's sample, from float32 "
        f"images in memory to one in memory, on {args.threads} threads; p95: 95 % of the runs "
        "took at most that. Runs after the warm-up: "
        + join(f"{way.label.split(',')[0]} {len(way.ms)}" for way in present)
        + " auif has half of its runs before the others and half after.",
        "memory: the largest resident memory of the whole process, with the program, its libraries "
        "and the pair.",
        f"EN to SCD: means over {scored} pair{'s' if scored > 1 else ''} (`{name}`), higher is "
        "better, by `auif eval --convention auif-paper`.",
    ]
    if elsewhere:
        lines += [
            "network as written: the built-in model's network with its 64 channels, not collapsed; "
            "ONNX Runtime and dnn run the graph that `bench/onnx_export.py` writes, reflected "
            "borders included.",
            "off by: the greatest difference from auif's image, in grey levels of 255, on "
            f"{pairs}. Pixels that are equal, at least: "
            + join(f"{way.label.split(',')[0]} {100 * way.equal:.3f} %" for way in elsewhere),
        ]
        if few < scored:
            lines.append("=: not scored on all pairs, since it takes seconds per pair and draws "
                         "auif's images.")
    lines += [
        "Laplacian pyramid: five levels with OpenCV's pyrDown and pyrUp, the stronger detail at "
        "each pixel, the mean of the coarsest level. average: OpenCV's addWeighted, half of each.",
        f"Machine: {cpu_model()}, {os.cpu_count()} cores, {system()}, load {load:.1f} at the "
        "start. "
        + join(dict.fromkeys(way.version for way in present)),
    ]
    return "\n".join(f"- {line}" for line in lines)


def chart(ways, path):
    """The times as dots, the fastest at the top; gnuplot draws them. False without gnuplot."""
    shown = sorted((way for way in ways if not way.missing), key=lambda way: -way.quantile(0.5))
    rows, names = [], []
    for i, way in enumerate(shown):
        color = 0x0072B2 if way.key == "auif" else 0x8899A6
        label = f"{duration(way.quantile(0.5))}, {way.peak_mb:,.0f} MB"
        rows.append(f'{way.quantile(0.5):.6g} {i} {color} "{label}"')
        names.append(f'"{way.label}" {i}')
    first = int(np.floor(np.log10(shown[-1].quantile(0.5))))
    last = int(np.ceil(np.log10(shown[0].quantile(0.5))))
    tics = [f'"{10.0**d:g} ms" 1e{d}' if d < 3 else f'"{10 ** (d - 3)} s" 1e{d}'
            for d in range(first, last + 1)]
    # The last label needs room to its right: a quarter of the axis.
    end = 10 ** (last + (last - first) / 4)
    script = f"""
set terminal svg noenhanced size 940,{90 + 36 * len(shown)} font 'DejaVu Sans,14' background 'white'
set output "{path}"
set encoding utf8
set title "Fusing a 640x512 pair: time (logarithmic) and memory of the whole process"
set logscale x
set xrange [1e{first}:{end:.6g}]
set yrange [-0.6:{len(shown) - 0.4}]
set xtics ({', '.join(tics)}) nomirror
set ytics ({', '.join(names)}) scale 0
set grid xtics lt 1 lc rgb '#dddddd'
set border 1 lc rgb '#666666'
unset key
$times << EOD
{chr(10).join(rows)}
EOD
plot $times using (1e{first}):2:($1-1e{first}):(0):3 with vectors nohead lw 3 lc rgb variable, \\
  $times using 1:2:3 with points pt 7 ps 1.4 lc rgb variable, \\
  $times using 1:2:4 with labels left offset 1,0 tc rgb '#222222'
"""
    try:
        run = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True)
        said = run.stderr.strip().splitlines()[-1:] if run.returncode != 0 else []
    except FileNotFoundError:
        said = ["gnuplot is not installed (Debian's gnuplot-nox)"]
    if said:
        print(f"compare.py: note: no chart: {said[0]}", file=sys.stderr)
    return not said


def strip(ways, folder, path):
    """The sources and what each way made of them, small, side by side."""
    alike = [way.label.split(",")[0] for way in ways if way.same_network and not way.missing]
    tiles = [("infrared", "ir"), ("visible", "vis"), (", ".join(alike), "auif")]
    tiles += [(way.label, way.key) for way in ways if not way.same_network and not way.missing]
    width, gap, head = 320, 8, 24
    columns = []
    for label, key in tiles:
        image = cv2.imread(str(next((folder / key).glob("*.pgm"))), cv2.IMREAD_GRAYSCALE)
        height = width * image.shape[0] // image.shape[1]
        tile = np.full((head + height, width), 255, np.uint8)
        tile[head:] = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        scale = 0.5
        (wide, _), _ = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        scale = min(scale, scale * (width - 4) / wide)
        cv2.putText(tile, label, (2, 16), cv2.FONT_HERSHEY_SIMPLEX, scale, 0, 1, cv2.LINE_AA)
        columns += [tile, np.full((head + height, gap), 255, np.uint8)]
    cv2.imwrite(str(path), np.hstack(columns[:-1]), [cv2.IMWRITE_PNG_COMPRESSION, 9])


def write(ways, args, few, scored, load, folder):
    """Prints the table and writes comparison.md and images/ into args.output."""
    images = args.output / "images"
    images.mkdir(parents=True, exist_ok=True)
    parts = ["# Ways to fuse a pair, in one run"]
    parts.append("Written by `./ci.sh bench --data DIR -o docs`; not edited by hand.")
    body = [table(ways), ratios(ways), notes(ways, args, few, scored, load)]
    parts += body
    if chart(ways, images / "comparison.svg"):
        parts.append("![times](images/comparison.svg)")
    strip(ways, folder, images / "comparison-results.png")
    parts.append("![the sample pair, fused in each way](images/comparison-results.png)")
    (args.output / "comparison.md").write_text("\n\n".join(filter(None, parts)) + "\n")
    print("\n\n".join(filter(None, body)))
    print(f"\nwritten: {args.output / 'comparison.md'} and images in {images}", file=sys.stderr)
