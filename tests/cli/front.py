#!/usr/bin/env python3
"""front.py - the static program in front answers like the full one, and becomes it where it would see less

usage: front.py FRONT FULL

Works in network and mount namespaces of its own. A copy of the static program is laid out as installed;
where the full one should lie is a script that notes its pid and becomes it. Prints TAP.
"""
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

NOBODY, GUEST = 65534, 60001
OWNED, BOUND, UDP, WAITING, ORPHAN, FREE = 4001, 4002, 4003, 4004, 4005, 4006
USER = {"userName": "inuse-guest", "uid": GUEST, "gid": GUEST, "disposition": "regular"}


class Answer:
    def __init__(self, process, out, err):
        self.pid, self.code, self.out, self.err = process.pid, process.returncode, out, err


class Test:
    def __init__(self, front, full):
        self.number = self.failed = 0
        self.full = full
        self.top = tempfile.mkdtemp(prefix="inuse-front-")
        os.chmod(self.top, 0o755)
        self.log = os.path.join(self.top, "log")
        self.front = self.lay_out("installed", front)
        place = os.path.join(self.top, "installed/libexec/inuse")
        os.makedirs(place)
        with open(os.path.join(place, "inuse"), "w") as f:
            f.write(f'#!/bin/sh\necho $$ >>{self.log}\nexec {full} "$@"\n')
            os.fchmod(f.fileno(), 0o755)
        with open(self.log, "w") as f:
            os.fchmod(f.fileno(), 0o666)
        self.alone = self.lay_out("alone", front)

    def lay_out(self, name, front):
        folder = os.path.join(self.top, name, "bin")
        os.makedirs(folder)
        return shutil.copy(front, os.path.join(folder, "inuse"))

    def ask(self, program, *words, given=None, quick=True, uid=None, **more):
        env = {**os.environ, "INUSE_QUICK": "on" if quick else "off", "LC_ALL": "C"}
        open(self.log, "w").close()
        process = subprocess.Popen([program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   stderr=subprocess.PIPE, env=env, user=uid, restore_signals=True, **more)
        return Answer(process, *process.communicate(given))

    def went_over(self):
        with open(self.log) as f:
            return [int(line) for line in f]

    def say(self, good, name, *notes):
        self.number += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}")
        for note in [] if good else notes:
            print("\n".join("#   " + line[:400] for line in str(note).split("\n")))
        sys.stdout.flush()

    def skip(self, name, why):
        self.number += 1
        print(f"ok {self.number} - {name} # SKIP {why}")

    def compare(self, over, *words, **more):
        """The same code and words; times go on between two runs, so that a few tries may be needed."""
        for _ in range(5):
            mine = self.ask(self.front, *words, **more)
            pids = self.went_over()
            right = self.ask(self.full, *words, **more)
            same = (mine.code, plain(mine.out), mine.err) == (right.code, plain(right.out), right.err)
            if same:
                break
        self.say(same and (pids == [mine.pid] if over else not pids),
                 f"inuse {' '.join(words)}: exit {mine.code}, {len(mine.out)} bytes"
                 f"{', by the full program' if over else ''}",
                 f"went over: {pids}, pid {mine.pid}", mine.out, mine.err, f"full: exit {right.code}", right.out,
                 right.err)
        return mine


def plain(text):
    return re.sub(r'"(timer_ms|age_ms)":\d+', "", text)


def start(uid, *sockets):
    """A process that has them until it is killed."""
    pid = os.fork()
    if pid == 0:
        os.setgid(uid)
        os.setuid(uid)
        signal.alarm(120)
        while True:
            signal.pause()
    for s in sockets:
        s.close()
    return pid


def connect(port):
    """A client whose server has closed its end, and has gone."""
    with socket.create_server(("127.0.0.1", port)) as server:
        client = socket.create_connection(("127.0.0.1", port))
        server.accept()[0].close()
    return client


def stage():
    owned = socket.create_server(("127.0.0.1", OWNED))
    bound = socket.socket()
    bound.bind(("127.0.0.1", BOUND))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", UDP))
    client = connect(ORPHAN)  # of the other end no process has anything any more: FIN-WAIT-2
    connect(WAITING).close()  # TIME-WAIT
    return [start(0, owned, client), start(NOBODY, bound, udp)]


