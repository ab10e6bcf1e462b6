#!/usr/bin/env python3
"""Boxes: machines and pods that have a port, locks that are no sockets, servers whose socket file is gone, and
messages that name no port of their own.

Each scene is real, in network and mount namespaces of its own; machines and servers are stand-ins with the names and
arguments of the real ones. Prints TAP. Environment: INUSE (the program).
"""
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time

import places
from places import Missing, Wrong, ask, expect, expect_in, holders, mount, remedies, sh, stale, why

NOBODY = 65534
POD = "1b2c3d4e-1111-2222-3333-444455556666"
ID = "9b37429654ab4b7c6f2c1d0e8a5f3b219b37429654ab4b7c6f2c1d0e8a5f3b21"

LISTEN = """
import socket, sys, time
s = socket.socket()
s.bind(("0.0.0.0", int(sys.argv[1])))
s.listen(5)
print(flush=True)
time.sleep(120)
"""


def start(room, command, **how):
    process = room.keep(subprocess.Popen(command, stdout=subprocess.PIPE, **how))
    process.stdout.readline()
    return process


def stand_in(room, name):
    """A copy of the interpreter with another program's name."""
    path = room.path(name)
    shutil.copy(os.path.realpath(sys.executable), path)
    return path


def environment():
    return {**os.environ, "PYTHONHOME": sys.base_prefix}


def lives(process):
    return process.poll() is None


# ---- machines ----

def machine(room):
    """QEMU's arguments say what the port is; a signal would pull the plug."""
    qemu = stand_in(room, "qemu-system-x86_64")
    forward = ["-name", "web", "-netdev", "user,id=n1,hostfwd=tcp::2222-:22", "-vnc", ":1"]
    holder = start(room, [qemu, "-c", LISTEN, "2222", *forward], env=environment())
    code, document, _ = why("2222")
    verdict = document["verdict"]
    expect((code, verdict["cause"], verdict["confidence"]), (0, "port-forward", "proven"), "exit code, cause, confidence")
    expect_in("the virtual machine web", verdict["headline"], "headline")
    expect_in("guest's port 22", verdict["headline"], "headline")
    for remedy in document["remedies"]:
        if remedy["id"] == "stop-process":
            expect(remedy["command"], [], "command of stop-process")
            expect_in("hostfwd_remove", remedy["summary"], "stop-process")
    expect(ask("free", "--yes", "2222")[0], 1, "free: exit code")
    expect(lives(holder), True, "the machine lives after free")
    _, document, _ = why("--for", qemu, "2222")
    expect(document["verdict"]["cause"], "port-forward", "cause for another machine")
    expect(ask("free", "--yes", "--force", "2222")[0], 0, "free --force: exit code")
    expect(lives(holder), False, "the machine lives after free --force")


def screen(room):
    qemu = stand_in(room, "qemu-system-x86_64")
    start(room, [qemu, "-c", LISTEN, "5901", "-vnc", ":1"], env=environment())
    _, document, _ = why("5901")
    expect(document["verdict"]["cause"], "other-program", "cause")
    expect_in("for its screen", json.dumps(document["blockers"]), "evidence")


def desktop(room):
    vnc = stand_in(room, "Xtigervnc")
    holder = start(room, [vnc, "-c", LISTEN, "5902", ":2"], env=environment())
    _, document, _ = why("5902")
    expect(remedies(document).count("stop-process"), 0, "stop-process is offered")
    expect(ask("free", "--yes", "5902")[0], 1, "free: exit code")
    expect(lives(holder), True, "the desktop lives")


def by_its_lever(room, port, program, arguments, cause, lever, never="inuse free"):
    """The stand-in's own lever is told, `free` leaves it alone; what is offered is not what is refused."""
    code = LISTEN.replace("sys.argv[1]", "__import__('os').environ['P']")  # no argument that the real one has not
    holder = start(room, [stand_in(room, program), "-c", code, *arguments], env={**environment(), "P": port})
    _, document, _ = why(port)
    expect(document["verdict"]["cause"], cause, "cause")
    helps = [f"{r['summary']} {' '.join(r['command'])}" for r in document["remedies"] if r["id"].startswith("stop-")]
    if lever:
        expect_in(lever, " / ".join(helps), "what helps")
    expect([text for text in helps if never in text], [], f"what helps with {never}")
    code, _, text, _ = ask("free", "--yes", port)
    expect((code, lives(holder)), (1, True), "exit code of free, it lives")
    if lever:
        expect_in(lever, text, "free")


