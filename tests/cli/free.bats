#!/usr/bin/env bats
# free.bats - free, wait and pick as people and scripts type them

load common

# Says so when a process still runs; one that has ended may wait for a parent that never looks.
lives() {
	[[ "$(ps -o stat= -p "$1")" =~ ^[^Z] ]] && echo "it lives"
	true
}
export -f lives

@test "free: nothing to do" {
	run in_net '"$INUSE" free 8080'
	expect 0
	says "Nothing to do"
}

@test "free: without terminal and --yes nothing is done" {
	run in_net 'pid=$("$HOLD" 8080 holder); setsid --wait "$INUSE" free 8080 </dev/null; code=$?; kill $pid || echo "it was ended"; exit $code'
	expect 1
	says "there is no terminal to ask on; --yes does it without asking"
	says "kill "
	says_not "it was ended"
}

@test "free: --json without --yes is refused" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --json 8080; code=$?; kill $pid || echo "it was ended"; exit $code'
	expect 1
	says '"end":"declined"'
	says_not "it was ended"
}

@test "free: on a terminal No is the default" {
	run in_net 'pid=$("$HOLD" 8080 holder); echo | script -qec "$INUSE free 8080" /dev/null; code=$?; kill $pid || echo "it was ended"; exit $code'
	expect 1
	says "Stop holder ("
	says ") of root? [y/N]"
	says_not "it was ended"
}

@test "free: on a terminal yes does it" {
	run in_net 'pid=$("$HOLD" 8080 holder); echo y | script -qec "$INUSE free 8080" /dev/null; code=$?; lives $pid; exit $code'
	expect 0
	says "Stop holder ("
	says ") of root? [y/N]"
	says "8080/tcp is free now."
	says_not "it lives"
}

@test "free: --yes" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --yes 8080 && "$INUSE" 8080; code=$?; lives $pid; exit $code'
	expect 1
	says "What will be done:"
	says ") ended after SIGTERM ("
	says "8080/tcp is free now."
	says "Port 8080/tcp is free."
	says_not "it lives"
}

@test "free: --quiet --yes says one line" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --quiet --yes 8080'
	expect 0
	[ "${#lines[@]}" -eq 1 ]
}

@test "free: --dry-run, as text and as JSON" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --dry-run 8080; code=$?; kill $pid || echo "it was ended"; exit $code'
	expect 0
	says "stop holder (pid "
	says_not "it was ended"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --dry-run --json 8080; code=$?; kill $pid || echo "it was ended"; exit $code'
	expect 0
	says '"schema":"inuse.plan/1"'
	says '"end":"planned"'
	says '"after":null'
	says_not "it was ended"
}

@test "free: every document fits the schema" {
	run in_net 'pid=$("$HOLD" 8080 holder); other=$("$HOLD" 8081 other)
		{ "$INUSE" free --dry-run --json 8080; "$INUSE" free --json 8080 8082; "$INUSE" free --yes --json 8080; "$INUSE" free --yes --json 80/udp 203.0.113.7:80;
		"$INUSE" free --yes --json --grace 1 --force 8081; f=$(mktemp); "$INUSE" free --json $f; rm $f; } | /usr/bin/python3 "$VALIDATE" plan'
	expect 0
	says "1..8"
	says_not "not ok"
}

@test "free: several targets, all must be done" {
	run in_net '"$HOLD" 8080 one >/dev/null; "$HOLD" 8081 two >/dev/null; "$INUSE" free --yes 8080 8081'
	expect 0
	says "8080/tcp is free now."
	says "8081/tcp is free now."
	run in_net '"$HOLD" 8080 one >/dev/null; "$INUSE" free --yes 203.0.113.7:80 8080'
	expect 1
	says "8080/tcp is free now."
}

