/* input/error-text.c - the errors that a number, a name or a message means */
#include "input/error-text.h"

#include <stdlib.h>
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/span.h"
#include "input/message-clean.h"
#include "input/message-patterns.h"

#define ERRNO_MOST  4095 /* the kernel's own limit; a larger negative number is no errno */
#define DIGITS_MOST 18
#define PHRASE_BYTES 160
#define SQUEEZED_MAX 65536 /* in a longer text nobody looks for words that were cut apart */
#define BEHIND	    24 /* bytes between "errno" and its number, at most */

/* ---- what was read ---- */

static void keep(struct iu_error_readings *out, struct iu_error_reading reading)
{
	for (size_t i = 0; i < out->n; i++) {
		struct iu_error_reading *had = &out->v[i];

		if (had->id != reading.id)
			continue;
		/* The same error again may tell whose it is, or which text. */
		if (reading.id == IU_ERROR_OTHER && had->number != reading.number)
			continue;
		if (had->system == IU_ERROR_ANY)
			had->system = reading.system;
		if (!had->number)
			had->number = reading.number;
		if (!had->phrase || had->phrase->system == IU_ERROR_ANY)
			had->phrase = reading.phrase ? reading.phrase : had->phrase;
		return;
	}
	if (out->n < IU_ERROR_READINGS_MAX)
		out->v[out->n++] = reading;
}

/*
 * All that a number can be. Several spaces that agree on the error (13 is EACCES on Linux, macOS
 * and in the UCRT) are one reading of no certain system.
 */
static void keep_number(struct iu_error_readings *out, int64_t value, bool others)
{
	size_t count;
	const struct iu_error_number *numbers = iu_error_numbers(&count);

	for (size_t i = 0; i < count; i++) {
		const struct iu_error_number *number = &numbers[i];
		struct iu_error_reading reading = {
			.id = number->id,
			.system = iu_error_space_of(number->space),
			.number = number,
		};
		bool again = false;

		if (number->value != value || (number->id == IU_ERROR_OTHER && !others))
			continue;
		for (size_t k = 0; k < out->n && number->id != IU_ERROR_OTHER; k++)
			if (out->v[k].id == number->id && out->v[k].number) {
				if (out->v[k].system != reading.system)
					out->v[k].system = IU_ERROR_ANY;
				again = true;
			}
		if (!again)
			keep(out, reading);
	}
}

/* The forms one number has in the tables: -98 is 98 from a kernel call, -2147014848 an HRESULT. */
static int64_t normal(int64_t value)
{
	size_t count;
	const struct iu_error_number *numbers = iu_error_numbers(&count);

	for (size_t i = 0; i < count; i++)
		if (numbers[i].value == value)
			return value;
	if (value < 0 && value >= -ERRNO_MOST)
		return -value;
	if (value < 0 && value >= INT32_MIN)
		return (int64_t)(uint32_t)(int32_t)value;
	return value;
}

/* "98", "-98", "+98", "0x80072740", "80072740h"; @ret_n: how many bytes of @s. */
static bool read_number(struct iu_span s, int64_t *ret_value, size_t *ret_n)
{
	size_t at = 0, digits = 0;
	bool minus = s.len && s.text[0] == '-', hex;
	int64_t value = 0;

	if (s.len && (s.text[0] == '-' || s.text[0] == '+'))
		at++;
	hex = iu_span_at((struct iu_span){s.text, s.len}, at, "0x");
	at += hex ? 2 : 0;
	for (; at < s.len && digits <= DIGITS_MOST; at++, digits++) {
		int digit = hex				   ? iu_char_hex(s.text[at])
			    : iu_char_is_digit(s.text[at]) ? s.text[at] - '0'
							   : -1;

		if (digit < 0)
			break;
		if (digits == (hex ? 15 : DIGITS_MOST))
			return false;
		value = value * (hex ? 16 : 10) + digit;
	}
	/* A 64-bit program prints an HRESULT as 0xffffffff80072740. */
	if (!digits)
		return false;
	*ret_value = minus ? -value : value;
	*ret_n = at;
	return true;
}

/* "0xffffffff80072740" is the 32-bit number with its sign drawn out. */
static struct iu_span without_sign_bits(struct iu_span s, char text[11])
{
	if (s.len != 18 || !iu_span_at(s, 0, "0xffffffff"))
		return s;
	memcpy(text, "0x", 2);
	memcpy(text + 2, s.text + 10, 8);
	return (struct iu_span){text, 10};
}

