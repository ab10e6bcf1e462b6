/* tui/restore.c - what gives the terminal back, for whoever ends the program unforeseen */
#include "tui/restore.h"

#include "base/err.h"
#include "base/text.h"
#include "os/os.h"

/* Last: they define words such as "lines". */
#include <curses.h>
#include <term.h>

#define NO_MOUSE "\033[?1006l\033[?1002l\033[?1000l"

static void add_string(struct iu_text *text, const char *name)
{
	const char *string = tigetstr(name);

	if (string && string != (char *)-1)
		iu_text_add(text, string);
}

int iu_restore_prepare(void)
{
	struct iu_text restore = {0};
	int error;

	if (setupterm(NULL, 1, &error) != OK)
		return IU_E_NOTSUP;
	iu_text_add(&restore, NO_MOUSE);
	add_string(&restore, "rmkx");
	add_string(&restore, "sgr0");
	add_string(&restore, "cnorm");
	add_string(&restore, "rmcup");
	iu_os_terminal_guard(restore.data ? restore.data : "", restore.len);
	error = restore.failed ? IU_E_NOMEM : 0;
	iu_text_free(&restore);
	return error;
}
