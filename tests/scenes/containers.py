#!/usr/bin/env python3
"""`inuse` and `inuse free` with a real container engine: podman, its storage and state in namespaces
of their own.

Prints TAP. Environment: INUSE (the program), DEMO_SERVER (a small TCP server).
"""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

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
mkdir -p /etc/containers
mount -t tmpfs tmpfs /etc/containers
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

    @contextlib.contextmanager
    def background(self, *command):
        """Runs there until the end of the block."""
        with subprocess.Popen(["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "-i", "-u", *command],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
                              env={**os.environ, "CONTAINERS_CONF": self.conf}) as process:
            try:
                yield process
            finally:
                os.killpg(process.pid, signal.SIGKILL)

    def wait_socket(self, path):
        for _ in range(200):
            if self.run("test", "-S", path).returncode == 0:
                return
            signal.sigtimedwait([], 0.05)

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
    yield from freed(machine, "shop", "8081", True)
    yield "the other one", state(machine, "other"), "running"
    yield "its port", can_bind(machine, "8082"), False


def by_the_engine(machine):
    """What only the engine knows, asked over its own socket: image, project and service."""
    machine.run("sh", "-c", """echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json""")
    made = machine.run("sh", "-c", f"tar -C {machine.root} -c . | podman import - localhost/shop:1")
    if made.returncode:
        raise CannotStart(made.stderr.strip().splitlines()[-1])
    mounts = [*MOUNTS, f"--volume={SERVER}:/bin/demo-server:ro"]
    labels = ["--label=com.docker.compose.project=shop", "--label=com.docker.compose.service=db"]
    started = machine.run("podman", "run", "--detach", "--stop-timeout=1", "--name", "shop-db-1", *labels, *mounts,
                          "--network=podman", "--publish=8084:9090", "localhost/shop:1", "/bin/demo-server", "9090")
    if started.returncode:
        raise CannotStart(started.stderr.strip().splitlines()[-1])
    wait_taken(machine, "8084")
    holder = answer(machine.run(INUSE, "--json", "8084"))["blockers"][0]["holders"][0]
    yield "without the engine", (holder["container_name"], holder["image"]), ("shop-db-1", None)
    machine.run("mkdir", "-p", "/run/podman")
    with machine.background("podman", "system", "service", "--time=0", "unix:///run/podman/podman.sock"):
        machine.wait_socket("/run/podman/podman.sock")
        holder = answer(machine.run(INUSE, "--json", "8084"))["blockers"][0]["holders"][0]
        yield "holder", [holder[key] for key in ("container_name", "image", "project", "service")], \
            ["shop-db-1", "localhost/shop:1", "shop", "db"]
        text = machine.run(INUSE, "8084").stdout
        yield "who", "container shop-db-1, image localhost/shop:1, service db of shop" in " ".join(text.split()), True
        yield "what helps", "stop container shop-db-1 (or podman compose -p shop stop db):" in text, True


# An engine that takes calls and never answers, and one with a container of user 1000.
STUCK = "import os, socket, time; os.makedirs(os.path.dirname({0!r}), exist_ok=True); s = socket.socket(1); s.bind({0!r}); s.listen(); time.sleep(60)"
ROOTLESS = """
import json, os, socket
os.makedirs("/run/user/1000/podman", exist_ok=True)
s = socket.socket(1)
s.bind("/run/user/1000/podman/podman.sock")
s.listen()
while True:
    peer = s.accept()[0]
    peer.recv(4096)
    peer.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + json.dumps([{"Id": "ab" * 32, "Names": ["web"], "Image": "web:2", "Ports": [
        {"PublicPort": 8086, "Type": "tcp"}]}]).encode())
    peer.close()
"""
RELAY = "import os, socket, time; os.setuid(1000); s = socket.socket(); s.bind(('0.0.0.0', 8086)); s.listen(); time.sleep(60)"


def stuck_engine(machine):
    """An engine that does not answer is waited for at most a second, and said to be so."""
    machine.start("stuck", ["--network=podman", "--publish=8085:9090"], "9090")
    wait_taken(machine, "8085")
    path = "/run/podman/podman.sock"
    machine.run("rm", "-f", path)
    with machine.background("python3", "-c", STUCK.format(path)):
        machine.wait_socket(path)
        began = time.monotonic()
        document = answer(machine.run(INUSE, "--json", "8085"))
        took = time.monotonic() - began
        print(f"# it took {took:.1f} s")
        yield "in time", took < 8, True
        yield "gap", [gap["why"] for gap in document["gaps"] if path in gap["what"]], ["it did not answer in 1 s"]
        yield "its name all the same", document["blockers"][0]["holders"][0]["container_name"], "stuck"
    machine.run("rm", "-f", path)


def rootless(machine):
    """The engine of the user whose process it is, for its shape only: rootlessport has its name."""
    relay = machine.run("sh", "-c", "mkdir -p /run/podman-bin/podman && cp $(readlink -f $(command -v python3)) /run/podman-bin/podman/rootlessport")
    yield "relay", relay.returncode, 0
    with machine.background("python3", "-c", ROOTLESS), \
            machine.background("/run/podman-bin/podman/rootlessport", "-c", RELAY):
        machine.wait_socket("/run/user/1000/podman/podman.sock")
        wait_taken(machine, "8086")
        document = answer(machine.run(INUSE, "--json", "8086"))
        yield "cause", document["verdict"]["cause"], "container-port"
        holder = document["blockers"][0]["holders"][0]
        yield "holder", (holder["uid"], holder["container_name"], holder["image"]), (1000, "web", "web:2")


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
    ("image and compose service from the engine itself", by_the_engine),
    ("an engine that does not answer", stuck_engine),
    ("the engine of another user", rootless),
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
