#!/usr/bin/env python3
"""Every command of the README is run: the console example word by word, the others for their exit code.

Prints TAP. Arguments: the README, the program. Runs in a network namespace of its own.
"""
import os
import re
import subprocess
import sys
import tempfile

# What differs from one run to the next, and what it is compared as.
CHANGING = [
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME"),
    (r"\d+ (s|min|h|d) ago", "AGE"),
    (r"\(pid \d+", "(pid N"),
    (r"\(\d+\)(?= <|$|,)", "(N)"),
    (r"\bkill \d+", "kill N"),
    (r"\buser [\w-]+", "user NAME"),
    (r"^( *)in \S+, ", r"\1in DIR, "),
]
# Commands that are tests of their own (house/front-door) or this very run.
ELSEWHERE = {"make demo", "make check"}
# What a command of the "Use" block must exit with: the port is held (0), free (1), listed (0).
EXITS = {0, 1}


def comparable(text):
    lines = []
    for line in text.strip().splitlines():
        for pattern, name in CHANGING:
            line = re.sub(pattern, name, line)
        lines.append(re.sub(r"\s+", " ", line.rstrip()) if "TIME" in line else line.rstrip())
    return lines


def blocks(text, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.S | re.M)


def run_example(block, env, folder):
    """The commands of a console block in one shell; returns what the last one printed."""
    script = ["ip link set lo up", "export COLUMNS=100"]
    for command in (line[2:] for line in block.splitlines() if line.startswith("$ ")):
        if command.endswith("&"):
            script.append(command[:-1] + ">/dev/null 2>&1 &")
            script.append("for i in $(seq 100); do inuse 8080 | grep -q 'listens on' && break; sleep 0.1; done")
        else:
            script.append(command)
    script.append("kill $!")
    run = subprocess.run(["setsid", "--wait", "bash", "-c", "\n".join(script)], env=env, cwd=folder,
                         text=True, capture_output=True, timeout=60)
    return run.stdout + run.stderr


def main():
    readme = open(sys.argv[1], encoding="utf-8").read()
    program = os.path.abspath(sys.argv[2])
    env = {**os.environ, "PATH": f"{os.path.dirname(program)}:/usr/sbin:/usr/bin:/sbin:/bin", "USER": "root"}
    example = blocks(readme, "console")
    use = [line.split("  #")[0].strip() for block in blocks(readme, "sh") for line in block.splitlines()]
    use = [command for command in use if command and not command.startswith("#")]
    bad = 0
    print(f"1..{1 + len(use)}")
    with tempfile.TemporaryDirectory() as folder:
        expected = comparable("\n".join(
            line for line in example[0].splitlines() if not line.startswith("$ ")))
        got = comparable(run_example(example[0], env, folder))
        if expected != got:
            bad += 1
            for line in expected:
                print("# README:", line)
            for line in got:
                print("# now:   ", line)
        print("ok" if expected == got else "not ok", 1, "- the example is what the program prints")
        for number, command in enumerate(use, 2):
            if command in ELSEWHERE:
                print(f"ok {number} - {command}: run by house/front-door and by this test run itself")
                continue
            run = subprocess.run(["bash", "-c", command], env=env, cwd=folder, text=True,
                                 capture_output=True, timeout=60)
            good = run.returncode in EXITS and not run.stderr and (run.stdout or " -o " in command)
            print(f"# {command}: exit {run.returncode}: {(run.stdout + run.stderr).splitlines()[:1]}")
            print("ok" if good else "not ok", number, "-", command)
            bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    if os.geteuid() == 0 and "--inside" not in sys.argv:
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv, "--inside"])
    if os.geteuid() != 0 and "--inside" not in sys.argv:
        os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--net", sys.executable, *sys.argv, "--inside"])
    sys.exit(main())
