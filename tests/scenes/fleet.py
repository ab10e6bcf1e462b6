#!/usr/bin/env python3
"""Many machines: real ansible against eight hosts, network namespaces with an sshd each, one that is down, and a report
over ssh.

Prints TAP. Environment: INUSE (the program), COLLECTIONS (the folder with ansible_collections).
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

INUSE = os.path.abspath(os.environ["INUSE"])
COLLECTIONS = os.path.abspath(os.environ["COLLECTIONS"])
PATHS = os.environ["PATH"] + ":/usr/sbin:/sbin"
HOSTS = 8
PORT = 8080
# Names are looked up in no file of the machine and by no resolver: each login would wait for it.
PLACE = ("mount --make-rprivate / && mount -t proc proc /proc && ip link set lo up && mount -t tmpfs none /run && "
         "mkdir /run/sshd /run/netns && mount -t tmpfs none /usr/local/bin && cp \"$1\" /usr/local/bin/inuse && "
         'mount --bind /dev/null /etc/resolv.conf && mount --bind "$2" /etc/passwd && shift 2 && exec "$@"')
USERS = ("root:x:0:0:root:/root:/bin/sh\nsshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n"
         "alice:x:1001:65534::/:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n")
SERVER = ("import os,socket,sys,time; os.setuid(int(sys.argv[3])); s=socket.socket(socket.AF_INET, int(sys.argv[2])); "
          "s.setsockopt(1, 2, 1); s.bind(('', int(sys.argv[1]))); int(sys.argv[2]) == 1 and s.listen(); print(flush=True); time.sleep(600)")
LIMIT = 150
UNREACHABLE = 4  # ansible-playbook: a host did not answer

PLAY = """
- hosts: h1
  gather_facts: false
  tasks:
    - {name: planned, inuse.ports.port_free: {target: PORT, user: alice}, check_mode: true, register: planned}
    - {name: held, inuse.ports.port_info: {target: [PORT, 9]}, register: held}
    - {name: no wait, inuse.ports.port_wait: {target: PORT}, check_mode: true, register: no_wait}
    - {name: short, inuse.ports.port_wait: {target: PORT, timeout: 0}, register: short, ignore_errors: true}
    - {name: freed, inuse.ports.port_free: {target: PORT, user: alice}, register: freed}
    - {name: again, inuse.ports.port_free: {target: PORT, user: alice}, register: again}
    - {name: free, inuse.ports.port_wait: {target: PORT, timeout: 5}, register: free}
    - {name: silent, inuse.ports.port_wait: {target: PORT, state: listening, timeout: 1}, register: silent, ignore_errors: true}
    - {name: wrong, inuse.ports.port_info: {target: ["a:b:c"]}, register: wrong, ignore_errors: true}
    - {name: option, inuse.ports.port_free: {target: "--help"}, register: option, ignore_errors: true}
    - {name: late, inuse.ports.port_wait: {target: PORT, timeout: -1}, register: late, ignore_errors: true}
    - {name: state, inuse.ports.port_wait: {target: PORT, state: open}, register: state, ignore_errors: true}
    - {name: absent, inuse.ports.port_info: {target: [PORT], program: no-such-program}, register: absent, ignore_errors: true}
    - name: all
      ansible.builtin.copy:
        dest: RESULT
        content: "{{ [planned, held, no_wait, short, freed, again, free, silent, wrong, option, late, state, absent] | to_json }}"
      delegate_to: localhost
      connection: local
