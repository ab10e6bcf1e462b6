#!/usr/bin/env bats
# manual.bats - man page, help and completions say the same

load common

options() {
	"$INUSE" --help | grep -oE '(^|[ ,])--[a-z0-9-]+ ?' | grep -oE -- '--[a-z0-9-]+' | sort -u
}

@test "the man pages pass mandoc's lint" {
	for page in "$MAN" "$MAN3"; do
		run mandoc -Tlint -W warning "$page"
		expect 0
		[ -z "$output" ] || { echo "$output"; return 1; }
	done
}

@test "the man page has its sections" {
	run bash -c 'mandoc -Tascii "$MAN" | col -b'
	for section in NAME SYNOPSIS DESCRIPTION TARGETS COMMANDS OPTIONS "EXIT STATUS" JSON CAUSES \
		"WHAT CAN BE SEEN" ENVIRONMENT EXAMPLES "SEE ALSO"; do
		says "$section"
	done
	says_not "@"[A-Z]
}

@test "every option stands in man page and completions" {
	[ "$(options | wc -l)" -ge 17 ]
	manual=$(mandoc -Tascii "$MAN" | col -b)
	for option in $(options); do
		[[ "$manual" == *"$option"* ]] || { echo "# man: $option"; return 1; }
		for file in inuse _inuse; do
			grep -q -- "$option" "$COMPLETIONS/$file" || { echo "# $file: $option"; return 1; }
		done
		grep -q -- "-l ${option#--} " "$COMPLETIONS/inuse.fish" || { echo "# fish: $option"; return 1; }
	done
}

@test "bash completes commands, options and values" {
	run bash -c '
		source "$COMPLETIONS/inuse"
		try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _inuse; echo "${COMPREPLY[*]}"; }
		try inuse --reuse; try inuse list --pro; try inuse w; try inuse --color al
		try inuse list --protocol ""; try inuse --color = n; try inuse list -o pid,co; try inuse list --sort ag
		try inuse list --reuse; try inuse --device l; try inuse free --dis'
	expect 0
	[ "${lines[0]}" = "--reuseaddr --reuseport" ]
	[ "${lines[1]}" = "--process --protocol" ]
	[ "${lines[2]}" = "why wait watch" ]
	[ "${lines[3]}" = "always" ]
	[ "${lines[4]}" = "tcp udp unix" ]
	[ "${lines[5]}" = "never" ]
	[ "${lines[6]}" = "pid,command" ]
	[ "${lines[7]}" = "age" ]
	says "lo"
	says_not "disable"
}

@test "bash, zsh and fish can read their files" {
	bash -n "$COMPLETIONS/inuse"
	found=0
	if command -v zsh >/dev/null; then zsh -n "$COMPLETIONS/_inuse"; found=1; fi
	if command -v fish >/dev/null; then fish -n "$COMPLETIONS/inuse.fish"; found=1; fi
	[ "$found" = 1 ] || skip "neither zsh nor fish is installed"
}
