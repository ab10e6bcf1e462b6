#!/usr/bin/env python3
"""What has a say in a port besides its sockets: packet rules, programs of cgroups, other network and mount namespaces,
rights that do not count where they are, devices and zones.

Each scene is real, and has network, mount and PID namespaces to itself: they end with everything in them. Where bind()
can be tried its errno is compared. Prints TAP. Environment: INUSE (the program).
"""
import ctypes
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback

INUSE = os.path.abspath(os.environ.get("INUSE_OPEN") or os.environ["INUSE"])
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
SO_BINDTODEVICE = 25
os.environ["PATH"] += ":/usr/sbin:/sbin"
LISTEN = ("import socket,sys,time; f=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET; s=socket.socket(f); "
          "s.bind((sys.argv[1],int(sys.argv[2]))); s.listen(5); print('ready',flush=True); time.sleep(100)")
DEVICE = ("import socket,sys,time; s=socket.socket(2,2); s.setsockopt(1,25,sys.argv[1].encode()+b'\\0'); "
          "s.bind(('0.0.0.0',int(sys.argv[2]))); print('ready',flush=True); time.sleep(100)")
BIND = ("import socket,sys\ns=socket.socket()\ntry:\n s.bind((sys.argv[1],int(sys.argv[2]))); print('bound')\n"
        "except OSError as e: print(e.errno)")


class Missing(Exception):
    """What a scene needs and this machine has not."""


def sh(*command, **kwargs):
    done = subprocess.run(command, capture_output=True, text=True, **kwargs)
    if done.returncode:
        raise Missing(f"{' '.join(command)}: {done.stderr.strip()[:200]}")
    return done.stdout


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Missing(f"{program} is not there")


