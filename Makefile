# The front door. Everything else is in meson.build; this file only configures and calls.
BUILD  ?= build
PREFIX ?= /usr/local

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

# Installs nothing: it says what is missing.
$(BUILD)/build.ninja:
	@tools/install-packages --missing build bpf
	meson setup --prefix $(PREFIX) -Dtests=false $(BUILD)

# What a build needs. A fresh Debian 12 has none of it.
deps:
	tools/install-packages build bpf

demo: deps
	$(MAKE) all
	INUSE=$(BUILD)/inuse tools/demo

check:
	tools/check

# inuse.exe and libinuse.a for 64-bit Windows, on Debian. They need nothing but the system's DLLs.
windows:
	tools/install-packages build windows
	tools/windows/configure build-windows -Dtests=false
	ninja -C build-windows

windows-check:
	tools/install-packages build windows test
	tools/windows/check

# The rules against the kernel that runs (long), and against other kernels in an emulator.
kernel-proof:
	tools/kernel-proof

kernel-matrix:
	tools/kernel-matrix

# The rates of safety of `inuse free` in full: 20,000 reused pids, 1,000 runs with clients.
safety: all
	tools/install-packages build test
	meson setup build-safety -Dtests=true 2>/dev/null || true
	ninja -C build-safety
	INUSE_SAFETY=full INUSE=$(CURDIR)/build-safety/inuse build-safety/tests/scenes/scenes-freeing
	INUSE_SAFETY=full INUSE=$(CURDIR)/build-safety/inuse PYTHONDONTWRITEBYTECODE=1 python3 tests/scenes/places.py exchanger
	INUSE_SAFETY=full INUSE=$(CURDIR)/build-safety/inuse DEMO_SERVER=$(CURDIR)/build-safety/demo-server \
		PYTHONDONTWRITEBYTECODE=1 python3 tests/scenes/faults.py

# What `inuse run` costs, beside strace, a ptrace loop and LD_PRELOAD.
bench-run:
	tools/bench-run

# Release build, scenes of three sizes (huge: SCENES=huge), results into docs/performance.md.
SCENES ?= small,medium,large
bench:
	tools/install-packages build bpf test
	meson setup build-bench -Dtests=true -Dbuildtype=release 2>/dev/null || true
	ninja -C build-bench inuse tests/bench/bench-scene tests/bench/bench-timed tests/bench/bench-empty tests/bench/bench-library tests/bench/bench-watch-load
	python3 tests/bench/library.py build-bench/tests/bench/bench-library --page docs/performance.md
	PYTHONDONTWRITEBYTECODE=1 python3 tests/bench/page.py build-bench/inuse --page docs/performance.md
	python3 tests/bench/top.py build-bench/inuse --page docs/performance.md
	python3 tests/bench/bench.py build-bench --scenes $(SCENES) --page docs/performance.md
	python3 tests/bench/watch.py build-bench/inuse build-bench/tests/bench/bench-watch-load --page docs/performance.md
	python3 tests/bench/captures.py build-bench/inuse

# Every parser under libFuzzer, ten minutes each.
fuzz:
	tools/fuzz

# The quick look at descriptors against the walk over /proc, on many random trees of processes.
quick-proof:
	tools/install-packages build bpf test
	meson setup build-safety -Dtests=true 2>/dev/null || true
	ninja -C build-safety tests/scenes/scenes-trees
	INUSE_TREES=2000 build-safety/tests/scenes/scenes-trees

install: all
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	meson install --strip -C $(BUILD)

# What `make install` of this build folder has installed, and nothing else.
uninstall:
	ninja -C $(BUILD) uninstall
	rmdir $(PREFIX)/include/inuse $(PREFIX)/share/inuse/schema $(PREFIX)/share/inuse 2>/dev/null || true

# The pictures of the live view and of the page, of a staged machine in a real Chromium (root).
look: all
	tools/install-packages build test
	PYTHONDONTWRITEBYTECODE=1 python3 tests/page/look.py $(BUILD)/inuse docs

# The picture of the README, from a real run.
picture: all
	python3 tools/picture $(BUILD)/inuse docs/inuse.svg

clean:
	rm -rf $(BUILD) build-check build-asan build-safety build-bench build-fuzz build-bare build-proof build-matrix \
		build-windows build-windows-libs build-windows-check build-fresh

.PHONY: all deps demo check windows windows-check safety bench bench-run quick-proof fuzz kernel-proof kernel-matrix install uninstall look picture clean
