/* captures/service-control.c - one service, as sc queryex, sc query and sc qc print it */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"

/* TYPE comes first of the numbers; sc queryex has the PID as the seventh. */
#define PID_PLACE 6
/* A block has fifteen lines, with all the flags. */
#define BLOCK_MAX 24
#define SHARES_PROCESS 0x20
/* So many no machine has: their list takes no more. */
#define SERVICES_SEARCHED 2048

static const struct {
	const char *word;
	enum iu_service_state state;
} states[] = {
	{"STOPPED", IU_SERVICE_STOPPED}, {"START_PENDING", IU_SERVICE_STARTING},
	{"STOP_PENDING", IU_SERVICE_STOPPING}, {"RUNNING", IU_SERVICE_RUNNING},
	{"CONTINUE_PENDING", IU_SERVICE_STARTING}, {"PAUSE_PENDING", IU_SERVICE_PAUSED},
	{"PAUSED", IU_SERVICE_PAUSED},
};

static const struct {
	const char *word;
	enum iu_service_start start;
} starts[] = {
	{"BOOT_START", IU_SERVICE_START_BOOT}, {"SYSTEM_START", IU_SERVICE_START_SYSTEM},
	{"AUTO_START", IU_SERVICE_START_AUTO}, {"DEMAND_START", IU_SERVICE_START_DEMAND},
	{"DISABLED", IU_SERVICE_START_DISABLED},
};

static bool split_colon(struct iu_span line, struct iu_span *key, struct iu_span *value)
{
	const char *colon = line.len ? memchr(line.text, ':', line.len) : NULL;

	/* an address has no blank behind its colon; FLAGS may have nothing there */
	if (!colon || (colon + 1 < line.text + line.len && colon[1] != ' '))
		return false;
	*key = iu_span_trim((struct iu_span){line.text, (size_t)(colon - line.text)});
	*value = iu_span_trim(iu_span_from(line, (size_t)(colon - line.text) + 1));
	return key->len > 0;
}

/* "        TYPE               : 20  WIN32_SHARE_PROCESS": the first number is hexadecimal. */
static bool read_number(struct iu_span line, uint64_t *ret, struct iu_span *word)
{
	struct iu_span key, value;
	struct iu_phrase words;

	if (!iu_span_indent(line) || !split_colon(line, &key, &value))
		return false;
	iu_words_split(value, &words);
	*word = words.n > 1 ? words.v[1] : (struct iu_span){0};
	return words.n > 0 && iu_span_hex(words.v[0], ret);
}

static void take_word(struct iu_service *service, struct iu_span word)
{
	for (size_t i = 0; i < IU_COUNT(states); i++)
		if (iu_span_is(word, states[i].word))
			service->state = states[i].state;
	for (size_t i = 0; i < IU_COUNT(starts); i++)
		if (iu_span_is(word, starts[i].word))
			service->start = starts[i].start;
}

/* The numbers of a block; returns how many lines it has, 0: none. */
static size_t read_block(const struct iu_lines *lines, size_t at, struct iu_service *service)
{
	size_t i, place = 0;

	for (i = at; i < lines->n && i < at + BLOCK_MAX && iu_span_indent(lines->v[i]) > 0; i++) {
		struct iu_span key, value, word;
		uint64_t number;
		int32_t pid;

		if (!split_colon(lines->v[i], &key, &value))
			continue; /* "(STOPPABLE, PAUSABLE, …)" */
		if (read_number(lines->v[i], &number, &word)) {
			if (place == 0)
				service->shared = number & SHARES_PROCESS;
			take_word(service, word);
		}
		/* sc qc has words here, the path of the program among them */
		if (place == PID_PLACE && iu_span_pid(value, &pid))
			service->pid = pid;
		place++;
	}
	return i - at;
}

static struct iu_service *find(struct iu_capture_out *out, struct iu_span name)
{
	for (size_t i = 0; i < out->snapshot->windows.services.n; i++)
		if (iu_span_is_any_case(name, out->snapshot->windows.services.v[i].name))
			return &out->snapshot->windows.services.v[i];
	return NULL;
}

static int merge(struct iu_capture_out *out, struct iu_span name, struct iu_span display,
	const struct iu_service *found)
{
	size_t before = out->snapshot->windows.services.n;
	struct iu_service *service;
	int ret = iu_capture_service(out, name, found->pid);

	/* a new one is the last; another search only where there was one already */
	if (ret == 0 && out->snapshot->windows.services.n > before)
		service = &out->snapshot->windows.services.v[before];
	else
		service = ret == 0 && before < SERVICES_SEARCHED ? find(out, name) : NULL;
	if (!service)
		return ret;
	if (found->state != IU_SERVICE_UNKNOWN)
		service->state = found->state;
	if (found->start != IU_SERVICE_START_UNKNOWN)
		service->start = found->start;
	service->shared |= found->shared;
	if (display.len && !service->display)
		service->display =
			iu_arena_strndup(&out->snapshot->arena, display.text, display.len);
	return 0;
}

/* "SERVICE_NAME: W3SVC", perhaps "DISPLAY_NAME: …", then "TYPE : 20  WIN32_SHARE_PROCESS". */
int iu_capture_service_control(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_span key, name, display = {0}, word;
	struct iu_service service = {0};
	size_t i = at + 1, rows;
	uint64_t type;
	int ret;

	if (iu_span_indent(lines->v[at]) || !split_colon(lines->v[at], &key, &name) || !name.len ||
		memchr(name.text, ' ', name.len) || memchr(name.text, '\\', name.len) ||
		iu_span_begins(key, "DISPLAY")) /* the line above it is missing */
		return 0;
	if (i < lines->n && !iu_span_indent(lines->v[i]) && split_colon(lines->v[i], &key, &display))
		i++;
	/* the first number is the type: "WIN32…", "KERNEL_DRIVER", whatever the language */
	if (i >= lines->n || !read_number(lines->v[i], &type, &word) || !type || word.len < 4 ||
		!memchr(word.text, '_', word.len))
		return 0;
	rows = read_block(lines, i, &service);
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	ret = merge(out, name, display, &service);
	return ret < 0 ? ret : (int)(i + rows - at);
}
