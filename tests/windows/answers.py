#!/usr/bin/env python3
"""why, list, error, wait, pick, report and --from of inuse.exe: holders, codes, documents."""
import calendar
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from wine import HOLDER, Held, INUSE, ON_WINE, Points, ROOT, holder, inuse, schema_error

PORT = 26310


def holders(points):
    with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
        answer = inuse("why", "--json", f"127.0.0.1:{PORT}")
        points.check(answer.code == 0, "a held port: exit 0", answer)
        document = answer.json()
        error = schema_error(document, "why")
        points.check(error is None, "the answer is valid against its schema", error)
        verdict, blocker = document["verdict"], document["blockers"][0]
        points.check((verdict["status"], verdict["error"], verdict["errno"]) ==
                     ("in-use", "WSAEADDRINUSE", 10048), "in use, WSAEADDRINUSE, 10048", verdict)
        points.check(verdict["probe"] == "WSAEADDRINUSE", "the system's own bind() says the same", verdict)
        who = blocker["holders"][0]
        points.check(who["pid"] == held.pid, f"the holder's pid {held.pid}", who)
        points.check(who["exe"].replace("\\", "/").lower().endswith(HOLDER.replace("\\", "/").lower()),
                     "the holder's program by its whole path", who["exe"])
        points.check(who["command"][1:] == ["tcp", "127.0.0.1", str(PORT), "D", "listen"],
                     "the holder's command line", who["command"])
        started = calendar.timegm(time.strptime(who["started"], "%Y-%m-%dT%H:%M:%SZ"))
        points.check(abs(started - held.since) < 30, "the time it was started", who["started"], held.since)
        points.check(who["user"], f"its user: {who['user']}", who)
        text = inuse("why", f"127.0.0.1:{PORT}")
        points.check(f"holder.exe (pid {held.pid}) listens there" in text.out,
                     "the sentence names who, pid and address", text)
        listing = inuse("list", "--json", "tcp").json()
        error = schema_error(listing, "list")
        points.check(error is None, "the listing is valid against its schema", error)
        row = [s for s in listing["sockets"] if s["port"] == PORT]
        points.check(len(row) == 1 and row[0]["holders"][0]["pid"] == held.pid,
                     "the listing has the socket and its holder", row)
        excl = inuse("why", "--json", "--exclusive", f"{PORT}").json()["verdict"]
        tried = holder("tcp", "0.0.0.0", str(PORT), "E", "try")
        points.check(excl["errno"] == 10048 and tried == "error 10048",
                     "--exclusive on the wildcard: 10048, and bind() says so, too", excl, tried)
    points.check(inuse("why", f"127.0.0.1:{PORT}").code == 1, "afterwards it is free: exit 1")
    with Held("udp", "0.0.0.0", str(PORT), "D", "bound") as held:
        who = inuse("why", "--json", f"{PORT}/udp").json()
        points.check(who["blockers"][0]["holders"][0]["pid"] == held.pid, "a holder of UDP", who["blockers"])
    with Held("udp", "::1", str(PORT), "D", "bound") as held:
        who = inuse("why", "--json", f"[::1]:{PORT}/udp").json()
        points.check(who["blockers"][0]["holders"][0]["pid"] == held.pid, "a holder of UDP over IPv6",
                     who["blockers"])
    with Held("tcp", "::1", str(PORT), "D", "listen") as held:
        answer = inuse("why", "--json", f"[::1]:{PORT}").json()
        pids = [h["pid"] for h in answer["blockers"][0]["holders"]]
        # Wine's table of TCP over IPv6 names no owners: who has a handle to it is looked for.
        points.check(pids == [held.pid], f"a holder of TCP over IPv6: {pids}", answer)
        points.check(answer["verdict"]["status"] == "in-use", "it is in use in any case", answer["verdict"])


