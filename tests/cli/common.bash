# common.bash - what the tests of the command line share
# From the build: INUSE, HOLD, REFUSE_NETLINK, MAN, COMPLETIONS.

# A shell script in a network namespace of its own, with the loopback up: "in_net SCRIPT [WORD…]".
in_net() {
	local user=""
	[ "$(id -u)" = 0 ] || user=-r
	unshare $user -n bash -c 'ip link set lo up; '"$1" bash "${@:2}"
}

# The exit code, shown with the output when it is another.
expect() {
	if [ "$status" -ne "$1" ]; then
		echo "# exit code $status, expected $1"
		echo "$output"
		return 1
	fi
}

says() {
	if [[ "$output" != *"$1"* ]]; then
		echo "# missing: $1"
		echo "$output"
		return 1
	fi
}

says_not() {
	if [[ "$output" == *"$1"* ]]; then
		echo "# unwanted: $1"
		echo "$output"
		return 1
	fi
}

# One complaint: a single line that begins with our name.
complains() {
	expect 2
	[ "${#lines[@]}" -eq 1 ] || { echo "$output"; return 1; }
	[ "${lines[0]}" = "inuse: $1" ] || { echo "# expected: inuse: $1"; echo "$output"; return 1; }
}
