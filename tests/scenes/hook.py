#!/usr/bin/env python3
"""`inuse init`: bash, zsh and fish on a terminal, each with its hook, beside a real watch.

The shells are those of an ordinary user. Every start of inuse is counted by a wrapper that they find before it.
Prints TAP. Environment: INUSE.
"""
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

INUSE = os.path.abspath(os.environ["INUSE"])
PYTHON = "/usr/bin/python3"  # one that every user may run
PATIENCE = 20
USER, OTHER = 54321, 54322
DRESS = re.compile(r"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07|\x1b\(B|\x00")
BIND = "import socket,sys\ntry: socket.socket().bind(('127.0.0.1',int(sys.argv[1])))\nexcept OSError: sys.exit(3)\n"
HOLD = "import socket,sys,signal\ns=socket.create_server(('127.0.0.1',int(sys.argv[1])))\nprint('held',flush=True)\nsignal.pause()\n"
COMMANDS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"], "fish": ["fish", "--no-config", "-i"]}
SETUP = {"bash": 'eval "$(inuse init bash)"', "zsh": 'eval "$(inuse init zsh)"', "fish": "inuse init fish | source"}
PROMPT = {"bash": "PS1='ready> '", "zsh": "PROMPT='ready> '", "fish": "function fish_prompt; echo -n 'ready> '; end"}
STATUS = {"bash": "$?", "zsh": "$?", "fish": "$status"}


