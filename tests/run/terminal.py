#!/usr/bin/env python3
"""`inuse run` on a terminal, under a real shell with job control: Ctrl-C, Ctrl-Z, fg, the terminal itself, questions.
Prints TAP. Needs root for the namespaces."""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import CALLS, INUSE, enter, has, lacks, play, same  # noqa: E402

PROMPT = "READY> "
_port = 25000


def port():
    global _port
    _port += 10
    return _port


class Shell:
    """An interactive bash on a terminal of its own."""

    def __enter__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(PS1=PROMPT, TERM="dumb", INPUTRC="/dev/null", HISTFILE="")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"])
        self.seen = ""
        self.until(PROMPT)
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def until(self, words, seconds=15):
        """What the terminal shows up to these words; it is taken away."""
        deadline = time.monotonic() + seconds
        while words not in self.seen:
            ready = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]
            if not ready:
                raise AssertionError(f"no {words!r} in {self.seen!r}")
            self.seen += os.read(self.fd, 65536).decode(errors="replace").replace("\r\n", "\n")
        at = self.seen.index(words) + len(words)
        text, self.seen = self.seen[:at], self.seen[at:]
        return text

    def type(self, text):
        os.write(self.fd, text.encode())

    def command(self, line, seconds=15):
        self.type(line + "\n")
        self.until(line)
        return self.until(PROMPT, seconds)


def is_a_terminal():
    """Its standard streams are the terminal, with the same foreground group"""
    script = "test -t 0 && test -t 1 && test -t 2 && ps -o pgid=,tpgid= -p $$ && stty size"
    with Shell() as shell:
        shell.command("stty rows 33 cols 77")
        out = shell.command(f"{INUSE} run -- sh -c '{script}'").split()
        same("group in the foreground", out[0], out[1])
        same("size", out[2:4], ["33", "77"])


def interrupt():
    """Ctrl-C ends the command as ever, and the shell sees that"""
    with Shell() as shell:
        shell.type(f"{INUSE} run -- sh -c 'echo up; sleep 30'\n")
        shell.until("up\n")
        time.sleep(0.2)
        shell.type("\x03")
        shell.until(PROMPT)
        has(shell.command("echo code $?"), "code 130")
        shell.type(f"{INUSE} run -- sh -c 'trap \"echo caught; exit 5\" INT; echo up; while :; do sleep 0.1; done'\n")
        shell.until("up\n")
        time.sleep(0.2)
        shell.type("\x03")
        has(shell.until(PROMPT), "caught")
        has(shell.command("echo code $?"), "code 5")


def stop_and_go():
    """Ctrl-Z stops it, fg and bg go on"""
    with Shell() as shell:
        shell.type(f"{INUSE} run -- sh -c 'echo up; sleep 1; echo over'\n")
        shell.until("up\n")
        time.sleep(0.3)  # a shell between vfork() and exec() cannot be stopped, with or without us
        shell.type("\x1a")
        has(shell.until(PROMPT), "Stopped")
        time.sleep(1.2)
        lacks(shell.command("jobs"), "over\n")
        shell.type("fg\n")
        has(shell.until(PROMPT), "over")
        has(shell.command("echo code $?"), "code 0")


def stopped_while_held():
    """Ctrl-C ends a call that --wait holds"""
    p = port()
    with Shell() as shell, subprocess.Popen([CALLS, "bind", str(p), "60"], stdout=subprocess.PIPE) as holder:
        for _ in range(3):
            holder.stdout.readline()
        shell.type(f"{INUSE} run --wait 60 -- {CALLS} bind {p}\n")
        has(shell.until("waiting for"), "EADDRINUSE")
        time.sleep(0.3)
        start = time.monotonic()
        shell.type("\x03")
        shell.until(PROMPT)
        assert time.monotonic() - start < 3, "Ctrl-C took too long"
        has(shell.command("echo code $?"), "code 130")
        holder.kill()


def stopped_and_held():
    """Ctrl-Z stops a command whose call --wait holds; it goes on waiting in the background"""
    p = port()
    with Shell() as shell, subprocess.Popen([CALLS, "bind", str(p), "60"], stdout=subprocess.PIPE) as holder:
        for _ in range(3):
            holder.stdout.readline()
        shell.type(f"{INUSE} run --wait 60 -- {CALLS} bind {p}\n")
        shell.until("waiting for")
        time.sleep(0.3)
        shell.type("\x1a")
        has(shell.until(PROMPT, 3), "Stopped")
        shell.type("fg\n")
        time.sleep(0.5)
        holder.kill()
        has(shell.until(PROMPT, 5), "is free now", "bind 0", "listen 0")
        has(shell.command("echo code $?"), "code 0")


def hang_up():
    """kill of the shell's job reaches the command itself"""
    with Shell() as shell:
        out = shell.command(f"{INUSE} run -- sleep 30 & sleep 0.3; ps -o comm= -p $!; kill $!; wait $!; echo code $?")
        has(out, "sleep", "code 143")


def question():
    """--free asks on the terminal: no leaves the holder alone, yes ends it"""
    p = port()
    with Shell() as shell, subprocess.Popen([CALLS, "bind", str(p), "60"], stdout=subprocess.PIPE) as holder:
        for _ in range(3):
            holder.stdout.readline()
        for answer, result in (("n", "bind 98"), ("y", "bind 0")):
            shell.type(f"{INUSE} run --free -- {CALLS} bind {p}\n")
            has(shell.until("? [y/N] "), f"(pid {holder.pid})", "SIGTERM")
            shell.type(answer + "\n")
            has(shell.until(PROMPT), result)
            same(f"the holder after {answer}", holder.poll() is None, answer == "n")
        same("ended by", holder.wait(timeout=5), -signal.SIGTERM)


def colours():
    """Colours on a terminal that has them, none where there is none"""
    p = port()
    with Shell() as shell, subprocess.Popen([CALLS, "bind", str(p), "60"], stdout=subprocess.PIPE) as holder:
        for _ in range(3):
            holder.stdout.readline()
        assert "\x1b[" in shell.command(f"TERM=xterm {INUSE} run -- {CALLS} bind {p}"), "no colours"
        lacks(shell.command(f"TERM=xterm {INUSE} run -- {CALLS} bind {p} 2>&1 | cat"), "\x1b[")
        holder.kill()


TESTS = [is_a_terminal, interrupt, stop_and_go, stopped_while_held, stopped_and_held, hang_up, question, colours]

if __name__ == "__main__":
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root for network namespaces")
        sys.exit(0)
    enter()
    only = os.environ.get("ONLY")
    sys.exit(play([t for t in TESTS if not only or re.search(only, t.__name__)]))
