#!/usr/bin/env python3
"""Times inuse beside the tools that people use today, in scenes of several sizes, and writes the table.

Usage: bench.py BUILD [--inuse PROGRAM] [--scenes small,medium,large,huge] [--seconds N] [--page FILE]

Each round runs every command once in random order; a ratio is the median of the rounds' ratios. The
scenes are made by scene.c in a network namespace of their own. The mount namespace is one's own too: what
inuse keeps between two runs (bpffs) is of this bench alone."""
import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys

NOBODY = 65534
HERE = os.path.dirname(os.path.abspath(__file__))

# listeners, connected sockets, processes, descriptors each, TIME-WAITs, connections of the hot port
SCENES = {
    "small": (3, 20, 4, 10, 10, 100),
    "medium": (100, 9000, 500, 50, 1000, 2000),
    "large": (1000, 130000, 3000, 200, 20000, 25000),
    "huge": (2000, 880000, 5000, 400, 20000, 50000),
}
OWNED, BOUND, TIME_WAIT, HOT, FREE, UDP, NAME = 9999, 9998, 9997, 9996, 9995, 9994, "@inuse-bench"
# With the kernel's caches of names dropped before each run, which is slow for everybody: a few rounds only.
COLD = ("inuse, owned port", "inuse, owned port, no BPF", "ss -Hltnp sport", "fuser")
COLD_ROUNDS = 3
# Without a bpffs, where each run loads its programs anew.
BARE = ("inuse, owned port", "ss -Hltnp sport")
# What inuse keeps between two runs.
BPFFS = "/sys/fs/bpf"
KEPT = BPFFS + "/inuse"
# Peers that take longer than this in a scene are run twice only.
SLOW = 1.0


class Row:
    def __init__(self, name, command, uid=None, slow=False, bpf=True):
        self.name, self.command, self.uid, self.slow, self.bpf = name, command, uid, slow, bpf

    def line(self):
        return ("" if self.bpf else "! ") + (f"@{self.uid} " if self.uid is not None else "") + self.command


def rows(build, inuse, scene):
    big = scene in ("large", "huge")
    yield Row("empty program", os.path.join(build, "tests/bench/bench-empty"))
    for port, what in ((OWNED, "owned"), (FREE, "free"), (TIME_WAIT, "TIME-WAIT only"),
                       (BOUND, "bound only"), (HOT, "hot")):
        yield Row(f"inuse, {what} port", f"{inuse} --json {port}")
    yield Row("inuse list", f"{inuse} list")
    yield Row("inuse, UDP port", f"{inuse} --json {UDP}/udp")
    yield Row("inuse, UNIX socket", f"{inuse} --json {NAME}")
    yield Row("inuse, owned port, --first, user", f"{inuse} --json --first {OWNED}", NOBODY)
    yield Row("inuse, owned port, --first, no BPF", f"{inuse} --json --first {OWNED}", bpf=False)
    yield Row("inuse, owned port, no BPF", f"{inuse} --json {OWNED}", slow=big, bpf=False)
    yield Row("inuse, hot port, no BPF", f"{inuse} --json {HOT}", slow=big, bpf=False)
    # killport and find-process when somebody has installed them: what they do before they end anything
    for name, command, slow in (
            ("ss -Hltnp sport", f"ss -Hltnp sport = :{OWNED}", big),
            ("ss -Htulpn", "ss -Htulpn", big),
            ("ss -Hltn sport, free", f"ss -Hltn sport = :{FREE}", False),
            ("fuser", f"fuser {OWNED}/tcp", big),
            ("lsof", f"lsof -nP -iTCP:{OWNED} -sTCP:LISTEN", big),
            ("netstat", "netstat -ntlp", big),
            ("ss -Hlunp sport", f"ss -Hlunp sport = :{UDP}", big),
            ("killport --dry-run", f"killport --dry-run {OWNED}", big),
            ("find-process", f"find-process -p {OWNED}", big),
            ("witr", f"witr --port {OWNED}", big)):
        if shutil.which(command.split()[0]) and not (scene == "huge" and name in ("netstat", "lsof")):
            yield Row(name, command, slow=slow)


# what is promised: (scenes, row, compared with, at least this ratio)
PROMISES = (
    ("large", "inuse, owned port", "ss -Hltnp sport", 600),
    ("large", "inuse, owned port", "fuser", 600),
    ("large", "inuse, owned port", "lsof", 1200),
    ("large", "inuse, owned port", "netstat", 1200),
    ("huge", "inuse, owned port", "ss -Hltnp sport", 2500),
    ("medium", "inuse, owned port", "ss -Hltnp sport", 45),
    ("medium", "inuse, owned port, no bpffs", "ss -Hltnp sport, no bpffs", 15),
    ("small", "inuse, owned port", "ss -Hltnp sport", 2.5),
    ("small medium large huge", "inuse, free port", "empty program", 1 / 2),
    ("large", "inuse, owned port, --first, no BPF", "ss -Hltnp sport", 30),
    ("small medium large huge", "inuse list", "ss -Htulpn", 3),
    ("large", "inuse list", "ss -Htulpn", 50),
)


