/* session/questions.c - questions out of what was given: a TARGET, a message, a failed socket */
#include "session/questions.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "input/error-text.h"
#include "input/message.h"
#include "input/target.h"
#include "os/os.h"

/* One text being read. */
struct reading {
	struct iu_arena *arena;
	const struct iu_names *names;
	const struct iu_options *options;
	struct iu_questions *out;
	struct iu_text *complaint; /* of the last endpoint that was refused */
	size_t taken;		   /* endpoints of a message that were taken */
	enum iu_message_call other; /* the message is about this call, which asks nothing of ours */
};

static int take(struct reading *r, const struct iu_target *target)
{
	return iu_target_questions(
		r->arena, target, r->names, r->options, r->out, r->complaint);
}

/* "EADDRINUSE (98, Linux)", "WSAEACCES (10013, Windows)", "EADDRINUSE". */
static const char *said_words(struct iu_arena *arena, const struct iu_error_reading *reading)
{
	const struct iu_error_number *number = reading->number;
	const char *name = number ? number->name : iu_error_row(reading->id)->name;
	const char *system = reading->system == IU_ERROR_ANY
				     ? NULL
				     : iu_error_system_title(reading->system);

	if (number && iu_error_space_hex(number->space))
		return iu_arena_printf(arena, "%s (0x%08" PRIX64 ", %s)", name,
			(uint64_t)number->value, iu_error_system_title(IU_ERROR_WINDOWS));
	if (number && system)
		return iu_arena_printf(arena, "%s (%" PRId64 ", %s)", name, number->value, system);
	if (system)
		return iu_arena_printf(arena, "%s (%s)", name, system);
	return name;
}

/* What a message says of the error; of several ones only the system that all of them are of. */
static void add_said(struct iu_arena *arena, const struct iu_error_readings *readings,
	struct iu_question *questions, size_t count)
{
	enum iu_error_system system = readings->n ? readings->v[0].system : IU_ERROR_ANY;
	const char *said = readings->n == 1 ? said_words(arena, &readings->v[0]) : NULL;

	for (size_t i = 1; i < readings->n; i++)
		if (readings->v[i].system != system)
			system = IU_ERROR_ANY;
	for (size_t i = 0; i < count; i++) {
		questions[i].symptom.from_message.given = true;
		questions[i].symptom.from_message.error =
			readings->n == 1 ? (int)readings->v[0].id : IU_ERROR_OTHER;
		questions[i].symptom.from_message.system = (int)system;
		questions[i].symptom.from_message.text = said;
	}
}

static int take_text(struct reading *r, const char *text)
{
	struct iu_target target;
	int ret;

	r->complaint->len = 0;
	ret = iu_target_parse(r->arena, text, strlen(text), &target, r->complaint);
	return ret < 0 ? ret : take(r, &target);
}

/* "db.internal:9092": the port, where nobody here knows the name. */
static const char *without_host(struct iu_arena *arena, const struct iu_message_endpoint *endpoint)
{
	return endpoint->named && endpoint->port && endpoint->call != IU_MESSAGE_CONNECT
		       ? iu_arena_printf(arena, ":%s", endpoint->port)
		       : NULL;
}

/* An endpoint of a message. One that is not of this machine (a peer, a URL) does no harm. */
static int visit(void *context, const struct iu_message_endpoint *endpoint)
{
	struct reading *r = context;
	const char *port = without_host(r->arena, endpoint);
	struct iu_error_readings readings;
	size_t before = r->out->n;
	int ret;

	if (endpoint->call > IU_MESSAGE_BIND) {
		r->other = endpoint->call;
		return 0;
	}
	ret = take_text(r, endpoint->target);

	if (ret == IU_E_INPUT && port)
		ret = take_text(r, port);
	if (ret == IU_E_INPUT)
		return 0;
	r->taken += ret > 0;
	iu_error_read_message(endpoint->said.text, endpoint->said.len, &readings);
	if (ret < 0)
		return ret;
	add_said(r->arena, &readings, r->out->v + before, r->out->n - before);
	return 0;
}

static enum iu_message_call call_of(const struct iu_text texts[], size_t count)
{
	enum iu_message_call call = IU_MESSAGE_NONE;

	for (size_t i = 0; i < count && !call; i++)
		if (texts[i].len)
			call = iu_message_call(texts[i].data, texts[i].len);
	return call;
}

static int complain_call(enum iu_message_call call, struct iu_text *complaint)
{
	iu_text_printf(complaint,
		"the message is about %s() that failed, and no bind(): no port of this machine is in "
		"the way of it",
		iu_message_call_name(call));
	return IU_E_INPUT;
}