def enter():
    if os.environ.get("IN_NAMESPACE") != "yes":
        os.environ["IN_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable, *sys.argv])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def become(uid):
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


class Watch:
    def __enter__(self):
        self.process = subprocess.Popen([INUSE, "watch"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = self.process.stderr.readline()
        assert "watching" in said, said
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)


class Holder:
    def __init__(self, number, uid, folder):
        self.process = subprocess.Popen([PYTHON, "-c", HOLD, str(number)], stdout=subprocess.PIPE, text=True, cwd=folder,
                                        preexec_fn=lambda: become(uid))
        assert self.process.stdout.readline() == "held\n"
        self.pid = self.process.pid
        with open(f"/proc/{self.pid}/comm", encoding="utf-8") as file:
            self.name = file.read().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Shell:
    """A shell of that user on a terminal of its own, with the hook."""

    def __init__(self, name, folder, before=(), after=()):
        self.name, self.folder = name, folder
        env = {"PATH": f"{folder}/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": folder, "TERM": "dumb", "LANG": "C.UTF-8",
               "LC_ALL": "C.UTF-8", "HISTFILE": "", "SHELL": "/bin/sh", "USER": "somebody"}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            become(USER)
            os.execvpe(COMMANDS[name][0], COMMANDS[name], env)
        self.count = 0
        for line in (PROMPT[name], *before, SETUP[name], *after):
            self.run(line)

    def run(self, line):
        """What is printed between that command and its end, the echo of it among them."""
        self.count += 1
        text = ""
        os.write(self.terminal, f"{line}\n".encode())
        os.write(self.terminal, f"printf 'end-%d-0-%d\\n' {STATUS[self.name]} {self.count}\n".encode())
        end = time.monotonic() + PATIENCE
        while not re.search(rf"end-\d+-0-{self.count}\b", text):
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            assert ready, f"{line}: {text!r}"
            text += DRESS.sub("", os.read(self.terminal, 65536).decode(errors="replace"))
        self.status = int(re.search(rf"end-(\d+)-0-{self.count}\b", text)[1])
        return text

    def told(self, line):
        return [found for found in re.split(r"[\r\n]+", self.run(line)) if found.startswith("inuse: ")]

    def told_at_last(self, line):
        """The same where something is to come: on a busy machine a watch may need longer than a shell waits for it."""
        for _ in range(6):
            if said := self.told(line):
                break
            time.sleep(1.1)  # the same failure is told once a second
        return said

    def starts(self):
        """How often inuse was started since the last look."""
        path = f"{self.folder}/starts"
        with open(path, encoding="utf-8") as file:
            count = len(file.readlines())
        os.truncate(path, 0)
        return count

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def same(name, got, wanted):
    print(f"# {name}: {got!r}, wanted {wanted!r}")
    assert got == wanted, name


def stage(folder):
    os.chmod(folder, 0o755)
    os.makedirs(f"{folder}/bin")
    os.makedirs(f"{folder}/shop")
    shutil.copy(INUSE, f"{folder}/inuse-itself")
    with open(f"{folder}/bin/inuse", "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\necho "$1" >> {folder}/starts\nexec {folder}/inuse-itself "$@"\n')
    os.chmod(f"{folder}/bin/inuse", 0o755)
    for name, text in (("bind.py", BIND), ("starts", "")):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
        os.chown(f"{folder}/{name}", USER, USER)
    os.chown(folder, USER, USER)


def shell(name, first):
    def play(folder):
        if not shutil.which(name):
            return "there is no " + name
        own, roots, python = first, first + 1, PYTHON
        program = os.path.basename(os.path.realpath(PYTHON))[:15]
        it = Shell(name, folder)
        try:
            it.starts()
            same("without a watch, a command that fails", it.told(f"{python} bind.py 1"), [])
            same("inuse was started so often for it", it.starts(), 0)
            with Watch(), Holder(own, USER, f"{folder}/shop") as holder, Holder(roots, 0, "/"):
                said = it.told_at_last(f"{python} bind.py {own}")
                asker = re.match(r"inuse: (\S+)", said[0])[1] if said else program
                same("a port of his own", said,
                     [f"inuse: {asker} could not listen on 127.0.0.1:{own}: {holder.name} ({holder.pid}, ~/shop) does. → inuse 127.0.0.1:{own}"])
                assert it.starts() >= 1
                same("status of the command", it.status, 3)
                same("a command that fails without a bind", it.told("false"), [])
                same("one that does not fail", it.told("true"), [])
                same("an empty line", it.told(""), [])
                same("inuse was started so often for the three", it.starts(), 1)
                same("a port of root", it.told_at_last(f"{python} bind.py {roots}"),
                     [f"inuse: {asker} could not listen on 127.0.0.1:{roots}: a process of root does. → inuse 127.0.0.1:{roots}"])
                time.sleep(1.1)
                same("within a script", it.told_at_last(f"sh -c 'true; {python} bind.py {own}; exit 5'"), said)
                time.sleep(1.1)
                it.run(f"sh -c 'sleep 0.5; {python} bind.py {own}; sleep 60' &")
                same("a job in the background, while another command fails", it.told("sh -c 'sleep 1.5; false'"), [])
        finally:
            it.end()
        return None
    play.__doc__ = f"{name}: one line after a command of which a bind was refused, and nothing else"
    return play


SEEN = "seen+=$?"
SETTINGS = {"bash": ((["set -eu", "trap 'echo trapped' ERR", f"PROMPT_COMMAND=('{SEEN}' 'other=1')"], []), (["shopt -u promptvars"], [])),
            "zsh": ((["set -u", "TRAPZERR() { echo trapped }"], [f"other() {{ {SEEN} }}; add-zsh-hook precmd other"]), (["set -e"], [])),
            "fish": (([], ["function other --on-event fish_postexec; set -g seen \"$seen$status\"; end"]),)}


def settings(folder):
    """what users set: nothing ends their shells, starts their traps or takes the status from their own hooks"""
    with Watch():
        for name, sets in SETTINGS.items():
            for before, after in sets if shutil.which(name) else ():
                it = Shell(name, folder, before, ["seen=" if name != "fish" else "set seen", *after])
                it.starts()
                text = it.run("not true" if name == "fish" else "! true") + it.run("echo")
                same(f"{name}, {before}: status", re.findall(r"end-(\d+)-0", text), ["1", "0"])
                same("traps, and lines of the hook itself", re.findall(r"trapped|__inuse|[Ee]rror", text), [])
                if "shopt -u promptvars" not in before:
                    same("inuse was started so often", it.starts(), 1)
                if [line for line in (*before, *after) if "seen" in line]:
                    same("the status that another hook has seen", "1" in re.search(r"seen-(\d*)-", it.run("printf 'seen-%s-\\n' $seen"))[1], True)
                it.end()


def ask(uid, elsewhere=False):
    """The failures that the watch tells that user, of this session or another one."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        if elsewhere:
            os.setsid()
        become(uid)
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(PATIENCE)
                s.connect("/run/inuse/socket")
                while chunk := s.recv(65536):
                    os.write(writer, chunk)
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as file:
        lines = [line for line in file.read().splitlines() if '"ms"' in line]
    os.waitpid(pid, 0)
    return lines


def refuse(uid, number):
    subprocess.run([PYTHON, "-c", BIND, str(number)], preexec_fn=lambda: become(uid), check=False)


def others(folder):
    """each user is told of his own processes only, and nobody takes the place of another"""
    with Watch(), Holder(3901, 0, folder):
        refuse(USER, 3901)
        for number in range(12):
            with Holder(3910 + number, OTHER, folder):
                refuse(OTHER, 3910 + number)
        same("in another session", ask(USER, elsewhere=True), [])
        answers = {uid: ask(uid) for uid in (USER, OTHER, 65534)}
        print("#", answers[USER])
        same("lines of one", len(answers[USER]), 1)
        assert "3901" in answers[USER][0] and '"user":"root"' in answers[USER][0], "the wrong line"
        assert '"pid"' not in answers[USER][0].split('"holder"')[1], "a process of another user is named"
        same("lines of another", sorted(re.search(r"127.0.0.1:(\d+)", line)[1] for line in answers[OTHER]),
             [str(3914 + number) for number in range(8)])
        same("the second time", ask(OTHER), [])
        same("lines of a third", answers[65534], [])
        same("modes", [oct(os.stat(f"/run/inuse{name}").st_mode & 0o777) for name in ("", "/failures", "/socket")],
             ["0o711", "0o600", "0o666"])
    same("the socket of a watch that has ended", os.path.exists("/run/inuse/socket"), False)


def killed(folder):
    """a watch that was killed leaves a socket where nobody answers, and the next one sets up its own"""
    watch = Watch().__enter__()
    watch.process.kill()
    watch.process.wait()
    same("the socket is there", os.path.exists("/run/inuse/socket"), True)
    done = subprocess.run([INUSE, "init", "--took", "1000"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    same("nobody answers", (done.returncode, done.stdout, done.stderr), (1, "", ""))
    with Watch(), Holder(3931, USER, folder):
        refuse(USER, 3931)
        same("lines", len(ask(USER)), 1)


TESTS = [shell("bash", 3000), shell("zsh", 3100), shell("fish", 3200), settings, others, killed]


def play():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                stage(folder)
                why = test(folder)
                print(f"ok {number} - {test.__doc__}" + (f" # SKIP {why}" if why else ""), flush=True)
            except Exception:  # a test that breaks has failed
                failed += 1
                print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
                print(f"not ok {number} - {test.__doc__}", flush=True)
    return 1 if failed else 0


def why_not():
    if os.geteuid() != 0:
        return "needs root"
    done = subprocess.run(["timeout", "-s", "INT", "1", INUSE, "watch", "9"], capture_output=True, text=True, check=False)
    return None if "watching" in done.stderr else done.stderr.strip()


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit(0)
    enter()
    sys.exit(play())
