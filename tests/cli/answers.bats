#!/usr/bin/env bats
# answers.bats - exit codes, several targets, messages, JSON, colours

load common

@test "a free port: 1" {
	run in_net '"$INUSE" 8080'
	expect 1
	says "8080"
}

@test "a port in use: 0, and who" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" 8080; code=$?; kill $pid; exit $code'
	expect 0
	says "holder"
}

@test "several targets: 0 when any fails, blocks with an empty line between" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" 81 8080; code=$?; kill $pid; exit $code'
	expect 0
	says $'\n\n'
	run in_net '"$INUSE" 81 82'
	expect 1
}

@test "all targets are read before anything is answered" {
	run "$INUSE" 80 81 99999 82
	complains 'target 3, "99999": port 99999 is out of range: ports are 0 to 65535'
}

@test "--json: one document per line, also of one target" {
	run in_net '"$INUSE" --json 80-84'
	expect 1
	[ "${#lines[@]}" -eq 5 ]
	for line in "${lines[@]}"; do
		python3 -c 'import json,sys; d = json.loads(sys.argv[1]); assert d["schema"] == "inuse.why/1", d' "$line"
	done
	run in_net '"$INUSE" list --json'
	expect 1
	[ "${#lines[@]}" -eq 1 ]
	python3 -c 'import json,sys; d = json.loads(sys.argv[1]); assert d["schema"] == "inuse.list/1", d' "${lines[0]}"
}

@test "list --json --lines: a document for each socket, and one with the gaps; the same sockets" {
	run in_net 'a=$("$HOLD" 8080 one); b=$("$HOLD" 8081 two); "$INUSE" list --json --lines tcp >lines; "$INUSE" list --json tcp >whole; kill $a $b; /usr/bin/python3 "$VALIDATE" list <lines'
	expect 0
	run python3 -c '
import json
lines = [json.loads(line) for line in open("lines")]
whole = json.load(open("whole"))
assert len(lines) == len(whole["sockets"]) + 1 == 3, len(lines)
assert [line["sockets"] for line in lines] == [[s] for s in whole["sockets"]] + [[]], lines
assert lines[-1]["gaps"] == whole["gaps"] and not any(line["gaps"] for line in lines[:-1])'
	expect 0
	run "$INUSE" list --lines
	complains "--lines goes with --json: inuse list --json --lines"
}

@test "--quiet: one line for each answer" {
	run in_net '"$INUSE" --quiet 80 81 82'
	expect 1
	[ "${#lines[@]}" -eq 3 ]
}

@test "messages as a word and on standard input" {
	run in_net '"$INUSE" --quiet "Error: listen EADDRINUSE: address already in use 127.0.0.1:3000"'
	expect 1
	says "127.0.0.1:3000"
	run in_net 'printf "12:34:56 start\nnginx: bind() to 127.0.0.1:81 failed (98: Address already in use)\n" | "$INUSE" --quiet -'
	expect 1
	says "127.0.0.1:81"
	run in_net 'printf "server on port 4321 says hello" | "$INUSE" --quiet -'
	expect 1
	says "4321"
	run "$INUSE" "Address already in use"
	complains "the message says EADDRINUSE, but names no port, address or socket path: write it, for example inuse 8080; what the error means says inuse error EADDRINUSE"
	run "$INUSE" "it does not start, help"
	complains "this text names no port, address or socket path that could be asked for; write for example inuse 8080"
	run bash -c '"$INUSE" - </dev/null'
	complains "standard input names no port, address or socket path that could be asked for"
	run bash -c '"$INUSE" - <&-'
	expect 3
}

