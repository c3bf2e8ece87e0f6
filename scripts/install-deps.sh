#!/usr/bin/env bash
# Installs the Debian packages that are missing:
#   scripts/install-deps.sh build|test|report|lint|fuzz|bench|cross
# Each set includes the ones before it, but for lint, fuzz and cross. Does nothing when all are there.
set -euo pipefail

build=(g++ ccache cmake ninja-build pkg-config libhwy-dev libtbb-dev libopencv-dev libcli11-dev libfmt-dev
       nlohmann-json3-dev libzip-dev libhdf5-dev libpng-dev libjpeg-dev libtiff-dev libwebp-dev libopenjp2-7-dev libutf8proc-dev)
test=(libgtest-dev libbenchmark-dev python3 python3-numpy python3-opencv python3-torch
      gnuplot-nox)
report=(chromium nodejs npm)
lint=(clang-format clang-tidy)
fuzz=(clang libclang-rt-14-dev)
bench=(nodejs npm)
cross=(g++-aarch64-linux-gnu qemu-user cmake ninja-build)

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  report) wanted=("${build[@]}" "${test[@]}" "${report[@]}") ;;
  lint) wanted=("${lint[@]}") ;;
  fuzz) wanted=("${build[@]}" "${fuzz[@]}") ;;
  bench) wanted=("${build[@]}" "${test[@]}" "${bench[@]}") ;;
  cross) wanted=("${cross[@]}") ;;
  *) echo "usage: $0 build|test|report|lint|fuzz|bench|cross" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "Not a Debian system: please install what these Debian packages hold: ${wanted[*]}" >&2
  exit 0
fi
missing=()
for package in "${wanted[@]}"; do
  # Other packages of nodejs than Debian's bring their own npm.
  if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
  if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
    missing+=("$package")
  fi
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing: ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
