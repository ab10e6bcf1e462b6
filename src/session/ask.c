/* session/ask.c - what somebody gives becomes questions: a TARGET, a message, a failed socket */
#include "session/ask.h"

#include <string.h>

#include "base/err.h"
#include "os/os.h"

/* One text being read. */
struct reading {
	struct iu_arena *arena;
	const struct iu_names *names;
	const struct iu_options *options;
	struct iu_questions *out;
	struct iu_text *complaint; /* of the last endpoint that was refused */
	size_t taken;		   /* endpoints of a message that were taken */
};

static int take(struct reading *r, const struct iu_target *target)
{
	return iu_target_questions(
		r->arena, target, r->names, r->options, r->out, r->complaint);
}

/* An endpoint of a message. One that is not of this machine (a peer, a URL) does no harm. */
static int visit(void *context, const char *text)
{
	struct reading *r = context;
	struct iu_target target;
	int ret;

	r->complaint->len = 0;
	ret = iu_target_parse(r->arena, text, strlen(text), &target, r->complaint);
	if (ret >= 0)
		ret = take(r, &target);
	r->taken += ret > 0;
	return ret == IU_E_INPUT ? 0 : ret;
}

int iu_ask_message(struct iu_arena *arena, const struct iu_names *names,
	const struct iu_text texts[], size_t count, const char *nothing,
	const struct iu_options *options, struct iu_questions *out, struct iu_text *complaint)
{
	struct reading r = {.arena = arena,
		.names = names,
		.options = options,
		.out = out,
		.complaint = complaint};
	int found = 0;

	for (size_t i = 0; i < count && found == 0; i++)
		found = iu_message_targets(texts[i].data, texts[i].len, visit, &r);
	if (found < 0)
		return found;
	if (r.taken)
		return 0;
	if (!found)
		iu_text_add(complaint, nothing);
	return IU_E_INPUT;
}

int iu_ask_text(struct iu_arena *arena, const struct iu_names *names, const char *text,
	const struct iu_options *options, struct iu_questions *out, struct iu_text *complaint)
{
	struct reading r = {.arena = arena,
		.names = names,
		.options = options,
		.out = out,
		.complaint = complaint};
	const struct iu_text message = {.data = (char *)text, .len = strlen(text)};
	struct iu_target target;
	int ret = iu_target_parse(arena, text, message.len, &target, complaint);

	if (ret < 0)
		return ret;
	switch (target.kind) {
	case IU_TARGET_MESSAGE:
		return iu_ask_message(arena, names, &message, 1,
			"this text names no port, address or socket path that could be asked for; "
			"write for example inuse 8080",
			options, out, complaint);
	case IU_TARGET_STDIN: return IU_E_NOENT;
	case IU_TARGET_INET:
	case IU_TARGET_UNIX: break;
	}
	ret = take(&r, &target);
	return ret < 0 ? ret : 0;
}

int iu_ask_socket(struct iu_arena *arena, int fd, const void *address, size_t len, int error,
	struct iu_question *ret_question, struct iu_text *complaint)
{
	int r = iu_os_asking_socket(arena, fd, address, len, ret_question);

	if (r == IU_E_INPUT)
		iu_text_printf(complaint,
			"descriptor %d and this address are no TCP, UDP or UNIX socket with an "
			"address to bind",
			fd);
	if (r < 0)
		return r;
	ret_question->seen_error = error > 0 ? error : 0;
	ret_question->seen_listen = !address;
	return 0;
}

void iu_ask_program(
	const char *program, const struct iu_file_id *file, struct iu_questions *questions)
{
	for (size_t i = 0; i < questions->n; i++) {
		questions->v[i].program = program;
		questions->v[i].program_known = true;
		questions->v[i].program_dev = file->dev;
		questions->v[i].program_ino = file->ino;
	}
}

int iu_ask_self(struct iu_arena *arena, struct iu_questions *questions)
{
	struct iu_file_id file;
	const char *path = NULL;
	int r = iu_os_own_program(arena, &file, &path);

	if (r >= 0)
		iu_ask_program(path, &file, questions);
	return r == IU_E_NOMEM ? r : 0;
}
