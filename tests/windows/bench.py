#!/usr/bin/env python3
"""How long inuse.exe takes to start and to answer, beside `netstat -ano`: a measurement, not a test.

    INUSE_WINDOWS_RUN=tools/windows/run tests/windows/bench.py build-windows/inuse.exe HOLDER.exe .
"""
import statistics
import subprocess
import sys
import time

from wine import Held, INUSE, ON_WINE, RUN

ROUNDS = 20
PORT = 26340


def measure(words):
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run(RUN + words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), min(times), max(times)


def main():
    rows = [("start (--version)", [INUSE, "--version"]),
            ("netstat -ano", ["netstat", "-ano"]),
            ("list tcp", [INUSE, "list", "tcp"]),
            ("why, free port", [INUSE, "why", str(PORT + 1)]),
            ("why, held port", [INUSE, "why", f"127.0.0.1:{PORT}"])]
    with Held("tcp", "127.0.0.1", str(PORT), "D", "listen"):
        print(f"{'':20} median    min    max (ms, {'Wine' if ON_WINE else 'Windows'}, {ROUNDS} runs)")
        for name, words in rows:
            print(f"{name:20} {'%6.0f %6.0f %6.0f' % measure(words)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
