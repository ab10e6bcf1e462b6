#!/usr/bin/env python3
"""Every header compiles alone, with nothing included before it."""
import pathlib
import shutil
import subprocess
import sys


# Headers of one system need a compiler for that system; how their names begin.
OTHERS = {"src/os/windows/": "x86_64-w64-mingw32-gcc", "src/run/windows/": "x86_64-w64-mingw32-gcc",
          "src/base/windows-": "x86_64-w64-mingw32-gcc", "src/base/find-program": "x86_64-w64-mingw32-gcc",
          "src/base/start-process": "x86_64-w64-mingw32-gcc"}
# What BPF programs alone include.
BPF = ("src/os/linux/bpf/kernel.h", ".bpf.h")


def compiler_for(name, own):
    """The compiler for a header; None: it is not installed here."""
    if name.endswith(BPF):
        multiarch = subprocess.run(own + ["-print-multiarch"], text=True, capture_output=True, check=True).stdout.strip()
        command = ["clang", "-std=gnu17", "-target", "bpf", "-idirafter", f"/usr/include/{multiarch}"]
        return command if shutil.which("clang") else None
    for start, compiler in OTHERS.items():
        if name.startswith(start) and "mingw" not in own[-1]:
            return [compiler, "-std=c17", "-D_WIN32_WINNT=0x0601", "-DWIN32_LEAN_AND_MEAN"] if shutil.which(compiler) else None
    return own + ["-std=c17"]


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
    headers = sorted(p for top in ("include", "src") for p in (root / top).rglob("*.h"))
    bad = 0
    print(f"1..{len(headers)}")
    for number, header in enumerate(headers, 1):
        name = header.relative_to(root).as_posix()
        command = compiler_for(name, compiler)
        if not command:
            print("ok", number, "-", name, "# SKIP its compiler is not installed")
            continue
        run = subprocess.run(
            command + ["-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                        f"-I{root}/include", f"-I{root}/src", "-x", "c", "-"],
            input=f'#include "{header}"\nint main(void);\n', text=True, capture_output=True)
        for line in run.stderr.splitlines():
            print("#", line)
        bad += run.returncode != 0
        print("not ok" if run.returncode else "ok", number, "-", name)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
