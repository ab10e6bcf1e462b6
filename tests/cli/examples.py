#!/usr/bin/env python3
"""examples.py - every command that help and man page show is run as it stands there

usage: examples.py            (INUSE in the environment; MAN: the man page)

Each runs in a network and a PID namespace of its own, all in one folder, with a server that is ours: what it says does not
matter here, but that it is no wrong command line, starts what it names, and ends. Prints TAP.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

SECONDS = 60
SERVER = """#!/bin/sh
timeout 2 python3 -m http.server 8080 >/dev/null 2>&1 || echo "listen tcp :8080: bind: address already in use"
exit 0
"""
PROGRAMS = {"server": SERVER, "npm": "#!/bin/sh\n", "ssh": "#!/bin/sh\nshift\nexec \"$@\"\n", "sudo": "#!/bin/sh\nexec \"$@\"\n"}
ALONE = re.compile(r"\b(wait|run|pick)\b|\./server")  # these start the server, or wait for its end


def text_of(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def examples():
    """The commands of all help texts, each once."""
    inuse = os.environ["INUSE"]
    names = re.findall(r"^  (\w+) ", text_of(inuse, "-h").split("\nA TARGET")[0], re.M)
    found = []
    for words in [["-h"], ["--help"], *(["help", name] for name in names), *([name, "-h"] for name in names)]:
        part = text_of(inuse, *words).split("\nExamples:\n")[-1].split("\nMore:")[0]
        for line in part.splitlines():
            command = re.split(r" {3,}", line[2:])[0]
            if line.startswith("  ") and not line.startswith("   ") and command not in found:
                found.append(command)
    return found


def run(command, folder):
    env = {"PATH": f"{folder}/bin:{os.path.dirname(os.environ['INUSE'])}:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": folder}
    held = "" if ALONE.search(command) else (
        "python3 -m http.server 8080 >/dev/null 2>&1 & while ! inuse pid -q 8080 >/dev/null; do sleep 0.1; done")
    if " watch" in command:  # runs until somebody stops it
        command = command.replace("sudo inuse", "timeout --preserve-status -s INT 2 inuse")
    if " top" in command:  # wants a terminal, and somebody who leaves it
        command = f"{{ sleep 1; printf q; }} | TERM=xterm script -qec {shlex.quote(command)} /dev/null"
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return subprocess.run(["setsid", "--wait", "unshare", *user, "--net", "--pid", "--fork", "--mount-proc", "--kill-child", "bash", "-c",
                           f"ip link set lo up\n{held}\n{command}"], env=env, cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=SECONDS, check=False)


def main():
    found, bad = examples(), 0
    manual = text_of("sh", "-c", 'mandoc -Tutf8 "$MAN" | col -bx') if os.environ.get("MAN") else None
    print(f"1..{len(found) + 1}")
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/bin")
        for name, script in PROGRAMS.items():
            path = f"{folder}/{name}" if name == "server" else f"{folder}/bin/{name}"
            with open(path, "w", encoding="ascii") as file:
                file.write(script)
            os.chmod(path, 0o755)
        for number, command in enumerate(found, 1):
            try:
                done = run(command, folder)
                good, said = done.returncode in (0, 1), f"exit {done.returncode}: {done.stdout[:300]!r} {done.stderr[:300]!r}"
            except subprocess.TimeoutExpired:
                good, said = False, f"does not end in {SECONDS} s"
            if not good:
                print("#", said)
            print("ok" if good else "not ok", number, "-", command, flush=True)
            bad += not good
    squeezed = re.sub(r"\s+", "", manual or "")
    missing = [command for command in found if manual and re.sub(r"\s+", "", command) not in squeezed]
    if manual is None:
        print(f"ok {len(found) + 1} - the man page has them # SKIP it is not built")
    else:
        for command in missing:
            print("# not in the man page:", command)
        print("not ok" if missing or len(found) < 20 else "ok", len(found) + 1, f"- the man page has all {len(found)} of them")
    return 1 if bad or missing or len(found) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
