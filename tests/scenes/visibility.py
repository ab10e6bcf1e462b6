#!/usr/bin/env python3
"""Runs the scenes of hidden holders, and holds docs/visibility.md to what was measured in them.

visibility.py SCENES TABLE [--write-table]. Prints the scenes' TAP and a line for each table row.
"""
import os
import subprocess
import sys
import tempfile

TOOLS = ("ss", "lsof", "fuser", "netstat")
RIGHTS = ("root", "root-without-bpf", "root-without-ptrace", "root-without-net-admin",
          "user", "user-net-admin", "user-ptrace", "user-bpf")
TITLES = ("root", "root without CAP_BPF", "root without CAP_SYS_PTRACE and CAP_BPF",
          "root without CAP_NET_ADMIN", "user", "user with CAP_NET_ADMIN",
          "user with CAP_SYS_PTRACE", "user with CAP_BPF")
# What another socket of the machine may take away while it is measured.
PASSING = "descriptor in a queue that lies in itself, process gone"

HEAD = """# What is visible, and to whom

Written by the test `scenes/hidden` (`tests/scenes/visibility.py … --write-table`), which stages each
row for real and asks every program in the same moment. The test also fails when a column of `inuse`
stops being true.

## Hidden holders

Port 4000 is in use in every row. *names it*: the process that keeps the port is shown. *suspects it*:
the process is shown as one that may. *socket only*: the socket is shown, and no process. *nothing*:
not even that. All programs ran as root where the row does not say otherwise, with `ss -tanp`, `lsof -iTCP:4000`, `fuser -n tcp 4000`,
`netstat -tanp`.

"""

PRIVILEGES = """
## Rights

The same scenes, asked with `inuse` as root, as root with capabilities taken away, and as a user with
capabilities given. CAP_SYS_PTRACE comes with CAP_DAC_READ_SEARCH here, CAP_BPF with CAP_PERFMON:
neither opens anything alone. "root without CAP_BPF" is also what a kernel or a build without BPF sees.

"""

NOTES = """
- **root** sees everything that a kernel with BPF can tell.
- **CAP_BPF** and CAP_PERFMON show what `/proc` cannot: rings that were closed, connections that were
  not accepted, and the processes of others even to a user.
- **CAP_SYS_PTRACE** (with CAP_DAC_READ_SEARCH) opens the descriptors, memory maps and system calls of
  every process; it finds all but what only BPF shows.
- **CAP_NET_ADMIN** adds nothing to finding a holder; it is needed to destroy closed connections.
- **nothing**: the socket with its user, cgroup, unit and container is still told, and which processes
  could not be looked into.
"""


def read_rows(path):
    rows = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            title, *cells = line.rstrip("\n").split("\t")
            rows[title] = dict(cell.split("=", 1) for cell in cells)
    return rows


def table(heads, lines):
    text = "| " + " | ".join(heads) + " |\n|" + "---|" * len(heads) + "\n"
    return text + "".join("| " + " | ".join(line) + " |\n" for line in lines)


def count(rows, right):
    cells = [row[right] for row in rows.values()]
    named = sum("names it" in cell for cell in cells)
    return f"**{named} named**, {sum('suspects' in cell for cell in cells)} suspected"


def page(rows):
    text = HEAD + table(
        ("what keeps the port", *TOOLS, "`inuse`", "`inuse` without BPF"),
        [(title, *(row[tool] for tool in TOOLS), row["root"], row["root-without-bpf"])
         for title, row in rows.items()])
    text += PRIVILEGES + table(
        ("what keeps the port", *TITLES),
        [(title, *(row[right] for right in RIGHTS)) for title, row in rows.items()]
        + [(f"of {len(rows)}", *(count(rows, right) for right in RIGHTS))])
    return text + NOTES


def read_page(path):
    """title -> {right: cell} of the committed second table."""
    rows = {}
    with open(path, encoding="utf-8") as file:
        second = file.read().partition("## Rights")[2]
    for line in second.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(RIGHTS) + 1 and cells[0] not in ("what keeps the port", "---"):
            rows[cells[0]] = dict(zip(RIGHTS, cells[1:]))
    return rows


def main():
    scenes, target = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as scratch:
        measured = os.path.join(scratch, "rows")
        open(measured, "w").close()
        run = subprocess.Popen([scenes], env=dict(os.environ, HIDDEN_ROWS=measured),
                               stdout=subprocess.PIPE, text=True)
        lines = 0
        for line in run.stdout:
            if line.startswith("1.."):
                if "SKIP" in line:
                    print(line, end="")
                    return run.wait()
                continue
            lines += line.startswith(("ok ", "not ok "))
            print(line, end="", flush=True)
        status = run.wait()
        rows = read_rows(measured)
    if "--write-table" in sys.argv[3:]:
        with open(target, "w", encoding="utf-8") as file:
            file.write(page(rows))
    known = read_page(target) if os.path.exists(target) else {}
    has_bpf = any(row["root"] != row["root-without-bpf"] for title, row in rows.items()
                  if title != PASSING)
    for title, row in rows.items():
        lines += 1
        if title == PASSING:
            print(f"ok {lines} - table: {title} # SKIP it may go at any moment: measured, not compared")
            continue
        wrong = [f"{right} is {row[right]}, the page says {known.get(title, {}).get(right)}"
                 for right in RIGHTS
                 if (has_bpf or right in ("root-without-bpf", "root-without-ptrace", "user"))
                 and known.get(title, {}).get(right) != row[right]]
        status |= bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {lines} - table: {title}")
        for text in wrong:
            print("#  ", text)
    for title in known:
        if title not in rows and not title.startswith("of "):
            print("# not measured here:", title)
    print(f"1..{lines}")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
