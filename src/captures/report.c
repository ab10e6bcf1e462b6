/* captures/report.c - our own report: a snapshot as JSON */
#include <string.h>

#include "base/err.h"
#include "captures/formats.h"
#include "model/snapshot-json.h"

/* memmem() for all systems: an object whose text has the name of our schemas somewhere. */
static bool contains(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	while (len >= n) {
		const char *at = memchr(text, word[0], len - n + 1);

		if (!at)
			return false;
		if (!memcmp(at, word, n))
			return true;
		len -= (size_t)(at - text) + 1;
		text = at + 1;
	}
	return false;
}

static size_t skip_space(const char *text, size_t len)
{
	size_t i = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;

	while (i < len && memchr(" \t\r\n", text[i], 4))
		i++;
	return i;
}

/* Keys may come in any order: other programs rewrite JSON. */
static bool looks_like(const char *text, size_t len)
{
	size_t i = skip_space(text, len);

	return i < len && text[i] == '{' && contains(text + i, len - i, "\"inuse.");
}

static bool is_empty(const struct iu_snapshot *snapshot)
{
	return !snapshot->seen && !snapshot->host.os && !snapshot->sockets.n;
}

static int read_report(const char *text, size_t len, struct iu_snapshot *snapshot,
	struct iu_text *complaint)
{
	size_t i = skip_space(text, len);
	struct iu_snapshot found;
	int ret;

	if (!is_empty(snapshot)) {
		iu_text_add(complaint, "a report tells all of one machine; give it alone");
		return IU_E_INPUT;
	}
	ret = iu_snapshot_parse(text + i, len - i, &found, complaint);
	if (ret == IU_E_PROTO)
		return IU_E_INPUT;
	if (ret < 0)
		return ret;
	iu_snapshot_free(snapshot);
	*snapshot = found;
	return 0;
}

const struct iu_capture_format iu_capture_report = {
	.name = "a report of inuse",
	.looks_like = looks_like,
	.read = read_report,
};
