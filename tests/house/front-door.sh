#!/bin/sh
# The commands of the README as a newcomer types them: make, make demo, make install.
set -u
cd "$1"
# Compiled in a third of the time: what the compiler makes of it is tested elsewhere.
export CFLAGS=-O0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number=0

point() { # name, command…
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$scratch/log" 2>&1; then
		echo "ok $number - $name"
	else
		sed 's/^/# /' "$scratch/log"
		echo "not ok $number - $name"
	fi
}

demo_tells() {
	make BUILD="$scratch/build" demo >"$scratch/demo" 2>&1 || { cat "$scratch/demo"; return 1; }
	cat "$scratch/demo"
	grep -q 'bind: Address already in use' "$scratch/demo" &&
		grep -q 'demo-server.*pid' "$scratch/demo" &&
		grep -q 'other-program' "$scratch/demo" &&
		grep -q 'Nothing stands in the way' "$scratch/demo"
}

library_works() {
	PKG_CONFIG_PATH=$(dirname "$(find "$scratch/prefix" -name inuse.pc)")
	export PKG_CONFIG_PATH
	cat >"$scratch/try.c" <<-E
		#include <inuse/inuse.h>
		#include <stdio.h>
		int main(void)
		{
			struct inuse_answers *answers;
			if (inuse_why("127.0.0.1:20000", 0, &answers) < 1)
				return 1;
			puts(inuse_answer_headline(inuse_answers_get(answers, 0)));
			inuse_answers_free(answers);
			return 0;
		}
	E
	cc "$scratch/try.c" -o "$scratch/try" $(pkg-config --cflags --libs inuse) &&
		LD_LIBRARY_PATH=$(pkg-config --variable=libdir inuse) "$scratch/try"
}

echo 1..6
point "make builds build/inuse" make BUILD="$scratch/build"
point "build/inuse answers" "$scratch/build/inuse" --version
point "make demo stages, explains and resolves a conflict" demo_tells
point "make install PREFIX=…" make BUILD="$scratch/build" PREFIX="$scratch/prefix" install
point "the installed program and the man pages are there" \
	sh -c "'$scratch/prefix/bin/inuse' --version && test -s '$scratch'/prefix/share/man/man1/inuse.1 &&
		test -s '$scratch'/prefix/share/man/man3/inuse.3"
point "the installed library compiles and answers" library_works
