#!/usr/bin/env python3
"""Every system call of a run fails, once and for ever, with several errors; a filter refuses whole families of them:
never "free" of what is held, never another holder, nobody else is ended, nothing hangs, and exit codes are 0 to 3.

Prints TAP. Environment: INUSE, DEMO_SERVER (a small TCP server), INUSE_SAFETY=full (each place of each call; two
processes a core, each in a network namespace of its own, take their share), INUSE_SHARE=N (only each Nth run).
"""
import collections
import ctypes
import errno
import itertools
import json
import os
import pickle
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

INUSE = os.path.abspath(os.environ["INUSE"])
SERVER = os.path.abspath(os.environ["DEMO_SERVER"])
FULL = os.environ.get("INUSE_SAFETY") == "full"
CLONE_NEWNET = 0x40000000
WORKERS = 2 * len(os.sched_getaffinity(0)) if FULL else 1  # they wait a good deal
EACH = int(os.environ.get("INUSE_SHARE", "1"))
PLACES = 40 if FULL else 1  # of one call, from the first on; and its last
ERRORS = ("EPERM", "EMFILE", "ENOMEM", "EIO")
HANGS = 25  # a look ends after 10 s, and this machine may be busy
# brk() never fails with an errno: the C library would take the number for the end of its memory.
SKIPPED = {"brk", "execve", "exit_group", "exit", "arch_prctl", "set_tid_address", "rt_sigreturn", "set_robust_list", "rseq"}
# Who may not make or bind a socket is told so: that is an answer for a port that nobody holds, too.
ABOUT_US = {"bind", "socket", "setsockopt", "socket+bind"}
HELD, FREE, DECOY = 21001, 21099, 21002
NUMBERS = {"bpf": 321, "pidfd_open": 434, "pidfd_getfd": 438, "statx": 332, "openat2": 437, "getdents64": 217,
           "readlinkat": 267, "readlink": 89, "capget": 125, "recvmsg": 47, "sendto": 44, "bind": 49, "socket": 41,
           "setsockopt": 54, "getsockopt": 55, "uname": 63, "ioctl": 16, "statfs": 137, "fstatfs": 138, "kcmp": 312,
           "pidfd_send_signal": 424, "clone": 56, "clone3": 435, "faccessat2": 439, "close_range": 436, "poll": 7}
FAMILIES = [(name,) for name in NUMBERS] + [("bpf", "pidfd_open", "pidfd_getfd"), ("bpf", "statx", "openat2", "clone3")]


SERVERS = []  # of this worker


class Tally:
    """What came out, and what is wrong with it."""

    def __init__(self):
        self.counts, self.wrong = collections.Counter(), []

    def add(self, what, code, wrong):
        self.counts[code] += 1
        if wrong:
            self.wrong.append(f"{wrong}: {what}")

    def report(self, number, name):
        for line in self.wrong[:12]:
            print(f"# {line}")
        runs = sum(self.counts.values())
        print(f"{'not ok' if self.wrong else 'ok'} {number} - {name}: {runs} runs, exit codes {dict(self.counts)}",
              flush=True)
        return not self.wrong


