#!/usr/bin/env python3
"""`inuse top` on a real terminal with real sockets: what comes and goes, keys, acts, and how it ends. Prints TAP."""
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "run"))
os.environ.setdefault("CALLS", "")
import tap  # noqa: E402
from tmux import INUSE, PATIENCE, Terminal, enter  # noqa: E402

SERVER = """
import socket, sys, time
if sys.argv[3:]:
    open("/proc/self/comm", "w").write(sys.argv[3])
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen(16)
print("listens", flush=True)
time.sleep(600)
"""


class Server:
    def __init__(self, port, address="127.0.0.1", name=None):
        self.process = subprocess.Popen([sys.executable, "-c", SERVER, address, str(port), *[name] * bool(name)], stdout=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True, start_new_session=True)
        assert self.process.stdout.readline() == "listens\n"
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()


def row(screen, port):
    """The line of a port, or ''."""
    return next((line for line in screen.splitlines() if f" {port} tcp" in line), "")


def comes_and_goes():
    """a server that comes is new, one that goes is gone for some seconds, and the history knows both"""
    with Terminal(80, 24) as t, Server(8001):
        t.top()
        t.wait(" 8001 tcp")
        with Server(8002) as second:
            line = row(t.wait(" 8002 tcp"), 8002)
            print("#", line)
            assert line.startswith("+") and "listen" in line and str(second.pid) in line, line
            second.process.kill()
            line = row(t.wait("gone"), 8002)
            print("#", line)
            assert line.startswith("-"), line
        t.wait(absent=" 8002 tcp")
        t.keys("H")
        screen = t.wait("What came and went", "+ ", "- ")
        assert "8002/tcp 127.0.0.1 listen" in screen, screen
        t.keys("Escape")
        t.wait("8001", absent="What came and went")
        t.keys("q")
        t.wait("$", absent="inuse top")


def an_end_is_told_by_the_kernel():
    """what has gone is marked long before the next look: the kernel tells"""
    times = []
    with Terminal(80, 24) as t, Server(8003):
        t.top()
        t.wait(" 8003 tcp")
        for port in (8004, 8005, 8006):
            with Server(port) as server:
                t.wait(f" {port} tcp")
                server.process.kill()
                begin = time.monotonic()
                t.wait("gone")
                times.append(time.monotonic() - begin)
                t.wait(absent="gone")
    print(f"# seconds from SIGKILL to the screen: {', '.join(f'{s:.2f}' for s in times)}")
    assert min(times) < 1.5, times


def a_birth_is_seen_soon():
    """what is new is seen before the next look is due: the kernel's count of sockets tells"""
    times = []
    with Terminal(80, 24) as t, Server(8007):
        t.top()
        t.wait(" 8007 tcp")
        for port in range(8200, 8209):
            time.sleep(0.3 * (port % 5))  # not always at the same time after a look
            with Server(port):
                begin = time.monotonic()
                t.wait(f" {port} tcp")
                times.append(time.monotonic() - begin)
    print(f"# seconds from listen() to the screen: {', '.join(f'{s:.2f}' for s in times)}")
    assert min(times) < 1.5, times  # where a look costs much they are rarer


def filters_while_typing():
    """/ filters with every key, Escape shows everything again"""
    with Terminal(100, 24) as t, Server(8010), Server(8011), Server(9010):
        t.top()
        t.wait("8010", "8011", "9010")
        t.type("/8010-8019")
        t.wait("8010", "8011", absent=" 9010 tcp")
        t.keys("Enter")
        t.wait("/8010-8019")
        t.keys("Escape")
        t.wait(" 9010 tcp")
        t.type("/nothing-is-called-so")
        t.wait("nothing matches")
        t.keys("Escape")
        t.wait(" 9010 tcp")


def answers_why():
    """Enter gives the whole answer of inuse why, c copies what helps"""
    with Terminal(120, 40) as t, Server(8020) as server:
        t.top("8020")
        t.wait("8020 tcp")
        t.keys("Enter")
        screen = t.wait("127.0.0.1:8020", f"pid {server.pid}", "What helps:", "inuse free")
        own = subprocess.run([INUSE, "why", "--color=never", "127.0.0.1:8020"], capture_output=True, text=True).stdout
        assert own.splitlines()[0] in screen, (own, screen)
        t.keys("c")
        t.wait("copied: ")
        copied = t.tmux("show-buffer")
        print(f"# copied: {copied!r}")
        assert copied.startswith("inuse free"), copied
        t.keys("v")
        t.wait("cause", "rule")
        t.keys("v")
        t.wait("What helps:", absent="rule ")
        t.keys("Escape")
        t.wait("Enter why", absent="What helps:")