def start(*command, **kwargs):
    """A program that says when it is ready."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **kwargs)
    line = process.stdout.readline()
    assert line == "ready\n", f"{command[-3:]} said {line!r}"
    return process


def listen(address, port, *before):
    return start(*before, sys.executable, "-c", LISTEN, address, str(port))


def inuse(*arguments, before=()):
    """(exit code, documents, text)"""
    done = subprocess.run([*before, INUSE, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    documents = []
    for line in (done.stdout + done.stderr).splitlines():
        if line.startswith("{"):
            documents.append(json.loads(line))
    return done.returncode, documents, done.stdout + done.stderr


def why(*arguments, before=()):
    code, documents, text = inuse("why", "--json", *arguments, before=before)
    assert documents, f"no document: {text}"
    print(f"# inuse {' '.join(arguments)}: exit {code}, {documents[0]['verdict']['status']}, {documents[0]['verdict']['cause']}")
    return code, documents[0]


def same(name, got, wanted):
    print(f"# {name}: {got!r}, wanted {wanted!r}")
    assert got == wanted, f"{name}: {got!r} is not {wanted!r}"


def some(name, texts, *words):
    """One of the texts has all the words."""
    print(f"# {name}: {len(texts)} texts, looks for {words!r}")
    assert any(all(word in text for word in words) for text in texts), f"{words!r} are not together in {texts!r}"


def none(name, texts, word):
    print(f"# {name}: looks that there is no {word!r}")
    assert not any(word in text for text in texts), f"{word!r} in {texts!r}"


def remedy(document, name):
    return next((r for r in document["remedies"] if r["id"] == name), None)


def commands(document):
    return [" ".join(r["command"] or []) for r in document["remedies"]]


def alive(process):
    return process.poll() is None


def pod():
    """A network namespace with a name, and its loopback up."""
    sh("mount", "-t", "tmpfs", "none", "/run")
    os.mkdir("/run/netns")
    sh("ip", "netns", "add", "pod")
    sh("ip", "netns", "exec", "pod", "ip", "link", "set", "lo", "up")
    return ["ip", "netns", "exec", "pod"]


def veth(name, address=None):
    sh("ip", "link", "add", name, "type", "veth", "peer", "name", f"p{name}")
    for end in (name, f"p{name}"):
        sh("ip", "link", "set", end, "up")
    if address:
        sh("ip", "addr", "add", address, "dev", name)


def nft(text):
    need("nft")
    done = subprocess.run(["nft", "-f", "-"], input=text, text=True, capture_output=True)
    if done.returncode:
        raise Missing(f"nft: {done.stderr.strip()[:200]}")


# ---- paths ----

def run_path(folder, options, before, program):
    """`inuse run` of a program that binds the path; (documents, what it printed)"""
    done = subprocess.run([INUSE, "run", "--json", *options, "--", *before, *program], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, cwd=folder, timeout=60)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return lines, done.stdout


UNIX = ("import socket,sys\ntry:\n socket.socket(1).bind(sys.argv[1]); print('bound')\nexcept OSError as e: print(e.errno)")
SERVE = ("import socket,sys,time; s=socket.socket(1); s.bind(sys.argv[1]); s.listen(5); print('ready',flush=True); "
         "time.sleep(100)")


def path_of_another_mount_namespace(folder):
    """a path is looked up in the mount namespace of the program, and nothing else is ended"""
    os.mkdir("mine")
    os.mkdir("its")
    server = start(sys.executable, "-c", SERVE, f"{folder}/mine/app.sock")
    sh(sys.executable, "-c", UNIX, f"{folder}/its/app.sock")  # stale
    script = f"mount --bind {folder}/its {folder}/mine; cd {folder}; exec {sys.executable} -c \"$0\" \"$1\""
    for path in (f"{folder}/mine/app.sock", "mine/app.sock"):
        documents, printed = run_path(folder, [], ["unshare", "-m", "bash", "-c", script], [UNIX, path])
        same("the program", printed, "98\n")
        same("cause", documents[0]["verdict"]["cause"], "stale-socket-file")
        same("holders", [b["holders"] for b in documents[0]["blockers"]], [[]])
        some("remedies", commands(documents[0]), "nsenter -m -r -t ", f" rm -- {folder}/mine/app.sock")
    _, printed = run_path(folder, ["--free", "--yes"], ["unshare", "-m", "bash", "-c", script], [UNIX, path])
    same("freed, the program", printed, "bound\n")
    same("the server outside lives", alive(server), True)
    same("its file is there", os.path.exists("mine/app.sock"), True)


def path_of_another_root(folder):
    """a path is looked up below the root directory of the program, absolute links too"""
    need("cc")
    os.makedirs("r/run")
    os.makedirs("r/var")
    os.makedirs("run")
    os.symlink("/run", "r/var/run")
    with open("r/run/app.sock", "w"):
        pass
    with open("c.c", "w") as source:
        source.write("#include <sys/socket.h>\n#include <sys/un.h>\n#include <string.h>\n#include <errno.h>\n#include <stdio.h>\n"
                     "int main(int c, char **v) { struct sockaddr_un a = {.sun_family = 1}; strcpy(a.sun_path, v[1]);"
                     "printf(\"%d\\n\", bind(socket(1, 1, 0), (void *)&a, sizeof a) ? errno : 0); return 0; }\n")
    sh("cc", "-w", "-static", "-o", "r/c", "c.c")
    for path in ("/run/app.sock", "/var/run/app.sock"):
        documents, printed = run_path(folder, [], ["chroot", "r"], ["/c", path])
        same("the program", printed, "98\n")
        same("cause", documents[0]["verdict"]["cause"], "path-exists")


def path_of_another_root_with_server(folder):
    """whoever has the same name in our root is no holder, in whatever network namespace"""
    run = pod()
    server = start(*run, sys.executable, "-c", SERVE, f"{folder}/app.sock")
    os.makedirs(f"r{folder}")
    other = start("unshare", "-n", sys.executable, "-c", SERVE, f"{folder}/r{folder}/app.sock")
    script = f"mount --bind {folder}/r{folder} {folder}; exec {sys.executable} -c \"$0\" \"$1\""
    documents, printed = run_path("/", ["--free", "--yes"], ["unshare", "-m", "bash", "-c", script], [UNIX, f"{folder}/app.sock"])
    same("the program", printed, "98\n")
    same("the server with that name lives", alive(server), True)
    print(f"# the other one lives: {alive(other)}")
    pids = [h["pid"] for d in documents if "blockers" in d for b in d["blockers"] for h in b["holders"]]
    same("it is no holder", server.pid in pids, False)


# ---- commands say where they act ----

def command_of_another_network_namespace(folder):
    """what is to be typed about a port of another network namespace enters it"""
    run = pod()
    holder = listen("127.0.0.1", 8080, *run)
    outside = listen("127.0.0.1", 8080)
    done = subprocess.run([INUSE, "run", "--json", "--", *run, sys.executable, "-c", BIND, "127.0.0.1", "8080"],
                          capture_output=True, text=True)
    document = json.loads(next(line for line in done.stderr.splitlines() if line.startswith("{")))
    same("the program", done.stdout, "98\n")
    same("holder", document["blockers"][0]["holders"][0]["pid"], holder.pid)
    command = remedy(document, "stop-process")["command"]
    same("command", command, ["nsenter", "-n", "-t", str(holder.pid), "inuse", "free", "127.0.0.1:8080/tcp"])
    sh(*command[:4], INUSE, "free", "--yes", *command[6:])
    same("the server outside lives", alive(outside), True)
    holder.wait(10)
    print(f"# the holder has ended: {holder.returncode}")


def pids_of_an_outer_namespace(folder):
    """pids that /proc counts in an outer PID namespace are never to be killed by number"""
    script = (f"{sys.executable} -c \"$0\" 127.0.0.1 9001 >ready & while [ ! -s ready ]; do sleep .05; done;"
              f"{INUSE} why --json 9001; {INUSE} free --yes 9001; echo \"free: $?\"; kill -0 $! && echo lives")
    done = subprocess.run(["unshare", "-p", "-f", "bash", "-c", script, LISTEN], capture_output=True, text=True, timeout=60)
    document = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    same("cause", document["verdict"]["cause"], "other-program")
    none("commands", commands(document), "kill ")
    same("free refuses", "free: 1" in done.stdout and "lives" in done.stdout, True)


# ---- programs of cgroups ----

PROGRAMS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
SEC("cgroup/bind4") int move(struct bpf_sock_addr *c)
{ if (c->user_port == bpf_htons(8080)) c->user_port = bpf_htons(18080);
  if (c->user_port == bpf_htons(8082)) c->user_port = bpf_htons(18082); return 1; }
SEC("cgroup/bind4") int inuse_bind4(struct bpf_sock_addr *c) { return 1; }
SEC("cgroup/post_bind4") int refuse(struct bpf_sock *c) { return c->src_port != 30539 && c->src_port != 30540; }
char _l[] SEC("license") = "GPL";
"""


