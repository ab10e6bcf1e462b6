#!/usr/bin/env python3
"""What the library exports, what inuse.map names, what inuse.h declares with a comment, and what the man page
describes are the same functions; nothing else is exported. Nothing prints, ends or changes the process, is
unfit for threads, or remembers anything between two calls.

Arguments: the shared library, the static one, inuse.map, inuse.h, the man page (or nothing). Prints TAP.
"""
import re
import subprocess
import sys

PROTOTYPE = re.compile(r"^(?:const )?(?:struct |enum )?\w+ \**(inuse_\w+)\(", re.M)
DOCUMENTED = re.compile(r"/\*\*\n? ?\*? ?(inuse_\w+)\(\) - .*?\*/\n(.*?);", re.S)
NOISY = re.compile(r"^(v?f?printf|puts|fputs|putchar|perror|exit|_exit|abort|quick_exit|v?syslog)(@|$)")
# What belongs to the whole process, or has one buffer for all threads.
UNFIT = re.compile(
    r"^(gmtime|localtime|asctime|ctime|strtok|getpw(nam|uid|ent)|getgr(nam|gid)|getserv(byname|byport|ent)"
    r"|gethostby(name|addr)|inet_ntoa|s?rand|random|(un)?setenv|putenv|setlocale|f?chdir|umask|signal|sigaction"
    r"|sigprocmask|fork|vfork|alarm|system|popen|atexit|setrlimit|set(re|res)?[ug]id|unshare|setns)(@|$)")
# What guards the process's own things, and the libraries that are loaded once (os/linux/lock.c, sd-bus.c).
REMEMBERED = {"looks", "table", "prepared", "once", "loaded", "result"}
LINKER = re.compile(r"^(completed\.\d+|__dso_handle|__TMC_END__|\.bss|\.data|__bss_start|_edata|_end)$")


def symbols(library, *options):
    run = subprocess.run(["nm", *options, library], check=True, capture_output=True, text=True)
    return [line.split() for line in run.stdout.splitlines() if line and not line.endswith(":")]


def variables(library):
    """Names of what can be written while it runs; tables of pointers that the loader fills in cannot."""
    run = subprocess.run(["objdump", "-t", library], check=True, capture_output=True, text=True)
    rows = [line.split() for line in run.stdout.splitlines()]
    found = {row[-1] for row in rows if ".bss" in row[1:5] or ".data" in row[1:5]}
    return {name for name in found if not LINKER.match(name)}


def tell(number, what, faults):
    for fault in faults:
        print("#", fault)
    print("not ok" if faults else "ok", f"{number} - {what}")
    return bool(faults)


def compare(number, what, expected, got):
    for name in sorted(expected - got):
        print("#", name, "is missing")
    for name in sorted(got - expected):
        print("#", name, "is too much")
    good = expected and expected == got
    print("ok" if good else "not ok", number, f"- {what}: {len(got)} functions")
    return not good


def main():
    library, archive, version_map, header = sys.argv[1:5]
    page = sys.argv[5] if len(sys.argv) > 5 else None
    text = open(header, encoding="utf-8").read()
    declared = set(PROTOTYPE.findall(text))
    rows = symbols(library, "-D", "--defined-only")
    exported = {row[-1].split("@")[0] for row in rows if row[-2] != "A"}
    unversioned = sorted(row[-1] for row in rows if row[-2] != "A" and "@@INUSE_0" not in row[-1])
    documented = {name for name, rest in DOCUMENTED.findall(text) if PROTOTYPE.match(rest.strip())}
    listed = set(re.findall(r"\b(inuse_\w+);", open(version_map).read()))
    contained = {row[-1] for row in symbols(archive, "--defined-only", "--extern-only")
                 if row[-1].startswith("inuse_")}
    wanted = {row[-1] for row in symbols(library, "-D", "--undefined-only")}
    bad = 0
    print("1..9")
    bad += compare(1, "inuse.map names what inuse.h declares", declared, listed)
    bad += compare(2, "the shared library exports that, and nothing else", declared, exported)
    bad += compare(3, "the static library has it, too", declared, contained)
    bad += compare(4, "each has a comment of its own in inuse.h", declared, documented)
    if page:
        described = set(re.findall(r"^\\fB[^\n(]*?\b(inuse_\w+)\(", open(page, encoding="utf-8").read(), re.M))
        bad += compare(5, "inuse(3) describes each", declared, described)
    else:
        print("ok 5 - inuse(3) describes each # SKIP built without man pages (scdoc)")
    bad += tell(6, "every symbol has its version", unversioned)
    bad += tell(7, "it neither prints nor ends the process", sorted(n for n in wanted if NOISY.match(n)))
    bad += tell(8, "it changes nothing of the process, and shares no buffer",
                sorted(n for n in wanted if UNFIT.match(n)))
    bad += tell(9, "it remembers nothing between two calls", sorted(variables(library) - REMEMBERED))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
