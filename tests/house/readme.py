#!/usr/bin/env python3
"""Every command of the README is run: its situations word by word, the others for their exit code.

usage: readme.py README INUSE [--write]

Before a block of a situation stands its name in a comment: <!-- dev-server -->. Each is staged in namespaces of its own
and its commands are run; what they print is compared, without what differs from one run to the next. --write puts what
they print now into the README instead. Prints TAP.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

import situations

# What the program cannot see in a container says so itself; the README was written outside of one.
IN_A_CONTAINER = ("not seen: processes outside of this PID namespace (they are not visible from inside of it); "
                  "ask on the host, outside of the container")
# What differs from one run to the next, and what it is compared as.
CHANGING = [
    (r"\s+".join(re.escape(word) for word in IN_A_CONTAINER.split()), ""),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( UTC)?", "TIME"),
    (r"\b\d+(\.\d+)? (ms|s|min|h|d)\b", "SPAN"),
    (r"\b\d+ processes", "N processes"),
    (r"\(pid \d+", "(pid N"),
    (r"\(\d+\)", "(N)"),
    (r"(?m)^\d+$", "N"),
    (r"\bkill( -\w+)? \d+", r"kill\1 N"),
    (r"started by \S+", "started by SOMEBODY"),
    (r"(?<= )\d+[smhd](?= )", "AGE"),
    (r"(?m)^(tcp|udp)( +\S+ +\S+ +)\d+ ", r"\1\2N "),
]
# Commands that are tests of their own (house/front-door) or this very run.
ELSEWHERE = {"make demo", "make check", "make deps", "make", "make install", "make uninstall"}
BLOCK = re.compile(r"<!-- ([a-z-]+) -->\n```console\n(.*?)^```", re.S | re.M)
TABLE_ROW = re.compile(r"^\| `[^`]+`[^|]*\| `(inuse[^`]*)`", re.M)
SECONDS = 60
AT_ONCE = 4


def comparable(text):
    for pattern, name in CHANGING:
        text = re.sub(pattern, name, text)
    return re.sub(r"\s+", " ", text).strip()  # where a line breaks depends on how long a pid is


def blocks(text, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.S | re.M)


def run_situation(name, block, program, env):
    """The block as it would be printed now."""
    inside = [sys.executable, os.path.abspath(__file__), "--stage", name, program]
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    run = subprocess.run(["unshare", "--net", "--mount", *inside, *commands], env=env, text=True, capture_output=True,
                         timeout=SECONDS * 2, check=False)
    return run.stdout + run.stderr


def stage(name, program, commands):
    """In the namespaces: makes the situation and runs each command in it."""
    situations.private()
    made = situations.Stage(program, dict(os.environ))
    situations.SITUATIONS[name](made)
    try:
        for command in commands:
            print(f"$ {command}", flush=True)
            words = situations.as_user(made.user, ["setsid", "--wait", "bash", "-c", command])
            subprocess.run(words, cwd=made.folder, env=situations.env_of(made.user, made.env), stdin=subprocess.DEVNULL,
                           stderr=subprocess.STDOUT, check=False, timeout=SECONDS)
            sys.stdout.flush()
    finally:
        made.end()


def write(path, text, program, env):
    """What the situations print now, into the README."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ran = iter(list(pool.map(lambda one: run_situation(one[0], one[1], program, env), BLOCK.findall(text))))
    with open(path, "w", encoding="utf-8") as file:
        file.write(BLOCK.sub(lambda match: f"<!-- {match[1]} -->\n```console\n{next(ran).rstrip()}\n```", text))


class Tap:
    count = bad = 0

    def ok(self, good, name, facts=()):
        Tap.count += 1
        Tap.bad += not good
        for fact in facts if not good else ():
            print("#", fact)
        print("ok" if good else "not ok", Tap.count, "-", name, flush=True)


def check_situations(tap, text, program, env):
    if os.geteuid() != 0:
        print(f"ok {Tap.count + 1} - situations # SKIP only root can stage those with other users")
        Tap.count += 1
        return
    found = BLOCK.findall(text)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ran = list(pool.map(lambda one: run_situation(one[0], one[1], program, env), found))
    for (name, block), now in zip(found, ran):
        tap.ok(comparable(now) == comparable(block), f"the situation {name} is what the program prints",
               [f"README: {comparable(block)}", f"now:    {comparable(now)}"])
    if Tap.bad:
        print(f"# to write down what it prints now: {' '.join(sys.argv)} --write")


def check_command(tap, command, program, env, exits, folder, held):
    """In a network of its own; held: a server has port 8080 there."""
    server = f"python3 -m http.server 8080 >/dev/null 2>&1 & until {program} list -q -o state 8080/tcp | grep -q listen; do sleep 0.1; done"
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    run = subprocess.run(["unshare", *user, "--net", "--pid", "--fork", "--mount-proc", "--kill-child", "bash", "-c",
                          f"ip link set lo up; {server if held else ':'}\n{command}"], env=env, cwd=folder, text=True,
                         capture_output=True, timeout=SECONDS, check=False)
    said = (run.stdout + run.stderr).splitlines()[:1]
    tap.ok(run.returncode in exits and (said or " -o " in command), command, [f"exit {run.returncode}: {run.stdout} {run.stderr}"])


def main():
    path, program = os.path.abspath(sys.argv[1]), os.path.abspath(os.environ.get("INUSE_OPEN") or sys.argv[2])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    env = {"PATH": f"{os.path.dirname(program)}:/usr/sbin:/usr/bin:/sbin:/bin", "USER": "root", "HOME": "/root"}
    if "--write" in sys.argv:
        write(path, text, program, env)
        return 0
    tap = Tap()
    check_situations(tap, text, program, env)
    rows = TABLE_ROW.findall(text)
    tap.ok(len(rows) >= 8, f"{len(rows)} commands of other tools in the table")
    with tempfile.TemporaryDirectory() as folder:
        for command in rows:
            check_command(tap, command, program, env, {0}, folder, True)
        for line in "".join(blocks(text, "sh")).splitlines():
            command = line.split("  #")[0].strip()
            if command in ELSEWHERE or command.startswith("sudo make"):
                Tap.count += 1
                print(f"ok {Tap.count} - {command}: run by house/front-door, or by this test run itself")
            elif command and not command.startswith("#"):
                check_command(tap, command, program, env, {0, 1}, folder, False)
    print(f"1..{Tap.count}")
    return 1 if Tap.bad else 0


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--stage":
        stage(sys.argv[2], sys.argv[3], sys.argv[4:])
        sys.exit(0)
    sys.exit(main())