def counts_time_wait_down():
    """TIME-WAIT counts down, in the table and in its answer"""
    listener = socket.create_server(("127.0.0.1", 8030))
    client = socket.create_connection(("127.0.0.1", 8030))
    listener.accept()[0].close()
    client.close()
    listener.close()
    with Terminal(120, 40) as t:
        t.top("--all", "8030")
        first = int(re.search(r"time-wait +(\d+)s", t.wait("8030 tcp"))[1])  # the header counts them, too
        t.wait(f"time-wait {first - 2}s")
        t.keys("Enter")
        t.wait("inuse 127.0.0.1:8030", "TIME-WAIT")
        t.wait(f"time-wait {first - 6}s")


def frees_after_consent():
    """f shows the plan, any key but y leaves it, y does it, and the same question is asked again"""
    with Terminal(120, 40) as t, Server(8040) as server:
        t.top("8040")
        t.wait("8040 tcp")
        t.keys("f")
        t.wait("[y/N]", f"pid {server.pid}")
        t.keys("n")
        t.wait("Nothing was done.")
        assert server.process.poll() is None
        t.keys("Escape", "f")
        t.wait("[y/N]", absent="Nothing was done.")
        t.keys("y")
        t.wait("is free now")
        assert server.process.wait(PATIENCE) == -signal.SIGTERM
        t.keys("Escape")
        screen = t.wait("gone", absent="[y/N]")
        assert row(screen, 8040).startswith("-"), screen  # it is selected: it stays
        t.keys("Escape")  # no filter
        t.wait(absent="/8040")
        t.keys("Escape")  # no selection
        t.wait("nothing is bound here")


def waits():
    """w waits until the port can be bound, and says so"""
    with Terminal(120, 30) as t, Server(8050) as server:
        t.top()
        t.wait("8050 tcp")
        t.type("/8050")
        t.keys("Enter", "w")
        t.wait("WAITING FOR 127.0.0.1:8050")
        server.process.kill()
        t.wait("127.0.0.1:8050 can be bound now", absent="WAITING FOR")


def exports():
    """e writes what is shown as an inuse.list/1 document into a new file"""
    with tempfile.TemporaryDirectory() as folder, Terminal(120, 30) as t, Server(8060), Server(8061):
        t.type(f"cd {folder}")
        t.keys("Enter")
        t.top("8060")
        t.wait("8060 tcp", absent=" 8061 tcp")
        t.keys("e")
        t.wait("1 socket in inuse-")
        files = list(pathlib.Path(folder).iterdir())
        document = json.loads(files[0].read_text())
        ports = [s["port"] for s in document["sockets"]]
        print(f"# {files[0].name}: {document['schema']} {ports}, mode {files[0].stat().st_mode & 0o777:o}")
        assert document["schema"] == "inuse.list/1" and ports == [8060] and files[0].stat().st_mode & 0o077 == 0


def two_on_a_port():
    """of two programs on one port both are marked, each with the same reason"""
    with Terminal(100, 24) as t, Server(8065, name="node"), Server(8065, "::1", name="vite"):
        t.top("8065")
        screen = t.wait("!  8065 tcp", "::1")
        while screen.count("!  8065 tcp") < 2:
            assert " 8065 tcp" in screen
            screen = t.screen()
        print("#", [line for line in screen.splitlines() if "8065 tcp" in line])
        for key in ("Home", "End"):
            t.keys(key)
            t.wait("! Two programs answer on port 8065/tcp")


def pauses_and_freezes():
    """Space pauses, o freezes the order, the selection stays with its socket"""
    with Terminal(100, 24) as t, Server(8071), Server(8073):
        t.top()
        t.wait("8071", "8073")
        t.keys("Space")
        t.wait("PAUSED")
        with Server(8072) as between:
            time.sleep(3)  # longer than until the next look: nothing may come
            t.wait("PAUSED", absent=" 8072 tcp")
            t.keys("o", "Space")
            screen = t.wait("ORDER FROZEN", " 8072 tcp", absent="PAUSED")
            assert screen.index(" 8073 tcp") < screen.index(" 8072 tcp"), screen
            t.keys("o")
            screen = t.wait("8072", absent="ORDER FROZEN")
            assert screen.index(" 8072 tcp") < screen.index(" 8073 tcp"), screen
            assert between.process.poll() is None


