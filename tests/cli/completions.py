#!/usr/bin/env python3
"""completions.py - the completions as somebody meets them who presses TAB, each in its real shell

usage: completions.py            (INUSE, HOLD, COMPLETIONS in the environment)

In a network namespace of its own a program holds port 34567, another one 34599/udp. bash and zsh run on a
terminal and get keys; fish says by itself what it would offer. PowerShell is not in Debian: of its file only
the shape is looked at. Prints TAP.
"""
import os
import pty
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from network import namespace

PORT, UDP = 34567, 34599
SECONDS = 60
FOLDER = os.environ["COMPLETIONS"]
DRESS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x00")  # of a terminal: colours, padding
TAB, CLEAR = "\t", "\x15"


class Shell:
    """A shell on a terminal of its own."""

    def __init__(self, words, env):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(words[0], words, env)
        self.text, self.count = "", 0

    def send(self, keys):
        self.text = ""
        os.write(self.terminal, keys.encode())

    def until(self, pattern):
        """Whether that comes; what came is kept in text."""
        end = time.monotonic() + SECONDS
        while not re.search(pattern, self.text):
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            if not ready:
                return False
            try:
                self.text += DRESS.sub("", os.read(self.terminal, 65536).decode(errors="replace"))
            except OSError:
                return False
        return True

    def clear(self):
        """An empty line, and a prompt that waits for keys."""
        self.count += 1
        self.send(f"{CLEAR}echo clear-$((0+{self.count}))\n")
        return self.until(rf"clear-{self.count}\s+ready> $")

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


class Tap:
    count = bad = 0

    def ok(self, good, name, *facts):
        Tap.count += 1
        Tap.bad += not good
        for fact in facts if not good else ():
            print(f"# {fact!r}")
        print(f"{'ok' if good else 'not ok'} {Tap.count} - {name}", flush=True)


# What is typed, and what must come: shells add a space after the only candidate.
KEYS = [
    ("inuse 3456" + TAB, "inuse 34567 ", "a port in use, not what holds it"),
    ("inuse fre" + TAB, "inuse free ", "a command"),
    ("inuse kill 3456" + TAB, "inuse kill 34567 ", "another name of a command, and its TARGET"),
    ("inuse free --dis" + TAB + "ab", "--disab", "no option of another system"),
    ("inuse free --dry" + TAB, "inuse free --dry-run ", "an option of that command"),
    ("inuse list --process hold-" + TAB, "--process hold-of-us ", "a program that holds a socket"),
    ("inuse list --sort com" + TAB, "--sort command ", "a column"),
    ("inuse run -- mkfi" + TAB, "inuse run -- mkfifo ", "a command after --"),
    ("inuse init f" + TAB, "inuse init fish ", "a shell"),
    ("inuse help exit" + TAB, "inuse help exit-codes ", "a topic"),
]


def try_keys(tap, name, shell):
    for keys, wanted, what in KEYS:
        if keys.endswith("ab"):
            shell.send(keys)
            found = shell.until("--disab") and "disable" not in shell.text
        else:
            shell.send(keys)
            found = shell.until(re.escape(wanted).replace("\\ ", " +"))
        tap.ok(found, f"{name}: {what}: {wanted.strip()}", keys, shell.text)
        shell.clear()
    shell.send("inuse 345" + TAB + TAB)
    tap.ok(shell.until(f"{PORT}[^\r\n]*hold-of-us") and shell.until(f"{UDP}/udp[^\r\n]*python"),
           f"{name}: what holds a port is told beside it", shell.text)


def env_of(folder):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("INUSE", "COLUMNS"))}
    return dict(env, PATH=f"{os.path.dirname(os.environ['INUSE'])}:/usr/bin:/bin:/usr/sbin:/sbin", TERM="dumb",
                HOME=folder, HISTFILE="", LANG="C.UTF-8", LC_ALL="C.UTF-8")


def bash(tap, folder):
    with open(f"{folder}/inputrc", "w", encoding="ascii") as file:
        file.write("set enable-bracketed-paste off\nset completion-query-items 0\nset page-completions off\nset bell-style none\n")
    shell = Shell(["bash", "--norc", "--noprofile", "-i"], dict(env_of(folder), INPUTRC=f"{folder}/inputrc", PS1="ready> "))
    shell.until("ready> $")
    shell.send(f"source {FOLDER}/inuse\n")
    tap.ok(shell.until("ready> $") and shell.clear(), "bash loads it", shell.text)
    try_keys(tap, "bash", shell)
    shell.end()