/* ---- names ---- */

static bool is_posix(enum iu_error_space space)
{
	return space == IU_SPACE_LINUX || space == IU_SPACE_BSD || space == IU_SPACE_UCRT;
}

/* "EADDRINUSE" is every system's; "WSAEADDRINUSE" is Windows'. */
static void keep_name(struct iu_error_readings *out, struct iu_span word, bool others)
{
	size_t count;
	const struct iu_error_number *numbers = iu_error_numbers(&count);
	const struct iu_error_alias *aliases;

	for (size_t i = 0; i < count; i++) {
		bool posix = is_posix(numbers[i].space), other = numbers[i].id == IU_ERROR_OTHER;

		if ((other && !others) || !iu_span_is_any_case(word, numbers[i].name))
			continue;
		keep(out, (struct iu_error_reading){
				  .id = numbers[i].id,
				  .system = posix && !other ? IU_ERROR_ANY
							    : iu_error_space_of(numbers[i].space),
				  .number = posix && !other ? NULL : &numbers[i],
			  });
		return;
	}
	aliases = iu_error_aliases(&count);
	for (size_t i = 0; i < count; i++)
		if (iu_span_is_any_case(word, aliases[i].name))
			keep(out, (struct iu_error_reading){
					  .id = aliases[i].id, .system = aliases[i].system});
}

/* "Errno::EADDRINUSE", "syscall.EADDRINUSE", "SocketError.AddressAlreadyInUse": the last word. */
static struct iu_span last_word(struct iu_span s)
{
	size_t at = s.len;

	while (at > 0 && iu_char_is_word(s.text[at - 1]))
		at--;
	return (struct iu_span){s.text + at, s.len - at};
}

/* ---- messages ---- */

/*
 * Words that a number of an error stands behind. Numbers below @least are taken for something else
 * there: "exit code 1", "status 5".
 */
static const struct {
	const char *word;
	int64_t least;
} in_front[] = {
	{"errno", 1},
	{"winerror", 1},
	{"os error", 1},
	{"socketexception", 1},
	{"socket error", 1},
	{"win32 error", 1},
	{"wsagetlasterror", 1},
	{"getlasterror", 1},
	{"nativeerrorcode", 1},
	{"system:", 1}, /* Boost: [system:98] */
	{"(os", 1},	/* Apache on Windows: (OS 10048) */
	{"error code", 40},
	{"error", 40},
	{"err", 40},
	{"code", 40},
	{"status", 0x80000000},
	{"hresult", 1},
};

static const struct {
	const char *word;
	enum iu_error_system system;
} tell_system[] = {
	{"winerror", IU_ERROR_WINDOWS},
	{"win32 error", IU_ERROR_WINDOWS},
	{"wsagetlasterror", IU_ERROR_WINDOWS},
	{"(os", IU_ERROR_WINDOWS},
};

/* The least number that is taken for an error at @at; 0: none is. */
static int64_t least_behind(struct iu_span s, size_t at, enum iu_error_system *ret_system)
{
	size_t end = at;

	*ret_system = IU_ERROR_ANY;
	while (end > 0 && at - end < BEHIND && strchr(" :=#([\"'<>)\t", s.text[end - 1]))
		end--;
	for (size_t i = 0; i < IU_COUNT(in_front); i++) {
		size_t n = strlen(in_front[i].word);
		/* "system:" and "(os" end with or contain what was skipped. */
		size_t to = in_front[i].word[n - 1] == ':' && end < at && s.text[end] == ':'
				    ? end + 1
				    : end;

		if (to < n || !iu_span_at(s, to - n, in_front[i].word))
			continue;
		if (iu_char_is_word(in_front[i].word[0]) && to > n &&
			iu_char_is_word(s.text[to - n - 1]) && iu_char_is_digit(s.text[to - n - 1]))
			continue;
		for (size_t k = 0; k < IU_COUNT(tell_system); k++)
			if (!strcmp(tell_system[k].word, in_front[i].word))
				*ret_system = tell_system[k].system;
		return in_front[i].least;
	}
	return 0;
}

/* "(98)Address", "(98: Address", "(13) Permission", "(0x2740)"; not "(98)" alone, nor "f(98)". */
static bool in_parentheses(struct iu_span s, size_t at, size_t end, int64_t value)
{
	if (at == 0 || s.text[at - 1] != '(' || end >= s.len || value < 5)
		return false;
	if (at >= 2 && (iu_char_is_word(s.text[at - 2]) || s.text[at - 2] == ']'))
		return false;
	if (s.text[end] == ':')
		return end + 2 < s.len && s.text[end + 1] == ' ';
	return s.text[end] == ')' && (end + 1 < s.len || iu_span_at(s, at, "0x"));
}