def options(points):
    """What another process has set on its socket is read through a duplicate of its handle."""
    for protocol in ("tcp", "udp"):
        for address in ("127.0.0.1", "::1"):
            for letter in "DRE":
                with Held(protocol, address, str(PORT), letter, "listen" if protocol == "tcp" else "bound") as held:
                    target = f"[{address}]:{PORT}" if ":" in address else f"{address}:{PORT}"
                    answer = inuse("why", "--json", "--no-probe", f"{target}/{protocol}")
                    blockers = answer.json()["blockers"]
                    told = blockers and blockers[0]["options"]
                    points.check(told and (told["reuseaddr"], told["exclusive"], told["v6only"]) ==
                                 (letter == "R", letter == "E", True if ":" in address else None),
                                 f"options of another's {protocol} socket on {address}: {letter}", answer)
                    points.check([h["pid"] for h in blockers[0]["holders"]] == [held.pid], "and its holder", answer)
    for letter, errno in (("B", None), ("X", 10013)):
        with Held("tcp", "::", str(PORT), letter, "listen"):
            answer = inuse("why", "--json", "--no-probe", f"[::]:{PORT}")
            told = answer.json()["blockers"][0]["options"]
            points.check(told["v6only"] is False and told["exclusive"] == (letter == "X"),
                         f"a socket of both stacks is told as one: {letter}", answer)
            answer = inuse("why", "--json", "--no-probe", f"127.0.0.1:{PORT}").json()
            points.check(answer["verdict"]["errno"] == errno and (not errno or answer["blockers"][0]["certain"]),
                         f"what it means for IPv4: {errno or 'it does not protect the port there'}", answer)
    with Held("tcp", "0.0.0.0", str(PORT), "R", "listen"):
        answer = inuse("why", "--json", "--no-probe", "--reuseaddr", str(PORT))
        points.check(answer.json()["verdict"]["status"] != "in-use" and not answer.json()["blockers"],
                     "both set SO_REUSEADDR: nothing is in the way, and it is certain", answer)
    with Held("tcp", "0.0.0.0", str(PORT), "D", "listen"):
        answer = inuse("why", "--json", "--no-probe", "--reuseaddr", str(PORT))
        points.check(answer.json()["verdict"]["errno"] == 10013 and answer.json()["blockers"][0]["certain"],
                     "only the asker does: 10013 for certain", answer)


def denied(points):
    with Held("tcp", "0.0.0.0", str(PORT), "E", "bound"):
        tried = holder("tcp", "127.0.0.1", str(PORT), "D", "try")
        answer = inuse("why", "--json", "--probe", f"127.0.0.1:{PORT}")
        verdict = answer.json()["verdict"]
        points.check(tried == "error 10013" and verdict["probe"] == "WSAEACCES",
                     "under an exclusive wildcard bind() says 10013", tried, verdict)
        points.check(verdict["status"] != "free" and answer.code != 1, "10013 is never called free", answer)
    with Held("tcp", "127.0.0.1", str(PORT), "D", "bound") as held:
        answer = inuse("why", "--json", f"127.0.0.1:{PORT}")
        document = answer.json()
        seen = [h["pid"] for b in document["blockers"] for h in b["holders"]]
        points.check(answer.code != 1 and (seen == [held.pid] or document["gaps"]),
                     "a socket that is bound only: seen, or said to be out of sight; never free", answer)


def words(points):
    first = inuse("error", "10048")
    points.check(first.code == 0 and "WSAEADDRINUSE" in first.out, "error 10048", first)
    points.check("10013" in inuse("error", "WSAEACCES").out, "error WSAEACCES")
    message = "listen tcp :26311: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted."
    points.check(inuse("why", message).code == 1, "a message of Go on Windows is read")
    points.check(inuse("why", "-", stdin=message.encode() + b"\r\n").code == 1, "the same from standard input")
    wrong = inuse("why", "80800")
    points.check(wrong.code == 2 and wrong.err.startswith("inuse: ") and len(wrong.err.splitlines()) == 1,
                 "bad input: one line, exit 2", wrong)
    text = inuse("--help")
    points.check(b"\r" not in text.bytes and text.code == 0, "no carriage returns in pipes", text)
    points.check("--exclusive" in text.out and "--reuseport" not in text.out, "help has the options of Windows alone", text)
    points.check(b"\x1b" not in inuse("why", str(PORT)).bytes, "no colours in pipes")


