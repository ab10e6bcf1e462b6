#!/usr/bin/env bats
# words.bats - what people type: other names of commands, names of programs, words without quotes

load common

@test "kill is free, ls and ps are list, who is why" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" kill --dry-run 8080; "$INUSE" ls 8080; "$INUSE" ps 8080; "$INUSE" who 8080; kill $pid'
	says "kill "
	[ "$(grep -c "^tcp .*127.0.0.1:8080" <<<"$output")" -eq 2 ] || { echo "$output"; return 1; }
	says "Port 8080/tcp is in use"
}

@test "the name of a program that holds a socket" {
	run in_net 'a=$("$HOLD" 8080 worker-of-us); b=$("$HOLD" 8081 another); "$INUSE" worker-of-us; "$INUSE" worker-of-us tcp --json; "$INUSE" worker-of-us udp; echo "code $?"; kill $a $b'
	says "127.0.0.1:8080"
	says '"schema":"inuse.list/1"'
	says_not "8081"
	says "code 1"
}

@test "a program goes before a service of the same name, a command before both" {
	run in_net 'pid=$("$HOLD" 8080 http); "$INUSE" http; "$INUSE" why http; kill $pid'
	says "127.0.0.1:8080"
	says "80/tcp"
	run in_net '"$INUSE" http; echo "code $?"'
	says "80/tcp"
	says "code 1"
	run in_net 'pid=$("$HOLD" 8080 list); "$INUSE" list 8080; kill $pid'
	says "127.0.0.1:8080"
}

@test "a program whose sockets nobody may see is not called absent" {
	[ "$(id -u)" = 0 ] || skip "needs root, who starts it"
	run in_net 'pid=$("$HOLD" 8080 secret-one); setpriv --reuid 65534 --regid 65534 --clear-groups "$INUSE" secret-one; code=$?; kill $pid; exit $code'
	expect 3
	says "secret-one (pid "
	says_not "matches"
	says "run as root"
}

@test "did you mean" {
	run "$INUSE" kil 8080
	complains "there is no command kil; did you mean: inuse kill 8080?"
	run "$INUSE" lits
	complains "there is no command lits; did you mean: inuse list?"
	run "$INUSE" stop 8080/udp
	complains "there is no command stop; did you mean: inuse free 8080/udp?"
	run "$INUSE" lookup 8080
	complains "there is no command lookup; did you mean: inuse 8080?"
	run in_net 'pid=$("$HOLD" 8080 webserver); "$INUSE" webservr; code=$?; kill $pid; exit $code'
	complains "there is no command webservr; did you mean: inuse webserver?"
	run in_net '"$INUSE" nothing-like-it'
	complains "there is no command nothing-like-it, no program of that name holds a socket, and no service is called so; see inuse -h"
	run in_net '"$INUSE" nothing-like-it --lines'
	complains "there is no command nothing-like-it, no program of that name holds a socket, and no service is called so; see inuse -h"
}

@test "8080 tcp, udp 53: one target each" {
	for words in "8080 udp" "udp 8080" "8080/udp" "8080 udp 81"; do
		run in_net '"$INUSE" --json '"$words"
		expect 1
		says '"target":"8080/udp"'
	done
	run in_net '"$INUSE" --json 127.0.0.1:8080 tcp 53 udp'
	expect 1
	says '"target":"127.0.0.1:8080/tcp"'
	says '"target":"53/udp"'
	[ "${#lines[@]}" -eq 2 ]
	run in_net '"$INUSE" --json wait --timeout 5s 8080 udp'
	expect 0
	says '"target":"8080/udp"'
	run "$INUSE" 8080/tcp udp
	expect 2
}

@test "tcp alone lists what is of that protocol" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" tcp; "$INUSE" udp; echo "code $?"; kill $pid'
	says "127.0.0.1:8080"
	says "code 1"
}

@test "a message needs no quotes" {
	run in_net '"$INUSE" --json Error: listen EADDRINUSE: address already in use :::3000'
	expect 1
	says '"target":"[::]:3000/tcp"'
	run in_net '"$INUSE" --json listen tcp 127.0.0.1:8080: bind: address already in use'
	expect 1
	says '"target":"127.0.0.1:8080/tcp"'
	run in_net '"$INUSE" --json kill --dry-run Error: listen EADDRINUSE: address already in use :::3000'
	expect 0
}

@test "a connect() that failed: who listens now; free refuses it" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" connect ECONNREFUSED 127.0.0.1:8080; "$INUSE" free --yes connect ECONNREFUSED 127.0.0.1:8080; echo "code $?"; kill $pid || echo "it was ended"'
	says "listens on 127.0.0.1:8080"
	says "holder"
	says "code 1"
	says_not "it was ended"
}

@test "pid: nothing but pids, one a line" {
	run in_net 'a=$("$HOLD" 8080 one); b=$("$HOLD" 8081 two); [ "$("$INUSE" pid 8080)" = $a ] && [ "$("$INUSE" pid 8080-8081 | sort)" = "$(printf "%s\n" $a $b | sort)" ] && echo "as it should be"; "$INUSE" pid 8080 udp; echo "code $?"; "$INUSE" pid 8082; echo "code $?"; "$INUSE" pid --json 8080; kill $a $b'
	says "as it should be"
	[ "$(grep -c "^code 1$" <<<"$output")" -eq 2 ] || { echo "$output"; return 1; }
	says '"schema":"inuse.list/1"'
	run "$INUSE" pid 99999
	expect 2
}

@test "pid: clients are no holders, and a hidden holder is no nobody" {
	[ "$(id -u)" = 0 ] || skip "needs root, who starts it"
	run in_net 'pid=$("$HOLD" 8080 holder); exec 3<>/dev/tcp/127.0.0.1/8080; [ "$("$INUSE" pid 8080)" = $pid ] && echo "the server alone"; setpriv --reuid 65534 --regid 65534 --clear-groups "$INUSE" pid 8080; code=$?; kill $pid; exit $code'
	expect 3
	says "the server alone"
	says "could not be seen"
}
