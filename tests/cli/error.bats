#!/usr/bin/env bats
# error.bats - inuse error as people and scripts type it

load common

@test "error: a number says whose it is" {
	run "$INUSE" error 98
	expect 0
	says "98 is EADDRINUSE on Linux"
	says '"Address already in use"'
	says "Windows: 10048 WSAEADDRINUSE"
	says "98 there is none of these errors"
	says "98 there is ENOSR, something else"
	run "$INUSE" error 10048
	expect 0
	says "10048 is WSAEADDRINUSE on Windows"
	says "Linux: 98 EADDRINUSE; 10048 there is none of these errors"
	run "$INUSE" error 48
	says "48 is EADDRINUSE on macOS and BSD"
	says "48 there is ELNRNG, something else"
	run "$INUSE" error 100
	says "100 is EADDRINUSE on Windows (errno of the C runtime)"
	says "100 there is ENETDOWN, something else"
}

@test "error: hexadecimal, negative, HRESULT as decimal, names in any case" {
	for word in 0x80072740 -2147014848 -4091 WSAEADDRINUSE wsaeaddrinuse 10048 STATUS_ADDRESS_ALREADY_EXISTS; do
		run "$INUSE" error -q "$word"
		expect 0
		says "on Windows"
		says "taken already"
	done
	run "$INUSE" error -98 --json -13
	expect 0
	[ "${#lines[@]}" -eq 2 ]
	says '"asked":"-98"'
	says '"asked":"-13"'
	run "$INUSE" -98
	complains "unknown option -9; see inuse --help"
	run "$INUSE" error -9x
	complains "unknown option -9; see inuse --help"
}

@test "error: messages, quoted, unquoted, from standard input, in other languages" {
	run "$INUSE" error 'OSError: [WinError 10013] 以一种访问权限不允许的方式做了一个访问套接字的尝试。'
	expect 0
	says "The message says WSAEACCES, 10013 on Windows"
	run "$INUSE" error listen tcp 127.0.0.1:8080: bind: address already in use
	expect 0
	says "The message says EADDRINUSE"
	says "inuse 127.0.0.1:8080"
	run bash -c 'printf "start\nnginx: bind() to 0.0.0.0:80 failed (13: Permission denied)\n" | "$INUSE" error -'
	expect 0
	says "The message says EACCES"
	run bash -c 'echo "connect: Connection refused" | "$INUSE" error -'
	expect 0
	says "The message says ECONNREFUSED"
}

@test "error: unknown and wrong" {
	run "$INUSE" error 12345
	expect 1
	says '"12345" is no error of Linux, Windows, macOS or BSD that bind(), listen() or connect() gives'
	run "$INUSE" error hello there
	expect 1
	says '"hello there" names no error that is known here'
	run "$INUSE" error 77
	expect 0
	says '77 on Linux is "File descriptor in bad state": it does not say that a port is in use.'
	run "$INUSE" error
	complains "error needs a number, a name or a message, for example: inuse error 98"
	run "$INUSE" error ''
	complains "error needs a number, a name or a message, for example: inuse error 98"
	run bash -c 'printf "" | "$INUSE" error -'
	expect 1
	run "$INUSE" error $'\033[31mEADDRINUSE: \033]0;x\a'
	says_not $'\033'
}

@test "error: JSON is inuse.error/1" {
	run bash -c 'for x in 98 10048 0x80070020 -4091 32 13 77 12345 hello EADDRINUSE WSAEACCES \
		"listen tcp :80: bind: permission denied"; do "$INUSE" error --json "$x" 2>/dev/null; done |
		/usr/bin/python3 "$VALIDATE" error'
	expect 0
	says "1..12"
}
