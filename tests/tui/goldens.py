#!/usr/bin/env python3
"""What `inuse top` shows of one machine, at three sizes and in every pane, as it stands in goldens/. Prints TAP.

With --write the files are written anew: look at the difference.
"""
import functools
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "run"))
os.environ.setdefault("CALLS", "")
import tap  # noqa: E402
from machine import machine  # noqa: E402
from tmux import Terminal, enter, settle  # noqa: E402

HERE = pathlib.Path(__file__).parent / "goldens"
SCREENS = [  # name, width, height, arguments, keys
    ("table-80x24", 80, 24, [], []),
    ("table-120x40", 120, 40, [], []),
    ("table-200x60", 200, 60, [], []),
    ("all-200x60", 200, 60, ["--all"], []),
    ("tree-120x40", 120, 40, [], ["t"]),
    ("filter-80x24", 80, 24, ["nginx", "tcp"], []),
    ("why-120x40", 120, 40, ["3000"], ["j", "Enter"]),
    ("trouble-80x24", 80, 24, ["8000"], ["j"]),
    ("help-80x24", 80, 24, [], ["h"]),
]


def shot(folder, width, height, arguments, keys):
    with Terminal(width, height) as t:
        t.type(f"cd {folder}")
        t.keys("Enter")
        t.top("--from", "machine.json", *arguments)
        t.wait("inuse top  from machine.json", "PORT")
        for key in keys:
            t.keys(key)
        if "Enter" in keys:
            t.wait(" inuse ")
        settle(t)
        return "\n".join(line.rstrip() for line in settle(t).splitlines()) + "\n"


def compare(folder, write, name, width, height, arguments, keys):
    got, file = shot(folder, width, height, arguments, keys), HERE / f"{name}.txt"
    if write:
        file.write_text(got)
    wanted = file.read_text() if file.exists() else ""
    for a, b in zip(wanted.splitlines() + [""] * 99, got.splitlines() + [""] * max(0, len(wanted.splitlines()) - len(got.splitlines()))):
        if a != b:
            print(f"# -{a}\n# +{b}")
    assert got == wanted, name


def main():
    write = "--write" in sys.argv
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "machine.json").write_text(json.dumps(machine()))
        tests = []
        for screen in SCREENS:
            test = functools.partial(compare, folder, write, *screen)
            test.__doc__ = f"{screen[0]}: as it stands in goldens/"
            tests.append(test)
        return tap.play(tests)


if __name__ == "__main__":
    enter()
    sys.exit(main())
