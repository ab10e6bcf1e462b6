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
import tempfile
import time

from sections import write_section

# Listeners, processes, sockets of connections, the target in per cent, seconds: of a million there is a look a minute at most.
SCENES = [(1000, 200, 0, 1.0, 20), (10000, 1000, 0, 3.0, 20), (1000, 200, 100000, None, 20), (1000000, 60, 0, None, 70)]
KEY_MS = 100  # a key is answered within
HEAD = """## The live view (inuse top)

`inuse top` in a terminal of 120×40, at its own pace, while nobody touches it, over 20 s after it has settled (70 s of a
million); the processor's share is CPU time, the memory its largest. Then for as long again a key that moves, three times a
second, until it is on the screen: tmux and its clients are in that time, and so are keys that come while a look runs. Of
more than 50,000 sockets it keeps those with the lowest ports. Written by `tests/bench/top.py`,
which `make bench` runs. Load of the machine before it began: @LOAD@ on @CPUS@ processors.

| listeners, processes | sockets of connections | processor | memory | a key, median | 95 % | worst |
|---|--:|--:|--:|--:|--:|--:|
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
    hard, kept = resource.getrlimit(resource.RLIMIT_NOFILE)[1], []
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
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
        self.name, self.folder = "inuse-bench", tempfile.TemporaryDirectory()
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", f"exec {program} top")
        self.tmux("set-option", "-g", "status", "off")
        self.pid = int(self.tmux("display-message", "-p", "#{pane_pid}"))

    def tmux(self, *arguments):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "TMUX_TMPDIR": self.folder.name}
        return subprocess.run(["tmux", "-L", self.name, *arguments], check=True, capture_output=True, text=True,
                              env=environment).stdout

    def spent(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        return int(re.search(r"VmHWM:\s*(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]) / 1024

    def table(self):
        """With the selection, and without what moves by itself."""
        return self.tmux("capture-pane", "-p", "-e").splitlines()[3:]

    def wait(self):
        """Until the first look is there."""
        end = time.monotonic() + 300
        while not any(" listen " in line for line in self.table()[1:]):
            assert time.monotonic() < end, "it shows nothing"
            time.sleep(0.2)

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


def measure(program, listeners, processes, connections, seconds):
    pids = [hold(listeners // processes, place) for place in range(processes)] + connect(connections)
    top = Top(program)
    try:
        top.wait()
        time.sleep(8)
        spent, begin = top.spent(), time.monotonic()
        time.sleep(seconds)
        share = 100 * (top.spent() - spent) / (time.monotonic() - begin)
        keys, begin = [], time.monotonic()
        while time.monotonic() - begin < seconds:
            keys.append(top.key())
            time.sleep(0.3)
        keys.sort()
        return share, top.memory(), keys[len(keys) // 2], keys[len(keys) * 95 // 100], keys[-1]
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
        alone = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]  # nothing outlives it
        sys.exit(subprocess.run([*alone, *inner]).returncode)
    load, rows = f"{os.getloadavg()[0]:.1f}", []
    missed = ""
    for listeners, processes, connections, most, seconds in SCENES:
        share, memory, median, most_of_them, worst = measure(program, listeners, processes, connections, seconds)
        rows.append(f"| {listeners:,}, {processes:,} | {connections:,} | {share:.2f} % | {memory:.0f} MiB | {median:.0f} ms | "
                    f"{most_of_them:.0f} ms | {worst:.0f} ms |\n")
        target = "" if most is None else f"  at most {most} %: {'holds' if share <= most else 'MISSED'}"
        if most_of_them > KEY_MS:
            missed += f"\nMissed beside {listeners:,} listeners: 95 of 100 keys within {KEY_MS} ms.\n"
        target += f"; a key within {KEY_MS} ms: {'holds' if most_of_them <= KEY_MS else 'MISSED'} (95 %)"
        print(rows[-1].strip() + target, flush=True)
    text = HEAD.replace("@LOAD@", load).replace("@CPUS@", str(os.cpu_count())) + "".join(rows) + missed
    write_section(text, "top.md")


main()
