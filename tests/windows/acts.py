#!/usr/bin/env python3
"""free of inuse.exe: windows, consoles, processes, services; and what is left alone."""
import sys
import time

from wine import INUSE, Held, Points, holder, inuse

PORT = 26320


def processes(points):
    with Held("window", str(PORT)) as held:
        plan = inuse("free", "--dry-run", f"127.0.0.1:{PORT}")
        points.check(plan.code == 0 and str(held.pid) in plan.out, "the plan names the process", plan)
        points.check(held.process.poll() is None, "--dry-run does nothing")
        refused = inuse("free", f"127.0.0.1:{PORT}")
        points.check(refused.code == 1 and held.process.poll() is None,
                     "without a console to ask on nothing is done", refused)
        done = inuse("free", "--yes", f"127.0.0.1:{PORT}")
        points.check(done.code == 0 and held.ended() == 77, "a window is closed: WM_CLOSE", done)
    said = holder("beside", str(PORT), INUSE)
    points.check("free 0" in said and "holder 78" in said, "a console of its own gets Ctrl-C", said)
    with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
        asked = inuse("free", "--yes", "--grace", "1", f"127.0.0.1:{PORT}")
        points.check(asked.code == 1 and held.process.poll() is None,
                     "one that cannot be asked is left alone without --force", asked)
        done = inuse("free", "--yes", "--force", "--grace", "1", f"127.0.0.1:{PORT}")
        points.check(done.code == 0 and held.ended() is not None, "--force ends it", done)
        points.check(holder("tcp", "127.0.0.1", str(PORT), "D", "try") == "error 0", "and the port can be bound")


def main():
    points = Points()
    for part in (processes,):
        part(points)
    return points.end()


if __name__ == "__main__":
    sys.exit(main())
