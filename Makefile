# The front door. Everything else is in meson.build; this file only installs, configures and calls.
BUILD  ?= build
PREFIX ?= /usr/local

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

# Installed packages are asked for, never assumed: a fresh Debian 12 has none of them.
$(BUILD)/build.ninja:
	tools/install-packages build
	meson setup --prefix $(PREFIX) -Dtests=false $(BUILD)

demo: all
	INUSE=$(BUILD)/inuse tools/demo

check:
	tools/check

# The rules against the kernel that runs (long), and against other kernels in an emulator.
kernel-proof:
	tools/kernel-proof

kernel-matrix:
	tools/kernel-matrix

install: all
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) build-check build-asan build-bare build-proof build-matrix

.PHONY: all demo check kernel-proof kernel-matrix install clean
