#!/usr/bin/env python3
"""`inuse` and `inuse free` with a real container engine: podman, its storage and state in namespaces
of their own.

Prints TAP. Environment: INUSE (the program), DEMO_SERVER (a small TCP server).
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

INUSE = os.path.abspath(os.environ["INUSE"])
SERVER = os.path.abspath(os.environ["DEMO_SERVER"])

# runc, as crun refuses cgroups of both versions at once; the limits, as those of the machine may be
# lower than what podman asks for by default, and its cgroups may have none for processes.
CONF = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
pids_limit = 0
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_backend = "none"
[network]
network_backend = "netavark"
"""

INNER = """
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/lock
mount -t tmpfs tmpfs "$1"
# root's inuse takes podman from the folders of the system alone, wherever the tests have theirs
podman=$(command -v podman)
mount -t tmpfs tmpfs /usr/local/bin
printf '#!/bin/sh\nPATH=%s exec %s "$@"\n' "$PATH" "$podman" >/usr/local/bin/podman
chmod 755 /usr/local/bin/podman
ip link set lo up
exec sleep 1000
"""

# Root file systems of containers without an image: the server, and the libraries of this machine.
FOLDERS = ("bin", "dev", "etc", "lib", "lib64", "proc", "run", "sys", "tmp", "usr/lib", "var")
MOUNTS = [f"--volume={path}:{path}:ro" for path in ("/lib", "/lib64", "/usr/lib") if os.path.isdir(path)]
STORAGE = "/var/lib/containers"


class CannotStart(Exception):
    """The engine could not start a container: a matter of this machine."""


