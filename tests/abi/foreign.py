#!/usr/bin/env python3
"""The library in a program that is not C: loaded into Python, it tells one script from another.

Every script here runs the same file, python3; only the same script is "already running". Arguments: the
shared library. Prints TAP.
"""
import ctypes
import os
import subprocess
import sys
import tempfile

SCRIPT = """
import ctypes, errno, socket, sys

def explain(library, fd, port):
    inuse = ctypes.CDLL(library)
    for name in ("inuse_answers_get", "inuse_answer_cause", "inuse_answer_text"):
        getattr(inuse, name).restype = ctypes.c_void_p
    answers = ctypes.c_void_p()
    address = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    count = inuse.inuse_explain_bind(fd, address, ctypes.c_size_t(len(address)), errno.EADDRINUSE, None,
                                     ctypes.byref(answers))
    assert count == 1, count
    answer = ctypes.c_void_p(inuse.inuse_answers_get(answers, ctypes.c_size_t(0)))
    print(ctypes.string_at(inuse.inuse_answer_cause(answer)).decode())
    print(ctypes.string_at(inuse.inuse_answer_text(answer)).decode())
    inuse.inuse_answers_free(answers)

s = socket.socket()
try:
    s.bind(("127.0.0.1", int(sys.argv[2])))
except OSError:
    explain(sys.argv[1], s.fileno(), int(sys.argv[2]))
    sys.exit(1)
s.listen()
print(s.getsockname()[1], flush=True)
sys.stdin.read()
"""
CASES = [("one.py", "already-running", "the same script is the same program"),
         ("other.py", "other-program", "another script is another program")]


def main():
    library = os.path.abspath(sys.argv[1])
    bad = 0
    print(f"1..{len(CASES)}")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one.py", "other.py"):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(SCRIPT)
        command = [sys.executable, "one.py", library]
        with subprocess.Popen([*command, "0"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as holder:
            port = holder.stdout.readline().strip()
            for number, (script, cause, what) in enumerate(CASES, 1):
                run = subprocess.run([sys.executable, script, library, port], cwd=folder, text=True,
                                     capture_output=True, timeout=60)
                got = run.stdout.splitlines()[0] if run.stdout else run.stderr
                good = got == cause and f"(pid {holder.pid})" in run.stdout
                bad += not good
                for line in (run.stdout + run.stderr).splitlines() if not good else []:
                    print("#", line)
                print("ok" if good else "not ok", number, "-", what + ":", got)
            holder.stdin.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