def hosts(points):
    """Names are looked up in the system's hosts file only."""
    if not ON_WINE:
        points.skip("names of the hosts file", "the system's own file is not changed")
        return
    file = ROOT / "build-windows-libs/prefix/drive_c/windows/system32/drivers/etc/hosts"
    before = file.read_bytes() if file.exists() else None
    try:
        file.write_bytes((before or b"") + b"\r\n127.0.0.1\tbox.example Box # no-name\r\n")
        with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
            answer = inuse("why", "--json", f"BOX:{PORT}")
            points.check(answer.code == 0 and answer.json()["blockers"][0]["holders"][0]["pid"] == held.pid,
                         "a name of the hosts file, in any case", answer)
            wrong = inuse("why", f"no-name:{PORT}")
            points.check(wrong.code == 2, "a comment is none", wrong)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)


def unicode_names(points):
    """UTF-8 into pipes, whatever the code page is."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "hölder-例.exe"
        shutil.copy(HOLDER, copy)
        with Held("tcp", "127.0.0.1", str(PORT), "D", "listen", program=str(copy)):
            answer = inuse("why", f"127.0.0.1:{PORT}")
            points.check("hölder-例.exe" in answer.out, "a program's name in UTF-8", answer)
            time.sleep(0.1)


def waiting(points):
    with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
        began = time.time()
        answer = inuse("wait", "--timeout", "1", f"127.0.0.1:{PORT}")
        points.check(answer.code == 1 and time.time() - began >= 0.9, "wait gives up after its time", answer)
        run = subprocess.Popen([os.environ["INUSE_WINDOWS_RUN"], INUSE, "wait", "--timeout", "30",
                                f"127.0.0.1:{PORT}"] if ON_WINE else
                               [INUSE, "wait", "--timeout", "30", f"127.0.0.1:{PORT}"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        points.check(run.poll() is None, "wait waits while it is held")
        held.__exit__()
        ended = time.time()
        points.check(run.wait(30) == 0, f"wait ends when the holder does ({time.time() - ended:.2f} s later)")


def picking(points):
    answer = inuse("pick")
    points.check(answer.code == 0 and re.fullmatch(r"\d+\n", answer.out), "pick prints a port", answer)
    port = answer.out.strip()
    points.check(holder("tcp", "0.0.0.0", port, "E", "try") == "error 0", f"port {port} can be bound")
    with Held("tcp", "0.0.0.0", str(PORT), "D", "listen"):
        answer = inuse("pick", "--range", f"{PORT}-{PORT + 1}")
        points.check(answer.out == f"{PORT + 1}\n", "pick passes over what is held", answer)
    ran = inuse("pick", "--range", f"{PORT}-{PORT}", "--hold", "--", HOLDER, "tcp", "127.0.0.1", "{}", "D", "try")
    points.check(ran.code == 0 and "error 0" in ran.out, "pick --hold -- CMD {} starts it with the port", ran)


def running(points):
    ran = inuse("run", "--", HOLDER, "tcp", "127.0.0.1", str(PORT), "D", "try")
    points.check(ran.code == 0 and "error 0" in ran.out, "run: output and exit code pass through", ran)
    with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
        ran = inuse("run", "--", HOLDER, "tcp", "127.0.0.1", str(PORT), "D", "try")
        points.check(ran.code == 1 and f"holder.exe (pid {held.pid})" in ran.err,
                     "run: a failure is explained from what the command printed", ran)
        words = [INUSE, "run", "--wait", "30", "--", HOLDER, "tcp", "127.0.0.1", str(PORT), "D", "try"]
        run = subprocess.Popen(([os.environ["INUSE_WINDOWS_RUN"]] if ON_WINE else []) + words,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        points.check(run.poll() is None, "run --wait waits for the port")
        held.__exit__()
        points.check(run.wait(30) == 0, "and starts the command again when it is free")
    ran = inuse("run", "--next", "--", HOLDER, "tcp", "127.0.0.1", "{}", "D", "try")
    points.check(ran.code == 0 and "error 0" in ran.out, "run --next puts a free port in place of {}", ran)
    points.check(inuse("run", "--", "no-such-program").code == 127, "a command that does not exist: 127")


def consoles(points):
    """Ctrl-C while inuse waits, and a command on a console, which stays one."""
    with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
        said = holder("interrupt", "4000", INUSE, "wait", f"127.0.0.1:{PORT}")
        points.check(said.splitlines()[-1:] == ["code 1"], "Ctrl-C ends wait: exit 1", said)
        said = holder("interrupt", "5000", INUSE, "run", "--wait", "60", "--", HOLDER, "tcp", "127.0.0.1",
                      str(PORT), "D", "try")
        points.check(said.splitlines()[-1:] == ["code 1"], "Ctrl-C ends run --wait, with the command's code", said)
        said = holder("interrupt", "1500", INUSE, "run", "--", HOLDER, "here", str(PORT + 1))
        points.check(said.splitlines()[-1:] == ["code 78"], "Ctrl-C during run is for the command, which hears it", said)
        name = f"holder.exe (pid {held.pid})"
        for stream in ("out", "err"):
            ran = inuse("run", "--", HOLDER, "say", stream, str(PORT), "3")
            points.check(ran.code == 7 and name in ran.err and "line 2" in (ran.out if stream == "out" else ran.err),
                         f"run: what is printed on std{stream} is passed on and looked at", ran)
            said = holder("screen", "before", INUSE, "run", "--", HOLDER, "say", stream, str(PORT), "3")
            points.check("code 7" in said and name in said, f"the same on a console (std{stream})", said)
        said = holder("screen", "before", INUSE, "run", "--", HOLDER, "say", "err", str(PORT), "400")
        points.check("code 7" in said and name in said, "the same on a console that has scrolled", said)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "both.txt")
            said = holder("one", path, INUSE, "run", "--", HOLDER, "mixed", "200")
            with open(path, encoding="ascii") as file:
                lines = file.read().split()
            points.check(said == "code 0" and lines == [str(i) for i in range(200)],
                         "run: the order of two streams in one file is kept", said, lines)
        old = (f"listen tcp 127.0.0.1:{PORT}: bind: Only one usage of each socket address "
               "(protocol/network address/port) is normally permitted.")
        said = holder("screen", old, INUSE, "run", "--", HOLDER, "say", "err", "nonsense", "0")
        points.check("code 7" in said and name not in said, "what stood on it before is no business of the command", said)
    with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
        words = ("run", "--free", "--force", "--grace", "1", "--", HOLDER, "tcp", "127.0.0.1", str(PORT), "D", "try")
        asked = inuse(*words)
        points.check(asked.code == 1 and held.process.poll() is None and "not freed" in asked.err,
                     "run --free without a console to ask on does nothing", asked)
        ran = inuse(*words[:2], "--yes", *words[2:])
        points.check(ran.code == 0 and "error 0" in ran.out and held.ended() is not None,
                     "run --free --yes frees the port and starts the command again", ran)


def pages(points):
    """The code page and the mode of a console belong to all programs on it."""
    for words, name in ((("--version",), "--version"), (("why", "no-such-host:1"), "an error"),
                        (("run", "--", HOLDER, "page"), "run")):
        said = holder("pages", INUSE, *words).splitlines()
        told = [line.strip() for line in said if line.startswith("page ")]
        points.check(len(told) >= 2 and len(set(told)) == 1 and told[0].startswith("page 850 "),
                     f"the console is what it was before and after: {name}", *said)
        if name == "run":
            points.check(len(told) == 3, "and the command finds it so", *said)
        if name == "an error":
            points.check(any("inuse: " in line for line in said), "what is said on it is read there", *said)


def batch(points):
    """Batch files: the file that was found, arguments as they are, or a refusal that says why."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "with blanks"
        place.mkdir()
        file = place / "say.cmd"
        file.write_bytes(b"@echo [%1] [%2]\r\n")
        named = subprocess.run(["winepath", "-w", str(file)], capture_output=True, text=True, timeout=60,
                               env={**os.environ, "WINEPREFIX": str(ROOT / "build-windows-libs/prefix"),
                                    "WINEDEBUG": "-all"}).stdout.strip() if ON_WINE else str(file)
        ran = inuse("run", "--", named, "a b", "c")
        points.check(ran.code == 0 and ran.out.split("\r\n")[0] == '["a b"] [c]',
                     "run: a batch file with blanks in its path gets an argument with blanks", ran)
        ran = inuse("run", "--", named, "--port=3000")
        points.check(ran.out.split("\r\n")[0] == '["--port=3000"] []', "= parts no words", ran)
        for word in ("a&b", "%PATH%", 'a"b', "x|y"):
            ran = inuse("run", "--", named, word)
            points.check(ran.code == 126 and not ran.out and "cmd.exe would read" in ran.err and
                         "ermission denied" not in ran.err, f"an argument {word} is refused, with the reason", ran)


