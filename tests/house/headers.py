#!/usr/bin/env python3
"""Every header compiles alone, with nothing included before it."""
import pathlib
import subprocess
import sys


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
    headers = sorted(p for top in ("include", "src") for p in (root / top).rglob("*.h"))
    bad = 0
    print(f"1..{len(headers)}")
    for number, header in enumerate(headers, 1):
        run = subprocess.run(
            compiler + ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                        f"-I{root}/include", f"-I{root}/src", "-x", "c", "-"],
            input=f'#include "{header}"\nint main(void);\n', text=True, capture_output=True)
        for line in run.stderr.splitlines():
            print("#", line)
        bad += run.returncode != 0
        print("not ok" if run.returncode else "ok", number, "-", header.relative_to(root).as_posix())
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
