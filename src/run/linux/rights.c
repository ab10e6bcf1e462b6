/* run/linux/rights.c - reads /proc/TID/status and compares rights; pure */
#include "run/linux/rights.h"

#include <linux/capability.h>
#include <signal.h>
#include <string.h>

#include "base/compat.h"
#include "base/span.h"

#define FNV_START 14695981039346656037u
#define FNV_PRIME 1099511628211u

enum field { TGID = 1 << 0, UID = 1 << 1, GID = 1 << 2, GROUPS = 1 << 3, CAPS = 1 << 4,
	SIGNALS = 1 << 5, CAUGHT = 1 << 6, IGNORED = 1 << 7, BLOCKED = 1 << 8, ALL = (1 << 9) - 1 };

struct reader {
	struct iu_run_rights rights;
	unsigned int found;
};

/* The next word of @rest, which is taken off it. */
static struct iu_span next_word(struct iu_span *rest)
{
	size_t n = 0;

	*rest = iu_span_strip(*rest, " \t");
	while (n < rest->len && rest->text[n] != ' ' && rest->text[n] != '\t')
		n++;
	struct iu_span word = iu_span_upto(*rest, n);

	*rest = iu_span_from(*rest, n);
	return word;
}

static bool ids(struct iu_span text, uint32_t ret[4])
{
	uint64_t v[4];

	for (size_t i = 0; i < 4; i++)
		if (!iu_span_number(next_word(&text), UINT32_MAX, &v[i]))
			return false;
	for (size_t i = 0; i < 4; i++)
		ret[i] = (uint32_t)v[i];
	return true;
}

static bool decimal(struct iu_span text, uint64_t *ret)
{
	return iu_span_number(next_word(&text), UINT64_MAX, ret);
}

static bool hex(struct iu_span text, uint64_t *ret)
{
	return iu_span_hex(next_word(&text), ret);
}

static void read_line(struct reader *reader, struct iu_span line)
{
	struct iu_run_rights *rights = &reader->rights;
	size_t colon = iu_span_find_exact(line, ":");
	struct iu_span name = iu_span_upto(line, colon), rest = iu_span_from(line, colon + 1);
	uint64_t value;

	if (iu_span_is(name, "Tgid") && decimal(rest, &value)) {
		rights->tgid = (int32_t)value;
		reader->found |= TGID;
	} else if (iu_span_is(name, "PPid") && decimal(rest, &value)) {
		rights->parent = (int32_t)value;
	} else if (iu_span_is(name, "Uid") && ids(rest, rights->uid)) {
		reader->found |= UID;
	} else if (iu_span_is(name, "Gid") && ids(rest, rights->gid)) {
		reader->found |= GID;
	} else if (iu_span_is(name, "Groups")) {
		rights->groups = FNV_START;
		for (size_t i = 0; i < rest.len; i++)
			rights->groups = (rights->groups ^ (unsigned char)rest.text[i]) * FNV_PRIME;
		reader->found |= GROUPS;
	} else if (iu_span_is(name, "CapEff") && hex(rest, &rights->capabilities)) {
		reader->found |= CAPS;
	} else if (iu_span_is(name, "CapBnd") && hex(rest, &rights->bounding)) {
		rights->bounding_known = true;
	} else if (iu_span_is(name, "NoNewPrivs") && decimal(rest, &value)) {
		rights->no_new_privs = value;
		rights->no_new_privs_known = true;
	} else if (iu_span_is(name, "Seccomp_filters") && decimal(rest, &value)) {
		rights->filters = (int32_t)value;
	} else if ((iu_span_is(name, "SigPnd") || iu_span_is(name, "ShdPnd")) &&
		   hex(rest, &value)) {
		rights->pending |= value;
		reader->found |= SIGNALS;
	} else if (iu_span_is(name, "SigBlk") && hex(rest, &rights->blocked)) {
		reader->found |= BLOCKED;
	} else if (iu_span_is(name, "SigIgn") && hex(rest, &rights->ignored)) {
		reader->found |= IGNORED;
	} else if (iu_span_is(name, "SigCgt") && hex(rest, &rights->caught)) {
		reader->found |= CAUGHT;
	}
}

void iu_run_rights_parse(const char *text, size_t len, struct iu_run_rights *ret_rights)
{
	struct reader reader = {.rights = {.filters = -1}};
	struct iu_span rest = {text, len};

	while (rest.len) {
		const char *end = iu_span_find_char(rest, '\n');
		size_t n = end ? (size_t)(end - rest.text) : rest.len;

		read_line(&reader, iu_span_upto(rest, n));
		rest = iu_span_from(rest, n + 1);
	}
	reader.rights.complete = reader.found == ALL;
	*ret_rights = reader.rights;
}

bool iu_run_rights_equal(const struct iu_run_rights *ours, const struct iu_run_rights *theirs)
{
	return ours->complete && theirs->complete &&
	       !memcmp(ours->uid, theirs->uid, sizeof(ours->uid)) &&
	       !memcmp(ours->gid, theirs->gid, sizeof(ours->gid)) &&
	       ours->groups == theirs->groups && ours->capabilities == theirs->capabilities &&
	       /* a program's own filter might forbid it the call */
	       ours->filters >= 0 && theirs->filters == ours->filters;
}

bool iu_run_rights_may_bind_low(const struct iu_run_rights *rights)
{
	return rights->capabilities >> CAP_NET_BIND_SERVICE & 1;
}

static uint64_t bit(int number)
{
	return UINT64_C(1) << (number - 1);
}

bool iu_run_rights_asked_to_end(const struct iu_run_rights *rights)
{
	const uint64_t end = bit(SIGINT) | bit(SIGTERM) | bit(SIGHUP) | bit(SIGQUIT);

	return rights->pending & rights->caught & ~rights->ignored & end;
}

bool iu_run_rights_is_to_stop(const struct iu_run_rights *rights)
{
	const uint64_t stop = bit(SIGSTOP) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);

	return rights->pending & stop & ~rights->blocked & ~rights->ignored & ~rights->caught;
}
