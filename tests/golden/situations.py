#!/usr/bin/env python3
"""The ten everyday situations, staged for real, and what inuse says to each at 50, 80 and 160 columns.

    situations.py PROGRAM GOLDEN            compares, prints TAP
    situations.py PROGRAM GOLDEN --write    writes them anew

Runs as root, in a network, a mount and a UTS namespace of its own. What differs from run to run
(pids, ages, ports of clients, the user who runs it) is evened out.
"""
import difflib
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SLOWLY = "(slowly)\n"
WIDTHS = (50, 80, 160)
ALICE = 1000
SERVER = """#!/usr/bin/python3
import socket, sys, time
s = socket.socket(socket.AF_INET6 if "--both" in sys.argv else socket.AF_INET)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if "--both" in sys.argv:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::" if "--both" in sys.argv else sys.argv[2], int(sys.argv[1])))
s.listen()
import os
print("ready", os.getpid(), flush=True)
kept = []
while True:
    kept.append(s.accept())
"""
# What differs from one run to the next, and what it is written as. Same length where columns count: pids have
# four digits in the PID namespace, programs are asked about in their first seconds.
CHANGING = [
    (r"\(pid \d+", "(pid 4767"),
    (r"running(\s+)for(\s+)\d+(\s+)(?:s|min)", r"running\1for\g<2>4\3s"),
    (r"started(\s+)\d+(\s+)(?:s|min)(\s+)ago", r"started\g<1>4\2s\3ago"),
    (r"pts/\d+", "pts/2"),
    (r"kill (-CONT )?\d+", r"kill \g<1>4767"),
    (r"\b\d+ s: it ends by itself", "52 s: it ends by itself"),
    (r"(another\s+)\d+(\s+s)", r"\g<1>52\g<2>"),
    (r"\b(?:3[2-9]|4\d|5\d|6[0-4])\d{3}\b", "45000"),
    (r"(open\s+files\s+of\s+pid\s+)\d\d+", r"\g<1>4743"),
    (r"open(\s+)files(\s+)of(\s+)\d+(\s+)processes", r"open\1files\2of\g<3>8\4processes"),
]
SLOW = re.compile(r"(?:running\s+for|started)\s+\d\d+\s+s")


def even(text):
    """On a slow machine ages have more digits, and lines break elsewhere: that is left open then."""
    slow = bool(SLOW.search(text))
    for pattern, name in CHANGING:
        text = re.sub(pattern, name, text)
    return SLOWLY + text if slow else text


class Stage:
    """One situation: what is set up is undone at its end."""

    def __init__(self, program, folder):
        self.program, self.folder, self.ends = program, folder, []

    def path(self, name, text=SERVER):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o755)
        return path

    def on_terminal(self, command, where):
        """A command typed into a shell of another terminal; returns the pid of the program."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.setsid() if os.getsid(0) != os.getpid() else None
            os.chdir(where)
            os.execv("/bin/bash", ["bash", "--norc", "-c", command + "; true"])
        self.ends.append(lambda: (os.kill(pid, signal.SIGKILL), os.close(terminal), os.waitpid(pid, 0)))
        read = b""
        while b"ready" not in read:
            read += os.read(terminal, 1000)
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            child = int(file.read().split()[0])
        self.ends.append(lambda: os.kill(child, signal.SIGKILL))
        return child

    def daemon(self, name, *arguments, uid=0):
        """A program that nobody is the parent of; returns what it says behind its pid."""
        run = subprocess.Popen(["setsid", "--fork", self.path(name), *arguments], stdout=subprocess.PIPE, cwd="/srv",
                               user=uid, text=True)
        words = run.stdout.readline().split()
        run.wait()
        self.ends.append(lambda: os.kill(int(words[1]), signal.SIGKILL))
        return words[2:]

    def ask(self, *arguments, uid=0, where="/"):
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/home/alice"}
        shown = {}
        for width in WIDTHS:
            run = subprocess.run([self.program, *arguments], env={**env, "COLUMNS": str(width)}, text=True,
                                 capture_output=True, cwd=where, user=uid, timeout=300)
            shown[width] = even(run.stdout + run.stderr)
        return shown

    def close(self):
        for end in reversed(self.ends):
            try:
                end()
            except OSError:
                pass


def dev_server(stage):
    stage.on_terminal(f"{stage.path('server')} 3000 --both", "/home/alice/shop")
    return stage.ask("3000")


def stopped_server(stage):
    pid = stage.on_terminal(f"{stage.path('server')} 3000 127.0.0.1", "/home/alice/shop")
    os.kill(pid, signal.SIGSTOP)
    while open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "T":  # it takes it when it runs next
        time.sleep(0.01)
    return stage.ask("127.0.0.1:3000")


def published_port(stage):
    """Docker's API for its shape only; the proxy has its words."""
    containers = [{"Id": "90dd90e1d955" + "0" * 52, "Names": ["/shop-db-1"], "Image": "postgres:16",
                   "Labels": {"com.docker.compose.project": "shop", "com.docker.compose.service": "db"},
                   "Ports": [{"IP": "0.0.0.0", "PrivatePort": 5432, "PublicPort": 5432, "Type": "tcp"}]}]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("/run/docker.sock")
    listener.listen()

    def serve():
        while True:
            try:
                peer = listener.accept()[0]
            except OSError:
                return
            asked = peer.recv(4096).split(b"\r\n")[0].split()
            good = asked[:2] == [b"GET", b"/containers/json"]
            peer.sendall((b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + json.dumps(containers).encode())
                         if good else b"HTTP/1.0 404 Not Found\r\n\r\n{}")
            peer.close()

    threading.Thread(target=serve, daemon=True).start()
    stage.ends.append(lambda: (listener.close(), os.unlink("/run/docker.sock")))
    # by its file it is docker-proxy; the interpreter reads what it does from its first argument
    subprocess.run(["cp", os.path.realpath("/usr/bin/python3"), stage.path("docker-proxy")], check=True)
    script = stage.path("p", SERVER.replace("sys.argv[2], int(sys.argv[1])", "'0.0.0.0', 5432")
                        .replace('"::" if "--both" in sys.argv else ', ""))
    words = [stage.path("docker-proxy"), script, "-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port", "5432",
             "-container-ip", "172.17.0.2", "-container-port", "5432"]
    stage.path("dockerd", f"#!/usr/bin/python3\nimport subprocess, sys\nsubprocess.run({words})\n")
    stage.daemon("dockerd")
    return stage.ask("5432")