def programs_of_a_cgroup(folder):
    """programs of the cgroup that refuse or move a bind() are named, and the sockets prove nothing"""
    need("clang", "bpftool")
    mount = next((line.split()[1] for line in open("/proc/mounts") if line.split()[2] == "cgroup2"), None)
    if not mount or not os.path.exists("/usr/include/bpf/bpf_helpers.h"):
        raise Missing("no cgroup2, or no libbpf")
    group = f"{mount}/inuse-around-{os.stat('/proc/self/ns/net').st_ino}"
    with open("p.c", "w") as source:
        source.write(PROGRAMS)
    sh("clang", "-O2", "-g", "-target", "bpf", "-I", f"/usr/include/{os.uname().machine}-linux-gnu", "-c", "p.c", "-o", "p.o")
    os.mkdir(group)
    try:
        sh("mount", "-t", "bpf", "none", "/sys/fs/bpf")
        sh("bpftool", "prog", "loadall", "p.o", "/sys/fs/bpf/p")
        sh("bpftool", "cgroup", "attach", group, "bind4", "pinned", "/sys/fs/bpf/p/inuse_bind4", "multi")
        inside = ["sh", "-c", f"echo 0 > {group}/cgroup.procs; exec \"$@\"", "-"]
        same("one that only looks on is none", why("127.0.0.1:30541", before=inside)[1]["verdict"]["status"], "free")
        sh("bpftool", "cgroup", "attach", group, "bind4", "pinned", "/sys/fs/bpf/p/move", "multi")
        sh("bpftool", "cgroup", "attach", group, "post_bind4", "pinned", "/sys/fs/bpf/p/refuse")
        listen("0.0.0.0", 18080)
        listen("127.0.0.9", 30539)
        for target, words in (("0.0.0.0:8080", "move (bind4"), ("127.0.0.1:30539", "refuse (post_bind4")):
            address, port = target.split(":")
            kernel = sh(*inside, sys.executable, "-c", BIND, address, port)
            code, document = why(target, before=inside)
            print(f"# the kernel says {kernel.strip()}")
            same("exit code", code, 3)
            same("status", document["verdict"]["status"], "unknown")
            some("caveats", document["verdict"]["doubts"], words)
        _, documents, text = inuse("run", "--json", "--", sys.executable, "-c", BIND, "0.0.0.0", "8080", before=inside)
        assert documents, f"no document: {text}"
        verdict = documents[0]["verdict"]
        same("run: the call has failed", (verdict["status"], verdict["error"]), ("in-use", "EADDRINUSE"))
        some("run: what it may be", [verdict["headline"]], "BPF programs of the cgroup may have bound something else")
        same("wait", inuse("wait", "--timeout", "0", "127.0.0.1:30539", before=inside)[0], 3)
        same("moved, the kernel", sh(*inside, sys.executable, "-c", BIND, "0.0.0.0", "8082"), "bound\n")
        code, document = why("0.0.0.0:8082", before=inside)
        same("moved, exit code", code, 3)
        some("caveats", document["verdict"]["doubts"], "0.0.0.0:18082 instead")
        code, document = why("127.0.0.1:30540", before=inside)
        same("EPERM", (document["verdict"]["status"], document["verdict"]["cause"], document["verdict"]["error"]),
             ("denied", "policy-denied", "EPERM"))
        code, document = why("127.0.0.1:30541", before=inside)
        same("nothing to say of another port", document["verdict"]["status"], "free")
    finally:

        for _ in range(50):
            try:
                os.rmdir(group)
                break
            except OSError:
                time.sleep(0.1)


