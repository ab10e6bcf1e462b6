#!/usr/bin/env python3
"""A question about one system passes no function that a file of the other system holds.

Valgrind counts which lines `inuse` executes, inlined ones too, while it answers from captures of
either system and, on Linux, about sockets that are really there. Prints TAP. Arguments: src/, the folder
of captures, the program.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

# What a question about either system passes in files of the other one all the same, and why.
WHOSE = "a table that was pasted says by its rows alone which system printed it: every reader tries"
BEFORE = "before anything is asked: whether another process of ours has started this one for something else"
BEFORE_ALL = "before anything is asked: who ends a look that hangs, should there be one"
ASKED_HERE = "names in the question are those of the machine where it is asked, whose ever the answer is"
EXCEPTIONS = {
    "linux": {
        "iu_capture_netstat_windows of captures/netstat-windows.c": WHOSE,
        "read_row of captures/netstat-windows.c": WHOSE,
    },
    "windows": {
        "iu_capture_netstat_linux of captures/netstat-linux.c": WHOSE,
        "iu_linux_state of captures/linux-row.c": WHOSE,
        "read_row of captures/netstat-linux.c": WHOSE,
        "read_unix of captures/netstat-linux.c": WHOSE,
        "iu_os_errand of os/linux/act/apply.c": BEFORE,
        "iu_os_names of os/linux/host/names.c": ASKED_HERE,
        "iu_os_watchdog of os/linux/watchdog.c": BEFORE_ALL,
    },
}
CAPTURES = {"linux": ["linux/*"], "windows": ["windows/*", "articles/*"]}
REFUSED = {"error-lines.txt", "netstat-anob-not-elevated-en.txt"}  # captures of nothing
ANSWERS = (0, 1, 3)  # in use, free, cannot be told; all else is no answer
FUNCTIONS_LEAST = 200  # fewer: the lines were not told, and nothing is proven


def executed(path, root):
    """{(file below root, function)} of the lines that a run under callgrind has executed."""
    names, found = {}, set()
    file = function = None
    is_call = False
    for line in path.read_text(errors="replace").splitlines():
        head, equals, value = line.partition("=")
        if equals and head in ("fl", "fi", "fe", "fn", "cfi", "cfl", "cfn"):
            number, _, name = value.partition(" ")
            key = ("n" if head.endswith("n") else "f", number)
            if name:
                names[key] = name
            if head == "fn":
                function = names[key]
            elif head in ("fl", "fi", "fe"):
                file = names[key]
        elif head == "calls":
            is_call = True
        elif line[:1].isdigit() or line[:1] in "+-*":
            if not is_call:
                found.add((file, function))
            is_call = False
    prefix = f"{root}/"
    return {(os.path.normpath(f).removeprefix(prefix), re.sub(r"[.'].*", "", n)) for f, n in found
            if f and os.path.normpath(f).startswith(prefix)}


def play(job):
    """One question: the lines that it has executed, and its words."""
    root, words, folder, number = job
    out = folder / f"{number}.out"
    run = subprocess.run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", *words],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    wrong = None if run.returncode in ANSWERS else f"exit {run.returncode}: {run.stderr[-300:]!r}"
    return words[1:], wrong, executed(out, root) if out.is_file() else set()


def from_captures(program, captures, system):
    for pattern in CAPTURES[system]:
        for path in sorted(captures.glob(pattern)):
            if path.suffix == ".md" or path.name in REFUSED:
                continue
            port = re.search(rb"[:.]([1-9]\d{1,4})\b", path.read_bytes().replace(b"\0", b""))
            yield [program, "why", "--json", "--from", str(path), port[1].decode() if port else "80"]


def live(program, folder):
    """Stages sockets in this network namespace; questions about them."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    kept = [socket.create_server(("127.0.0.1", 7001)), socket.create_server(("::1", 7002), family=socket.AF_INET6)]
    udp, path = socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
    bound = socket.socket()
    udp.bind(("127.0.0.1", 7003))
    path.bind(str(folder / "socket"))
    path.listen()
    bound.bind(("127.0.0.1", 7004))
    client = socket.create_connection(("127.0.0.1", 7001))
    served, _ = kept[0].accept()
    served.close()  # this end closes first: TIME-WAIT is left on the port of the listener
    kept += [udp, path, bound, client]
    for target in ("7001", "[::1]:7002", "7003/udp", str(folder / "socket"), "7004", "7005", "22"):
        yield [program, "why", target]
        yield [program, "why", "--json", target]
    yield [program, "list"]
    yield [program, "list", "--json"]
    yield [program, "free", "--dry-run", "7001"]
    yield [program, "free", "--dry-run", str(folder / "socket")]
    yield [program, "pick"]
    yield [program, "report", "7001"]
    yield [program, "error", "EADDRINUSE"]
    LIVE.extend(kept)


LIVE = []  # sockets that stay open until the last question


def point(number, system, other, results):
    functions, first, broken = set(), {}, 0
    for words, wrong, passed in results:
        if wrong:
            broken += 1
            print(f"# {' '.join(words)}: {wrong}")
        functions |= passed
        for file, function in passed:
            if re.search(rf"\b{other}\b", file):  # a file of a system has its name in its path
                first.setdefault(f"{function} of {file}", words)
    alien = sorted(set(first) - set(EXCEPTIONS[system]))
    idle = sorted(set(EXCEPTIONS[system]) - set(first))
    for name in alien:
        print(f"# {name}: {' '.join(first[name])}")
    for name in idle:
        print(f"# {name}: an exception that nothing passes; take it out")
    files = {file for file, _ in functions}
    bad = broken or alien or idle or len(functions) < FUNCTIONS_LEAST
    print("not ok" if bad else "ok", number, f"- {system}: {len(results)} questions pass {len(functions)} functions of "
          f"{len(files)} files; of {other}: {len(alien)}, and {len(first) - len(alien)} exceptions")
    return bool(bad)


def main():
    root, captures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    program = os.path.abspath(sys.argv[3])
    if not shutil.which("valgrind"):
        print("1..0 # SKIP valgrind is not installed")
        return 0
    print("1..2")
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = pathlib.Path(name)
        asked = {"linux": list(from_captures(program, captures, "linux")) + list(live(program, folder)),
                 "windows": list(from_captures(program, captures, "windows"))}
        jobs = {system: [(root, words, folder, f"{system}-{n}") for n, words in enumerate(questions)]
                for system, questions in asked.items()}
        results = {system: list(pool.map(play, each)) for system, each in jobs.items()}
    bad = point(1, "linux", "windows", results["linux"])
    bad += point(2, "windows", "linux", results["windows"])
    return 1 if bad else 0


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        os.execvp("unshare", ["unshare", *user, "--net", sys.executable, *sys.argv, "--inside"])
    sys.exit(main())
