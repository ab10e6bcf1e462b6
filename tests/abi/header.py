#!/usr/bin/env python3
"""inuse.h alone, in every C and C++ there is: compiled without a warning, linked, run.

Arguments: the folder of this file, that of the header, the shared library, the C compiler.
Prints TAP.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wshadow"]
C = ["c89", "c99", "c11", "c17", "gnu2x"]
CXX = ["c++98", "c++11", "c++17", "c++20"]
OWN = {"c89": ["-Wno-missing-field-initializers"]}  # it has no other way to fill a struct


def enumerators(text):
    return set(re.findall(r"^\t(INUSE_\w+) = ", text, re.M))


def main():
    here, include, library, compiler = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    source = os.path.join(here, "header.c")
    folder = os.path.dirname(library)
    bad = 0
    print(f"1..{len(C) + len(CXX) + 1}")
    with tempfile.TemporaryDirectory() as scratch:
        for number, standard in enumerate(C + CXX, 1):
            command = compiler
            kind = []
            if standard in CXX:
                command, kind = ["g++"], ["-x", "c++"]
                if not shutil.which("g++"):
                    print(f"ok {number} - {standard} # SKIP there is no g++")
                    continue
            program = os.path.join(scratch, standard)
            run = subprocess.run(
                command + [f"-std={standard}", *STRICT, *OWN.get(standard, []), f"-I{include}", *kind, source, "-x", "none",
                           library, f"-Wl,-rpath,{folder}", "-o", program],
                text=True, capture_output=True)
            good = run.returncode == 0 and subprocess.run([program]).returncode == 0
            for line in run.stderr.splitlines():
                print("#", line)
            bad += not good
            print("ok" if good else "not ok", number, "- compiled, linked and run as", standard)
    header = enumerators(open(os.path.join(include, "inuse/inuse.h")).read())
    held = set(re.findall(r"HOLDS\((INUSE_\w+) == ", open(source).read()))
    for name in sorted(header ^ held):
        print("#", name, "is", "not fixed in header.c" if name in header else "not in inuse.h")
    good = header and header == held
    bad += not good
    print("ok" if good else "not ok", len(C) + len(CXX) + 1, f"- each of {len(header)} values is fixed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
