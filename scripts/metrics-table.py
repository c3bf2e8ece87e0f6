#!/usr/bin/env python3
"""Rewrites the tables in docs/metrics.md, between its markers, from what the program says: the
choices of every convention, and the scores of the sample pair in all of them.

  scripts/metrics-table.py [AUIF]     # default: build/cli/auif
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/metrics.md"
CONVENTIONS = ["standard", "auif-paper", "tang", "cddfuse", "vifb"]


def evaluate(auif, convention):
    command = [auif, "eval", "-q", "--ir", "examples/sample/ir/street.png",
               "--vis", "examples/sample/vis/street.png", "--fused", "docs/images/fused.png",
               "--convention", convention, "--format", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)


def row(cells):
    return "| " + " | ".join(cell.replace("|", "\\|").replace("_", "\\_") for cell in cells) + " |"


def scores_table(results):
    ids = []
    for result in results.values():
        ids += [metric["id"] for metric in result["metrics"] if metric["id"] not in ids]
    lines = [row(["metric", *CONVENTIONS]), "|---" + "|--:" * len(CONVENTIONS) + "|"]
    for metric_id in ids:
        cells = []
        for result in results.values():
            names = [m["name"] for m in result["metrics"] if m["id"] == metric_id]
            values = [result["methods"][0]["means"][name] for name in names]
            cells.append(" ".join("undefined" if v is None else f"{v:.5g}" for v in values))
        lines.append(row([metric_id, *cells]))
    return lines


def choices_table(results):
    lines = [row(["convention", "its name", "metric", "unit", "choices"]), "|---|---|---|---|---|"]
    for name, result in results.items():
        for metric in result["metrics"]:
            lines.append(row([name, metric["name"], metric["id"], metric["unit"],
                              metric["choices"]]))
    return lines


def main():
    auif = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/cli/auif").resolve()
    results = {name: evaluate(auif, name) for name in CONVENTIONS}
    page = PAGE.read_text()
    for marker, lines in (("scores", scores_table(results)), ("choices", choices_table(results))):
        block = f"<!-- {marker} -->\n" + "\n".join(lines) + f"\n<!-- end {marker} -->"
        page, found = re.subn(f"<!-- {marker} -->.*?<!-- end {marker} -->", lambda _: block, page,
                              flags=re.S)
        assert found == 1, marker
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
