#!/usr/bin/env python3
"""The names that files share: each is defined once.

The linker takes the first of two that it finds, without a word where one lies in a library.
Prints TAP. Arguments: src/, the build folder.
"""
import pathlib
import sys

import graph

NAMES_LEAST = 300  # fewer: the objects were not read, and nothing is proven


def main():
    root, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    defined, _ = graph.symbols(build, root)
    files = {file for files in defined.values() for file in files}
    twice = {name: files for name, files in defined.items() if len(files) > 1}
    for name, places in sorted(twice.items()):
        print(f"# {name} is in {', '.join(places)}")
    bad = twice or len(defined) < NAMES_LEAST
    print("1..1")
    print("not ok" if bad else "ok", f"1 - {len(defined)} names of {len(files)} files, {len(twice)} defined twice")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
