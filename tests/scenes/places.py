#!/usr/bin/env python3
"""Places that are not what they seem: socket files that others serve, file systems that do not answer, that have no
sockets or no room, folders that somebody exchanges; IPv6 that is off, addresses that are checked for ever.

Each scene is real, in network and mount namespaces of its own, and where bind() can be tried its errno is compared.
Prints TAP. Environment: INUSE (the program), HANG (a library that makes it hang), INUSE_SAFETY=full (10,000 tries).
"""
import collections
import concurrent.futures
import ctypes
import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import fuse

INUSE = os.path.abspath(os.environ.get("INUSE_OPEN") or os.environ["INUSE"])
TRIES = 10000 if os.environ.get("INUSE_SAFETY") == "full" else 25
TOGETHER = 8  # tries at a time
SOON = 2.5  # a second for the answer, and what a busy machine adds
NOBODY = 65534
os.environ["PATH"] += ":/usr/sbin:/sbin"
LIBC = ctypes.CDLL(None, use_errno=True)


class Missing(Exception):
    """What a scene needs and this machine has not."""


class Wrong(Exception):
    """What was answered, and is not right."""


def sh(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def mount(kind, at, *options):
    sh("mount", "-t", kind, *(("-o", ",".join(options)) if options else ()), "none", at)


def ask(*arguments, user=None, before=None, environment=None, limit=30):
    """(exit code, documents, text of both streams, seconds)"""
    def prepare():
        if user is not None:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        if before:
            before()
    start = time.monotonic()
    done = subprocess.run([INUSE, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          preexec_fn=prepare, timeout=limit, env={**os.environ, **(environment or {})})
    took = time.monotonic() - start
    documents = []
    for line in done.stdout.splitlines():
        try:
            documents.append(json.loads(line))
        except ValueError:
            pass
    print(f"#   inuse {' '.join(arguments).replace(chr(10), chr(92) + 'n')}: exit {done.returncode}, {took:.1f} s"
          f"{', uid ' + str(user) if user is not None else ''}: {(done.stdout + done.stderr).strip()[:100]!r}")
    return done.returncode, documents, done.stdout + done.stderr, took


def why(*arguments, **how):
    code, documents, text, took = ask("why", "--json", *arguments, **how)
    if len(documents) != 1:
        raise Wrong(f"no document: {text[:200]}")
    return code, documents[0], took


def expect(found, wanted, what):
    if found != wanted:
        raise Wrong(f"{what}: {found!r}, right is {wanted!r}")


def expect_in(part, whole, what):
    if part not in whole:
        raise Wrong(f"{what}: {part!r} is not in {whole[:400]!r}")


def remedies(document):
    return [r["id"] for r in document["remedies"]]


def holders(document):
    return [h["pid"] for b in document["blockers"] for h in b["holders"]]


def bind_errno(path, user=0):
    """What bind() says to this user: its name, or None."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        number = 0
        try:
            socket.socket(socket.AF_UNIX).bind(path)
            os.unlink(path)
        except OSError as error:
            number = error.errno
        os.write(writing, struct.pack("i", number))
        os._exit(0)
    os.waitpid(pid, 0)
    number = struct.unpack("i", os.read(reading, 4))[0]
    os.close(reading)
    os.close(writing)
    return errno.errorcode[number] if number else None


def stale(path):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.close()


class Room:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="inuse-places-")
        os.chmod(self.folder, 0o755)
        self.kept = []
        self.mounts = []

    def make(self, *names):
        for name in names:
            os.mkdir(self.path(name))
        return [self.path(name) for name in names]

    def path(self, name):
        return os.path.join(self.folder, name)

    def keep(self, thing):
        self.kept.append(thing)
        return thing

    def serve(self, path):
        """A server in another process, listening at a path; its pid."""
        process = self.keep(subprocess.Popen(
            [sys.executable, "-c", "import socket, sys, time\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\n"
             "s.listen(5)\nprint(flush=True)\ntime.sleep(120)", path], stdout=subprocess.PIPE))
        process.stdout.readline()
        return process.pid

    def end(self):
        for thing in self.kept:
            if isinstance(thing, subprocess.Popen):
                thing.kill()
                thing.wait()
            else:
                thing.close()
        for root, folders, _ in os.walk(self.folder, topdown=False):
            for name in folders:
                LIBC.umount2(os.fsencode(os.path.join(root, name)), 2)
        shutil.rmtree(self.folder, ignore_errors=True)


# ---- served elsewhere ----

def not_stale(path, kind):
    """Whatever is there, nobody says that it is dead, and nobody removes it."""
    code, document, _ = why(path)
    expect(code, 0, "exit code")
    expect(document["verdict"]["error"], "EADDRINUSE", "error")
    expect(document["verdict"]["cause"], "hidden-holder", "cause")
    if document["verdict"]["confidence"] == "proven":
        raise Wrong("proven")
    expect_in(kind, json.dumps(document), "the file system")
    expect(remedies(document).count("remove-socket-file"), 0, "remove-socket-file")
    code, _, _, _ = ask("free", "--yes", path)
    expect(code, 1, "exit code of free")
    expect(os.path.lexists(path), True, "the file is there")


def fuse_mirror(room):
    real, seen = room.make("real", "seen")
    room.keep(fuse_mount(fuse.mirror, seen, real))
    pid = room.serve(real + "/agent.sock")
    not_stale(seen + "/agent.sock", "fuse.mirror")
    # the other way round: a file in a folder that a mirror shows
    stale(real + "/old.sock")
    not_stale(real + "/old.sock", "fuse.mirror")
    expect(holders(why(real + "/agent.sock")[1]), [pid], "holder under its own path")


def fuse_mount(kind, *folders):
    try:
        return kind(*folders)
    except OSError as error:
        raise Missing(f"FUSE: {error}") from error


def overlay(room):
    lower, upper, work, merged = room.make("lower", "upper", "work", "merged")
    mount("tmpfs", lower)
    mount("tmpfs", upper)
    os.mkdir(upper + "/u")
    os.mkdir(upper + "/w")
    stale(lower + "/low.sock")
    sh("mount", "-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper}/u,workdir={upper}/w", "none", merged)
    return lower, upper + "/u", merged


def overlay_upper(room):
    _, upper, merged = overlay(room)
    room.serve(upper + "/live.sock")
    not_stale(merged + "/live.sock", "overlay")


def overlay_merged(room):
    _, upper, merged = overlay(room)
    room.serve(merged + "/live.sock")
    not_stale(upper + "/live.sock", "overlay")


def overlay_lower(room):
    lower, _, merged = overlay(room)
    not_stale(merged + "/low.sock", "overlay")
    not_stale(lower + "/low.sock", "overlay")


# A server of folders, as far as it can be seen from outside: its name and its arguments.
SERVE_FOLDER = "import time; print(flush=True); time.sleep(120)"


def given_away(room, name, *arguments):
    if not os.path.lexists(room.path(name)):
        os.symlink(sys.executable, room.path(name))
    process = room.keep(subprocess.Popen([room.path(name), "-c", SERVE_FOLDER, *arguments], stdout=subprocess.PIPE))
    process.stdout.readline()


def given_away_by_programs(room):
    """Who has the folder in a virtual machine or over the network binds there, and nobody here is bound to the file."""
    one, two, three, near = room.make("one", "two", "three", "three-more")
    for folder in (one, two, three, near):
        stale(folder + "/x.sock")
    given_away(room, "virtiofsd", "--socket-path=/run/v.sock", "--shared-dir", one)
    given_away(room, "qemu-system-x86_64", "-virtfs", f"local,path={two},mount_tag=host,security_model=none")
    given_away(room, "diod", "-f", "-e", three)
    not_stale(one + "/x.sock", "virtiofs")
    not_stale(two + "/x.sock", "9p")
    not_stale(three + "/x.sock", "9p")
    expect(why(near + "/x.sock")[1]["verdict"]["cause"], "stale-socket-file", "cause in a folder beside it")


def given_away_by_configuration(room):
    """Samba and NFS-Ganesha have their folders in a file: one that is named, or the usual one."""
    one, two, three, other, etc = room.make("one", "two", "three", "other", "etc")
    for folder in (one, two, three, other):
        stale(folder + "/x.sock")
    for name, text in (("smb.conf", f"[global]\n  log level = 1\n[share]\n  path = {one}\n"),
                       ("g.conf", f"EXPORT {{\n Export_Id = 7;\n Path = {two};\n}}\n")):
        with open(f"{etc}/{name}", "w", encoding="ascii") as config:
            config.write(text)
    given_away(room, "smbd", f"--configfile={etc}/smb.conf")
    given_away(room, "ganesha.nfsd", "-f", f"{etc}/g.conf")
    not_stale(one + "/x.sock", "cifs")
    not_stale(two + "/x.sock", "nfs")
    expect(why(other + "/x.sock")[1]["verdict"]["cause"], "stale-socket-file", "cause in another folder")
    mount("tmpfs", "/etc")
    try:
        os.mkdir("/etc/samba")
        with open("/etc/samba/smb.conf", "w", encoding="ascii") as config:
            config.write(f"[share]\n\tpath = {three}\n")
        given_away(room, "smbd", "--foreground")
        not_stale(three + "/x.sock", "cifs")
    finally:
        sh("umount", "/etc")


def given_away_by_the_kernel(room):
    """exportfs keeps a list of what the kernel's NFS server gives away."""
    shared, other = room.make("with blank", "other")
    for folder in (shared, other):
        stale(folder + "/x.sock")
    mount("tmpfs", "/var/lib")
    try:
        os.mkdir("/var/lib/nfs")
        with open("/var/lib/nfs/etab", "w", encoding="ascii") as table:
            table.write(shared.replace(" ", "\\040") + "\t192.0.2.0/24(rw,sync,wdelay,hide,sec=sys)\n")
        not_stale(shared + "/x.sock", "nfs")
        expect(why(other + "/x.sock")[1]["verdict"]["cause"], "stale-socket-file", "cause in another folder")
    finally:
        sh("umount", "/var/lib")


def overlay_holder(room):
    """stat() shows another device there than the kernel's table."""
    _, _, merged = overlay(room)
    pid = room.serve(merged + "/app.sock")
    _, document, _ = why(merged + "/app.sock")
    expect(holders(document), [pid], "holder")


def bind_mount(room):
    one, other = room.make("one", "other")
    sh("mount", "--bind", one, other)
    pid = room.serve(one + "/app.sock")
    _, document, _ = why(other + "/app.sock")
    expect(holders(document), [pid], "holder")
    expect(document["verdict"]["cause"], "other-program", "cause")


def linked(room):
    """As `ssh -M` makes its control socket: bound under a name that is gone."""
    pid = room.serve(room.path("ctl.Xa8"))
    os.link(room.path("ctl.Xa8"), room.path("ctl"))
    os.unlink(room.path("ctl.Xa8"))
    _, document, _ = why(room.path("ctl"))
    expect(holders(document), [pid], "holder")
    expect(document["verdict"]["cause"], "other-program", "cause")


def stale_local(room):
    """What is only here is stale as ever."""
    stale(room.path("old.sock"))
    _, document, _ = why(room.path("old.sock"))
    expect(document["verdict"]["cause"], "stale-socket-file", "cause")
    expect(document["verdict"]["confidence"], "proven", "confidence")
    expect(ask("free", "--yes", room.path("old.sock"))[0], 0, "exit code of free")
    expect(os.path.lexists(room.path("old.sock")), False, "the file is there")


# ---- no answer ----

HOLDER = """
import os, socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen(5)
os.chdir(sys.argv[2])
print(flush=True)
time.sleep(120)
"""


def hung_holder(room):
    folder, = room.make("hung")
    room.keep(fuse_mount(fuse.hang, folder))
    process = room.keep(subprocess.Popen([sys.executable, "-c", HOLDER, "4100", folder, "server.py"],
                                         stdout=subprocess.PIPE))
    process.stdout.readline()
    code, document, took = why("4100")
    expect((code, took < SOON), (0, True), "exit code, in time")
    expect(holders(document), [process.pid], "holder")
    expect_in(f"pid {process.pid} was started with", json.dumps(document["gaps"]), "a gap")
    for arguments, right in ((("4100",), 0), (("4101",), 1), (("list", "tcp"), 0),
                             (("free", "--dry-run", "4100"), 0), (("wait", "--timeout", "0", "4100"), 1),
                             (("why", "--for", sys.executable, "4100"), 0), (("report", "4100"), 0)):
        code, _, _, took = ask(*arguments)
        expect((code, took < SOON), (right, True), f"{arguments}: exit code, in time")


def hung_path(room):
    folder, = room.make("hung")
    room.keep(fuse_mount(fuse.hang, folder))
    path = folder + "/app.sock"
    code, document, took = why(path)
    expect((code, took < SOON), (3, True), "exit code, in time")
    expect(document["verdict"]["status"], "unknown", "status")
    expect_in("does not answer", json.dumps(document["gaps"]), "a gap")
    for arguments, right in ((("wait", "--timeout", "20", path), 3), (("free", "--yes", path), 3)):
        code, _, _, took = ask(*arguments)
        expect((code, took < SOON), (right, True), f"{arguments}: exit code, in time")
    expect(ask("4100")[0], 1, "exit code of another question")


def watchdog(room):
    """Whatever else hangs: after 10 s it is said, and a signal ends it before."""
    hangs = {"LD_PRELOAD": os.environ["HANG"], "ASAN_OPTIONS": "verify_asan_link_order=0"}
    code, _, text, took = ask("4100", environment=hangs)
    expect((code, 9 < took < 20), (3, True), "exit code, after 10 s")
    expect_in("longer than 10 s", text, "what is said")
    code, documents, _, _ = ask("list", "--json", environment=hangs)
    expect((code, [(d["schema"], d["exit_code"]) for d in documents]), (3, [("inuse.failure/1", 3)]), "as JSON")
    for arguments in (("4100",), ("wait", "4100"), ("free", "--yes", "4100")):
        process = room.keep(subprocess.Popen([INUSE, *arguments], env={**os.environ, **hangs},
                                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(6)
        except subprocess.TimeoutExpired:
            raise Wrong(f"{arguments}: Ctrl-C did not end it") from None
        print(f"#   inuse {' '.join(arguments)} after SIGINT: {process.returncode}")


# ---- never tried ----

def refused(path, status, error, user=0, kernel=True, **how):
    if kernel:
        expect(bind_errno(path, user), error, "the kernel's own answer")
    code, document, _ = why(path, user=user or None, **how)
    expect((code, document["verdict"]["status"], document["verdict"]["error"]), (0, status, error),
           "exit code, status, error")
    expect(ask("wait", "--timeout", "0", path, user=user or None)[0], 1, "exit code of wait")
    return document


def without_sockets(room):
    for folder in ("/proc", "/proc/self", "/sys/fs/cgroup", "/sys/kernel"):
        if os.path.isdir(folder):
            error = bind_errno(folder + "/inuse.sock")
            if not error:
                continue  # a tmpfs, as with the first cgroups
            document = refused(folder + "/inuse.sock", "denied" if error == "EPERM" else "unavailable", error)
            expect_in("statfs", json.dumps(document["verdict"]["evidence"]), "evidence")
            if error != "EROFS":
                expect_in("no sockets on its file system", document["verdict"]["headline"], "headline")
    folder, = room.make("cgroup")
    mount("cgroup2", folder)
    document = refused(folder + "/app.sock", "denied", "EPERM")
    expect_in("cgroup2", document["verdict"]["headline"], "headline")
    expect(remedies(document), ["use-path"], "remedies")
    expect(ask("wait", "--timeout", "20", folder + "/app.sock")[3] < SOON, True, "wait says so at once")


def without_inodes(room):
    folder, = room.make("full")
    mount("tmpfs", folder, "nr_inodes=3")
    for i in range(5):
        try:
            open(f"{folder}/{i}", "w", encoding="ascii").close()
        except OSError:
            break
    document = refused(folder + "/app.sock", "unavailable", "ENOSPC")
    expect(remedies(document), ["free-space", "use-path"], "remedies")


def read_only(room):
    folder, bound = room.make("ro", "bound")
    mount("tmpfs", folder)
    stale(folder + "/X0")
    sh("mount", "--bind", folder, bound)
    sh("mount", "-o", "remount,bind,ro", bound)
    for user in (0, NOBODY):
        refused(bound + "/app.sock", "unavailable", "EROFS", user)
    sh("mount", "-o", "remount,ro", folder)
    refused(folder + "/app.sock", "unavailable", "EROFS")
    _, document, _ = why(folder + "/X0")
    expect(document["verdict"]["cause"], "stale-socket-file", "cause")
    expect(remedies(document), ["use-path"], "remedies")
    expect(ask("free", "--yes", folder + "/X0")[0], 1, "exit code of free")


def removed_folder(room):
    """Who is still in a folder that was removed makes nothing there."""
    folder, = room.make("gone")
    error = subprocess.run([sys.executable, "-c", "import os, socket\nos.rmdir(os.getcwd())\ntry: "
                            "socket.socket(socket.AF_UNIX).bind('app.sock')\nexcept OSError as e: print(e.errno)"],
                           cwd=folder, capture_output=True, text=True).stdout.strip()
    expect(error, str(errno.ENOENT), "the kernel's own answer")
    os.mkdir(folder)

    def enter():
        os.chdir(folder)
        os.rmdir(folder)
    code, document, _ = why("./app.sock", before=enter)
    expect((code, document["verdict"]["status"], document["verdict"]["error"]), (0, "unavailable", "ENOENT"),
           "exit code, status, error")


def relative_lost(room):
    """A server lives whose file is gone, bound and asked for by whatever name."""
    server = room.keep(subprocess.Popen(
        [sys.executable, "-c", "import socket, sys, time\ns = socket.socket(socket.AF_UNIX)\ns.bind('app.sock')\n"
         "s.listen()\nprint(flush=True)\ntime.sleep(120)"], cwd=room.path(""), stdout=subprocess.PIPE))
    server.stdout.readline()
    os.unlink(room.path("app.sock"))
    for path, folder in ((room.path("app.sock"), "/"), ("./app.sock", room.path(""))):
        code, document, _ = why(path, before=lambda: os.chdir(folder))
        expect((code, document["verdict"]["status"]), (1, "free"), "exit code, status")
        expect_in(f"shadowed: python3 (pid {server.pid})", json.dumps(document["verdict"]["warnings"]), "warning")
    _, document, _ = why("./app.sock", before=lambda: os.chdir("/"))
    expect(document["verdict"]["warnings"], [], "warnings of the same name in another folder")


def kept_file(room):
    """What chattr keeps cannot be removed: that is not offered, nor tried."""
    folder, = room.make("kept")
    stale(folder + "/X0")
    flags = struct.pack("i", 0x20)  # FS_APPEND_FL
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(fd, 0x40086602, flags)  # FS_IOC_SETFLAGS
    except OSError as error:
        os.close(fd)
        raise Missing(f"this file system keeps nothing: {error}") from error
    try:
        _, document, _ = why(folder + "/X0")
        expect(document["verdict"]["cause"], "stale-socket-file", "cause")
        expect(remedies(document), ["use-path"], "remedies")
        code, _, text, _ = ask("free", "--yes", folder + "/X0")
        expect(code, 1, "exit code of free")
        expect_in("append-only", text, "text of free")
    finally:
        fcntl.ioctl(fd, 0x40086602, struct.pack("i", 0))
        os.close(fd)
    expect(ask("free", "--yes", folder + "/X0")[0], 0, "exit code of free afterwards")


def other_things(room):
    """What has the name is said, and left alone."""
    os.mkdir(room.path("d"))
    os.symlink("nowhere", room.path("l"))
    for name, what in (("d", "a directory"), ("l", "a symbolic link")):
        expect(bind_errno(room.path(name)), "EADDRINUSE", "the kernel's own answer")
        _, document, _ = why(room.path(name))
        expect(document["verdict"]["cause"], "path-exists", "cause")
        expect_in(what, document["verdict"]["headline"], "headline")


def not_writable(room):
    closed, opened = room.make("closed", "opened")
    os.chmod(opened, 0o777)
    refused(closed + "/app.sock", "denied", "EACCES", NOBODY)
    code, document, _ = why("--user", str(NOBODY), closed + "/app.sock")
    expect((code, document["verdict"]["error"]), (0, "EACCES"), "asked for another user")
    expect(why("--user", str(NOBODY), opened + "/app.sock")[0], 1, "exit code where everybody may")
    os.chmod(closed, 0o770)
    os.chown(closed, 0, 12345)
    expect(why("--user", "4321", closed + "/app.sock")[0], 3, "exit code where groups decide")
    inner = room.path("closed/inner")
    os.mkdir(inner)
    os.chmod(inner, 0o777)
    expect(why("--user", "4321", inner + "/app.sock")[0], 3, "exit code below a folder that groups may pass")


def who_serves_decides(room):
    real, seen = room.make("real", "seen")
    room.keep(fuse_mount(fuse.mirror, seen, real))
    code, document, _ = why(seen + "/new.sock")
    expect((code, document["verdict"]["status"]), (3, "unknown"), "exit code, status")
    expect_in("fuse.mirror", json.dumps(document["verdict"]["doubts"]), "doubt")
    expect(ask("wait", "--timeout", "0", seen + "/new.sock")[0], 3, "exit code of wait")


def mounted_over(room):
    stale(room.path("app.sock"))
    open(room.path("other"), "w", encoding="ascii").close()
    stale(room.path("real.sock"))
    sh("mount", "--bind", room.path("real.sock"), room.path("app.sock"))
    try:
        _, document, _ = why(room.path("app.sock"))
        expect(remedies(document).count("remove-socket-file"), 0, "remove-socket-file")
        expect(ask("free", "--yes", room.path("app.sock"))[0], 1, "exit code of free")
    finally:
        LIBC.umount2(os.fsencode(room.path("app.sock")), 2)


def abstract(room, name):
    """A listener on an abstract name of exactly these bytes, in a process of its own."""
    process = room.keep(subprocess.Popen(
        [sys.executable, "-c", "import ctypes, socket, struct, sys, time\ns = socket.socket(socket.AF_UNIX)\n"
         "a = struct.pack('H', 1) + bytes.fromhex(sys.argv[1])\n"
         "assert not ctypes.CDLL(None).bind(s.fileno(), a, len(a))\ns.listen(1)\nprint(flush=True)\ntime.sleep(120)",
         name.hex()], stdout=subprocess.PIPE))
    process.stdout.readline()
    return process.pid


def padded_names(room):
    """Who gives bind() the whole sockaddr_un has NUL bytes in the name."""
    pid = abstract(room, b"\0padded".ljust(108, b"\0"))
    other = abstract(room, b"\0two\0parts")
    text = ask("list", "unix")[2]
    for line, holder in (("@padded\\x00{101}", pid), ("@two\\x00parts", other)):
        expect_in(line + " ", text, "list")
        code, document, _ = why(line)
        expect((code, holders(document)), (0, [holder]), line)
        expect(document["request"]["target"], line, "target")
        expect([b["path"] for b in document["blockers"]], [line], "path")
        expect(why(document["request"]["path"])[1]["blockers"][0]["path"], line, "asked as it was answered")
    expect(why("@padded" + "\\x00" * 101)[0], 0, "exit code with each byte written")
    code, document, _ = why("@padded")
    expect((code, document["verdict"]["status"]), (1, "free"), "the short name")
    expect_in("@padded\\x00{101}", " ".join(document["verdict"]["doubts"]), "doubt")
    expect(why("@padded\\x00{100}")[0], 1, "exit code of a shorter one")
    expect(ask("wait", "--timeout", "0", "@padded\\x00{101}")[0], 1, "exit code of wait")
    expect(ask("why", "@padded\\x00{102}")[0], 2, "exit code of what is too long")


# ---- somebody exchanges folders ----

def exchanger(room):
    """As root: a folder of another user and a link to one of root's take each other's place all the time."""
    run, home = room.make("run", "home")
    os.chown(home, NOBODY, NOBODY)
    victim = socket.socket(socket.AF_UNIX)
    victim.bind(run + "/v")
    victim.listen(1)
    os.mkdir(home + "/app")
    os.chown(home + "/app", NOBODY, NOBODY)
    os.symlink(run, home + "/alt")
    mine = os.stat(run + "/v").st_ino
    pid = os.fork()
    if pid == 0:
        one, two = os.fsencode(home + "/app"), os.fsencode(home + "/alt")
        os.setresuid(NOBODY, NOBODY, NOBODY)
        LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        while True:
            LIBC.renameat2(-100, one, -100, two, 2)
    results = collections.Counter()

    def attempt(_):
        for folder in ("app", "alt"):
            try:
                fd = os.open(f"{home}/{folder}", os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW)
            except OSError:
                continue
            try:
                stale(f"/proc/self/fd/{fd}/v")
                os.chown("v", NOBODY, NOBODY, dir_fd=fd)
            except OSError:
                pass
            os.close(fd)
        done = subprocess.run([INUSE, "free", "--yes", "--user", str(NOBODY), home + "/app/v"],
                              capture_output=True, stdin=subprocess.DEVNULL)
        if not os.path.lexists(run + "/v") or os.stat(run + "/v").st_ino != mine:
            raise Wrong(f"root's own socket was lost: {results}")
        return done.returncode

    try:
        with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:  # they wait most of the time
            for code in pool.map(attempt, range(TRIES)):
                results[code] += 1
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        victim.close()
    print(f"#   safety: {TRIES} tries against a user who exchanges folders: root's socket lost 0 times, exit codes {dict(results)}")


def less_than_root(room):
    """A dead file of root behind a user's link is not removed with root's rights."""
    run, home = room.make("run", "home")
    os.chown(home, NOBODY, NOBODY)
    stale(run + "/v")
    os.symlink(run, home + "/app")
    os.lchown(home + "/app", NOBODY, NOBODY)
    code, _, _, _ = ask("free", "--yes", home + "/app/v")
    expect((code, os.path.lexists(run + "/v")), (1, True), "exit code, the file is there")
    os.mkdir(home + "/own")
    os.chown(home + "/own", NOBODY, NOBODY)
    stale(home + "/own/v")
    code, _, _, _ = ask("free", "--yes", home + "/own/v")
    expect((code, os.path.lexists(home + "/own/v")), (0, False), "where the user may: exit code, the file is there")


# ---- who is who ----

def unmapped_users(_):
    """What a user namespace does not map shows as the number of nobody, and is not that user."""
    held = socket.socket()
    held.bind(("127.0.0.1", 18080))
    held.listen(1)
    try:
        for extra in (["-r"], []):  # root alone has a number, or nobody has
            done = subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "unshare", "-U",
                                   *extra, INUSE, "why", "--json", "18080"], capture_output=True, text=True, check=False)
            if not done.stdout:
                raise Missing(f"unshare -U {extra}: {done.stderr.strip()}")
            row = json.loads(done.stdout)["blockers"][0]
            print(f"#   unshare -U {extra}: exit {done.returncode}, uid {row['uid']}, user {row['user']!r}")
            expect((done.returncode, row["user"]), (0, None), "exit code, user")
    finally:
        held.close()


def list_of_sudoer(room):
    """Below sudo the list of protected programs of the one who typed it counts: in the home that passwd knows."""
    home, server = room.path("alice"), room.path("sleeper")
    os.makedirs(home + "/.config/inuse")
    with open(home + "/.config/inuse/protected", "w", encoding="ascii") as file:
        file.write("sleeper\n")
    shutil.copy(os.path.realpath("/usr/bin/python3"), server)
    process = room.keep(subprocess.Popen([server, "-S", "-c", "import socket, time\ns = socket.socket()\n"
                                          "s.bind(('127.0.0.1', 18082))\ns.listen(1)\nprint(flush=True)\n"
                                          "time.sleep(120)"], stdout=subprocess.PIPE))
    process.stdout.readline()
    with open("/etc/passwd", encoding="utf-8") as old, open(room.path("passwd"), "w", encoding="utf-8") as new:
        new.write(old.read() + f"inuse-alice:x:4711:4711::{home}:/bin/sh\n")
    os.chmod(room.path("passwd"), 0o644)
    sh("mount", "--bind", room.path("passwd"), "/etc/passwd")
    try:
        for uid, code in (("4711", 1), ("4712", 0)):
            expect(ask("free", "--dry-run", "18082", environment={"SUDO_UID": uid, "SUDO_USER": "x", "HOME": "/root"})[0],
                   code, f"exit code for uid {uid}")
    finally:
        sh("umount", "/etc/passwd")


# ---- IPv6 ----

def sysctl(name, value):
    try:
        with open("/proc/sys/net/" + name, "w", encoding="ascii") as file:
            file.write(value)
    except OSError as error:
        raise Missing(f"{name}: {error}") from error


def ipv6_disabled(_):
    sysctl("ipv6/conf/lo/disable_ipv6", "1")
    try:
        code, document, _ = why("[::1]:4100")
        expect((code, document["verdict"]["error"]), (0, "EADDRNOTAVAIL"), "exit code, error")
        expect_in("disable_ipv6", document["verdict"]["headline"], "headline")
        expect(remedies(document)[:2], ["bind-address", "enable-ipv6"], "remedies")
        expect_in("127.0.0.1:4100", document["remedies"][0]["summary"], "stand-in")
    finally:
        sysctl("ipv6/conf/lo/disable_ipv6", "0")


def refuse_ipv6():
    """As RestrictAddressFamilies= of a unit does it: EAFNOSUPPORT for socket(AF_INET6)."""
    number = {"x86_64": 41, "aarch64": 198}.get(os.uname().machine)
    code = [(0x20, 0, 0, 0), (0x15, 0, 3, number), (0x20, 0, 0, 16), (0x15, 0, 1, socket.AF_INET6),
            (0x06, 0, 0, 0x00050000 | errno.EAFNOSUPPORT), (0x06, 0, 0, 0x7FFF0000)]
    text = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *row) for row in code))
    program = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(code), ctypes.addressof(text)))
    LIBC.prctl(38, 1, 0, 0, 0)
    if LIBC.prctl(22, 2, program):
        os._exit(99)


