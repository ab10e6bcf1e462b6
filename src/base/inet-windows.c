/* base/inet-windows.c - addresses as text: Windows and Wine write some of them in other forms */
#include "base/inet.h"

#include <stdio.h>
#include <string.h>

#define WORDS 8

bool iu_inet_read4(const char *text, uint8_t bytes[4])
{
	for (size_t i = 0; i < 4; i++) {
		unsigned int number = 0;
		size_t n = strspn(text, "0123456789");

		/* 010 is eight to some and ten to others */
		if (!n || n > 3 || (n > 1 && *text == '0'))
			return false;
		for (size_t k = 0; k < n; k++)
			number = number * 10 + (unsigned int)(text[k] - '0');
		if (number > 255 || text[n] != (i < 3 ? '.' : '\0'))
			return false;
		bytes[i] = (uint8_t)number;
		text += n + 1;
	}
	return true;
}

static size_t read_word(const char *text, unsigned int *ret)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	*ret = 0;
	for (; n < 5 && text[n]; n++) {
		char c = text[n] >= 'A' && text[n] <= 'F' ? (char)(text[n] + 'a' - 'A') : text[n];
		const char *digit = strchr(digits, c);

		if (!digit)
			break;
		*ret = *ret << 4 | (unsigned int)(digit - digits);
	}
	return n > 4 ? 0 : n;
}

/* The words before and behind "::" are shifted to their ends at last. */
bool iu_inet_read6(const char *text, uint8_t bytes[16])
{
	uint8_t out[16] = {0};
	size_t at = 0, gap = sizeof(out) + 1;
	unsigned int word;

	if (text[0] == ':' && text[1] != ':')
		return false;
	text += text[0] == ':';
	while (*text) {
		size_t n = read_word(text, &word);

		if (!n && *text == ':' && gap > sizeof(out)) {
			gap = at;
			text++;
			continue;
		}
		if (n && text[n] == '.' && at + 4 <= sizeof(out)) {
			if (!iu_inet_read4(text, out + at))
				return false;
			at += 4;
			break;
		}
		if (!n || at + 2 > sizeof(out) || (text[n] && text[n] != ':') ||
			(text[n] == ':' && !text[n + 1]))
			return false;
		out[at++] = (uint8_t)(word >> 8);
		out[at++] = (uint8_t)word;
		text += n + (text[n] == ':');
	}
	if (gap <= sizeof(out) ? at == sizeof(out) : at != sizeof(out))
		return false;
	memset(bytes, 0, sizeof(out));
	if (gap > at)
		gap = at;
	memcpy(bytes, out, gap);
	memcpy(bytes + sizeof(out) - (at - gap), out + gap, at - gap);
	return true;
}

void iu_inet_write4(const uint8_t bytes[4], char *text, size_t size)
{
	snprintf(text, size, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

/* The longest run of at least two zero words, the first of several. */
static size_t longest_run(const unsigned int words[WORDS], size_t *ret_start)
{
	size_t best = 1;

	*ret_start = WORDS;
	for (size_t i = 0; i < WORDS; i++) {
		size_t n = 0;

		while (i + n < WORDS && !words[i + n])
			n++;
		if (n > best) {
			best = n;
			*ret_start = i;
		}
	}
	return *ret_start == WORDS ? 0 : best;
}

void iu_inet_write6(const uint8_t bytes[16], char *text, size_t size)
{
	unsigned int words[WORDS];
	size_t start, run, used = 0;
	bool has_ipv4;

	for (size_t i = 0; i < WORDS; i++)
		words[i] = (unsigned int)bytes[2 * i] << 8 | bytes[2 * i + 1];
	run = longest_run(words, &start);
	has_ipv4 = start == 0 && (run == 6 || (run == 5 && words[5] == 0xffff));
	text[0] = '\0';
	for (size_t i = 0; i < WORDS && used < size; i++) {
		if (run && i == start) {
			used += (size_t)snprintf(text + used, size - used, i + run == WORDS ? "::" : ":");
			i += run - 1;
		} else if (has_ipv4 && i == 6) {
			used += (size_t)snprintf(text + used, size - used, ":");
			if (used < size)
				iu_inet_write4(bytes + 12, text + used, size - used);
			return;
		} else {
			used += (size_t)snprintf(text + used, size - used, i ? ":%x" : "%x", words[i]);
		}
	}
}
