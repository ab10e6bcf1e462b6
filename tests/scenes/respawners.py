#!/usr/bin/env python3
"""`inuse free` and real supervisors: after the holder has ended a new one comes, and it is told who
starts it and how that is stopped. Then that is done, and the port is free.

Prints TAP. Environment: INUSE (the program), DEMO_SERVER (a small TCP server).
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

INUSE = os.path.abspath(os.environ["INUSE"])
SERVER = os.path.abspath(os.environ["DEMO_SERVER"])
PATHS = os.environ["PATH"] + ":/usr/sbin:/sbin"
LOOP = f"while true; do {SERVER} 8003; done"
GUARD = "import subprocess, sys, time\nwhile True:\n    subprocess.call(sys.argv[2:])\n    time.sleep(float(sys.argv[1]))\n"
NODE = "require('http').createServer((q, r) => r.end()).listen(+process.argv[2])\n"

SUPERVISORD = f"""
[supervisord]
nodaemon=true
logfile=supervisord.log
pidfile=supervisord.pid
[unix_http_server]
file=supervisord.sock
[supervisorctl]
serverurl=unix://supervisord.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[program:web]
command={SERVER} 8001
startsecs=0
"""


class Missing(Exception):
    """What a case needs and this machine has not."""


def program(name):
    path = shutil.which(name, path=PATHS)
    if not path:
        raise Missing(f"{name} is not installed")
    return path


def library_of(path):
    """Modules of a Python program that was only unpacked."""
    folder = os.path.join(os.path.dirname(path), "../lib/python3/dist-packages")
    return {"PYTHONPATH": os.path.normpath(folder)} if not path.startswith("/usr/bin/") else {}


class Room:
    """A folder and the processes of one case."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="inuse-respawners-")
        self.started = []

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def environment(self, more=None):
        return {**os.environ, "HOME": self.folder, "PM2_HOME": os.path.join(self.folder, "pm2"), **(more or {})}

    def start(self, *command, more=None):
        log = open(os.path.join(self.folder, "log"), "a", encoding="utf-8")
        self.started.append(subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, env=self.environment(more), start_new_session=True))
        return self.started[-1].pid

    def run(self, *command, more=None):
        return subprocess.run(command, cwd=self.folder, text=True, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60, env=self.environment(more))

    def end(self):
        for process in self.started:
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(room, port, listening=True):
    words = ["--listening"] if listening else []
    return room.run(INUSE, "wait", "--quiet", "--timeout", "15", *words, port).returncode == 0


def free(room, port):
    run = room.run(INUSE, "free", "--yes", "--json", port)
    try:
        return run.returncode, json.loads(run.stdout)
    except ValueError:
        print("#", run.stdout, run.stderr)
        return run.returncode, {}


def told(room, port, who, how):
    """What `free` says of a port that comes back."""
    yield "serves", wait_for(room, port), True
    code, document = free(room, port)
    words = document.get("words") or ""
    mind = " ".join(sum((step["mind"] for step in document.get("steps", [])), []))
    yield "exit", code, 1
    yield "end", document.get("end"), "respawned"
    yield "step", [step["result"]["outcome"] for step in document.get("steps", [])], ["done"]
    for text in (words, mind):
        yield "who and how", (text, who in text and how in text), (text, True)


def stopped(room, port):
    yield "free then", wait_for(room, port, listening=False), True


def supervisord(room):
    path = program("supervisord")
    control = program("supervisorctl")
    more = library_of(path)
    conf = room.write("supervisord.conf", SUPERVISORD)
    room.start(path, "-c", conf, more=more)
    yield from told(room, "8001", "supervisord (pid ", "supervisorctl stop NAME")
    room.run(control, "-c", conf, "stop", "web", more=more)
    yield from stopped(room, "8001")


