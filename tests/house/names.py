#!/usr/bin/env python3
"""The names that files share: each is defined once, and says in which file it is.

The linker takes the first of two that it finds, without a word where one lies in a library.
A name is iu_<file>_<what>, or iu_<folder>_<file>_<what>, or one of a family below. How many are otherwise
is listed by file in names.list, with the reason ("count file reason"): the numbers may only become less.
Prints TAP. Arguments: src/, the build folder, names.list.
"""
import collections
import pathlib
import re
import sys

import graph

NAMES_LEAST = 300  # fewer: the objects were not read, and nothing is proven
INTERFACE = "os/os.h"  # its functions are spread over the files of a system
# Files below here: the beginning that stands for the whole folder, and why.
FAMILIES = [
    ("engine/linux/", "iu_linux_", "rows of the record of one system's rules"),
    ("engine/windows/", "iu_windows_", "the same"),
    ("os/linux/", "iu_collect_", "rows of the table in collect.c"),
    ("os/linux/bpf/", "iu_bpf_", "bpf.h is the door of this room"),
    ("cli/", "iu_command_", "the record of the command in this file"),
    ("captures/", "iu_capture_", "what parsers call, and the parsers themselves"),
]


def variants(word):
    """A word, its singular, and without the system that its file is for."""
    word = re.sub(r"_(posix|windows)$", "", word)
    return {word, word.removesuffix("s"), re.sub(r"ies$", "y", word)}


def carried(name, own):
    """Whether a name says in which file it is."""
    *folders, file = own.replace("-", "_").split("/")
    starts = variants(file) | {f"{folder}_{word}" for place in folders for folder in variants(place)
                               for word in variants(file)}
    if any(own.startswith(place) and name.startswith(start) for place, start, _ in FAMILIES):
        return True
    return any(re.match(rf"iu_{start}(_|$)", name) for start in starts)


def otherwise(defined, promised):
    """{file: names that do not say that they are there}"""
    found = collections.defaultdict(list)
    for name, files in defined.items():
        if name.startswith("iu_") and name not in promised and not carried(name, files[0]):
            found[files[0]].append(name)
    return found


def differences(found, listed):
    for file in sorted(set(found) | set(listed)):
        count = len(found.get(file, ()))
        if count != listed.get(file, 0):
            yield f"{file}: {count}, listed are {listed.get(file, 0)}: {' '.join(sorted(found.get(file, ())))}"


def main():
    root, build, exceptions = map(pathlib.Path, sys.argv[1:4])
    defined, _ = graph.symbols(build, root)
    files = {file for places in defined.values() for file in places}
    twice = {name: places for name, places in defined.items() if len(places) > 1}
    print("1..2")
    for name, places in sorted(twice.items()):
        print(f"# {name} is in {', '.join(places)}")
    bad = twice or len(defined) < NAMES_LEAST
    print("not ok" if bad else "ok", f"1 - {len(defined)} names of {len(files)} files, {len(twice)} defined twice")
    rows = [line.split(None, 2) for line in exceptions.read_text().splitlines() if line and line[0] != "#"]
    listed = {file: int(count) for count, file, _ in rows}
    promised = set(re.findall(r"\biu_\w+(?=\()", (root / INTERFACE).read_text()))
    wrong = list(differences(otherwise(defined, promised), listed))
    for line in wrong:
        print("#", line)
    print("not ok" if wrong else "ok", f"2 - {sum(name.startswith('iu_') for name in defined)} of them are ours: "
          f"{sum(listed.values())} in {len(listed)} files do not carry their file's name, as listed")
    return 1 if bad or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
