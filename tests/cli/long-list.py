#!/usr/bin/env python3
"""long-list.py - `inuse list --all` of more sockets than are in memory at a time

usage: long-list.py            (INUSE, VALIDATE in the environment)

Makes 20,000 connected sockets and two listeners in a network namespace of its own. Text and JSON must
list each of them once, with the process that has it, and take no more memory than for a few. Prints TAP.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

from network import namespace

PAIRS, CHILDREN = 2500, 4
FAR = 10  # of 127.0.0.FAR the listener is, clients are of the addresses behind it
MOST = 64 << 10  # KiB
SANITIZED = os.environ.get("SANITIZED") == "yes"


def child(number, told, wait):
    """One process with both ends of its connections. Tells the client's port of each."""
    import socket
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    kept, ports = [], []
    with socket.create_server((f"127.0.0.{FAR}", 7000 + number), backlog=100) as server:
        for _ in range(PAIRS):
            near = socket.create_connection((f"127.0.0.{FAR}", 7000 + number),
                                            source_address=(f"127.0.0.{FAR + 1 + number}", 0))
            kept += [near, server.accept()[0]]
            ports.append(near.getsockname()[1])
        os.write(told, json.dumps([os.getpid(), number, ports]).encode() + b"\n")
        os.close(told)
        os.read(wait, 1)
    os._exit(0)


def start():
    told, told_end = os.pipe()
    wait, wait_end = os.pipe()
    for number in range(CHILDREN):
        if os.fork() == 0:
            os.close(told)
            os.close(wait_end)
            child(number, told_end, wait)
    os.close(told_end)
    os.close(wait)
    with os.fdopen(told) as lines:
        return [json.loads(line) for line in lines], wait_end


def run(*words, quick="on"):
    """A file with the output, exit code and the most memory (KiB) of inuse, or of this very program."""
    out = tempfile.TemporaryFile()
    pid = os.posix_spawn(os.environ["INUSE"], ["inuse", *words], dict(os.environ, INUSE_QUICK=quick),
                         file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
    _, status, usage = os.wait4(pid, 0)
    out.seek(0)
    return out, os.waitstatus_to_exitcode(status), usage.ru_maxrss


def text_of(ran):
    with ran[0] as out:
        return out.read().decode()


def read_rows(text):
    """(address, peer) -> the pids of its rows."""
    rows = {}
    for line in text.splitlines()[1:]:
        words = line.split()
        if words[:1] == ["tcp"]:
            peer = words[3] if words[2] == "->" else None
            pid = words[5 if peer else 3]
            rows.setdefault((words[1], peer), []).append(int(pid) if pid.isdigit() else pid)
    return rows


class Tap:
    count = bad = 0

    def ok(self, good, name, *facts):
        Tap.count += 1
        Tap.bad += not good
        for fact in facts if not good else ():
            print(f"# {fact}")
        print(f"{'ok' if good else 'not ok'} {Tap.count} - {name}")


def main():
    if not namespace():
        print("1..0 # SKIP no network namespace of our own can be made here")
        return 0
    print("1..10", flush=True)
    tap = Tap()
    made, wait_end = start()
    wanted = {}
    for pid, number, ports in made:
        far, near = f"127.0.0.{FAR}", f"127.0.0.{FAR + 1 + number}"
        wanted[f"{far}:{7000 + number}", None] = pid
        for port in ports:
            wanted[f"{near}:{port}", f"{far}:{7000 + number}"] = pid
            wanted[f"{far}:{7000 + number}", f"{near}:{port}"] = pid
    # all of them first: the kernel counts what this program takes at its most to those it starts
    as_text = run("list", "--all", "tcp")
    as_json = run("list", "--all", "--json", "tcp")
    as_lines = run("list", "--all", "--json", "--lines", "tcp")
    _, code, memory = as_text
    print(f"# {len(wanted)} sockets as text: {memory} KiB")
    tap.ok(code == 0, "text: exit code 0", code)
    rows = read_rows(text_of(as_text))
    tap.ok(rows == {key: [pid] for key, pid in wanted.items()},
           "text: every socket once, with its holder", len(rows), len(wanted),
           [key for key in wanted if rows.get(key) != [wanted[key]]][:3])
    tap.ok(SANITIZED or memory < MOST, f"text: less than {MOST} KiB", memory)
    walked = read_rows(text_of(run("list", "--all", "tcp", quick="off")))
    tap.ok(walked == rows, "text: the same without BPF", len(walked), len(rows))
    few = [read_rows(text_of(run("list", "tcp", quick=quick))) for quick in ("on", "off")]
    tap.ok(few[0] == few[1] == {key: [pid] for key, pid in wanted.items() if not key[1]},
           "the listeners, with and without BPF", few)
    text, (_, code, memory) = text_of(as_json), as_json
    print(f"# {len(wanted)} sockets as JSON: {memory} KiB")
    found, document = {}, json.loads(text)
    for s in document["sockets"]:
        key = f"{s['address']}:{s['port']}", s["peer"]
        found.setdefault(key, []).append(s["holders"][0]["pid"] if len(s["holders"]) == 1 else None)
    tap.ok(found == {key: [pid] for key, pid in wanted.items()},
           "JSON: every socket once, with its holder", len(found), len(wanted),
           [key for key in wanted if found.get(key) != [wanted[key]]][:3])
    tap.ok(SANITIZED or memory < MOST, f"JSON: less than {MOST} KiB", memory)
    document["sockets"] = document["sockets"][::500]
    valid = subprocess.run([sys.executable, os.environ["VALIDATE"], "list"], text=True,
                           input=json.dumps(document), capture_output=True, check=False)
    tap.ok(valid.returncode == 0 and code == 0 and text.count("\n") == 1,
           "JSON: one line, valid", valid.stdout, valid.stderr, code)
    text, (_, code, memory) = text_of(as_lines), as_lines
    print(f"# {len(wanted)} sockets as a document each: {memory} KiB")
    found = {}
    for line in text.splitlines():
        for s in json.loads(line)["sockets"]:
            key = f"{s['address']}:{s['port']}", s["peer"]
            found.setdefault(key, []).append(s["holders"][0]["pid"] if len(s["holders"]) == 1 else None)
    tap.ok(code == 0 and found == {key: [pid] for key, pid in wanted.items()} and
           text.count("\n") == len(wanted) + 1,
           "JSON lines: every socket once, with its holder", len(found), len(wanted), text.count("\n"))
    tap.ok(SANITIZED or memory < MOST, f"JSON lines: less than {MOST} KiB", memory)
    os.close(wait_end)
    return Tap.bad > 0


if __name__ == "__main__":
    sys.exit(main())