# ---- rules ----

def shadows(target, *words, before=()):
    code, document = why(target, before=before)
    same("exit code", code, 1)
    some("warnings", document["verdict"]["warnings"], "shadowed", *words)
    return document


def bare(target):
    code, document = why(target)
    same("exit code", code, 1)
    same("warnings", document["verdict"]["warnings"], [])


def rule_without_a_socket(folder):
    """a NAT rule that a removed container left has the port, and pick takes another"""
    veth("v0", "10.9.0.1/24")
    sh("ip", "link", "add", "podman1", "type", "bridge")
    sh("ip", "addr", "add", "10.88.0.1/16", "dev", "podman1")
    sh("ip", "link", "set", "podman1", "up")
    nft("""table ip nat {
	chain NETAVARK-DN-1D8721804F16F { tcp dport 8080 dnat to 10.88.0.5:80; }
	chain PREROUTING { type nat hook prerouting priority -100; fib daddr type local jump NETAVARK-DN-1D8721804F16F; }
	chain OUTPUT { type nat hook output priority -100; fib daddr type local jump NETAVARK-DN-1D8721804F16F; }
}""")
    server = listen("0.0.0.0", 8080)
    client = socket.socket()
    client.settimeout(1)
    reached = client.connect_ex(("10.9.0.1", 8080)) == 0
    same("the server is reached", reached, False)
    server.kill()
    server.wait()
    shadows("8080", "netavark", "NETAVARK-DN-1D8721804F16F", "10.88.0.5:80", "podman ps")
    bare("8081")
    bare("8080/udp")
    picked = sh(INUSE, "pick", "--near", "8080").strip()
    same("pick takes another", picked != "8080", True)
    code, document = why("8080", before=NOBODY)
    some("gaps", [g["what"] for g in document["gaps"]], "nftables")


def rules_of_nftables(folder):
    """rules of nftables are followed: sets, maps, intervals, verdict maps, the family inet"""
    veth("v0", "10.9.0.1/24")
    nft("""table inet t {
	map to { type inet_service : ipv4_addr; elements = { 7001 : 10.88.0.5 } }
	set many { type inet_service; flags interval; elements = { 9000-9010, 9020 } }
	chain web { tcp dport 7100 redirect to :18081; }
	chain pre { type nat hook prerouting priority dstnat;
		meta nfproto ipv4 tcp dport @many redirect to :18080
		tcp dport vmap { 7100 : jump web, 7101 : accept }
		ip daddr 10.9.0.0/24 udp dport { 53, 5353 } redirect to :15353
		ip daddr 10.10.0.0/16 tcp dport 7200 redirect to :18080
		iifname "nosuch0" tcp dport 7300 redirect to :18080
		tcp dport 7001-7002 dnat ip to tcp dport map @to
	}
	chain mangle {
		type filter hook prerouting priority mangle;
		tcp dport 7400 tproxy ip to :50080
	}
}""")
    listen("0.0.0.0", 18080)
    for target in ("9000", "9005", "9010", "9020"):
        shadows(target, "port 18080 of this machine", "where somebody listens")
    for target in ("8999", "9011", "9019", "9021", "7101", "7200", "7002"):
        bare(target)
    shadows("7100", "port 18081 of this machine", "where nobody listens")
    shadows("5353/udp", "port 15353")
    shadows("7300", "port 18080")  # what comes in there may
    shadows("7001", "10.88.0.5")
    shadows("7400", "TPROXY", "port 50080")