def virtualbox(room):
    by_its_lever(room, "9111", "VBoxHeadless", ["--comment", "box", "--startvm", POD], "port-forward", "acpipowerbutton")


def lima(room):
    by_its_lever(room, "9112", "limactl", ["hostagent", "--socket", "/x/ha.sock", "default"], "port-forward", "limactl stop")


def machine_of_podman(room):
    by_its_lever(room, "9113", "gvproxy", ["-mtu", "1500", "-ssh-port", "9113", "-pid-file", "/x"], "container-port", None, "kill ")
    expect_in("podman machine stop", json.dumps(why("9113")[1]["blockers"]), "evidence")


def proxy_device(room):
    by_its_lever(room, "9114", "lxd", ["forkproxy", "--", "4711", "3", "tcp:0.0.0.0:9114", "/var/snap/lxd/common/lxd/logs/web/proxy.http.log"],
                 "container-port", "lxc config device remove web http")


def kube_proxy(room):
    by_its_lever(room, "9115", "kube-proxy", ["--config=/x"], "other-program", None)


# ---- what others hang on ----

def editor(room):
    by_its_lever(room, "9116", "code", ["--type=utility"], "port-forward", "Ports view")


def engine_api(room):
    """The port of an engine's own API is none that a container publishes, and nothing ends all its containers."""
    by_its_lever(room, "9117", "dockerd", ["-H", "tcp://0.0.0.0:9117"], "other-program", None)


def clients(room):
    """Whoever is connected to a server is told of before it is ended, and their own ports are left alone."""
    code = LISTEN.replace("time.sleep", "kept = [s.accept() for _ in range(3)]; print(flush=True); time.sleep")
    server = start(room, [sys.executable, "-c", code, "9118"])
    away = [room.keep(socket.create_connection(("127.0.0.1", 9118))) for _ in range(3)]
    server.stdout.readline()
    _, documents, _, _ = ask("free", "--json", "--dry-run", "9118")
    losses = " ".join(text for step in documents[-1]["steps"] for text in step["mind"])
    expect_in("3 ", losses, "what is lost")
    expect([s.getpeername()[1] for s in away], [9118] * 3, "peers of the clients")
    expect(lives(server), True, "the server lives")


PROGRAMS = [
    "Xorg", "Xvnc", "gnome-shell", "dbus-daemon", "systemd-logind", "NetworkManager", "sshd", "containerd", "dockerd", "kubelet",
    "kube-proxy", "libvirtd", "supervisord", "runsv", "s6-supervise", "monit", "tmux", "inetd", "rootlesskit", "slirp4netns",
    "conmon", "gvproxy", "com.docker.backend", "ssh", "socat", "code-server", "cursor", "qemu-kvm", "VBoxHeadless", "vmware-vmx",
    "nginx", "postgres", "haproxy", "kubectl", "cloudflared"]


def one_decision(room):
    """What `why` offers as `inuse free` is what `free` would do: one decision, whoever has the port."""
    code = LISTEN.replace("sys.argv[1]", "__import__('os').environ['P']")
    for port, program in enumerate(PROGRAMS, 9200):
        holder = start(room, [stand_in(room, program), "-c", code, "x"], env={**environment(), "P": str(port)})
        offered = any(r["command"][:2] == ["inuse", "free"] for r in why(str(port))[1]["remedies"])
        _, documents, _, _ = ask("free", "--json", "--dry-run", str(port))
        expect((program, offered and not documents[-1]["steps"]), (program, False), "offered and refused")
        holder.kill()
        holder.wait()


# ---- control groups ----

def cgroup_root():
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            if line.split()[2] == "cgroup2":
                return line.split()[1]
    raise Missing("no cgroup2 is mounted")


