#!/usr/bin/env python3
"""name-service.py - the name of a user that only a name service knows

usage: name-service.py         (INUSE in the environment)

A user who is not in /etc/passwd, but in /run/userdb, which systemd's module of glibc reads by itself: named where
/etc/nsswitch.conf has that module, else only a number. In network and mount namespaces of its own. Prints TAP.
"""
import glob
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile

PORT, GUEST = 4007, 60001
MODULE = "libnss_systemd.so.2"
USER = {"userName": "inuse-guest", "uid": GUEST, "gid": GUEST, "disposition": "regular"}


def start(uid, port):
    """A process that listens until it is killed."""
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setgid(uid)
        os.setuid(uid)
        server = socket.create_server(("127.0.0.1", port))
        os.write(told, b"!")
        signal.alarm(120)
        signal.pause()
        server.close()
    os.read(ready, 1)
    return pid


def module():
    """The module, installed, or unpacked by tools/unpack-packages (whose programs come first in PATH)."""
    unpacked = os.environ["PATH"].split(":")[0].removesuffix("/usr/sbin")
    for root in ("", unpacked):
        for path in glob.glob(f"{root}/lib/*/{MODULE}") + glob.glob(f"{root}/usr/lib/*/{MODULE}"):
            return path
    return None


def services(path, line):
    with open(path, "w", encoding="utf-8") as f:
        f.write(line)


def user(*words):
    """What the answer calls the user of whoever has the port."""
    done = subprocess.run([os.environ["INUSE"], *words], capture_output=True, text=True, check=False,
                          env={**os.environ, "LD_LIBRARY_PATH": os.path.dirname(module())})
    print("#", (done.stdout + done.stderr)[:800].strip().replace("\n", "\n# "))
    return next((name for name in (USER["userName"], str(GUEST)) if name in done.stdout), None)


def main():
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root")
        return 0
    if sys.argv[1:] != ["inside"]:
        os.execvp("unshare", ["unshare", "-nm", "--propagation", "private", sys.executable,
                              os.path.abspath(__file__), "inside"])
    if not module():
        print("1..0 # SKIP libnss-systemd is not installed")
        return 0
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)
    pid = start(GUEST, PORT)
    with tempfile.NamedTemporaryFile() as file:
        services(file.name, "passwd: files\n")
        subprocess.run(["mount", "--bind", file.name, "/etc/nsswitch.conf"], check=True)
        os.makedirs("/run/userdb")
        with open(f"/run/userdb/{USER['userName']}.user", "w", encoding="utf-8") as f:
            json.dump(USER, f)
        os.symlink(f"{USER['userName']}.user", f"/run/userdb/{GUEST}.user")
        failed = 0
        try:
            for number, (line, words, name) in enumerate((
                    ("files", ["--json", str(PORT)], str(GUEST)),
                    ("files systemd", ["--json", str(PORT)], USER["userName"]),
                    ("files systemd", ["list"], USER["userName"])), 1):
                services(file.name, f"passwd: {line}\n")
                good = user(*words) == name
                failed += not good
                print(f"{'ok' if good else 'not ok'} {number} - passwd: {line}: inuse {' '.join(words)} says {name}")
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    print("1..3")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
