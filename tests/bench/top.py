#!/usr/bin/env python3
"""What `inuse top` costs while nobody touches it, and how long a key takes, beside many sockets.

Arguments: the program; --page FILE: the section of docs/performance.md that is written anew. Needs root and tmux.
A scene is so many listeners in so many processes, and connections of one more process.
"""
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import time

from sections import write_section

SCENES = [(1000, 200, 0, 1.0), (10000, 1000, 0, 3.0), (1000, 200, 100000, None)]  # least … and the target in per cent
SECONDS = 20
HEAD = """## The live view (inuse top)

`inuse top` in a terminal of 120×40, at its own pace, while nobody touches it, over @SECONDS@ s after it has settled; then a key
that moves, twenty times, until it is on the screen (tmux and its clients are in that time). Written by `tests/bench/top.py`,
which `make bench` runs. Load of the machine before it began: @LOAD@ on @CPUS@ processors.

| listeners, processes | sockets of connections | processor | memory | a key, median | worst |
|---|--:|--:|--:|--:|--:|
"""


def hold(listeners, place):
    """One process with listeners of its own; returns its pid."""
    ready, done = os.pipe()
    pid = os.fork()
    if pid:
        os.close(done)
        assert os.read(ready, 1) == b"x", "a holder did not start"
        os.close(ready)
        return pid
    kept = []
    for i in range(listeners):
        kept.append(socket.create_server((f"127.{1 + place // 250}.{place % 250}.1", 2000 + i), backlog=1))
    os.write(done, b"x")
    signal.pause()
    os._exit(0)


def connect(count):
    """One process with both ends of so many connections, some thousands a listener."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    pids, each = [], min(count // 2, limit // 2 - 100, 9000)
    for place in range((count // 2 + each - 1) // each if count else 0):
        ready, done = os.pipe()
        pid = os.fork()
        if not pid:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            server, kept = socket.create_server((f"127.200.{place}.1", 900), backlog=64), []
            for _ in range(each):
                kept.append(socket.create_connection((f"127.200.{place}.1", 900)))
                kept.append(server.accept()[0])
            os.write(done, b"x")
            signal.pause()
        os.close(done)
        assert os.read(ready, 1) == b"x", "connections could not be made"
        pids.append(pid)
    return pids


class Top:
    def __init__(self, program):
        self.name = f"inuse-bench-{os.getpid()}"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", f"exec {program} top")
        self.tmux("set-option", "-g", "status", "off")
        self.pid = int(self.tmux("display-message", "-p", "#{pane_pid}"))

    def tmux(self, *arguments):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        return subprocess.run(["tmux", "-L", self.name, *arguments], check=True, capture_output=True, text=True,
                              env=environment).stdout

    def spent(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        return int(re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]) / 1024

    def table(self):
        """With the selection, and without what moves by itself."""
        return self.tmux("capture-pane", "-p", "-e").splitlines()[3:]

    def key(self):
        """Milliseconds from a key to the screen."""
        before = self.table()
        begin = time.monotonic()
        self.tmux("send-keys", "j")
        while True:
            if self.table() != before:
                return (time.monotonic() - begin) * 1000
            if time.monotonic() - begin > 20:
                return float("inf")


def measure(program, listeners, processes, connections):
    pids = [hold(listeners // processes, place) for place in range(processes)] + connect(connections)
    top = Top(program)
    try:
        time.sleep(8)
        spent, begin = top.spent(), time.monotonic()
        time.sleep(SECONDS)
        share = 100 * (top.spent() - spent) / (time.monotonic() - begin)
        keys = sorted(top.key() for _ in range(20))
        return share, top.memory(), keys[len(keys) // 2], keys[-1]
    finally:
        top.tmux("kill-server")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def main():
    program = os.path.abspath(sys.argv[1])
    if "--inside" not in sys.argv:
        inner = ["sh", "-c", 'ip link set lo up; exec "$@"', "sh", sys.executable, os.path.abspath(__file__), program,
                 "--inside", *sys.argv[2:]]
        sys.exit(subprocess.run(["unshare", "-n", *inner]).returncode)
    load, rows = f"{os.getloadavg()[0]:.1f}", []
    for listeners, processes, connections, most in SCENES:
        share, memory, median, worst = measure(program, listeners, processes, connections)
        rows.append(f"| {listeners:,}, {processes:,} | {connections:,} | {share:.2f} % | {memory:.0f} MiB | {median:.0f} ms | {worst:.0f} ms |\n")
        target = "" if most is None else f"  at most {most} %: {'holds' if share <= most else 'MISSED'}"
        print(rows[-1].strip() + target, flush=True)
    text = HEAD.replace("@LOAD@", load).replace("@CPUS@", str(os.cpu_count())).replace("@SECONDS@", str(SECONDS)) + "".join(rows)
    write_section(text, "top.md")


main()