def ipv6_filtered(_):
    if os.uname().machine not in ("x86_64", "aarch64"):
        raise Missing("the number of socket() on this machine")
    code, document, _ = why("[::1]:4100", before=refuse_ipv6)
    expect((code, document["verdict"]["status"], document["verdict"]["error"]), (0, "unavailable", "EAFNOSUPPORT"),
           "exit code, status, error")
    expect_in("RestrictAddressFamilies", document["verdict"]["headline"], "headline")
    expect(remedies(document)[:1], ["bind-address"], "remedies")
    expect_in("127.0.0.1", document["remedies"][0]["summary"], "stand-in")
    expect(ask("wait", "--timeout", "20", "[::1]:4100", before=refuse_ipv6)[3] < SOON, True, "wait says so at once")


def ipv6_message(_):
    """Who was told EAFNOSUPPORT has no IPv6, whatever this machine has."""
    code, document, _ = why("Error: listen EAFNOSUPPORT: address family not supported ::1:3000")
    expect((code, document["verdict"]["error"]), (0, "EAFNOSUPPORT"), "exit code, error")
    expect_in("RestrictAddressFamilies", document["verdict"]["headline"], "headline")
    expect_in("127.0.0.1:3000", document["remedies"][0]["summary"], "stand-in")


def links():
    sh("ip", "link", "add", "pl0", "type", "veth", "peer", "name", "pl1")
    sh("ip", "link", "set", "pl0", "up")


