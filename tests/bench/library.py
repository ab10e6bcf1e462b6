#!/usr/bin/env python3
"""How long inuse_explain_bind() takes in a server: 20,000 listeners of the one who asks in five processes, as
root and as nobody, with and without `plain`. In a network namespace of its own.

Arguments: bench-library; --page FILE: the section of docs/performance.md that is written anew.
"""
import os
import shutil
import subprocess
import sys
import tempfile

from sections import write_section

SOCKETS, PROCESSES, CALLS = 20000, 5, 20
NOBODY = 65534
HEAD = f"""## In a server (libinuse)

One call of inuse_explain_bind() for a port that another process of the same user has, beside {SOCKETS:,} listeners
in {PROCESSES} processes of that user; {CALLS} calls in one process, in milliseconds. Written by
`tests/bench/library.py`, which `make bench` runs. Load of the machine before it began: @LOAD@ on {os.cpu_count()}
processors; measured @PRIORITY@.

| who asks | CPU, median | first call | median | worst |
|---|--:|--:|--:|--:|
"""


def as_user(uid, command):
    return command if not uid else ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *command]


def hurry():
    """Before all that others do meanwhile; how, in words."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        return "with real-time priority, so that what others do counts little"
    except OSError:
        return "beside whatever else ran; the CPU time does not depend on that"


def measure(program, uid):
    """With holders of that user: rows of both ways to ask."""
    holders, rows = [], []
    share = SOCKETS // PROCESSES
    for i in range(PROCESSES):
        holders.append(subprocess.Popen(as_user(uid, [program, "hold", str(i * share), str(share)]),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    try:
        for holder in holders:
            if holder.stdout.readline() != "ready\n":
                sys.exit("a holder did not start")
        for how in ("-", "plain"):
            out = subprocess.run([program, "ask", str(uid), how, str(CALLS)], check=True, capture_output=True,
                                 text=True).stdout
            name = ("nobody" if uid else "root") + (", `plain`" if how == "plain" else "")
            rows.append((name, *map(float, out.split())))
            print(*rows[-1], flush=True)
    finally:
        for holder in holders:
            holder.stdin.close()
            holder.wait()
    return rows


def main():
    program = os.path.abspath(sys.argv[1])
    if "--inside" not in sys.argv:
        inner = ["sh", "-c", 'ip link set lo up; exec "$@"', "sh", sys.executable, os.path.abspath(__file__), program,
                 "--inside", *sys.argv[2:]]
        sys.exit(subprocess.run(["unshare", "-n", *inner]).returncode)
    load = f"{os.getloadavg()[0]:.1f}"
    priority = hurry()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copy = shutil.copy(program, folder)
        rows = measure(copy, 0) + measure(copy, NOBODY)
    text = HEAD.replace("@LOAD@", load).replace("@PRIORITY@", priority) + "".join(
        f"| {n} | {cpu:.1f} | {first:.1f} | {median:.1f} | {worst:.1f} |\n" for n, first, median, worst, cpu in rows)
    write_section(text, "library.md")


main()
