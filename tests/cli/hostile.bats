#!/usr/bin/env bats
# hostile.bats - bad input, bad output, bad neighbours

load common

@test "random bytes as a target: a clean answer, never a crash" {
	for i in $(seq 1 150); do
		word=$(head -c $((i * 3)) /dev/urandom | tr -d '\0')
		run in_net '"$INUSE" -- "$1"' "$word"
		[ "$status" -le 3 ] || { echo "# code $status of $(printf %q "$word")"; echo "$output"; return 1; }
		says_not $'\e'
	done
}

@test "a target as long as the system lets one be" {
	word=$(head -c 130000 /dev/zero | tr '\0' 'a')
	run "$INUSE" "$word"
	complains "the target is 130000 bytes long: at most 4096 are read"
	run "$INUSE" "$word b"
	complains "this text names no port, address or socket path that could be asked for; write for example inuse 8080"
}

@test "10000 targets" {
	run in_net '"$INUSE" --json $(seq 10001 20000) | wc -l'
	expect 0
	says 10000
}

@test "a hostile neighbour: name and command line come out escaped" {
	evil=$(printf '\e[31mred\e]0;title\a\n%04000d\u202e\r\b' 7)
	for words in 8080 "list 8080" "--json 8080" "list --json" "--color=always --quiet 8080"; do
		run in_net 'pid=$("$HOLD" 8080 "$1" "$1"); "$INUSE" $2; code=$?; kill $pid; exit $code' "$evil" "$words"
		expect 0
		says_not $'\e[31m'
		says_not $'\e]'
		says_not $'\a'
		says_not $'\b'
		says_not $'\r'
		says_not $'\u202e' || [[ "$words" == *json* ]]
	done
}

@test "standard output is closed or full: one line, 3" {
	run bash -c '"$INUSE" --help >&-'
	expect 3
	[ "$output" = "inuse: cannot write the answer: Bad file descriptor" ] || { echo "$output"; return 1; }
	run bash -c '"$INUSE" --help >/dev/full'
	expect 3
	[ "$output" = "inuse: cannot write the answer: No space left on device" ] || { echo "$output"; return 1; }
	for words in "80" "--json 80" "list" "list --json" "--json 1000-9000" "--version"; do
		run in_net '"$INUSE" $1 >/dev/full' "$words"
		expect 3
		[ "${#lines[@]}" -eq 1 ] || { echo "# $words"; echo "$output"; return 1; }
		run in_net '"$INUSE" $1 >&-' "$words"
		expect 3
		[ "${#lines[@]}" -eq 1 ] || { echo "# $words"; echo "$output"; return 1; }
	done
}

@test "a reader that goes away: silence" {
	run in_net '"$INUSE" --json 1000-9000 | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"'
	[ "$output" = 3 ] || { echo "$output"; return 1; }
}

@test "every standard descriptor closed" {
	run in_net '"$INUSE" 80 <&- >&- 2>&-'
	expect 3
}

# After a run without /proc: 0 or 3, as given. The leak checker of a sanitized build needs /proc and
# ends with a code of its own: then only the words can be judged.
judge_without_proc() {
	says_not "is free"
	says "/proc"
	[ "${SANITIZED:-no}" = no ] || { says LeakSanitizer; return 0; }
	[[ " $* " == *" $status "* ]] || { echo "# code $status, expected $*"; echo "$output"; return 1; }
}

@test "no /proc: a gap, no crash, never \"free\" for a port that is held" {
	run in_net 'pid=$("$HOLD" 8080 holder); unshare -m bash -c "mount -t tmpfs none /proc; \"\$INUSE\" 8080"; code=$?; kill $pid; exit $code'
	judge_without_proc 0 3
	run in_net 'pid=$("$HOLD" 8080 holder); unshare -m bash -c "mount -t tmpfs none /proc; \"\$INUSE\" list"; code=$?; kill $pid; exit $code'
	judge_without_proc 0 3
	says "127.0.0.1:8080"
}

@test "netlink refused: a gap, never \"free\" for a port that is held" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$REFUSE_NETLINK" "$INUSE" --no-probe 8080; code=$?; kill $pid; exit $code'
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || { echo "# $status"; echo "$output"; return 1; }
	run in_net '"$REFUSE_NETLINK" "$INUSE" --no-probe --json 8080'
	[ "$status" -ne 0 ] || { echo "$output"; return 1; }
	says '"gaps":[{'
	run in_net 'pid=$("$HOLD" 8080 holder); unshare -m bash -c "mount -t tmpfs none /proc; \"\$REFUSE_NETLINK\" \"\$INUSE\" --no-probe 8080"; code=$?; kill $pid; exit $code'
	judge_without_proc 3
	run in_net 'unshare -m bash -c "mount -t tmpfs none /proc; \"\$REFUSE_NETLINK\" \"\$INUSE\" list"'
	judge_without_proc 3
}

# Without the right to load BPF: valgrind does not know what bpf(2) reads and writes.
@test "valgrind finds neither errors nor leaks" {
	[ "${SANITIZED:-no}" = no ] || skip "built with sanitizers, which look for the same and exclude valgrind"
	export SUPPRESSED="$BATS_TEST_DIRNAME/valgrind.supp"
	for words in 8080 "8080 81/udp [::1]:9 @x /run/no-such" "--json 8080" list "list --json --all" "99999" "--help" "--jsno"; do
		run in_net 'pid=$("$HOLD" 8080 holder); setpriv --bounding-set=-bpf,-sys_admin valgrind -q --suppressions="$SUPPRESSED" --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect,possible "$INUSE" $1; code=$?; kill $pid; exit $code' "$words"
		[ "$status" -le 2 ] || { echo "# $words: $status"; echo "$output"; return 1; }
	done
}
