"""A machine with a day's trouble, in a network namespace of its own: servers, clients, and ten causes.

stage.py COMMAND... runs COMMAND there once everything stands (the caller has made the namespace: unshare -n -p -f
--mount-proc), STAGE in its words being the folder of all that (STAGE_FOLDER, or one that goes again), and ends everything
with it. Programs are this Python under the names of others: what matters to a look
at the machine are sockets, names and arguments.
"""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

RANGE, RESERVED = "40000 40399", "8020-8039,9400-9499"
# What a program is to do is not in its command line: that is to look like those of others.
WORDS = '''
import os, sys
sys.argv[1:] = os.environ.pop("STAGE_WORDS").split()
'''
SERVER = WORDS + '''
import signal, socket, select
def place(text):
    kind, _, rest = text.partition("=")
    host, _, port = rest.rpartition(":")
    return kind, host, int(port)
keep = []
for text in sys.argv[1].split(","):
    kind, host, port = place(text)
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
                      socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    if ":" in host and kind != "dual":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if kind == "dual":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if kind not in ("once", "udp"):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, port))
    if kind not in ("udp", "bound"):
        s.listen(128)
    keep.append(s)
print("ready", flush=True)
mode = sys.argv[2] if len(sys.argv) > 2 else ""
if mode == "orphan":  # a child that never serves it has the descriptor, the server goes
    os.set_inheritable(keep[0].fileno(), True)
    if os.fork():
        os._exit(0)
    os.execv(sys.argv[3], ["sleep", "100000"])
poll = select.poll()
for s in keep:
    if "bound" not in sys.argv[1]:
        poll.register(s, select.POLLIN)
alive = []
while True:
    for fd, _ in poll.poll():
        s = next(s for s in keep if s.fileno() == fd)
        if s.type == socket.SOCK_STREAM:
            alive.append(s.accept()[0])
            if mode == "short":  # the server closes first: TIME-WAIT is on its side
                alive.pop().close()
        else:
            s.recv(1)
'''

CLIENT = WORDS + '''
import socket, time
host, port, count, mode = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
if mode == "half":  # its listener is closed, a connection of it lives on
    server = socket.create_server((host, port))
keep = [socket.create_connection((host, port)) for _ in range(count)]
if mode == "half":
    keep.append(server.accept()[0])
    server.close()
if mode == "short":
    [client.recv(1) for client in keep]
    keep.clear()
print("ready", flush=True)
time.sleep(0 if mode == "short" else 100000)
'''


class Stage:
    def __init__(self, folder):
        self.folder, self.running = pathlib.Path(folder), []

    def program(self, name, script, *arguments, where=None, text=SERVER):
        """Starts this Python as NAME with a SCRIPT of that name in its own directory."""
        home = self.folder / (where or name)
        home.mkdir(parents=True, exist_ok=True)
        (home / script).write_text(text)
        link = self.folder / "bin" / name
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.symlink_to(sys.executable)
        started = subprocess.Popen([name, script], executable=link, cwd=home, stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "PYTHONHOME": sys.prefix, "STAGE_WORDS": " ".join(arguments)})
        self.running.append(started)
        assert started.stdout.readline() == "ready\n", (name, arguments)
        return started

    def everything(self):
        """A quiet day: servers that are how they should be."""
        self.program("nginx", "nginx.conf", "tcp=0.0.0.0:80,tcp=:::80,tcp=0.0.0.0:443,tcp=:::443", where="www")
        self.program("sshd", "sshd_config", "tcp=0.0.0.0:22,tcp=:::22", where="ssh")
        self.program("postgres", "postgresql.conf", "tcp=127.0.0.1:5432", where="postgresql")
        self.program("redis-server", "redis.conf", "tcp=127.0.0.1:6379", where="redis")
        self.program("dnsmasq", "dnsmasq.conf", "udp=127.0.0.1:53,tcp=127.0.0.1:53,udp=0.0.0.0:67", where="dnsmasq")
        self.program("chronyd", "chrony.conf", "udp=127.0.0.1:323,udp=0.0.0.0:123", where="chrony")
        self.program("prometheus", "prometheus.yml", "dual=:::9090", where="prometheus")
        self.program("node_exporter", "web.yml", "dual=:::9100", where="exporter")
        self.program("mosquitto", "mosquitto.conf", "dual=:::1883", where="mosquitto")
        self.program("avahi-daemon", "avahi.conf", "udp=0.0.0.0:5353", where="avahi")

    def trouble(self):
        """Ten causes of the day; what stands out of them, and what is asked for."""
        self.program("node", "server.js", "tcp=127.0.0.1:3000", where="shop")  # two answer on localhost
        self.program("vite", "vite.js", "tcp=::1:3000", where="shop-next")
        os.kill(self.program("python3", "app.py", "tcp=0.0.0.0:8000", where="api").pid, signal.SIGSTOP)
        self.program("gunicorn", "wsgi.py", "tcp=127.0.0.1:8081", "orphan", "/bin/sleep", where="orders").wait()
        self.program("java", "broker.xml", "bound=0.0.0.0:61616", where="broker")
        self.program("ruby", "puma.rb", "once=127.0.0.1:4567", "short", where="blog")
        self.connect(4567, 9)
        self.left_behind(9000, 6)
        self.program("uwsgi", "upload.py", "127.0.0.1", "7070", "1", "half", where="upload", text=CLIENT)
        self.program("wrk", "scan.lua", "127.0.0.1", "5432", "345", "keep", where="load", text=CLIENT)
        self.stale_file()

    def connect(self, port, count):
        """Connections that the server closes first: TIME-WAIT is on its side."""
        self.program("curl", "requests", "127.0.0.1", str(port), str(count), "short", where="tmp", text=CLIENT).wait()

    def left_behind(self, port, count):
        """TIME-WAIT of a server that is gone."""
        server = self.program("celery", "worker.py", f"once=127.0.0.1:{port}", "short", where="worker")
        self.connect(port, count)
        server.kill()
        server.wait()

    def stale_file(self):
        path = self.folder / "app.sock"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()

    def end(self):
        for started in self.running:
            if started.poll() is None:
                started.kill()
                started.wait()


def set_up():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in (("ip_local_port_range", RANGE), ("ip_local_reserved_ports", RESERVED)):
        pathlib.Path("/proc/sys/net/ipv4", name).write_text(value)


def main():
    set_up()
    with tempfile.TemporaryDirectory() as own:
        folder = os.environ.get("STAGE_FOLDER", own)
        stage = Stage(folder)
        try:
            stage.everything()
            stage.trouble()
            time.sleep(0.2)  # the last connections close
            return subprocess.run([word.replace("STAGE", folder) for word in sys.argv[1:]]).returncode
        finally:
            stage.end()


if __name__ == "__main__":
    sys.exit(main())
