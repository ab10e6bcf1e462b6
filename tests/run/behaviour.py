#!/usr/bin/env python3
"""The command under `inuse run` is what it would be without: process, descriptors, signals, exit; and every way to
bind is seen. Prints TAP. Needs root for the namespaces."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import CALLS, INUSE, Skip, enter, has, lacks, play, run, same  # noqa: E402

STATIC = os.environ.get("CALLS_STATIC", "")
CALLS32 = os.environ.get("CALLS32", "")
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
_port = 21000


def port():
    """A port that no test before has used."""
    global _port
    _port += 10
    return _port


class Holder:
    """Something that holds a port while the block runs."""

    def __init__(self, *arguments, **kwargs):
        self.arguments = [str(a) for a in arguments]
        self.kwargs = kwargs

    def __enter__(self):
        self.process = subprocess.Popen([CALLS, *self.arguments], stdout=subprocess.PIPE, text=True, **self.kwargs)
        self.process.stdout.readline()
        if self.arguments[0] == "bind":
            self.process.stdout.readline()
            self.process.stdout.readline()
        return self.process

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def waiting():
    """The background processes of the server that waits for TIME-WAIT all the while."""
    return set(TIME_WAIT[0][2]) if TIME_WAIT else set()


def watchers():
    """The background processes of `inuse run` in this network namespace."""
    found = []
    ours = os.readlink("/proc/self/ns/net")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if open(f"/proc/{pid}/comm", errors="replace").read().strip() == "inuse-run" and os.readlink(f"/proc/{pid}/ns/net") == ours:
                found.append(int(pid))
        except OSError:
            pass
    return [pid for pid in found if pid not in waiting()]


def no_watcher_is_left():
    deadline = time.monotonic() + 5
    while watchers() and time.monotonic() < deadline:
        time.sleep(0.02)
    same("background processes left", watchers(), [])


# ---- the command is what it would be ----


def exit_codes():
    """The exit code is that of the command"""
    for code in (0, 1, 7, 255):
        same(f"exit {code}", run("sh", "-c", f"exit {code}").returncode, code)
    same("killed", run("sh", "-c", "kill -TERM $$").returncode, -signal.SIGTERM)
    same("killed", run("sh", "-c", "kill -SEGV $$").returncode, -signal.SIGSEGV)


def not_started():
    """A command that is not there gives 127, one that cannot run 126"""
    missing = run("/no/such/program")
    same("missing", missing.returncode, 127)
    has(missing.stderr, "cannot run", "No such file")
    same("a folder", run("/").returncode, 126)
    no_watcher_is_left()


def same_process():
    """It keeps pid, parent, process group and session"""
    process = subprocess.Popen([INUSE, "run", "--", "sh", "-c", "echo $$ $PPID; ps -o pgid=,sid= -p $$"],
                               stdout=subprocess.PIPE, text=True)
    out = process.communicate()[0].split()
    same("pid, parent, group, session", [int(v) for v in out],
         [process.pid, os.getpid(), os.getpgid(0), os.getsid(0)])


def descriptors_and_signals():
    """Descriptors, signal dispositions and masks are the same as without"""
    script = "ls /proc/self/fd; grep -E '^(Sig(Pnd|Blk|Ign|Cgt)|ShdPnd)' /proc/self/status"

    def both(**kwargs):
        plain = subprocess.run(["sh", "-c", script], capture_output=True, text=True, **kwargs).stdout
        same("under run", run("sh", "-c", script, **kwargs).stdout, plain)

    both()
    for restore in (True, False):
        both(restore_signals=restore)
    both(preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    both(preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1}))
    read, write = os.pipe()
    both(pass_fds=(read, write))


def closed_streams():
    """Closed standard streams stay closed"""
    script = f"exec 0<&- 2>&-; exec {INUSE} run -- sh -c 'ls -l /proc/$$/fd'"
    out = subprocess.run(["sh", "-c", script], capture_output=True, text=True).stdout
    numbers = [line.split()[-3] for line in out.splitlines() if "->" in line]
    same("descriptors", [n for n in numbers if n in "012"], ["1"])


def no_children():
    """The command has no child that it does not know"""
    done = run(CALLS, "children", 0)
    same("wait()", done.stdout, "wait 10\n")


def end_of_output():
    """Who reads its standard error sees the end when the command ends, though a daemon lives on"""
    start = time.monotonic()
    done = run("sh", "-c", "setsid sleep 3 </dev/null >/dev/null 2>&1 & echo started")
    same("out", done.stdout, "started\n")
    assert time.monotonic() - start < 2, "the reader waited for the daemon"


# ---- what is seen ----


def explains():
    """A failed bind is explained before the program complains, and it keeps its errno and exit code"""
    p = port()
    with Holder("bind", p, 30) as holder:
        done = run(CALLS, "bind", p, stderr=subprocess.STDOUT, capture_output=False, stdout=subprocess.PIPE)
        same("exit", done.returncode, 3)
        has(done.stdout, f"cannot bind 127.0.0.1:{p}/tcp (EADDRINUSE)", f"(pid {holder.pid})",
            "already-running (proven)", "What helps:")
        assert done.stdout.index("inuse:") < done.stdout.index("bind 98"), done.stdout
    no_watcher_is_left()


def quiet_when_good():
    """Nothing is said where nothing fails"""
    done = run(CALLS, "bind", port())
    same("stderr", done.stderr, "")
    has(done.stdout, "bind 0", "listen 0")


def listen_fails():
    """listen() that fails is explained: two sockets with SO_REUSEADDR"""
    p = port()
    done = run(CALLS, "listen", p)
    same("results", done.stdout, "bind 0\nbind 0\nlisten 0\nlisten 98\n")
    has(done.stderr, f"cannot listen on 127.0.0.1:{p}/tcp (EADDRINUSE)", "own-socket (proven)")


def own_both_families():
    """[::] and then 0.0.0.0 is own-socket"""
    done = run(CALLS, "both", port())
    same("results", done.stdout, "bind 0\nbind 98\n")
    has(done.stderr, "own-socket (proven)", "IPV6_V6ONLY")


def own_parent():
    """A port that the parent holds is own-socket: an inherited debugger port"""
    done = run(CALLS, "parent", port())
    has(done.stdout, "bind 98")
    has(done.stderr, "own-socket (proven)", "started the program that asks")


def other_directory():
    """The same program in another directory is another program"""
    p = port()
    with Holder("bind", p, 30, cwd="/"):
        has(run(CALLS, "bind", p, cwd="/proc").stderr, "other-program (proven)")


def udp():
    """UDP"""
    p = port()
    with Holder("udp", p, 30):
        has(run(CALLS, "udp", p).stderr, f"127.0.0.1:{p}/udp (EADDRINUSE)")


def unix_paths():
    """UNIX paths, relative ones too, and abstract names"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s")
        same("first", run(CALLS, "unix", 1, path).stdout, "bind 0\n")
        again = run(CALLS, "unix", 1, "s", cwd=folder)
        same("again", again.stdout, "bind 98\n")
        has(again.stderr, path, "stale-socket-file (proven)")
    with Holder("unix", 1, "@inuse-test", 30):
        again = run(CALLS, "unix", 1, "@inuse-test")
        same("abstract", again.stdout, "bind 98\n")
        has(again.stderr, "@inuse-test (EADDRINUSE)")