def zsh(tap, folder):
    os.makedirs(f"{folder}/functions")
    shutil.copy(f"{FOLDER}/_inuse", f"{folder}/functions/_inuse")
    shell = Shell(["zsh", "-f", "-i", "+o", "prompt_sp"], dict(env_of(folder), TERM="vt100", PS1="ready> "))
    shell.until("ready> $")
    shell.send(f"unsetopt beep auto_menu zle_bracketed_paste; LISTMAX=1000; fpath=({folder}/functions $fpath); "
               f"autoload -Uz compinit; compinit -u -d {folder}/dump\n")
    tap.ok(shell.until("ready> $") and shell.clear(), "zsh loads it", shell.text)
    try_keys(tap, "zsh", shell)
    shell.end()


def fish_offers(folder, line):
    script = f"set -p fish_complete_path {FOLDER}; source {FOLDER}/inuse.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], env=env_of(folder), capture_output=True, text=True,
                          check=False, timeout=SECONDS)
    return dict((row.split("\t", 1) + [""])[:2] for row in done.stdout.splitlines()), done.stderr


def fish(tap, folder):
    for line, wanted, unwanted in [
            ("inuse 345", [str(PORT), f"{UDP}/udp"], []), ("inuse fre", ["free"], []),
            ("inuse kill 3456", [str(PORT)], ["list"]), ("inuse list --", ["--process", "--sort"], ["--reuseaddr", "--timeout"]),
            ("inuse wait --", ["--timeout", "--listening"], ["--process", "--from"]), ("inuse --re", ["--reuseaddr"], ["--redact"]),
            ("inuse list --process ", ["hold-of-us"], []), ("inuse list --sort ", ["age", "command"], []),
            ("inuse run -- mkfi", ["mkfifo"], []), ("inuse help ", ["exit-codes", "why"], []), ("inuse init ", ["zsh"], ["free"]),
            ("inuse free --dis", [], ["--disable"])]:
        offers, errors = fish_offers(folder, line)
        tap.ok(all(word in offers for word in wanted) and not any(word in offers for word in unwanted) and not errors,
               f"fish: {line}: {' '.join(wanted)}, not {' '.join(unwanted) or 'more'}", offers, errors)
    offers, _ = fish_offers(folder, "inuse 3456")
    tap.ok("hold-of-us" in offers.get(str(PORT), ""), "fish: what holds a port is told beside it", offers)


def powershell(tap):
    """No shell to run it: what it says, and that its braces and quotes close."""
    with open(f"{FOLDER}/inuse.ps1", encoding="utf-8") as file:
        text = file.read()
    bare = re.sub(r"#[^\n]*", "", re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "''", text))
    pairs = [(bare.count(a), bare.count(b)) for a, b in ("{}", "()", "[]")]
    tap.ok(all(a == b for a, b in pairs) and "'" not in bare.replace("''", ""), "PowerShell: brackets and quotes close", pairs)
    helped = subprocess.run([os.environ["INUSE"], "--help"], capture_output=True, text=True, check=True).stdout
    options = sorted(set(re.findall(r"(?<=[ ,])--[a-z0-9-]+", helped)))
    missing = [option for option in options if f"'{option}'" not in text]
    tap.ok(options and not missing, f"PowerShell: has all {len(options)} options", missing)
    tap.ok("Name = '--exclusive'" in text and "On = 'windows'" in text, "PowerShell: options of Windows, on Windows alone")


def main():
    if not namespace():
        print("1..0 # SKIP no network namespace of our own can be made here")
        return 0
    tap = Tap()
    held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    held.bind(("127.0.0.1", UDP))
    holder = subprocess.run([os.environ["HOLD"], str(PORT), "hold-of-us"], capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, run in (("bash", bash), ("zsh", zsh), ("fish", fish)):
            if shutil.which(name):
                run(tap, folder)
            else:
                Tap.count += 1
                print(f"ok {Tap.count} - {name} # SKIP {name} is not installed")
    powershell(tap)
    os.kill(int(holder.stdout), 15)
    held.close()
    print(f"1..{Tap.count}")
    return 1 if Tap.bad else 0


if __name__ == "__main__":
    sys.exit(main())
