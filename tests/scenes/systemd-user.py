#!/usr/bin/env python3
"""`inuse free` and the systemd of a user: its units are stopped through its own socket or bus.

Prints TAP. Environment: INUSE (the program), DEMO_SERVER (a small TCP server).
"""
import json
import os
import sys
import time

import systemd

UID = 1000
OTHER = 65534
HOME = f"/run/user/{UID}"
BUS = f"unix:path={HOME}/bus"

# On a machine that has no such user, one for this namespace only; its name is not that of anybody.
USER = f"""
getent passwd {UID} >/dev/null || {{
    cp /etc/passwd /run/passwd
    echo 'inuse-{UID}:x:{UID}:{UID}::/nonexistent:/bin/sh' >>/run/passwd
    mount --bind /run/passwd /etc/passwd
}}
"""
UNITS = {
    # The system's: a user's manager, as logind would start it, but without PAM.
    "/run/units/user@.service": """
[Unit]
DefaultDependencies=no
[Service]
Type=notify
User=%i
Slice=user-%i.slice
Delegate=yes
Environment=XDG_RUNTIME_DIR=/run/user/%i HOME=/run/user/%i SYSTEMD_UNIT_PATH=/run/user-units:
ExecStart=/lib/systemd/systemd --user --unit=inuse.target --log-target=null
""",
    "/run/user-units/inuse.target": "[Unit]\nDefaultDependencies=no\n",
    "/run/user-units/shutdown.target": "[Unit]\nDefaultDependencies=no\n",
    "/run/user-units/dbus.socket": f"""
[Unit]
DefaultDependencies=no
[Socket]
ListenStream={HOME}/bus
""",
    "/run/user-units/dbus.service": """
[Unit]
DefaultDependencies=no
Requires=dbus.socket
[Service]
Type=notify
ExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile --systemd-activation
""",
    "/run/user-units/web.service": f"""
[Unit]
DefaultDependencies=no
[Service]
Restart=always
RestartSec=100ms
ExecStart={systemd.SERVER} 8080
""",
    "/run/user-units/app.socket": """
[Unit]
DefaultDependencies=no
[Socket]
ListenStream=127.0.0.1:8081
""",
    "/run/user-units/app.service": "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 100\n",
}


def as_user(machine, *command, bus=False, uid=UID):
    words = ["env", "-u", "DBUS_SESSION_BUS_ADDRESS", f"XDG_RUNTIME_DIR={HOME}", f"HOME={HOME}"]
    if bus:
        words.append(f"DBUS_SESSION_BUS_ADDRESS={BUS}")
    return machine.run(*words, *command, uid=uid)


def login(machine):
    """Starts the user's manager; the reason why it does not run, or None."""
    script = USER + f"mkdir -p /run/user-units {HOME} && chown {UID} {HOME} && chmod 700 {HOME}\n"
    for path, text in UNITS.items():
        script += f"cat > {path} <<'END'\n{text}END\n"
    machine.run("sh", "-c", script + "systemctl daemon-reload")
    machine.run("systemctl", "start", f"user@{UID}.service")
    for _ in range(100):
        if state(machine, "inuse.target") == "active":
            return None
        time.sleep(0.1)
    return machine.run("systemctl", "status", f"user@{UID}.service").stdout


def state(machine, unit):
    return as_user(machine, "systemctl", "--user", "is-active", unit).stdout.strip()


def start(machine, unit, target):
    as_user(machine, "systemctl", "--user", "start", unit)
    for _ in range(200):
        if machine.run(systemd.INUSE, "--quiet", target).returncode == 0:
            return
        time.sleep(0.05)


def answer(run):
    try:
        return run.returncode, json.loads(run.stdout)
    except ValueError:
        print("#", run.stdout, run.stderr)
        return run.returncode, {}


def steps(document):
    return [(step["kind"], step["target"].get("unit"), step["target"].get("user"), step["result"]["outcome"])
            for step in document.get("steps", [])]


def expect_stopped(machine, run, unit="web.service"):
    code, document = answer(run)
    yield "exit", code, 0
    yield "steps", steps(document), [("stop-unit", unit, True, "done")]
    yield "after", (document.get("after") or {}).get("status"), "free"
    yield "unit", state(machine, unit), "inactive"