@test "free: an ancestor is refused" {
	run in_net 'exec 3< <(python3 -c "
import os, socket, subprocess, sys
s = socket.socket(); s.bind((\"127.0.0.1\", 8080)); s.listen()
print(subprocess.run([os.environ[\"INUSE\"], \"free\", \"--yes\", \"8080\"], text=True, capture_output=True))
"); cat <&3'
	expect 0
	says "returncode=1"
	says "inuse was started from it"
}

@test "free, wait, pick: wrong command lines" {
	run "$INUSE" free
	complains "free needs a TARGET, for example: inuse free 8080"
	run "$INUSE" free --grace soon 8080
	complains '--grace takes a time such as 5s, 2m or 1h, not "soon"'
	run "$INUSE" free --user nobody-of-that-name 8080
	complains 'unknown user "nobody-of-that-name": give a name of this system or a number'
	run "$INUSE" free 1-1000
	complains "free takes at most 64 ports or paths at once"
	run "$INUSE" free --listening 8080
	complains "free takes no option --listening; see inuse free --help"
	run "$INUSE" wait
	complains "wait needs a TARGET, for example: inuse wait 8080"
	run "$INUSE" wait --timeout -1 8080
	complains '--timeout takes a time such as 5s, 2m or 1h, not "-1"'
	run "$INUSE" pick 8080
	complains "pick takes no TARGET; a CMD needs --hold: inuse pick --hold -- CMD…"
	run "$INUSE" pick --hold
	complains "--hold needs a CMD: inuse pick --hold -- CMD…"
	run "$INUSE" pick --range 10-5
	complains '--range begins after its end: "10-5"'
	run "$INUSE" pick --range 10
	complains '--range takes two ports, for example 8000-8999, not "10"'
	run "$INUSE" pick --for /no/such/place
	complains 'there is no directory "/no/such/place"'
}

@test "wait: free at once, and time is up" {
	run in_net '"$INUSE" wait 8080'
	expect 0
	says "Port 8080/tcp is free."
	run in_net '"$INUSE" wait --quiet 8080'
	expect 0
	[ -z "$output" ]
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" wait --timeout 0 8080; code=$?; kill $pid; exit $code'
	expect 1
	says "8080/tcp is in use"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" wait --json --timeout 0 8080; code=$?; kill $pid; exit $code'
	expect 1
	says '"schema":"inuse.why/1"'
}

@test "wait: until the holder ends, and until one listens" {
	run in_net 'pid=$("$HOLD" 8080 holder); (sleep 0.5; kill $pid) & "$INUSE" wait --timeout 10 8080'
	expect 0
	run in_net '(sleep 0.5; "$HOLD" 8080 holder >$BATS_TEST_TMPDIR/pid) & "$INUSE" wait --listening --timeout 10 8080; code=$?; wait; kill $(cat $BATS_TEST_TMPDIR/pid); exit $code'
	expect 0
}

@test "pick: a port, several, a range, the same again" {
	run in_net '"$INUSE" pick'
	expect 0
	[[ "$output" =~ ^[0-9]+$ ]]
	run in_net '"$INUSE" pick --count 5 | sort -u | wc -l'
	says "5"
	run in_net 'pid=$("$HOLD" 20000 one); "$INUSE" pick --range 20000-20009; kill $pid'
	expect 0
	[ "$output" = 20001 ]
	run in_net '"$INUSE" pick --near 20000'
	[ "$output" = 20000 ]
	run in_net '[ "$("$INUSE" pick --for .)" = "$("$INUSE" pick --for "$PWD")" ] && echo same'
	says "same"
	run in_net '"$INUSE" pick --udp --json'
	says '{"schema":"inuse.pick/1","protocol":"udp","ports":['
	run in_net '{ "$INUSE" pick --json; "$INUSE" pick --udp --json --count 3; } | /usr/bin/python3 "$VALIDATE" pick'
	expect 0
	says "ok 2"
	run in_net 'pid=$("$HOLD" 20000 one); "$INUSE" pick --range 20000-20000; code=$?; kill $pid; exit $code'
	expect 1
	says "no port there can be bound"
}

@test "pick --hold: the command gets the port and its exit code counts" {
	run in_net '"$INUSE" pick --range 20000-20009 --hold -- bash -c "echo port={} fds=\$LISTEN_FDS mine=\$((LISTEN_PID == \$\$)); readlink /proc/self/fd/3; exit 7"'
	expect 7
	says "port=20000 fds=1 mine=1"
	says "socket:["
	run in_net '"$INUSE" pick --range 20000-20009 --hold -- python3 -c "
import socket
s = socket.socket(fileno=3)
print(s.getsockname()[1], s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))"'
	expect 0
	says "20000 1"
	run in_net '"$INUSE" pick --range 20000-20009 --hold -- python3 -m http.server {} & "$INUSE" wait -q --listening --timeout 20 20000; "$INUSE" list 20000 | grep -c "listen"; kill $!'
	says "1"
	run in_net '"$INUSE" pick --hold -- /no/such/program'
	expect 127
}

# CMD is python3 with the held socket, the port of its argument and the code given.
hold_python() {
	cat >"$BATS_TEST_TMPDIR/held.py" <<-'END'
		import socket, sys
		from socket import SOCK_STREAM, SOCK_DGRAM, SOL_SOCKET, SO_REUSEADDR
		held, port = socket.socket(fileno=3), int(sys.argv[1])
		def bind(kind, reuse):
		    s = socket.socket(type=kind)
		    s.setsockopt(SOL_SOCKET, SO_REUSEADDR, reuse)
		    try:
		        s.bind(("0.0.0.0", port))
		        return s
		    except OSError as error:
		        return error.strerror
		def send(data):
		    socket.socket(type=SOCK_DGRAM).sendto(data, ("127.0.0.1", port))
		exec(sys.argv[2])
	END
	run in_net 'timeout 20 "$INUSE" pick --range 20000-20009 --hold "${@:3}" -- python3 "$BATS_TEST_TMPDIR/held.py" "$1" "$2"' "$@"
	expect 0
}

@test "pick --hold: with {} a bind needs SO_REUSEADDR, without {} nobody gets in" {
	hold_python '{}' 'print("plain:", bind(SOCK_STREAM, 0)); s = bind(SOCK_STREAM, 1); s.listen(); print("listens", s.getsockname()[1])'
	says "plain: Address already in use"
	says "listens 20000"
	hold_python 20000 'print(held.getsockopt(SOL_SOCKET, socket.SO_ACCEPTCONN), "reuse:", bind(SOCK_STREAM, 1))'
	says "1 reuse: Address already in use"
}

@test "pick --hold --udp: the socket is passed, or its port" {
	hold_python 20000 'print("reuse:", bind(SOCK_DGRAM, 1)); send(b"hello"); print("got", held.recv(9), held.getsockname()[1])' --udp
	says "reuse: Address already in use"
	says "got b'hello' 20000"
	hold_python '{}' 'print("plain:", bind(SOCK_DGRAM, 0)); s = bind(SOCK_DGRAM, 1); send(b"hello"); print("got", s.recv(9))' --udp
	says "plain: Address already in use"
	says "got b'hello'"
}

@test "free: a plan that cannot be shown is neither asked for nor followed" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --dry-run 8080 >/dev/full; echo "dry $?"; "$INUSE" free --yes 8080 >/dev/full; code=$?; lives $pid; kill $pid; exit $code'
	expect 3
	says "dry 3"
	says "nothing was done: the plan could not be shown"
	says "it lives"
}

@test "free: a list of protected programs that cannot be read stops all" {
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR"
	mkdir -p "$XDG_CONFIG_HOME/inuse"
	list="$XDG_CONFIG_HOME/inuse/protected"
	printf '\xef\xbb\xbfholder\r\n' >"$list"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --dry-run 8080; code=$?; kill $pid; exit $code'
	expect 1
	says "names holder"
	rm "$list"; mkfifo "$list"
	run in_net 'pid=$("$HOLD" 8080 holder); timeout 10 "$INUSE" free --yes 8080; code=$?; lives $pid; kill $pid; exit $code'
	expect 1
	says "$list: it is no ordinary file"
	says "it lives"
	rm "$list"; mkdir "$list"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --yes 8080; code=$?; lives $pid; kill $pid; exit $code'
	expect 1
	says "it lives"
	rmdir "$list"; (head -c 70000 /dev/zero | tr '\0' '#'; echo; echo holder) >"$list"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --yes 8080; code=$?; lives $pid; kill $pid; exit $code'
	expect 1
	says "larger than 64 KiB"
	rm "$list"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" free --yes 8080'
	expect 0
}

@test "free: a wait that the plan did not show is said where no line is rewritten" {
	cat >"$BATS_TEST_TMPDIR/closes" <<-'P'
		import socket
		s = socket.socket(); s.bind(("127.0.0.1", 8080)); s.listen(1)
		c = socket.create_connection(("127.0.0.1", 8080)); s.accept()[0].close(); c.recv(1); c.close()
		print(flush=True); s.accept()
	P
	run in_net "exec 7< <(exec /usr/bin/python3 $BATS_TEST_TMPDIR/closes); read -u 7 _; timeout -s INT 4 \"\$INUSE\" free --yes 8080 </dev/null; exit 0"
	says "ended after SIGTERM"
	says "then wait "
	says "until the closed connections are gone by themselves"
	says "Interrupted: the wait was not over"
}
