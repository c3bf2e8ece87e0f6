#!/usr/bin/env python3
"""Checks that the includes of src/ and cli/ are what the map allows.

The map stands in the modules' CMakeLists.txt: USES are the folders that a folder may include, LINK
the libraries. The table of ARCHITECTURE.md must say the same. Usage: map_test.py SOURCE_FOLDER
"""
import pathlib
import re
import sys

# The target that a third-party header belongs to, and its name in ARCHITECTURE.md.
LIBRARIES = [
    (r"hwy/", "hwy::hwy", "Highway"),
    (r"(oneapi/)?tbb/", "TBB::tbb", "TBB"),
    (r"opencv2/", "opencv_core", "OpenCV"),
    (r"opencv2/", "opencv_imgproc", "OpenCV"),
    (r"opencv2/dnn", "opencv_dnn", "OpenCV"),
    (r"(png|zlib)\.h$", "PNG::PNG", "libpng"),
    (r"j(peglib|error)\.h$", "JPEG::JPEG", "libjpeg"),
    (r"tiff(io)?\.h$", "TIFF::TIFF", "libtiff"),
    (r"webp/", "PkgConfig::WEBP", "libwebp"),
    (r"openjpeg\.h$", "PkgConfig::OPENJPEG", "OpenJPEG"),
    (r"zip\.h$", "PkgConfig::LIBZIP", "libzip"),
    (r"utf8proc\.h$", "PkgConfig::UTF8PROC", "utf8proc"),
    (r"hdf5\.h$", "PkgConfig::HDF5", "HDF5"),
    (r"nlohmann/", "nlohmann_json::nlohmann_json", "JSON"),
    (r"fmt/", "fmt::fmt", "fmt"),
    (r"CLI/", "CLI11::CLI11", "CLI11"),
]
# Headers of the system, which every module may use.
SYSTEM = re.compile(r"(dlfcn|fcntl|malloc|unistd|spawn|sys/\w+)\.h$")
# Narrower than LINK says.
ONLY_IN = {"base": (r"hwy/", {"simd.cc", "simd.h"})}


def read_module(text, call):
    text = re.sub(r"#.*", "", text)
    body = re.search(call + r"\(([^()]*)\)", text)
    words = body.group(1).split() if body else []
    module = {"HEADERS": [], "USES": [], "LINK": [], "SOURCES": [], "PLUGINS": []}
    key = None
    for word in words:
        if word in ("HEADERS", "USES", "LINK", "SOURCES", "PLUGINS", "TESTS", "CORE"):
            key = word
        elif key in module:
            module[key].append(word)
    return module


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1), match.group(2)


def check(root):
    faults = []
    modules = {p.parent.name: read_module(p.read_text(), "auif_module")
               for p in root.glob("src/*/CMakeLists.txt")}
    modules["cli"] = read_module((root / "cli/CMakeLists.txt").read_text(), "auif_program_module")
    header_of = {h: m for m, module in modules.items() for h in module["HEADERS"]}

    # The arrows have an order.
    done = set()
    while rest := {m for m in modules if m not in done}:
        free = {m for m in rest if set(modules[m]["USES"]) <= done}
        if not free:
            faults.append("the map has a circle, or a folder that does not exist: " +
                          ", ".join(sorted(rest)))
            break
        done |= free

    for name, module in modules.items():
        folder = root / ("cli" if name == "cli" else "src/" + name)
        seen = {name, *module["USES"]}
        for path in sorted([*folder.rglob("*.h"), *folder.rglob("*.cc")]):
            if path.name.endswith(("_test.cc", "test_util.h", "test_images.h")):
                continue  # tests lie beside their code and may use everything
            for number, bracket, include in includes(path):
                where = f"{path.relative_to(root)}:{number}"
                if bracket == '"' and not include.startswith("hwy/"):  # Highway's own custom
                    first = include.split("/")[0]
                    target = header_of.get(include[5:]) if first == "auif" else first
                    if first == "auif" and target is None:
                        if not (root / "include" / include).exists():
                            faults.append(f"{where}: {include} does not exist")
                        else:
                            faults.append(f"{where}: no module owns {include}")
                    elif target not in seen:
                        faults.append(f"{where}: {name} may not use {target} ({include})")
                    continue
                owners = [t for pattern, t, _ in LIBRARIES if re.match(pattern, include)]
                if owners and not set(owners) & set(module["LINK"]):
                    faults.append(f"{where}: {name} may not use {owners[0]} ({include})")
                pattern, files = ONLY_IN.get(name, (None, None))
                if pattern and re.match(pattern, include) and path.name not in files:
                    faults.append(f"{where}: {include} belongs in {', '.join(sorted(files))}")
                if not owners and re.search(r"[/.]", include) and not SYSTEM.match(include):
                    faults.append(f"{where}: the map does not know {include}")

    # Public headers: the standard library and each other.
    public = sorted((root / "include/auif").glob("*.h"))
    for path in public:
        for number, bracket, include in includes(path):
            if (bracket == '"') != include.startswith("auif/") or (
                    bracket == "<" and re.search(r"[/.]", include)):
                faults.append(f"include/auif/{path.name}:{number}: public headers use the standard "
                              f"library and auif/ only, not {include}")

    # ARCHITECTURE.md's table.
    rows = {}
    for line in (root / "ARCHITECTURE.md").read_text().splitlines():
        match = re.match(r"\| `(?:src/)?(\w+)/` \|(.*)\|(.*)\|(.*)\|$", line)
        if match:
            rows[match.group(1)] = [set(re.split(r"[,\s]+", cell.strip()) if cell.strip() else [])
                                    for cell in match.groups()[2:]]
    for name, module in modules.items():
        names = {n for _, t, n in LIBRARIES if t in module["LINK"]}
        if name not in rows:
            faults.append(f"ARCHITECTURE.md: no row for {name}")
        elif rows[name] != [set(module["USES"]), names]:
            faults.append(f"ARCHITECTURE.md: the row of {name} must say | "
                          f"{' '.join(module['USES'])} | {', '.join(sorted(names))} |")
    for name in rows:
        if name not in modules:
            faults.append(f"ARCHITECTURE.md: there is no folder {name}")
    return faults


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]))
    print("\n".join(found) or "the includes are what the map allows")
    sys.exit(bool(found))