# and what must not take longer: (scene, row, milliseconds)
LIMITS = (
    ("large", "inuse, owned port, --first, user", 5),
    ("large", "inuse, owned port, first run", 15),
)


def timed(tool, lines, rounds, seconds):
    out = subprocess.run([tool, str(rounds), str(seconds)], input="\n".join(lines) + "\n", text=True,
                         capture_output=True, check=True).stdout
    table = {}
    for line in out.splitlines():
        turn, number, nanoseconds, kib, code = map(int, line.split())
        table.setdefault(number, {})[turn] = (nanoseconds / 1e6, kib, code)
    return table


class Figures:
    def __init__(self, name, runs):
        self.name, self.runs = name, runs
        self.ms = statistics.median(r[0] for r in runs.values())
        self.kib = max(r[1] for r in runs.values())
        self.codes = sorted({r[2] for r in runs.values()})

    def ratio(self, other):
        """How many times longer the other one takes."""
        common = [other.runs[t][0] / self.runs[t][0] for t in self.runs if t in other.runs]
        return statistics.median(common) if common else other.ms / self.ms


def forget():
    """As after a start of the machine: the next run of inuse is the first."""
    for name in os.listdir(KEPT) if os.path.isdir(KEPT) else ():
        os.unlink(os.path.join(KEPT, name))


def one_by_one(tool, rows, rounds, before):
    """Runs of each row, before which something is done."""
    runs = {}
    for turn in range(rounds):
        for row in rows:
            before()
            runs.setdefault(row.name, {})[turn] = timed(tool, [row.line()], 1, 0)[0][0]
    return runs


def drop_names():
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("2")


def measure(build, inuse, scene, seconds):
    tool = os.path.join(build, "tests/bench/bench-timed")
    todo = list(rows(build, inuse, scene))
    fast = [r for r in todo if not r.slow]
    figures = {}
    # the caches of /proc are cold only once, and so is inuse: its first run has a row of its own
    timed(tool, [r.line() for r in fast], 1, 0)
    table = timed(tool, [r.line() for r in fast], 200, seconds)
    for number, row in enumerate(fast):
        figures[row.name] = Figures(row.name, table[number])
    slow = [r for r in todo if r.slow]
    if slow:
        # beside the slow ones the quick ones run too: a ratio is of one round
        beside = [r for r in todo if r.slow or r.name in ("inuse, owned port", "inuse list",
                                                         "inuse, UDP port",
                                                         "inuse, owned port, --first, no BPF")]
        table = timed(tool, [r.line() for r in beside], 3, seconds)
        for number, row in enumerate(beside):
            if row.slow:
                figures[row.name] = Figures(row.name, table[number])
            else:
                figures[row.name + " (beside)"] = Figures(row.name, table[number])
    for rows_, rounds, before, what in (
            ([r for r in todo if r.name == "inuse, owned port"], 10, forget, "first run"),
            ([r for r in todo if r.name in COLD], COLD_ROUNDS, drop_names, "cold")):
        for name, runs in one_by_one(tool, rows_, rounds, before).items():
            figures[f"{name}, {what}"] = Figures(f"{name}, {what}", runs)
    subprocess.run(["umount", BPFFS], check=False, stderr=subprocess.DEVNULL)
    for name, runs in one_by_one(tool, [r for r in todo if r.name in BARE], 3 if scene == "huge" else 10,
                                 lambda: None).items():
        figures[f"{name}, no bpffs"] = Figures(f"{name}, no bpffs", runs)
    return figures


def own_places():
    """What is kept is in memory that ends with the namespace."""
    # systemd mounts one everywhere; where the kernel has none there are only more milliseconds
    subprocess.run(["mount", "-t", "bpf", "none", BPFFS], check=False, stderr=subprocess.DEVNULL)


def run_scene(build, inuse, scene, seconds):
    """In the namespaces: called by `bench.py --inside`."""
    own_places()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    child = subprocess.Popen([os.path.join(build, "tests/bench/bench-scene"), *map(str, SCENES[scene])],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             start_new_session=True)
    try:
        if child.stdout.readline() != "ready\n":
            sys.exit(f"the scene {scene} could not be made")
        for name, f in measure(build, inuse, scene, seconds).items():
            for turn, (ms, kib, code) in sorted(f.runs.items()):
                print("\t".join((scene, name, str(turn), f"{ms:.4f}", str(kib), str(code))))
    finally:
        child.stdin.close()
        child.wait()


def outside(build, inuse, scene, seconds):
    out = subprocess.run(["unshare", "--net", "--mount", sys.executable, os.path.abspath(__file__), build,
                          "--inuse", inuse, "--inside", scene, "--seconds", str(seconds)],
                         capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"{scene}: {out.stderr.strip()}")
    runs = {}
    for line in out.stdout.splitlines():
        _, name, turn, ms, kib, code = line.split("\t")
        runs.setdefault(name, {})[int(turn)] = (float(ms), int(kib), int(code))
    return {name: Figures(name, r) for name, r in runs.items()}


