#!/usr/bin/env bats
# options.bats - options, commands, help

load common

@test "--version prints one line" {
	run "$INUSE" --version
	expect 0
	[[ "$output" =~ ^inuse\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	run "$INUSE" -V
	expect 0
}

@test "--help of all and of each command, within 80 columns" {
	for words in --help help "why --help" "list --help" "help why" "help list" "help help" "kill --help"; do
		run "$INUSE" $words
		expect 0
		says "Usage: inuse"
		says "--color auto|always|never"
		for line in "${lines[@]}"; do
			[ "${#line}" -le 80 ] || { echo "# $words: $line"; return 1; }
		done
	done
	for word in "" why list pid free wait pick error report run help; do
		run "$INUSE" $word -h
		expect 0
		says "Usage: inuse"
		says "More: inuse help"
		rows=$("$INUSE" $word -h | wc -l)
		[ "$rows" -le 25 ] || { echo "# $word -h: $rows lines"; return 1; }
		for line in "${lines[@]}"; do
			[ "${#line}" -le 80 ] || { echo "# $word -h: $line"; return 1; }
		done
		[ "$("$INUSE" $word --help | wc -l)" -gt "$rows" ]
	done
	run "$INUSE" list --help
	says_not "--reuseaddr"
	says "--process NAME"
	run "$INUSE" why --help
	says "--reuseaddr"
	says_not "--process"
}

@test "help has the texts of its command, and nothing of another system" {
	run "$INUSE" help list
	says "what that user holds"
	says_not "as that user asks"
	run "$INUSE" help pick
	says "--for DIR"
	for word in "" why free "help targets" "help causes"; do
		run "$INUSE" $word --help
		says_not "--exclusive"
		says_not "--disable"
		says_not "Windows:"
	done
	run "$INUSE" help targets
	says "/run/app.sock"
	run "$INUSE" help causes
	says "time-wait"
	run "$INUSE" help exit-codes
	says "nothing matches"
}

@test "times are seconds, or 5s, 2m, 1h" {
	for time in 1 1s 0m 0h; do
		run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" wait --timeout '$time' 8080; code=$?; kill $pid; exit $code'
		expect 1
	done
	for time in "" s 5d 5S -1 1.5 "5 s"; do
		run "$INUSE" wait --timeout "$time" 8080
		complains "--timeout takes a time such as 5s, 2m or 1h, not \"$time\""
	done
	run "$INUSE" free --grace 2h 8080
	complains '--grace takes a time such as 5s, 2m or 1h, 3600 seconds at most, not "2h"'
	run "$INUSE" wait --timeout 99999999999999999999h 8080
	complains '--timeout takes a time such as 5s, 2m or 1h, 31536000 seconds at most, not "99999999999999999999h"'
}

@test "unknown options" {
	run "$INUSE" --jsno 80
	complains "unknown option --jsno: did you mean --json?"
	run "$INUSE" --reuseadr 80
	complains "unknown option --reuseadr: did you mean --reuseaddr?"
	run "$INUSE" --fron x
	complains "unknown option --fron: did you mean --from?"
	run "$INUSE" --no-such-thing=80
	complains "unknown option --no-such-thing=80; see inuse --help"
	run "$INUSE" -x 80
	complains "unknown option -x; see inuse --help"
	run "$INUSE" $'--\e[31m' 80
	complains 'unknown option --\x1b[31m; see inuse --help'
	run "$INUSE" $'-\xff' 80
	complains 'unknown option -\xff; see inuse --help'
}

@test "wrong values" {
	run "$INUSE" --user
	complains "--user needs a value: --user NAME|UID"
	run "$INUSE" --json=yes 80
	complains "--json takes no value"
	run "$INUSE" --color=blue 80
	complains '--color takes auto|always|never, not "blue"'
	run "$INUSE" --color= 80
	complains '--color takes auto|always|never, not ""'
	run "$INUSE" list --protocol sctp
	complains '--protocol takes tcp|udp|unix, not "sctp"'
	run "$INUSE" --user no-such-user 80
	complains 'unknown user "no-such-user": give a name of this system or a number'
	run "$INUSE" --user 4294967295 80
	complains 'unknown user "4294967295": give a name of this system or a number'
	run "$INUSE" --user '' 80
	complains 'unknown user "": give a name of this system or a number'
	run "$INUSE" --for no-such-program 80
	complains 'there is no program "no-such-program": give its path, or a name that is found in PATH'
	run "$INUSE" --probe --no-probe 80
	complains "--probe and --no-probe exclude each other"
	run in_net '"$INUSE" --device nope0 80'
	complains 'there is no network interface "nope0" here; there are: lo'
}

@test "options of another command" {
	run "$INUSE" list --reuseaddr
	complains "list takes no option --reuseaddr; see inuse list --help"
	run "$INUSE" --all 80
	complains "why takes no option --all; see inuse why --help"
}

@test "commands without what they need, and none" {
	run "$INUSE" why
	complains "why needs a TARGET, for example: inuse why 8080"
	run "$INUSE" help nothing
	complains 'there is no command or topic "nothing"; see inuse help'
	run "$INUSE" help cause
	complains 'there is no command or topic "cause"; did you mean: inuse help causes?'
	run "$INUSE" pid
	complains "pid needs a TARGET, for example: inuse pid 8080"
	run "$INUSE" why watch
	expect 2
	says 'unknown service "watch"'
}

@test "watch 0: list has every port there, a watch has nothing to filter by" {
	for words in 0 :0 "tcp 0" "8080 0"; do
		# shellcheck disable=SC2086
		run "$INUSE" watch $words
		complains "0 is no port that could be watched: leave it out to see the calls for all of them"
	done
	run "$INUSE" metrics --json
	complains "metrics takes no option --json; see inuse metrics --help"
}

@test "an empty argument vector word is no crash" {
	run "$INUSE" ""
	complains "the target is empty: write a port such as 8080"
	run "$INUSE" list ""
	expect 2
}