def fresh_memory():
    """A /run of our own, without what the quick look remembers of the kernel."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)


def test_memory(test):
    port = str(OWNED)
    fresh_memory()
    test.ask(test.full, port)
    if not os.path.exists("/run/inuse/kernel"):
        return test.skip("offsets of the kernel are found by either program", "it has no BPF here")
    with open("/run/inuse/kernel", "rb") as kept:
        offsets = kept.read()
    fresh_memory()
    test.ask(test.front, port)
    with open("/run/inuse/kernel", "rb") as kept:
        test.say(not test.went_over() and kept.read() == offsets,
                 "offsets of the kernel are found by either program")
    return test.compare(False, "--json", port)


def test_answers(test, path):
    for words in (["--version"], ["--help"], ["list", "--help"], ["pick", "--help"], [str(OWNED)],
                  ["--json", str(OWNED)], ["--json", "--first", str(OWNED)], ["--json", "--no-probe", str(OWNED)],
                  ["--json", "--reuseaddr", f"127.0.0.1:{OWNED}"], ["--json", f"{FREE}/udp"],
                  ["--json", str(FREE)], ["--json", str(WAITING)], ["--json", str(OWNED), str(FREE), str(BOUND)],
                  ["--json", str(ORPHAN)], ["--json", f"{FREE}-{FREE + 3}"], ["--json", f"[::1]:{OWNED}"],
                  ["--quiet", str(OWNED)], ["--json", "http"], ["--json", "22/tcp", "domain/udp"],
                  ["--json", path + "-none"], ["--color", "always", str(OWNED)], ["--json", "--user", "nobody", "80"],
                  ["--json", "--for", "python3", str(OWNED)],
                  ["--json", f"Error: listen EADDRINUSE: address already in use :::{OWNED}"],
                  ["list"], ["list", "--json"], ["list", "tcp"], ["list", "--json", "--user", "nobody"], []):
        test.compare(False, *words)
    capture = os.path.join(test.top, "capture.json")
    test.ask(test.full, "report", "-o", capture, str(OWNED))
    test.compare(False, "why", "--from", capture, "--json", str(OWNED))
    test.compare(False, "list", "--from", capture)


def test_at_once(test):
    for words in (["free", "--dry-run", "--json", str(OWNED)], ["wait", "--timeout", "0", str(OWNED)],
                  ["wait", str(FREE)], ["pick", "--near", str(FREE)], ["error", "EADDRINUSE"],
                  ["list", "--all", "--json"], ["run", "--", "sh", "-c", "exit 7"],
                  # who complains is the full program
                  [f"no-such-service-{OWNED}"], ["--user", "no-such-user", "80"],
                  ["--no-such-option"], ["help", "nothing"], ["why"], ["--from", "/no/such/file", "80"]):
        test.compare(True, *words)
    test.compare(True, "--json", "-", given=f"bind: Address already in use ({OWNED})\nlisten tcp :{OWNED}: bind: "
                 "address already in use\n")
    test.ask(test.front, "report", "-o", os.path.join(test.top, "again.json"))
    test.say(len(test.went_over()) == 1, "inuse report, by the full program")
    answer = test.ask(test.front, "pick", "--hold", "--", "sh", "-c", "kill -PIPE $$")
    test.say(answer.code == -signal.SIGPIPE, "signals are for the command what they were for us", answer.code,
             answer.err)


def test_evidence(test, path):
    """What only libbpf sees, as root; also where another target was answered before it."""
    orphan = ["--json", "--no-probe", "--reuseaddr", str(ORPHAN)]
    if "BPF" in test.ask(test.full, *orphan, quick=False).out:
        test.skip("what only libbpf sees", "no BPF here")
    else:
        for words in (orphan, ["--json", str(FREE), str(OWNED), str(BOUND)], ["--json", path],
                      ["--json", f"{UDP}/udp"]):
            test.compare(True, *words, quick=False)
    test.compare(False, *orphan, quick=False, uid=NOBODY)  # without rights the full program could do no more
    answer = test.ask(test.alone, *orphan, quick=False)
    gaps = [gap["why"] for gap in json.loads(answer.out)["gaps"]]
    test.say(answer.code == 3 and any("full inuse" in why for why in gaps),
             f"without the full program it is a gap: {gaps}", answer.out, answer.err)


def test_names(test):
    """A user that is not in /etc/passwd: the systemd module of glibc reads /run/userdb by itself."""
    pid = start(GUEST, socket.create_server(("127.0.0.1", FREE + 1)))
    words = ["--json", str(FREE + 1)]
    services = os.path.join(test.top, "nsswitch.conf")
    with open(services, "w") as f:
        f.write("passwd: files\n")
    subprocess.run(["mount", "--bind", services, "/etc/nsswitch.conf"], check=True)
    test.compare(False, *words)
    with open(services, "w") as f:
        f.write("passwd: files systemd\n")
    os.mkdir("/run/userdb")
    with open(f"/run/userdb/{USER['userName']}.user", "w") as f:
        json.dump(USER, f)
    os.symlink(f"{USER['userName']}.user", f"/run/userdb/{GUEST}.user")
    test.compare(True, *words)
    test.compare(True, "list")
    answer = test.compare(True, "list", "--json")
    if glob.glob("/lib/*/libnss_systemd.so.2") + glob.glob("/usr/lib/*/libnss_systemd.so.2"):
        test.say(USER["userName"] in answer.out, "the name that only a name service knows", answer.out)
    else:
        test.skip("the name that only a name service knows", "libnss-systemd is not installed")
    os.kill(pid, signal.SIGKILL)


def test_rights(test):
    """With rights of its file it starts nothing that lies beside it: a user may have put it there."""
    done = subprocess.run(["setcap", "cap_net_raw+ep", test.front], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return test.skip("capabilities of the file", f"setcap: {done.stderr.strip()}")
    answer = test.ask(test.front, "wait", "--timeout", "0", str(OWNED), uid=NOBODY)
    return test.say(answer.code == 1 and not test.went_over(), "with capabilities of the file it stays what it is",
                    answer.code, answer.err, test.went_over())


def main():
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root")
        return 0
    if sys.argv[3:] != ["inside"]:
        os.execvp("unshare", ["unshare", "-nm", "--propagation", "private", sys.executable, os.path.abspath(__file__),
                              *map(os.path.abspath, sys.argv[1:3]), "inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    test = Test(*sys.argv[1:3])
    children = stage()
    path = os.path.join(test.top, "socket")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    try:
        test_memory(test)
        test_answers(test, path)
        test_at_once(test)
        test_evidence(test, path)
        test_names(test)
        test_rights(test)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(test.top)
    print(f"1..{test.number}")
    return 1 if test.failed else 0


sys.exit(main())
