/* cli/duration.c - the value of an option that is a time: 5, 5s, 2m, 1h */
#include <string.h>

#include "base/compat.h"
#include "cli/cli.h"

#define SHOWN_COLUMNS 60

static const struct {
	const char *unit;
	unsigned long seconds;
} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};

/* Longer than @most is @most + 1. Returns: whether it is a time at all. */
static bool parse(const char *text, unsigned long most, unsigned long *ret_seconds)
{
	size_t n = strspn(text, "0123456789");
	unsigned long number = 0;

	for (size_t i = 0; i < n && number <= most; i++)
		number = number * 10 + (unsigned long)(text[i] - '0');
	for (size_t i = 0; n && i < IU_COUNT(units); i++) {
		if (strcmp(text + n, units[i].unit) != 0)
			continue;
		*ret_seconds = number > most / units[i].seconds ? most + 1 : number * units[i].seconds;
		return true;
	}
	return false;
}

int iu_duration_read(
	const char *option, const char *text, unsigned long most, unsigned long *ret_seconds)
{
	struct iu_text line = {0};
	unsigned long seconds;
	bool time = parse(text, most, &seconds);

	if (time && seconds <= most) {
		*ret_seconds = seconds;
		return 0;
	}
	iu_text_printf(&line, "--%s takes a time such as 5s, 2m or 1h", option);
	if (time)
		iu_text_printf(&line, ", %lu seconds at most", most);
	iu_text_add(&line, ", not \"");
	iu_text_foreign(&line, text, strlen(text), SHOWN_COLUMNS);
	iu_text_add(&line, "\"");
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}