def threads():
    """Sixteen threads at once are all answered, and told once"""
    p = port()
    with Holder("bind", p, 30):
        done = run(CALLS, "threads", p, 16)
        same("failed", done.stdout, "failed 16\n")
        same("explanations", done.stderr.count("cannot bind"), 1)


def once_for_each_cause():
    """The same failure again is not told again"""
    p = port()
    with Holder("bind", p, 30):
        same("explanations", run(CALLS, "twice", p).stderr.count("cannot bind"), 1)


def exec_chain():
    """A chain of programs"""
    p = port()
    with Holder("bind", p, 30):
        done = run("sh", "-c", f"env A=b nice -n 0 sh -c 'exec {CALLS} bind {p}'; exit $?")
        same("exit", done.returncode, 3)
        has(done.stderr, "EADDRINUSE")


def daemons():
    """A daemon that forked twice binds when the command is long gone"""
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result")
        same("command", run(CALLS, "daemon", port(), result).returncode, 0)
        deadline = time.monotonic() + 5
        while not os.path.exists(result) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.05)
        same("errno of the daemon's bind", open(result).read(), "0\n")
    no_watcher_is_left()


def daemon_speaks():
    """The failure of a daemon is told on its own standard error"""
    p = port()
    with tempfile.TemporaryDirectory() as folder, Holder("bind", p, 30):
        log = os.path.join(folder, "log")
        with open(log, "w") as err:
            run(CALLS, "daemon", p, os.path.join(folder, "result"), stderr=err, capture_output=False)
        deadline = time.monotonic() + 5
        while "EADDRINUSE" not in open(log).read() and time.monotonic() < deadline:
            time.sleep(0.05)
        has(open(log).read(), f"127.0.0.1:{p}/tcp (EADDRINUSE)")


def static_program():
    """A static program"""
    if not STATIC:
        raise Skip("musl-gcc is missing")
    p = port()
    with Holder("bind", p, 30):
        done = run(STATIC, "bind", p)
        same("exit", done.returncode, 3)
        has(done.stderr, "EADDRINUSE", "other-program")


def program_of_32_bits():
    """A 32-bit program that goes through socketcall()"""
    if not CALLS32:
        raise Skip("this compiler makes no 32-bit programs, or the kernel runs none")
    try:
        subprocess.run([CALLS32])
    except OSError as why:
        raise Skip(f"this kernel runs no 32-bit programs: {why}")
    done = run(CALLS32)
    same("exit", done.returncode, 98)
    has(done.stderr, "127.0.0.1:20100/tcp (EADDRINUSE)", "own-socket")


def own_filter():
    """A program with a filter of its own: the kernel decides, the failure is told"""
    p = port()
    with Holder("bind", p, 30):
        done = run(CALLS, "filter", p)
        has(done.stdout, "filter 0", "bind 98")
        has(done.stderr, "EADDRINUSE")
    has(run(CALLS, "filter", port()).stdout, "bind 0", "listen 0")


def unprivileged():
    """Without root it works the same"""
    p = port()
    with tempfile.TemporaryDirectory() as folder, Holder("bind", p, 30):
        os.chmod(folder, 0o755)
        calls = shutil.copy(CALLS, folder)  # the build folder may be closed to others
        done = subprocess.run([*NOBODY, INUSE, "run", "--", calls, "bind", str(p)], capture_output=True, text=True)
        same("exit", done.returncode, 3)
        has(done.stderr, f"127.0.0.1:{p}/tcp (EADDRINUSE)")


