/* fuzz-page.c - any bytes as text of a page: no markup, nothing hidden, and the script reads what is shown */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "output/page-escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

/* Puts the characters back that iu_page_escape_html() has replaced. */
static void undo(const struct iu_text *html, struct iu_text *out)
{
	iu_text_add(out, "");
	for (size_t i = 0; i < html->len; i++) {
		char c = html->data[i];

		check(c != '<' && c != '>' && c != '"' && c != '\'');
		if (c == '&') {
			check(html->data[i + 1] == '#');
			c = (char)strtol(html->data + i + 2, NULL, 10);
			check(c && strchr("&<>\"'", c));
			i += strcspn(html->data + i, ";");
		}
		iu_text_addn(out, &c, 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_text html = {0}, json = {0}, shown = {0}, back = {0};
	json_t *string;

	iu_text_add(&shown, "");
	iu_text_foreign(&shown, (const char *)data, size, 0);
	iu_text_add(&html, "");
	iu_page_escape_html(&html, (const char *)data, size);
	iu_page_escape_json(&json, (const char *)data, size);
	check(!html.failed && !json.failed);
	check(strlen(html.data) == html.len && strlen(json.data) == json.len);
	check(!strpbrk(json.data, "<>&") && iu_utf8_valid(json.data, json.len));
	undo(&html, &back);
	check(back.len == shown.len && !memcmp(back.data, shown.data, back.len));
	string = json_loadb(json.data, json.len, JSON_DECODE_ANY, NULL);
	check(string && json_string_length(string) == shown.len);
	check(!memcmp(json_string_value(string), shown.data, shown.len));
	json_decref(string);
	iu_text_free(&html);
	iu_text_free(&json);
	iu_text_free(&shown);
	iu_text_free(&back);
	return 0;
}
