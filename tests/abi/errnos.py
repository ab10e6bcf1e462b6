#!/usr/bin/env python3
"""Each errno of bind() and listen(), provoked for real: libinuse, `inuse run` and `inuse why MESSAGE` give the
same reason, and none of them calls it free. In namespaces of its own; prints TAP.

Arguments: tests/abi/errnos.c, inuse.
"""
import errno
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

IN_USE, DENIED, UNAVAILABLE = 1, 2, 3
# case, errno, status, words of the reason; what a message of it is told (None: it is answered by what is so now)
CASES = [
    ("EADDRINUSE", "EADDRINUSE", IN_USE, "4711", None),
    ("EADDRINUSE-path", "EADDRINUSE", IN_USE, "file", None),
    ("EADDRNOTAVAIL", "EADDRNOTAVAIL", UNAVAILABLE, "192.0.2.77", None),
    ("EACCES", "EACCES", DENIED, "1024", None),
    ("EACCES-filter", "EACCES", DENIED, "policy", None),
    ("EPERM-filter", "EPERM", DENIED, "policy", None),
    ("EINVAL-twice", "EINVAL", UNAVAILABLE, "bind() works once", None),
    ("EINVAL-short", "EINVAL", UNAVAILABLE, "length", None),
    ("EINVAL-scope", "EINVAL", UNAVAILABLE, "which one?", None),
    ("EINVAL-mapped", "EINVAL", UNAVAILABLE, "IPV6_V6ONLY", None),
    ("EINVAL-multicast", "EINVAL", UNAVAILABLE, "datagrams", None),
    ("EINVAL-connected", "EINVAL", UNAVAILABLE, "connected already", None),
    ("ENODEV", "ENODEV", UNAVAILABLE, "ENODEV", None),
    ("EAFNOSUPPORT", "EAFNOSUPPORT", UNAVAILABLE, "another family", None),
    ("EBADF", "EBADF", UNAVAILABLE, "not open", "bind 127.0.0.1:4711: Bad file descriptor"),
    ("ENOTSOCK", "ENOTSOCK", UNAVAILABLE, "no socket", "bind 127.0.0.1:4711: Socket operation on non-socket"),
    ("EFAULT", "EFAULT", UNAVAILABLE, "NULL", None),
    ("EOPNOTSUPP", "EOPNOTSUPP", UNAVAILABLE, "only stream sockets", "listen 127.0.0.1:4711: Operation not supported"),
    ("ENOMEM", "ENOMEM", UNAVAILABLE, "no memory", None),
    ("ENOBUFS", "ENOBUFS", UNAVAILABLE, "no memory", "bind 127.0.0.1:4711: No buffer space available"),
    ("ENOSPC", "ENOSPC", UNAVAILABLE, "no inodes left", None),
    ("EROFS", "EROFS", UNAVAILABLE, "read-only", None),
    ("ENOENT", "ENOENT", UNAVAILABLE, "does not exist", None),
    ("ENOTDIR", "ENOTDIR", UNAVAILABLE, "no directory", None),
    ("ELOOP", "ELOOP", UNAVAILABLE, "symbolic links", None),
    ("EPERM", "EPERM", DENIED, "no sockets", None),
    ("EACCES-path", "EACCES", DENIED, "does not allow a new file", None),
]
# What a supervisor is not told: an address that cannot be read, a filter behind its own, the right of another user.
LIBRARY_ONLY = {"EFAULT", "EACCES-path", "EACCES-filter", "EPERM-filter", "ENOMEM", "ENOBUFS", "EADDRINUSE-path"}


def inside(helper, inuse):
    """In the namespaces: stages and compares."""
    bad, number = 0, 0

    def point(good, name, text):
        nonlocal bad, number
        number += 1
        bad += not good
        for line in text.splitlines() if not good else []:
            print("#", line)
        print("ok" if good else "not ok", number, "-", name)

    with tempfile.TemporaryDirectory() as top:
        folder = pathlib.Path(top) / "f"
        folder.mkdir()
        folder.parent.chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "x", folder], check=True)
        for name in ("full", "readonly", "private"):
            (folder / name).mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=1", "x", folder / "full"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "x", folder / "readonly"], check=True)
        (folder / "private").chmod(0o700)
        (folder / "file").touch()
        (folder / "loop").symlink_to("loop2")
        (folder / "loop2").symlink_to("loop")
        folder.chmod(0o755)
        copy = shutil.copy(helper, folder)
        for case, name, status, words, message in CASES:
            ran = subprocess.run([copy, case, "explain", folder], capture_output=True, text=True, timeout=60)
            number_of = getattr(errno, name)
            lines = ran.stdout.splitlines() + [""] * 3
            good = lines[0] == f"told {number_of}" and lines[1] == f"errno {number_of} status {status}" \
                and words in ran.stdout
            point(good, f"{case}: {lines[2]}", ran.stdout + ran.stderr)
            if case not in LIBRARY_ONLY:
                ran = subprocess.run([inuse, "run", "--", copy, case, "fail", folder], capture_output=True, text=True,
                                     timeout=60)
                point(f"told {number_of}" in ran.stdout and name in ran.stderr and words in ran.stderr,
                      f"{case}: inuse run says the same", ran.stdout + ran.stderr)
            if message:
                ran = subprocess.run([inuse, message], capture_output=True, text=True, timeout=60)
                flat = " ".join(ran.stdout.split())
                point(name in flat and "The message says" in flat, f"{case}: of a message, too", ran.stdout + ran.stderr)
        subprocess.run(["umount", "-R", folder], check=False)
    print(f"1..{number}")
    return 1 if bad else 0


def main():
    helper, inuse = sys.argv[1:3]
    if len(sys.argv) > 3:
        return inside(helper, inuse)
    if os.geteuid() != 0:
        print("1..0 # SKIP file systems that are full or read-only take root")
        return 0
    tried = subprocess.run(["unshare", "-mn", "true"], capture_output=True, text=True)
    if tried.returncode:
        print("1..0 # SKIP no namespaces:", tried.stderr.strip())
        return 0
    return subprocess.run(["unshare", "-mn", "sh", "-c", 'ip link set lo up; exec "$@"', "sh", sys.executable,
                           __file__, helper, inuse, "inside"]).returncode


if __name__ == "__main__":
    sys.exit(main())
