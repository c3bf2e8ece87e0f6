#!/usr/bin/env bash
# auif beside the same network in PyTorch, uncollapsed, on the same cores in one run:
# bench/run.sh [THREADS]. Medians; the whole of fusing a 640x512 pair, decoding and encoding left out.
set -euo pipefail
cd "$(dirname "$0")/.."
threads=${1:-2}

auif_ms() {
  build/bench/bench_fuse --benchmark_filter="FuseRelease/width:640/height:512/threads:$threads/" \
    --benchmark_repetitions=9 --benchmark_report_aggregates_only=true --benchmark_format=json 2>/dev/null |
    /usr/bin/python3 -c 'import json, sys
print(next(b["real_time"] for b in json.load(sys.stdin)["benchmarks"] if b["name"].endswith("_median")))'
}

first=$(auif_ms)
torch=$(/usr/bin/python3 bench/bench_torch.py --width 640 --height 512 --threads "$threads" --runs 3 |
  /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["ms_median"])')
second=$(auif_ms)
/usr/bin/python3 - "$first" "$torch" "$second" "$threads" <<'PY'
import sys
first, torch, second = map(float, sys.argv[1:4])
auif = (first + second) / 2
print(f"640x512 pair, {sys.argv[4]} threads, release form, 10 layers, 64 channels")
print(f"{'PyTorch, as written':28}{torch:10.1f} ms")
print(f"{'auif (before, after)':28}{auif:10.2f} ms   ({first:.2f}, {second:.2f})")
print(f"{'ratio':28}{torch / auif:10.0f}")
PY