def rules_of_iptables(folder):
    """rules of iptables are followed, in the old tables and in those of nftables"""
    veth("v0", "10.9.0.1/24")
    for program, words in (("iptables-legacy", ("iptables-legacy", "rule 1")), ("iptables-nft", ("table ip nat",))):
        need(program)
        sh(program, "-t", "nat", "-N", "DOCKER")
        sh(program, "-t", "nat", "-A", "PREROUTING", "-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER")
        port = 8100 if program == "iptables-nft" else 8200
        sh(program, "-t", "nat", "-A", "DOCKER", "!", "-i", "docker0", "-p", "tcp", "--dport", str(port), "-j", "DNAT",
           "--to-destination", "172.17.0.2:80")
        sh(program, "-t", "nat", "-A", "OUTPUT", "-p", "udp", "-m", "multiport", "--dports", f"53,{port}:{port + 5}", "-j",
           "REDIRECT", "--to-ports", "5300")
        shadows(str(port), "Docker", "172.17.0.2:80", "what comes in there from outside", *words)
        shadows(f"{port + 3}/udp", "port 5300", "what this machine itself sends")
        bare(str(port + 1))
        bare(f"{port + 6}/udp")


LOOKUP = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("sk_lookup") int steer(struct bpf_sk_lookup *c) { return c->local_port == 8090 ? SK_DROP : SK_PASS; }
char _l[] SEC("license") = "GPL";
"""


def attach_to_namespace(pinned):
    """bpf(BPF_LINK_CREATE) of a pinned program with our network namespace; bpftool has no word for it."""
    call = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine)
    if not call:
        raise Missing("the number of bpf() on this machine")
    bpf = ctypes.CDLL(None, use_errno=True).syscall
    path = ctypes.create_string_buffer(pinned.encode())
    get = (ctypes.c_ulong * 16)(ctypes.addressof(path))
    program = bpf(call, 7, ctypes.byref(get), 16)  # BPF_OBJ_GET
    namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
    create = (ctypes.c_uint * 16)(program, namespace, 36, 0)  # BPF_SK_LOOKUP
    link = bpf(call, 28, ctypes.byref(create), 16)  # BPF_LINK_CREATE
    os.close(namespace)
    if program < 0 or link < 0:
        raise Missing(f"a link of sk_lookup: {os.strerror(ctypes.get_errno())}")


def program_that_chooses_sockets(folder):
    """an sk_lookup program decides who gets what arrives: the bind works, and its server is never reached"""
    need("clang", "bpftool")
    if not os.path.exists("/usr/include/bpf/bpf_helpers.h"):
        raise Missing("no libbpf")
    with open("p.c", "w") as source:
        source.write(LOOKUP)
    sh("clang", "-O2", "-g", "-target", "bpf", "-I", f"/usr/include/{os.uname().machine}-linux-gnu", "-c", "p.c", "-o", "p.o")
    sh("mount", "-t", "bpf", "none", "/sys/fs/bpf")
    bare("8090")
    sh("bpftool", "prog", "load", "p.o", "/sys/fs/bpf/p")
    attach_to_namespace("/sys/fs/bpf/p")
    server = listen("0.0.0.0", 8090)
    client = socket.socket()
    client.settimeout(1)
    same("the server is reached", client.connect_ex(("127.0.0.1", 8090)) == 0, False)
    server.kill()
    server.wait()
    shadows("8090", "perhaps", "steer (sk_lookup")
    shadows("8090/udp", "steer (sk_lookup")


def rule_that_leads_to_a_pod(folder):
    """where a rule leads, another namespace may answer"""
    run = pod()
    sh("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", "pod")
    sh("ip", "addr", "add", "10.7.0.1/24", "dev", "v0")
    sh("ip", "link", "set", "v0", "up")
    sh(*run, "ip", "addr", "add", "10.7.0.5/24", "dev", "v1")
    sh(*run, "ip", "link", "set", "v1", "up")
    nft("""table ip nat {
	chain pre {
		type nat hook prerouting priority -100;
		tcp dport 8080 dnat to 10.7.0.5:80
	}
}""")
    holder = listen("0.0.0.0", 81, *run)
    shadows("8080", "10.7.0.5:80", "an address of the network namespace pod", "nobody listens")
    holder.kill()
    holder.wait()
    listen("0.0.0.0", 80, *run)
    shadows("8080", "10.7.0.5:80", "where the network namespace pod answers")


# ---- other network namespaces ----

def port_of_another_namespace(folder):
    """a port that is free here and held in a namespace of this machine"""
    run = pod()
    holder = listen("0.0.0.0", 15090, *run)
    message = "envoy critical: cannot bind '0.0.0.0:15090': Address already in use"
    for target in (message, "15090"):
        code, document = why(target)
        same("exit code", code, 1)
        some("caveats", document["verdict"]["doubts"], "pod", f"(pid {holder.pid})", "0.0.0.0:15090")
        same("command", remedy(document, "ask-there")["command"][:5], ["nsenter", "-n", "-t", str(holder.pid), "inuse"])
    listen("0.0.0.0", 15021)
    listen("0.0.0.0", 15021, *run)
    code, document = why(message.replace("15090", "15021"))
    same("in use here", document["verdict"]["status"], "in-use")
    some("caveats", document["verdict"]["doubts"], "pod", "as well")
    same("first to ask there", document["remedies"][0]["id"], "ask-there")
    code, document = why("15021")  # that is a question about this namespace
    none("caveats", document["verdict"]["doubts"], "pod")


HOLD = ("import socket,sys,time\nkept=[]\nfor row in sys.argv[1:]:\n family,kind,port=map(int,row.split(','))\n"
         " s=socket.socket(family,kind); kept.append(s); s.bind(('',port)); kind==1 and s.listen(1)\n"
         "print('ready',flush=True); time.sleep(100)")


def ports_of_many_namespaces(folder):
    """who has a port elsewhere is the same by the kernel's memory, where that is kept, and by a search"""
    if subprocess.run(["mount", "-t", "bpf", "none", "/sys/fs/bpf"], capture_output=True).returncode:
        raise Missing("no bpffs")
    chance = random.Random(7)
    ports = range(21000, 21016)
    taken = set()
    for i in range(5):
        rows = [(chance.choice((2, 10)), chance.choice((1, 2)), port) for port in chance.sample(ports, 3)]
        taken |= {(kind, port) for _, kind, port in rows}
        start("unshare", "-n", sys.executable, "-c", HOLD, *(",".join(map(str, row)) for row in rows))
    for kind, protocol in ((1, "tcp"), (2, "udp")):
        for port in ports:
            told = {}
            for way in ("on", "off"):
                os.environ["INUSE_QUICK"] = way
                told[way] = why(f"{port}/{protocol}")[1]["verdict"]["doubts"]
            same(f"{port}/{protocol}, both ways", told["on"], told["off"])
            same(f"{port}/{protocol}, has somebody", any("namespace" in text for text in told["on"]), (kind, port) in taken)
    kept = os.listdir("/sys/fs/bpf/inuse") if os.path.exists("/sys/fs/bpf/inuse") else []
    if not any(name.endswith("-elsewhere-program") for name in kept):
        raise Missing(f"this kernel does not take the program; kept: {kept}")


