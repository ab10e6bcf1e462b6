#!/usr/bin/env python3
"""Numbers for Prometheus: counted beside ss, read by a strict parser, promtool, node_exporter and Prometheus itself,
with the alert rules and every query of the dashboard; the alert goes through a real Alertmanager to its receiver.

Prints TAP. Environment: INUSE (the program), PROMETHEUS_FILES (the folder with rules and dashboard).
"""
import collections
import ctypes
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

INUSE = os.path.abspath(os.environ["INUSE"])
FILES = os.path.abspath(os.environ["PROMETHEUS_FILES"])
# /etc and /usr/lib have units of the machine: here only ours are enabled. /run has what another watch writes down.
PLACE = ("mount --make-rprivate / && mount -t proc proc /proc && ip link set lo up && mkdir -p /etc/systemd/system /usr/lib/systemd/system && "
         'mount -t tmpfs none /etc/systemd/system && mount -t tmpfs none /usr/lib/systemd/system && mount -t tmpfs none /run && exec "$@"')
SECONDS = 60
SAMPLE = re.compile(r'([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9.e+-]+|NaN)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"')


def run(*words, **more):
    return subprocess.run([INUSE, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, **more)


def unescape(text):
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text)


def parse(text, openmetrics):
    """{(name, labels): value} of a text that keeps to the letter of its format; AssertionError where not."""
    assert text.endswith("# EOF\n" if openmetrics else "\n"), text[-40:]
    lines = text.split("\n")[:-2 if openmetrics else -1]
    samples, kinds, helped, current, closed = {}, {}, set(), None, set()
    for line in lines:
        if line.startswith("# "):
            word, name, rest = line[2:].split(" ", 2)
            if name != current:
                assert name not in closed, f"{name} comes in two blocks"
                closed.add(current)
                current = name
            if word == "TYPE":
                assert name not in kinds, line
                assert rest in (("gauge", "counter", "info") if openmetrics else ("gauge", "counter")), line
                kinds[name] = rest
            elif word == "UNIT":
                assert openmetrics and name.endswith("_" + rest), line
            else:
                assert word == "HELP" and name not in helped and rest, line
                helped.add(name)
            continue
        found = SAMPLE.match(line)
        assert found, f"no sample: {line!r}"
        name = found[1]
        family = re.sub(r"_info$|_total$", "", name) if openmetrics else name
        assert family == current and family in kinds and family in helped, f"{line} stands under {current}"
        labels = tuple((key, unescape(value)) for key, value in LABEL.findall(found[2] or ""))
        assert len({key for key, _ in labels}) == len(labels), line
        assert (name, labels) not in samples, f"twice: {line}"
        samples[name, labels] = float(found[3])
    return samples