/* No endpoint was named: what was read all the same, and what is missing. */
static int complain_nothing(struct iu_arena *arena, const struct iu_text texts[], size_t count,
	const char *nothing, struct iu_text *complaint)
{
	struct iu_error_readings readings = {.n = 0};
	const char *said;

	for (size_t i = 0; i < count && !readings.n; i++)
		iu_error_read_message(texts[i].data, texts[i].len, &readings);
	if (call_of(texts, count) > IU_MESSAGE_BIND)
		return complain_call(call_of(texts, count), complaint);
	if (!readings.n || call_of(texts, count) != IU_MESSAGE_BIND) {
		iu_text_add(complaint, nothing);
		return IU_E_INPUT;
	}
	said = said_words(arena, &readings.v[0]);
	if (!said)
		return IU_E_NOMEM;
	iu_text_printf(complaint,
		"the message says %s, but names no port, address or socket path: write it, for "
		"example inuse 8080; what the error means says inuse error %s",
		said, iu_error_row(readings.v[0].id)->name);
	return IU_E_INPUT;
}

void iu_questions_set_error(struct iu_questions *questions, enum iu_error_system system)
{
	enum iu_error_space space = system == IU_ERROR_WINDOWS ? IU_SPACE_WINSOCK
				    : system == IU_ERROR_LINUX ? IU_SPACE_LINUX
							       : IU_SPACE_BSD;
	const struct iu_error_number *number;

	for (size_t i = 0; i < questions->n; i++) {
		struct iu_question *q = &questions->v[i];

		if (!q->symptom.from_message.given)
			continue;
		number = iu_error_number_in((enum iu_error_id)q->symptom.from_message.error, space);
		q->symptom.from_capture = number ? (int)number->value : 0;
	}
}

/* Docker's words for what is in its own list; of a Kubernetes node's ports another list has it. */
static void note_engine_list(const struct iu_text *text, struct iu_questions *questions, size_t from)
{
	static const char said[] = "port is already allocated";

	if (!strstr(text->data, said) || strstr(text->data, "nodePort"))
		return;
	for (size_t i = from; i < questions->n; i++) {
		questions->v[i].symptom.from_message.engine_list = true;
		questions->v[i].symptom.from_message.text = said;
	}
}

int iu_questions_from_message(struct iu_arena *arena, const struct iu_names *names,
	const struct iu_text texts[], size_t count, const char *nothing,
	const struct iu_options *options, struct iu_questions *out, struct iu_text *complaint)
{
	struct reading r = {.arena = arena,
		.names = names,
		.options = options,
		.out = out,
		.complaint = complaint};
	struct iu_error_readings readings;
	size_t before = out->n, which = 0;
	int found = 0;

	for (size_t i = 0; i < count && found == 0; i++) {
		found = iu_message_endpoints(texts[i].data, texts[i].len, visit, &r);
		which = i;
	}
	if (found < 0)
		return found;
	if (r.taken) {
		/* Where the text has one error, its number may stand on another line. */
		iu_error_read_message(texts[which].data, texts[which].len, &readings);
		if (readings.n == 1)
			add_said(arena, &readings, out->v + before, out->n - before);
		note_engine_list(&texts[which], out, before);
		if (!names->recorded)
			iu_questions_set_error(out, iu_error_space_of(iu_os_error_space()));
		return arena->failed ? IU_E_NOMEM : 0;
	}
	if (r.other)
		return complain_call(r.other, complaint);
	if (!found)
		return complain_nothing(arena, texts, count, nothing, complaint);
	return IU_E_INPUT;
}

int iu_questions_from_text(struct iu_arena *arena, const struct iu_names *names, const char *text,
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
		return iu_questions_from_message(arena, names, &message, 1,
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

int iu_questions_from_socket(struct iu_arena *arena, int fd, const void *address, size_t len,
	int error, struct iu_question *ret_question, struct iu_text *complaint)
{
	int r = iu_os_asking_socket(arena, fd, address, len, ret_question);

	if (r == IU_E_INPUT)
		iu_text_printf(complaint,
			"descriptor %d and this address are no TCP, UDP or UNIX socket with an "
			"address to bind",
			fd);
	if (r < 0)
		return r;
	ret_question->symptom.from_call = error > 0 ? error : 0;
	ret_question->symptom.listen = !address;
	return 0;
}

void iu_questions_set_program(
	const char *program, const struct iu_file_id *file, struct iu_questions *questions)
{
	for (size_t i = 0; i < questions->n; i++) {
		questions->v[i].asker.program = program;
		questions->v[i].asker.program_known = true;
		questions->v[i].asker.program_dev = file->dev;
		questions->v[i].asker.program_ino = file->ino;
	}
}

void iu_questions_set_folder(const char *folder, bool only, struct iu_questions *questions)
{
	for (size_t i = 0; i < questions->n; i++) {
		questions->v[i].asker.folder = folder;
		questions->v[i].asker.folder_only = only;
	}
}

int iu_questions_set_self(struct iu_arena *arena, struct iu_questions *questions)
{
	struct iu_file_id file;
	const char *path = NULL;
	int r = iu_os_program_of(arena, 0, &file, &path);

	if (r >= 0)
		iu_questions_set_program(path, &file, questions);
	return r == IU_E_NOMEM ? r : 0;
}
