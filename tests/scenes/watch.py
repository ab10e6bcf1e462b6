#!/usr/bin/env python3
"""`inuse watch`: real programs whose bind() or listen() fails, one explained entry each.

Prints TAP. Environment: INUSE, VALIDATE, DEMO_SERVER (static), RING_BIND, HANG_LIBRARY. Other programs of the machine fail as
well meanwhile: what is compared is of the network namespaces that are made here.
"""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

INUSE = os.environ["INUSE"]
PATIENCE = 20
BIND = ("import socket,sys\ns=socket.socket(socket.AF_INET,socket.SOCK_STREAM,int(sys.argv[3]) if len(sys.argv)>3 else 0)\n"
        "try: s.bind((sys.argv[1],int(sys.argv[2])))\nexcept OSError as e: print(e.errno)\n")
HOLD = ("import socket,sys,signal\ns=socket.create_server((sys.argv[1],int(sys.argv[2])))\nprint('held',flush=True)\nsignal.pause()\n")


class Skip(Exception):
    pass


def enter():
    """Once more, in a network namespace of our own with a loopback that is up."""
    if os.environ.get("IN_NAMESPACE") != "yes":
        os.environ["IN_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable, *sys.argv])
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # the record of this machine is not ours
    if os.path.isdir("/sys/fs/bpf"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/sys/fs/bpf"], check=True)  # nothing is kept
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def netns(pid="self"):
    return os.stat(f"/proc/{pid}/ns/net").st_ino


class Watch:
    """A watch that runs; its entries of the network namespaces that belong to us."""

    def __init__(self, *options, json_lines=True, env=None):
        self.json_lines, self.entries, self.raw, self.ours = json_lines, [], [], {netns()}
        self.process = subprocess.Popen([INUSE, "watch", *(["--json"] if json_lines else []), *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        self.said = self.process.stderr.readline()
        assert "watching" in self.said, self.said
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.raw.append(line)
            if self.json_lines and "inuse.event/1" in line:
                self.entries.append(json.loads(line))
            elif self.json_lines:  # it has ended, and says why
                print("#", line.rstrip(), flush=True)

    def of(self, fits):
        return [e for e in list(self.entries) if e["netns"] in self.ours and fits(e)]

    def one(self, fits, what, patience=PATIENCE):
        """The one entry that fits; there must not be a second one."""
        deadline = time.monotonic() + patience
        while not self.of(fits) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        found = self.of(fits)
        print(f"# {what}: {len(found)} entries, wanted 1", [(e["headline"], e["error"], e["cause"]) for e in found])
        assert len(found) == 1, f"{what}: {len(found)} entries; exit code of the watch: {self.process.poll()}"
        return found[0]

    def pid(self):
        """The process that looks."""
        me, found = self.process.pid, []
        while not found and self.process.poll() is None:
            found = pathlib.Path(f"/proc/{me}/task/{me}/children").read_text(encoding="ascii").split()
        return int(found[0])

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self.thread.join(PATIENCE)
        return code, self.process.stderr.read()


def same(name, got, wanted):
    print(f"# {name}: {got!r}, wanted {wanted!r}")
    assert got == wanted, f"{name}: {got!r} is not {wanted!r}"


def port(number):
    return lambda e: e["target"]["port"] == number


class Holder:
    """A process of ours that listens."""

    def __init__(self, number, address="127.0.0.1"):
        self.process = subprocess.Popen([sys.executable, "-c", HOLD, address, str(number)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "held\n"
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def blocker_pids(entry):
    return [h["pid"] for b in entry["why"]["blockers"] for h in b["holders"]]


def explained(entry, holder, name, error="EADDRINUSE"):
    same("error", entry["error"], error)
    same("program", entry["process"]["name"], name)
    same("whose socket is in the way", blocker_pids(entry), [holder])


def fails(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, **more)


def python():
    """python: who is in the way, and the program as it was started"""
    with Holder(8101) as holder:
        same("errno", fails(sys.executable, "-c", BIND, "127.0.0.1", "8101").stdout, "98\n")
        entry = WATCH.one(port(8101), "bind of 8101")
    explained(entry, holder.pid, os.path.basename(sys.executable)[:15])
    same("end of its command line", entry["process"]["command"][-2:], ["127.0.0.1", "8101"])
    same("cause", entry["cause"], "other-program")
    same("call", entry["call"], "bind")


def node():
    """node: listen() of both families"""
    if not shutil.which("node"):
        raise Skip("there is no node")
    with Holder(8102, "0.0.0.0") as holder:
        done = fails("node", "-e", "require('http').createServer().listen(8102)")
        assert "EADDRINUSE" in done.stderr, done.stderr
        entry = WATCH.one(port(8102), "node on 8102")
    explained(entry, holder.pid, "node")


def static():
    """a static program, which no library can look into"""
    with Holder(8103) as holder:
        fails(os.environ["DEMO_SERVER"], "8103")
        entry = WATCH.one(port(8103), "the static program on 8103")
    explained(entry, holder.pid, os.path.basename(os.environ["DEMO_SERVER"])[:15])


def busybox():
    """busybox httpd"""
    if not shutil.which("busybox"):
        raise Skip("there is no busybox")
    with Holder(8104) as holder:
        fails("busybox", "httpd", "-f", "-p", "127.0.0.1:8104")
        entry = WATCH.one(port(8104), "httpd on 8104")
    explained(entry, holder.pid, "busybox")


def find(*names):
    """The program; tools/unpack-packages put some where PATH says, sbin beside bin."""
    folders = os.environ["PATH"].split(":")
    for name in names:
        path = shutil.which(name, path=":".join([*folders, *(re.sub("bin$", "sbin", f) for f in folders)]))
        if path:
            return path
    raise Skip(f"there is no {names[0]}")


def libraries(program):
    """Unpacked programs find the libraries that were unpacked with them."""
    beside = f"{os.path.dirname(os.path.dirname(program))}/lib/{os.uname().machine}-linux-gnu"
    return {**os.environ, "LD_LIBRARY_PATH": ":".join([beside, os.environ.get("LD_LIBRARY_PATH", "")]).strip(":")}


def refused(number, program, *arguments, tries=1):
    """A server of Debian: each of its tries counted, the first one explained."""
    with Holder(number) as holder:
        done = fails(program, *arguments, env=libraries(program))
        assert "error while loading" not in done.stderr, done.stderr
        same("its exit code is a failure", done.returncode != 0, True)
        deadline = time.monotonic() + PATIENCE
        while sum(e["repeats"] + (e["kind"] == "failed") for e in WATCH.of(port(number))) < tries and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1.2)
        found = WATCH.of(port(number))
    print("#", [(e["kind"], e["repeats"], e["headline"]) for e in found])
    same("failures counted", sum(e["repeats"] + (e["kind"] == "failed") for e in found), tries)
    explained(found[0], holder.pid, os.path.basename(program)[:15])


def nginx():
    """nginx, which tries five times"""
    program = find("nginx")
    here = os.getcwd()
    places = " ".join(f"{kind}_temp_path {here}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open("nginx.conf", "w", encoding="utf-8") as file:
        file.write(f"daemon off; pid {here}/pid; error_log stderr; events {{}}\n"
                   f"http {{ access_log off; {places} server {{ listen 127.0.0.1:8118; }} }}\n")
    refused(8118, program, "-p", here, "-c", f"{here}/nginx.conf", "-e", "stderr", tries=5)


def redis():
    """redis-server"""
    refused(8119, find("redis-server"), "--port", "8119", "--bind", "127.0.0.1", "--save", "")


def ring():
    """io_uring, which no filter of system calls sees"""
    with Holder(8105) as holder:
        said = fails(os.environ["RING_BIND"], "8105").stdout
        if said != "98\n":
            raise Skip(f"this kernel binds nothing through io_uring: {said.strip()}")
        entry = WATCH.one(port(8105), "the ring on 8105")
    explained(entry, holder.pid, os.path.basename(os.environ["RING_BIND"])[:15])


def mptcp():
    """MPTCP"""
    with Holder(8106) as holder:
        done = fails(sys.executable, "-c", BIND, "127.0.0.1", "8106", "262")
        if done.returncode:
            raise Skip("there is no MPTCP here")
        entry = WATCH.one(port(8106), "MPTCP on 8106")
    explained(entry, holder.pid, os.path.basename(sys.executable)[:15])


def udp():
    """UDP"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        held.bind(("127.0.0.1", 8107))
        try:
            other.bind(("0.0.0.0", 8107))
        except OSError:
            pass
        entry = WATCH.one(port(8107), "UDP on 8107")
    same("protocol", entry["target"]["protocol"], "udp")
    same("cause", entry["cause"], "own-socket")
    same("whose socket is in the way", blocker_pids(entry), [os.getpid()])


def listen():
    """listen(): two are bound with SO_REUSEADDR, and one of them listens"""
    pair = [socket.socket() for _ in range(2)]
    for s in pair:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", 8108))
    pair[0].listen()
    try:
        pair[1].listen()
    except OSError as error:
        same("errno", error.errno, 98)
    entry = WATCH.one(port(8108), "listen() on 8108")
    for s in pair:
        s.close()
    same("call", entry["call"], "listen")
    same("error", entry["error"], "EADDRINUSE")


def no_listener_closed():
    """a listener that is closed is no failure"""
    with socket.create_server(("127.0.0.1", 8109)) as s:
        s.getsockname()
    time.sleep(0.3)
    same("entries", len(WATCH.of(port(8109))), 0)


def gone():
    """the one in the way is killed before anybody could look: named all the same"""
    first = os.fork()
    if first == 0:
        held = socket.create_server(("127.0.0.1", 8110))
        if os.fork() == 0:
            held.close()
            holder = os.getppid()
            try:
                socket.socket().bind(("127.0.0.1", 8110))
            except OSError:
                os.kill(holder, signal.SIGKILL)
            os._exit(0)
        signal.pause()
    os.waitpid(first, 0)
    entry = WATCH.one(port(8110), "bind of 8110")
    same("whose socket was in the way", blocker_pids(entry), [first])
    same("gone", entry["gone"], True)
    same("remedies", [r["id"] for r in entry["why"]["remedies"]], ["retry"])
    assert "gone by now" in entry["headline"], entry["headline"]


def low():
    """a port below 1024 as a user without the right"""
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            socket.socket().bind(("127.0.0.1", 81))
        except OSError:
            pass
        os._exit(0)
    os.waitpid(child, 0)
    entry = WATCH.one(port(81), "bind of 81")
    same("error", entry["error"], "EACCES")
    same("cause", entry["cause"], "privileged-port")
    same("uid", entry["process"]["uid"], 65534)


def foreign_address():
    """an address that is not of this machine"""
    fails(sys.executable, "-c", BIND, "203.0.113.7", "8111")
    entry = WATCH.one(port(8111), "bind of 203.0.113.7:8111")
    same("error", entry["error"], "EADDRNOTAVAIL")
    same("cause", entry["cause"], "address-not-local")


def exhausted():
    """any free port, where there is none: nothing hints at it before, and the program is told all the same"""
    range_of = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
    before = range_of.read_text(encoding="ascii")
    range_of.write_text("8290 8291", encoding="ascii")
    watch = Watch("tcp", "--process", os.path.basename(sys.executable))
    try:
        with socket.create_server(("127.0.0.1", 8290)), socket.create_server(("127.0.0.1", 8291)):
            child = subprocess.Popen([sys.executable, "-c", BIND + "sys.stdout.flush(); sys.stdin.read()", "127.0.0.1", "0"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            same("errno", child.stdout.readline(), "98\n")
            entry = watch.one(lambda e: e["target"]["port"] == 0 and e["process"]["pid"] == child.pid, "bind of port 0")
            child.communicate()
    finally:
        range_of.write_text(before, encoding="ascii")
        watch.end()
    same("end of its command line", entry["process"]["command"][-2:], ["127.0.0.1", "0"])
    same("error", entry["error"], "EADDRINUSE")
    same("cause", entry["cause"], "ephemeral-exhausted")


def threads():
    """threads that fail beside each other, each in a loop: every one counted"""
    def play():
        for _ in range(500):
            with socket.socket() as s:
                try:
                    s.bind(("127.0.0.1", 8117))
                except OSError:
                    pass
    with Holder(8117):
        all_of_them = [threading.Thread(target=play) for _ in range(8)]
        for thread in all_of_them:
            thread.start()
        for thread in all_of_them:
            thread.join()
        deadline, count = time.monotonic() + PATIENCE, 0
        while count < 4000 and time.monotonic() < deadline:
            time.sleep(0.1)
            count = sum(e["repeats"] + (e["kind"] == "failed") for e in WATCH.of(port(8117)))
    time.sleep(1.5)
    same("failures counted", sum(e["repeats"] + (e["kind"] == "failed") for e in WATCH.of(port(8117))), 4000)


def twice():
    """a second bind() of the same socket"""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 8112))
        try:
            s.bind(("127.0.0.1", 8113))
        except OSError as error:
            same("errno", error.errno, 22)
        entry = WATCH.one(port(8113), "bind of 8113")
    same("error", entry["error"], "EINVAL")


def time_wait():
    """TIME-WAIT, with its end"""
    server = socket.create_server(("127.0.0.1", 8114))
    client = socket.create_connection(("127.0.0.1", 8114))
    accepted, _ = server.accept()
    accepted.close()
    client.close()
    server.close()
    fails(sys.executable, "-c", BIND, "127.0.0.1", "8114")
    entry = WATCH.one(port(8114), "bind of 8114")
    same("cause", entry["cause"], "time-wait")
    timer = entry["why"]["blockers"][0]["timer_ms"]
    print(f"# its end: in {timer} ms, wanted more than 0")
    assert timer and timer > 0


def elsewhere():
    """another network namespace, as a container has it"""
    inner = subprocess.Popen(["unshare", "--net", "bash", "-c", "ip link set lo up; exec \"$@\"", "-", sys.executable, "-c", HOLD,
                              "127.0.0.1", "8115"], stdout=subprocess.PIPE, text=True)
    try:
        assert inner.stdout.readline() == "held\n"
        WATCH.ours.add(netns(inner.pid))
        fails("nsenter", "-t", str(inner.pid), "-n", sys.executable, "-c", BIND, "0.0.0.0", "8115")
        entry = WATCH.one(port(8115), "bind of 8115")
        same("namespace", entry["netns"], netns(inner.pid))
        same("namespace of the answer", entry["why"]["host"]["netns"], netns(inner.pid))
        explained(entry, inner.pid, os.path.basename(sys.executable)[:15])
    finally:
        inner.kill()
        inner.wait()


def repeats():
    """a loop of 2,000 failures: one line a second, and every one counted"""
    with Holder(8116):
        for _ in range(2000):
            with socket.socket() as s:
                try:
                    s.bind(("127.0.0.1", 8116))
                except OSError:
                    pass
        deadline = time.monotonic() + PATIENCE
        count = 0
        while count < 2000 and time.monotonic() < deadline:
            time.sleep(0.1)
            found = WATCH.of(port(8116))
            count = sum(e["repeats"] + (e["kind"] == "failed") for e in found)
    print(f"# {len(found)} lines")
    same("failures counted", count, 2000)
    assert len(found) < 20


def truth():
    """sockets that come and go: whoever is named has that port"""
    owners = {}
    for number in range(4):
        ports = [8200 + 10 * number + i for i in range(10)]
        pid = os.fork()
        if pid == 0:
            pick = random.Random(number)
            while os.getppid() != 1:
                held = []
                for p in ports:
                    s = socket.socket()
                    try:
                        s.bind(("127.0.0.1", p))
                    except OSError:  # whoever tries all of them has it for a moment
                        continue
                    if pick.random() < 0.7:
                        s.listen()
                    held.append(s)
                time.sleep(pick.random() / 50)
                for s in held:
                    s.close()
            os._exit(0)
        owners.update(dict.fromkeys(ports, pid))
    pick, tried = random.Random(7), 0
    end = time.monotonic() + 4
    while time.monotonic() < end:
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", pick.choice(list(owners))))
            except OSError:
                tried += 1
        time.sleep(0.002)
    for pid in set(owners.values()):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    count, end = 0, time.monotonic() + PATIENCE
    while count < tried and time.monotonic() < end:
        time.sleep(0.1)
        lines = WATCH.of(lambda e: e["target"]["port"] in owners)
        count = sum(e["repeats"] + (e["kind"] == "failed") for e in lines)
    found = WATCH.of(lambda e: e["target"]["port"] in owners and e["why"] and e["process"]["pid"] == os.getpid())
    named = [(e["target"]["port"], pid) for e in found for pid in blocker_pids(e)]
    wrong = [(p, pid) for p, pid in named if owners[p] != pid]
    print(f"# {len(lines)} lines, {count} failures counted (those of the holders as well), wanted {tried} at least")
    assert count >= tried
    print(f"# {tried} failures, {len(found)} explained lines, {len(named)} blockers named, wrong ones: {wrong}")
    assert tried > 100 and len(named) > 10
    same("wrong ones", len(wrong), 0)


def schema():
    """every line is a document of docs/schema"""
    lines = "".join(WATCH.raw[:200])
    done = subprocess.run([sys.executable, os.environ["VALIDATE"], "event"], input=lines, text=True, capture_output=True, check=False)
    print("#", len(WATCH.raw), "lines; the first 200 are checked")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def ends():
    """Ctrl-C ends it with exit code 0, and says nothing more"""
    code, said = WATCH.end()
    same("exit code", code, 0)
    same("standard error", said, "")


def loaded(pid):
    """Ids of the BPF programs that a process has open."""
    ids = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            if os.readlink(f"/proc/{pid}/fd/{name}") == "anon_inode:bpf-prog":
                text = pathlib.Path(f"/proc/{pid}/fdinfo/{name}").read_text(encoding="ascii")
                ids.add(int(re.search(r"prog_id:\s+(\d+)", text).group(1)))
        except OSError:
            continue
    return ids


def loads_once():
    """without bpffs: what one look has loaded serves the next one, too"""
    watch, found = Watch("8309-8312"), []
    before = loaded(watch.pid())
    with Holder(8309), Holder(8310), Holder(8311):
        for number in (8309, 8310, 8311):
            fails(sys.executable, "-c", BIND, "127.0.0.1", str(number))
            watch.one(port(number), f"bind of {number}")
            found.append(loaded(watch.pid()))
    watch.end()
    print("# programs of the hooks:", sorted(before), "after each event:", [sorted(f - before) for f in found])
    assert found[0] > before, "no look has loaded any"
    same("after the third event", found[2], found[1])


def hung():
    """a look that never ends: that failure is told by what the hook saw, and the watch goes on"""
    file = os.path.abspath("hang")
    watch = Watch("8313-8315", env={**os.environ, "LD_PRELOAD": os.environ["HANG_LIBRARY"], "HANG_WHILE": file,
                                       "ASAN_OPTIONS": "verify_asan_link_order=0"})
    first = watch.pid()
    with Holder(8313) as holder, Holder(8314), Holder(8315) as last:
        pathlib.Path(file).touch()
        fails(sys.executable, "-c", BIND, "127.0.0.1", "8313")
        entry = watch.one(port(8313), "bind of 8313", 2 * PATIENCE)
        os.unlink(file)
        explained(entry, holder.pid, os.path.basename(sys.executable)[:15])
        same("the process that looks is another one", watch.pid() != first, True)
        fails(sys.executable, "-c", BIND, "127.0.0.1", "8314")
        watch.one(port(8314), "bind of 8314, of the same program")
        fails(os.environ["DEMO_SERVER"], "8315")
        explained(watch.one(port(8315), "another program's"), last.pid, os.path.basename(os.environ["DEMO_SERVER"])[:15])
    code, said = watch.end()
    same("exit code", (code, said), (0, ""))


FLOOD = ("import socket,os\nos.setuid(65534)\nfailed=0\nfor last in range(1,201):\n for port in range(8400,8450):\n"
         "  s=socket.socket()\n  try: s.bind((f'127.0.1.{last}',port))\n  except OSError: failed+=1\n  s.close()\nprint(failed)")


def flood():
    """10,000 failures that differ: each is in the stream or in the number of those that are not; the next one is explained"""
    held = [socket.create_server(("", number)) for number in range(8400, 8450)]
    watch = Watch("8400-8460")
    failed = int(subprocess.run([sys.executable, "-c", FLOOD], stdout=subprocess.PIPE, text=True, check=True).stdout)
    with Holder(8451) as holder:
        end = time.monotonic() + PATIENCE
        while not watch.of(port(8451)) and time.monotonic() < end:
            fails(sys.executable, "-c", BIND, "127.0.0.1", "8451")
            time.sleep(0.2)
        same("holder of the next one", blocker_pids(watch.of(port(8451))[0]), [holder.process.pid])
    said = watch.end()[1]
    for server in held:
        server.close()
    lines = watch.of(lambda e: e["process"]["uid"] == 65534)
    count = sum(e["repeats"] + (e["kind"] == "failed") for e in lines)
    lost = sum(map(int, re.findall(r"(\d+) failed calls could not be shown", said)))
    print(f"# {len(lines)} lines, {sum(e['why'] is not None for e in lines)} of them explained; said: {said!r}")
    # others of the machine may be among the lost ones
    print(f"# {failed} failures, {count} in the stream, {lost} said to be missing")
    assert count <= failed <= count + lost


def filters():
    """filters: a port, a cause, a program"""
    for options, wanted in ((["8301"], {8301}), (["8301-8304", "--cause", "address-not-local"], {8303}), (["udp", "8300-8310"], {8304}),
                            (["--process", "nobody-is-called-so"], set())):
        watch = Watch(*options)
        with Holder(8301), Holder(8302), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            held.bind(("127.0.0.1", 8304))
            try:
                other.bind(("127.0.0.1", 8304))
            except OSError:
                pass
            for address, number in (("127.0.0.1", 8301), ("127.0.0.1", 8302), ("203.0.113.8", 8303)):
                fails(sys.executable, "-c", BIND, address, str(number))
            time.sleep(1)
        watch.end()
        same(f"ports told by {' '.join(options)}", {e["target"]["port"] for e in watch.of(lambda e: e["kind"] == "failed")}, wanted)


def text():
    """lines for people"""
    watch = Watch("8305", json_lines=False)
    with Holder(8305) as holder:
        fails(sys.executable, "-c", BIND, "127.0.0.1", "8305")
        deadline = time.monotonic() + PATIENCE
        while len(watch.raw) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
    watch.end()
    for line in watch.raw:
        print("#", line.rstrip())
    assert "could not bind 127.0.0.1:8305/tcp (EADDRINUSE)" in watch.raw[0], watch.raw
    assert f"(pid {holder.pid})" in watch.raw[1], watch.raw
    assert "inuse free" in "".join(watch.raw[2:]), watch.raw


def no_root():
    """without the rights: one line, exit code 3"""
    done = fails("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", INUSE, "watch")
    if "cannot execute" in done.stderr or "Permission denied" in done.stderr:
        raise Skip("this build's folder is closed to other users")
    print("#", done.stderr.strip())
    same("exit code", done.returncode, 3)
    same("lines", len(done.stderr.splitlines()), 1)
    assert "sudo inuse watch" in done.stderr


def why(number):
    done = fails(INUSE, "why", "--json", f"127.0.0.1:{number}")
    return json.loads(done.stdout)["refused"]


def record():
    """the record: why tells how often it was refused lately; what is broken in it is passed over"""
    watch, second = Watch(), Watch()
    with Holder(8306):
        for _ in range(3):
            fails(sys.executable, "-c", BIND, "127.0.0.1", "8306")
        deadline = time.monotonic() + PATIENCE
        while (why(8306) or {"count": 0})["count"] < 3 and time.monotonic() < deadline:
            time.sleep(0.2)
        second.end()
        watch.end()
        same("refused", why(8306), {"count": 3, "seconds": 60})
        same("refused elsewhere", why(8307), None)
        said = fails(INUSE, "why", "127.0.0.1:8306").stdout
        print("#", [line for line in said.splitlines() if "lately" in line])
        assert "was refused 3 times in the last minute" in said, said
        same("mode of the folder", oct(os.stat("/run/inuse").st_mode & 0o777), "0o711")
        same("mode of the file", oct(os.stat("/run/inuse/failures").st_mode & 0o777), "0o600")
        with open("/run/inuse/failures", "ab") as file:
            file.write(b'{"ms":1,"n":\xff\n[]\n{"ms":99999999999999999,"n":5}\n{"protocol":"tcp","po')
        same("with a broken end", why(8306), {"count": 3, "seconds": 60})
        os.chmod("/run/inuse", 0o777)
        same("in a folder that anybody could write to", why(8306), None)
        os.chmod("/run/inuse", 0o711)


def record_is_bounded():
    """the record: two files that do not grow"""
    watch = Watch()
    with open("/run/inuse/failures", "ab") as file:
        file.write(b"{}\n" * 100000)
    watch.end()
    watch = Watch()
    with Holder(8308):
        for _ in range(2):
            fails(sys.executable, "-c", BIND, "127.0.0.1", "8308")
            time.sleep(1.2)
        deadline = time.monotonic() + PATIENCE
        while (why(8308) or {"count": 0})["count"] < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
        same("refused", why(8308), {"count": 2, "seconds": 60})
    watch.end()
    sizes = {name: os.stat(f"/run/inuse/{name}").st_size for name in ("failures", "failures.1")}
    print("#", sizes)
    assert sizes["failures"] < 300000


TESTS = [python, node, static, busybox, nginx, redis, ring, mptcp, udp, listen, no_listener_closed, gone, low, foreign_address, exhausted, twice, time_wait,
         elsewhere, repeats, threads, truth, schema, ends, loads_once, hung, flood, filters, text, record, record_is_bounded, no_root]


def play():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {number} - {test.__doc__}", flush=True)
        except Skip as why:
            print(f"ok {number} - {test.__doc__} # SKIP {why}", flush=True)
        except Exception:  # a test that breaks has failed
            failed += 1
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
            print(f"not ok {number} - {test.__doc__}", flush=True)
    return 1 if failed else 0


def why_not():
    if os.geteuid() != 0:
        return "needs root"
    done = subprocess.run(["timeout", "-s", "INT", "1", INUSE, "watch"], capture_output=True, text=True, check=False)
    return None if "watching" in done.stderr else done.stderr.strip()


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit(0)
    enter()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        WATCH = Watch("81", "8100-8299")  # what else the machine does need not be explained
        sys.exit(play())