/* "0000: 40 27 00 00": the data of a Windows event, the lowest byte first. */
static bool read_event_data(struct iu_span s, size_t at, int64_t *ret_value)
{
	int64_t value = 0;

	if (!iu_span_at(s, at, "0000: ") || at + 17 > s.len)
		return false;
	for (size_t i = 0; i < 4; i++) {
		int high = iu_char_hex(s.text[at + 6 + 3 * i]),
		    low = iu_char_hex(s.text[at + 7 + 3 * i]);

		if (high < 0 || low < 0 || (i < 3 && s.text[at + 8 + 3 * i] != ' '))
			return false;
		value |= (int64_t)(high * 16 + low) << (8 * i);
	}
	*ret_value = value;
	return true;
}

/* Of the spaces that Windows has; event data are never an errno of another system. */
static void keep_windows(struct iu_error_readings *out, int64_t value)
{
	struct iu_error_readings found = {.n = 0};

	keep_number(&found, value, false);
	for (size_t i = 0; i < found.n; i++)
		if (found.v[i].system == IU_ERROR_WINDOWS)
			keep(out, found.v[i]);
}

static bool known(int64_t value)
{
	size_t count;
	const struct iu_error_number *numbers = iu_error_numbers(&count);

	for (size_t i = 0; i < count; i++)
		if (numbers[i].value == value && numbers[i].id != IU_ERROR_OTHER)
			return true;
	return false;
}

/* A number at @at, when one of an error stands there; returns where it ends. */
static size_t scan_number(struct iu_error_readings *out, struct iu_span s, size_t at)
{
	char text[11];
	struct iu_span from = {s.text + at, s.len - at}, whole = {s.text + at, 0};
	enum iu_error_system system;
	struct iu_error_readings found = {.n = 0};
	int64_t value, least;
	size_t n = 0;

	while (whole.len < from.len &&
		(iu_char_is_word(from.text[whole.len]) || (!whole.len && from.text[0] == '-')))
		whole.len++;
	from = without_sign_bits(whole, text);
	if (!read_number(from, &value, &n) || n != from.len)
		return at + whole.len;
	value = normal(value);
	least = least_behind(s, at, &system);
	if (!known(value))
		return at + whole.len;
	if ((!least || (value >= 0 && value < least)) && value < 0x80000000 &&
		!in_parentheses(s, at, at + whole.len, value))
		return at + whole.len;
	keep_number(&found, value, false);
	for (size_t i = 0; i < found.n; i++) {
		if (system != IU_ERROR_ANY && found.v[i].system != IU_ERROR_ANY &&
			found.v[i].system != system)
			continue;
		if (system != IU_ERROR_ANY)
			found.v[i].system = system;
		keep(out, found.v[i]);
	}
	return at + whole.len;
}

static void scan_phrases(struct iu_error_readings *out, struct iu_span s)
{
	size_t count;
	const struct iu_error_phrase *phrases = iu_error_phrases(&count);
	bool begins[256] = {false};

	for (size_t i = 0; i < count; i++)
		begins[(unsigned char)phrases[i].text[0]] = true;
	for (size_t at = 0; at < s.len; at++) {
		if (!begins[(unsigned char)iu_char_lower(s.text[at])])
			continue;
		for (size_t i = 0; i < count; i++)
			if (iu_span_at(s, at, phrases[i].text)) {
				keep(out, (struct iu_error_reading){.id = phrases[i].id,
						  .system = phrases[i].system,
						  .phrase = &phrases[i]});
				break;
			}
	}
}

/* Numbers and names, word by word. */
static void scan_tokens(
	struct iu_error_readings *numbers, struct iu_error_readings *names, struct iu_span s)
{
	for (size_t at = 0; at < s.len;) {
		struct iu_span word = {s.text + at, 0};
		int64_t value;

		if (read_event_data(s, at, &value)) {
			keep_windows(numbers, value);
			at += strlen("0000: 40 27 00 00");
			continue;
		}
		if (iu_char_is_digit(s.text[at]) ||
			(s.text[at] == '-' && at + 1 < s.len && iu_char_is_digit(s.text[at + 1]) &&
				(at == 0 || !iu_char_is_word(s.text[at - 1])))) {
			at = scan_number(numbers, s, at);
			continue;
		}
		while (at + word.len < s.len && iu_char_is_word(s.text[at + word.len]))
			word.len++;
		if (word.len > 3)
			keep_name(names, word, false);
		at += word.len ? word.len : 1;
	}
}

