/* knowledge/inherited-options.c - variables that hand a port down to every program that is started with them */
#include "knowledge/inherited-options.h"

#include <stdlib.h>
#include <string.h>

#include "base/compat.h"

/* How the names of such variables end. */
static const char *const names[] = {"OPTS", "OPTIONS", "ARGS", "FLAGS", "RUBYOPT", "PERL5OPT"};

/* Options that open a port which they need not name. */
static const struct {
	const char *option;
	uint16_t port;
} defaults[] = {
	{"--inspect", 9229},
	{"--inspect-brk", 9229},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number by itself, behind one of these: "port=9000", "address=*:5005", "--inspect=9229". */
static bool has_number(const char *text, uint16_t port)
{
	const char *at = text;

	while (*at) {
		const char *begin = at;
		char *end;

		if (!is_digit(*at)) {
			at++;
			continue;
		}
		if (strtoul(begin, &end, 10) == port && begin > text && strchr("=: ", begin[-1]) &&
			!strchr(".kKmMgG%", *end ? *end : ' '))
			return true;
		at = end;
	}
	return false;
}

static bool has_option(const char *text, const char *option)
{
	const char *at = strstr(text, option);
	size_t n = strlen(option);

	return at && (at == text || at[-1] == ' ') && (!at[n] || at[n] == ' ');
}

bool iu_inherited_option(const char *variable, uint16_t port)
{
	const char *value = strchr(variable, '=');
	bool known = false;

	for (size_t i = 0; value && i < IU_COUNT(names); i++) {
		size_t n = strlen(names[i]);

		known |= (size_t)(value - variable) >= n && !strncmp(value - n, names[i], n);
	}
	if (!known)
		return false;
	for (size_t i = 0; i < IU_COUNT(defaults); i++)
		if (defaults[i].port == port && has_option(value + 1, defaults[i].option))
			return true;
	return has_number(value + 1, port);
}
