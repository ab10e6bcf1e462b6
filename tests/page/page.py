#!/usr/bin/env python3
"""page.py - the page of inuse report --html in a real Chromium: INUSE in the environment, TAP

Pages of a staged machine (stage.py), of hostile names and of another system's netstat are opened from disk.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "run"))
from browser import Browser  # noqa: E402
from tap import INUSE, Skip, lacks, play, same  # noqa: E402

AXE = "axe-core@4.14.1"  # rules of accessibility; only tests read it
EVIL = "</script><img src=x onerror=hit()>\"'&\u2028\u202e<!--<svg onload=hit()>`${hit()}"
NETSTAT = """Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       4
  TCP    0.0.0.0:8080           0.0.0.0:0              LISTENING       4242
  TCP    127.0.0.1:8080         0.0.0.0:0              LISTENING       4343
  TCP    192.168.1.5:50123      140.82.112.3:443       ESTABLISHED     4242
  UDP    0.0.0.0:5353           *:*                                    1812

Protocol tcp Port Exclusion Ranges

Start Port    End Port
----------    --------
     50000       50059     *
     50160       50259
"""
folder = tempfile.TemporaryDirectory()
browser = None


def path(name):
    return pathlib.Path(folder.name, name)


def page_of(name, capture, *options):
    path(name + ".in").write_text(capture)
    subprocess.run([INUSE, "report", "--html", "--from", path(name + ".in"), "-o", path(name), *options], check=True, timeout=60)
    return path(name)


def staged():
    """The page of the staged machine, written once."""
    if not path("staged.html").exists():
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        subprocess.run(["unshare", *user, "--net", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable, HERE / "stage.py",
                        INUSE, "report", "--html", "-o", path("staged.html"), "8080", "3000", "STAGE/app.sock"], check=True, timeout=120)
    return path("staged.html")


def quiet():
    """Nothing was said, asked for, or shown by somebody else's code."""
    said = browser.seen("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening")
    same("what the page said", said, [])
    same("requests", len(browser.seen("Network.requestWillBeSent")), 1)


def painted():
    """The map is there."""
    browser.wait("document.querySelectorAll('.band').length >= 3 && [...document.querySelectorAll('.band')].every(b => b.querySelector('.axis'))")


def found():
    return browser.eval("document.querySelector('#found').textContent").replace("\u202f", "")


def type_filter(words):
    browser.eval(f"""(async () => {{ const input = document.querySelector('input[type=search]');
        input.value = {json.dumps(words)}; input.dispatchEvent(new Event('input'));
        await new Promise(done => setTimeout(done, 150)); }})()""")
    return found()


def column(name):
    return browser.eval(f"[...document.querySelectorAll('.grid .c-{name}')].map(cell => cell.firstChild?.data ?? '')")


def opens():
    """It opens from disk: one request, no word on the console, every section there."""
    browser.open(staged())
    painted()
    quiet()
    same("sections", browser.eval("[...document.querySelectorAll('h2')].map(h => h.firstChild.data.trim())"),
         ["What was asked", "Port map", "What stands out", "States", "All sockets"])


def ten_causes():
    """What stands out on the staged machine is told, each with its kind."""
    browser.open(staged())
    cards = browser.eval("[...document.querySelectorAll('#troubles .card')].map(c => [c.className.split(' ')[1], c.querySelector('h3').textContent])")
    for kind, words in (("unserved", "8000/tcp .* is stopped"), ("unserved", "8081/tcp .* has inherited"), ("unserved", "61616/tcp .* does not listen"),
                        ("shadowed", "port 3000/tcp"), ("range", "TCP ports"), ("restart", "restart of ruby"), ("left", "7070/tcp .* open connection"),
                        ("left", "9000/tcp .* TIME-WAIT")):
        print(f"# {kind}: {words}")
        assert any(kind == k and re.search(words, text) for k, text in cards), cards
    asked = browser.eval("[...document.querySelectorAll('#asked h3')].map(h => h.textContent)")
    same("asked", len(asked), 3)
    assert "left over from a socket that is gone" in asked[2], asked


