#!/usr/bin/env bats
# messages.bats - messages of other calls than bind(), of other protocols, of other machines

load common

@test "connect() refused: whether somebody listens there now, or beside it" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" "Error: connect ECONNREFUSED 127.0.0.1:8080"; code=$?; kill $pid; exit $code'
	expect 1
	says "Something listens on 127.0.0.1:8080 now (holder "
	run in_net '"$INUSE" --json "Error: connect ECONNREFUSED 127.0.0.1:8080" | /usr/bin/python3 "$VALIDATE" why; exit ${PIPESTATUS[0]}'
	expect 0
	run in_net '"$INUSE" --json "Error: connect ECONNREFUSED 127.0.0.1:8080"'
	says '"operation":"connect","errno":111,"error":"ECONNREFUSED"'
	says '"call":"connect"'
}

@test "free and wait leave alone who a connect() did not reach" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --yes "Error: connect ECONNREFUSED 127.0.0.1:8080"; code=$?; kill $pid || echo gone; exit $code'
	expect 1
	says "no bind()"
	says_not "gone"
	run in_net '"$INUSE" wait --timeout 0 "Error: connect ECONNREFUSED 127.0.0.1:8080"'
	expect 3
	says "there is no bind() to wait for"
}

@test "connect() without a local port: the range toward that end is counted" {
	run in_net '"$INUSE" --json "dial tcp 10.9.0.5:8080: connect: cannot assign requested address"'
	expect 3
	says '"operation":"connect"'
	says "Local ports are left for connections to 10.9.0.5:8080 now"
	says_not "IP_FREEBIND"
}

@test "connect() to a socket path: who may" {
	run in_net 'python3 -c "
import os, socket
s = socket.socket(socket.AF_UNIX); s.bind(\"server.sock\"); s.listen(); os.chmod(\"server.sock\", 0o600)"
"$INUSE" "dial unix $PWD/server.sock: connect: permission denied"; code=$?; rm -f server.sock; exit $code'
	expect 0
	says "may connect to $PWD/server.sock"
	says "mode 0600"
}

@test "ssh -R and other protocols: the command that would show it, never TCP" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" "Warning: remote port forwarding failed for listen port 8080" sctp:8080; code=$?; kill $pid; exit $code'
	expect 3
	says "of the machine that ssh is connected to"
	says "ss -anp --sctp"
	says_not "holder"
	run in_net '"$INUSE" --json "bind vsock port 8080: Address already in use"'
	expect 3
	says '"protocol":"vsock"'
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" pid sctp:8080; code=$?; kill $pid; exit $code'
	expect 3
	says "could be looked at"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" list sctp:8080; code=$?; kill $pid; exit $code'
	expect 3
	says "ss -anp --sctp"
	says_not "holder"
}

@test "UNIX sockets of other types: their abstract names are names of their own" {
	run in_net 'python3 -c "
import socket, subprocess, os
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.bind(\"\\0packets\"); s.listen()
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind(\"packets.sock\")
for text in (\"seqpacket:@packets\", \"stream:@packets\", \"listen unixpacket @packets: bind: address already in use\",
             \"connect: unix socket \" + os.getcwd() + \"/packets.sock: Protocol wrong type for socket\"):
    done = subprocess.run([os.environ[\"INUSE\"], text], stdout=subprocess.PIPE, text=True)
    print(text, done.returncode, done.stdout.splitlines()[0])
"; rm -f packets.sock'
	says "seqpacket:@packets 0 @packets is in use: python3"
	says "(seqpacket)"
	says "stream:@packets 1 "
	says "already in use 0 @packets is in use: python3"
	says "sockets of type dgram"
}

@test "a message without quotes, and one in UTF-16" {
	run in_net '"$INUSE" Error: listen EADDRINUSE: address already in use :::3000'
	expect 1
	says "[::]:3000/tcp"
	run in_net 'printf "\xff\xfe%s" "" | cat - <(printf "bind: Address already in use, port 3111\n" | iconv -t UTF-16LE) | "$INUSE" -'
	expect 1
	says "3111/tcp"
}

@test "rights are those of the program that printed the message" {
	run in_net 'pid=$("$HOLD" 81 holder); "$INUSE" "listen tcp 127.0.0.1:81: bind: address already in use"; code=$?; kill $pid; exit $code'
	[ "$(id -u)" != 0 ] || { expect 0; says "holder"; }
	run in_net '"$INUSE" --json "listen tcp :81: bind: permission denied"'
	expect 0
	says '"cause":"privileged-port"'
	says "net.ipv4.ip_unprivileged_port_start=81"
}

@test "connect() without a local port left: who has them, of how many" {
	run in_net 'echo "40000 40003" >/proc/sys/net/ipv4/ip_local_port_range || exit 77
python3 -c "
import socket, subprocess, os
server = socket.create_server((\"127.0.0.1\", 8080))
clients = [socket.create_connection((\"127.0.0.1\", 8080)) for i in range(4)]
try:
    socket.create_connection((\"127.0.0.1\", 8080))
except OSError as error:
    print(error.errno)
message = \"connect() to 127.0.0.1:8080 failed (99: Cannot assign requested address)\"
raise SystemExit(subprocess.run([os.environ[\"INUSE\"], \"--json\", message]).returncode)"'
	[ "$status" -ne 77 ] || skip "the range of ports cannot be set here"
	expect 0
	says "99"
	says "No local port is left for a connection to 127.0.0.1:8080"
	says '"cause":"ephemeral-exhausted"'
	says '"operation":"connect"'
}
