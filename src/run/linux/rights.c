/* run/linux/rights.c - reads /proc/TID/status and compares rights; pure */
#include "run/linux/rights.h"

#include <linux/capability.h>
#include <signal.h>
#include <string.h>

#include "base/compat.h"
#include "os/linux/file.h"

#define FNV_START 14695981039346656037u
#define FNV_PRIME 1099511628211u

enum field { TGID = 1 << 0, UID = 1 << 1, GID = 1 << 2, GROUPS = 1 << 3, CAPS = 1 << 4,
	SIGNALS = 1 << 5, CAUGHT = 1 << 6, IGNORED = 1 << 7, BLOCKED = 1 << 8, ALL = (1 << 9) - 1 };

struct reader {
	struct iu_run_rights rights;
	unsigned int found;
};

static size_t blanks(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && (text[n] == ' ' || text[n] == '\t'))
		n++;
	return n;
}

/* Up to @most numbers in a row; returns how many there were. */
static size_t numbers(const char *text, size_t len, int base, uint64_t *ret, size_t most)
{
	size_t n = 0;

	while (n < most) {
		size_t skip = blanks(text, len), took;

		took = iu_number(text + skip, len - skip, base, &ret[n]);
		if (!took)
			break;
		text += skip + took;
		len -= skip + took;
		n++;
	}
	return n;
}

static bool ids(const char *text, size_t len, uint32_t ret[4])
{
	uint64_t v[4];

	if (numbers(text, len, 10, v, 4) != 4)
		return false;
	for (int i = 0; i < 4; i++)
		ret[i] = (uint32_t)v[i];
	return true;
}

static bool one(const char *text, size_t len, int base, uint64_t *ret)
{
	return numbers(text, len, base, ret, 1) == 1;
}

static int read_line(void *context, const char *line, size_t len)
{
	struct reader *reader = context;
	struct iu_run_rights *rights = &reader->rights;
	const char *colon = memchr(line, ':', len), *rest = colon ? colon + 1 : NULL;
	size_t name = colon ? (size_t)(colon - line) : 0, n = rest ? len - name - 1 : 0;
	uint64_t value;

#define IS(text) (name == sizeof(text) - 1 && !memcmp(line, text, sizeof(text) - 1))
	if (IS("Tgid") && one(rest, n, 10, &value)) {
		rights->tgid = (int32_t)value;
		reader->found |= TGID;
	} else if (IS("Uid") && ids(rest, n, rights->uid)) {
		reader->found |= UID;
	} else if (IS("Gid") && ids(rest, n, rights->gid)) {
		reader->found |= GID;
	} else if (IS("Groups")) {
		rights->groups = FNV_START;
		for (size_t i = 0; i < n; i++)
			rights->groups = (rights->groups ^ (unsigned char)rest[i]) * FNV_PRIME;
		reader->found |= GROUPS;
	} else if (IS("CapEff") && one(rest, n, 16, &rights->capabilities)) {
		reader->found |= CAPS;
	} else if (IS("Seccomp_filters") && one(rest, n, 10, &value)) {
		rights->filters = (int32_t)value;
	} else if ((IS("SigPnd") || IS("ShdPnd")) && one(rest, n, 16, &value)) {
		rights->pending |= value;
		reader->found |= SIGNALS;
	} else if (IS("SigBlk") && one(rest, n, 16, &rights->blocked)) {
		reader->found |= BLOCKED;
	} else if (IS("SigIgn") && one(rest, n, 16, &rights->ignored)) {
		reader->found |= IGNORED;
	} else if (IS("SigCgt") && one(rest, n, 16, &rights->caught)) {
		reader->found |= CAUGHT;
	}
#undef IS
	return 0;
}

void iu_run_rights_parse(const char *text, size_t len, struct iu_run_rights *ret_rights)
{
	struct reader reader = {.rights = {.filters = -1}};

	iu_file_lines(text, len, read_line, &reader);
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