def low_port_unprivileged():
    """What run takes for its filter (no_new_privs) is not held against the program"""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        calls = shutil.copy(CALLS, folder)
        done = subprocess.run([*NOBODY, INUSE, "run", "--", calls, "bind", "80"], capture_output=True, text=True)
        has(done.stderr, "(EACCES)", "setcap")
        lacks(done.stderr, "no_new_privs")


def landlock():
    """A Landlock domain is not got around: what the kernel forbids the thread stays forbidden"""
    alone = subprocess.run([CALLS, "landlock", str(port())], capture_output=True, text=True).stdout
    if "landlock 0" not in alone:
        raise Skip(f"this kernel has no Landlock for bind(): {alone!r}")
    same("alone", alone, "landlock 0\nbind 13\n")
    same("under run", run(CALLS, "landlock", port()).stdout, alone)


def landlock_is_told():
    """The command's own Landlock domain is the reason that is given"""
    done = run(CALLS, "landlock", port())
    if "landlock 0" not in done.stdout:
        raise Skip(f"this kernel has no Landlock for bind(): {done.stdout!r}")
    has(done.stderr, "(EACCES)", "policy-denied", "under Landlock")


def landlock_before_holder():
    """A domain refuses before anybody looks who has the port: that is the program's own result"""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen(1)
        done = run(CALLS, "landlock", held.getsockname()[1])
    if "landlock 0" not in done.stdout:
        raise Skip(f"this kernel has no Landlock for bind(): {done.stdout!r}")
    has(done.stdout, "bind 13")
    has(done.stderr, "(EACCES)", "under Landlock")