def filters():
    """Words, fields, ranges and what is left out filter the table."""
    browser.open(staged())
    everything = int(found().split()[0])
    for words, names, ports in (("nginx", {"nginx"}, {"80", "443"}), ("port:3000-3999", {"node", "vite"}, {"3000"}),
                                ("proto:udp port:53 -avahi", {"dnsmasq"}, {"53"}), ("state:bound proto:tcp", {"java"}, {"61616"}),
                                ("program:redis", {"redis-server"}, {"6379"})):
        shown = type_filter(words)
        print(f"# {words}: {shown}")
        same(words, (set(column("program")), set(column("port"))), (names, ports))
    type_filter("")
    same("all of them again", found(), f"{everything} sockets")
    browser.eval("document.querySelectorAll('.pick button')[2].click()")
    assert "listen" not in column("state") and "established" in column("state"), column("state")
    browser.eval("[...document.querySelectorAll('.states button')].find(b => b.textContent === 'time-wait').click()")
    browser.eval("document.querySelectorAll('.pick button')[0].click()")
    same("a bar of the chart filters", set(column("state")), {"time-wait"})


def sorts():
    """A click on a heading sorts, a second one turns it round; what is not known stays last."""
    browser.open(staged())
    type_filter("state:listen")
    click = "[...document.querySelectorAll('.grid th button')].find(b => b.textContent === '%s').click()"
    browser.eval(click % "Port")
    up = [int(port) for port in column("port")]
    same("ascending", up, sorted(up))
    browser.eval(click % "Port")
    same("descending", [int(port) for port in column("port")], sorted(up, reverse=True))
    same("said to a screen reader", browser.eval("document.querySelector('.grid th').getAttribute('aria-sort')"), "descending")
    browser.eval(click % "Program")
    same("texts", column("program"), sorted(column("program")))


def keyboard():
    """Keys alone: / filters, arrows move through the table, Enter shows a socket, Escape closes it."""
    browser.open(staged())
    browser.eval("document.body.focus()")
    browser.key("/")
    same("the filter has the focus", browser.eval("document.activeElement.type"), "search")
    browser.call("Input.insertText", text="port:5432 state:listen")
    browser.wait("document.querySelector('#found').textContent.startsWith('1 of')")
    browser.key("ArrowDown")
    same("a row is active", browser.eval("document.activeElement.getAttribute('aria-activedescendant')"), "r0")
    browser.key("Enter")
    browser.wait("document.querySelector('dialog').open")
    same("its target", browser.eval("document.querySelector('dialog h3').textContent"), "127.0.0.1:5432/tcp")
    same("its command", browser.eval("document.querySelector('dialog code').textContent"), "inuse why 127.0.0.1:5432/tcp")
    browser.key("Escape")
    browser.wait("!document.querySelector('dialog').open")
    quiet()


def virtual():
    """However many sockets there are, few rows are in the document, and scrolling shows the others."""
    browser.open(staged())
    rows = browser.eval("document.querySelectorAll('.grid tbody tr').length")
    print(f"# {rows} rows for {found()}")
    assert rows < 60
    browser.eval("document.querySelector('.scroll').scrollTop = 1e9")
    browser.wait("document.querySelector('.grid tbody tr:nth-last-child(2)').getAttribute('aria-rowindex') == "
                 "document.querySelector('.grid').getAttribute('aria-rowcount')")


def zooms():
    """A band zooms by keys, buttons and the wheel, moves, and shows all again; the strip above knows where."""
    browser.open(staged())
    painted()
    title = "document.querySelectorAll('.band')[1].querySelector('b').textContent"
    whole = browser.eval(title)
    width = lambda: int.__rsub__(*map(int, browser.eval(title).split("–")))  # noqa: E731
    before = width()
    browser.eval("document.querySelectorAll('.band')[1].focus()")
    browser.key("+")
    same("half of it", abs(width() - before / 2) <= 1, True)
    same("a window in the strip", browser.eval("document.querySelectorAll('.overview .window').length"), 1)
    at = browser.eval(title)
    browser.key("ArrowRight")
    assert browser.eval(title) != at
    for _ in range(20):
        browser.key("+")
    same("single ports", width(), 8)
    browser.key("0")
    same("all of it", browser.eval(title), whole)
    x, y = browser.eval("(() => { const b = document.querySelectorAll('.band > svg')[1]; b.scrollIntoView({block: 'center'}); "
                        "const r = b.getBoundingClientRect(); return [r.left + 60, r.top + r.height / 2]; })()")
    browser.wheel(x, y, -100)
    browser.wait(f"{title} !== {json.dumps(whole)}")
    browser.eval("document.querySelectorAll('.band')[1].querySelectorAll('button')[2].click()")
    same("by its button", browser.eval(title), whole)
    browser.eval("document.activeElement.blur()")
    browser.wheel(x, y, -100)
    browser.eval("new Promise(done => setTimeout(done, 200))")
    same("a band that is not chosen lets the page scroll", browser.eval(title), whole)
    quiet()