def without_carrier(_):
    links()
    try:
        sh("ip", "-6", "addr", "add", "fd00:8086::1/64", "dev", "pl0")
        code, document, _ = why("[fd00:8086::1]:53/udp")
        expect((code, document["verdict"]["cause"]), (0, "address-tentative"), "exit code, cause")
        expect(remedies(document)[0], "bring-link-up", "remedies")
        expect(document["remedies"][0]["command"], ["ip", "link", "set", "pl1", "up"], "command")
        expect(remedies(document).count("wait"), 0, "wait is offered")
        code, _, _, took = ask("wait", "--timeout", "20", "[fd00:8086::1]:53/udp")
        expect((code, took < SOON), (1, True), "wait: exit code, at once")
        expect(ask("free", "--yes", "[fd00:8086::1]:53/udp")[0], 1, "exit code of free")
        sh(*document["remedies"][0]["command"])
        for _ in range(100):  # the kernel tells of the carrier a moment later
            if "LOWER_UP" in sh("ip", "link", "show", "pl0"):
                break
            time.sleep(0.1)
        expect(ask("wait", "--timeout", "20", "[fd00:8086::1]:53/udp")[0], 0, "exit code of wait after the remedy")
    finally:
        sh("ip", "link", "del", "pl0")


def wrong_interface(_):
    links()
    sh("ip", "link", "set", "pl1", "up")
    try:
        sh("ip", "-6", "addr", "add", "fe80::1234/64", "dev", "pl0", "nodad")
        code, document, _ = why("[fe80::1234%pl1]:4100")
        expect((code, document["verdict"]["error"]), (0, "EADDRNOTAVAIL"), "exit code, error")
        for name in ("pl0", "pl1"):
            expect_in(name, document["verdict"]["headline"], "headline")
        expect_in("[fe80::1234%pl0]:4100", document["remedies"][0]["summary"], "remedy")
    finally:
        sh("ip", "link", "del", "pl0")


