#!/usr/bin/env bash
# Prepares the aarch64 cross build: installs compiler and emulator, and unpacks Debian's arm64
# packages of the core's libraries into build-aarch64/sysroot. apt works on package lists of its
# own there, so the machine needs no foreign architecture and its packages stay as they are.
# Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "No aarch64 cross build: $1" >&2
  exit 1
}

command -v apt-get >/dev/null || fail "its compiler and libraries come from Debian's apt-get"
scripts/install-deps.sh cross || fail "Debian's cross compiler and qemu-user cannot be installed"

sysroot=build-aarch64/sysroot
[ -d $sysroot ] && exit 0
echo "Fetching arm64 libraries into $sysroot"
apt=$PWD/build-aarch64/apt
rm -rf "$apt"
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/sysroot"
options=(-q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Debug::NoLocking=true
         -o Dir::State::Lists="$apt/lists" -o Dir::State::Status=/dev/null -o Dir::Cache="$apt")
# A source without arm64 or out of reach matters only where a package is missing in the end.
{ apt-get "${options[@]}" update || true
  apt-get "${options[@]}" install -y --no-install-recommends --download-only \
    libhwy-dev libtbb-dev libgtest-dev
} >"$apt/log" 2>&1 || fail "Debian's arm64 libraries cannot be downloaded, see $apt/log"
for package in "$apt"/archives/*.deb; do dpkg -x "$package" "$apt/sysroot"; done
mv "$apt/sysroot" $sysroot
rm -rf "$apt"
