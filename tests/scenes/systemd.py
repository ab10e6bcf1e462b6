#!/usr/bin/env python3
"""Scenes with a real systemd: PID 1 of namespaces of its own, with real .socket and .service units.

Prints TAP. Environment: INUSE (the program), DEMO_SERVER (a small TCP server).
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

# Inside the namespaces both programs lie where every user may run them: a build folder may be closed.
INUSE = "/run/programs/inuse"
SERVER = "/run/programs/demo-server"
SYSTEMD = "/lib/systemd/systemd"
NOBODY = 65534

INNER = r"""
set -e
mount --make-rprivate /
mount -t proc proc /proc
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir -p /run/units /run/lock /run/programs
for program in "$INUSE" "$DEMO_SERVER"; do
    touch "/run/programs/${program##*/}"
    mount --bind "$program" "/run/programs/${program##*/}"
done
unit() { printf '[Unit]\nDefaultDependencies=no\n%b' "$2" > /run/units/$1; }
unit inuse.target ''
unit web.socket '[Socket]\nListenStream=127.0.0.1:8080\n'
unit web.service '[Service]\nExecStart=/bin/sleep 100\n'
unit api.service "[Service]\nExecStart=/run/programs/demo-server 9090\nDynamicUser=no\nUser=nobody\n"
cat > /run/store.py <<'END'
import array, os, socket, time
listener = socket.create_server(("127.0.0.1", 7070))
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))
notify.sendmsg([b"FDSTORE=1\nFDNAME=web"],
               [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener.fileno()]))])
time.sleep(0.5)  # until the manager has taken it
listener.close()
time.sleep(100)
END
unit store.service '[Service]\nExecStart=/usr/bin/python3 /run/store.py\nNotifyAccess=main\nFileDescriptorStoreMax=1\n'
unit run.socket '[Socket]\nListenStream=/run/app.sock\n'
unit run.service '[Service]\nExecStart=/bin/sleep 100\n'
ip link set lo up
export container=inuse SYSTEMD_UNIT_PATH=/run/units:
exec "$SYSTEMD" --system --unit=inuse.target --log-target=null --show-status=no
"""


def cgroup2():
    """Where cgroup2 is mounted, and a folder of our own in it."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        for line in mounts:
            left, _, right = line.partition(" - ")
            if right.startswith("cgroup2 "):
                return os.path.join(left.split()[4], f"inuse-systemd-{os.getpid()}")
    return None


def why_not():
    """The reason why no systemd can be booted here, or None."""
    if os.geteuid() != 0:
        return "needs root for namespaces and cgroups"
    if not os.access(SYSTEMD, os.X_OK):
        return "no systemd here"
    folder = cgroup2()
    if not folder:
        return "no cgroup2 here"
    try:
        os.mkdir(folder)
        os.rmdir(folder)
    except OSError as error:
        return f"cgroup2 is not writable: {error.strerror}"
    return None


