#!/usr/bin/env bats
# list.bats - the table of list, and the lines of a range

load common

# Two programs, two families, a UNIX socket.
STAGE='a=$("$HOLD" 3000 first-one with words); b=$("$HOLD" 3005 second-one)
	python3 -c "
import socket, time
s = socket.socket(socket.AF_INET6); s.bind((\"::\", 6379)); s.listen()
u = socket.socket(socket.AF_UNIX); u.bind(\"\\0name-of-us\"); u.listen()
time.sleep(60)" & c=$!
	until "$INUSE" pid -q 6379 >/dev/null; do sleep 0.1; done
	'

@test "the pid is never cut, the command line takes what is left" {
	for columns in 50 80 100 160; do
		run in_net "$STAGE COLUMNS=$columns"' "$INUSE"; echo "pids $a $b $c"; kill $a $b $c'
		pids=$(grep "^pids" <<<"$output")
		for pid in ${pids#pids}; do says " $pid "; done
		says "*:6379"
		says "+ 1 UNIX socket: inuse list unix"
		for line in "${lines[@]}"; do
			[ "${#line}" -le $columns ] || { echo "# $columns: ${#line}: $line"; return 1; }
		done
		[ $columns -lt 80 ] || says "COMMAND"
		[ $columns -lt 100 ] || says "DIR"
		[ $columns -ge 100 ] || says_not "DIR"
	done
	says "3000 first-one with words"
}

@test "-o chooses columns, --sort their order" {
	run in_net "$STAGE"'"$INUSE" list -o pid,port,command tcp; "$INUSE" list -q -o port --sort port tcp; "$INUSE" list -q -o program --sort program tcp; "$INUSE" list --json --sort pid tcp >json; echo "pids $a $b $c"; kill $a $b $c'
	[[ "${lines[0]}" =~ ^PID\ +PORT\ +COMMAND$ ]] || { echo "$output"; return 1; }
	says $'3000\n3005\n6379'
	says $'first-one\n'
	run python3 -c '
import json
pids = [s["holders"][0]["pid"] for s in json.load(open("json"))["sockets"]]
assert len(pids) == 3 and pids == sorted(pids), pids'
	expect 0
	run "$INUSE" list -o pid,nothing
	complains '--output: there is no column "nothing"; there are: proto, address, port, state, pid, program, user, unit, age, dir, command'
	run "$INUSE" list --sort ''
	complains '--sort: there is no column ""; there are: proto, address, port, state, pid, program, user, unit, age, dir, command'
	run "$INUSE" list -o pid --json
	complains "--output chooses columns of the table; --json has everything"
}

@test "UNIX sockets are counted, and shown when asked for" {
	run in_net "$STAGE"'"$INUSE" list unix; "$INUSE" list tcp; "$INUSE" list @name-of-us; "$INUSE" --json | grep -c name-of-us; kill $a $b $c'
	[ "$(grep -c "^unix *@name-of-us" <<<"$output")" -eq 2 ] || { echo "$output"; return 1; }
	says_not "+ 1 UNIX"
	[ "${lines[-1]}" = 1 ]
}

@test "list: 1 when nothing matches" {
	for words in "list 9999" "ls unix --process nobody" "list --json 9999" "list --json --lines 9999"; do
		run in_net '"$INUSE" '"$words"
		expect 1
	done
}

@test "a range: a line for each port that is taken, one for those between" {
	run in_net "$STAGE"'"$INUSE" 3000-3010; code=$?; echo "pids $a $b"; kill $a $b $c; exit $code'
	expect 0
	[[ "${lines[0]}" =~ ^3000\ +in\ use\ +first-one\ \([0-9]+\)\ [~/] ]] || { echo "$output"; return 1; }
	[[ "${lines[1]}" =~ ^3001–3004\ +free$ ]]
	[[ "${lines[2]}" =~ ^3005\ +in\ use\ +second-one ]]
	[[ "${lines[3]}" =~ ^3006–3010\ +free$ ]]
	[ "$(grep -vc "^pids" <<<"$output")" -eq 4 ]
	run in_net "$STAGE"'HOME=$PWD "$INUSE" -v 3000,3001/tcp; kill $a $b $c'
	says "~"
	says "Port 3000/tcp is in use"
	says_not "3001/tcp"
	run in_net '"$INUSE" 3000-3010/udp 81'
	expect 1
	[ "${lines[0]}" = "3000–3010/udp  free" ] || { echo "$output"; return 1; }
	says "81/tcp"
	run in_net '"$INUSE" --json 3000-3003'
	[ "${#lines[@]}" -eq 4 ]
}

@test "without root: the only program of that user is named in brackets, and many are not guessed among" {
	[ "$(id -u)" = 0 ] || skip "needs root, who starts them"
	run in_net 'as() { setpriv --reuid $1 --regid $1 --clear-groups "${@:2}"; }; a=$(as 61234 "$HOLD" 3000 lonely-one); b=$(as 61235 "$HOLD" 3001 crowd-a); c=$(as 61235 "$HOLD" 3002 crowd-b); as 65534 "$INUSE" list -o address,pid,program tcp; as 65534 "$INUSE" pid 3000; echo "code $? pids $a $b $c"; kill $a $b $c'
	[[ "$output" =~ 127.0.0.1:3000\ +\([0-9]+\)\ +\(lonely-one\) ]] || { echo "$output"; return 1; }
	[[ "$output" =~ 127.0.0.1:3001\ +\?\ +\? ]]
	[[ "$output" =~ 127.0.0.1:3002\ +\?\ +\? ]]
	says "code 3"
}
