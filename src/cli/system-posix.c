/* cli/system-posix.c - terminal, descriptors and interface names of POSIX systems */
#include "cli/system.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_MIN    20
#define COLUMNS_MAX    1000
#define INTERFACES_MAX 16

void iu_system_prepare(void)
{
	signal(SIGPIPE, SIG_IGN);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* The wrong direction on purpose: using it is an error, as it was before. */
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
	}
}

bool iu_system_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

bool iu_system_wants_color(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if ((no && *no) || !term || !*term || !strcmp(term, "dumb"))
		return false;
	return iu_system_is_terminal();
}

/* 0: no number, or none that is a width. */
static unsigned int clamp(unsigned long columns)
{
	if (!columns)
		return 0;
	if (columns < COLUMNS_MIN)
		return COLUMNS_MIN;
	return columns > COLUMNS_MAX ? COLUMNS_MAX : (unsigned int)columns;
}

unsigned int iu_system_columns(void)
{
	const char *variable = getenv("COLUMNS");
	struct winsize size;
	unsigned long columns = 0;
	char *end;

	if (variable && *variable >= '0' && *variable <= '9') {
		columns = strtoul(variable, &end, 10);
		if (!*end && columns)
			return clamp(columns);
	}
	if (!iu_system_is_terminal() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return clamp(size.ws_col);
}

void iu_system_interfaces(struct iu_text *out)
{
	struct if_nameindex *list = if_nameindex();

	for (size_t i = 0; list && list[i].if_index; i++) {
		if (i == INTERFACES_MAX) {
			iu_text_add(out, ", …");
			break;
		}
		iu_text_add(out, i ? ", " : "");
		iu_text_foreign(out, list[i].if_name, strlen(list[i].if_name), 0);
	}
	if (list)
		if_freenameindex(list);
}
