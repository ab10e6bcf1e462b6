#!/usr/bin/env python3
"""What others hang on is left alone by `inuse free` and not offered by `why`; what stops its port alone is told, and
does so: an ssh connection that two sessions share, with a real sshd at its other end.

Prints TAP. Environment: INUSE (the program).
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

INUSE = os.path.abspath(os.environ["INUSE"])
PATHS = os.environ["PATH"] + ":/usr/sbin:/sbin"
PLACE = ("mount --make-rprivate / && mount -t proc proc /proc && ip link set lo up && mount -t tmpfs none /run && "
         'mkdir /run/sshd && mount --bind "$1" /etc/passwd && shift && exec "$@"')
USERS = "root:x:0:0:root:/root:/bin/sh\nsshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n"


def ask(*words):
    run = subprocess.run([INUSE, *words, "--json"], text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return run.returncode, json.loads(run.stdout)


def wait(port, listening):
    words = ["--listening"] if listening else []
    return subprocess.run([INUSE, "wait", "--quiet", "--timeout", "20", *words, port]).returncode == 0


def play(folder):
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"], check=True)
    server = subprocess.Popen([shutil.which("sshd", path=PATHS), "-D", "-f", "/dev/null", "-h", f"{folder}/host", "-p", "2222",
                               "-o", "ListenAddress=127.0.0.1", "-o", "StrictModes=no", "-o", "UsePAM=no",
                               "-o", "PermitRootLogin=yes", "-o", f"AuthorizedKeysFile={folder}/key.pub"])
    yield "sshd serves", wait("127.0.0.1:2222", True), True
    way = ["-F", "none", "-p", "2222", "-i", f"{folder}/key", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
           "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "root@127.0.0.1"]
    control = f"{folder}/control"
    master = subprocess.Popen(["ssh", "-N", "-M", "-S", control, "-L", "127.0.0.1:8000:127.0.0.1:2222", *way])
    yield "the forward", wait("127.0.0.1:8000", True), True
    session = subprocess.Popen(["ssh", "-S", control, *way, "echo here; exec sleep 60"], stdout=subprocess.PIPE, text=True)
    yield "a second session", session.stdout.readline(), "here\n"

    code, document = ask("why", "127.0.0.1:8000")
    yield "why", (code, document["verdict"]["cause"]), (0, "port-forward")
    stop = [r for r in document["remedies"] if r["id"] == "stop-process"]
    command = ["ssh", "-S", control, "-O", "cancel", "-L", "127.0.0.1:8000:127.0.0.1:2222", "x"]
    yield "what helps", [r["command"] for r in stop], [command]
    code, document = ask("free", "--yes", "127.0.0.1:8000")
    yield "free", (code, document["end"], document["steps"]), (1, "refused", [])
    yield "both live", (master.poll(), session.poll()), (None, None)
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    yield "free now", wait("127.0.0.1:8000", False), True
    time.sleep(0.2)
    yield "and both still live", (master.poll(), session.poll()), (None, None)
    session.kill()
    master.kill()
    yield from kept(folder, way)
    server.kill()


def kept(folder, way):
    """A connection that stays for others (ControlPersist): its arguments are gone, and nobody else uses it."""
    control = f"{folder}/kept"
    subprocess.run(["ssh", "-S", control, "-o", "ControlMaster=auto", "-o", "ControlPersist=yes",
                    "-L", "127.0.0.1:8001:127.0.0.1:2222", *way, "true"], check=True, stdin=subprocess.DEVNULL)
    code, document = ask("why", "127.0.0.1:8001")
    yield "why, kept", (code, document["verdict"]["cause"]), (0, "port-forward")
    code, document = ask("free", "--yes", "127.0.0.1:8001")
    mind = " ".join(text for step in document["steps"] for text in step["mind"])
    yield "the narrower way", (mind, f"ssh -S {control} -O cancel -L 8001:" in mind), (mind, True)
    yield "free, kept", (code, document["end"]), (0, "done")


def main():
    if os.geteuid() != 0 or not shutil.which("sshd", path=PATHS) or not shutil.which("ssh"):
        print("1..0 # SKIP needs root, ssh and sshd")
        return 0
    if "INUSE_INSIDE" not in os.environ:
        with tempfile.NamedTemporaryFile("w") as users:
            users.write(USERS)
            users.flush()
            return subprocess.call(
                ["unshare", "--net", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c", PLACE, "sh", users.name,
                 sys.executable, os.path.abspath(__file__)], env={**os.environ, "INUSE_INSIDE": "yes"})
    print("1..1", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="inuse-shared-") as folder:
        for what, got, wanted in play(folder):
            print(f"# {what}: {got!r}", flush=True)
            if got != wanted:
                print(f"#   expected {wanted!r}")
                wrong += 1
    print("not ok" if wrong else "ok", "1 - a connection that sessions share", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