def map_shows():
    """Holders are labelled, trouble is marked, what is reserved is hatched, a port under the mouse is told."""
    browser.open(staged())
    painted()
    labels = browser.eval("[...document.querySelectorAll('.band text')].map(t => [t.textContent, t.getAttribute('class')])")
    for label, look in (["443 nginx", "own"], ["3000 node +1", "bad"], ["61616 java", "bad"], ["5353 avahi-daemon", "own"], ["53 dnsmasq", "own"]):
        print(f"# {label} ({look})")
        assert [label, look] in labels, labels
    assert browser.eval("document.querySelectorAll('.band rect[fill=\"url(#hatch-soft)\"]').length") >= 2
    box = browser.eval("(() => { const b = document.querySelectorAll('.band > svg')[0]; b.scrollIntoView({block: 'center'}); "
                       "const r = b.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()")
    browser.move(box[0] + box[2] * 443.5 / 1024, box[1] + box[3] / 3)
    browser.wait("!document.querySelector('#tip').hidden")
    said = browser.eval("document.querySelector('#tip').textContent")
    print(f"# {said!r}")
    assert re.match(r"443/tcp\nnginx \(pid \d+\) listens on ", said)


def copies():
    """A command is copied as it stands."""
    browser.open(staged())
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    command = browser.eval("document.querySelector('.unserved code').textContent")
    browser.eval("document.querySelector('.unserved .copy').click()")
    browser.wait("/Copied|Selected/.test(document.querySelector('.unserved .copy').textContent)")
    same("the button", browser.eval("document.querySelector('.unserved .copy').textContent"), "Copied")
    browser.call("Page.bringToFront")
    same("the clipboard", browser.eval("navigator.clipboard.readText()"), command)
    quiet()


def hostile_machine():
    inet = {"family": "ipv4", "local": "0.0.0.0", "inode": 1, "user": EVIL, "unit": EVIL, "device": EVIL}
    return json.dumps({
        "schema": "inuse.snapshot/1", "seen": ["host", "tcp", "udp", "unix", "bound", "holders", "paths"],
        "host": {"os": "linux", "release": EVIL, "hostname": EVIL, "user": EVIL, "kernel": 393472, "now": 1700000000},
        "sysctls": {"port_first": 32768, "port_last": 60999},
        "sockets": [{**inet, "state": "listen", "port": 8080}, {**inet, "state": "bound", "port": 8081, "inode": 2},
                    {**inet, "protocol": "udp", "state": "bound", "port": 53, "inode": 3},
                    {"protocol": "unix", "family": "unix", "state": "listen", "path": "/run/" + EVIL[:90], "inode": 4}],
        "holds": [{"inode": i, "pid": 100 + i, "fd": 3} for i in (1, 2, 3, 4)],
        "processes": [{"pid": 100 + i, "name": EVIL, "command": [EVIL, EVIL], "cwd": "/" + EVIL, "state": "stopped", "exe": "/" + EVIL,
                       "unit": EVIL, "container": EVIL} for i in (1, 2, 3, 4)],
        "gaps": [{"fact": ["holders"], "what": EVIL, "why": EVIL, "fix": EVIL}]})


def inert():
    """Names that are markup, script or the end of one are text everywhere: rows, cards, map, dialog, filter."""
    browser.open(page_of("evil.html", hostile_machine(), "8080"))
    painted()
    browser.eval("window.hits = 0; window.hit = () => hits++; 0")
    type_filter("port:8080")
    browser.eval("document.querySelector('.grid tbody tr[id]').click()")
    browser.wait("document.querySelector('dialog').open")
    browser.eval("document.querySelector('dialog').close()")
    box = browser.eval("(() => { const b = document.querySelectorAll('.band > svg')[1]; b.scrollIntoView({block: 'center'}); "
                       "const r = b.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()")
    browser.move(box[0] + box[2] * (8080.5 - 1024) / (32768 - 1024), box[1] + box[3] / 3)
    browser.wait("!document.querySelector('#tip').hidden")
    same("elements of theirs", browser.eval("document.querySelectorAll('img, [onerror], [onload]').length"), 0)
    same("scripts", browser.eval("document.scripts.length"), 2)
    same("calls", browser.eval("hits"), 0)
    assert EVIL[:20] in browser.eval("document.querySelector('.c-program').textContent")
    quiet()
    lacks(path("evil.html").read_text(), "\u202e", "\u2028", "<img", "<svg onload")


