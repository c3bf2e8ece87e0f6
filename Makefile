# The two commands to start with, on a fresh Debian 12:
#   make demo    builds, fuses the sample pair and prints where the image is
#   make test    builds and runs all tests
# Both install what is missing first (scripts/install-deps.sh). More: ./ci.sh help
PREFIX ?= /usr/local
BUILD := build

.PHONY: demo test build install clean

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

install: build
	cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	rm -rf build build-* out