def serve(address, port, kind=socket.SOCK_STREAM):
    """A socket of a process of its own, for our own one is pid 1 and would pass for systemd."""
    code = ("import socket,sys,time; s=socket.socket(socket.AF_INET, int(sys.argv[3])); "
            "s.bind((sys.argv[1], int(sys.argv[2]))); int(sys.argv[3]) == 1 and s.listen(); print('here', flush=True); time.sleep(600)")
    process = subprocess.Popen([sys.executable, "-c", code, address, str(port), str(int(kind))], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"here\n", port
    return process


def unit(name, text="", wanted_by="sockets.target"):
    folder = "/etc/systemd/system"
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(text)
    os.makedirs(f"{folder}/{wanted_by}.wants", exist_ok=True)
    os.symlink(f"{folder}/{name}", f"{folder}/{wanted_by}.wants/{name}")


HOSTILE = 'a"b\\x2d\n{x="1"} 1.socket'


def stage():
    """Conflicts and connections. Returns what has to stay alive."""
    kept = [serve("0.0.0.0", 8080), serve("127.0.0.1", 80), serve("0.0.0.0", 5000, socket.SOCK_DGRAM), serve("127.0.0.1", 5432)]
    own = socket.create_server(("127.0.0.1", 9095))
    unit("web.socket", "[Socket]\nListenStream=8080\nListenStream=/run/web.sock\n")
    unit("own.socket", "[Socket]\nListenStream=127.0.0.1:9095\n")
    unit("log.socket", "[Socket]\nListenDatagram=5000\n")
    unit("free.socket", "[Socket]\nListenStream=8099\n")
    unit(HOSTILE, "[Socket]\nListenStream=8080\n")
    unit("nginx.service", "[Service]\nExecStart=/usr/sbin/nginx\n", "multi-user.target")
    unit("redis-server.service", "[Service]\nExecStart=/usr/bin/redis-server\n", "multi-user.target")
    listener = socket.create_server(("127.0.0.1", 7000))
    pairs = []
    for i in range(40):
        client = socket.create_connection(("127.0.0.1", 7000))
        server, _ = listener.accept()
        if i < 10:
            client.close()  # the side that closes first has TIME-WAIT
            server.close()
        elif i < 15:
            server.close()
            client.close()
        else:
            pairs += [client, server]
    return kept, [own, listener, *pairs]


def of_ss():
    """The same numbers by ss: {(protocol, family, state): count}."""
    count = collections.Counter()
    names = {"LISTEN": "listen", "ESTAB": "established", "TIME-WAIT": "time-wait", "UNCONN": "bound"}
    for protocol, family, options in (("tcp", "ipv4", "-4tan"), ("tcp", "ipv6", "-6tan"), ("udp", "ipv4", "-4uan"), ("udp", "ipv6", "-6uan")):
        lines = subprocess.run(["ss", "-H", options], capture_output=True, text=True, check=True).stdout.splitlines()
        for line in lines:
            count[protocol, family, names.get(line.split()[0], line.split()[0])] += 1
    return count


def check_numbers():
    classic = run("metrics")
    yield "metrics ends well", (classic.returncode, classic.stderr), (0, b"")
    text = classic.stdout.decode()
    samples = parse(text, False)
    other = run("metrics", "--format", "openmetrics").stdout.decode()
    yield "both formats say the same", parse(other, True), samples
    tool = subprocess.run(["promtool", "check", "metrics"], input=classic.stdout, capture_output=True, check=False)
    yield "promtool check metrics", (tool.returncode, tool.stdout, tool.stderr), (0, b"", b"")
    truth = of_ss()
    for (name, labels), value in samples.items():
        labels = dict(labels)
        if name == "inuse_sockets" and labels["protocol"] != "unix":
            key = (labels["protocol"], labels["family"], labels["state"])
            if value or truth[key]:
                yield f"ss counts {key}", value, float(truth[key])

    def value(name, **labels):
        return samples.get((name, tuple(labels.items())))
    yield "TIME-WAIT, clients", value("inuse_time_wait_sockets", family="ipv4", side="client"), 10.0
    yield "TIME-WAIT, server", value("inuse_time_wait_sockets", family="ipv4", side="server"), 5.0
    ports = value("inuse_ephemeral_ports", protocol="tcp")
    yield "ports of the range in use", value("inuse_ephemeral_used_ports", protocol="tcp", family="ipv4"), 35.0
    yield "of the fullest destination", round(value("inuse_ephemeral_destination_ratio", rank="1") * ports, 6), 35.0
    yield "kinds of conflicts", {kind: value("inuse_pending_conflicts", kind=kind) for kind in ("socket-unit", "service", "well-known-port")}, \
        {"socket-unit": 3.0, "service": 1.0, "well-known-port": 1.0}
    named = sorted((dict(labels)["kind"], dict(labels)["name"]) for name, labels in samples if name == "inuse_pending_conflict_info")
    yield "which", named, [("service", "nginx.service"), ("socket-unit", HOSTILE), ("socket-unit", "log.socket"),
                           ("socket-unit", "web.socket"), ("well-known-port", "postgres")]
    yield "no watch, no number", [name for name, _ in samples if "failed" in name or "watch" in name], []


def refuse(kind, family, address, port):
    with socket.socket(family, kind) as s:
        try:
            s.bind((address, port))
        except OSError as problem:
            return problem.errno
    return None


def failed(samples, **labels):
    """How many there are with those labels; a watch sees what else the machine does, too."""
    return sum(value for (name, have), value in samples.items()
               if name == "inuse_failed_binds_total" and labels.items() <= dict(have).items())


def check_failures():
    """Counters, while a watch runs. It sees the whole machine: there may be more than ours."""
    watch = subprocess.Popen([INUSE, "watch", "--json"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = watch.stderr.readline()
    if "watching" not in said:
        print("#", said.strip())
        return watch
    before = parse(run("metrics").stdout.decode(), False)
    for _ in range(25):
        refuse(socket.SOCK_STREAM, socket.AF_INET, "0.0.0.0", 8080)
    refuse(socket.SOCK_DGRAM, socket.AF_INET, "0.0.0.0", 5000)
    refuse(socket.SOCK_DGRAM, socket.AF_INET6, "2001:db8::77", 40123)
    wanted = ((25, {"error": "EADDRINUSE", "call": "bind", "protocol": "tcp", "family": "ipv4", "port": "user"}),
              (1, {"error": "EADDRINUSE", "protocol": "udp", "family": "ipv4", "port": "user"}),
              (1, {"error": "EADDRNOTAVAIL", "cause": "address-not-local", "protocol": "udp", "family": "ipv6", "port": "ephemeral"}))
    end = time.monotonic() + SECONDS  # repeats are told once a second, and a busy watch comes later
    while True:
        classic = run("metrics")
        after = parse(classic.stdout.decode(), False)
        more = [failed(after, **labels) - failed(before, **labels) for _, labels in wanted]
        if all(count >= least for count, (least, _) in zip(more, wanted)) or time.monotonic() > end:
            break
        time.sleep(0.3)
    for count, (least, labels) in zip(more, wanted):
        print("#", count, labels)
        yield f"at least {least} more of {labels['error']} {labels['protocol']} {labels['family']}", count >= least, True
    started = after.get(("inuse_watch_start_time_seconds", ()), 0)
    yield "the watch began a moment ago", 0 <= time.time() - started < SECONDS, True
    yield "nothing is lost", after.get(("inuse_watch_lost_events_total", ())), 0.0
    yield "its hooks", len([name for name, _ in after if name == "inuse_watch_hook_info"]), 1
    tool = subprocess.run(["promtool", "check", "metrics"], input=classic.stdout, capture_output=True, check=False)
    yield "promtool check metrics", (tool.returncode, tool.stdout, tool.stderr), (0, b"", b"")
    other = parse(run("metrics", "--format", "openmetrics").stdout.decode(), True)
    yield "the same names in both formats", {key for key in other if "_binds" in key[0] or "_watch_" in key[0]} >= \
        {key for key in after if "_binds" in key[0] or "_watch_" in key[0]}, True
    return watch


def check_file(folder):
    """Whole at every moment, readable for everybody, and the old one stays when a new one cannot be written."""
    path, partial, stop = f"{folder}/inuse.prom", [], threading.Event()
    yield "the first file", run("metrics", "--textfile", path, umask=0o077).returncode, 0
    yield "its mode", oct(os.stat(path).st_mode & 0o777), "0o644"

    def read():
        while not stop.is_set():
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if not text.endswith("\n") or 'inuse_gaps{facts="limits"}' not in text:
                partial.append(text[-80:])
            others = [name for name in os.listdir(folder) if name.endswith(".prom") and name != "inuse.prom"]
            partial.extend(others)

    reader = threading.Thread(target=read)
    reader.start()
    codes = {run("metrics", "--textfile", path).returncode for _ in range(15)}
    stop.set()
    reader.join()
    yield "15 times again", codes, {0}
    yield "never half a file", partial, []
    yield "nothing is left beside it", os.listdir(folder), ["inuse.prom"]
    os.makedirs(f"{folder}/taken.prom/x")
    refused = run("metrics", "--textfile", f"{folder}/taken.prom")
    yield "a folder of that name", (refused.returncode, refused.stderr.count(b"\n"), sorted(os.listdir(folder))), (1, 1, ["inuse.prom", "taken.prom"])
    os.removedirs(f"{folder}/taken.prom/x")
    usage = run("metrics", "--textfile", path, "--format", "openmetrics")
    yield "OpenMetrics is no textfile", usage.returncode, 2


class OpenMetrics(http.server.BaseHTTPRequestHandler):
    """What a small exporter would do."""

    def do_GET(self):
        body = run("metrics", "--format", "openmetrics").stdout
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(path, **words):
    url = f"http://127.0.0.1:9090/api/v1/{path}?" + urllib.parse.urlencode(words)
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)
    except (OSError, ValueError) as problem:
        return {"status": "error", "error": repr(problem)}


def query(text):
    answer = ask("query", query=text)
    if answer["status"] != "success":
        print("#", answer)
        return []
    return answer["data"]["result"]


def until(what):
    end = time.monotonic() + SECONDS
    while not (value := what()) and time.monotonic() < end:
        time.sleep(0.2)
    return value


def dashboard_queries():
    with open(f"{FILES}/dashboard.json", encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    return [(panel["title"], target["expr"].replace("$instance", ".+")) for panel in panels for target in panel["targets"]]


class Receiver(http.server.BaseHTTPRequestHandler):
    """Where Alertmanager sends what fires, as a chat or a pager would be."""
    got = []

    def do_POST(self):
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


RECEIVERS = """route: {receiver: ours, group_wait: 1s, group_by: [alertname]}
receivers: [{name: ours, webhook_configs: [{url: 'http://127.0.0.1:9102/'}]}]
"""


def place_templates():
    """Debian's Alertmanager reads them there and nowhere else; its package is unpacked only. This mount namespace is ours."""
    if not os.path.exists("/usr/share/prometheus/alertmanager/default.tmpl"):
        share = os.path.join(os.path.dirname(os.path.dirname(shutil.which("prometheus-alertmanager"))), "share/prometheus/alertmanager")
        subprocess.run(["mount", "-t", "tmpfs", "none", "/usr/share"], check=True)
        shutil.copytree(share, "/usr/share/prometheus/alertmanager")


def arrived():
    return {alert["labels"]["name"]: alert for message in list(Receiver.got) for alert in message["alerts"]
            if alert["labels"]["alertname"] == "InusePendingConflict" and alert["status"] == "firing"}


def check_arrival(wanted):
    until(lambda: set(arrived()) >= wanted)
    yield "the alert arrives for", set(arrived()), wanted
    first = next(iter(arrived().values()), {"annotations": {}})
    print("#", json.dumps(first)[:600])
    yield "with a summary", bool(first["annotations"].get("summary")), True


CONFIG = """global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:9093']}]}]}
scrape_configs:
  - {job_name: node, static_configs: [{targets: ['127.0.0.1:9100']}]}
  - {job_name: open, static_configs: [{targets: ['127.0.0.1:9101']}]}
"""


def check_prometheus(folder, data, watched):
    with open(f"{FILES}/inuse.rules.yml", encoding="utf-8") as file:
        rules = file.read()
    tested = subprocess.run(["promtool", "test", "rules", f"{FILES}/inuse.rules.test.yml"], cwd=FILES, capture_output=True, check=False)
    yield "promtool test rules", (tested.returncode, tested.stderr), (0, b"")
    alerts = set(re.findall(r"alert: (\w+)", rules))
    with open(f"{FILES}/inuse.rules.test.yml", encoding="utf-8") as file:
        yield "each alert has a test", set(re.findall(r"alertname: (\w+)", file.read())), alerts
    with open(f"{data}/rules.yml", "w", encoding="utf-8") as file:
        file.write(re.sub(r"for: \d+[mh]", "for: 1s", rules))
    with open(f"{data}/prometheus.yml", "w", encoding="utf-8") as file:
        file.write(CONFIG)
    checked = subprocess.run(["promtool", "check", "config", f"{data}/prometheus.yml"], capture_output=True, check=False)
    yield "promtool check config", (checked.returncode, checked.stderr), (0, b"")
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 9101), OpenMetrics)
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 9102), Receiver)
    for one in (web, receiver):
        threading.Thread(target=one.serve_forever, daemon=True).start()
    with open(f"{data}/alertmanager.yml", "w", encoding="utf-8") as file:
        file.write(RECEIVERS)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    exporter = subprocess.Popen(["prometheus-node-exporter", "--web.listen-address=127.0.0.1:9100", "--collector.disable-defaults",
                                 "--collector.textfile", f"--collector.textfile.directory={folder}"], **quiet)
    server = subprocess.Popen(["prometheus", f"--config.file={data}/prometheus.yml", f"--storage.tsdb.path={data}/tsdb",
                               "--web.listen-address=127.0.0.1:9090"], **quiet)
    place_templates()
    manager = subprocess.Popen(["prometheus-alertmanager", f"--config.file={data}/alertmanager.yml", f"--storage.path={data}/alerts",
                                "--web.listen-address=127.0.0.1:9093", "--cluster.listen-address="], **quiet)
    yield "both jobs are scraped", bool(until(lambda: len(query("inuse_build_info == 1")) == 2)), True
    yield "the textfile has no error", [sample["value"][1] for sample in query("node_textfile_scrape_error")], ["0"]
    with open(f"{folder}/inuse.prom", encoding="utf-8") as file:
        written = parse(file.read(), False)
    for job in ("node", "open"):
        stored = {(sample["metric"]["__name__"], frozenset((key, value) for key, value in sample["metric"].items()
                                                           if key not in ("__name__", "job", "instance")))
                  for sample in query(f'{{job="{job}",__name__=~"inuse_.*"}}')}
        yield f"series of the job {job}", stored >= {(name, frozenset(labels)) for name, labels in written}, True
    kinds = ask("metadata", metric="inuse_pending_conflicts")["data"]
    yield "type and help arrive", sorted({(kind["type"], bool(kind["help"])) for kind in kinds.get("inuse_pending_conflicts", [])}), [("gauge", True)]
    for title, expression in dashboard_queries():
        if "failed_binds" in expression and not watched:
            continue
        result = until(lambda: query(expression)) if "rate(" in expression else query(expression)
        yield f"dashboard: {title}", len(result) > 0, True
    fired = until(lambda: {alert["labels"]["name"] for alert in ask("alerts").get("data", {}).get("alerts", ())
                           if alert["labels"]["alertname"] == "InusePendingConflict" and alert["state"] == "firing"})
    yield "the alert fires for", fired, {"nginx.service", "log.socket", "web.socket", HOSTILE}
    yield from check_arrival(fired or set())
    for process in (server, exporter, manager):
        process.terminate()
        process.wait()
    web.shutdown()
    receiver.shutdown()


