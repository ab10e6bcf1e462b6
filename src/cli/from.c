/* cli/from.c - --from: captures of another machine instead of this one */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/captures.h"
#include "cli/cli.h"
#include "os/os.h"

#define PIECE	     65536
#define NAME_COLUMNS 60

static int refuse(const char *before, const char *name, const char *after)
{
	bool input = !strcmp(name, "-");

	iu_complain(before, input ? NULL : name, input && !*before ? "standard input" : after);
	return IU_EXIT_USAGE;
}

static int too_large(void)
{
	iu_complain("the captures are larger than 256 MiB together: leave out what belongs to other "
		    "machines",
		NULL, "");
	return IU_EXIT_USAGE;
}

static int load_stream(FILE *file, const char *name, size_t *left, struct iu_text *text)
{
	char piece[PIECE];
	size_t n;

	while ((n = fread(piece, 1, sizeof(piece), file)) > 0) {
		if (n > *left)
			return too_large();
		*left -= n;
		iu_text_addn(text, piece, n);
	}
	if (ferror(file))
		return refuse("cannot read the capture ", name, "");
	if (text->failed) {
		iu_complain("out of memory", NULL, "");
		return IU_EXIT_UNKNOWN;
	}
	return 0;
}

static int load(const char *name, size_t *left, struct iu_text *text)
{
	FILE *file = !strcmp(name, "-") ? stdin : fopen(name, "rb");
	struct iu_text why = {0};
	int code;

	if (!file) {
		iu_text_printf(&why, ": %s", strerror(errno));
		code = refuse("cannot open the capture ", name, why.failed ? "" : why.data);
		iu_text_free(&why);
		return code;
	}
	code = load_stream(file, name, left, text);
	if (file != stdin)
		fclose(file);
	return code;
}

/* Standard input is read once: as one capture, or as a message. */
static int check(const struct iu_invocation *invocation)
{
	const struct iu_values *files = &invocation->arguments.from;
	size_t inputs = 0;

	for (size_t i = 0; i < files->n; i++)
		inputs += !strcmp(files->v[i], "-");
	for (size_t i = 0; i < invocation->count && inputs; i++)
		inputs += !strcmp(invocation->words[i], "-");
	if (inputs < 2)
		return 0;
	iu_complain("standard input can be read once only: give the others as files", NULL, "");
	return IU_EXIT_USAGE;
}

static int read_all(const struct iu_values *files, struct iu_text *texts,
	struct iu_snapshot *ret_snapshot)
{
	struct iu_capture captures[IU_VALUES_MAX];
	struct iu_text complaint = {0};
	size_t left = IU_CAPTURES_MAX;
	int code = 0, ret;

	for (size_t i = 0; i < files->n && code == 0; i++) {
		code = load(files->v[i], &left, &texts[i]);
		captures[i] = (struct iu_capture){files->v[i], texts[i].data, texts[i].len};
	}
	if (code)
		return code;
	ret = iu_captures_read(captures, files->n, ret_snapshot, &complaint);
	if (ret == IU_E_INPUT)
		iu_complain_text(&complaint);
	else if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	iu_text_free(&complaint);
	return ret == IU_E_INPUT ? IU_EXIT_USAGE : ret < 0 ? IU_EXIT_UNKNOWN : 0;
}

int iu_from_read(const struct iu_invocation *invocation, struct iu_from *ret_from)
{
	const struct iu_values *files = &invocation->arguments.from;
	struct iu_text texts[IU_VALUES_MAX] = {0};
	struct iu_snapshot snapshot;
	int code;

	*ret_from = (struct iu_from){.names = *iu_os_names(), .files = files};
	if (!files->n)
		return 0;
	code = check(invocation);
	if (code == 0)
		code = read_all(files, texts, &snapshot);
	for (size_t i = 0; i < files->n; i++)
		iu_text_free(&texts[i]);
	if (code)
		return code;
	ret_from->given = true;
	iu_session_replay(&ret_from->session, &snapshot);
	iu_captures_names(&ret_from->session.snapshot, &ret_from->names);
	return 0;
}

/* "" for a time that is not known or beyond the calendar. */
static void format_time(int64_t seconds, const char *format, char *text, size_t size)
{
	time_t when = (time_t)seconds;
	const struct tm *tm = seconds > 0 ? gmtime(&when) : NULL;

	if (!tm || tm->tm_year > 9999 - 1900 || !strftime(text, size, format, tm))
		*text = '\0';
}

void iu_from_words(const struct iu_from *from, struct iu_text *out)
{
	const struct iu_host *host = &from->session.snapshot.host;
	char when[40];

	format_time(host->now, "%Y-%m-%d %H:%M:%S UTC", when, sizeof(when));
	for (size_t i = 0; i < from->files->n; i++) {
		const char *name = from->files->v[i];

		iu_text_add(out, i ? ", " : "");
		if (!strcmp(name, "-"))
			iu_text_add(out, "standard input");
		else
			iu_text_foreign(out, name, strlen(name), NAME_COLUMNS);
	}
	iu_text_add(out, ", recorded");
	if (host->hostname) {
		iu_text_add(out, " on ");
		iu_text_foreign(out, host->hostname, strlen(host->hostname), NAME_COLUMNS);
	}
	if (*when)
		iu_text_printf(out, " at %s", when);
	if (!host->hostname && !*when)
		iu_text_add(out, " elsewhere");
}

json_t *iu_from_json(const struct iu_from *from, json_t *document)
{
	json_t *key = json_null(), *files;
	char when[40];

	if (from->given) {
		format_time(from->session.snapshot.host.now, "%Y-%m-%dT%H:%M:%SZ", when,
			sizeof(when));
		files = json_array();
		for (size_t i = 0; i < from->files->n; i++) {
			struct iu_arena arena = {0};
			const char *name = from->files->v[i];
			const char *clean = iu_utf8_clean(&arena, name, strlen(name), 0);

			json_array_append_new(files, json_string(clean ? clean : ""));
			iu_arena_free(&arena);
		}
		key = json_pack("{s:o, s:s?}", "files", files, "recorded", *when ? when : NULL);
	}
	if (json_object_set_new(document, "from", key) == 0)
		return document;
	json_decref(document);
	return NULL;
}

void iu_from_free(struct iu_from *from)
{
	if (from->given)
		iu_session_free(&from->session);
	from->given = false;
}
