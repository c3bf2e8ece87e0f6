#!/usr/bin/env python3
"""Runs clang-tidy on the sources of a build: scripts/tidy.py BUILD [FILE...]

A source that was clean, and that preprocesses to the same text since, is not checked again: the
marks lie in $XDG_CACHE_HOME/auif-tidy (~/.cache/auif-tidy). Exit code 1 where there are findings.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "auif-tidy"


def preprocessed(entry):
    """The text that the compiler sees, with its flags; where the checkout lies does not count."""
    command = [word for word in shlex.split(entry["command"]) if os.path.basename(word) != "ccache"]
    at = command.index("-o")
    command = command[:at] + command[at + 2:]
    text = subprocess.run(command + ["-E", "-P"], cwd=entry["directory"], check=True,
                          stdout=subprocess.PIPE).stdout
    return b"\0".join([text, " ".join(command).encode()]).replace(str(ROOT).encode(), b".")


def check(build, entry, version):
    key = hashlib.sha256(b"\0".join([version, (ROOT / ".clang-tidy").read_bytes(),
                                     preprocessed(entry)])).hexdigest()
    mark = CACHE / key
    if mark.exists():
        return True
    # Notes about suppressed warnings go to stderr.
    run = subprocess.run(["clang-tidy", "-p", str(build), "--quiet", entry["file"]], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if run.returncode != 0:
        print(run.stdout or run.stderr, end="", flush=True)
        return False
    mark.touch()
    return True


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    only = {str(pathlib.Path(name).resolve()) for name in sys.argv[2:]}
    entries = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        ours = any(folder in path.parents for folder in (ROOT / "src", ROOT / "cli"))
        if ours and not path.name.endswith("_test.cc") and (not only or str(path) in only):
            entries[path] = entry
    CACHE.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True).stdout
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = list(pool.map(lambda entry: check(build, entry, version), entries.values()))
    print(f"clang-tidy: {sum(clean)} of {len(clean)} files are clean")
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