class Machine:
    """Namespaces with a podman of their own; commands run inside with nsenter."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="inuse-containers-")
        self.root = os.path.join(self.folder, "root")
        self.conf = os.path.join(self.folder, "containers.conf")
        for folder in FOLDERS:
            os.makedirs(os.path.join(self.root, folder))
        with open(self.conf, "w", encoding="utf-8") as conf:
            conf.write(CONF)
        os.makedirs(STORAGE, exist_ok=True)
        self.unshare = subprocess.Popen(
            ["unshare", "--fork", "--pid", "--kill-child", "--mount", "--net", "--ipc", "--uts",
             "sh", "-c", INNER, "sh", STORAGE],
            env={**os.environ, "CONTAINERS_CONF": self.conf}, stdin=subprocess.DEVNULL)
        self.pid = None

    def boot(self):
        for _ in range(200):
            path = f"/proc/{self.unshare.pid}/task/{self.unshare.pid}/children"
            children = open(path, encoding="ascii").read().split()
            if children:
                self.pid = int(children[0])
                # the shell has become sleep: everything is mounted
                with open(f"/proc/{self.pid}/comm", encoding="utf-8") as comm:
                    if comm.read().strip() == "sleep":
                        return True
            if self.unshare.poll() is not None:
                return False
            signal.sigtimedwait([], 0.05)
        return False

    def run(self, *command):
        return subprocess.run(
            ["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "-i", "-u", *command], text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=100,
            env={**os.environ, "CONTAINERS_CONF": self.conf})

    def start(self, name, network, port):
        # pid 1 of a container without a handler does not hear SIGTERM: no need to wait for it
        started = self.run("podman", "run", "--detach", "--stop-timeout=1", "--name", name, *network, *MOUNTS,
                           f"--volume={SERVER}:/bin/demo-server:ro", "--rootfs", self.root,
                           "/bin/demo-server", port)
        if started.returncode:
            lines = [line for line in started.stderr.splitlines() if "level=warning" not in line]
            raise CannotStart((lines or ["podman failed"])[-1])

    def end(self):
        if self.pid:
            self.run("podman", "rm", "--force", "--all", "--time", "0")
            os.kill(self.pid, signal.SIGKILL)
        self.unshare.kill()
        self.unshare.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        remove_cgroups()


def remove_cgroups():
    """What podman made for the containers of these tests; one in use cannot be removed."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        trees = [line.split()[4] for line in mounts if " - cgroup" in line]
    for tree in trees:
        for folder, _, _ in os.walk(os.path.join(tree, "libpod_parent"), topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                pass


def answer(run):
    try:
        return json.loads(run.stdout)
    except ValueError:
        print("#", run.stdout, run.stderr)
        return {}


def state(machine, name):
    return machine.run("podman", "inspect", "--format", "{{.State.Status}}", name).stdout.strip()


def can_bind(machine, port):
    return machine.run("python3", "-c", f"import socket; socket.create_server(('', {port}))").returncode == 0


def wait_taken(machine, port):
    """podman returns before the server in the container has its port."""
    for _ in range(200):
        if not can_bind(machine, port):
            return
        signal.sigtimedwait([], 0.05)
    print(f"# {port}: nobody took it")


def freed(machine, name, port, by_name):
    """The story of one container: why, the plan, the act, and what is left."""
    wait_taken(machine, port)
    before = answer(machine.run(INUSE, "--json", port))
    blocker = (before.get("blockers") or [{}])[0]
    holder = (blocker.get("holders") or [{}])[0]
    yield "cause", before.get("verdict", {}).get("cause"), "container-port"
    yield "its name is told", name in machine.run(INUSE, port).stdout, True
    if by_name:
        yield "container_name", holder.get("container_name"), name
    yield "bind before", can_bind(machine, port), False
    run = machine.run(INUSE, "free", "--yes", "--json", port)
    document = answer(run)
    steps = document.get("steps", [])
    yield "exit", run.returncode, 0
    yield "steps", [(step["kind"], step["result"]["outcome"]) for step in steps
                    if step["result"]["outcome"] != "needless"], [("stop-container", "done")]
    yield "engine", [step["target"]["engine"] for step in steps if step["kind"] == "stop-container"], ["podman"]
    yield "after", (document.get("after") or {}).get("status"), "free"
    yield "container", state(machine, name), "exited"
    yield "bind after", can_bind(machine, port), True


def host_network(machine):
    machine.start("web", ["--network=host"], "8080")
    yield from freed(machine, "web", "8080", True)


def published_port(machine):
    machine.start("shop", ["--network=podman", "--publish=8081:9090"], "9090")
    machine.start("other", ["--network=podman", "--publish=8082:9090"], "9090")
    yield from freed(machine, "shop", "8081", False)
    yield "the other one", state(machine, "other"), "running"
    yield "its port", can_bind(machine, "8082"), False


def dry_run(machine):
    machine.start("stays", ["--network=host"], "8083")
    wait_taken(machine, "8083")
    run = machine.run(INUSE, "free", "--dry-run", "8083")
    yield "exit", run.returncode, 0
    yield "command", bool(re.search(r"podman stop [0-9a-f]{64}", run.stdout)), True
    yield "name", "container stays (" in run.stdout, True
    yield "container", state(machine, "stays"), "running"


CASES = [
    ("a container in the host's network", host_network),
    ("a published port: the container, not who publishes it", published_port),
    ("a container, dry run", dry_run),
]


def why_not():
    """The reason why no container can be started here, or None."""
    if os.geteuid() != 0:
        return "needs root for namespaces and containers"
    for program in ("podman", "runc", "nsenter"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            return f"{program} is not installed"
    return None


def main():
    print(f"1..{len(CASES)}")
    reason = why_not()
    machine = None if reason else Machine()
    bad = 0
    try:
        if machine and not machine.boot():
            reason = "no namespaces of our own"
        for number, (name, case) in enumerate(CASES, 1):
            if reason:
                print(f"ok {number} - {name} # SKIP {reason}")
                continue
            wrong = []
            try:
                for what, got, wanted in case(machine):
                    print(f"# {name}: {what}: {got}")
                    if got != wanted:
                        wrong.append(f"{what}: expected {wanted}, got {got}")
            except CannotStart as error:
                print(f"ok {number} - {name} # SKIP no container can be started here: {error}")
                continue
            for line in wrong:
                print("#  ", line)
            print("not ok" if wrong else "ok", number, "-", name)
            bad += bool(wrong)
    finally:
        if machine:
            machine.end()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
