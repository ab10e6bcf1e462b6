/* output/page-escape.c - any bytes as text of a page: in HTML, and in JSON inside of a script element */
#include "output/page-escape.h"

#include <stdio.h>
#include <string.h>

/* What stands for the characters that mean something; the rest is copied in one piece. */
static void replace(struct iu_text *out, const struct iu_text *clean, const char *special,
	const char *(*instead)(char c, char room[8]))
{
	const char *at = clean->data, *end = clean->data + clean->len;
	char room[8];

	while (at < end) {
		size_t plain = strcspn(at, special);

		iu_text_addn(out, at, plain);
		at += plain;
		if (at < end)
			iu_text_add(out, instead(*at++, room));
	}
}

static const char *entity(char c, char room[8])
{
	snprintf(room, 8, "&#%d;", c);
	return room;
}

static const char *unit(char c, char room[8])
{
	snprintf(room, 8, "\\u%04x", (unsigned int)(unsigned char)c);
	return room;
}

/* Without control characters, line separators and invalid UTF-8. */
static bool clean(struct iu_text *out, const char *bytes, size_t len, struct iu_text *text)
{
	iu_text_add(text, "");
	iu_text_foreign(text, bytes, len, 0);
	out->failed = out->failed || text->failed;
	return !text->failed;
}

void iu_page_escape_html(struct iu_text *out, const char *bytes, size_t len)
{
	struct iu_text text = {0};

	if (clean(out, bytes, len, &text))
		replace(out, &text, "&<>\"'", entity);
	iu_text_free(&text);
}

void iu_page_escape_json(struct iu_text *out, const char *bytes, size_t len)
{
	struct iu_text text = {0};

	iu_text_add(out, "\"");
	if (clean(out, bytes, len, &text))
		replace(out, &text, "&<>\"\\", unit);
	iu_text_add(out, "\"");
	iu_text_free(&text);
}
