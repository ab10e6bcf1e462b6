#!/usr/bin/env python3
"""`inuse free` against a real systemd: units are stopped over the bus, not their processes.

Prints TAP. Environment: INUSE (the program), DEMO_SERVER (a small TCP server).
"""
import json
import os
import signal
import subprocess
import sys
import time

import systemd

AGAIN = f"""[Unit]
DefaultDependencies=no
[Service]
Restart=always
RestartSec=100ms
ExecStart={systemd.SERVER} 9191
"""


def free(machine, *words):
    run = machine.run(systemd.INUSE, "free", "--json", *words)
    try:
        document = json.loads(run.stdout)
    except ValueError:
        print("#", run.stdout, run.stderr)
        document = {}
    return run.returncode, document


def state(machine, unit):
    return machine.run("systemctl", "is-active", unit).stdout.strip()


def in_use(port):
    return lambda machine: machine.run(systemd.INUSE, "--quiet", port).returncode == 0


def kinds(document):
    return [(step["kind"], step["result"]["outcome"]) for step in document.get("steps", [])]


def socket_unit(machine):
    machine.start("web.socket", in_use("8080"))
    code, document = free(machine, "--yes", "127.0.0.1:8080")
    yield "exit", code, 0
    yield "end", document.get("end"), "done"
    yield "steps", kinds(document), [("stop-unit", "done")]
    yield "unit", state(machine, "web.socket"), "inactive"


def user_has_to_be_named(machine):
    machine.start("api.service", in_use("9090"))
    code, document = free(machine, "--yes", "9090")
    yield "exit", code, 1
    yield "end", document.get("end"), "refused"
    yield "unit", state(machine, "api.service"), "active"
    code, document = free(machine, "--yes", "--user", "nobody", "9090")
    yield "exit, named", code, 0
    yield "steps", kinds(document), [("stop-unit", "done")]
    yield "unit, named", state(machine, "api.service"), "inactive"


def restarting_unit(machine):
    machine.run("sh", "-c", "cat > /run/units/again.service <<'E'\n" + AGAIN + "E\n")
    machine.run("systemctl", "daemon-reload")
    machine.start("again.service", in_use("9191"))
    code, document = free(machine, "--dry-run", "9191")
    yield "dry run", code, 0
    mind = " ".join(sum((step["mind"] for step in document.get("steps", [])), []))
    yield "Restart= is told", "Restart=always" in mind, True
    yield "still there", state(machine, "again.service"), "active"
    code, document = free(machine, "--yes", "9191")
    yield "exit", code, 0
    yield "end", document.get("end"), "done"
    yield "after", (document.get("after") or {}).get("status"), "free"
    yield "unit", state(machine, "again.service"), "inactive"


def systemd_itself(machine):
    """A path unit's file: systemd listens, the unit is stopped, pid 1 is not touched."""
    machine.start("run.socket", in_use("/run/app.sock"))
    code, document = free(machine, "--yes", "/run/app.sock")
    yield "exit", code, 0
    yield "first step", (kinds(document) or [None])[0], ("stop-unit", "done")
    yield "unit", state(machine, "run.socket"), "inactive"
    yield "systemd", state(machine, "inuse.target"), "active"


def frozen_systemd(machine):
    """systemd takes connections in its queue and answers none of them, as after "Freezing execution"."""
    machine.start("api.service", in_use("9090"))
    os.kill(machine.pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        code, document = free(machine, "--dry-run", "--user", "nobody", "9090")
        yield "dry run", code, 0
        yield "without the 25 s of libsystemd", time.monotonic() - start < 10, True
        mind = " ".join(sum((step["mind"] for step in document.get("steps", [])), []))
        yield "the gap is told", "systemd does not answer" in mind, True
        start = time.monotonic()
        code, document = free(machine, "--yes", "--user", "nobody", "9090")
        yield "exit", code, 1
        yield "again", time.monotonic() - start < 20, True
        yield "steps", kinds(document), [("stop-unit", "failed")]
        text = document["steps"][0]["result"].get("detail") or ""
        yield "what failed", "systemd does not answer" in text, True
    finally:
        os.kill(machine.pid, signal.SIGCONT)
    yield "unit", state(machine, "api.service"), "active"


HUNG = """
import socket, subprocess, time
hung = socket.socket(socket.AF_UNIX)
hung.bind("/run/hung")
hung.listen()
subprocess.check_call(["mount", "--bind", "/run/hung", "/run/systemd/private"])
print("ready", flush=True)
connections = [hung.accept() for _ in range(9)]
"""


def silent_socket(machine):
    """What is at systemd's own socket accepts and says nothing. Of a path only systemd can tell the unit."""
    machine.start("run.socket", in_use("/run/app.sock"))
    hung = subprocess.Popen(["nsenter", "-t", str(machine.pid), "-a", "python3", "-c", HUNG],
                            stdout=subprocess.PIPE, text=True)
    try:
        yield "the stand-in", hung.stdout.readline(), "ready\n"
        code, document = free(machine, "--yes", "/run/app.sock")
        yield "exit", code, 1
        yield "end", document.get("end"), "refused"
        yield "the reason", "does not answer" in json.dumps(document.get("refusals")), True
    finally:
        hung.kill()
        hung.wait()
        machine.run("umount", "/run/systemd/private")
    yield "unit", state(machine, "run.socket"), "active"


CASES = [
    ("a socket unit", socket_unit),
    ("a service of another user", user_has_to_be_named),
    ("a service with Restart=always stays down", restarting_unit),
    ("a socket unit with a path", systemd_itself),
    ("a systemd that does not answer", frozen_systemd),
    ("a socket of systemd that does not answer", silent_socket),
]

# Only systemd itself can tell what these want to know.
NEED_BUS = (restarting_unit, systemd_itself, frozen_systemd, silent_socket)


def main():
    print(f"1..{len(CASES)}")
    reason = systemd.why_not()
    if reason:
        for number, (name, _) in enumerate(CASES, 1):
            print(f"ok {number} - free: {name} # SKIP {reason}")
        return 0
    machine = systemd.Machine(systemd.cgroup2())
    bad = 0
    try:
        booted = machine.boot()
        for number, (name, case) in enumerate(CASES, 1):
            if case in NEED_BUS and os.environ.get("SYSTEMD_BUS") == "no":
                print(f"ok {number} - free: {name} # SKIP this build has no libsystemd")
                continue
            wrong = [] if booted else ["systemd did not boot"]
            for what, got, wanted in case(machine) if booted else ():
                print(f"# {name}: {what}: {got}")
                if got != wanted:
                    wrong.append(f"{what}: expected {wanted}, got {got}")
            for line in wrong:
                print("#  ", line)
            print("not ok" if wrong else "ok", number, "- free:", name)
            bad += bool(wrong)
    finally:
        machine.end()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