def serve(port):
    """A listener on the port, again and again until the one before has let go."""
    for _ in range(100):
        process = subprocess.Popen([SERVER, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        SERVERS.append(process)
        for _ in range(200):
            if process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return process
            except OSError:
                pass
    raise SystemExit(f"# nothing listens on {port}")


def where(group):
    """Where the processes of a group wait in the kernel."""
    lines = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getpgid(int(pid)) == group:
                texts = [open(f"/proc/{pid}/{name}", encoding="utf-8").read().strip()
                         for name in ("comm", "wchan", "syscall")]
                lines.append(" ".join([pid, *texts]))
        except OSError:
            pass
    return "\n".join(lines)


def ran(command, before=None):
    """(exit code or "hang", stdout, stderr)"""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True, preexec_fn=before)
    try:
        out, err = process.communicate(timeout=HANGS)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        stuck = where(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return "hang", out, err + stuck.encode()


def documents(out):
    try:
        return [json.loads(line) for line in out.splitlines()]
    except ValueError:
        return None


def judge(result, expect, holder, about_us, mute=False):
    """What is wrong with an answer; None: nothing. expect: held, free, list; mute: it could not write."""
    code, out, err = result
    if code not in (0, 1, 2, 3) or (code == 2 and expect != "list"):
        return f"exit code {code} {out[-200:]} {err[-400:]}"
    if code == 3 and not (out + err).strip() and not mute:
        return "exit code 3 without a word"
    found = documents(out)
    if found is None and code in (0, 1):
        return f"no JSON: {out[:100]}"
    if expect == "held" and code == 1:
        return "wrong free"
    if expect == "free" and code == 0 and not about_us:
        return f"wrong held: {found[0]['verdict'] if found else out}"
    pids = {h["pid"] for d in found or [] for b in d.get("blockers", []) for h in b["holders"]}
    return f"wrong holders {pids}" if expect == "held" and pids - {holder} else None


def calls_of(command):
    """{call: (how often before main(), how often)}: the loader of programs has its own ways to fail."""
    with tempfile.NamedTemporaryFile() as log:
        subprocess.run(["strace", "-f", "-o", log.name, *command], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        text = log.read().decode(errors="replace")
    names = [m[1] for m in re.finditer(r"^\d+\s+(\w+\((?:SIGPIPE)?)", text, re.M)]
    main = names.index("rt_sigaction(SIGPIPE") if "rt_sigaction(SIGPIPE" in names else 0
    plain = [name.partition("(")[0] for name in names]
    before, all_of_them = collections.Counter(plain[:main]), collections.Counter(plain)
    return {name: (before[name], count) for name, count in all_of_them.items()
            if name not in SKIPPED and count > before[name]}


def faults(calls):
    """(call, injection): of a short sweep each place has one of the errors, by turns."""
    turn = itertools.count()
    for call, (before, total) in sorted(calls.items()):
        for place in sorted({*range(before + 1, min(total, before + PLACES) + 1), total}):
            for more in ("", "+"):
                for error in ERRORS if FULL else (ERRORS[next(turn) % len(ERRORS)],):
                    yield call, f"{call}:error={error}:when={place}{more}"


def mine(runs, worker):
    """The share of one of the workers."""
    return itertools.islice(runs, worker * EACH, None, WORKERS * EACH)


def injected(command, spec):
    return ["strace", "-f", "-o", "/dev/null", "-e", "trace=" + spec.split(":")[0], "-e", "inject=" + spec, *command]


def sweep(worker, arguments, expect):
    command, tally, holder = [INUSE, *arguments], Tally(), serve(HELD).pid
    for call, spec in mine(faults(calls_of(command)), worker):
        result = ran(injected(command, spec))
        tally.add(spec, result[0], judge(result, expect, holder, call in ABOUT_US, call == "write"))
    return tally


def sweep_free(worker):
    """Who is ended, and whether "done" is true."""
    tally, command = Tally(), [INUSE, "free", "--yes", "--grace", "2", str(HELD)]
    victim, decoy = serve(HELD), serve(DECOY)
    calls = calls_of(command)
    for _, spec in mine(faults(calls), worker):
        if victim.poll() is not None:
            victim = serve(HELD)
        code, out, err = ran(injected(command, spec))
        ended, wrong = victim.poll() is not None, None
        if not ended and code == 0:
            try:
                victim.wait(2)
            except subprocess.TimeoutExpired:
                wrong = "done, and it is held"
        if decoy.poll() is not None:
            raise SystemExit(f"# a bystander was ended: {spec}")
        if code not in (0, 1, 2, 3):
            wrong = f"exit code {code} {out[-200:]} {err[-400:]}"
        elif b"Nothing" in out and code in (0, 1) and not ended:
            wrong = f"wrong free: {out[:120]}"
        tally.add(spec, code, wrong)
    return tally


def refuse(names, error):
    """A filter that answers these calls with the error."""
    code = [(0x20, 0, 0, 0)]
    for name in names:
        code += [(0x15, 0, 1, NUMBERS[name]), (0x06, 0, 0, 0x00050000 | error)]
    code.append((0x06, 0, 0, 0x7FFF0000))
    text = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *row) for row in code))
    libc = ctypes.CDLL(None)

    def apply():
        program = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(code), ctypes.addressof(text)))
        libc.prctl(38, 1, 0, 0, 0)
        if libc.prctl(22, 2, program):
            os._exit(99)
    return apply


