/* knowledge/wrappers.c - programs that stand above a server and start nothing by themselves */
#include "knowledge/wrappers.h"

#include <string.h>

#include "base/compat.h"
#include "knowledge/interpreters.h"

static const char *const names[] = {
	/* terminals, sessions, editors: what they start somebody asked for */
	"sshd", "sshd-session", "login", "su", "sudo", "doas", "tmux: server", "tmux", "screen", "SCREEN",
	"zellij", "script", "init", "systemd", "cron", "crond", "atd", "xterm", "konsole", "kitty",
	"alacritty", "gnome-terminal-", "code", "code-insiders", "code-server", "cursor", "vim", "nvim",
	"emacs", "inuse",
	/* one command, with other surroundings */
	"timeout", "env", "nohup", "setsid", "nice", "ionice", "chrt", "taskset", "numactl", "stdbuf",
	"unbuffer", "time", "runuser", "setpriv", "capsh", "chroot", "unshare", "nsenter", "bwrap",
	"firejail", "flock", "faketime", "fakeroot", "xvfb-run", "dbus-run-session", "dbus-launch",
	"ssh-agent", "systemd-run", "systemd-inhibit", "direnv", "dotenv", "cross-env", "doppler",
	"aws-vault", "chamber",
	"xargs", "parallel", "find",
	"strace", "ltrace", "gdb", "gdbserver", "lldb", "rr", "perf", "valgrind",
	"tini", "docker-init", "catatonit", "dumb-init",
	/* the same by a name that a project gives it */
	"npm", "npm-cli", "npx", "npx-cli", "pnpm", "yarn", "yarnpkg", "corepack", "bunx", "uv", "uvx",
	"poetry", "pipenv", "hatch", "pdm", "tox", "nox", "cargo", "go", "mvn", "gradle", "gradlew", "sbt",
	"make", "gmake", "ninja", "just", "task", "rake", "bundle", "mix", "nix-shell", "mise", "asdf",
	"rbenv", "pyenv",
};

/* "npm run dev": the name goes on. */
static bool is_one(const char *name)
{
	for (size_t i = 0; name && i < IU_COUNT(names); i++) {
		size_t n = strlen(names[i]);

		if (!strncmp(name, names[i], n) && (!name[n] || name[n] == ' '))
			return true;
	}
	return false;
}

bool iu_wrapper_is(const struct iu_parent *parent)
{
	return !parent->name || iu_interpreter_is_shell(parent->name) || is_one(parent->name) ||
	       is_one(parent->script);
}