def own_socket(machine):
    start(machine, "web.service", "8080")
    yield from expect_stopped(machine, as_user(machine, systemd.INUSE, "free", "--yes", "--json", "8080"))


def own_bus(machine):
    as_user(machine, "systemctl", "--user", "start", "dbus.service")
    start(machine, "web.service", "8080")
    # only the bus is left to be asked
    machine.run("mv", f"{HOME}/systemd/private", f"{HOME}/systemd/hidden")
    run = as_user(machine, systemd.INUSE, "free", "--yes", "--json", "8080", bus=True)
    machine.run("mv", f"{HOME}/systemd/hidden", f"{HOME}/systemd/private")
    yield from expect_stopped(machine, run)


def socket_unit(machine):
    start(machine, "app.socket", "127.0.0.1:8081")
    run = as_user(machine, systemd.INUSE, "free", "--yes", "--json", "127.0.0.1:8081")
    yield from expect_stopped(machine, run, "app.socket")


def root_names_the_user(machine):
    """root stops the unit in the user's systemd: killed, the program would come back."""
    start(machine, "web.service", "8080")
    code, document = answer(machine.run(systemd.INUSE, "free", "--yes", "--json", "8080"))
    yield "exit, not named", code, 1
    yield "end, not named", document.get("end"), "refused"
    yield "unit, not named", state(machine, "web.service"), "active"
    run = machine.run(systemd.INUSE, "free", "--yes", "--json", "--user", str(UID), "8080")
    yield from expect_stopped(machine, run)


def root_and_a_socket_unit(machine):
    start(machine, "app.socket", "127.0.0.1:8081")
    target = "127.0.0.1:8081"
    code, document = answer(machine.run(systemd.INUSE, "free", "--yes", "--json", target))
    yield "exit, not named", code, 1
    yield "end, not named", document.get("end"), "refused"
    run = machine.run(systemd.INUSE, "free", "--yes", "--json", "--user", str(UID), target)
    yield from expect_stopped(machine, run, "app.socket")


def another_user(machine):
    start(machine, "web.service", "8080")
    code, document = answer(as_user(machine, systemd.INUSE, "free", "--yes", "--json", "8080", uid=OTHER))
    yield "exit", code in (1, 3), True
    yield "end", document.get("end"), "refused"
    yield "unit", state(machine, "web.service"), "active"


# name, body, what it needs besides systemd
CASES = [
    ("a user's unit, through the socket of its systemd", own_socket, None),
    ("a user's unit, over the user's bus", own_bus, "/usr/bin/dbus-daemon"),
    ("a user's socket unit", socket_unit, None),
    ("a user's unit, stopped by root who names the user", root_names_the_user, None),
    ("a user's socket unit, stopped by root", root_and_a_socket_unit, None),
    ("a user's unit is left alone by another user", another_user, None),
]


def play(number, name, machine, case):
    wrong = []
    for what, got, wanted in case(machine):
        print(f"# {name}: {what}: {got}")
        if got != wanted:
            wrong.append(f"{what}: expected {wanted}, got {got}")
    for line in wrong:
        print("#  ", line)
    print("not ok" if wrong else "ok", number, "-", name)
    return bool(wrong)


def main():
    print(f"1..{len(CASES)}")
    reason = systemd.why_not()
    if os.environ.get("SYSTEMD_BUS") == "no":
        reason = "this build has no libsystemd"
    if reason:
        for number, (name, _, _) in enumerate(CASES, 1):
            print(f"ok {number} - {name} # SKIP {reason}")
        return 0
    machine = systemd.Machine(systemd.cgroup2())
    bad = 0
    try:
        trouble = "systemd did not boot" if not machine.boot() else login(machine)
        for number, (name, case, needs) in enumerate(CASES, 1):
            if trouble:
                print(f"not ok {number} - {name}")
                print("\n".join(f"# {line}" for line in trouble.splitlines()))
                bad += 1
            elif needs and not os.access(needs, os.X_OK):
                print(f"ok {number} - {name} # SKIP {needs} is not installed")
            else:
                bad += play(number, name, machine, case)
    finally:
        machine.end()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
