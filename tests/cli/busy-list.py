#!/usr/bin/env python3
"""busy-list.py - `inuse list` while sockets and processes come and go

usage: busy-list.py            (INUSE in the environment; INUSE_ROUNDS, else 12)

The kernel's lists are read without their locks, so what is there all the time is looked for while others
bind, connect and end around it, on the same ports. Each list must show all of it, with a holder. Prints TAP.
"""
import os
import signal
import socket
import subprocess
import sys
import time

from network import namespace

KEPT = 40  # of each kind
TCP, LISTEN, SIX, UDP, SERVER = 7100, 7300, 7500, 7700, 7000
INET, INET6, UNIX = socket.AF_INET, socket.AF_INET6, socket.AF_UNIX
STREAM, DGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM


def open_one(family, kind, name, listening=False):
    one = socket.socket(family, kind)
    if family != UNIX and kind == STREAM:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if name:
        one.bind(name)
    if listening:
        one.listen(64)
    return one


def make_kept():
    kept, wanted = [open_one(INET, STREAM, ("127.0.0.1", SERVER), True)], {f"127.0.0.1:{SERVER} listen"}
    for i in range(KEPT):
        kept += [open_one(INET, STREAM, ("127.0.0.1", TCP + i)),
                 open_one(INET, STREAM, ("127.0.0.1", LISTEN + i), True),
                 open_one(INET6, STREAM, ("::1", SIX + i)),
                 open_one(INET, DGRAM, ("127.0.0.1", UDP + i)),
                 open_one(UNIX, DGRAM if i % 2 else STREAM, f"\0kept{i}")]
        wanted |= {f"127.0.0.1:{TCP + i} bound", f"127.0.0.1:{LISTEN + i} listen",
                   f"[::1]:{SIX + i} bound", f"127.0.0.1:{UDP + i} bound", f"{'dgram:' if i % 2 else ''}@kept{i} bound"}
    return kept, wanted


def connect(server):
    """Connections of one port, a hundred at a time."""
    pairs = []
    for _ in range(100):
        try:
            client = socket.create_connection(("127.0.0.1", SERVER))
            pairs += [client, server.accept()[0]]
        except OSError:
            pass
    for one in pairs:
        one.close()


def bind(_):
    """Neighbours of what is kept, at other addresses of the same ports, and sockets without a name."""
    made = []
    for i in range(KEPT):
        for family, kind, name in ((INET, STREAM, ("127.0.0.2", TCP + i)), (UNIX, STREAM, None),
                                   (INET, DGRAM, ("127.0.0.2", UDP + i)), (INET6, STREAM, ("::1", LISTEN + i)),
                                   (UNIX, STREAM, f"\0gone{os.getpid()}-{i}")):
            try:
                made.append(open_one(family, kind, name, kind == STREAM and name and i % 2))
            except OSError:
                pass
    for one in made:
        one.close()


def fork(_):
    pids = []
    for _ in range(10):
        pids.append(os.fork())
        if pids[-1] == 0:
            time.sleep(.01)
            os._exit(0)
    for pid in pids:
        os.waitpid(pid, 0)


def forever(act, server):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(120)
        try:
            while True:
                act(server)
        finally:
            os._exit(1)
    return pid


def missing(wanted):
    text = subprocess.run([os.environ["INUSE"], "list", "tcp", "udp", "unix"], env=dict(os.environ, INUSE_QUICK="on"),
                          capture_output=True, text=True, check=True).stdout
    holders = {}
    for line in text.splitlines()[1:]:
        words = line.split()
        if len(words) > 3:
            holders[f"{words[1]} {words[2]}"] = words[3]
    return [f"{key}: {holders.get(key)}" for key in sorted(wanted) if not holders.get(key, "").isdigit()]


def main():
    if not namespace():
        print("1..0 # SKIP no network namespace of our own can be made here")
        return 0
    print("1..1", flush=True)
    rounds = int(os.environ.get("INUSE_ROUNDS", "12"))
    kept, wanted = make_kept()
    pids = [forever(act, kept[0]) for act in (connect, bind, fork)]
    try:
        time.sleep(.3)
        lost = [f"list {i}: {row}" for i in range(rounds) for row in missing(wanted)]
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    for row in lost[:10]:
        print("#", row)
    print(f"{'not ok' if lost else 'ok'} 1 - {rounds} lists of {len(wanted)} sockets while others come and go: "
          f"{len(lost)} were missing, or had no holder")
    return bool(lost)


if __name__ == "__main__":
    sys.exit(main())