def runit(room):
    path, control = program("runsv"), program("sv")
    room.write("web/run", f"#!/bin/sh\nexec {SERVER} 8002\n", 0o755)
    room.start(path, "web")
    yield from told(room, "8002", "runsv (pid ", "sv stop NAME")
    room.run(control, "stop", "./web")
    yield from stopped(room, "8002")


def shell_loop(room):
    pid = room.start("/bin/sh", "-c", LOOP)
    yield from told(room, "8003", "sh (pid ", f"or kill {pid}")
    os.kill(pid, signal.SIGTERM)
    free(room, "8003")  # the server of the last round
    yield from stopped(room, "8003")


def pm2(room):
    path = program("pm2")
    script = room.write("shop.js", NODE)
    try:
        room.run(path, "start", script, "--name", "shop", "--", "8004")
        yield from told(room, "8004", "PM2 v", "pm2 stop NAME")
        room.run(path, "stop", "shop")
        yield from stopped(room, "8004")
    finally:
        room.run(path, "kill")


def pm2_cluster(room):
    """The daemon itself listens: it is left alone, as everything it keeps would end with it."""
    path = program("pm2")
    script = room.write("farm.js", NODE)
    try:
        room.run(path, "start", script, "--name", "farm", "-i", "2", "--", "8005")
        yield "serves", wait_for(room, "8005"), True
        code, document = free(room, "8005")
        yield "exit", code, 1
        yield "end", document.get("end"), "refused"
        yield "why", "pm2 stop NAME" in document.get("headline", ""), True
        room.run(path, "stop", "farm")
        yield from stopped(room, "8005")
    finally:
        room.run(path, "kill")


def nodemon(room):
    """Starts it again only when a file changes: said before, and nothing comes back."""
    room.write("app.js", NODE)
    room.start(program("nodemon"), "app.js", "8006")
    yield "serves", wait_for(room, "8006"), True
    code, document = free(room, "8006")
    mind = " ".join(sum((step["mind"] for step in document.get("steps", [])), []))
    yield "exit", code, 0
    yield "end", document.get("end"), "done"
    yield "who and how", (mind, "nodemon (pid " in mind and "end nodemon itself" in mind), (mind, True)


def guard(room, port, *command):
    """A program that nobody knows starts @command again a second after its end."""
    script = room.write("guard.py", GUARD)
    pid = room.start(sys.executable, script, "1", *command)
    yield from told(room, port, f"guard (pid {pid})", f"kill {pid}")
    os.kill(pid, signal.SIGTERM)
    free(room, port)  # the server of the last round
    yield from stopped(room, port)


def guard_alone(room):
    yield from guard(room, "8007", SERVER, "8007")


def guard_of_a_shell(room):
    """Between the two is a shell that runs one command and ends with it: it is not named."""
    yield from guard(room, "8008", "sh", "-c", f"{SERVER} 8008; true")


def guard_of_wrappers(room):
    """timeout, env and nice run one command and end with it: who waits above them is named."""
    yield from guard(room, "8013", "timeout", "100", "env", "A=B", "nice", "-n", "1", "sh", "-c", f"{SERVER} 8013; true")


def watch(room):
    """`watch` forks for each round: the copy runs the command once, and is not the one to stop."""
    if not shutil.which("watch") or not shutil.which("script"):
        raise Missing("watch (procps) or script is not installed")
    more = {"TERM": "xterm", "SHELL": "/bin/sh"}  # the shell of script; it becomes watch
    terminal = room.start("script", "-qc", f"exec watch -n 1 {SERVER} 8014", "/dev/null", more=more)
    yield "serves", wait_for(room, "8014"), True
    with open(f"/proc/{terminal}/task/{terminal}/children", encoding="ascii") as children:
        pid = int(children.read().split()[0])
    yield from told(room, "8014", f"watch (pid {pid})", "that first")
    os.kill(pid, signal.SIGKILL)
    free(room, "8014")
    yield from stopped(room, "8014")


