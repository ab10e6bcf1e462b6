#!/usr/bin/env python3
"""The plan of the house, enforced: who may include whom, and where systems may be asked about."""
import pathlib
import re
import sys

# Room: what its files may include besides their own folder.
BELOW = {
    "base": [],
    "model": ["base"],
    "knowledge": ["base", "model"],
    "input": ["base", "model", "knowledge"],
    "engine": ["base", "model", "knowledge", "input"],
    "captures": ["base", "model", "knowledge", "input"],
    "os": ["base", "model", "knowledge", "input", "captures"],
    "output": ["base", "model", "knowledge", "input"],
    "session": ["base", "model", "knowledge", "input", "engine", "captures", "os", "output"],
    "api": ["base", "model", "knowledge", "input", "engine", "captures", "os", "output", "session", "inuse"],
    "run": ["base", "model", "knowledge", "input", "engine", "os", "output", "session"],
    "watch": ["base", "model", "knowledge", "input", "engine", "os", "output", "session"],
    "tui": ["base", "model", "knowledge", "input", "engine", "os", "output", "session"],
    "cli": ["base", "model", "knowledge", "input", "engine", "captures", "os", "output", "session", "run", "watch", "tui"],
}
# The only file with conditionals about systems and compilers.
COMPAT = "base/compat.h"
# What one system has is seen through the seam.
BEHIND = re.compile(r"os/(linux|windows)/")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
SYSTEM = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b.*(_WIN32|__linux__|__MINGW|__APPLE__|__FreeBSD)")


def complaints(root):
    files = sorted(p for p in root.rglob("*") if p.suffix in (".c", ".h"))
    if len(files) < 20:
        yield f"only {len(files)} files found below {root}"
    for path in files:
        name = path.relative_to(root).as_posix()
        room = name.split("/")[0]
        if room not in BELOW:
            yield f"{name}: room {room} is not in the plan"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = INCLUDE.match(line)
            if include:
                other = include[1].split("/")[0]
                if "/" not in include[1]:
                    yield f"{name}:{number}: include \"{include[1]}\" without its room"
                elif other != room and other not in BELOW[room]:
                    yield f"{name}:{number}: {room} may not include {other}"
                elif room != "os" and BEHIND.match(include[1]):
                    yield f"{name}:{number}: {include[1]} lies behind os/os.h"
            if SYSTEM.match(line) and name != COMPAT:
                yield f"{name}:{number}: conditional about systems outside {COMPAT}"


def main():
    root = pathlib.Path(sys.argv[1])
    found = list(complaints(root))
    for text in found:
        print("#", text)
    print("1..1")
    print("not ok" if found else "ok", "1 - every file includes its own folder and lower floors only")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