def policy_holds():
    """The policy refuses what markup of somebody else would try, were there any."""
    browser.open(staged())
    browser.eval("""window.hits = 0; window.hit = () => hits++; document.body.insertAdjacentHTML('beforeend',
        '<img src="data:image/png;base64,xx" onerror="hit()"><p style="color:red" onclick="hit()">x</p><form action="/x"></form>');
        const s = document.createElement('script'); s.textContent = 'hit()'; document.body.append(s);
        document.querySelector('p[onclick]').click(); 0""")
    browser.eval("new Promise(done => setTimeout(done, 100))")
    same("calls", browser.eval("hits"), 0)
    same("a style of theirs", browser.eval("getComputedStyle(document.querySelector('p[onclick]')).color === 'rgb(255, 0, 0)'"), False)
    assert browser.seen("Log.entryAdded"), "the browser says that it refused"


def without_script():
    """Without script the answers, what stands out and the first sockets can be read."""
    browser.open(staged(), script=False)
    text = browser.call("Page.captureSnapshot", format="mhtml")["data"]
    assert "Nobody serves it" in text
    document = browser.call("DOM.getDocument", depth=0)["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=document, selector=".plain tbody tr")["nodeId"]
    assert browser.call("DOM.getBoxModel", nodeId=node)["model"]["height"] > 10, "the plain table is shown"
    quiet()


def prints():
    """It prints to PDF: the plain table instead of the live one, evidence open."""
    browser.open(staged())
    data = browser.pdf()
    print(f"# {len(data)} bytes")
    same("a PDF", data[:5], b"%PDF-")
    browser.shape(1000, 1400, media="print")
    same("what is shown", browser.eval("['#live', '.plain', '.overview', '.card dl'].map(s => getComputedStyle(document.querySelector(s)).display)"),
         ["none", "block", "none", "grid"])
    same("evidence", browser.eval("[...document.querySelectorAll('details')].every(d => d.open)"), True)


def windows():
    """A netstat of Windows becomes a page: what shadows what, excluded ranges, the dynamic range."""
    browser.open(page_of("windows.html", NETSTAT.replace("\n", "\r\n"), "50200"))
    painted()
    same("sockets", found(), "5 sockets")
    same("what shadows what", browser.eval("[...document.querySelectorAll('.card.shadowed h3')].map(h => h.textContent)"),
         ["Two programs answer on port 8080/tcp: pid 4242 on 0.0.0.0:8080, pid 4343 on 127.0.0.1:8080."])
    assert browser.eval("document.querySelectorAll('.band rect[fill=\"url(#hatch-hard)\"]').length") >= 1
    quiet()


def narrow():
    """On a narrow screen nothing but the tables is wider than it."""
    browser.open(staged(), width=380)
    painted()
    same("width", browser.eval("document.documentElement.scrollWidth"), 380)


def axe_source():
    """The rules, by the package manager that is there; their version is pinned."""
    if os.environ.get("INUSE_AXE"):
        return pathlib.Path(os.environ["INUSE_AXE"]).read_text()
    if not shutil.which("npm"):
        raise Skip("npm is not installed, so axe-core is not there")
    got = subprocess.run(["npm", "install", "--prefix", folder.name, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", AXE],
                         capture_output=True, text=True, timeout=200, check=False)
    source = path("node_modules/axe-core/axe.min.js")
    if not source.exists():
        raise Skip("npm could not get axe-core: " + got.stderr.strip().splitlines()[-1][:80] if got.stderr.strip() else "npm failed")
    return source.read_text()


def accessible():
    """axe finds nothing, in light and dark, wide and narrow, with the dialog open."""
    source = axe_source()
    for dark, width, dialog in ((False, 1360, False), (True, 1360, False), (False, 400, False), (True, 1360, True)):
        browser.open(staged(), width=width, dark=dark)
        painted()
        browser.eval(source + "; 0")
        if dialog:
            browser.eval("document.querySelector('.grid tbody tr[id]').click()")
        found_here = browser.eval("axe.run().then(r => r.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + "
                                  "(n.any[0]?.message ?? n.all[0]?.message ?? ''))]))")
        same(f"violations, {'dark' if dark else 'light'}, {width}, {'dialog' if dialog else 'page'}", found_here, [])


def main():
    global browser
    tests = [opens, ten_causes, filters, sorts, keyboard, virtual, zooms, map_shows, copies, inert, policy_holds, without_script, prints,
             windows, narrow, accessible]
    wanted = sys.argv[1:]
    try:
        browser = Browser()
    except FileNotFoundError as why:
        print(f"1..0 # SKIP {why}")
        return 0
    try:
        return play([test for test in tests if not wanted or test.__name__ in wanted])
    finally:
        browser.close()
        folder.cleanup()


if __name__ == "__main__":
    sys.exit(main())