def filters(targets):
    errors = (errno.EPERM, errno.EACCES, errno.ENOSYS)
    for turn, names in enumerate(FAMILIES):
        for error in errors if FULL else (errors[turn % len(errors)],):
            for target in targets:
                yield names, error, target


def sweep_filters(worker):
    tally, held, folder = Tally(), serve(HELD), tempfile.mkdtemp(prefix="inuse-faults-")
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(folder + "/held.sock")
    unix.listen(1)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", HELD))
    targets = ((str(HELD), "held", held.pid), (f"{HELD}/udp", "held", os.getpid()),
               (folder + "/held.sock", "held", os.getpid()), (str(FREE), "free", 0), (f"{FREE}/udp", "free", 0),
               (folder + "/free.sock", "free", 0))
    for names, error, (target, expect, holder) in mine(filters(targets), worker):
        result = ran([INUSE, "why", "--json", target], refuse(names, error))
        tally.add(f"{target} with {'+'.join(names)} refused ({errno.errorcode[error]})", result[0],
                  judge(result, expect, holder, bool(set(names) & ABOUT_US)))
    unix.close()
    udp.close()
    shutil.rmtree(folder, ignore_errors=True)
    return tally


def work(part, worker, out):
    """One worker: its network, its servers, its share; the tally goes to the parent."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNET):
        raise SystemExit("# no network namespace")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        with os.fdopen(out, "wb") as pipe:
            pickle.dump(part(worker), pipe)
    finally:
        for process in SERVERS:
            process.kill()
            process.wait()


def together(part):
    """The tally of all workers of a part."""
    tally, pipes = Tally(), []
    for worker in range(WORKERS):
        reading, writing = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.close(reading)
                work(part, worker, writing)
                code = 0
            except SystemExit as end:
                print(end, flush=True)
            finally:
                os._exit(code)
        os.close(writing)
        pipes.append((pid, reading))
    for pid, reading in pipes:
        with os.fdopen(reading, "rb") as pipe:
            text = pipe.read()
        if os.waitpid(pid, 0)[1] or not text:
            tally.wrong.append("a worker of the sweep ended early")
            continue
        share = pickle.loads(text)
        tally.counts += share.counts
        tally.wrong += share.wrong
    return tally


def main():
    if os.geteuid() != 0:
        print("1..0 # SKIP namespaces need root")
        return 0
    if not shutil.which("strace"):
        print("1..0 # SKIP strace is not installed")
        return 0
    if subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:
        print("1..0 # SKIP no network namespace can be made")
        return 0
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    parts = [("what is held", lambda worker: sweep(worker, ["why", "--json", str(HELD)], "held")),
             ("what is free", lambda worker: sweep(worker, ["why", "--json", str(FREE)], "free")),
             ("a list", lambda worker: sweep(worker, ["list", "--json"], "list")),
             ("filters", sweep_filters), ("what is freed", sweep_free)]
    print(f"1..{len(parts)}", flush=True)
    good = True
    for number, (name, part) in enumerate(parts, 1):
        if part is sweep_filters and os.uname().machine != "x86_64":
            print(f"ok {number} - {name} # SKIP numbers of calls of another machine")
            continue
        started = time.monotonic()
        good &= together(part).report(number, name)
        print(f"# {time.monotonic() - started:.0f} s", flush=True)
    return not good


if __name__ == "__main__":
    sys.exit(main())
