#!/usr/bin/env python3
"""page.py - what a page of 100,000 sockets costs: to write it, and to open, filter and sort it in a real Chromium

usage: page.py INUSE [--sockets N] [--page FILE]    FILE: the section of docs/performance.md that is written anew

Exits 1 when opening it or one filter takes longer than a second.
"""
import json
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "page"))
from browser import Browser  # noqa: E402
from sections import write_section  # noqa: E402

MOST = 1000  # ms
RUNS = 5
FILTERS = ("postgres", "state:time-wait", "port:40000-41000 -nginx", "10.1")
COLUMNS = ("Port", "Address", "Peer", "Program")
NAMES = ("nginx", "node", "postgres", "redis-server", "java", "python3", "envoy", "haproxy")


def machine(n):
    """A capture: 400 listeners of 200 processes, all else connections and TIME-WAIT."""
    dice = random.Random(7)
    sockets = []
    for i in range(n):
        if i < 400:
            sockets.append({"family": "ipv4", "state": "listen", "local": "0.0.0.0", "port": 2000 + i * 7, "inode": i + 1})
            continue
        state = dice.choice(["established"] * 7 + ["time-wait"] * 2 + ["close-wait"])
        sockets.append({"family": "ipv4", "state": state, "local": f"10.0.{i % 4}.{i % 200}",
                        "port": 2000 + (i % 400) * 7 if i % 3 else dice.randrange(32768, 61000),
                        "peer": f"10.{i % 250}.{(i >> 8) % 250}.{i * 7 % 250}", "peer_port": 1024 + i % 60000,
                        "inode": 0 if state == "time-wait" else i + 1, "mini": state == "time-wait"})
    return {"schema": "inuse.snapshot/1", "seen": ["host", "sysctls", "addresses", "tcp", "bound", "udp", "unix", "holders"],
            "host": {"os": "linux", "release": "6.1.0", "hostname": "bench", "kernel": 393472, "privileged": True, "now": 1700000000},
            "sysctls": {"port_first": 32768, "port_last": 60999}, "sockets": sockets,
            "holds": [{"inode": s["inode"], "pid": 1000 + i % 200, "fd": i} for i, s in enumerate(sockets) if s["inode"]],
            "processes": [{"pid": 1000 + i, "name": NAMES[i % 8], "command": [NAMES[i % 8], "--worker", str(i)],
                           "started": 1699990000} for i in range(200)]}


def timed(browser, action):
    """Milliseconds until the change is painted."""
    return browser.eval("(async () => { const start = performance.now(); " + action +
                        "; await new Promise(done => requestAnimationFrame(() => setTimeout(done))); return performance.now() - start; })()")


def measure(browser, path):
    browser.open(path)
    row = {"open": browser.eval("performance.getEntriesByType('navigation')[0].loadEventEnd")}
    for words in FILTERS:
        # the pause after the last key belongs to it: this is what somebody who types waits for
        row[f"filter {words}"] = timed(browser, f"""
            const found = document.querySelector('#found'), before = found.textContent;
            const input = document.querySelector('input[type=search]');
            input.value = {json.dumps(words)};
            input.dispatchEvent(new Event('input'));
            while (found.textContent === before) await new Promise(done => setTimeout(done, 1))""")
    browser.eval("const input = document.querySelector('input[type=search]'); input.value = ''; input.dispatchEvent(new Event('input'))")
    browser.wait("!document.querySelector('#found').textContent.includes('of')")
    for column in COLUMNS:
        row[f"sort by {column}"] = timed(browser, f"[...document.querySelectorAll('.grid th button')].find(b => b.textContent === '{column}').click()")
    row["rows in the document"] = browser.eval("document.querySelectorAll('.grid tbody tr').length")
    return row


def section(n, size, cpu, load, rows):
    lines = [f"""## The page (inuse report --html)

A capture of {n:,} sockets becomes a page of {size / 1e6:.1f} MB in {cpu:.1f} s of CPU. It is opened in headless Chromium from disk,
{len(rows)} times; until the change is painted, median in milliseconds. A filter's time holds the 90 ms in which it waits for the
next key. Written by `tests/bench/page.py`, which `make bench` runs. Load of the machine before it began: {load} on
{os.cpu_count()} processors.

| what | ms |
|---|--:|"""]
    for name in rows[0]:
        if not name.startswith("rows"):
            lines.append(f"| {name} | {statistics.median(row[name] for row in rows):.0f} |")
    return "\n".join(lines) + f"\n\n{rows[0]['rows in the document']} rows of the table are in the document at a time.\n"


def main():
    inuse, options = sys.argv[1], sys.argv[2:]
    load = f"{os.getloadavg()[0]:.1f}"
    n = int(options[options.index("--sockets") + 1]) if "--sockets" in options else 100000
    with tempfile.TemporaryDirectory() as folder:
        capture, page = pathlib.Path(folder, "machine.json"), pathlib.Path(folder, "page.html")
        capture.write_text(json.dumps(machine(n)))
        subprocess.run([inuse, "report", "--html", "--from", capture, "-o", page], check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        browser = Browser()
        rows = [measure(browser, page) for _ in range(RUNS + 1)][1:]  # the first one fills caches
        browser.close()
        text = section(n, page.stat().st_size, used.ru_utime + used.ru_stime, load, rows)
    print(text)
    write_section(text, "page.md")
    slow = [name for name in rows[0] if name.startswith(("open", "filter")) and statistics.median(row[name] for row in rows) > MOST]
    for name in slow:
        print(f"more than {MOST} ms: {name}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