def resizes():
    """another size of the window is drawn at once, down to one that is too small"""
    with Terminal(80, 24) as t, Server(8080):
        t.top()
        t.wait("8080 tcp", absent="COMMAND")
        t.tmux("resize-window", "-x", "160", "-y", "30")
        t.wait("COMMAND", "QUEUE")
        t.keys("Enter")
        t.wait("What helps:")
        t.tmux("resize-window", "-x", "60", "-y", "12")
        t.wait("inuse 127.0.0.1:8080", absent="COMMAND")
        t.tmux("resize-window", "-x", "18", "-y", "5")
        t.wait("too small")
        t.tmux("resize-window", "-x", "80", "-y", "24")
        t.wait("8080 tcp", "inuse 127.0.0.1:8080")


def mouse():
    """a click selects, a click on a heading sorts, two on a row answer"""
    with Terminal(100, 24) as t, Server(8091), Server(8092):
        t.top("8091-8092")
        screen = t.wait(" 8091 tcp", " 8092 tcp").splitlines()
        y = next(i for i, line in enumerate(screen) if " 8092 tcp" in line)
        t.click(4, 3)
        screen = t.wait("sorted by port, downwards").splitlines()
        assert " 8092 tcp" in screen[4] and " 8091 tcp" in screen[5], screen
        t.click(4, y, times=2)  # at once: ncurses tells both by one key
        t.wait("inuse 127.0.0.1:8091", "What helps:")


def stops_and_goes_on():
    """Ctrl-Z gives the terminal back, fg draws it again"""
    with Terminal(100, 24) as t, Server(8100):
        t.type("set -m")
        t.keys("Enter")
        t.top("8100")
        t.wait("8100 tcp")
        t.keys("C-z")
        t.wait("Stopped", absent="8100 tcp")
        t.type("stty -a | grep -o ' -*echo ' ; fg")
        t.keys("Enter")
        t.wait("8100 tcp", "Enter why")
        t.keys("q")
        t.wait("$", absent="8100 tcp")


def left(t, code):
    """The screen is the shell's again, with echo and cursor."""
    t.wait("$", absent="8110 tcp")
    t.type("echo code=$?; stty -a | tr ' ' '\\n' | grep -x -e '-*echo' -e '-*icanon' | tr '\\n' ' '")
    t.keys("Enter")
    t.wait(f"code={code}", "icanon echo")
    assert t.tmux("display-message", "-p", "#{cursor_flag} #{alternate_on}").split() == ["1", "0"]


def gives_the_terminal_back():
    """q, Ctrl-C, SIGTERM and a crash: each gives the terminal back"""
    with Server(8110):
        for how, code in (("q", 0), ("C-c", 130), (signal.SIGTERM, 143), (signal.SIGSEGV, 139), (signal.SIGABRT, 134)):
            print(f"# by {how}")
            with Terminal(100, 24) as t:
                t.top("8110")
                t.wait("8110 tcp")
                if isinstance(how, str):
                    t.keys(how)
                else:
                    os.kill(t.pid(), how)
                left(t, code)


def survives_no_terminal():
    """a terminal that is gone ends it at once, and it does not turn in circles"""
    with Server(8120):
        t = Terminal(100, 24)
        t.top("8120")
        t.wait("8120 tcp")
        pid = t.pid()
        t.close()
        end = time.monotonic() + PATIENCE
        while pathlib.Path(f"/proc/{pid}/stat").exists() and time.monotonic() < end:
            if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                break
            time.sleep(0.05)
        else:
            assert not pathlib.Path(f"/proc/{pid}").exists(), "it still runs"


