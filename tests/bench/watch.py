#!/usr/bin/env python3
"""What `inuse watch` costs: CPU time of single calls with and without it, and a flood of binds that fail.

Arguments: INUSE WATCH-LOAD; --page FILE: the section of docs/performance.md that is written anew. Needs root.
"""
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time

from sections import write_section

ROUNDS = 9
CALLS = [("bind", "a bind() that works, with socket() and close()", 20000), ("any", "the same of all addresses", 20000),
         ("udp", "the same, UDP", 20000), ("listen", "the same with listen(), TCP", 15000), ("fail", "a bind() that fails", 60000),
         ("accept", "a connection, made, accepted and closed", 8000), ("getppid", "getppid()", 400000), ("pipe", "a byte through a pipe", 100000)]
LEAST_OF = 3  # of so many measurements beside each other the least: what else runs only adds
SECONDS, RATE = 10, 50000
NO_OPTION = ("There is no option that hooks every system call. It would tell the error that the cgroup hooks leave to the rules, and bad\n"
             "descriptors, but in a prototype each call of the machine paid 50 to 100 ns for it, and a byte through a pipe 260 to 520.")
TITLE = "## What `inuse watch` costs"


class Watch:
    def __init__(self, inuse):
        begun = time.monotonic()
        self.process = subprocess.Popen([inuse, "watch", "--json", "9701"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.hooks = self.process.stderr.readline()
        self.start = time.monotonic() - begun
        self.lines = []
        self.thread = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.thread.start()

    def pids(self):
        """The one that was started, and the one that looks."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [self.process.pid, *map(int, file.read().split())]

    def cpu(self):
        ticks = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                ticks += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """MiB of both; what they share counts once."""
        kib = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                kib += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return kib / 1024

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.thread.join()
        return self.process.stderr.read()


def measure(load, name, turns):
    return min(float(subprocess.run([load, name, str(turns)], capture_output=True, text=True, check=True).stdout) for _ in range(LEAST_OF))


def calls(inuse, load):
    """{call: (ns without, ns more with it)}: rounds of both, one after the other, so that what else runs hits both."""
    found = {name: ([], []) for name, _, _ in CALLS}
    for _ in range(ROUNDS):
        for watched in (False, True):
            watch = Watch(inuse) if watched else None
            for name, _, turns in CALLS:
                found[name][watched].append(measure(load, name, turns))
            if watch:
                watch.end()
    return {name: (statistics.median(pair[0]), statistics.median(b - a for a, b in zip(*pair))) for name, pair in found.items()}


def flood(inuse, load):
    watch = Watch(inuse)
    before = watch.cpu()
    done = int(subprocess.run([load, "flood", str(SECONDS), str(RATE)], capture_output=True, text=True, check=True).stdout)
    counted, deadline = 0, time.monotonic() + 15
    while counted < done and time.monotonic() < deadline:
        time.sleep(0.2)
        events = [json.loads(line) for line in list(watch.lines)]
        counted = sum(e["repeats"] + (e["kind"] == "failed") for e in events if e["process"]["name"] == "bench-watch-loa")
    result = {"done": done, "counted": counted, "cpu": (watch.cpu() - before) / SECONDS, "memory": watch.memory(), "start": watch.start,
              "lines": len(watch.lines), "hooks": "fexit" if "inet_bind" in watch.hooks else "cgroup"}
    result["said"] = watch.end().strip()
    return result


def table(found, load):
    lines = [TITLE, "", f"Written by `tests/bench/watch.py`, which `make bench` runs, with the {load['hooks']} hooks; CPU time of one call,\n"
             f"the median of {ROUNDS} rounds with and without it in turn, and of their differences. Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.", "", "| call | without | more |", "|---|--:|--:|"]
    for name, title, _ in CALLS:
        without, more = found[name]
        lines.append(f"| {title} | {without:.0f} ns | {more:+.0f} ns ({100 * more / without:+.1f} %) |")
    lines += ["", f"A flood of {RATE:,} binds a second that fail, {SECONDS} s long: {load['done']:,} were done, {load['counted']:,} counted,\n"
              f"in {load['lines']} lines; `watch` took {100 * load['cpu']:.0f} % of a core and {load['memory']:.0f} MiB. "
              f"It watches {load['start']:.2f} s after its start."]
    lines += ["", NO_OPTION]
    if load["said"]:
        lines += ["", f"It said: {load['said']}"]
    return "\n".join(lines) + "\n"


def main():
    inuse, load = sys.argv[1:3]
    text = table(calls(inuse, load), flood(inuse, load))
    print(text)
    write_section(text)


if __name__ == "__main__":
    main()
