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
		grep -q 'never shared' "$scratch/demo" &&
		grep -q 'is free' "$scratch/demo"
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

# Programs that would install something leave a mark.
installs_nothing() {
	mkdir -p "$scratch/marked"
	for program in apt-get apt dpkg sudo; do
		printf '#!/bin/sh\ntouch "%s"\n' "$scratch/installed" >"$scratch/marked/$program"
		chmod +x "$scratch/marked/$program"
	done
	PATH=$scratch/marked:$PATH make BUILD="$scratch/build" && [ ! -e "$scratch/installed" ]
}

# Of a build that lacks everything: what is missing is said, and how to get it.
says_what_is_missing() {
	mkdir -p "$scratch/bare"
	for program in sh awk grep dirname cat; do
		ln -sf "$(command -v $program)" "$scratch/bare/$program"
	done
	printf '#!/bin/sh\nexit 1\n' >"$scratch/bare/dpkg-query"
	chmod +x "$scratch/bare/dpkg-query"
	said=$(PATH=$scratch/bare tools/install-packages --missing build 2>&1) && return 1
	echo "$said"
	case $said in *"Not installed:"*meson*"make deps"*"A build needs: meson ninja"*) ;; *) return 1 ;; esac
}

leaves_nothing() {
	make BUILD="$scratch/build" PREFIX="$scratch/prefix" uninstall &&
		[ -z "$(find "$scratch/prefix" -type f -o -type l)" ] && [ ! -e "$scratch/prefix/share/inuse" ]
}

is_stripped() {
	[ -z "$(nm "$scratch/prefix/bin/inuse" 2>/dev/null)" ] && ls -l "$scratch/prefix/bin/inuse"
}

echo 1..11
point "make builds build/inuse, and installs nothing" installs_nothing
point "what a build lacks is said" says_what_is_missing
point "build/inuse answers" "$scratch/build/inuse" --version
point "make demo stages, explains and resolves a conflict" demo_tells
point "make install PREFIX=…" make BUILD="$scratch/build" PREFIX="$scratch/prefix" install
point "the installed program and the man pages are there" \
	sh -c "'$scratch/prefix/bin/inuse' --version && test -s '$scratch'/prefix/share/man/man1/inuse.1 &&
		test -s '$scratch'/prefix/share/man/man3/inuse.3"
point "the installed library compiles and answers" library_works
point "the installed program is stripped" is_stripped
point "completions of four shells are installed" sh -c "cd '$scratch/prefix/share' &&
	test -s bash-completion/completions/inuse && test -s zsh/site-functions/_inuse &&
	test -s fish/vendor_completions.d/inuse.fish && test -s inuse/inuse.ps1"
point "rules for Prometheus and the Ansible collection are installed" sh -c "cd '$scratch/prefix/share' &&
	test -s inuse/prometheus/inuse.rules.yml && test -s inuse/prometheus/dashboard.json &&
	test -s ansible/collections/ansible_collections/inuse/ports/galaxy.yml"
point "make uninstall leaves nothing" leaves_nothing