def supervisord_of_a_shell(room):
    path = program("supervisord")
    more = library_of(path)
    conf = room.write("supervisord.conf", SUPERVISORD.replace(f"{SERVER} 8001", f"sh -c '{SERVER} 8009; true'\nautorestart=true"))
    room.start(path, "-c", conf, more=more)
    yield from told(room, "8009", "supervisord (pid ", "supervisorctl stop NAME")
    room.run(program("supervisorctl"), "-c", conf, "stop", "web", more=more)
    free(room, "8009")  # the shell's child
    yield from stopped(room, "8009")


def script_that_loops(room):
    script = room.write("loop.sh", f"while sleep 0.3; do\n\t{SERVER} 8010\ndone\n")
    pid = room.start("sh", script)
    yield from told(room, "8010", "sh (pid ", f"or kill {pid}")
    os.kill(pid, signal.SIGTERM)
    free(room, "8010")
    yield from stopped(room, "8010")


def not_again(room, port, *words):
    """Done, and these words and no others are said of who might start it again."""
    yield "serves", wait_for(room, port), True
    code, document = free(room, port)
    mind = [text for step in document.get("steps", []) for text in step["mind"] if "again" in text]
    yield "exit", code, 0
    yield "end", document.get("end"), "done"
    yield "mind", (mind, [all(word in text for word in words) for text in mind]), (mind, [True] * bool(words))


def script_that_ends(room):
    """It runs one thing after the other: it is none that starts anything again. So are the wrappers."""
    script = room.write("once.sh", f"# no while loop\nmkdir -p x\n{SERVER} 8011\ntrue\n")
    room.start("timeout", "60", "env", "A=B", "sh", script)
    yield from not_again(room, "8011")


def node_watch(room):
    """Back at the next save of a file: said before, and nothing comes back by itself."""
    node = program("node")
    if int(room.run(node, "--version").stdout[1:].split(".")[0]) < 18:
        raise Missing("this Node.js has no --watch")
    pid = room.start(node, "--watch", room.write("watched.js", NODE), "8012")
    yield from not_again(room, "8012", f"node --watch (pid {pid}) starts it again when a file changes", f"kill {pid}")


CASES = [("a guard that nobody knows", guard_alone), ("a guard of a shell", guard_of_a_shell),
         ("a guard of wrappers", guard_of_wrappers), ("watch", watch),
         ("supervisord of a shell", supervisord_of_a_shell), ("a script that loops", script_that_loops),
         ("no script that runs once", script_that_ends), ("node --watch", node_watch),
         ("supervisord", supervisord), ("runit", runit), ("a loop of a shell", shell_loop), ("PM2", pm2),
         ("PM2 in cluster mode", pm2_cluster), ("nodemon", nodemon)]


def play(number, name, case):
    wrong = []
    room = Room()
    try:
        for what, got, wanted in case(room):
            print(f"# {name}: {what}: {got}")
            if got != wanted:
                wrong.append(f"{what}: expected {wanted}, got {got}")
    except Missing as missing:
        print(f"ok {number} - {name} starts it again # SKIP {missing}")
        return False
    finally:
        room.end()
    for line in wrong:
        print("#  ", line)
    print("not ok" if wrong else "ok", number, "-", name, "starts it again")
    return bool(wrong)


def main():
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root: the supervisors have namespaces of their own")
        return 0
    if "INUSE_INSIDE" not in os.environ:
        # whatever a supervisor leaves behind ends with its namespace
        script = 'mount --make-rprivate / && mount -t proc proc /proc && ip link set lo up && "$@"'
        return subprocess.call(
            ["unshare", "--net", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c", script, "sh",
             sys.executable, os.path.abspath(__file__)], env={**os.environ, "INUSE_INSIDE": "yes"})
    print(f"1..{len(CASES)}", flush=True)
    return 1 if sum([play(number, *case) for number, case in enumerate(CASES, 1)]) else 0


if __name__ == "__main__":
    sys.exit(main())
