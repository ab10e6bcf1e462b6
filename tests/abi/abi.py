#!/usr/bin/env python3
"""The binary interface of the library against the committed one: abidiff, both ways of reading it.

Adding functions, fields at the end and enumerators is fine; everything else would break programs
that were linked before. Arguments: --write (a new baseline, before a release that adds), or none;
the shared library, the folder of the header, the baseline (compressed abixml). Prints TAP.
"""
import lzma
import os
import platform
import shutil
import subprocess
import sys
import tempfile

READ = ["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed",
        "--drop-private-types", "--exported-interfaces-only"]
# Bits of abidiff's exit code.
ERROR, CHANGED, BREAKS = 1 | 2, 4, 8


def read(library, headers):
    return subprocess.run([*READ, "--headers-dir", headers, library], check=True,
                          capture_output=True).stdout


def differences(old, new, folder):
    names = []
    for name, text in (("old.abi", old), ("new.abi", new)):
        names.append(os.path.join(folder, name))
        with open(names[-1], "wb") as file:
            file.write(text)
    run = subprocess.run(["abidiff", *names], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    library, headers, baseline = arguments
    if not shutil.which("abidw") or not shutil.which("abidiff"):
        print("1..0 # SKIP abidw and abidiff (package abigail-tools) are not installed")
        return 0
    if platform.machine() != "x86_64":
        print("1..0 # SKIP the baseline was taken on x86_64, this is", platform.machine())
        return 0
    now = read(library, headers)
    if "--write" in sys.argv:
        with open(baseline, "wb") as file:
            file.write(lzma.compress(now, preset=9 | lzma.PRESET_EXTREME))
        print("# written:", baseline)
        return 0
    with open(baseline, "rb") as file:
        then = lzma.decompress(file.read())
    with tempfile.TemporaryDirectory() as folder:
        code, text = differences(then, now, folder)
        # Would it be noticed? One function less must be.
        lost, _ = differences(now, now.replace(b"name='inuse_why'", b"name='inuse_hwy'"), folder)
    bad = bool(code & (ERROR | BREAKS)) or b"inuse_why" not in now
    for line in text.splitlines() if code else []:
        print("#", line)
    print("1..2")
    print("not ok" if bad else "ok", "1 - programs linked with the committed interface still run",
          "(it has grown since: write a new baseline)" if code == CHANGED else "")
    noticed = lost & BREAKS
    print("ok" if noticed else "not ok", "2 - a function that is gone is noticed")
    return 1 if bad or not noticed else 0


if __name__ == "__main__":
    sys.exit(main())