def reports(points):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "here.json")
        with Held("tcp", "127.0.0.1", str(PORT), "D", "listen") as held:
            made = inuse("report", "-o", path)
            points.check(made.code == 0 and os.path.exists(path), "report writes a file", made)
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        error = schema_error(document.get("snapshot", document), "snapshot")
        points.check(error is None, "the report is valid against its schema", error)
        answer = inuse("why", "--json", "--from", path, f"127.0.0.1:{PORT}")
        pids = [h["pid"] for b in answer.json()["blockers"] for h in b["holders"]]
        points.check(pids == [held.pid], "why --from the report names the holder after it is gone", answer)
        page = inuse("report", "--html", "--from", path, f"127.0.0.1:{PORT}")
        points.check(page.out.startswith("<!doctype html>") and f"(pid {held.pid})" in page.out, "a page of it names the holder, too",
                     page.code, page.out[:200])
        linux = os.environ.get("INUSE_LINUX")
        if not linux:
            points.skip("the same answer on Linux", "no inuse for Linux was given (INUSE_LINUX)")
            return
        there = subprocess.run([linux, "report", "--html", "--from", path, f"127.0.0.1:{PORT}"], capture_output=True, timeout=60).stdout.decode()
        points.check(there.splitlines() == page.out.splitlines(), "the same page on Linux")
        there = subprocess.run([linux, "why", "--json", "--from", path, f"127.0.0.1:{PORT}"],
                               capture_output=True, timeout=60).stdout.decode()
        points.check(there.replace(path, "") == answer.out.replace(path, ""),
                     "Linux answers the same, byte for byte, from the same report", there, answer.out)