def hostile_names():
    """a program that calls itself an escape sequence is shown as text"""
    code = SERVER.replace("import socket", "import ctypes, socket").replace(
        "s.listen", "ctypes.CDLL(None).prctl(15, b'\\x1b[2J\\x1b]0;x\\x07\\n', 0, 0, 0); s.listen")
    process = subprocess.Popen([sys.executable, "-c", code, "127.0.0.1", "8130"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "listens\n"
        with Terminal(120, 24) as t:
            t.top("8130")
            screen = t.wait("\\x1b[2J")
            assert "inuse top" in screen and "PORT" in screen, screen
    finally:
        process.kill()
        process.wait()


def tells_failed_binds():
    """where a watch runs, the header tells the failed binds of the last minute, and the answer those of its port"""
    # nobody reads its output: others of this machine may fail a thousand times
    watch = subprocess.Popen([INUSE, "watch", "--json"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        said = watch.stderr.readline()
        if "watching" not in said:
            raise tap.Skip(said.strip())
        with Terminal(160, 40) as t, Server(8150):
            t.top()
            t.wait(" 8150 tcp", "failed binds in a minute 0")
            for _ in range(3):
                subprocess.run([sys.executable, "-c", SERVER, "127.0.0.1", "8150"], stderr=subprocess.DEVNULL)
            name = os.path.basename(sys.executable)[:15]
            screen = t.wait("failed binds in a minute 3", f"last {name} 8150/tcp")
            print("#", screen.splitlines()[1])
            t.keys("Enter")
            t.wait("was refused 3 times in the last minute")
            t.keys("Escape")
            watch.send_signal(signal.SIGINT)
            watch.communicate(timeout=PATIENCE)
            t.wait("failed binds in a minute 3")  # they are told, for as long as they are of the last minute
    finally:
        watch.kill()
        watch.communicate()
    with Terminal(160, 40) as t:
        os.unlink("/run/inuse/failures")
        t.top()
        t.wait("nothing is bound here", absent="failed binds")


MANY = """
import resource, signal, socket, sys
place, count, hard = int(sys.argv[1]), int(sys.argv[2]), resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
for i in range(count):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.bind((f"127.{1 + place}.{i // 200}.1", 3000 + i % 200))
    s.detach()
print("bound", flush=True)
signal.pause()
"""


def very_many():
    """of more than 50,000 sockets those with the lowest ports are there, and a filter finds the others"""
    each, processes = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100, 15000), []
    if each < 4000:
        raise tap.Skip(f"a process may have {each} descriptors only")
    try:
        for place in range((60000 + each - 1) // each):
            processes.append(subprocess.Popen([sys.executable, "-c", MANY, str(place), str(min(each, 60000 - place * each))],
                                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True))
        assert all(p.stdout.readline() == "bound\n" for p in processes)
        with Terminal(120, 30) as t, Server(8160):
            t.top()
            screen = t.wait("10001 more from port ", " 3000 udp", "python3", "ephemeral", seconds=3 * PATIENCE)
            print("#", screen.splitlines()[2])
            begin = time.monotonic()
            t.keys("j")
            t.wait("udp")
            print(f"# a key: {(time.monotonic() - begin) * 1000:.0f} ms")
            t.type("/8160")
            t.keys("Enter")
            screen = t.wait(" 8160 tcp", absent=" more from port", seconds=3 * PATIENCE)
            assert not row(screen, 8160).startswith("+"), screen  # it was there, and was not kept
            t.keys("Escape")
            t.wait("10001 more from port", " 3000 udp", absent=" 8160 tcp", seconds=3 * PATIENCE)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def plain_terminals():
    """NO_COLOR has no colours, C has no characters beyond ASCII, an unknown terminal is refused"""
    with Server(8140):
        with Terminal(80, 24, NO_COLOR="1") as t:
            t.top("8140")
            t.wait("8140 tcp")
            colours = [part for part in t.screen(True).split("\033[")[1:] if set(part.partition("m")[0].split(";")) & {str(n) for n in (*range(30, 38), *range(90, 98))}]
            print(f"# colours: {colours}")
            assert not colours
        with Terminal(80, 24) as t:
            t.type("export LC_ALL=C")
            t.keys("Enter")
            t.top("8140")
            screen = t.wait("8140 tcp")
            print("#", [line for line in screen.splitlines() if "ephemeral" in line])
            assert screen.isascii(), [c for c in screen if ord(c) > 126]
            t.keys("q")
            t.wait("$", absent="8140 tcp")
            t.type("TERM=nonesuch " + INUSE + " top")
            t.keys("Enter")
            t.wait("kind of terminal", "inuse list")


def no_terminal():
    """without a terminal it says what to use instead, and is a wrong command line"""
    done = subprocess.run([INUSE, "top"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    tap.same("exit code", done.returncode, 2)
    tap.same("message", done.stderr, "inuse: top needs a terminal: use inuse list\n")


if __name__ == "__main__":
    enter()
    sys.exit(tap.play([comes_and_goes, an_end_is_told_by_the_kernel, a_birth_is_seen_soon, filters_while_typing, answers_why,
                       counts_time_wait_down, frees_after_consent, waits, exports, two_on_a_port, pauses_and_freezes, resizes, mouse,
                       stops_and_goes_on, gives_the_terminal_back, survives_no_terminal, hostile_names, tells_failed_binds,
                       very_many, plain_terminals,
                       no_terminal]))
