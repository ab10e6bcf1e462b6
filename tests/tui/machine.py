"""A believable machine as a capture: what the goldens of the live view show. A clock that stands still."""
import json
import sys

NOW = 1700000000
OPTIONS = {"reuseaddr": True, "reuseport": False, "options_source": "read"}
PROGRAMS = {  # pid: name, user, uid, unit, age, command
    812: ("nginx", "www-data", 33, "nginx.service", 93600, ["nginx", "-g", "daemon off;"]),
    640: ("systemd-resolve", "systemd-resolve", 101, "systemd-resolved.service", 1209600, ["/lib/systemd/systemd-resolved"]),
    655: ("sshd", "root", 0, "ssh.service", 1209600, ["/usr/sbin/sshd", "-D"]),
    1501: ("postgres", "postgres", 105, "postgresql@15-main.service", 604800,
           ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main"]),
    4767: ("node", "alice", 1000, "session-4.scope", 7500, ["node", "/home/alice/shop/server.js", "--port", "3000"]),
    4801: ("python3", "alice", 1000, "session-4.scope", 340, ["python3", "-m", "http.server", "8000"]),
    5120: ("evil\x1b[31mname", "mallory", 1001, None, 12, ["./evil", "\x1b]0;owned\x07"]),
    6001: ("docker-proxy", "root", 0, "docker.service", 86400, ["/usr/bin/docker-proxy", "-proto", "tcp", "-host-port", "5433"]),
}


def machine():
    sockets, holds = [], []

    def add(protocol, address, port, state, pid, **more):
        inode = 100 + len(sockets)
        uid = PROGRAMS[pid][2] if pid else 0
        known = {"inode": inode, "uid": uid, "uid_known": True} if pid or more.pop("hidden", False) else {}
        if pid and PROGRAMS[pid][3]:
            known["unit"] = PROGRAMS[pid][3]
        if state in ("listen", "bound"):
            known.update(OPTIONS)
        sockets.append({"protocol": protocol, "family": "ipv6" if ":" in address else "ipv4", "state": state,
                        "local": address, "port": port, **known, **more})
        if pid:
            holds.append({"inode": inode, "pid": pid, "fd": 3 + len(holds)})

    for address in ("0.0.0.0", "::"):
        more = {"v6only": True} if address == "::" else {}
        add("tcp", address, 80, "listen", 812, backlog=511, queue=0, **more)
        add("tcp", address, 443, "listen", 812, backlog=511, queue=12, **more)
        add("tcp", address, 22, "listen", 655, backlog=128, queue=0, **more)
    add("tcp", "127.0.0.53", 53, "listen", 640, backlog=4096, queue=0, device="lo", ifindex=1)
    add("udp", "127.0.0.53", 53, "bound", 640, device="lo", ifindex=1)
    add("tcp", "127.0.0.1", 5432, "listen", 1501, backlog=200, queue=0)
    add("tcp", "::1", 5432, "listen", 1501, backlog=200, queue=0)
    add("tcp", "::", 3000, "listen", 4767, v6only=False, backlog=511, queue=511)
    add("tcp", "0.0.0.0", 8000, "listen", 4801, backlog=5, queue=0)
    add("tcp", "192.0.2.7", 9100, "bound", 4801)
    add("udp", "0.0.0.0", 5353, "bound", 5120)
    add("tcp", "0.0.0.0", 5433, "listen", 6001, backlog=4096, queue=0)
    add("tcp", "0.0.0.0", 2049, "listen", 0, hidden=True, backlog=64, queue=0)
    for i in range(40):
        add("tcp", "192.0.2.7", 443, "established", 812, peer=f"198.51.100.{i + 1}", peer_port=50000 + i)
    for i in range(7):
        add("tcp", "127.0.0.1", 40000 + i, "established", 4767, peer="127.0.0.1", peer_port=5432)
        add("tcp", "127.0.0.1", 5432, "established", 1501, peer="127.0.0.1", peer_port=40000 + i)
    for i in range(3):
        add("tcp", "192.0.2.7", 3000, "time-wait", 0, peer="198.51.100.77", peer_port=61000 + i, timer_ms=42000 - i * 9000)
    processes = [{"pid": pid, "name": name, "exe": command[0] if command[0].startswith("/") else f"/usr/bin/{command[0]}",
                  "command": command, "cwd": "/", "uid_known": True, "uid": uid, "user": user, "started": NOW - age,
                  "state": "stopped" if pid == 4801 else "running", **({"unit": unit} if unit else {})}
                 for pid, (name, user, uid, unit, age, command) in sorted(PROGRAMS.items())]
    return {"schema": "inuse.snapshot/1",
            "seen": ["host", "sysctls", "addresses", "tcp", "bound", "udp", "unix", "holders", "options"],
            "host": {"os": "linux", "release": "6.1.0", "hostname": "shop-1", "kernel": 0x60100, "privileged": True, "uid": 0,
                     "pid": 7000, "user": "root", "ipv6": True, "now": NOW, "init_is_manager": 1},
            "sysctls": {"port_first": 32768, "port_last": 60999, "reserved": [], "unprivileged_port_start": 1024, "bindv6only": 0},
            "locals": [{"kind": "address", "address": "127.0.0.1", "bits": 32, "ifindex": 1},
                       {"kind": "address", "address": "192.0.2.7", "bits": 32, "ifindex": 2}],
            "interfaces": [{"ifindex": 1, "name": "lo", "up": True}, {"ifindex": 2, "name": "eth0", "up": True}],
            "sockets": sockets, "holds": holds, "processes": processes}


if __name__ == "__main__":
    json.dump(machine(), sys.stdout, indent=1)
