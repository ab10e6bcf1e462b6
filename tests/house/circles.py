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
# Arrows that close a circle, and why they are there: rows may go, none may come.
BACK = {
    ("cli/words", "cli/list"): "without a command and a target, list is meant",
    ("cli/words", "cli/why"): "without a command, why is meant",
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


def cut(arrows, tables, back):
    return {own: set() if own in tables else {other for other in others if (own, other) not in back}
            for own, others in arrows.items()}


def idle_exceptions(arrows):
    """The exceptions that close no circle any more."""
    for table in TABLES:
        if not graph.circles(cut(arrows, set(TABLES) - {table}, BACK)):
            yield table
    for arrow in BACK:
        if not graph.circles(cut(arrows, TABLES, set(BACK) - {arrow})):
            yield " -> ".join(arrow)


def main():
    root, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    print("1..3")
    bad = report(1, "includes", graph.includes(root))
    arrows = graph.uses(build, root)
    bad += report(2, f"names used, but for {len(TABLES)} tables and {len(BACK)} arrows", cut(arrows, TABLES, BACK))
    idle = list(idle_exceptions(arrows))
    for name in idle:
        print(f"# closes no circle any more, take it out: {name}")
    print("not ok" if idle else "ok", f"3 - {len(TABLES) + len(BACK)} exceptions, {len(idle)} of them idle")
    return 1 if bad or idle else 0


if __name__ == "__main__":
    sys.exit(main())
