/* tests/fuzz/fuzz-capture.c - any bytes as one format of pasted text; READER says which */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "captures/formats-text.h"
#include "captures/gaps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_windows(const struct iu_windows *windows)
{
	size_t i;

	for (i = 0; i < windows->exclusions.n; i++)
		check(windows->exclusions.v[i].first <= windows->exclusions.v[i].last);
	for (i = 0; i < windows->ranges.n; i++)
		check(windows->ranges.v[i].first <= windows->ranges.v[i].last);
	for (i = 0; i < windows->services.n; i++)
		check(windows->services.v[i].name && windows->services.v[i].pid >= 0);
	for (i = 0; i < windows->port_proxies.n; i++)
		check(windows->port_proxies.v[i].connect_to != NULL);
	for (i = 0; i < windows->http_reservations.n; i++)
		check(windows->http_reservations.v[i].url && windows->http_reservations.v[i].user);
	for (i = 0; i < windows->events.n; i++)
		check(windows->events.v[i].provider && windows->events.v[i].id);
}

static void check_snapshot(const struct iu_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == IU_PROTOCOL_UNIX)
			check(s->path && strlen(s->path) <= s->path_len);
		else
			check(s->port && s->family == s->local.family &&
				s->family != IU_FAMILY_ANY);
	}
	for (i = 0; i < snapshot->holds.n; i++)
		check(snapshot->holds.v[i].inode && snapshot->holds.v[i].pid > 0);
	for (i = 1; i < snapshot->processes.n; i++)
		check(snapshot->processes.v[i - 1].pid < snapshot->processes.v[i].pid &&
			snapshot->processes.v[i].name);
	/* pasted text is never complete */
	check(!(snapshot->seen & (IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_UNIX)));
	check_windows(&snapshot->windows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_arena arena = {0};
	struct iu_lines lines = {0};
	struct iu_snapshot snapshot;
	struct iu_capture_out out;
	size_t at = 0;

	iu_snapshot_init(&snapshot);
	iu_capture_begin(&out, &snapshot);
	/* what headings and prompts say otherwise */
	out.hint_tcp = size & 1;
	out.hint_udp = size & 2;
	check(iu_lines_make(&arena, (const char *)data, size, &lines) == 0);
	while (at < lines.n) {
		int count = READER(&lines, at, &out);

		check(count >= 0 && (size_t)count <= lines.n - at);
		at += count ? (size_t)count : 1;
		out.hint_tcp |= count == 0;
	}
	check(iu_capture_complete(&out) == 0);
	iu_capture_gaps(&out);
	check(!snapshot.arena.failed);
	iu_capture_drop(&out);
	check_snapshot(&snapshot);
	iu_snapshot_free(&snapshot);
	iu_arena_free(&arena);
	return 0;
}