def service_on_80(stage):
    stage.daemon("nginx", "80", "0.0.0.0")
    return stage.ask("80")


def time_wait(stage):
    server = socket.create_server(("127.0.0.1", 8081))
    client = socket.create_connection(("127.0.0.1", 8081))
    peer = server.accept()[0]
    peer.close()
    client.recv(1)
    client.close()
    server.close()
    return stage.ask("127.0.0.1:8081")


def other_user(stage):
    stage.daemon("server", "4000", "127.0.0.1")
    return stage.ask("127.0.0.1:4000", uid=ALICE)


def client_on_port(stage):
    stage.daemon("server", "9000", "127.0.0.1")
    stage.path("client", "#!/usr/bin/python3\nimport os, socket, time\ns = socket.create_connection(('127.0.0.1', 9000))\n"
               "print('ready', os.getpid(), s.getsockname()[1], flush=True)\ntime.sleep(600)\n")
    return stage.ask("127.0.0.1:" + stage.daemon("client")[0])


def low_port(stage):
    return stage.ask("443", uid=ALICE)


def not_local(stage):
    return stage.ask("192.0.2.7:8080")


def stale_socket(stage):
    s = socket.socket(socket.AF_UNIX)
    s.bind("/home/alice/shop/app.sock")
    s.close()
    stage.ends.append(lambda: os.unlink("/home/alice/shop/app.sock"))
    return stage.ask("./app.sock", where="/home/alice/shop")


SITUATIONS = [
    ("A dev server in another terminal", dev_server),
    ("A server stopped with Ctrl-Z", stopped_server),
    ("A port that a container publishes", published_port),
    ("A service on port 80", service_on_80),
    ("TIME-WAIT", time_wait),
    ("Another user's process, without root", other_user),
    ("A client on the port", client_on_port),
    ("A low port, as a user", low_port),
    ("An address of another machine", not_local),
    ("A stale socket file", stale_socket),
]


def perform(program):
    pages = []
    folder = "/opt/bin"
    os.makedirs(folder)
    for title, act in SITUATIONS:
        stage = Stage(program, folder)
        try:
            shown = act(stage)
        finally:
            stage.close()
        for width in WIDTHS:
            pages.append((f"{title}, {width} columns", shown[width].rstrip()))
    return pages


def prepare():
    """Folders of the stage, which nobody else sees."""
    for folder in ("/run", "/home", "/opt", "/srv"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    with open("/etc/passwd", encoding="utf-8") as file:
        others = [line for line in file if line.split(":")[2] != str(ALICE)]
    with open("/srv/passwd", "w", encoding="utf-8") as file:
        file.write("".join(others) + f"alice:x:{ALICE}:{ALICE}::/home/alice:/bin/bash\n")
    subprocess.run(["mount", "--bind", "/srv/passwd", "/etc/passwd"], check=True)
    os.makedirs("/home/alice/shop/.git")
    with open("/home/alice/shop/.git/HEAD", "w", encoding="ascii") as file:
        file.write("ref: refs/heads/main\n")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "wlan0"], check=True)
    for address, device in (("10.0.0.5/24", "wlan0"), ("192.0.2.5/24", "eth0")):
        subprocess.run(["ip", "address", "add", address, "dev", device], check=True)
        subprocess.run(["ip", "link", "set", device, "up"], check=True)
    with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
        file.write("4700")


def main():
    program, golden = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if "--inside" not in sys.argv:
        if os.geteuid():
            print("1..0 # SKIP only root can make the namespaces")
            return 0
        os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--mount-proc", "--propagation", "private", "--fork", sys.executable,
                              os.path.abspath(__file__), program, golden, "--inside", *sys.argv[3:]])
    copy = tempfile.mkdtemp(dir="/tmp")
    os.chmod(copy, 0o755)
    inside = os.path.join(copy, "inuse")
    subprocess.run(["cp", program, inside], check=True)
    kept = {}
    if "--write" not in sys.argv:
        text = open(golden, encoding="utf-8").read()
        kept = dict(re.findall(r"^## (.*)\n\n((?:.*\n)*?)(?=\n## |\Z)", text, re.M))
    prepare()
    pages = perform(inside)
    subprocess.run(["rm", "-rf", copy], check=True)
    if "--write" in sys.argv:
        with open(golden, "w", encoding="utf-8") as file:
            file.write("\n".join(f"## {title}\n\n{page}\n" for title, page in pages))
        return 0
    bad = 0
    print(f"1..{len(pages)}")
    for number, (title, page) in enumerate(pages, 1):
        good = kept.get(title, "").rstrip() == page or (
            page.startswith(SLOWLY) and kept.get(title, "").split() == page[len(SLOWLY):].split())
        bad += not good
        for line in [] if good else difflib.unified_diff(kept.get(title, "").splitlines(), page.splitlines(), "kept",
                                                         "now", "", "", 9):
            print("#", line)
        print("ok" if good else "not ok", number, "-", title)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
