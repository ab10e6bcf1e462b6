#!/usr/bin/env python3
"""The examples as their users build them: installed ones, through pkg-config, in C17, C89, C++20, Python and
Go; server.c shared and static; then run against real conflicts.

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
LINES_MAX = 64


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

    def skip(self, count, why):
        for _ in range(count):
            self.number += 1
            print(f"ok {self.number} - # SKIP {why}")


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
        f"127.0.0.1:{port}/tcp is in use" in err and f"(pid {holder.pid}) listens there" in err and "What helps:" in err
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
    test.point(code == 1 and "it runs already" in err and f"(pid {server.pid})" in err,
               f"{kind}: tells that it runs already", err)


def needed(program):
    run = subprocess.run(["readelf", "-d", program], text=True, capture_output=True, check=True)
    return re.findall(r"\(NEEDED\).*\[(.*?)\]", run.stdout)


def holds(command):
    """Runs a holder of a port; what the command says of it, and who it is."""
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:
        port = int(holder.stdout.readline())
        run = subprocess.run([*command, f"127.0.0.1:{port}"], text=True, capture_output=True, timeout=60)
        holder.stdin.close()
    return holder.pid, run.stdout + run.stderr


def speaks_c89(test, root, examples, compiler, scratch):
    program = os.path.join(scratch, "c89")
    good, text = build(root, str(examples / "c89.c"), [*compiler, "-std=c89", "-Wpedantic", "-Wno-missing-field-initializers"],
                       program)
    test.point(good, "c89.c: builds as C89, without a warning", text)
    pid, said = holds([program]) if good else (0, text)
    test.point(f"pid {pid}" in said and "stop-process" in said, "c89.c: tells who and what helps", said)


def waits_in_cxx(test, root, examples, scratch):
    program = os.path.join(scratch, "watch")
    if not shutil.which("g++"):
        test.skip(2, "watch.cpp: there is no g++")
        return
    good, text = build(root, str(examples / "watch.cpp"), ["g++", "-std=c++20", "-Wpedantic"], program)
    test.point(good, "watch.cpp: builds as C++20, without a warning", text)
    if not good:
        test.point(False, "watch.cpp: waits", text)
        return
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:
        port = int(holder.stdout.readline())
        with subprocess.Popen([program, f"127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True) as watch:
            first = watch.stdout.readline()
            holder.stdin.close()
            holder.wait()
            try:
                rest, _ = watch.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                watch.kill()
                rest = "still waiting"
    test.point(f"{port}" in first and rest.endswith("it can be bound now\n") and watch.returncode == 0,
               "watch.cpp: its descriptor tells when the port is free", first + rest)


def speaks_python(test, root, examples):
    library = next(pathlib.Path(root[1]).rglob("libinuse.so.0"))
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:
        port = int(holder.stdout.readline())
        run = subprocess.run([sys.executable, examples / "explain.py", str(port)], text=True, capture_output=True,
                             env={**os.environ, "LIBINUSE": str(library)}, timeout=60)
        holder.stdin.close()
    test.point(run.returncode == 1 and f"(pid {holder.pid})" in run.stderr, "explain.py: tells who has the port",
               run.stdout + run.stderr)


def speaks_go(test, root, examples, scratch):
    go = shutil.which("go") or shutil.which("go-12")  # the latter is gccgo's: a third of the size
    if not go:
        test.skip(1, "explain.go: there is no go (gccgo-12, or golang-go)")
        return
    program = os.path.join(scratch, "explain")
    libdir = pkg_config(root, "--variable=libdir")[0]
    env = {**os.environ, "CGO_CFLAGS": " ".join(pkg_config(root, "--cflags")), "GOFLAGS": "-mod=mod",
           "GOCACHE": os.path.join(scratch, "go"), "CGO_LDFLAGS": f"-L{libdir} -linuse -Wl,-rpath,{libdir}",
           "PKG_CONFIG": "true", "CGO_LDFLAGS_ALLOW": ".*"}
    run = subprocess.run([go, "build", "-o", program, str(examples / "explain.go")], env=env, text=True,
                         capture_output=True)
    pid, said = holds([program]) if run.returncode == 0 else (0, run.stderr)
    test.point(f"(pid {pid})" in said, "explain.go: builds with cgo, and tells who has the port", said)


def shuts_others_in(test, root, compiler, scratch):
    """Within another shared library the static one gives away nothing but its own functions."""
    archive = next(pathlib.Path(root[1]).rglob("libinuse.a"))
    library = os.path.join(scratch, "other.so")
    run = subprocess.run([*compiler, "-shared", "-o", library, "-Wl,--whole-archive", str(archive),
                          "-Wl,--no-whole-archive", "-ljansson"], text=True, capture_output=True)
    names = subprocess.run(["nm", "-D", "--defined-only", library], text=True, capture_output=True).stdout.split()[2::3]
    foreign = [name for name in names if not name.startswith("inuse_")]
    test.point(run.returncode == 0 and names and not foreign,
               f"static, within another library: exports {len(names)} functions, {len(foreign)} foreign ones",
               run.stderr + " ".join(foreign[:20]))


def main():
    meson, folder, prefix, source, *compiler = sys.argv[1:]
    lines = len(open(source, encoding="utf-8").read().splitlines())
    test = Test(21)
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
        alone = [name for name in needed(os.path.join(scratch, "server-static"))
                 if not name.startswith(("libjansson.", "libc.", "ld-linux"))]
        test.point(not alone, "static: needs jansson and the C library, and nothing else", " ".join(alone))
        examples = next(pathlib.Path(shared).rglob("inuse/examples"))
        root = (prefix, shared)
        speaks_c89(test, root, examples, compiler, scratch)
        waits_in_cxx(test, root, examples, scratch)
        speaks_python(test, root, examples)
        speaks_go(test, root, examples, scratch)
        shuts_others_in(test, (prefix, static), compiler, scratch)
        lazy = [name for name in needed(os.path.join(scratch, "server-static"))
                if "systemd" in name or "bpf" in name]
        test.point(not lazy, "nothing is loaded at its start that it may never need", " ".join(lazy))
    return 1 if test.bad or test.number != 21 else 0


if __name__ == "__main__":
    sys.exit(main())
