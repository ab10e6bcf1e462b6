"""The situations of the README, staged for real: each in a network and a home of its own.

A situation is a function that makes what the reader is told about and returns who asks, in which folder, and what has
to be ended afterwards. Only root can stage those with other users.
"""
import os
import signal
import socket
import subprocess
import time

USERS = {"alice": 1000, "bob": 1001}
HOME, SHOP = "/home/alice", "/home/alice/shop"


def private():
    """Homes and names of alice and bob, for this process and its children alone."""
    for command in (["mount", "--make-rprivate", "/"], ["mount", "-t", "tmpfs", "tmpfs", "/home"],
                    ["ip", "link", "set", "lo", "up"]):
        subprocess.run(command, check=True)
    with open("/etc/passwd", encoding="utf-8") as file:
        lines = [line for line in file if line.split(":")[0] not in USERS and
                 line.split(":")[2] not in map(str, USERS.values())]
    with open("/home/passwd", "w", encoding="utf-8") as file:
        file.writelines(lines + [f"{name}:x:{uid}:{uid}::/home/{name}:/bin/bash\n" for name, uid in USERS.items()])
    os.chmod("/home/passwd", 0o644)
    subprocess.run(["mount", "--bind", "/home/passwd", "/etc/passwd"], check=True)
    for name, uid in USERS.items():
        os.makedirs(f"/home/{name}/shop")
        for folder in (f"/home/{name}", f"/home/{name}/shop"):
            os.chown(folder, uid, uid)


def as_user(name, words):
    if name == "root":
        return words
    uid = str(USERS[name])
    return ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", *words]


def env_of(name, env):
    return dict(env, HOME=f"/home/{name}" if name != "root" else "/root", USER=name, LOGNAME=name, COLUMNS="100",
                LANG="C.UTF-8", TZ="UTC", NO_COLOR="1")


def start(stage, name, words, folder=SHOP):
    """A program of that user, started by a shell in a session of its own."""
    shell = ["bash", "-c", '"$@" & wait', "bash", *words]
    process = subprocess.Popen(as_user(name, shell), cwd=folder, env=env_of(name, stage.env), start_new_session=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stage.processes.append(process)
    return process


def serve(stage, name, port, folder=SHOP):
    process = start(stage, name, ["python3", "-m", "http.server", str(port)], folder)
    stage.until(port)
    return process


class Stage:
    """What a situation has started and opened."""

    def __init__(self, inuse, env):
        self.inuse, self.env = inuse, env
        self.user, self.folder = "alice", SHOP
        self.processes, self.sockets = [], []

    def until(self, port):
        """A server listens there."""
        look = [self.inuse, "list", "-q", "-o", "state", f"{port}/tcp"]
        while subprocess.run(look, capture_output=True, text=True, check=False).stdout.strip() != "listen":
            time.sleep(0.05)

    def end(self):
        for one in self.sockets:
            one.close()
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def dev_server(stage):
    serve(stage, "alice", 3000)


def suspended(stage):
    os.killpg(serve(stage, "alice", 3000).pid, signal.SIGSTOP)


def published(stage):
    with open(f"{SHOP}/docker-ps.txt", "w", encoding="utf-8") as file:
        file.write("CONTAINER ID   IMAGE         COMMAND                  CREATED       STATUS       PORTS                    NAMES\n"
                   "4f1c2a9be0d1   postgres:16   \"docker-entrypoint.s…\"   2 hours ago   Up 2 hours   0.0.0.0:5432->5432/tcp   shop-db-1\n")


def system_server(stage):
    serve(stage, "root", 80, "/")


def time_wait(stage):
    with socket.create_server(("127.0.0.1", 8080)) as server:
        client = socket.create_connection(("127.0.0.1", 8080))
        accepted, _ = server.accept()
        accepted.close()
        client.recv(1)
        client.close()


def other_user(stage):
    serve(stage, "bob", 5000, "/home/bob/shop")


def client(stage):
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
        file.write("40000 40001")
    server = socket.create_server(("127.0.0.1", 8080))
    script = "import socket, time; s = socket.create_connection(('127.0.0.1', 8080)); time.sleep(600)"
    start(stage, "alice", ["python3", "-c", script])
    stage.sockets = [server, server.accept()[0]]
    stage.env["CLIENT"] = str(stage.sockets[1].getpeername()[1])


def low_port(stage):
    pass


def foreign_address(stage):
    pass


def stale_socket(stage):
    script = "import socket; socket.socket(socket.AF_UNIX).bind('app.sock')"
    start(stage, "alice", ["python3", "-c", script]).wait()


SITUATIONS = {f.__name__.replace("_", "-"): f for f in (
    dev_server, suspended, published, system_server, time_wait, other_user, client, low_port, foreign_address, stale_socket)}