def off_on_one(_):
    """IPv6 that is off on one interface is said, with its name, and what is printed switches it on."""
    links()
    sh("ip", "link", "set", "pl1", "up")
    try:
        sysctl("ipv6/conf/pl0/disable_ipv6", "1")
        code, document, _ = why("[fe80::1234%pl0]:4100")
        expect((code, document["verdict"]["error"]), (0, "EADDRNOTAVAIL"), "exit code, error")
        expect_in("fe80::1234%pl0", document["verdict"]["headline"], "headline")
        expect_in("net.ipv6.conf.pl0.disable_ipv6", document["verdict"]["headline"], "headline")
        command = next(r["command"] for r in document["remedies"] if r["id"] == "enable-ipv6")
        expect(command, ["sysctl", "-w", "net.ipv6.conf.pl0.disable_ipv6=0"], "command")
        code, document, _ = why("[ff02::fb]:5353/udp")
        expect_in("interface", document["verdict"]["headline"], "headline of a group")
    finally:
        sh("ip", "link", "del", "pl0")


def self_connected(room):
    client = subprocess.Popen([sys.executable, "-c", "import socket, sys, time\ns = socket.socket()\n"
                               "s.bind(('127.0.0.1', 0))\ns.connect(s.getsockname())\n"
                               "print(s.getsockname()[1], flush=True)\ntime.sleep(120)"], stdout=subprocess.PIPE)
    room.keep(client)
    port = client.stdout.readline().decode().strip()
    code, document, _ = why("127.0.0.1:" + port)
    expect((code, document["verdict"]["status"], holders(document)), (0, "in-use", [client.pid]),
           "exit code, status, holder")
    expect_in("itself", document["verdict"]["headline"], "headline")
    expect(remedies(document).count("wait"), 0, "wait is offered")
    code, _, _, took = ask("wait", "--timeout", "20", "127.0.0.1:" + port)
    expect((code, took < SOON), (1, True), "wait: exit code, at once")
    code, documents, _, _ = ask("free", "--json", "--dry-run", "127.0.0.1:" + port)
    expect((code, documents[0]["steps"][0]["target"]["pid"]), (0, client.pid), "free: exit code, whom it would end")