@test "messages: what was read is told; those of another system are not answered from here" {
	run in_net '"$INUSE" "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)"'
	expect 1
	says "message  0.0.0.0:80/tcp, EADDRINUSE (98, Linux)"
	says "The message says EADDRINUSE (98, Linux): what was in the way then has gone"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" "listen tcp 127.0.0.1:8080: bind: permission denied"; code=$?; kill $pid; exit $code'
	expect 0
	says "127.0.0.1:8080/tcp was refused to the program that printed the message (EACCES)"
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" "bind 127.0.0.1:8080: [WinError 10048]"; code=$?; kill $pid; exit $code'
	expect 3
	says "The message is from Windows, and this is Linux"
	says "127.0.0.1:8080/tcp, WSAEADDRINUSE (10048, Windows)"
	says "netstat -ano"
	says "inuse why --from FILE 127.0.0.1:8080/tcp"
	says_not "(pid"
	run in_net 'printf "nginx: bind() to 0.0.0.0:80 failed (13: Permission denied)\nnginx: bind() to 0.0.0.0:8080 failed (98: Address already in use)\n" | "$INUSE" -'
	says "message  0.0.0.0:80/tcp, EACCES"
	says "message  0.0.0.0:8080/tcp, EADDRINUSE (98, Linux)"
	run timeout 20 "$INUSE" wait "bind 127.0.0.1:8080: [WinError 10048]"
	expect 3
	says 'the message is from Windows: what happens there cannot be waited for here'
	run "$INUSE" "OSError: [Errno 48] Address already in use: 127.0.0.1:8080"
	expect 3
	says "The message is from macOS and BSD, and this is Linux"
	run bash -c '"$INUSE" --json "listen tcp :80: bind: permission denied" "bind :81: [WinError 10048]" | /usr/bin/python3 "$VALIDATE" why'
	says "1..2"
	says_not "not ok"
	run in_net '"$INUSE" --json "bind :81: [WinError 10013]"'
	says '"message":{"error":"EACCES","system":"windows"}'
	says '"status":"unknown"'
}

@test "standard input of any size and content needs bounded memory" {
	# The address space is the proof; sanitizers need more of it than there is.
	run in_net '[ "$SANITIZED" = yes ] || ulimit -v 65536; { head -c 20000000 /dev/urandom; echo; yes "nothing to see here" | head -n 200000; echo "listen tcp 127.0.0.1:8099: bind: address already in use"; } | "$INUSE" --json -'
	[ "$status" -le 1 ]
	says '127.0.0.1:8099'
}

@test "list and its filters" {
	run in_net 'pid=$("$HOLD" 8080 holder); for words in "" 8080 8080/tcp 8000-8100 127.0.0.1 lo tcp "--process holder" "--user $(id -u)" "--protocol tcp" "127.0.0.1:8080"; do
		"$INUSE" list $words | grep -q "127.0.0.1:8080" || echo "not shown with: $words"; done
		for words in 8081 8080/udp ::1 udp unix "--process nobody-here" "--user 4242" "--unit nope" "127.0.0.2"; do
		"$INUSE" list $words | grep -q "127.0.0.1:8080" && echo "shown with: $words"; done; kill $pid; true'
	expect 0
	[ -z "$output" ] || { echo "$output"; return 1; }
	run "$INUSE" list nope
	expect 2
	run "$INUSE" list "port 80 is in use"
	complains "list takes no message: give ports, addresses or paths"
}

@test "inuse alone lists" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE"; code=$?; kill $pid; exit $code'
	expect 0
	says "127.0.0.1:8080"
}

@test "colours: only on a terminal, unless asked for" {
	run in_net '"$INUSE" 80'
	says_not $'\e'
	run in_net '"$INUSE" --color=always 80'
	says $'\e['
	run in_net 'NO_COLOR=1 "$INUSE" --color=always 80'
	says $'\e['
	run in_net 'TERM=xterm script -qec "$INUSE 80" /dev/null'
	says $'\e['
	run in_net 'TERM=xterm NO_COLOR=1 script -qec "$INUSE 80" /dev/null'
	says_not $'\e['
	run in_net 'TERM=dumb script -qec "$INUSE 80" /dev/null'
	says_not $'\e['
	run in_net 'TERM=xterm script -qec "$INUSE --color=never 80" /dev/null'
	says_not $'\e['
}

@test "COLUMNS sets the width" {
	run in_net 'pid=$("$HOLD" 8080 holder); COLUMNS=40 "$INUSE" list; kill $pid'
	for line in "${lines[@]}"; do
		[ "${#line}" -le 40 ] || { echo "# ${#line}: $line"; return 1; }
	done
	for columns in 0 -1 x 99999999999999999999 1; do
		run in_net 'pid=$("$HOLD" 8080 holder); '"COLUMNS=$columns"' "$INUSE" list; code=$?; kill $pid; exit $code'
		expect 0
	done
}
