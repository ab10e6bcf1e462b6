#!/usr/bin/env python3
"""No circle of files: whoever reads a file has what it rests on before it, never behind it as well.

Prints TAP. Arguments: src/, the build folder.
"""
import pathlib
import sys

import graph

# Files that name others only to call them through a table: file: what the table is of.
TABLES = {
    "engine/rules": "the functions of each system",
    "engine/causes/cause": "every cause; the words that causes share stand beside it",
    "cli/commands": "every command",
}


def report(number, what, arrows):
    """One point; whether it is bad."""
    found = graph.circles(arrows)
    for circle in found:
        print(f"# a circle of {len(circle)}:")
        for own in circle:
            print(f"#   {own} -> {', '.join(sorted(arrows[own].intersection(circle)))}")
    bad = found or len(arrows) < graph.FILES_LEAST
    count = sum(len(others) for others in arrows.values())
    print("not ok" if bad else "ok", number, f"- {what}: {len(arrows)} files, {count} arrows, {len(found)} circles")
    return bool(bad)


def cut(arrows, tables):
    return {own: set() if own in tables else others for own, others in arrows.items()}


def main():
    root, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    print("1..3")
    bad = report(1, "includes", graph.includes(root))
    arrows = graph.uses(build, root)
    bad += report(2, f"names used, but for {len(TABLES)} tables", cut(arrows, TABLES))
    idle = [table for table in TABLES if not graph.circles(cut(arrows, set(TABLES) - {table}))]
    for name in idle:
        print(f"# closes no circle any more, take it out: {name}")
    print("not ok" if idle else "ok", f"3 - {len(TABLES)} exceptions, {len(idle)} of them idle")
    return 1 if bad or idle else 0


if __name__ == "__main__":
    sys.exit(main())