def pair(figures, name, other):
    beside = figures.get(name + " (beside)")
    if beside and other in figures and set(figures[other].runs) <= set(beside.runs):
        return beside.ratio(figures[other])
    return figures[name].ratio(figures[other])


def verdicts(scenes):
    for wanted, name, other, least in PROMISES:
        for scene in wanted.split():
            figures = scenes.get(scene)
            if not figures or name not in figures or other not in figures:
                yield scene, name, other, least, None
                continue
            yield scene, name, other, least, pair(figures, name, other)


def number(ms):
    return f"{ms:,.2f}" if ms < 100 else f"{ms:,.0f}"


def page(scenes):
    memory = re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read()).group(1)
    cpu = re.search(r"model name\s*:\s*(.*)", open("/proc/cpuinfo").read())
    names = []
    for figures in scenes.values():
        names += [n for n in figures if n not in names and "(beside)" not in n]
    lines = ["# Performance", "",
             "Written by `make bench`: medians of interleaved runs in milliseconds, whole processes, "
             "largest resident memory in MiB behind it. A bpffs is mounted, as systemd does it; where none is, each "
             "run loads its BPF programs anew (see below).", "",
             f"Machine: {os.cpu_count()} processors ({cpu.group(1) if cpu else 'unknown'}), "
             f"{int(memory) >> 20} GiB, Linux {platform.release()}.", "",
             "| scene | sockets and processes |", "|---|---|"]
    for scene in scenes:
        s = SCENES[scene]
        lines.append(f"| {scene} | {s[0]} listeners, {s[1]:,} connected sockets, {s[2]:,} processes with "
                     f"{s[3]} descriptors each, {s[4]:,} TIME-WAITs, a port with {s[5]:,} connections |")
    lines += ["", "| command | " + " | ".join(scenes) + " |", "|---|" + "--:|" * len(scenes)]
    for name in names:
        cells = []
        for figures in scenes.values():
            f = figures.get(name)
            cells.append(f"{number(f.ms)} ms, {f.kib / 1024:.1f}" if f else "–")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "## Targets", "", "| scene | what | beside | at least | measured | |", "|---|---|---|--:|--:|---|"]
    for scene, name, other, least, got in verdicts(scenes):
        if got is None:
            continue
        lines.append(f"| {scene} | {name} | {other} | {least:,.2f}× | {got:,.2f}× | "
                     f"{'holds' if got >= least else '**missed**'} |")
    for scene, name, most in LIMITS:
        if scene in scenes:
            ms = scenes[scene][name].ms
            lines.append(f"| {scene} | {name} | | ≤ {most} ms | {number(ms)} ms | "
                         f"{'holds' if ms <= most else '**missed**'} |")
    for first, what in ((False, "memory of `inuse why`"), (True, "the same, first run after a start")):
        most = max(f.kib for figures in scenes.values() for n, f in figures.items()
                   if n.startswith("inuse, ") and n.endswith(", first run") == first)
        lines.append(f"| all | {what} | | ≤ 8 MiB | {most / 1024:.1f} MiB | "
                     f"{'holds' if most <= 8192 else '**missed**'} |")
    model = os.path.join(HERE, "cost-model.md")
    library = os.path.join(HERE, "library.md") # written by library.py
    page = os.path.join(HERE, "page.md")       # written by page.py
    top = os.path.join(HERE, "top.md")         # written by top.py
    return "\n".join(lines) + "\n\n" + "\n".join(open(part).read() for part in (model, library, page, top))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--scenes", default="small,medium,large")
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--inuse", help="another program than the one of BUILD")
    parser.add_argument("--inside")
    parser.add_argument("--page")
    given = parser.parse_args()
    build = os.path.abspath(given.build)
    inuse = os.path.abspath(given.inuse or os.path.join(build, "inuse"))
    if given.inside:
        run_scene(build, inuse, given.inside, given.seconds)
        return
    scenes = {}
    for scene in given.scenes.split(","):
        print(f"# {scene}", flush=True)
        scenes[scene] = outside(build, inuse, scene, given.seconds)
        for name, f in scenes[scene].items():
            print(f"{f.ms:12.3f} ms {f.kib:8d} KiB  {len(f.runs):4d} runs  exit {f.codes}  {name}", flush=True)
    print("# targets")
    for scene, name, other, least, got in verdicts(scenes):
        state = "not run" if got is None else f"{got:.2f}x, " + ("holds" if got >= least else "MISSED")
        print(f"{scene}: {name} beside {other}: at least {least:.2f}x: {state}")
    if given.page:
        with open(given.page, "w", encoding="utf-8") as out:
            out.write(page(scenes))


main()
