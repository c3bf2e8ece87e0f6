#!/usr/bin/env bash
# The developer's and the CI's entry point: ./ci.sh build|test|clang|fuzz|cross|lint|bench|help
set -euo pipefail
cd "$(dirname "$0")"

jobs=$(nproc)
launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  # Another checkout's objects will do.
  export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
fi

configure_and_build() { # preset, further options
  cmake --preset "$1" "${launcher[@]}" "${@:2}" >/dev/null
  cmake --build --preset "$1" -j "$jobs"
}

case "${1:-help}" in
  build)  # the program and the libraries
    configure_and_build release -DAUIF_BUILD_TESTS=OFF -DAUIF_BUILD_BENCH=OFF ;;
  test)   # all tests
    configure_and_build release -DAUIF_BUILD_TESTS=ON -DAUIF_BUILD_BENCH=ON
    ctest --preset release -j "$jobs" ;;
  clang)  # everything by clang with the address and undefined-behaviour sanitizers, and its tests
    configure_and_build clang
    ctest --preset clang -j "$jobs" ;;
  fuzz)   # each fuzzer for 20 seconds (clang)
    cmake --preset clang "${launcher[@]}" >/dev/null
    cmake --build --preset clang -j "$jobs" --target fuzzers
    for target in image safetensors tensorflow torch_file; do
      mkdir -p "build-clang/corpus/$target"
      dictionary=()
      [ "$target" = torch_file ] && dictionary=(-dict=fuzz/pickle.dict)
      seeds=()
      [ -d "fuzz/seeds/$target" ] && seeds=("fuzz/seeds/$target")
      "build-clang/fuzz/fuzz_$target" -max_total_time=20 -artifact_prefix=build-clang/ \
        "${dictionary[@]}" "build-clang/corpus/$target" "${seeds[@]}"
    done ;;
  cross)  # the core for aarch64 and its tests under emulation; installs what is missing (Debian)
    scripts/aarch64-sysroot.sh
    configure_and_build aarch64
    ctest --preset aarch64 -j "$jobs" ;;
  lint)   # formatting; then clang-tidy on the files that were built
    git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror
    [ ! -f build/compile_commands.json ] || scripts/tidy.py build ;;
  bench)  # auif beside PyTorch, ONNX Runtime and OpenCV; prints a table, writes a page and images
    scripts/install-deps.sh bench || echo "note: going on without what is missing" >&2
    configure_and_build release -DAUIF_BUILD_TESTS=OFF -DAUIF_BUILD_BENCH=ON
    bench/compare.py "${@:2}" ;;
  help)   # this
    sed -n 's/^  \([a-z]*\)) *# /\1: /p' "$0" ;;
  *)
    echo "ci.sh: there is no $1; ./ci.sh help lists what there is" >&2
    exit 2 ;;
esac
