#!/usr/bin/env python3
"""`inuse watch --journal` as a service of a real systemd with a real journald.

Prints TAP. Environment: INUSE (the program), DEMO_SERVER (a small TCP server), UNIT (the service file), CATALOG.
"""
import json
import os
import re
import sys
import time

import systemd

PATIENCE = 20
EXPOSURE_MOST = 4.5  # of 10, as systemd-analyze security counts
REFUSED = "c09b6f6ba39d452dbe09685f0083378f"
JOURNALD = "systemd-journald"


def prepare(machine):
    """journald, its sockets and our service, as they are installed; journals in memory."""
    machine.run("sh", "-c", "mount -t tmpfs tmpfs /var/log; mount -t tmpfs tmpfs /var/lib/systemd/catalog")
    units = {name: open(f"/lib/systemd/system/{name}", encoding="utf-8").read()
             for name in (f"{JOURNALD}.service", f"{JOURNALD}.socket", f"{JOURNALD}-dev-log.socket")}
    with open(os.environ["UNIT"], encoding="utf-8") as file:
        units["inuse-watch.service"] = re.sub(r"ExecStart=\S+", f"ExecStart={systemd.INUSE}", file.read()) \
            .replace("[Unit]\n", "[Unit]\nDefaultDependencies=no\n", 1)
    loop = f"[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nExecStart={systemd.SERVER} 9090\nRestart=always\nRestartSec=300ms\n"
    units["loop.service"] = loop
    for name, text in units.items():
        write = f"cat > /run/units/{name}"
        done = machine.run("sh", "-c", f"{write} <<'END-OF-UNIT'\n{text}\nEND-OF-UNIT")
        if done.returncode:
            print("#", done.stderr)
    with open(os.environ["CATALOG"], encoding="utf-8") as file:
        machine.run("sh", "-c", "mount -t tmpfs tmpfs /usr/local/lib; mkdir -p /usr/local/lib/systemd/catalog; "
                    "cat > /usr/local/lib/systemd/catalog/inuse.catalog <<'END-OF-FILE'\n"
                    + file.read() + "\nEND-OF-FILE")
    for command in (["systemctl", "daemon-reload"], ["systemctl", "start", f"{JOURNALD}.socket", f"{JOURNALD}-dev-log.socket",
                                                     f"{JOURNALD}.service"], ["journalctl", "--update-catalog"]):
        done = machine.run(*command)
        print("#", " ".join(command), done.returncode, done.stderr.strip()[:300])


def journal(machine, *words):
    return [json.loads(line) for line in machine.run("journalctl", "-o", "json", "--no-pager", *words).stdout.splitlines()]


def eventually(what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.3)
    return what()


def runs(machine):
    """the service starts with its rights and stays"""
    machine.run("systemctl", "start", "inuse-watch.service")
    eventually(lambda: "watching" in machine.run("sh", "-c", "ls /run/inuse && echo watching").stdout)
    time.sleep(1)
    state = machine.run("systemctl", "is-active", "inuse-watch.service").stdout.strip()
    if state != "active":
        print("\n".join("# " + line for line in machine.run("systemctl", "status", "inuse-watch.service").stdout.splitlines()))
    yield "state", state, "active"
    modes = machine.run("stat", "-c", "%a %F", "/run/inuse", "/run/inuse/socket").stdout.splitlines()
    yield "where shells ask", modes, ["711 directory", "666 socket"]


def own_journal(machine):
    """a unit that is started again and again: the reason stands in its own journal and status"""
    machine.start("api.service", lambda m: m.run(systemd.INUSE, "--quiet", "9090").returncode == 0)
    machine.run("systemctl", "start", "loop.service")
    entries = eventually(lambda: journal(machine, f"MESSAGE_ID={REFUSED}", "INUSE_UNIT=loop.service"))
    if not entries:
        print("\n".join("# " + line for line in machine.run("journalctl", "--no-pager", "-n", "40").stdout.splitlines()))
    first = entries[0] if entries else {}
    for name in sorted(first):
        if name.startswith(("INUSE_", "OBJECT_", "MESSAGE")):
            print(f"#   {name}={first[name]}")
    yield "error", first.get("INUSE_ERROR"), "EADDRINUSE"
    yield "cause", first.get("INUSE_CAUSE"), "other-program"
    yield "port", first.get("INUSE_PORT"), "9090"
    yield "holder", first.get("INUSE_HOLDER"), "demo-server"
    yield "its unit", first.get("INUSE_HOLDER_UNIT"), "api.service"
    ours = [e for e in journal(machine, "-u", "loop.service") if e.get("SYSLOG_IDENTIFIER") == "inuse"]
    yield "in journalctl -u loop.service", bool(ours), True
    # status shows what was said since the last start
    line = eventually(lambda: [line for line in machine.run("systemctl", "status", "--no-pager", "-n", "50", "loop.service")
                               .stdout.splitlines() if "could not" in line])
    print("#", line[:1])
    yield "in systemctl status loop.service", bool(line), True
    yield "in that of another unit", "could not" in machine.run("systemctl", "status", "api.service").stdout, False
    times = [int(e["__REALTIME_TIMESTAMP"]) for e in journal(machine, "INUSE_UNIT=loop.service")]
    print(f"# {len(times)} entries in {(times[-1] - times[0]) / 1e6 if times else 0:.1f} s")
    yield "at most two a second", len(times) <= 3 + 2 * (times[-1] - times[0]) / 1e6 if times else None, True
    machine.run("systemctl", "stop", "loop.service")


def catalogue(machine):
    """journalctl -x explains the entry"""
    text = machine.run("journalctl", "-x", "--no-pager", "-n", "1", f"MESSAGE_ID={REFUSED}",
                       "INUSE_UNIT=loop.service").stdout
    for line in text.splitlines()[:16]:
        print("#", line)
    subject = re.search(r"Subject: (.*)", text)
    yield "subject", bool(subject and re.fullmatch(r"demo-server could not (bind|listen on) \S+:9090/tcp", subject[1])), True
    yield "cause", "Cause: other-program" in text, True
    yield "no field is left open", "@" in text.replace("@ ", ""), False


def hardened(machine):
    """systemd-analyze security: what it may do is little"""
    done = machine.run("systemd-analyze", "security", "--no-pager", "inuse-watch.service")
    found = re.search(r"Overall exposure level for inuse-watch.service: ([0-9.]+)", done.stdout)
    exposure = float(found[1]) if found else 10.0
    print(f"# exposure {exposure}, wanted {EXPOSURE_MOST} at most", done.stderr.strip()[:200])
    yield "small enough", exposure <= EXPOSURE_MOST, True


SCENES = [runs, own_journal, catalogue, hardened]


def main():
    print(f"1..{len(SCENES)}")
    reason = systemd.why_not() or (None if os.path.exists(f"/lib/systemd/{JOURNALD}") else "no journald here")
    if reason:
        for number, scene in enumerate(SCENES, 1):
            print(f"ok {number} - {scene.__doc__} # SKIP {reason}")
        return 0
    machine, bad = systemd.Machine(systemd.cgroup2()), 0
    try:
        booted = machine.boot()
        if booted:
            prepare(machine)
        for number, scene in enumerate(SCENES, 1):
            wrong = not booted
            for name, got, wanted in scene(machine) if booted else ():
                print(f"# {name}: {got!r}, wanted {wanted!r}")
                wrong = wrong or got != wanted
            print("not ok" if wrong else "ok", number, "-", scene.__doc__, flush=True)
            bad += wrong
    finally:
        machine.end()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
