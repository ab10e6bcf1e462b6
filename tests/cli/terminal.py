#!/usr/bin/env python3
"""terminal.py - what people see on a terminal: one line that is rewritten, questions, letters, their own time

Runs in a network namespace of its own. Environment: INUSE. Prints TAP.
"""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

from network import namespace

INUSE = os.path.abspath(os.environ["INUSE"])
STUBBORN = ("import signal, socket, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "s = socket.socket()\ns.bind(('127.0.0.1', {port}))\ns.listen()\nprint('ready', flush=True)\ntime.sleep(60)")


class Terminal:
    """A program on a terminal of that many columns."""

    def __init__(self, columns, *command, **env):
        self.read = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.execve(command[0], command, {"PATH": os.environ["PATH"], "TERM": "vt100", "LANG": "C.UTF-8", **env})

    def until(self, wanted, seconds=30):
        end = time.monotonic() + seconds
        while not re.search(wanted, self.read) and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.read += os.read(self.fd, 4096).decode(errors="replace")
                except OSError:
                    break
        return re.search(wanted, self.read) is not None

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        self.until(r"\Znever", 15)  # all there is
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def lines(self):
        """Those that were rewritten."""
        return [line for line in re.findall(r"\r([^\r\n]*?)\x1b\[K", self.read) if line]


class Tap:
    def __init__(self):
        self.count = self.bad = 0

    def ok(self, good, name, *facts):
        self.count += 1
        self.bad += not good
        for fact in facts if not good else ():
            print(f"# {fact!r}")
        print("ok" if good else "not ok", self.count, "-", name, flush=True)


def holder(port):
    process = subprocess.Popen([sys.executable, "-c", STUBBORN.format(port=port)], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def fits(lines, columns):
    return bool(lines) and all(len(line) < columns for line in lines)


def frees(tap):
    """It does not hear SIGTERM: it is asked about once, and once more whether it is killed."""
    with holder(8080) as stubborn:
        for answer, code in (("n", 1), ("y", 0)):
            terminal = Terminal(50, INUSE, "free", "--grace", "2", "8080")
            tap.ok(terminal.until(rf"Stop python3 \({stubborn.pid}\) of root\? \[y/N\] $"), "the question names program, pid and owner",
                   terminal.read)
            terminal.type("y\n")
            tap.ok(terminal.until(r"is still running after SIGTERM\. Kill it \(SIGKILL\)\? \[y/N\] $"),
                   "after the time of grace it asks whether to kill", terminal.read)
            tap.ok(fits(terminal.lines(), 50) and "is still running" in terminal.lines()[0], "progress meanwhile, in one line of 50 columns",
                   terminal.lines())
            terminal.type(answer + "\n")
            got = terminal.end()
            tap.ok((got, stubborn.poll() is None) == (code, answer == "n"), f"{answer}: exit code {code}", got, terminal.read)
            tap.ok(terminal.read.count("[y/N]") == 2, "no third question", terminal.read)
            said = "To kill it: inuse free --force 8080" if answer == "n" else "8080/tcp is free now."
            tap.ok(said in " ".join(terminal.read.split()), f"{answer}: {said}", terminal.read)


def waits(tap):
    """wait and run --wait rewrite one line that fits."""
    with holder(8081) as stubborn:
        for columns in (50, 80):
            terminal = Terminal(columns, INUSE, "wait", "--timeout", "3", "8081")
            code = terminal.end()
            lines = terminal.lines()
            tap.ok(code == 1 and 1 < len(lines) < 6 and fits(lines, columns), f"wait: once a second, within {columns} columns", code, lines)
            tap.ok(lines and lines[0].startswith(f"waiting for 8081/tcp: python3 ({stubborn.pid})"), "wait: who has it", lines)
        terminal = Terminal(80, INUSE, "run", "--wait", "3", "--", sys.executable, "-S", "-c",
                            "import socket; socket.socket().bind(('127.0.0.1', 8081))")
        code = terminal.end()
        lines = terminal.lines()
        tap.ok(code == 1 and 1 < len(lines) < 6 and fits(lines, 80), "run --wait: the same", code, terminal.read)
        tap.ok("127.0.0.1:8081/tcp was still taken after 3 s" in terminal.read, "run --wait: what came of it", terminal.read)
        stubborn.kill()


def letters(tap):
    """Without UTF-8 our own letters are ASCII, with it they are not."""
    with holder(8082) as stubborn:
        for locale, ascii_only in (("C", True), ("C.UTF-8", False)):
            env = {"PATH": os.environ["PATH"], "LANG": locale, "COLUMNS": "60"}
            said = b"".join(subprocess.run([INUSE, *words], env=env, capture_output=True, check=False).stdout
                            for words in (["8080-8090"], ["8082"], ["list", "tcp"], ["--help"]))
            tap.ok((max(said) < 128) == ascii_only, f"LANG={locale}: {'ASCII alone' if ascii_only else 'letters beyond ASCII'}",
                   [line for line in said.splitlines() if max(line or b" ") > 127])
            wide = [line for line in said.decode().split("Usage")[0].splitlines() if len(line) > 60]
            tap.ok(not wide, f"LANG={locale}: no line is wider than 60 columns", wide)
        env = {"PATH": os.environ["PATH"], "TZ": "HERE-2", "LANG": "C.UTF-8"}
        said = subprocess.run([INUSE, "-v", "8082"], env=env, capture_output=True, text=True, check=False).stdout
        hour = time.strftime("%Y-%m-%d %H:", time.gmtime(time.time() + 7200 - 5))
        tap.ok(re.search(rf"since .*: {hour}\d\d:\d\d \+0200", said), "times are those of the reader's clock", hour, said)
        stubborn.kill()


def whose(tap):
    """The session that a server was started in."""
    if not shutil.which("tmux"):
        print("# no tmux here")
        return
    socket_name = f"inuse-test-{os.getpid()}"
    tmux = ["tmux", "-L", socket_name, "-f", "/dev/null"]
    server = f"exec {sys.executable} -c \"import socket, time\ns = socket.create_server(('127.0.0.1', 8083))\ntime.sleep(60)\""
    subprocess.run([*tmux, "new-session", "-d", "sh", "-c", server], check=True, env={**os.environ, "LANG": "C.UTF-8"})
    subprocess.run([INUSE, "wait", "-q", "--listening", "--timeout", "20", "8083"], check=True)
    said = subprocess.run([INUSE, "8083"], capture_output=True, text=True, check=False).stdout
    tap.ok("tmux session $0" in " ".join(said.split()), "the session of tmux", said)
    tap.ok("-c 'import socket, time...'" in said, "a program in an argument by its first line", said)
    subprocess.run([*tmux, "kill-server"], check=False)


def refused(tap):
    ran = subprocess.run([INUSE, "run", "--", "no-such-command"], capture_output=True, text=True, check=False)
    tap.ok((ran.returncode, ran.stderr) == (127, "inuse: cannot run no-such-command: No such file or directory\n"),
           "a command that is not there: one line", ran)


def main():
    namespace()
    tap = Tap()
    for test in (frees, waits, letters, whose, refused):
        test(tap)
    print(f"1..{tap.count}")
    return tap.bad > 0


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    socket.setdefaulttimeout(10)
    sys.exit(main())
