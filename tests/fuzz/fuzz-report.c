/* fuzz-report.c - any bytes as a report: answered from, redacted, written and read again */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "captures/captures.h"
#include "engine/engine.h"
#include "engine/redact.h"
#include "model/snapshot-json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

static int put(void *context, const char *bytes, size_t len)
{
	iu_text_addn(context, bytes, len);
	return 0;
}

/* Names come from the capture; no name in it leads anywhere else. */
static void ask_names(const struct iu_snapshot *snapshot)
{
	struct iu_names names;
	struct iu_address list[4];
	struct iu_file_id file;
	uint32_t number;
	uint16_t port;

	iu_captures_names(snapshot, &names);
	check(names.host(names.context, "localhost", list, 4) < 0);
	check(names.interface(names.context, "eth0", list, 4) <= 4);
	names.ifindex(names.context, "eth0", &number);
	names.user(names.context, "alice", &number);
	check(names.service(names.context, "http", IU_PROTOCOL_TCP, &port) == 0 && port == 80);
	iu_captures_program(snapshot, "node", &file);
}

/* A list may be long where its elements say nothing: deciding has nothing to gain from that. */
static void answer(const struct iu_snapshot *snapshot, struct iu_question *question)
{
	struct iu_arena arena = {0};
	struct iu_verdict verdict;
	struct iu_explanation story;

	check(iu_decide(&arena, question, snapshot, &verdict) == 0);
	check(iu_describe(&arena, question, snapshot, &verdict, &story) == 0);
	check(story.headline && !strpbrk(story.headline, "\x1b\n\x7f"));
	iu_arena_free(&arena);
}

static void write_and_read(const struct iu_snapshot *snapshot)
{
	struct iu_text text = {0};
	struct iu_snapshot again;

	check(iu_snapshot_write(snapshot, NULL, put, &text) == 0 && !text.failed);
	check(iu_snapshot_parse(text.data, text.len, &again, NULL) == 0);
	check(again.sockets.n == snapshot->sockets.n && again.gaps.n == snapshot->gaps.n);
	iu_snapshot_free(&again);
	iu_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iu_capture capture = {"-", (const char *)data, size};
	struct iu_question question = {.target.text = "8080/tcp", .target.port = 8080};
	struct iu_questions questions = {.v = &question, .n = 1};
	struct iu_text complaint = {0};
	struct iu_arena arena = {0};
	struct iu_snapshot snapshot;
	int error = iu_captures_read(&capture, 1, &snapshot, &complaint);

	if (error < 0) {
		check(error == IU_E_NOMEM || (complaint.len && !strchr(complaint.data, '\n')));
		iu_text_free(&complaint);
		return 0;
	}
	ask_names(&snapshot);
	answer(&snapshot, &question);
	write_and_read(&snapshot);
	check(iu_redact(&arena, &snapshot, NULL, &questions) == 0);
	answer(&snapshot, &question);
	write_and_read(&snapshot);
	iu_snapshot_free(&snapshot);
	iu_arena_free(&arena);
	iu_text_free(&complaint);
	return 0;
}