def address_of_another_namespace(folder):
    """an address of an interface in another namespace is not proven to be none"""
    run = pod()
    veth("v0")
    sh("ip", "link", "add", "mv0", "link", "v0", "type", "macvlan", "mode", "bridge")
    sh("ip", "link", "set", "mv0", "netns", "pod")
    sh(*run, "ip", "addr", "add", "10.7.0.5/24", "dev", "mv0")
    sh(*run, "ip", "addr", "add", "fd07::5/64", "dev", "mv0", "nodad")
    sh(*run, "ip", "link", "set", "mv0", "up")
    process = start(*run, sys.executable, "-c", "print('ready',flush=True); import time; time.sleep(100)")
    for target in ("10.7.0.5:8080", "[fd07::5]:8080"):
        code, document = why(target)
        same("cause", document["verdict"]["cause"], "address-not-local")
        same("confidence", document["verdict"]["confidence"], "likely")
        some("headline", [document["verdict"]["headline"]], "mv0", "pod")
        same("no other address instead", remedy(document, "bind-address"), None)
        same("command", remedy(document, "ask-there")["command"][:4], ["nsenter", "-n", "-t", str(process.pid)])


# ---- rights ----

def rights_that_do_not_count(folder):
    """setcap is not advised where it changes nothing"""
    os.chmod(folder, 0o755)
    need("cc")
    with open("b.c", "w") as source:
        source.write("#include <netinet/in.h>\n#include <errno.h>\n#include <stdio.h>\nint main(void) { struct sockaddr_in a = "
                     "{.sin_family = 2, .sin_port = htons(80)};"
                     "printf(\"%d\\n\", bind(socket(2, 1, 0), (void *)&a, sizeof a) ? errno : 0); return 0; }\n")
    sh("cc", "-w", "-o", "srv", "b.c")
    dropped = ["setpriv", "--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"]
    for name, before in (("no_new_privs", [*NOBODY, "setpriv", "--no-new-privs"]), ("bounding set", dropped)):
        done = subprocess.run([*before, INUSE, "run", "--json", "--", "./srv"], capture_output=True, text=True)
        same(f"{name}: the kernel", done.stdout, "13\n")
        document = json.loads(next(line for line in done.stderr.splitlines() if line.startswith("{")))
        same(f"{name}: cause", document["verdict"]["cause"], "privileged-port")
        none("commands", commands(document), "setcap")
        some("remedies", [r["summary"] for r in document["remedies"]], "start it with the right")


