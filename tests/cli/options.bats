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
	for words in --help -h help "why --help" "list --help" "help why" "help list" "help help"; do
		run "$INUSE" $words
		expect 0
		says "Usage: inuse"
		says "--color auto|always|never"
		for line in "${lines[@]}"; do
			[ "${#line}" -le 80 ] || { echo "# $words: $line"; return 1; }
		done
	done
	run "$INUSE" list --help
	says_not "--reuseaddr"
	says "--process NAME"
	run "$INUSE" why --help
	says "--reuseaddr"
	says_not "--process"
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

@test "commands of other versions, and none" {
	for word in watch top metrics; do
		run "$INUSE" "$word"
		complains "there is no command '$word' in this version; for the service of that name write inuse why $word"
	done
	run "$INUSE" why
	complains "why needs a TARGET, for example: inuse why 8080"
	run "$INUSE" help nothing
	complains 'there is no command "nothing"; see inuse --help'
	run "$INUSE" why watch
	expect 2
	says 'unknown service "watch"'
}

@test "an empty argument vector word is no crash" {
	run "$INUSE" ""
	complains "the target is empty: write a port such as 8080"
	run "$INUSE" list ""
	expect 2
}
