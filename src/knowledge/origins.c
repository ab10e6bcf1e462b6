/* knowledge/origins.c - programs that people start others from: terminals, editors, agents, cron */
#include "knowledge/origins.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/compat.h"

/* Names as /proc/PID/comm has them, cut at 15 bytes. */
static const struct iu_origin_row rows[] = {
	{"tmux: server", "tmux", "tmux"},
	{"tmux", "tmux", "tmux"},
	{"screen", "screen", "screen"},
	{"zellij", "screen", "zellij"},
	{"sshd", "ssh", "ssh"},
	{"sshd-session", "ssh", "ssh"},
	{"dropbear", "ssh", "ssh"},
	{"mosh-server", "ssh", "mosh"},
	{"claude", "agent", "Claude Code"},
	{"codex", "agent", "Codex"},
	{"gemini", "agent", "Gemini CLI"},
	{"aider", "agent", "aider"},
	{"opencode", "agent", "opencode"},
	{"goose", "agent", "goose"},
	{"cursor-agent", "agent", "Cursor"},
	{"copilot", "agent", "Copilot"},
	{"amp", "agent", "Amp"},
	{"crush", "agent", "Crush"},
	{"code", "editor", "VS Code"},
	{"code-insiders", "editor", "VS Code"},
	{"code-server", "editor", "code-server"},
	{"codium", "editor", "VSCodium"},
	{"cursor", "editor", "Cursor"},
	{"windsurf", "editor", "Windsurf"},
	{"zed", "editor", "Zed"},
	{"zed-editor", "editor", "Zed"},
	{"idea", "editor", "IntelliJ IDEA"},
	{"webstorm", "editor", "WebStorm"},
	{"pycharm", "editor", "PyCharm"},
	{"phpstorm", "editor", "PhpStorm"},
	{"goland", "editor", "GoLand"},
	{"clion", "editor", "CLion"},
	{"rider", "editor", "Rider"},
	{"rubymine", "editor", "RubyMine"},
	{"sublime_text", "editor", "Sublime Text"},
	{"emacs", "editor", "Emacs"},
	{"nvim", "editor", "Neovim"},
	{"vim", "editor", "Vim"},
	{"jupyter-lab", "editor", "Jupyter"},
	{"jupyter-noteboo", "editor", "Jupyter"},
	{"gnome-terminal-", "terminal", "GNOME Terminal"},
	{"kgx", "terminal", "GNOME Console"},
	{"ptyxis-agent", "terminal", "Ptyxis"},
	{"konsole", "terminal", "Konsole"},
	{"yakuake", "terminal", "Yakuake"},
	{"xfce4-terminal", "terminal", "Xfce Terminal"},
	{"mate-terminal", "terminal", "MATE Terminal"},
	{"lxterminal", "terminal", "LXTerminal"},
	{"qterminal", "terminal", "QTerminal"},
	{"tilix", "terminal", "Tilix"},
	{"terminator", "terminal", "Terminator"},
	{"alacritty", "terminal", "Alacritty"},
	{"kitty", "terminal", "kitty"},
	{"foot", "terminal", "foot"},
	{"wezterm-gui", "terminal", "WezTerm"},
	{"ghostty", "terminal", "Ghostty"},
	{"xterm", "terminal", "xterm"},
	{"urxvt", "terminal", "urxvt"},
	{"st", "terminal", "st"},
	{"login", "terminal", "the console"},
	{"cron", "cron", "cron"},
	{"crond", "cron", "cron"},
	{"anacron", "cron", "anacron"},
	{"atd", "cron", "at"},
	{"supervisord", "manager", "supervisord"},
	{"PM2", "manager", "pm2"},
	{"pm2", "manager", "pm2"},
	{"circusd", "manager", "circus"},
	{"runsv", "manager", "runit"},
	{"s6-supervise", "manager", "s6"},
	{"monit", "manager", "monit"},
};

/* "PM2 v5.3.0: God", "sshd: alice@pts": the name goes on. */
static bool is(const char *name, const char *program)
{
	size_t len = strlen(program);

	return name && !strncmp(name, program, len) && (!name[len] || name[len] == ' ' || name[len] == ':');
}

const struct iu_origin_row *iu_origin(const char *name, const char *script)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (is(name, rows[i].program) || is(script, rows[i].program))
			return &rows[i];
	return NULL;
}
