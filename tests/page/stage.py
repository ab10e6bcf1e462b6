"""A machine with a day's trouble, in a network namespace of its own: servers, clients, and ten causes.

stage.py COMMAND... runs COMMAND there once everything stands (the caller has made the namespace: unshare -n -p -f
--mount-proc), and ends everything with it. Programs are this Python under the names of others: what matters to a look
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
SERVER = '''
import os, signal, socket, sys, select
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


class Stage:
    def __init__(self, folder):
        self.folder, self.running = pathlib.Path(folder), []

    def program(self, name, script, *arguments, where=None, wait=True):
        """Starts this Python as NAME with a SCRIPT of that name in its own directory."""
        home = self.folder / (where or name)
        home.mkdir(parents=True, exist_ok=True)
        (home / script).write_text(SERVER)
        link = self.folder / "bin" / name
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.symlink_to(sys.executable)
        started = subprocess.Popen([name, script, *arguments], executable=link, cwd=home, stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "PYTHONHOME": sys.prefix})
        self.running.append(started)
        if wait:
            assert started.stdout.readline() == "ready\n", (name, arguments)
        return started

    def everything(self):
        """A quiet day: servers that are how they should be."""
        self.program("nginx", "nginx.conf", "tcp=0.0.0.0:80,tcp=:::80,tcp=0.0.0.0:443,tcp=:::443", where="srv/www")
        self.program("sshd", "sshd_config", "tcp=0.0.0.0:22,tcp=:::22", where="etc/ssh")
        self.program("postgres", "postgresql.conf", "tcp=127.0.0.1:5432", where="var/lib/postgresql")
        self.program("redis-server", "redis.conf", "tcp=127.0.0.1:6379", where="var/lib/redis")
        self.program("dnsmasq", "dnsmasq.conf", "udp=127.0.0.1:53,tcp=127.0.0.1:53,udp=0.0.0.0:67", where="etc/dnsmasq")
        self.program("chronyd", "chrony.conf", "udp=127.0.0.1:323,udp=0.0.0.0:123", where="etc/chrony")
        self.program("prometheus", "prometheus.yml", "dual=:::9090", where="srv/prometheus")
        self.program("node_exporter", "web.yml", "dual=:::9100", where="srv/exporter")
        self.program("mosquitto", "mosquitto.conf", "dual=:::1883", where="etc/mosquitto")
        self.program("avahi-daemon", "avahi.conf", "udp=0.0.0.0:5353", where="etc/avahi")

    def trouble(self):
        """Ten causes of the day; what stands out of them, and what is asked for."""
        node = self.program("node", "server.js", "tcp=127.0.0.1:3000", where="home/alice/shop")  # two answer on localhost
        self.program("vite", "vite.js", "tcp=::1:3000", where="home/alice/shop-next")
        os.kill(self.program("python3", "app.py", "tcp=0.0.0.0:8000", where="home/alice/api").pid, signal.SIGSTOP)
        self.program("gunicorn", "wsgi.py", "tcp=127.0.0.1:8081", "orphan", "/bin/sleep", where="srv/orders").wait()
        self.program("java", "broker.xml", "bound=0.0.0.0:61616", where="srv/broker")
        self.program("ruby", "puma.rb", "once=127.0.0.1:4567", "short", where="home/alice/blog")
        self.connect(4567, 9)
        self.left_behind(9000, 6)
        self.open_connection(7070)
        self.fill_range(345)
        self.stale_file()
        return node

    def connect(self, port, count):
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.recv(1)

    def left_behind(self, port, count):
        """TIME-WAIT of a server that is gone."""
        server = self.program("celery", "worker.py", f"once=127.0.0.1:{port}", "short", where="srv/worker")
        self.connect(port, count)
        server.kill()
        server.wait()

    def open_connection(self, port):
        """The listener is closed, a connection of it lives on."""
        listener = socket.create_server(("127.0.0.1", port))
        client = socket.create_connection(("127.0.0.1", port))
        self.kept = [client, listener.accept()[0]]
        listener.close()

    def fill_range(self, count):
        """Clients that leave little of the range."""
        self.kept += [socket.create_connection(("127.0.0.1", 5432)) for _ in range(count)]

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
    for command in (["ip", "link", "set", "lo", "up"],):
        subprocess.run(command, check=True)
    for name, value in (("ip_local_port_range", RANGE), ("ip_local_reserved_ports", RESERVED)):
        pathlib.Path("/proc/sys/net/ipv4", name).write_text(value)


def main():
    set_up()
    with tempfile.TemporaryDirectory() as folder:
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
