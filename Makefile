# The two commands to start with, on a fresh Debian 12:
#   make demo    builds, fuses the sample pair and prints where the image is
#   make test    builds and runs all tests
# make build: the program and the libraries, in build/
# Both install what is missing first (scripts/install-deps.sh). More: ./ci.sh help
PREFIX ?= /usr/local
BUILD := build

.PHONY: help demo test build install uninstall deb clean

help:
	@sed -n 's/^# *\(make [^:]*\) *[:] */\1: /p; s/^#   \(make .*\)/\1/p' Makefile

demo:
	@scripts/install-deps.sh build
	@./ci.sh build
	@mkdir -p out
	$(BUILD)/cli/auif fuse examples/sample/ir/street.png examples/sample/vis/street.png -o out/demo.png
	@echo "The sources are examples/sample/{ir,vis}/street.png, the fused image is $(CURDIR)/out/demo.png"

test:
	@scripts/install-deps.sh test
	@./ci.sh test

build:
	@scripts/install-deps.sh build
	@./ci.sh build

# make install, make uninstall: under PREFIX (/usr/local)
install: build
	cmake --install $(BUILD) --prefix $(PREFIX)

uninstall:
	@test -f $(BUILD)/install_manifest.txt || { echo "nothing was installed from $(BUILD)"; exit 1; }
	xargs -d '\n' rm -f < $(BUILD)/install_manifest.txt

# make deb: a Debian package in build/
deb: build
	cd $(BUILD) && cpack -G DEB -B .

clean:
	rm -rf build build-* out
