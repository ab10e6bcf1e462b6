"""A real terminal for `inuse top`: tmux on a server of its own. Waits for what it needs to see, never for a time."""
import itertools
import os
import pathlib
import shlex
import subprocess
import sys
import time

INUSE = os.environ["INUSE"]
NUMBERS = itertools.count()
PATIENCE = 40  # seconds; a loaded machine


def enter():
    """Once more, in namespaces of our own: a loopback that is up, and processes that all end with this one.

    A tmux server is nobody's child: without a PID namespace it would outlive a test that is killed.
    """
    if os.environ.get("IN_NAMESPACE") != "yes":
        os.environ["IN_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, *sys.argv])
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # the record of this machine is not ours
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Terminal:
    """One tmux server with one window. The shell in it stays, so that what is left on the screen can be seen."""

    def __init__(self, width, height, **environment):
        self.name = f"inuse-{os.getpid()}-{next(NUMBERS)}"
        clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TMUX", "COLUMNS", "LINES")}
        clean.update(TERM="xterm-256color", TMUX_TMPDIR="/run", TZ="UTC", LC_ALL="C.UTF-8", PS1="$ ", **environment)
        self.environment = clean
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), "env PS1='$ ' sh")
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-g", "set-clipboard", "on")
        self.tmux("resize-window", "-x", str(width), "-y", str(height))
        self.wait("$")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.name, *arguments], env=self.environment, check=True,
                              capture_output=True, text=True).stdout

    def top(self, *arguments):
        self.type("clear; " + shlex.join([INUSE, "top", *arguments]))
        self.keys("Enter")

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def click(self, x, line, times=1):
        """As tmux tells a program of its own kind of terminal."""
        bytes_of = [f"{byte:x}" for button in (32, 35) for byte in (*b"\033[M", button, 33 + x, 33 + line)]
        self.tmux("send-keys", "-H", *bytes_of * times)

    def screen(self, escapes=False):
        return self.tmux("capture-pane", "-p", *(["-e", "-N"] if escapes else [])).rstrip("\n")

    def wait(self, *wanted, absent=(), seconds=PATIENCE):
        """The screen, once it has all that is wanted and nothing of what is not."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            missing = [w for w in wanted if w not in screen]
            left = [w for w in ([absent] if isinstance(absent, str) else absent) if w in screen]
            if not missing and not left:
                print(f"# seen: {wanted}" + (f", not {absent}" if absent else ""))
                return screen
            if time.monotonic() > end:
                raise AssertionError(f"missing {missing}, still there {left} in:\n{screen}")
            time.sleep(0.05)

    def pid(self):
        """Of inuse: the child of the shell."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        return int(pathlib.Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[0])

    def close(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], env=self.environment, capture_output=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def settle(terminal):
    """The screen, once it stays the same."""
    before, end = None, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        screen = terminal.screen()
        if screen == before and "inuse top" in screen:
            return screen
        before = screen
        time.sleep(0.15)
    raise AssertionError(f"never the same twice:\n{before}")