def samples(points):
    """Captures of other machines: the same answers on both systems."""
    linux = os.environ.get("INUSE_LINUX")
    if not linux:
        points.skip("captures answer the same on both systems", "no inuse for Linux was given (INUSE_LINUX)")
        return
    count, different = 0, []
    for file in sorted((ROOT / "tests/captures/windows").glob("*-en.txt")):
        words = ["why", "--json", "--from", str(file), "80", "5010", "50000"]
        there = subprocess.run([linux, *words], capture_output=True, timeout=60)
        here = inuse(*words)
        count += 1
        if there.returncode != here.code or there.stdout != here.bytes:
            different.append(file.name)
    points.check(count > 5 and not different, f"{count} captures answer the same on both systems", different)


NSI = r"HKLM\SYSTEM\CurrentControlSet\Control\Nsi\{eb004a03-9b1a-11d4-9123-0050047759bc}\29"
PROXY = r"HKLM\SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp"


def registry(points):
    """Ranges excluded by hand and port proxy rules lie in the registry; Wine's is ours to write."""
    if not ON_WINE:
        points.skip("excluded ranges and port proxy rules of the registry", "only Wine's registry is written")
        return

    def reg(*words):
        subprocess.run([os.environ["INUSE_WINDOWS_RUN"], "reg", *words], stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=60, check=True)

    reg("add", NSI, "/v", "66e70200", "/t", "REG_BINARY", "/d", "1200FFFF", "/f")
    reg("add", PROXY, "/v", "127.0.0.1/26343", "/d", "192.0.2.1/80", "/f")
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "here.json")
            inuse("report", "-o", path)
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
        windows = document.get("snapshot", document).get("windows", {})
        excluded = [e for e in windows.get("exclusions", []) if e["first"] == 26343]
        points.check(len(excluded) == 1 and excluded[0]["last"] == 26344 and excluded[0]["administered"],
                     "a range that was excluded by hand: 26343-26344", windows.get("exclusions"))
        rules = [r for r in windows.get("port_proxies", []) if r["port"] == 26343]
        points.check(len(rules) == 1 and rules[0]["connect_to"] == "192.0.2.1" and
                     rules[0]["connect_port"] == 80, "a rule of the port proxy", windows.get("port_proxies"))
    finally:
        reg("delete", NSI, "/v", "66e70200", "/f")
        reg("delete", PROXY, "/v", "127.0.0.1/26343", "/f")


