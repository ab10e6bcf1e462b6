#!/usr/bin/env python3
"""free of inuse.exe: windows, consoles, processes, services; and what is left alone."""
import sys
import time

from wine import INUSE, Held, Points, end, holder, inuse

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


def orphans(points):
    """The owner is gone, a child has inherited the socket: exactly that child is named, and ended."""
    with Held("tcp", "127.0.0.1", str(PORT + 1), "D", "listen") as bystander:
        with Held("orphan", str(PORT)) as gone:
            child = gone.words[2]
            points.check(gone.ended() == 0, "the program that bound the port is gone")
            why = inuse("why", "--json", f"127.0.0.1:{PORT}")
            pids = [h["pid"] for b in why.json()["blockers"] for h in b["holders"]]
            points.check(child in pids and set(pids) <= {child, gone.pid},
                         f"who has inherited the socket is named: pid {child}", why)
            plan = inuse("free", "--dry-run", f"127.0.0.1:{PORT}")
            points.check(plan.code == 0 and f"taskkill /PID {child}" in plan.out and str(bystander.pid) not in plan.out,
                         "the plan is for that process alone", plan)
            points.check(holder("tcp", "127.0.0.1", str(PORT), "D", "try") == "error 10048",
                         "looking at the handle has not closed the socket")
            done = inuse("free", "--yes", "--force", "--grace", "1", f"127.0.0.1:{PORT}")
            points.check(done.code == 0 and bystander.process.poll() is None, "free ends it and nobody else", done)
            points.check(holder("tcp", "127.0.0.1", str(PORT), "D", "try") == "error 0", "and the port can be bound")
            end(child)


def service(points, name, port, causes):
    """A service of that name holds the port: diagnosed, stopped, disabled, undone."""
    started = holder("install", name, str(port))
    if started.startswith("error 1073"):  # Windows has one of its own
        points.skip(f"a service {name}", "there is a real one of that name here, which is left alone")
        return
    try:
        if not points.check(started == "running", f"a service {name} that holds {port}", started):
            return
        document = inuse("why", "--json", str(port)).json()
        points.check(document["verdict"]["cause"] in causes, f"{port}: cause {document['verdict']['cause']}",
                     document["verdict"])
        plan = inuse("free", "--dry-run", "--disable", str(port))
        points.check(plan.code == 0 and f"net stop {name}" in plan.out and "start= disabled" in plan.out,
                     "the plan shows the commands that do the same", plan)
        points.check(holder("state", name) == "running demand", "--dry-run changes nothing")
        done = inuse("free", "--yes", "--disable", str(port))
        points.check(done.code == 0, f"free --yes --disable {port}", done)
        points.check(holder("state", name) == "stopped disabled", "it is stopped and disabled")
        points.check(holder("tcp", "0.0.0.0", str(port), "D", "try") == "error 0", f"{port} can be bound")
        undone = inuse("free", "--undo")
        points.check(undone.code == 0 and name in undone.out, "free --undo", undone)
        points.check(holder("state", name) == "stopped demand", "the start type is what it was")
        again = inuse("free", "--undo")
        points.check(again.code == 0 and "no service" in again.err, "a second --undo has nothing to do", again)
    finally:
        holder("remove", name)


def services(points):
    service(points, "ALG", 5010, ("alg-reserved",))
    service(points, "W3SVC", 26330, ("service",))


def main():
    points = Points()
    for part in (processes, orphans, services):
        part(points)
    return points.end()


if __name__ == "__main__":
    sys.exit(main())
