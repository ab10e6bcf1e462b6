#!/usr/bin/env python3
"""examples/server.c as its users build it: through pkg-config, against an installed copy, shared and static;
then run against real conflicts.

Arguments: meson, the build folder, the prefix, the source, the C compiler. Prints TAP.
"""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

HOLDER = """
import socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
sys.stdin.read()
"""
LINES_MAX = 60


class Test:
    def __init__(self, count):
        self.number, self.bad = 0, 0
        print(f"1..{count}")

    def point(self, good, name, text=""):
        self.number += 1
        self.bad += not good
        if not good:
            for line in text.splitlines():
                print("#", line)
        print("ok" if good else "not ok", self.number, "-", name)


def pkg_config(root, *options):
    """The installed copy lies below a folder of its own, so its prefix is another one."""
    prefix, folder = root
    found = [str(p.parent) for p in pathlib.Path(folder).rglob("inuse.pc")]
    env = {**os.environ, "PKG_CONFIG_PATH": found[0] if found else "/nonexistent"}
    run = subprocess.run(["pkg-config", f"--define-variable=prefix={folder}{prefix}", *options, "inuse"],
                         env=env, text=True, capture_output=True, check=True)
    return run.stdout.split()


def build(root, source, compiler, output, *options):
    flags = pkg_config(root, "--cflags", "--libs", *options)
    libdir = pkg_config(root, "--variable=libdir")[0]
    run = subprocess.run([*compiler, "-Wall", "-Wextra", "-Werror", source, "-o", output, *flags,
                          f"-Wl,-rpath,{libdir}"], text=True, capture_output=True)
    return run.returncode == 0, " ".join(run.args) + "\n" + run.stderr


def ask(program, port):
    run = subprocess.run([program, str(port)], text=True, capture_output=True, timeout=30)
    return run.returncode, run.stdout, run.stderr


def says_who(test, kind, program):
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:
        port = int(holder.stdout.readline())
        code, out, err = ask(program, port)
        holder.stdin.close()
    good = code == 1 and not out and "bind: Address already in use" in err and \
        re.search(rf"\(pid {holder.pid}\) listens on 127\.0\.0\.1:{port}", err) and "other-program" in err
    test.point(good, f"{kind}: tells who has the port", err)
    return port


def serves(test, kind, program, port):
    """The port is free now: it starts; a second one is told that it runs already."""
    with subprocess.Popen([program, str(port)], stderr=subprocess.PIPE, text=True) as server:
        answer = b""
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as client:
                    client.sendall(b"hello")
                    answer = client.recv(16)
                    break
            except ConnectionRefusedError:
                subprocess.run(["sleep", "0.05"], check=True)
        code, _, err = ask(program, port)
        server.terminate()
        server.wait()
    test.point(answer == b"hello", f"{kind}: serves where the port is free", repr(answer))
    test.point(code == 1 and "already-running" in err and f"(pid {server.pid})" in err,
               f"{kind}: tells that it runs already", err)


def needed(program):
    run = subprocess.run(["readelf", "-d", program], text=True, capture_output=True, check=True)
    return re.findall(r"\(NEEDED\).*\[(.*?)\]", run.stdout)


def main():
    meson, folder, prefix, source, *compiler = sys.argv[1:]
    lines = len(open(source, encoding="utf-8").read().splitlines())
    test = Test(13)
    test.point(lines <= LINES_MAX, f"the example has {lines} lines, at most {LINES_MAX}")
    with tempfile.TemporaryDirectory() as scratch:
        shared, static = os.path.join(scratch, "shared"), os.path.join(scratch, "static")
        run = subprocess.run([meson, "install", "-C", folder, "--no-rebuild", "--destdir", shared],
                             text=True, capture_output=True)
        test.point(run.returncode == 0, "installed into a folder of its own", run.stdout + run.stderr)
        shutil.copytree(shared, static, symlinks=True)
        for library in pathlib.Path(static).rglob("libinuse.so*"):
            library.unlink()
        for kind, place, options in (("shared", shared, []), ("static", static, ["--static"])):
            program = os.path.join(scratch, f"server-{kind}")
            good, text = build((prefix, place), source, compiler, program, *options)
            test.point(good, f"{kind}: builds through pkg-config", text)
            libraries = needed(program) if good else []
            test.point(("libinuse.so.0" in libraries) == (kind == "shared") and bool(libraries),
                       f"{kind}: needs {' '.join(libraries)}")
            if not good:
                continue
            port = says_who(test, kind, program)
            serves(test, kind, program, port)
        lazy = [name for name in needed(os.path.join(scratch, "server-static"))
                if "systemd" in name or "bpf" in name]
        test.point(not lazy, "nothing is loaded at its start that it may never need", " ".join(lazy))
    return 1 if test.bad or test.number != 13 else 0


if __name__ == "__main__":
    sys.exit(main())
