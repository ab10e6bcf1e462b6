#!/usr/bin/env python3
"""What `inuse run` costs, beside its rivals: start-up, a bind+listen pair, a bind that fails, other system calls, redis.

Every round runs all wrappers one after the other, so that what else the machine does meets all of them. Printed are
medians over the rounds, and the difference to the bare program of the same round. --check: exit 1 when over a limit.
"""
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

INUSE, LOAD, PTRACE, SHIM = (os.environ[name] for name in ("INUSE", "LOAD", "PTRACE", "SHIM"))
UNPACKED = next((p[:-len("/usr/bin")] for p in os.environ["PATH"].split(":") if p.endswith("/usr/bin") and
                 p != "/usr/bin"), "")
WRAPPERS = {
    "bare": [],
    "inuse run": [INUSE, "run", "-q", "--"],
    "LD_PRELOAD": ["env", f"LD_PRELOAD={SHIM}"],
    "ptrace": [PTRACE],
    "strace": ["strace", "-f", "--seccomp-bpf", "-e", "trace=bind,listen", "-o", "/dev/null"],
}
# What the wrapper may cost more than the bare program, in the unit of the row.
LIMITS = {"start-up": 3.0, "bind+listen": 60.0, "other call": 0.1}


def quiet(command, **kwargs):
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=True, **kwargs)


def start_up(wrapper):
    """Milliseconds from the start of the wrapper to the end of a program that does nothing."""
    start = time.perf_counter()
    quiet([*wrapper, LOAD, "nothing"])
    return (time.perf_counter() - start) * 1e3


def inside(what, turns):
    def measure(wrapper):
        out = quiet([*wrapper, LOAD, what, str(turns)], stdout=subprocess.PIPE, text=True).stdout
        return float(out) / 1e3
    measure.__doc__ = f"Microseconds for each of {turns} turns of {what}."
    return measure


def redis(wrapper):
    """GETs a second of a redis-server under the wrapper, with the clients outside of it."""
    path = [f"{UNPACKED}/usr/lib/{os.uname().machine}-linux-gnu", os.environ.get("LD_LIBRARY_PATH", "")]
    env = {**os.environ, "LD_LIBRARY_PATH": ":".join(filter(None, path))}
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
            [*wrapper, shutil.which("redis-server"), "--port", "20001", "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, start_new_session=True) as server:
        try:
            deadline = time.monotonic() + 20
            while True:
                try:
                    socket.create_connection(("127.0.0.1", 20001)).close()
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
            out = quiet(["redis-benchmark", "-p", "20001", "-t", "get", "-n", "60000", "-c", "20", "--csv"],
                        stdout=subprocess.PIPE, text=True, env=env).stdout
            return float(out.splitlines()[-1].split(",")[1].strip('"'))
        finally:
            os.killpg(server.pid, 9)


def rounds(measure, wrappers, count):
    """The results of each wrapper, round by round; the order turns, so that none always comes first."""
    found = {name: [] for name in wrappers}
    for turn in range(count):
        names = list(wrappers)
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            found[name].append(measure(WRAPPERS[name]))
    return found


def row(title, unit, found, ratio=False):
    bare = found["bare"]
    cells = []
    for name, values in found.items():
        median = statistics.median(values)
        if name == "bare":
            cells.append(f"{median:.2f}")
        elif ratio:
            cells.append(f"{name} {statistics.median(v / b for v, b in zip(values, bare)):.3f}")
        else:
            cells.append(f"{name} {statistics.median(v - b for v, b in zip(values, bare)):+.2f}")
    print(f"{title:12} {unit:7} bare {'   '.join(cells)}", flush=True)
    return statistics.median(v - b for v, b in zip(found["inuse run"], bare))


def main():
    if os.environ.get("IN_NAMESPACE") != "yes":
        os.environ["IN_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    wrappers = [name for name in WRAPPERS if name != "strace" or shutil.which("strace")]
    print("The bare program, and what each wrapper adds (for redis: the ratio to bare, higher is better).")
    over = []
    for title, unit, measure, count in (
            ("start-up", "ms", start_up, 60), ("bind+listen", "us", inside("pair", 500), 15),
            ("failing bind", "us", inside("fail", 500), 15), ("other call", "us", inside("plain", 20000), 15)):
        added = row(title, unit, rounds(measure, wrappers, count))
        if added > LIMITS.get(title, float("inf")):
            over.append(f"{title}: {added:.2f} {unit} more than bare, at most {LIMITS[title]} wanted")
    if shutil.which("redis-server") and shutil.which("redis-benchmark"):
        row("redis GET", "1/s", rounds(redis, ["bare", "inuse run", "LD_PRELOAD"], 7), ratio=True)
    else:
        print("redis GET    left out: redis-server and redis-benchmark are not there")
    for line in over:
        print("over the limit:", line)
    return 1 if over and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