/* Whether one number's reading fits to what the words say. */
static bool agrees(const struct iu_error_readings *words, const struct iu_error_reading *reading)
{
	for (size_t i = 0; i < words->n; i++)
		if (words->v[i].id == reading->id &&
			(words->v[i].system == IU_ERROR_ANY || reading->system == IU_ERROR_ANY ||
				words->v[i].system == reading->system))
			return true;
	return false;
}

/*
 * Numbers win over words, because words are translated and changed. Where the number can be several
 * errors ("os error 32"), the words choose among them.
 */
static void put_together(struct iu_error_readings *out, const struct iu_error_readings *numbers,
	const struct iu_error_readings *words)
{
	bool any = false;

	for (size_t i = 0; i < numbers->n; i++)
		any |= agrees(words, &numbers->v[i]);
	for (size_t i = 0; i < numbers->n; i++)
		if (!any || agrees(words, &numbers->v[i]))
			keep(out, numbers->v[i]);
	for (size_t i = 0; i < words->n; i++) {
		bool same = !numbers->n;

		for (size_t k = 0; k < out->n; k++)
			same |= out->v[k].id == words->v[i].id;
		if (same)
			keep(out, words->v[i]);
	}
}

/* "Address alrea", "dy in use": a column cut the words apart, so blanks do not count. */
static void scan_squeezed(struct iu_error_readings *out, struct iu_span s, char *room)
{
	size_t count, n = 0;
	const struct iu_error_phrase *phrases = iu_error_phrases(&count);
	char phrase[PHRASE_BYTES];

	for (size_t i = 0; i < s.len; i++)
		if (s.text[i] != ' ')
			room[n++] = s.text[i];
	for (size_t i = 0; i < count && !out->n; i++) {
		size_t len = 0;

		for (const char *c = phrases[i].text; *c && len + 1 < sizeof(phrase); c++)
			if (*c != ' ')
				phrase[len++] = *c;
		phrase[len] = '\0';
		if (iu_span_find((struct iu_span){room, n}, phrase) < n)
			keep(out, (struct iu_error_reading){.id = phrases[i].id,
					  .system = phrases[i].system,
					  .phrase = &phrases[i]});
	}
}

void iu_error_read_message(const char *text, size_t len, struct iu_error_readings *ret_readings)
{
	struct iu_error_readings out = {.is_message = true}, numbers = {.n = 0}, words = {.n = 0};
	size_t most = len < IU_MESSAGE_MAX ? len : IU_MESSAGE_MAX;
	char *room = malloc(most * IU_MESSAGE_CLEAN_GROWS + 1);
	struct iu_span s = {text, len};

	/* Without the memory for it the text is read as it stands. */
	if (room)
		s = (struct iu_span){room,
			iu_message_clean_joined((struct iu_span){text, most}, room)};
	scan_tokens(&numbers, &words, s);
	scan_phrases(&words, s);
	if (room && !numbers.n && !words.n && s.len <= SQUEEZED_MAX)
		scan_squeezed(&words, s, room);
	put_together(&out, &numbers, &words);
	free(room);
	*ret_readings = out;
}

void iu_error_read(const char *text, size_t len, struct iu_error_readings *ret_readings)
{
	struct iu_error_readings out = {.n = 0};
	struct iu_span s = iu_span_strip((struct iu_span){text, len}, " \t\r\n\"'`");
	char short_text[11];
	struct iu_span number = without_sign_bits(s, short_text);
	size_t n = 0;
	int64_t value = 0;

	if (read_number(number, &value, &n) && n == number.len) {
		out.is_number = true;
		out.value = value;
		keep_number(&out, normal(value), false);
		keep_number(&out, normal(value), true);
		*ret_readings = out;
		return;
	}
	keep_name(&out, last_word(s), true);
	for (size_t i = 0; i < s.len && out.n; i++)
		if (!iu_char_is_word(s.text[i]) && !strchr(":.#-", s.text[i]))
			out.n = 0; /* a message that ends with a name */
	if (out.n)
		*ret_readings = out;
	else
		iu_error_read_message(text, len, ret_readings);
}
