#!/usr/bin/env python3
"""A server in a sandbox that ends it for a system call it does not know is not ended by libinuse.

Filters: the list of systemd's SystemCallFilter=@system-service, the list that inuse.h promises, and one
that knows everything but the calls which are left out there. As root and as nobody. And nothing is left
behind in bpffs. Prints TAP. Arguments: the server (tests/abi/sandbox.c), inuse.h.
"""
import ctypes
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NOBODY = 65534
LEFT_OUT = ("bpf", "kcmp", "pidfd_open", "pidfd_getfd", "open_by_handle_at", "name_to_handle_at", "openat2",
            "process_vm_readv", "ptrace", "perf_event_open", "connect", "clone", "clone3", "execve", "mkdirat",
            "renameat", "unlinkat", "io_uring_setup")
OWN = ("write", "exit_group", "rt_sigreturn")  # of the server and its C library
BPFFS = "/sys/fs/bpf"
WANTED = ["explain: 1 1 own-socket", "4001: 1 0 -"]


def group(name, seen):
    """The calls of one of systemd's groups, those within it too."""
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=False).stdout
    calls = set()
    for word in (line.strip() for line in text.splitlines()[1:]):
        if word.startswith("@") and word not in seen:
            seen.add(word)
            calls |= group(word, seen)
        elif word and word[0] not in "@#":
            calls.add(word)
    return calls


def promised(header):
    """The calls that the header lists."""
    text = re.sub(r"\n \* ?", " ", header.read_text())
    return re.search(r"system calls only: ([a-z0-9_, ]+)\.", text)[1].split(", ")


def main():
    server, header = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    print("1..7")
    try:
        seccomp = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        seccomp = None
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder).chmod(0o755)  # nobody enters a build folder below /root
        copy = shutil.copy(server, folder)

        def numbers(names):
            found = [seccomp.seccomp_syscall_resolve_name(name.encode()) for name in sorted(names)]
            return [str(n) for n in found if n >= 0]

        def play(number, name, uid, how, names):
            if not seccomp or not names:
                print(f"ok {number} - {name} # SKIP", "no libseccomp to tell numbers" if not seccomp
                      else "no systemd-analyze to tell its list")
                return
            ran = subprocess.run([copy, str(uid), how, *numbers(names)], capture_output=True, text=True,
                                 timeout=60, check=False)
            lines = ran.stdout.splitlines()
            good = ran.returncode == 0 and all(line in lines for line in WANTED) and "list:" in ran.stdout \
                and "no text" not in ran.stdout
            if not good:
                print(f"# exit {ran.returncode}", *lines, ran.stderr, sep="\n# ")
            print("ok" if good else "not ok", number, f"- {name}: {len(names)} calls {how}, exit {ran.returncode}")

        service = group("@system-service", {"@system-service"}) if shutil.which("systemd-analyze") else set()
        play(1, "@system-service, as root", 0, "allow", service)
        play(2, "@system-service, as nobody", NOBODY, "allow", service)
        own = set(promised(header)) | set(OWN)
        play(3, "what the header promises, as root", 0, "allow", own)
        play(4, "what the header promises, as nobody", NOBODY, "allow", own)
        play(5, "what is left out, as root", 0, "deny", LEFT_OUT)
        play(6, "what is left out, as nobody", NOBODY, "deny", LEFT_OUT)
        # with every call at hand, in a bpffs of its own
        ran = subprocess.run(["unshare", "-m", "sh", "-c", f'mount -t bpf bpf {BPFFS} && "$1" 0 deny && ls {BPFFS}/inuse',
                              "sh", copy], capture_output=True, text=True, timeout=60, check=False)
        if "mount:" in ran.stderr or "unshare:" in ran.stderr:
            print("ok 7 - nothing is left in bpffs # SKIP none can be mounted:", ran.stderr.strip()[:80])
        else:
            lines = ran.stdout.splitlines()
            good = ran.returncode != 0 and "No such file" in ran.stderr and lines[-1:] and lines[-1].startswith("list: ") and WANTED[0] in lines
            print("ok" if good else "not ok", "7 - nothing is left in bpffs:", *lines[-1:], ran.stderr.strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
