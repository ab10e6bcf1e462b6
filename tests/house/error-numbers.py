#!/usr/bin/env python3
"""The numbers of knowledge/errors.c are those of the systems' own headers, as compilers read them.

Prints TAP. Arguments: errors.c, the compiler of this system. Windows' headers are those of mingw-w64; of macOS and
libuv there are none to compare with here, these rows are counted.
"""
import re
import shutil
import subprocess
import sys

MINGW = "x86_64-w64-mingw32-gcc"
# Space: which compiler, its headers, and what the number is made of.
HOST, WINDOWS = "host", "windows"
SPACES = {
    "LINUX": (HOST, ["errno.h"], "{name}"),
    "WINSOCK": (WINDOWS, ["winsock2.h"], "{name}"),
    "WIN32": (WINDOWS, ["winsock2.h", "windows.h"], "{name}"),
    "NTSTATUS": (WINDOWS, ["ntdef.h", "ntstatus.h"], "(unsigned int){name}"),
    "UCRT": (WINDOWS, ["errno.h"], "{name}"),
    "HRESULT": (WINDOWS, ["winsock2.h", "windows.h"], "(0x80070000u | {name})"),
}


def check_space(space, rows, compilers):
    """How many rows were compared, and what is wrong; None: no compiler for them here."""
    system, headers, form = SPACES[space]
    if not compilers[system]:
        return None, []
    text = "".join(f"#include <{header}>\n" for header in headers)
    for value, name in rows:
        # E_ACCESSDENIED is an HRESULT by itself.
        number = "(unsigned int)E_ACCESSDENIED" if name == "E_ACCESSDENIED" else form.format(name=name)
        text += f'_Static_assert({number} == {value}, "{name} is not {value}");\n'
    run = subprocess.run([*compilers[system], "-std=c17", "-fsyntax-only", "-x", "c", "-"],
                         input=text, text=True, capture_output=True, check=False)
    wrong = [line for line in run.stderr.splitlines() if "error:" in line]
    return len(rows), wrong or (["the compiler fails"] if run.returncode else [])


def main():
    source = open(sys.argv[1], encoding="utf-8").read()
    own = sys.argv[2:]
    mingw = shutil.which(MINGW)
    compilers = {HOST: None if "mingw" in own[-1] else own, WINDOWS: [mingw] if mingw else None}
    spaces = {}
    for space, value, name in re.findall(r'^\tN\((\w+), (-?\w+), "(\w+)", \w+\),$', source, re.M):
        spaces.setdefault(space, []).append((value, name))
    bad = 0
    print(f"1..{len(SPACES) + 1}")
    for number, space in enumerate(SPACES, 1):
        count, wrong = check_space(space, spaces[space], compilers)
        for line in wrong:
            print("#", line)
        bad += bool(wrong)
        if count is None:
            print("ok", number, "-", space, "# SKIP its compiler is not installed")
        else:
            print("not ok" if wrong else "ok", number, f"- {space}: {count} numbers")
    rest = {space: len(rows) for space, rows in spaces.items() if space not in SPACES}
    good = set(rest) == {"BSD", "LIBUV"}
    print("ok" if good else "not ok", len(SPACES) + 1, "- without a header here:",
          ", ".join(f"{count} of {space}" for space, count in rest.items()))
    return 1 if bad or not good else 0


if __name__ == "__main__":
    sys.exit(main())