def rights_of_another_user_namespace(folder):
    """capabilities count in the user namespace that owns the network namespace"""
    program = [sys.executable, "-c", BIND, "127.0.0.1", "80"]
    if subprocess.run(["unshare", "-r", "true"], capture_output=True).returncode:
        raise Missing("no user namespaces")
    done = subprocess.run([INUSE, "run", "--json", "--", "unshare", "-r", *program], capture_output=True, text=True)
    same("all rights of a user namespace below, the kernel", done.stdout, "13\n")
    document = json.loads(next(line for line in done.stderr.splitlines() if line.startswith("{")))
    same("cause", document["verdict"]["cause"], "privileged-port")
    done = subprocess.run([INUSE, "run", "--json", "--", "unshare", "-r", "-n", "sh", "-c", "ip link set lo up; exec \"$@\"", "-",
                           *program], capture_output=True, text=True)
    same("with a network of its own, the kernel", done.stdout, "bound\n")
    none("it is not explained", [done.stderr], "privileged-port")


def limits_that_cannot_be_read(folder):
    """where /proc/sys cannot be read no limit is made up"""
    sh("mount", "-t", "tmpfs", "none", "/proc/sys/net")
    code, document = why("80", before=NOBODY)
    none("texts", [json.dumps(document)], "below -1")
    none("texts", [json.dumps(document)], "from -1")
    some("gaps", [g["what"] for g in document["gaps"]], "port limits")


# ---- devices, zones, links ----

def groups_with_a_zone(folder):
    """a group of a link is bound with its interface"""
    veth("v0")
    code, document = why("[ff02::1:2%v0]:547/udp")
    same("free", (code, document["verdict"]["status"], document["verdict"]["probe"]), (1, "free", "success"))
    holder = start(sys.executable, "-c", "import socket,time; s=socket.socket(10,2); "
                   "s.bind(('ff02::1:2',547,0,socket.if_nametoindex('v0'))); print('ready',flush=True); time.sleep(100)")
    code, document = why("[ff02::1:2%v0]:547/udp")
    same("in use", document["verdict"]["status"], "in-use")
    code, document = why("[ff02::1:2%pv0]:547/udp")
    same("the same group of another link", (code, document["verdict"]["warnings"]), (1, []))
    print(f"# the holder lives: {alive(holder)}")