class Machine:
    """A booted systemd; commands run inside with nsenter."""

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(folder)
        self.unshare = subprocess.Popen(
            ["unshare", "--fork", "--pid", "--kill-child", "--mount", "--net", "--uts", "--ipc", "--cgroup",
             "bash", "-c", INNER],
            env={**os.environ, "SYSTEMD": SYSTEMD},
            preexec_fn=self.enter, stdin=subprocess.DEVNULL, start_new_session=True)
        self.pid = None

    def enter(self):
        with open(os.path.join(self.folder, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write("0")

    def boot(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.unshare.poll() is None:
            path = f"/proc/{self.unshare.pid}/task/{self.unshare.pid}/children"
            children = open(path, encoding="ascii").read().split()
            if children:
                self.pid = int(children[0])
                state = self.run("systemctl", "is-active", "inuse.target")
                if state.stdout.strip() == "active":
                    return True
            time.sleep(0.1)
        return False

    def run(self, *command, uid=0):
        user = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] if uid else []
        return subprocess.run(["nsenter", "-t", str(self.pid), "-a", *user, *command], text=True,
                              capture_output=True, timeout=30)

    def start(self, unit, port_open):
        started = self.run("systemctl", "start", unit)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not port_open(self):
            time.sleep(0.05)
        return started.stderr.strip()

    def end(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        self.unshare.kill()
        self.unshare.wait()
        deadline = time.monotonic() + 10
        while os.path.isdir(self.folder) and time.monotonic() < deadline:
            for folder, _, _ in os.walk(self.folder, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    time.sleep(0.05)  # processes of it are still ending


def why(machine, target, uid=0):
    run = machine.run(INUSE, "why", "--json", target, uid=uid)
    return run.returncode, json.loads(run.stdout) if run.stdout else {"stderr": run.stderr}


def first(document, *keys):
    """A value deep in the document, or None where the way ends."""
    for key in keys:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return None
    return document


SCENES = [
    # name, unit, target, uid, what is expected
    ("a socket unit listens", "web.socket", "127.0.0.1:8080", 0,
     {"status": "in-use", "cause": "socket-activation", "unit": "web.socket", "pids": [1],
      "command": ["inuse", "free", "127.0.0.1:8080/tcp"], "plan": "web.socket"}),
    ("a socket unit, seen without privilege", "web.socket", "127.0.0.1:8080", NOBODY,
     {"status": "in-use", "unit": "web.socket"}),
    ("a service listens", "api.service", "9090", 0,
     {"status": "in-use", "cause": "other-program", "unit": "api.service",
      "plan": "api.service"}),
    ("a service of the same user, seen without privilege", "api.service", "9090", NOBODY,
     {"status": "in-use", "unit": "api.service", "user": "nobody"}),
    ("a socket unit with a path", "run.socket", "/run/app.sock", 0,
     {"status": "in-use", "cause": "socket-activation", "pids": [1]}),
    ("a descriptor store", "store.service", "127.0.0.1:7070", 0,
     {"status": "in-use", "cause": "descriptor-in-flight", "unit": "store.service", "pids": [1], "plan": "store.service"}),
]


def seen(document):
    return {
        "status": first(document, "verdict", "status"),
        "cause": first(document, "verdict", "cause"),
        "unit": first(document, "blockers", 0, "unit"),
        "user": first(document, "blockers", 0, "user"),
        "pids": [h["pid"] for h in first(document, "blockers", 0, "holders") or []],
        # another port or address, which harms nobody, may come before it
        "command": next((r["command"] for r in first(document, "remedies") or [] if r["command"]), []),
    }


def main():
    print(f"1..{len(SCENES)}")
    reason = why_not()
    if reason:
        for number, scene in enumerate(SCENES, 1):
            print(f"ok {number} - {scene[0]} # SKIP {reason}")
        return 0
    machine = Machine(cgroup2())
    bad = 0
    try:
        booted = machine.boot()
        for number, (name, unit, target, uid, expected) in enumerate(SCENES, 1):
            if not booted:
                print(f"not ok {number} - {name}\n# systemd did not boot")
                bad += 1
                continue
            machine.start(unit, lambda m: m.run(INUSE, "--quiet", target).returncode == 0)
            if unit == "store.service":
                time.sleep(1)  # it has let go of its own descriptor by then
            code, document = why(machine, target, uid)
            got = seen(document)
            if "plan" in expected:  # the unit that `inuse free` would stop
                plan = machine.run(INUSE, *got["command"][1:], "--dry-run").stdout
                stop = f"systemctl stop {expected['plan']}"
                got["plan"] = expected["plan"] if stop in plan else plan
            wrong = {k: (v, got[k]) for k, v in expected.items() if got[k] != v}
            if code != 0:
                wrong["exit"] = (0, code)
            print(f"# {name}: {got}")
            for key, (wanted, found) in wrong.items():
                print(f"#   {key}: expected {wanted}, got {found}")
            print("not ok" if wrong else "ok", number, "-", name)
            bad += bool(wrong)
    finally:
        machine.end()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
