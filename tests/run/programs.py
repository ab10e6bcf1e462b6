#!/usr/bin/env python3
"""Real servers of Debian under `inuse run`, unmodified, into a real conflict: each keeps its own message and exit code,
and gets the right cause. Prints TAP. Needs root for the namespaces; what is not installed is skipped and says so."""
import glob
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import CALLS, INUSE, Skip, enter, has, play, run, same  # noqa: E402

# What tools/unpack-packages made comes first in PATH; the libraries lie beside it.
UNPACKED = next((p[:-len("/usr/bin")] for p in os.environ["PATH"].split(":") if p.endswith("/usr/bin") and
                 p != "/usr/bin"), "")
STATIC = os.environ.get("CALLS_STATIC", "")
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
_port = 30000


def port():
    global _port
    _port += 10
    return _port


def find(name, *more):
    """The program, installed or unpacked."""
    places = [shutil.which(name), *more, *(f"{UNPACKED}{place}" for place in more)]
    for place in places:
        for path in sorted(glob.glob(place)) if place else []:
            if os.access(path, os.X_OK):
                return path
    raise Skip(f"{name} is not there")


class Holder:
    """Another program that has the port."""

    def __init__(self, number):
        self.number = number

    def __enter__(self):
        self.process = subprocess.Popen([CALLS, "bind", str(self.number), "120"], stdout=subprocess.PIPE, cwd="/")
        for _ in range(3):
            self.process.stdout.readline()
        return self.process

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def libraries(environment=None):
    """Unpacked programs find the libraries that were unpacked with them."""
    environment = {**os.environ, **(environment or {})}
    if UNPACKED:
        path = [f"{UNPACKED}/usr/lib/{os.uname().machine}-linux-gnu", environment.get("LD_LIBRARY_PATH", "")]
        environment["LD_LIBRARY_PATH"] = ":".join(p for p in path if p)
    return environment


def conflict(number, command, message, cause="other-program", call="bind|listen on", **kwargs):
    """The command twice into the same conflict: alone, and under `inuse run`."""
    kwargs = {"timeout": 60, "capture_output": True, "text": True, "env": libraries(), **kwargs}
    with Holder(number) as holder:
        alone = subprocess.run(command, **kwargs)
        if alone.returncode == 127 or "error while loading shared libraries" in alone.stderr:
            raise Skip(f"it cannot run here: {alone.stderr.strip()[:200]}")
        wrapped = run(*command, **kwargs)
        pid = holder.pid
    same("exit code", wrapped.returncode, alone.returncode)
    print(f"# exit code {alone.returncode}")
    for done in (alone, wrapped):
        assert re.search(message, done.stdout + done.stderr), f"no {message!r} in {done.stdout}\n{done.stderr}"
    told = re.findall(rf"^inuse: .* cannot (?:{call}) \S*:{number}/tcp \(EADDRINUSE\)$", wrapped.stderr, re.M)
    print("#", told)
    same("explanations", len(told), 1)
    has(wrapped.stderr, f"(pid {pid})", f"{cause} (proven)")
    return wrapped


def redis():
    """redis-server"""
    number = port()
    with tempfile.TemporaryDirectory() as folder:
        conflict(number, [find("redis-server"), "--port", str(number), "--bind", "127.0.0.1", "--dir", folder],
                 r"Failed listening on port|Could not create server TCP listening socket")


def redis_twice():
    """redis-server beside itself is already running"""
    number = port()
    with tempfile.TemporaryDirectory() as folder:
        command = [find("redis-server"), "--port", str(number), "--bind", "127.0.0.1", "--save", ""]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder, env=libraries()) as first:
            try:
                connect(number)
                done = run(*command, cwd=folder, env=libraries())
                same("exit", done.returncode, 1)
                has(done.stderr, "already-running (proven)", f"(pid {first.pid})")
            finally:
                first.kill()


def connect(number, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", number), timeout=5).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def nginx():
    """nginx, which tries five times and is told once"""
    number = port()
    with tempfile.TemporaryDirectory() as folder:
        command = nginx_with(folder, f"127.0.0.1:{number}", "stderr")
        conflict(number, command, rf"bind\(\) to 127.0.0.1:{number} failed \(98: Address already in use\)")


def nginx_with(folder, address, log):
    os.chmod(folder, 0o755)
    config = os.path.join(folder, "conf")
    places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                      ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(config, "w") as out:
        out.write(f"daemon off; pid {folder}/pid; error_log {log}; events {{}}\n"
                  f"http {{ access_log off; {places} server {{ listen {address}; }} }}\n")
    return [find("nginx"), "-p", folder, "-c", config, "-e", log]


def nginx_reloaded():
    """nginx, told by a reload to listen on one address of the port that it has: its log says who it was"""
    number = port()
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        command = nginx_with(folder, str(number), log)
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=libraries()) as server:
            try:
                if server.poll() == 127:
                    raise Skip("it cannot run here")
                connect(number)
                nginx_with(folder, f"127.0.0.1:{number}", log)
                server.send_signal(signal.SIGHUP)
                for _ in range(400):
                    lines = [line for line in open(log) if "failed (98" in line]
                    if lines:
                        break
                    time.sleep(0.05)
                print("#", lines[0].strip())
                told = subprocess.run([INUSE, "--json", "-"], input=lines[0], text=True, capture_output=True)
                document = json.loads(told.stdout)
                same("cause", document["verdict"]["cause"], "own-socket")
                has(document["remedies"][0]["summary"], "restart it instead")
            finally:
                server.terminate()