def devices_of_holders(folder):
    """a holder's device is part of its address; one that is gone is said"""
    veth("va")
    veth("vc")
    for name in ("va", "vc"):
        start(sys.executable, "-c", DEVICE, name, "67")
    code, document = why("67/udp")
    _, _, text = inuse("why", "-v", "67/udp")
    for name in ("va", "vc"):
        some("texts", [text], f"0.0.0.0%{name}:67")
    same("no port instead", remedy(document, "use-port"), None)
    some("a device that has none", [r["summary"] for r in document["remedies"] if r["id"] == "bind-device"], "pva")
    code, document = why("--device", "pva", "67/udp")
    same("another device", (code, document["verdict"]["warnings"]), (1, []))
    _, _, text = inuse("list", "udp")
    for line in text.splitlines()[1:]:
        address = line.split()[1]
        code, document = why(f"{address}/udp")
        same(f"{address} can be asked back", document["verdict"]["status"], "in-use")
    sh("ip", "link", "del", "vc")
    code, document = why("67/udp")
    some("doubts", document["verdict"]["doubts"], "an interface that is gone")


def links_that_carry_nothing(folder):
    """a bind() works on a link that is down, and nothing arrives"""
    sh("ip", "link", "add", "v0", "type", "veth", "peer", "name", "p0")
    sh("ip", "addr", "add", "10.9.0.1/24", "dev", "v0")
    same("the kernel", sh(sys.executable, "-c", BIND, "10.9.0.1", "8080"), "bound\n")
    code, document = why("10.9.0.1:8080")
    some("warnings", document["verdict"]["warnings"], "unreachable", "v0 is down")
    sh("ip", "link", "set", "v0", "up")
    code, document = why("10.9.0.1:8080")
    some("warnings", document["verdict"]["warnings"], "unreachable", "no carrier")
    sh("ip", "link", "set", "p0", "up")
    for _ in range(100):  # the kernel tells it a moment later
        if "state UP" in sh("ip", "-o", "link", "show", "v0"):
            break
        time.sleep(0.05)
    code, document = why("10.9.0.1:8080")
    same("with a carrier", document["verdict"]["warnings"], [])
    sh("ip", "link", "set", "lo", "down")
    code, document = why("127.0.0.1:8080")
    some("warnings", document["verdict"]["warnings"], "unreachable", "lo is down")


SCENES = [path_of_another_mount_namespace, path_of_another_root, path_of_another_root_with_server,
          command_of_another_network_namespace, pids_of_an_outer_namespace, programs_of_a_cgroup, rule_without_a_socket,
          rules_of_nftables, rules_of_iptables, program_that_chooses_sockets, rule_that_leads_to_a_pod, port_of_another_namespace,
          ports_of_many_namespaces,
          address_of_another_namespace, rights_that_do_not_count, rights_of_another_user_namespace,
          limits_that_cannot_be_read, groups_with_a_zone, devices_of_holders, links_that_carry_nothing]


def play(name):
    """One scene, in namespaces that were made for it."""
    scene = next(s for s in SCENES if s.__name__ == name)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    os.chdir(folder)
    code = 0
    try:
        scene(folder)
    except Missing as why_not:
        print(f"missing: {why_not}")
        code = 77
    except Exception:  # a scene that breaks has failed
        for line in traceback.format_exc().splitlines():
            print("#", line)
        code = 1
    os.chdir("/")
    subprocess.run(["umount", "-l", f"{folder}/mine"], capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()
    os._exit(code)


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--play":
        play(sys.argv[2])
    chosen = [s for s in SCENES if len(sys.argv) < 2 or s.__name__ in sys.argv[1:]]
    if os.geteuid():
        print("1..0 # SKIP needs root for namespaces")
        return 0
    print(f"1..{len(chosen)}")
    failed = 0
    for number, scene in enumerate(chosen, 1):
        done = subprocess.run(["unshare", "-n", "-m", "-p", "-f", "--kill-child", "--mount-proc", "--propagation", "private",
                               sys.executable, os.path.abspath(__file__), "--play", scene.__name__],
                              capture_output=True, text=True, timeout=200)
        lines = done.stdout.splitlines()
        missing = next((line[9:] for line in lines if line.startswith("missing: ")), "?")
        print("\n".join(line for line in lines if line.startswith("#")))
        print("\n".join(f"# {line}" for line in done.stderr.splitlines()))
        good = done.returncode in (0, 77)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {scene.__doc__}"
              f"{' # SKIP ' + missing if done.returncode == 77 else ''}", flush=True)
    return failed > 0


sys.exit(main())