def told_before():
    """What only the kernel decides is told before the program says so itself, also where somebody else traces it"""
    tracer = ("strace", "-f", "-o", "/dev/null") if shutil.which("strace") else ()
    for command in ((CALLS,), (*tracer, CALLS)):
        both = run(*command, "landlock", port(), capture_output=False, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT).stdout
        if "landlock 0" not in both:
            raise Skip(f"this kernel has no Landlock for bind(): {both!r}")
        has(both, "policy-denied", "bind 13")
        if command == (CALLS,):
            same("the reason comes first", both.index("policy-denied") < both.index("bind 13"), True)
    both = python("failed(TCP(socket.AF_UNIX).bind, '/proc/inuse.sock')", capture_output=False,
                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    own = "ENOENT\n" if "ENOENT\n" in both else "EPERM\n"
    same("the reason comes first", both.index("/proc/inuse.sock") < both.index(own), True)


def python(text, **kwargs):
    """A few lines of Python as the command; each says the errno that it has caught."""
    lines = ("import errno, socket, struct, ctypes\nTCP = socket.socket\n"
             "def failed(call, *a):\n"
             "    try: call(*a)\n"
             "    except OSError as e: print(errno.errorcode[e.errno])\n" + text)
    return run("/usr/bin/python3", "-S", "-c", lines, **kwargs)


def any_errno():
    """Whatever errno bind() and listen() give, the program's own result is explained"""
    p = port()
    with tempfile.TemporaryDirectory() as folder:
        rows = (
            ("EINVAL", f"s = TCP(); s.bind(('127.0.0.1', {p})); failed(s.bind, ('127.0.0.1', {p + 1}))",
             ("own-socket (proven)", "has an address already")),
            # where a socket like it is tried instead of it
            ("EINVAL", f"s = TCP(); s.bind(('127.0.0.1', {p})); failed(s.bind, ('127.0.0.1', 7))",
             ("own-socket (proven)", "has an address already")),
            ("EINVAL", "s = TCP(socket.AF_UNIX); s.bind('\\0one'); failed(s.bind, '\\0two')",
             ("own-socket (proven)", "has an address already")),
            ("EINVAL", f"s = TCP(socket.AF_INET6); failed(s.bind, ('fe80::1', {p}))", ("interface",)),
            ("ENOENT", f"failed(TCP(socket.AF_UNIX).bind, '{folder}/no/s')", ("(ENOENT)", "does not exist")),
            ("ENOTDIR", "failed(TCP(socket.AF_UNIX).bind, '/etc/passwd/s')", ("(ENOTDIR)",)),
            ("EINVAL", "failed(TCP(socket.AF_UNIX).listen)", ("bind() comes before listen()",)),
            ("EOPNOTSUPP", f"s = TCP(2, 2); s.bind(('127.0.0.1', {p + 2})); failed(s.listen)",
             ("only stream sockets listen",)),
            ("EAFNOSUPPORT", "s = TCP(socket.AF_INET6); l = ctypes.CDLL(None, use_errno=True)\n"
             f"l.bind(s.fileno(), struct.pack('<HH24x', 2, socket.htons({p + 3})), 28)\n"
             "print(errno.errorcode[ctypes.get_errno()])", ("another family",)),
            ("EBADF", "l = ctypes.CDLL(None, use_errno=True); l.bind(77, b'\\2\\0', 16)\n"
             "print(errno.errorcode[ctypes.get_errno()])", ("descriptor 77", "not open")),
        )
        for name, text, words in rows:
            done = python(text)
            if name == "EAFNOSUPPORT" and done.stdout == "":
                raise Skip("this machine has no IPv6")
            same(text, done.stdout.replace("ENOTSUP\n", "EOPNOTSUPP\n"), name + "\n")  # one number, two names
            has(done.stderr, f"({name})", *words)


def good_paths():
    """A path that can be bound is bound, and nothing is said"""
    with tempfile.TemporaryDirectory() as folder:
        done = python(f"s = TCP(socket.AF_UNIX); s.bind('{folder}/s'); s.listen(); print('good')")
        same("results", (done.stdout, done.stderr), ("good\n", ""))


def place_without_sockets():
    """What only the kernel knows of a place is seen at the socket"""
    done = python("failed(TCP(socket.AF_UNIX).bind, '/proc/inuse.sock')")
    assert done.stdout in ("ENOENT\n", "EPERM\n"), done.stdout
    has(done.stderr, "/proc/inuse.sock")


def other_protocols():
    """Another protocol is not answered for TCP"""
    p = port()
    done = python(f"s = TCP(2, 2, 136); s.bind(('127.0.0.1', {p})); failed(TCP(2, 2, 136).bind, ('127.0.0.1', {p}))")
    if "not supported" in done.stderr:
        raise Skip("this kernel has no UDP-Lite")
    same("results", done.stdout, "EADDRINUSE\n")
    has(done.stderr, "(UDP-Lite) (EADDRINUSE)", "/proc/net/udplite")
    lacks(done.stderr, "/tcp", "/udp (")


def freebind():
    """An address that is not there and yet taken is EADDRINUSE, with its holder"""
    p = port()
    text = f"s = TCP(); s.setsockopt(0, 15, 1); failed(s.bind, ('203.0.113.5', {p}))"
    hold = ("import socket, sys; s = socket.socket(); s.setsockopt(0, 15, 1); "
            f"s.bind(('203.0.113.5', {p})); s.listen(); print('ready', flush=True); sys.stdin.read()")
    with subprocess.Popen(["/usr/bin/python3", "-S", "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:
        holder.stdout.readline()
        done = python(text)
        same("results", done.stdout, "EADDRINUSE\n")
        has(done.stderr, "(EADDRINUSE)", f"pid {holder.pid}")
        told = subprocess.run([INUSE, f"bind 203.0.113.5:{p}: Address already in use"], capture_output=True, text=True)
        has(told.stdout, "is in use", f"pid {holder.pid}")
        plain = subprocess.run([INUSE, f"203.0.113.5:{p}"], capture_output=True, text=True)
        has(plain.stdout, "not an address of this machine")
        holder.stdin.close()


def freebind_low():
    """… also where a look-alike has to be asked: below 1024, IPv6, IP_TRANSPARENT; a free one is bound"""
    for domain, level, option, address in ((2, 0, 15, "203.0.113.5"), (2, 0, 19, "203.0.113.6"), (10, 41, 78, "2001:db8::5")):
        text = f"s = TCP({domain}); s.setsockopt({level}, {option}, 1); "
        port_free, port_held = 443, 444
        hold = ("import socket, sys; TCP = socket.socket; " + text + f"s.bind(('{address}', {port_held})); s.listen(); "
                "print('ready', flush=True); sys.stdin.read()")
        with subprocess.Popen(["/usr/bin/python3", "-S", "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as holder:
            same("the holder", holder.stdout.readline(), "ready\n")
            done = python(text + f"failed(s.bind, ('{address}', {port_held}))")
            same("results", done.stdout, "EADDRINUSE\n")
            has(done.stderr, "(EADDRINUSE)", f"pid {holder.pid}")
            done = python(text + f"s.bind(('{address}', {port_free})); print('good')")
            same("a free one", (done.stdout, done.stderr), ("good\n", ""))
            holder.stdin.close()


def few_descriptors():
    """With few descriptors the command runs all the same"""
    for most in (3, 4, 5, 6, 8, 12):
        done = subprocess.run(["/bin/sh", "-c", f"ulimit -n {most}; exec {INUSE} run -- /bin/echo it runs"],
                              capture_output=True, text=True)
        print(f"# {most} descriptors: {done.returncode} {done.stdout!r} {done.stderr!r}")
        if "error while loading" in done.stderr:
            continue  # the program itself could not start
        same("results", (done.returncode, done.stdout), (0, "it runs\n"))


def port_file_is_plain():
    """--port-file follows no link and waits for no reader"""
    with tempfile.TemporaryDirectory() as folder:
        link, fifo, victim = (os.path.join(folder, n) for n in ("link", "fifo", "victim"))
        open(victim, "w").write("mine")
        os.symlink(victim, link)
        os.mkfifo(fifo)
        for name in (link, fifo, folder):
            done = run("/bin/true", options=["--port-file", name], timeout=20)
            same(name, done.returncode, 3)
            has(done.stderr, "cannot write to")
        same("file", open(victim).read(), "mine")


def dropped_rights():
    """A child with fewer rights is not given ours: port 80 stays forbidden"""
    done = run(*NOBODY, CALLS, "bind", 80)
    same("results", done.stdout, "bind 13\n")
    has(done.stderr, "(EACCES)", "may not bind ports below 1024", "NET_BIND_SERVICE")


def kept_rights():
    """A privileged port where the right is there"""
    has(run(CALLS, "bind", 81).stdout, "bind 0", "listen 0")


def other_address():
    """An address that is not of this machine"""
    done = run("/usr/bin/python3", "-S", "-c", "import socket; socket.socket().bind(('10.1.2.3', 8000))")
    has(done.stderr, "10.1.2.3:8000/tcp (EADDRNOTAVAIL)", "not an address of this machine", "OSError")


def other_namespace():
    """A child in another network namespace"""
    p = port()
    done = run("unshare", "--net", "sh", "-c", f"ip link set lo up; {CALLS} bind {p} 3 & sleep 0.5; {CALLS} bind {p}; kill $!")
    has(done.stdout, "bind 98")
    has(done.stderr, f"127.0.0.1:{p}/tcp (EADDRINUSE)")


def json_document():
    """--json tells in inuse.why/1"""
    p = port()
    with Holder("bind", p, 30):
        done = run(CALLS, "bind", p, options=["--json"])
    document = json.loads(done.stderr)
    same("schema", document["schema"], "inuse.why/1")
    same("cause", document["verdict"]["cause"], "already-running")
    same("errno", document["verdict"]["errno"], 98)


def supervisor_killed():
    """When the background process is killed the command does not hang"""
    p = port()
    # the shell says when it runs, and goes on when it is told to
    process = subprocess.Popen([INUSE, "run", "--", "sh", "-c",
                                f"echo runs; read go; {CALLS} bind {p}; echo rest $?"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    same("before", process.stdout.readline(), "runs\n")
    for pid in watchers():
        os.kill(pid, signal.SIGKILL)
    out = process.communicate("go\n", timeout=20)[0]
    has(out, "bind ", "rest ")


def supervisor_killed_while_it_holds():
    """… nor when it is killed while it holds a call"""
    p = port()
    with Holder("bind", p, 30):
        process = subprocess.Popen([INUSE, "run", "--wait", "60", "--", CALLS, "bind", str(p)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.7)
        for pid in watchers():
            os.kill(pid, signal.SIGKILL)
        has(process.communicate(timeout=5)[0], "bind ")


def one_watcher():
    """The one of our background processes that watches: its parent is the one that guards."""
    pids = watchers()
    for pid in pids:
        if int(open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()[1]) in pids:
            return pid
    raise AssertionError(f"none of {pids} is the child of another")


def watcher_killed():
    """When only the one that watches is killed, a bind() works as ever, and failures are explained"""
    p = port()
    with Holder("bind", p, 30):
        process = subprocess.Popen([INUSE, "run", "--", "sh", "-c",
                                    f"sleep 0.6; {CALLS} bind {p + 1}; {CALLS} bind {p}"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)
        os.kill(one_watcher(), signal.SIGKILL)
        out, err = process.communicate(timeout=5)
    same("results", out, f"bind 0\nport {p + 1}\nlisten 0\nbind 98\n")
    has(err, f"127.0.0.1:{p}/tcp (EADDRINUSE)")
    no_watcher_is_left()


def watcher_killed_while_it_holds():
    """… and a call that it held is done by the kernel"""
    p = port()
    with Holder("bind", p, 30):
        process = subprocess.Popen([INUSE, "run", "--wait", "60", "--", CALLS, "bind", str(p)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.7)
        pids = {pid: int(open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()[1]) for pid in watchers()}
        guard = next(pid for pid, parent in pids.items() if parent not in pids)
        watcher = next(pid for pid, parent in pids.items() if parent == guard)
        os.kill(watcher, signal.SIGKILL)
        same("result", process.communicate(timeout=5)[0], "bind 98\n")
    no_watcher_is_left()


def rings():
    """A command that fails and has used io_uring: said once that binds through it are not seen"""
    done = run(CALLS, "ring", 1)
    same("exit", done.returncode, 4)
    if not re.fullmatch(r"ring 0\n", done.stdout):
        raise Skip(f"this kernel makes no ring: {done.stdout!r}")
    has(done.stderr, "io_uring")
    lacks(run("true").stderr, "io_uring")


def setuid_program():
    """Without root a setuid program is told to have no more rights"""
    for command, told in (("su", True), ("true", False)):
        done = subprocess.run([*NOBODY, INUSE, "run", "--", command, "--help"], capture_output=True, text=True)
        same(f"{command}: told", "no_new_privs" in done.stderr, told)
    done = run("su", "--help")
    lacks(done.stderr, "no_new_privs")


def outer_watcher():
    """Inside of another program that watches calls: a preloaded library tells and helps instead"""
    p = port()
    outer = [sys.executable, "-S", os.path.join(os.path.dirname(os.path.abspath(__file__)), "outer.py"), INUSE, "run", "-v"]
    with Holder("bind", p, 30):
        done = subprocess.run([*outer, "--", CALLS, "bind", str(p)], capture_output=True, text=True)
        same("exit", done.returncode, 3)
        has(done.stderr, "another program around it watches its calls", f"127.0.0.1:{p}/tcp (EADDRINUSE)", "already-running")
        same("explanations", done.stderr.count("cannot bind"), 1)
        done = subprocess.run([*outer, "--next", "--", CALLS, "bind", str(p)], capture_output=True, text=True)
        has(done.stdout, "bind 0", f"port {p + 1}", "listen 0")
        done = subprocess.run([*outer, "--free", "--yes", "--", "sh", "-c", f"{CALLS} bind {p}"], capture_output=True,
                              text=True)
        has(done.stdout, "bind 0", "listen 0")
    done = subprocess.run([*outer, "--", CALLS, "listen", str(port())], capture_output=True, text=True)
    has(done.stderr, "cannot listen on", "own-socket")


def explained_afterwards():
    """… and a static program there is explained from what it printed"""
    if not STATIC:
        raise Skip("musl-gcc is missing")
    p = port()
    outer = [sys.executable, "-S", os.path.join(os.path.dirname(os.path.abspath(__file__)), "outer.py"), INUSE, "run", "-v", "--"]

    def wrapped(*command):
        return subprocess.run([*outer, *map(str, command)], capture_output=True, text=True)

    with Holder("bind", p, 30):
        done = wrapped(STATIC, "complain", p)
        same("exit", done.returncode, 3)
        has(done.stderr, f"127.0.0.1:{p}: Address already in use", "what the command printed speaks of a failed bind()",
            "other-program")
    same("killed", wrapped(STATIC, "kill", 1).returncode, -signal.SIGTERM)
    same("good", wrapped(STATIC, "bind", port()).returncode, 0)
    ignored = subprocess.run(["sh", "-c", f"trap '' CHLD; exec {' '.join(outer)} {STATIC} bind {port()}"], timeout=10,
                             stdout=subprocess.DEVNULL)
    same("with SIGCHLD ignored", ignored.returncode, 0)
    same("not there", wrapped("/no/such/program").returncode, 127)


def inside_itself():
    """inuse inside of inuse run: its own look-alikes are no failures"""
    p = port()
    with Holder("bind", p, 30):
        done = run(INUSE, "why", "-q", p)
        same("answer", done.returncode, 0)
        same("stderr", done.stderr, "")


def run_inside_of_run():
    """inuse run inside of inuse run: one explanation, and nothing is left when the command has ended"""
    p = port()
    with Holder("bind", p, 30):
        done = run(INUSE, "run", "--", INUSE, "run", "--", CALLS, "bind", p)
        same("exit", done.returncode, 3)
        same("explanations", done.stderr.count("cannot bind"), 1)
        lacks(done.stderr, "another program around it watches")
        no_watcher_is_left()
        done = run("sh", "-c", f"{INUSE} run --next -- {CALLS} bind {p}; true")
        has(done.stdout, "bind 0", f"port {p + 1}", "listen 0")
        no_watcher_is_left()


def sisters():
    """Workers of one command that want one port are none that runs already"""
    p = port()
    code = (f"import multiprocessing, socket, time\n"
            f"def work(i):\n"
            f"    s = socket.socket()\n"
            f"    time.sleep(i)\n"
            f"    try:\n"
            f"        s.bind(('127.0.0.1', {p}))\n"
            f"        s.listen()\n"
            f"        time.sleep(4)\n"
            f"    except OSError:\n"
            f"        pass\n"
            f"if __name__ == '__main__':\n"
            f"    all = [multiprocessing.get_context('spawn').Process(target=work, args=(i,)) for i in (0, 1.5)]\n"
            f"    [w.start() for w in all]\n"
            f"    [w.join() for w in all]\n")
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "farm.py")
        with open(script, "w") as out:
            out.write(code)
        lines = run(sys.executable, script, options=["--json"]).stderr.splitlines()
    documents = [json.loads(line) for line in lines if line.startswith("{")]
    same("causes", [d["verdict"]["cause"] for d in documents], ["own-socket"])
    same("remedies", [r["id"] for r in documents[0]["remedies"]], ["fix-program"])
    has(documents[0]["remedies"][0]["summary"], "workers of one command")


FORKS = """import os, socket, sys, time
s = socket.socket()
s.bind(('127.0.0.1', int(sys.argv[1])))
s.listen()
if os.fork() == 0:
    for _ in range(60):
        s.settimeout(1)
        try:
            s.accept()
        except OSError:
            pass
    sys.exit()
print('ready', flush=True)
time.sleep(60)
"""


def left_worker():
    """A worker whose main process was killed is no server that runs already; while that lives, it is"""
    p = port()
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "server.py")
        with open(script, "w") as out:
            out.write(FORKS)
        server = subprocess.Popen([sys.executable, script, str(p)], stdout=subprocess.PIPE, preexec_fn=os.setpgrp)
        server.stdout.readline()
        worker = int(open(f"/proc/{server.pid}/task/{server.pid}/children", encoding="ascii").read())
        try:
            document = json.loads(run(sys.executable, script, p, options=["--json"]).stderr.splitlines()[0])
            same("with its main process", [r["id"] for r in document["remedies"]][0], "reuse-instance")
            server.kill()
            server.wait()
            parent = int(open(f"/proc/{worker}/stat", encoding="ascii").read().rpartition(")")[2].split()[1])
            if parent != 1:
                print(f"# not tried: process {parent} takes over the orphans here, not pid 1")
                return
            document = json.loads(run(sys.executable, script, p, options=["--json"]).stderr.splitlines()[0])
            same("cause", document["verdict"]["cause"], "already-running")
            same("remedies", [r["id"] for r in document["remedies"]][0], "stop-process")
            text = run(sys.executable, script, p).stderr
            has(text, "a worker that its main process forked, left over: its main process is gone")
        finally:
            server.kill()
            os.kill(worker, signal.SIGKILL)
            server.stdout.close()


def handed_down():
    """A port that a variable hands down to a stop command, too"""
    p = port()
    with Holder("bind", p, 30):
        done = run(CALLS, "bind", p, options=["--json"], env={**os.environ, "APP_OPTS": f"-Djmxremote.port={p} -x"})
        document = json.loads(done.stderr.splitlines()[0])
        same("cause", document["verdict"]["cause"], "other-program")
        same("first remedy", document["remedies"][0]["id"], "fix-program")
        has(document["remedies"][0]["summary"], f"APP_OPTS gives port {p}")
        done = run(CALLS, "bind", p, options=["--json"], env={**os.environ, "PORT": str(p)})
        same("meant for it", json.loads(done.stderr.splitlines()[0])["verdict"]["cause"], "already-running")


def bound_again():
    """A socket that its parent passed on, and that is bound a second time"""
    p = port()
    child = (f"import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', {p}))")
    parent = (f"import socket, subprocess, sys; s = socket.socket(); s.bind(('127.0.0.1', {p})); s.listen(); "
              f"s.set_inheritable(True); print(s.fileno(), flush=True); "
              f"subprocess.run([sys.executable, '-S', '-c', {child!r}], close_fds=False, stderr=subprocess.DEVNULL)")
    done = run(sys.executable, "-S", "-c", parent, options=["--json"])
    document = json.loads(done.stderr.splitlines()[0])
    same("cause", document["verdict"]["cause"], "own-socket")
    has(document["remedies"][0]["summary"], f"as descriptor {done.stdout.strip()} from", "take that one")


def handed_over():
    """A socket that an activator passed on (LISTEN_FDS), and that its program binds once more"""
    activator = shutil.which("systemd-socket-activate")
    if not activator:
        raise Skip("systemd-socket-activate is not there")
    p = port()
    code = f"import socket; socket.socket().bind(('127.0.0.1', {p}))"
    started = subprocess.Popen([INUSE, "run", "--json", "--", activator, "-l", f"127.0.0.1:{p}", sys.executable, "-S", "-c", code],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", p)):
            break
        time.sleep(0.05)
    document = json.loads(next(line for line in started.communicate(timeout=60)[1].splitlines() if line.startswith("{")))
    same("cause", document["verdict"]["cause"], "own-socket")
    has(document["remedies"][0]["summary"], "descriptor 3 (LISTEN_FDS)")


def reloads():
    """A server that opens another address of the port that it has: a reload"""
    p = port()
    code = (f"import socket; a = socket.socket(); a.bind(('0.0.0.0', {p})); a.listen(); "
            f"b = socket.socket(); b.bind(('127.0.0.1', {p}))")
    document = json.loads(run(sys.executable, "-S", "-c", code, options=["--json"]).stderr.splitlines()[0])
    same("cause", document["verdict"]["cause"], "own-socket")
    has(document["remedies"][0]["summary"], "restart it instead")
    code = (f"import os, socket, time; a = socket.socket(); a.bind(('127.0.0.1', {p + 1})); a.listen(); w = os.fork();\n"
            f"if not w: time.sleep(20)\n"
            f"a.close(); b = socket.socket()\n"
            f"try: b.bind(('0.0.0.0', {p + 1}))\n"
            f"finally: os.kill(w, 9)")
    document = json.loads(run(sys.executable, "-S", "-c", code, options=["--json"]).stderr.splitlines()[0])
    same("its worker still has the old one", document["verdict"]["cause"], "own-socket")
    has(document["remedies"][0]["summary"], "restart it instead")


# ---- policies ----


def wait_for_holder():
    """--wait holds the call until the holder is gone"""
    p = port()
    with Holder("bind", p, 1):
        start = time.monotonic()
        done = run(CALLS, "bind", p, options=["--wait", "20"])
        took = time.monotonic() - start
    has(done.stdout, "bind 0", "listen 0")
    has(done.stderr, "waiting for at most 20 s", "is free now")
    assert 0.2 < took < 5, took


TIME_WAIT = []


def wait_for_time_wait():
    """--wait holds a server that starts right after the one before left TIME-WAIT"""
    p, process = leave_time_wait()
    time.sleep(1)
    TIME_WAIT.append((p, process, watchers()))


def leave_time_wait():
    """Leaves TIME-WAIT on a port, and starts a server that waits for it."""
    p = port()
    leave = ("import socket; s = socket.socket(); s.bind(('127.0.0.1', %d)); s.listen(); "
             "c = socket.create_connection(s.getsockname()); a = s.accept()[0]; a.close(); c.close()" % p)
    subprocess.run([sys.executable, "-S", "-c", leave], check=True)
    plain = run(CALLS, "bind", p)
    same("without", plain.stdout, "bind 98\n")
    has(plain.stderr, "time-wait", "inuse run --wait 90")
    return p, subprocess.Popen([INUSE, "run", "--wait", "90", "--", CALLS, "bind", str(p)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def waited_for_time_wait():
    """… and it starts by itself when TIME-WAIT ends"""
    process = TIME_WAIT[0][1]
    out, err = process.communicate(timeout=70)
    has(out, "bind 0", "listen 0")
    has(err, "waiting for at most 90 s")
    waited = float(re.search(r"is free now, after ([\d.]+) s", err)[1])
    print(f"# it waited {waited} s")
    assert 50 < waited < 70, "TIME-WAIT takes 60 s"


def wait_gives_up():
    """--wait gives up in time, explains, and does not wait again for the next try"""
    p = port()
    with Holder("bind", p, 30):
        start = time.monotonic()
        done = run(CALLS, "twice", p, options=["--wait", "1"])
        took = time.monotonic() - start
    same("results", done.stdout, "bind 98\nbind 98\n")
    has(done.stderr, "was still taken after 1 s", "already-running")
    assert 0.9 < took < 3, took


def wait_and_signals():
    """SIGTERM that the program handles ends the wait, SIGURG does not"""
    p = port()
    with Holder("bind", p, 30):
        process = subprocess.Popen([INUSE, "run", "--wait", "30", "--", CALLS, "signal", str(p)], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.7)
        process.send_signal(signal.SIGURG)
        time.sleep(0.7)
        same("after SIGURG", process.poll(), None)
        process.send_signal(signal.SIGTERM)
        start = time.monotonic()
        has(process.communicate(timeout=20)[0], "bind 98")
        assert time.monotonic() - start < 4, "SIGTERM took too long"


def next_port():
    """--next binds the next port, says so and writes it down"""
    p = port()
    with tempfile.TemporaryDirectory() as folder, Holder("bind", p, 30), Holder("bind", p + 1, 30):
        name = os.path.join(folder, "port")
        done = run(CALLS, "bind", p, options=["--next", "--port-file", name])
        has(done.stdout, "bind 0", f"port {p + 2}", "listen 0")
        has(done.stderr, f"gets port {p + 2} instead")
        same("file", open(name).read(), f"{p + 2}\n")
        read, write = os.pipe()
        run(CALLS, "bind", p, options=["--next", "--port-fd", str(write)], pass_fds=(write,))
        os.close(write)
        same("descriptor", os.read(read, 100), f"{p + 2}\n".encode())


def reuseaddr():
    """--reuseaddr helps where the one before had it set, and says so"""
    p = port()
    leave = ("import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); "
             "s.bind(('127.0.0.1', %d)); s.listen(); c = socket.create_connection(s.getsockname()); "
             "a = s.accept()[0]; a.close(); c.close()" % p)
    subprocess.run([sys.executable, "-S", "-c", leave], check=True)
    same("without", run(CALLS, "bind", p).stdout, "bind 98\n")
    done = run(CALLS, "bind", p, options=["--reuseaddr"])
    has(done.stdout, "bind 0", "listen 0")
    has(done.stderr, "SO_REUSEADDR helped")
    with Holder("bind", p + 1, 30):
        has(run(CALLS, "bind", p + 1, options=["--reuseaddr"]).stderr, "does not help here")


def free_asks():
    """--free does nothing without consent, and ends the holder with it"""
    p = port()
    with Holder("bind", p, 30) as holder:
        no = run(CALLS, "bind", p, options=["--free"], start_new_session=True, stdin=subprocess.DEVNULL)
        same("without consent", no.stdout, "bind 98\n")
        has(no.stderr, "no terminal to ask on")
        same("holder", holder.poll(), None)
        yes = run(CALLS, "bind", p, options=["--free", "--yes"])
        has(yes.stdout, "bind 0", "listen 0")
        same("holder", holder.wait(timeout=5), -signal.SIGTERM)


def wrong_lines():
    """Wrong command lines"""
    for options, words in ((["--wait", "1", "--next"], "run takes one of"), (["--yes"], "belong to --free"),
                           (["--wait", "x"], "wait"), (["--port-file", "/no/such/file"], "cannot write to"),
                           (["--port-fd", "77"], "an open descriptor")):
        done = run("true", options=options)
        assert done.returncode in (2, 3), done
        has(done.stderr, words)
    same("no command", subprocess.run([INUSE, "run"], capture_output=True).returncode, 2)


TESTS = [wait_for_time_wait, exit_codes, not_started, same_process, descriptors_and_signals, closed_streams, no_children, end_of_output,
         explains, quiet_when_good, listen_fails, own_both_families, own_parent, other_directory, udp, unix_paths,
         threads, once_for_each_cause, exec_chain, daemons, daemon_speaks, static_program, program_of_32_bits,
         own_filter, unprivileged, low_port_unprivileged, landlock, landlock_is_told, landlock_before_holder, told_before, any_errno, good_paths, place_without_sockets, other_protocols, freebind, freebind_low,
         few_descriptors, port_file_is_plain, dropped_rights, kept_rights, other_address, other_namespace, json_document,
         supervisor_killed, supervisor_killed_while_it_holds, watcher_killed, watcher_killed_while_it_holds, rings,
         setuid_program, outer_watcher, explained_afterwards, inside_itself, run_inside_of_run, sisters, left_worker, handed_down, handed_over, bound_again, reloads,
         wait_for_holder, wait_gives_up,
         wait_and_signals, next_port, reuseaddr, free_asks, wrong_lines, waited_for_time_wait]

if __name__ == "__main__":
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root for network namespaces")
        sys.exit(0)
    enter()
    only = os.environ.get("ONLY")
    sys.exit(play([t for t in TESTS if not only or re.search(only, t.__name__)]))