def without(points):
    """A system that lacks libraries: gaps, no crash."""
    answer = inuse("why", "--json", "80", env={"INUSE_WINE_WITHOUT": "httpapi,wevtapi"})
    gaps = [gap["what"] for gap in answer.json()["gaps"]] if answer.code in (0, 1, 3) else []
    points.check(answer.code in (0, 1, 3), f"without httpapi.dll and wevtapi.dll it answers: exit {answer.code}",
                 answer, gaps)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "here.json")
        made = inuse("report", "-o", path, env={"INUSE_WINE_WITHOUT": "httpapi,wevtapi"})
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        gaps = [gap["what"] for gap in document.get("snapshot", document)["gaps"]]
        points.check(made.code == 0 and "the event log" in gaps and "what HTTP.sys serves" in gaps,
                     "and a report says what could not be asked", gaps, made)


def acceptance(points):
    """What docs/windows-acceptance.md and accept.ps1 speak of: commands and words that there are."""
    page = (ROOT / "docs/windows-acceptance.md").read_text(encoding="utf-8")
    script = (ROOT / "tests/windows/accept.ps1").read_text(encoding="utf-8")
    asked = [words.split() for words in re.findall(r"\binuse ([a-z][^`&|]*)", page)]
    asked += [words.replace("'", " ").replace(",", " ").split()
              for words in re.findall(r"(?:Ask|Why) @\(([^)]*)\)", script)]
    texts, wrong = {}, []
    for words in asked:
        command = words[0] if words[0] in ("why", "free", "list", "run", "wait", "report") else "why"
        if command not in texts:
            texts[command] = inuse("help", command).out
        own = words[:words.index("--")] if "--" in words else words
        wrong += [(command, word) for word in own if re.fullmatch(r"--?[a-z][a-z-]*", word)
                  and word not in texts[command] and word not in ("--version",)]
    points.check(len(asked) > 30 and not wrong, f"{len(asked)} commands of the acceptance list are commands of inuse", wrong)
    image = pathlib.Path(INUSE).read_bytes()
    said = re.findall(r"-match '([A-Za-z][^'\\\[]{11,})'", script)
    missing = [text for text in said if text.encode() not in image]
    points.check(len(said) >= 2 and not missing, f"its words are words of inuse: {'; '.join(said)}", missing)
    steps = [int(number) for number in re.findall(r"^\| (\d+) \|", page, re.M)]
    done = {int(number) for number in re.findall(r"\b(?:Tell|Pass) (\d+)", script)}
    points.check(steps == list(range(1, 23)) and done == set(steps), "the script has a line for each of its 22 steps",
                 steps, sorted(done))


def unix_sockets(points):
    """Windows has them, inuse does not look at them: said plainly, and never free."""
    answer = inuse("why", "--json", "unix:no-such.sock")
    document = answer.json() if answer.out.startswith("{") else {"verdict": {"status": None}, "gaps": []}
    points.check(answer.code == 3 and document["verdict"]["status"] == "unknown" and
                 any("not supported" in gap["why"] for gap in document["gaps"]),
                 "the path of a UNIX socket: unknown, not supported", answer)
    listed = inuse("list", "unix")
    points.check(listed.code == 3 and "not supported" in listed.out + listed.err,
                 "a list of UNIX sockets: not supported, and not that there are none", listed)


def main():
    points = Points()
    socket.setdefaulttimeout(10)
    points.check(inuse("--version").code == 0, "it starts")
    for part in (holders, options, denied, words, hosts, unicode_names, waiting, picking, running, batch, consoles, pages, reports,
                 samples, registry, without, unix_sockets,
                 acceptance):
        part(points)
    return points.end()


if __name__ == "__main__":
    sys.exit(main())