def play():
    # PR_SET_NAME: pid 1 of this namespace, which has to be called systemd for units to count.
    ctypes.CDLL(None).prctl(15, b"systemd", 0, 0, 0)
    kept = stage()
    with tempfile.TemporaryDirectory(prefix="inuse-metrics-") as folder, tempfile.TemporaryDirectory(prefix="inuse-prometheus-") as data:
        os.chmod(folder, 0o755)
        yield from check_numbers()
        watch = yield from check_failures()
        yield from check_file(folder)
        yield from check_prometheus(folder, data, watch.poll() is None)
        watch.terminate()
        watch.wait()
    for process in kept[0]:
        process.kill()


def main():
    missing = [name for name in ("promtool", "prometheus", "prometheus-node-exporter", "prometheus-alertmanager", "ss",
                                "unshare") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        print("1..0 # SKIP needs root", *missing)
        return 0
    if "INUSE_INSIDE" not in os.environ:
        return subprocess.call(["unshare", "--net", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c", PLACE, "sh",
                                sys.executable, os.path.abspath(__file__)], env={**os.environ, "INUSE_INSIDE": "yes"})
    print("1..1", flush=True)
    wrong = 0
    for what, got, wanted in play():
        shown = repr(got)
        print(f"# {what}: {shown if len(shown) < 300 else shown[:300] + '…'}", flush=True)
        if got != wanted:
            print(f"#   expected {wanted!r}"[:2000])
            wrong += 1
    print("not ok" if wrong else "ok", "1 - numbers for Prometheus", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