def postgresql():
    """PostgreSQL, as another user than root"""
    number = port()
    place = os.path.dirname(find("initdb", "/usr/lib/postgresql/*/bin/initdb"))
    reach, environment = [], libraries()
    if UNPACKED and place.startswith(UNPACKED):  # the folders above it may be closed to others
        place = "/mnt/unpacked" + place.removeprefix(UNPACKED)
        environment = {name: value.replace(UNPACKED, "/mnt/unpacked") for name, value in environment.items()}
        mount = "mount -t tmpfs -o mode=755 none /mnt && mkdir /mnt/unpacked && mount --bind "
        reach = ["unshare", "--mount", "sh", "-c", mount + shlex.quote(UNPACKED) + ' /mnt/unpacked && exec "$@"', "sh"]
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        made = subprocess.run([*reach, *NOBODY, f"{place}/initdb", "-D", f"{folder}/data", "-U", "test", "-A", "trust",
                               "--no-sync", "--no-locale"], capture_output=True, text=True, env=environment, cwd="/")
        if made.returncode:
            raise Skip(f"initdb cannot run here: {made.stderr.strip().splitlines()[-1]}")
        conflict(number, [*reach, *NOBODY, f"{place}/postgres", "-D", f"{folder}/data", "-p", str(number), "-k", folder,
                          "-h", "127.0.0.1"], r'could not bind IPv4 address "127.0.0.1": Address already in use', cwd="/",
                 env=environment)


def node_http():
    """node, http"""
    number = port()
    conflict(number, [find("node"), "-e", f"require('http').createServer().listen({number}, '127.0.0.1')"],
             r"EADDRINUSE: address already in use")


def node_cluster():
    """node, cluster"""
    number = port()
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "server.js")
        with open(script, "w") as out:
            out.write("const cluster = require('cluster');\n"
                      "if (cluster.isPrimary) { cluster.fork(); cluster.on('exit', (w, code) => process.exit(code)); }\n"
                      f"else require('http').createServer().listen({number}, '127.0.0.1');\n")
        conflict(number, [find("node"), script], r"EADDRINUSE")


def node_debugger():
    """node whose debugger port its parent holds: own-socket"""
    number = port()
    script = ("const { spawnSync } = require('child_process');"
              f"const r = spawnSync(process.execPath, ['--inspect=127.0.0.1:{number}', '-e', '1'], {{ stdio: 'inherit' }});"
              "process.exit(r.status)")
    done = run(find("node"), f"--inspect=127.0.0.1:{number}", "-e", script)
    has(done.stderr, "Starting inspector on", f"127.0.0.1:{number}/tcp (EADDRINUSE)", "own-socket (proven)")


def python_http():
    """python3 -m http.server"""
    number = port()
    conflict(number, ["/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", str(number)], "Address already in use")


def python_asyncio():
    """python3, asyncio"""
    number = port()
    script = ("import asyncio\nasync def main():\n"
              f"    await asyncio.start_server(lambda r, w: None, '127.0.0.1', {number})\nasyncio.run(main())")
    conflict(number, ["/usr/bin/python3", "-c", script], "error while attempting to bind on address")


def static_musl():
    """A static program (musl)"""
    if not STATIC:
        raise Skip("musl-gcc is missing")
    number = port()
    conflict(number, [STATIC, "bind", str(number)], "bind 98")


def java():
    """java"""
    number = port()
    compiler = find("javac")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "Server.java"), "w") as out:
            out.write("class Server { public static void main(String[] a) throws Exception {\n"
                      f"new java.net.ServerSocket({number}, 5, java.net.InetAddress.getByName(\"127.0.0.1\")); }} }}\n")
        subprocess.run([compiler, "-d", folder, f"{folder}/Server.java"], check=True, capture_output=True)
        conflict(number, [find("java"), "-cp", folder, "Server"], "BindException")


def sshd():
    """sshd, with the user and the folder that it wants in a mount namespace of its own"""
    number = port()
    program = find("sshd", "/usr/sbin/sshd")
    with tempfile.TemporaryDirectory() as folder:
        key = os.path.join(folder, "key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        users = os.path.join(folder, "passwd")
        with open(users, "w") as out:
            out.write("root:x:0:0:root:/root:/bin/sh\nsshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n")
        place = f"mount -t tmpfs none /run && mkdir /run/sshd && mount --bind {users} /etc/passwd"
        conflict(number, ["unshare", "--mount", "sh", "-c", place + ' && exec "$@"', "sh", program, "-D", "-e", "-f",
                          "/dev/null", "-h", key, "-p", str(number), "-o", "ListenAddress=127.0.0.1"],
                 "Bind to port .* failed: Address already in use")


def busybox():
    """busybox httpd"""
    number = port()
    conflict(number, [find("busybox"), "httpd", "-f", "-p", f"127.0.0.1:{number}"], "bind: Address already in use")


def socket_activate():
    """systemd-socket-activate"""
    number = port()
    conflict(number, [find("systemd-socket-activate"), "-l", f"127.0.0.1:{number}", "/bin/cat"], "Address already in use")


def next_port():
    """--next: the next port is where an unmodified server answers"""
    number = port()
    with Holder(number):
        process = subprocess.Popen([INUSE, "run", "--next", "--", "/usr/bin/python3", "-m", "http.server", "--bind",
                                    "127.0.0.1", str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            connect(number + 1)
        finally:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        print("#", out.splitlines())
        has(err, f"it gets port {number + 1} instead")


TESTS = [redis, redis_twice, nginx, nginx_reloaded, postgresql, node_http, node_cluster, node_debugger, python_http, python_asyncio,
         static_musl, java, sshd, busybox, socket_activate, next_port]

if __name__ == "__main__":
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root for network namespaces")
        sys.exit(0)
    enter()
    only = os.environ.get("ONLY")
    sys.exit(play([t for t in TESTS if not only or re.search(only, t.__name__)]))