SCENES = [fuse_mirror, overlay_upper, overlay_merged, overlay_lower, overlay_holder, given_away_by_programs,
          given_away_by_configuration, given_away_by_the_kernel, bind_mount, linked, stale_local,
          hung_holder, hung_path, watchdog, without_sockets, without_inodes, read_only, removed_folder, relative_lost, kept_file, other_things, not_writable,
          who_serves_decides, mounted_over, padded_names, exchanger, less_than_root,
          unmapped_users, list_of_sudoer, ipv6_disabled, ipv6_filtered, ipv6_message, without_carrier,
          wrong_interface, off_on_one, self_connected]


def run(scene):
    room = Room()
    try:
        scene(room)
        return True, ""
    except Missing as missing:
        return True, f" # SKIP {missing}"
    except (Wrong, subprocess.TimeoutExpired) as wrong:
        print(f"# {wrong}")
        return False, ""
    finally:
        room.end()


def main():
    if os.geteuid() != 0:
        print("1..0 # SKIP namespaces need root")
        return 0
    if "INUSE_PLACES" not in os.environ:
        os.environ["INUSE_PLACES"] = "1"
        if subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True).returncode:
            print("1..0 # SKIP no network and mount namespaces can be made")
            return 0
        os.execvp("unshare", ["unshare", "-n", "-m", "--propagation", "private", sys.executable, *sys.argv])
    scenes = [s for s in SCENES if len(sys.argv) < 2 or s.__name__ in sys.argv[1:]]
    print(f"1..{len(scenes)}", flush=True)
    sh("ip", "link", "set", "lo", "up")
    failed = 0
    for number, scene in enumerate(scenes, 1):
        good, note = run(scene)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {scene.__name__.replace('_', ' ')}{note}", flush=True)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