def in_cgroup(room, path, port):
    root = os.path.join(cgroup_root(), f"inuse-boxes-{os.getpid()}")
    folder = os.path.join(root, path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Missing(f"no cgroup can be made: {error.strerror}") from error

    def enter():
        with open(os.path.join(folder, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write("0")
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    python = shutil.which("python3", path="/usr/bin:/bin")  # one that everybody may run
    if not python:
        raise Missing("no python3 that another user may run")
    try:
        process = start(room, [python, "-c", LISTEN, port], preexec_fn=enter)
    except subprocess.SubprocessError as error:
        raise Missing("no process may enter the cgroup") from error
    if not lives(process):
        raise Missing("no process may enter the cgroup")

    class Folders:
        """Removed once the process is gone."""

        def close(self):
            for parent, _, _ in os.walk(root, topdown=False):
                try:
                    os.rmdir(parent)
                except OSError:
                    pass
    room.keep(Folders())
    return process


def boxed(room, path, port, words, never=()):
    process = in_cgroup(room, path, port)
    _, document, _ = why(port)
    expect(document["verdict"]["cause"], "container-port", "cause")
    commands = [r["command"] for r in document["remedies"]]
    text = json.dumps(commands)
    for word in words:
        expect_in(word, text, "commands")
    for word in never:
        expect(word in text, False, f"{word} in {text}")
    expect(remedies(document).count("stop-unit"), 0, "stop-unit is offered")
    expect(ask("free", "--yes", port)[0], 1, "free: exit code")
    expect(lives(process), True, "the process lives")


def libvirt(room):
    boxed(room, r"machine.slice/machine-qemu\x2d1\x2dvm1.scope/libvirt/emulator", "9101",
          ('"virsh", "shutdown", "vm1"',), ("machinectl",))


def nspawn(room):
    boxed(room, r"machine.slice/machine-my\x2dbox.scope/payload", "9102", ('"machinectl", "poweroff", "my-box"',))


def pod_of_cgroupfs(room):
    name = f"kubepods-burstable-pod{POD.replace('-', '_')}.slice:cri-containerd:{ID}"
    boxed(room, f"system.slice/containerd.service/{name}", "9103", ('"kubectl"', POD), ("crictl", "systemctl"))


def pod_of_systemd(room):
    pod = f"kubepods-burstable-pod{POD.replace('-', '_')}.slice"
    boxed(room, f"kubepods.slice/kubepods-burstable.slice/{pod}/cri-containerd-{ID}.scope", "9104",
          ('"kubectl"', POD), ("crictl",))


def rootless(room):
    boxed(room, f"user.slice/user-{NOBODY}.slice/user@{NOBODY}.service/user.slice/libpod-{ID}.scope/container", "9105",
          ('"sudo", "-u"', f"XDG_RUNTIME_DIR=/run/user/{NOBODY}", '"podman", "stop"'))


def lxc(room):
    boxed(room, "lxc.payload.web", "9106", ('"lxc-stop", "-n", "web"',))


# ---- locks ----

CONMON = """
import os, signal, socket, sys, time
def begin(*_):
    if not os.fork():
        s.close()
        time.sleep(120)
signal.signal(signal.SIGUSR1, begin)
s = socket.socket()
s.bind(("0.0.0.0", int(sys.argv[1])))
s.listen(5)
print(flush=True)
while True:
    signal.pause()
"""


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


def until(what, holds):
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    raise Wrong(f"{what} does not come")


def conmon(room):
    """Without a child it is left over; one that it has by the time of the answer is a container that runs."""
    holder = start(room, [stand_in(room, "conmon"), "-c", CONMON, "8085"], env=environment())
    _, document, _ = why("8085")
    expect(["left over" in line for b in document["blockers"] for line in b["evidence"]].count(True), 0, "left over at its start")
    until("left over", lambda: "it is left over" in json.dumps(why("8085")[1]["blockers"]))
    free, terminal = pty.fork()
    if not free:
        os.execv(places.INUSE, [places.INUSE, "free", "8085"])
    said = ""
    try:
        while True:
            said += os.read(terminal, 4096).decode()
            if "[y/N]" in said and not children(holder.pid):
                holder.send_signal(signal.SIGUSR1)
                until("its child", lambda: children(holder.pid))
                os.write(terminal, b"y\n")
    except OSError:
        pass  # its end is closed
    print("#   " + said.replace("\r\n", "\n#   "))
    code = os.waitstatus_to_exitcode(os.waitpid(free, 0)[1])
    expect((code, lives(holder)), (1, True), "exit code of free, conmon lives")
    expect_in("has a child now", said, "free")
    for pid in children(holder.pid):
        os.kill(int(pid), signal.SIGKILL)
    os.kill(holder.pid, signal.SIGKILL)


def gone_pid():
    done = subprocess.Popen(["true"])
    done.wait()
    return done.pid


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def display(room):
    """The lock and the socket of an X server that is gone go together, whichever is asked for."""
    tmp, = room.make("tmp")
    os.mkdir(os.path.join(tmp, ".X11-unix"))
    lock, path = os.path.join(tmp, ".X99-lock"), os.path.join(tmp, ".X11-unix", "X99")
    for target in (lock, path):
        write(lock, f"{gone_pid():10d}\n")
        stale(path)
        code, document, _ = why(target)
        verdict = document["verdict"]
        expect((code, verdict["cause"], document["request"]["path"]),
               (0, "lock-file" if target == lock else "stale-socket-file", target), "exit code, cause, path")
        expect_in("which is gone", json.dumps(document["blockers"]), "evidence")
        expect(ask("free", "--yes", target)[0], 0, "free: exit code")
        expect((os.path.lexists(lock), os.path.lexists(path)), (False, False), "lock and socket are there")


def display_that_lives(room):
    """A lock names an X server that runs: nothing is removed, and nobody is ended."""
    tmp, = room.make("tmp")
    os.mkdir(os.path.join(tmp, ".X11-unix"))
    lock, path = os.path.join(tmp, ".X7-lock"), os.path.join(tmp, ".X11-unix", "X7")
    server = start(room, [stand_in(room, "Xvfb"), "-c", "import time; print(flush=True); time.sleep(120)", ":7"],
                   env=environment())
    write(lock, f"{server.pid:10d}\n")
    _, document, _ = why(lock)
    expect(document["verdict"]["cause"], "lock-file", "cause")
    expect_in(f"Xvfb (pid {server.pid})", document["verdict"]["headline"], "headline")
    expect(ask("free", "--yes", "--force", lock)[0], 1, "free: exit code")
    code, document, _ = why(path)
    expect((code, document["verdict"]["status"]), (1, "free"), "exit code and status of the socket")
    expect_in("locked: ", json.dumps(document["verdict"]["warnings"]), "warnings")
    stale(path)
    expect(ask("free", "--yes", path)[0], 1, "free of the socket: exit code")
    expect((lives(server), os.path.lexists(lock), os.path.lexists(path)), (True, True, True), "server, lock, socket")


def given_again(room):
    """The number belongs to another program now: a PostgreSQL lock names this test."""
    lock = room.path(".s.PGSQL.5432.lock")
    write(lock, f"{os.getpid()}\n/var/lib/postgresql/data\n")
    _, document, _ = why(lock)
    expect(document["verdict"]["cause"], "lock-file", "cause")
    expect_in("another program now", json.dumps(document["blockers"]), "evidence")
    expect(ask("free", "--yes", lock)[0], 0, "free: exit code")
    expect(os.path.lexists(lock), False, "the lock is there")


def unknown_writer(room):
    """Nobody knows which programs write a tool.pid: as long as its number is somebody's, it stays."""
    lock = room.path("tool.pid")
    write(lock, f"{os.getpid()}\n")
    _, document, _ = why(lock)
    expect((document["verdict"]["cause"], remedies(document).count("remove-lock-file")), ("lock-file", 0),
           "cause, remove-lock-file is offered")
    expect(ask("free", "--yes", lock)[0], 1, "free: exit code")
    expect(os.path.lexists(lock), True, "the lock is there")
    write(lock, f"{gone_pid()}\n")
    expect(ask("free", "--yes", lock)[0], 0, "free: exit code")
    expect(os.path.lexists(lock), False, "the lock is there")


def lock_with_live_socket(room):
    """The number is gone, and somebody is bound to the socket all the same."""
    path = room.path("mysqld.sock")
    write(path + ".lock", f"{gone_pid()}\n")
    room.serve(path)
    _, document, _ = why(path + ".lock")
    expect(document["verdict"]["cause"], "lock-file", "cause")
    expect_in("somebody is bound", document["verdict"]["headline"], "headline")
    expect(remedies(document).count("remove-lock-file"), 0, "remove-lock-file is offered")
    expect(ask("free", "--yes", path + ".lock")[0], 1, "free: exit code")
    expect((os.path.lexists(path), os.path.lexists(path + ".lock")), (True, True), "socket and lock are there")


def socket_beside_its_lock(room):
    """Who is bound to the socket is found, whatever its lock tells: of the server itself, of a program like it."""
    path = room.path(".s.PGSQL.5432")
    pid = room.serve(path)
    for named in (pid, os.getpid()):
        write(path + ".lock", f"{named}\n")
        _, document, _ = why(path)
        expect((document["verdict"]["cause"], holders(document)), ("other-program", [pid]), "cause, holder")
        expect(ask("free", "--dry-run", path)[0], 0, "free: exit code")


def lock_of_another_machine(room):
    """On a file system that others serve, too, a number that is nobody's here may be somebody's there."""
    real, seen = room.make("real", "seen")
    room.keep(places.fuse_mount(places.fuse.mirror, seen, real))
    write(os.path.join(real, "postmaster.pid"), f"{gone_pid()}\n")
    lock = os.path.join(seen, "postmaster.pid")
    _, document, _ = why(lock)
    expect((document["verdict"]["cause"], remedies(document).count("remove-lock-file")), ("lock-file", 0),
           "cause, remove-lock-file is offered")
    expect(ask("free", "--yes", lock)[0], 1, "free: exit code")
    expect(os.path.lexists(lock), True, "the lock is there")


def no_lock(room):
    """A file of such a name without a number is a file."""
    path = room.path("yarn.lock")
    write(path, "# yarn lockfile v1\n")
    _, document, _ = why(path)
    expect(document["verdict"]["cause"], "path-exists", "cause")
    expect(ask("free", "--yes", path)[0], 1, "free: exit code")
    expect(os.path.lexists(path), True, "the file is there")


# ---- a server without its file ----

def lost_file(room):
    path = room.path("app.sock")
    pid = room.serve(path)
    os.unlink(path)
    code, document, _ = why(path)
    expect((code, document["verdict"]["status"]), (1, "free"), "exit code, status")
    expect_in(f"(pid {pid}) still listens", json.dumps(document["verdict"]["warnings"]), "warnings")


def lost_tmux(room):
    if not shutil.which("tmux"):
        raise Missing("tmux is not installed")
    path = room.path("tmux.sock")
    sh("tmux", "-S", path, "-f", "/dev/null", "new-session", "-d", "sleep 120")
    try:
        pid = int(sh("tmux", "-S", path, "display-message", "-p", "#{pid}"))
        os.unlink(path)
        _, document, _ = why(path)
        expect_in(f"kill -USR1 {pid}", json.dumps(document["verdict"]["warnings"]), "warnings")
        os.kill(pid, signal.SIGUSR1)
        for _ in range(200):
            if os.path.lexists(path):
                break
            signal.sigtimedwait([], 0.05)
        _, document, _ = why(path)
        expect(holders(document), [pid], "holder once the file is there again")
        expect_in(f"tmux -S {path} kill-server", json.dumps(document["remedies"]), "what helps")
        expect(ask("free", "--yes", path)[0], 1, "free leaves it alone")
    finally:
        subprocess.run(["tmux", "-S", path, "kill-server"], capture_output=True, check=False)


# ---- whose it may be ----

def guess(room):
    """Of root's processes the one whose arguments name the port; without one nobody."""
    named = LISTEN.replace("int(sys.argv[1])", "int(sys.argv[1].split('=')[1])")
    silent = LISTEN.replace("int(sys.argv[1])", "int(__import__('os').environ['P'])")
    for port, command in (("4711", [named, "--port=4711"]), ("4712", [silent])):
        process = start(room, [sys.executable, "-c", *command], env={**os.environ, "P": port})
        _, document, _ = why(port, user=NOBODY, before=lambda: os.chdir("/"))
        expect(document["verdict"]["cause"], "hidden-holder", "cause")
        told = [line for line in document["blockers"][0]["evidence"] if "could be it" in line]
        expect([f"(pid {process.pid})" in line for line in told], [True] if port == "4711" else [], f"guesses at {port}")
    wrapper = start(room, ["sh", "-c", '"$@" & wait', "sh", "setpriv", "--pdeathsig", "KILL", sys.executable, "-c", named,
                           "--port=4710"])
    _, document, _ = why("4710", user=NOBODY, before=lambda: os.chdir("/"))
    told = [line for line in document["blockers"][0]["evidence"] if "could be it" in line]
    expect([f"(pid {wrapper.pid})" in line for line in told], [False], "the wrapper of a server is no guess")


SERVE = """
import socket, sys, time
s = socket.socket(socket.AF_UNIX if sys.argv[1][0] == "/" else socket.AF_INET)
s.bind(sys.argv[1] if sys.argv[1][0] == "/" else ("0.0.0.0", int(sys.argv[1]) ^ 1))
s.listen(5)
print(flush=True)
time.sleep(120)
"""


def guess_by_directory(room):
    """Who names the directory of the socket, or the one that is asked from, stands out of root's processes."""
    app, other = room.make("app", "other")
    for target, wanted in ((os.path.join(app, "x.sock"), True), ("4713", True), ("4714", False)):
        named = app if wanted else other
        given = target if target[0] == "/" else str(int(target) ^ 1)  # no argument says the port
        process = start(room, [sys.executable, "-c", SERVE, given, f"--root={named}"], cwd="/")
        _, document, _ = why(target, user=NOBODY, before=lambda: os.chdir(app))
        told = [line for b in document["blockers"] for line in b["evidence"] if "could be it" in line]
        expect([(f"(pid {process.pid})" in line, "directory" in line) for line in told], [(True, True)] if wanted else [],
               f"guesses at {target}")
        process.kill()
        process.wait()


# ---- messages ----

def units(_):
    """systemd says which unit it could not listen for, and the unit's files where."""
    mount("tmpfs", "/run")
    os.makedirs("/run/systemd/system/many@.socket.d")
    write("/run/systemd/system/many@.socket", "[Unit]\nDescription=%i\n[Socket]\nListenStream=80\nListenDatagram=127.0.0.1:4053\n"
          "ListenStream=%t/many-%i.sock\n[Install]\nListenStream=81\n")
    write("/run/systemd/system/many@.socket.d/10-port.conf", "[Socket]\nListenStream=\nListenStream=4080\n"
          "ListenDatagram=127.0.0.1:4053\nListenStream=%t/many-%i.sock\n")
    _, documents, _, _ = ask("why", "--json", "systemd[1]: many@a.socket: Failed to create listening socket: Address already "
                             "in use\nsystemd[1]: many@a.socket: Failed to listen on sockets: Address already in use")
    found = [(d["request"]["protocol"], d["request"]["port"], d["request"]["path"]) for d in documents]
    expect(found, [("tcp", 4080, None), ("udp", 4053, None), ("unix", None, "/run/many-a.sock")], "what was asked")
    code, _, text, _ = ask("none.socket: Failed to listen on sockets: Address already in use")
    expect(code, 2, "exit code of a unit that is not there")
    expect_in("names no port", text, "answer")


def interface(_):
    """`ip link set up` says no more than that it failed; the interface knows its port."""
    try:
        sh("ip", "link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", "4789", "local", "127.0.0.1")
    except Missing as missing:
        raise Missing("this kernel has no VXLAN") from missing
    code, documents, _, _ = ask("why", "--json", "RTNETLINK answers: Address already in use")
    expect([(d["request"]["protocol"], d["request"]["port"]) for d in documents], [("udp", 4789)], "what was asked")
    sh("ip", "link", "del", "vx0")
    code, documents, _, _ = ask("why", "--json", "RTNETLINK answers: Address already in use")
    expect((code, documents[0]["remedies"][0]["command"][:1]), (3, ["ip"]), "exit code, command without such an interface")


def books(_):
    for message, port, client in (
            ('The Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already '
             'allocated', 30080, "kubectl"),
            ("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", None, "kubectl"),
            ("Error response from daemon: rpc error: code = InvalidArgument desc = port '8080' is already in use by "
             "service 'web' (x5qc) as an ingress port", 8080, "docker"),
            ("docker: Error response from daemon: failed to set up container networking: Address already in use", None,
             "docker")):
        code, document, _ = why(message)
        expect((code, document["verdict"]["status"], document["request"]["port"]), (3, "unknown", port),
               "exit code, status, port")
        expect([(r["id"], r["command"][0]) for r in document["remedies"]], [("ask-there", client)], "remedies")
        expect(ask("free", "--yes", message)[0], 1, "free: exit code")


places.SCENES = [machine, screen, desktop, virtualbox, lima, machine_of_podman, proxy_device, kube_proxy, editor,
                 engine_api, clients, one_decision, libvirt, nspawn, pod_of_cgroupfs, pod_of_systemd, rootless, lxc, conmon, display,
                 display_that_lives, given_again, unknown_writer, lock_with_live_socket, socket_beside_its_lock, lock_of_another_machine, no_lock, lost_file, lost_tmux,
                 guess, guess_by_directory, units, interface, books]

if __name__ == "__main__":
    sys.exit(places.main())
