#!/usr/bin/env python3
"""captures.py - what reading a million pasted lines costs: MEMORY and time, a line a capture

usage: captures.py INUSE [LINES]

Writes captures of that many lines, asks for one port, and prints how much memory and time that took.
Exits 1 when an answer is wrong, or took more than 300 MiB.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

MOST = 300  # MiB
PID = 4242
DICE = random.Random(7)


def address():
    return f"10.{DICE.randrange(256)}.{DICE.randrange(256)}.{DICE.randrange(1, 255)}"


def port():
    return DICE.randrange(1024, 65536)


def netstat(n):
    yield "  Proto  Local Address          Foreign Address        State           PID"
    for _ in range(n):
        yield f"  TCP    {f'10.0.0.5:{port()}':22} {f'{address()}:{port()}':22} ESTABLISHED     {DICE.randrange(8, 60000)}"
    yield f"  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       {PID}"


def listeners(n):
    for i in range(n):
        yield f"  TCP    {f'127.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}:{1024 + i % 60000}':22} 0.0.0.0:0              LISTENING       {i}"
        if i == 1000:
            yield f"  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       {PID}"


def ss(n):
    for i in range(n):
        yield (f'tcp   ESTAB  0      0      10.0.0.5:{port()}   {address()}:{port()} '
               f'users:(("node",pid={DICE.randrange(8, 30000)},fd={i % 1000})) uid:1000 ino:{i + 5} sk:{i:x}')
    yield f'tcp   LISTEN 0      128    0.0.0.0:80    0.0.0.0:*    users:(("node",pid={PID},fd=3)) uid:1000 ino:3 sk:1'


def unix(n):
    for i in range(n):
        yield f"u_str ESTAB  0      0      /run/user/1000/app-{i}.sock {i + 100}            * {i + 101}"
    yield f'tcp   LISTEN 0      128    0.0.0.0:80    0.0.0.0:*    users:(("node",pid={PID},fd=3))'


def tasks(n):
    yield f"  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       {PID}"
    for i in range(n):
        yield f'"program-{i}.exe","{i + 8}","Console","1","{DICE.randrange(1000, 99999)} K"'


def prose(n):
    for i in range(n):
        yield f"2026-01-01 12:00:00 a line of some log, number {i}, that says nothing of ports"
    yield f"  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       {PID}"


def quoted(n):
    for line in ss(n):
        yield "> Jan  8 14:29:35 host3 collect[4711]: " + line


def wrapped(n):
    for line in netstat(n):
        yield json.dumps({"log": line + "\r\n", "stream": "stdout"})


def measure(inuse, lines):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "capture.txt"
        with path.open("w", encoding="ascii") as file:
            for line in lines:
                file.write(line + "\n")
        size = path.stat().st_size >> 20
        with open(pathlib.Path(folder) / "answer", "w+b") as answer:
            process = subprocess.Popen([inuse, "why", "--json", "--from", str(path), "80"], stdout=answer)
            _, _, usage = os.wait4(process.pid, 0)
            answer.seek(0)
            document = json.loads(answer.read() or b"{}")
    pids = {holder["pid"] for blocker in document.get("blockers", []) for holder in blocker["holders"]}
    return size, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, pids


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 2
    n = int(arguments[1]) if len(arguments) > 1 else 1_000_000
    bad = 0
    print(f"{'capture':12} {'file':>8} {'memory':>8} {'CPU':>7}  holder of port 80")
    for kind in (netstat, listeners, ss, unix, tasks, prose, quoted, wrapped):
        size, memory, seconds, pids = measure(arguments[0], kind(n))
        good = pids == {PID} and memory <= MOST
        bad += not good
        print(f"{kind.__name__:12} {size:4} MiB {memory:4.0f} MiB {seconds:5.1f} s  "
              f"{', '.join(map(str, sorted(pids, key=str)))}{'' if good else '  WRONG'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