"""


def call(*words, **more):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, check=False, **more)


def host(number, folder):
    """A namespace on the bridge with its sshd."""
    name, address = f"h{number}", f"10.9.0.{number}"
    for words in (f"ip netns add {name}", f"ip link add v{number} type veth peer name eth0 netns {name}",
                  f"ip link set v{number} master br0 up", f"ip -n {name} addr add {address}/24 dev eth0",
                  f"ip -n {name} link set eth0 up", f"ip -n {name} link set lo up"):
        subprocess.run(words.split(), check=True)
    return subprocess.Popen(["ip", "netns", "exec", name, shutil.which("sshd", path=PATHS), "-D", "-f", "/dev/null", "-h", f"{folder}/host",
                             "-o", f"ListenAddress={address}", "-o", "UseDNS=no", "-o", "UsePAM=no", "-o", "StrictModes=no",
                             "-o", "PermitRootLogin=yes", "-o", "PidFile=none", "-o", f"AuthorizedKeysFile={folder}/key.pub"])


def serve(number, port, kind=1, user=0):
    process = subprocess.Popen(["ip", "netns", "exec", f"h{number}", sys.executable, "-c", SERVER, str(port), str(kind), str(user)],
                               stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"\n"
    return process


def stage(folder):
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"], check=True)
    for words in ("ip link add br0 type bridge", "ip addr add 10.9.0.254/24 dev br0", "ip link set br0 up"):
        subprocess.run(words.split(), check=True)
    daemons = [host(number, folder) for number in range(1, HOSTS + 1)]
    servers = {1: serve(1, PORT, 1, 1001), 2: serve(2, PORT), 3: serve(3, PORT, 2), 4: serve(4, PORT, 1, 65534), 5: serve(5, PORT + 1)}
    for number in range(1, HOSTS + 1):
        subprocess.run(["ip", "netns", "exec", f"h{number}", INUSE, "wait", "--quiet", "--listening", "--timeout", "20", "22"], check=True)
    with open(f"{folder}/hosts", "w", encoding="ascii") as file:
        for number in range(1, HOSTS + 1):
            file.write(f"h{number} ansible_host=10.9.0.{number}\n")
        file.write("h9 ansible_host=10.9.0.9\n")  # nobody is there
        file.write("[all:vars]\nansible_user=root\nansible_python_interpreter=/usr/bin/python3\n")
    return daemons, servers


def way(folder):
    return ["-F", "none", "-i", f"{folder}/key", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
            "GSSAPIAuthentication=no", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes"]


def environment(folder):
    return {**os.environ, "HOME": folder, "LC_ALL": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, "ANSIBLE_PIPELINING": "True",
            "ANSIBLE_HOST_KEY_CHECKING": "False", "ANSIBLE_FORKS": str(HOSTS), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCAL_TEMP": f"{folder}/local",
            "ANSIBLE_REMOTE_TEMP": f"{folder}/remote", "ANSIBLE_SSH_CONTROL_PATH_DIR": f"{folder}/cp", "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "ANSIBLE_SSH_ARGS": " ".join(way(folder)) + " -o ControlMaster=auto -o ControlPersist=30s", "ANSIBLE_DEPRECATION_WARNINGS": "False"}


def table(folder, servers):
    """The table of the playbook, and what it has to be."""
    run = call("ansible-playbook", "-i", f"{folder}/hosts", "inuse.ports.who_holds", "-e", f"port={PORT}", env=environment(folder), cwd=folder)
    rows = [re.split(r" {2,}", re.sub(r'^ *"|",?$', "", line).strip()) for line in run.stdout.splitlines() if re.match(r' *"?(HOST|h\d) ', line) and " : ok=" not in line]
    for row in rows:
        print("#  ", "  ".join(row))
    said = [" ".join(row).split() for row in rows]
    yield "the playbook", (run.returncode, run.stdout[-1500:] + run.stderr[-500:] if run.returncode != UNREACHABLE else ""), (UNREACHABLE, "")
    wanted = [["HOST", "TARGET", "STATUS", "PROGRAM", "PID", "USER", "UNIT", "OR", "CONTAINER"]]
    owner = {1: "alice", 2: "root", 4: "nobody"}
    for number in range(1, HOSTS + 1):
        if number in owner:
            with open(f"/proc/{servers[number].pid}/comm", encoding="ascii") as file:
                name = file.read().strip()
            wanted.append([f"h{number}", f"{PORT}/tcp", "in-use", name, str(servers[number].pid), owner[number], "-"])
        else:
            wanted.append([f"h{number}", f"{PORT}/tcp", "free", "-", "-", "-", "-"])
    wanted.append(["h9", str(PORT), "no", "answer", "-", "-", "-", "-"])
    # a unit of the machine that the test runs on may be told: here only "-" or that counts
    yield "the table", [row[:6] for row in said[1:]], [row[:6] for row in wanted[1:]]
    yield "its head", said[0] if said else None, wanted[0]


def modules(folder, servers):
    with open(f"{folder}/play.yml", "w", encoding="ascii") as file:
        file.write(PLAY.replace("PORT", str(PORT)).replace("RESULT", f"{folder}/result.json"))
    run = call("ansible-playbook", "-i", f"{folder}/hosts", f"{folder}/play.yml", env=environment(folder), cwd=folder)
    yield "the play of all modules", (run.returncode, run.stdout[-3000:] + run.stderr[-800:] if run.returncode else ""), (0, "")
    with open(f"{folder}/result.json", encoding="utf-8") as file:
        planned, held, no_wait, short, freed, again, free, silent, wrong, option, late, state, absent = json.load(file)
    pid = servers[1].pid
    yield "check mode shows the plan", (planned["changed"], planned["end"], [(step["command"], step["outcome"]) for step in planned["steps"]]), \
        (True, "planned", [(["kill", str(pid)], "not-yet")])
    yield "and nothing was done", [(port["status"], [holder["pid"] for holder in port["holders"]]) for port in held["ports"]], \
        [("in-use", [pid]), ("free", [])]
    yield "info changes nothing", held["changed"], False
    yield "check mode does not wait", (no_wait["ready"], no_wait.get("failed", False)), (False, False)
    yield "a wait that is over", (short["failed"], short["ready"], short["changed"], "not become free within 0 s" in short["msg"]), (True, False, False, True)
    yield "freed", (freed["changed"], freed["end"], [step["outcome"] for step in freed["steps"]]), (True, "done", ["done"])
    yield "the holder has ended", servers[1].wait(10), -15
    yield "the second time", (again["changed"], again["end"], again["steps"]), (False, "nothing-to-do", [])
    yield "free", (free["ready"], free["changed"]), (True, False)
    yield "nobody listens", (silent["failed"], silent["ready"], "nobody listened within 1 s" in silent["msg"]), (True, False, True)
    yield "no target", (wrong["failed"], "too many colons" in wrong["msg"]), (True, True)
    yield "an option is none", (option["failed"], "an option, not a target" in option["msg"]), (True, True)
    yield "a negative time", (late["failed"], "from 0 to" in late["msg"]), (True, True)
    yield "a state that is none", (state["failed"], "free, listening" in state["msg"]), (True, True)
    yield "inuse is not there", (absent["failed"], "not installed" in absent["msg"]), (True, True)


def over_ssh(folder, servers):
    """The pipe of the documentation: the report comes from there, the answer from here."""
    line = " ".join(["ssh", *way(folder), "root@10.9.0.2", "inuse", "report", "|", INUSE, "why", str(PORT), "--from", "-", "--json"])
    run = call("sh", "-c", line)
    answer = json.loads(run.stdout) if run.returncode == 0 else {}
    yield "ssh host inuse report | inuse why --from -", (run.returncode, answer.get("verdict", {}).get("status")), (0, "in-use")
    yield "whose", [holder["pid"] for blocker in answer.get("blockers", []) for holder in blocker["holders"]], [servers[2].pid]
    yield "from where", (answer.get("from") or {}).get("files"), ["-"]


def play(folder):
    daemons, servers = stage(folder)
    yield from table(folder, servers)
    yield from modules(folder, servers)
    yield from over_ssh(folder, servers)
    for process in [*daemons, *servers.values()]:
        process.kill()


def main():
    missing = [name for name in ("ansible-playbook", "ssh", "ssh-keygen", "sshd", "ip", "unshare") if not shutil.which(name, path=PATHS)]
    if os.geteuid() != 0 or missing:
        print("1..0 # SKIP needs root", *missing)
        return 0
    if "INUSE_INSIDE" not in os.environ:
        with tempfile.NamedTemporaryFile("w") as users:
            users.write(USERS)
            users.flush()
            return subprocess.call(["unshare", "--net", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c", PLACE, "sh", INUSE, users.name,
                                    sys.executable, os.path.abspath(__file__)], env={**os.environ, "INUSE_INSIDE": "yes"})
    print("1..1", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="inuse-fleet-") as folder:
        for what, got, wanted in play(folder):
            print(f"# {what}: {got!r}"[:2500], flush=True)
            if got != wanted:
                print(f"#   expected {wanted!r}"[:2000])
                wrong += 1
    print("not ok" if wrong else "ok", "1 - eight hosts", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
