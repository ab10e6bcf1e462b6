/* session/questions.c - questions out of what was given: a TARGET, a message, a failed socket */
#include "session/questions.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/span.h"
#include "engine/call-result.h"
#include "engine/connect.h"
#include "engine/elsewhere.h"
#include "input/error-text.h"
#include "input/message-pid.h"
#include "input/message.h"
#include "input/message-book.h"
#include "input/message-system.h"
#include "input/target.h"
#include "knowledge/other-protocols.h"
#include "knowledge/unix-types.h"
#include "os/os.h"
#include "session/event-meaning.h"

/* One text being read. */
struct reading {
	struct iu_arena *arena;
	const struct iu_names *names;
	const struct iu_options *options;
	struct iu_questions *out;
	struct iu_text *complaint; /* of the last endpoint that was refused */
	size_t taken;		   /* endpoints of a message that were taken */
	const char *note;	   /* of the endpoint that is being taken */
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

/* A right that the error proves to be there, or to be missing. */
static enum iu_tri low_ports(enum iu_call call, int error)
{
	if (call > IU_CALL_BIND)
		return IU_UNKNOWN;
	return error == IU_ERROR_ADDRINUSE ? IU_YES : error == IU_ERROR_ACCES ? IU_NO : IU_UNKNOWN;
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
		struct iu_question *q = &questions[i];

		q->symptom.from_message.given = true;
		q->symptom.from_message.error =
			readings->n == 1 ? (int)readings->v[0].id : IU_ERROR_OTHER;
		q->symptom.from_message.system = (int)system;
		q->symptom.from_message.text = said;
		q->asker.low_ports =
			low_ports(q->symptom.from_message.call, q->symptom.from_message.error);
	}
}

/* What stands around the error tells the system where the error does not. */
static void add_system(struct iu_questions *questions, size_t first, struct iu_span text)
{
	enum iu_error_system system = iu_message_system_read(text);
	bool likely = iu_message_system_likely(text);

	for (size_t i = first; i < questions->n; i++) {
		struct iu_symptom *symptom = &questions->v[i].symptom;

		if (symptom->from_message.system != IU_ERROR_ANY)
			continue;
		symptom->from_message.system = (int)system;
		symptom->from_message.windows_likely = likely;
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

static int add_question(struct reading *r, const struct iu_question *question)
{
	struct iu_question *q = iu_list_add(r->arena, r->out);

	if (!q || !question->target.text)
		return IU_E_NOMEM;
	*q = *question;
	return 1;
}

/* "db.internal:5432", which nobody here knows: the other end of a connection all the same. */
static int take_name(struct reading *r, const struct iu_message_endpoint *endpoint)
{
	struct iu_question question = {.options = *r->options};
	struct iu_target target;
	int ret = iu_target_parse(r->arena, endpoint->target, strlen(endpoint->target), &target, NULL);

	if (ret < 0)
		return ret;
	question.target.text = iu_arena_strdup(r->arena, endpoint->target);
	question.target.protocol = target.udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
	question.target.port = target.ports.n ? target.ports.v[0].first : 0;
	question.symptom.from_message.host = question.target.text;
	return add_question(r, &question);
}

/* "db.internal:9092": what is asked where nobody here knows the name. */
static int take_unknown_host(struct reading *r, const struct iu_message_endpoint *endpoint)
{
	const char *port;

	if (!endpoint->named || !endpoint->port)
		return IU_E_INPUT;
	if (endpoint->call == IU_CALL_CONNECT)
		return take_name(r, endpoint);
	port = iu_arena_printf(r->arena, ":%s", endpoint->port);
	if (!port)
		return IU_E_NOMEM;
	r->note = iu_arena_printf(r->arena,
		"The message names %s, which is no address or name that this machine knows: the port is "
		"answered for all addresses (of an address of another machine bind() says EADDRNOTAVAIL).",
		iu_safe(r->arena, endpoint->target, 0));
	return take_text(r, port);
}

static bool has_word(struct iu_span line, const char *const words[], size_t max)
{
	for (size_t i = 0; i < max && words[i]; i++) {
		size_t at = iu_span_find(line, words[i]);

		if (at < line.len && (at == 0 || !iu_char_is_word(line.text[at - 1])))
			return true;
	}
	return false;
}

/* A protocol that is not looked at, by a word of the line. */
static const char *other_protocol(struct iu_span line)
{
	size_t count;
	const struct iu_other_protocol *rows = iu_other_protocols(&count);

	for (size_t i = 0; i < count; i++)
		if (has_word(line, rows[i].words, IU_OTHER_PROTOCOL_WORDS))
			return rows[i].name;
	return NULL;
}

/* "listen unixpacket @app: bind: …": an abstract name is one of that type of socket. */
static int set_unix_type(struct reading *r, struct iu_span line, struct iu_question *q)
{
	size_t count;
	const struct iu_unix_type_row *rows = iu_unix_types(&count);

	for (size_t i = 0; i < count && q->target.abstract && !q->target.unix_type; i++) {
		if (!has_word(line, rows[i].words, IU_UNIX_TYPE_WORDS))
			continue;
		q->target.unix_type = rows[i].type;
		q->target.text = iu_arena_printf(r->arena, "%s%s", rows[i].prefix, q->target.text);
	}
	return q->target.text ? 0 : IU_E_NOMEM;
}

/* A number of the port is all that is left of an endpoint of another protocol. */
static int set_other(struct reading *r, const char *other, struct iu_question *q)
{
	q->target.other = other;
	q->target.text = q->target.port
		? iu_arena_printf(r->arena, "%s:%u", other, (unsigned int)q->target.port)
		: other;
	return q->target.text ? 0 : IU_E_NOMEM;
}

static int complete(struct reading *r, const struct iu_message_endpoint *endpoint, size_t before)
{
	const char *other = endpoint->port ? other_protocol(endpoint->said) : NULL;
	const char *source = endpoint->source
		? iu_arena_strdup(r->arena, endpoint->source) : NULL;
	struct iu_error_readings readings;

	/* Of the two addresses of "localhost" one is asked for: the answer says of both. */
	if (endpoint->call == IU_CALL_CONNECT || other)
		r->out->n = before + 1;
	for (size_t i = before; i < r->out->n; i++) {
		struct iu_question *q = &r->out->v[i];

		q->symptom.from_message.call = endpoint->call;
		q->symptom.from_message.source = source;
		q->symptom.from_message.pid = iu_message_pid(endpoint->said);
		q->symptom.from_message.note = r->note;
		q->symptom.connects = endpoint->call == IU_CALL_CONNECT;
		if (set_unix_type(r, endpoint->said, q) < 0 || (other && set_other(r, other, q) < 0))
			return IU_E_NOMEM;
	}
	iu_error_read_message(endpoint->said.text, endpoint->said.len, &readings);
	add_said(r->arena, &readings, r->out->v + before, r->out->n - before);
	return 0;
}

/* An endpoint of a message. One that is not of this machine (a peer, a URL) does no harm. */
static int visit(void *context, const struct iu_message_endpoint *endpoint)
{
	struct reading *r = context;
	size_t before = r->out->n;
	int ret = take_text(r, endpoint->target);

	r->note = endpoint->both && endpoint->call <= IU_CALL_BIND
		? "The message does not tell whether it is TCP or UDP: both are answered."
		: NULL;
	if (ret == IU_E_INPUT)
		ret = take_unknown_host(r, endpoint);
	if (ret == IU_E_INPUT)
		return 0;
	r->taken += ret > 0;
	return ret <= 0 ? ret : complete(r, endpoint, before);
}

static enum iu_call call_of(const struct iu_text texts[], size_t count)
{
	enum iu_call call = IU_CALL_NONE;

	for (size_t i = 0; i < count && !call; i++)
		if (texts[i].len)
			call = iu_message_call(texts[i].data, texts[i].len);
	return call;
}

/* ---- what a message speaks of without naming it ---- */

struct looking {
	struct reading *r;
	const char *unit;
};

static int take_listen(void *context, const char *target)
{
	struct looking *looking = context;
	struct reading *r = looking->r;
	size_t before = r->out->n;
	int ret = take_text(r, target);

	if (ret == IU_E_INPUT)
		return 0;
	for (size_t i = before; ret > 0 && i < r->out->n; i++)
		r->out->v[i].symptom.from_message.note = iu_arena_printf(r->arena,
			"The message names no port or path: this is what the files of %s say.",
			iu_safe(r->arena, looking->unit, 0));
	r->taken += ret > 0;
	return ret < 0 ? ret : 0;
}

/* "web.socket: Failed to listen on sockets": the unit's own lines say on which. */
static int take_units(struct reading *r, struct iu_span text)
{
	static const char *const words[] = {".socket: failed to listen", ".socket: failed to create listening",
		".socket: failed to receive listening"};
	int ret = 0;

	for (size_t at = 0; at < text.len && ret >= 0; at++) {
		struct looking looking = {.r = r};
		size_t start = at;
		bool found = false;

		for (size_t i = 0; i < IU_COUNT(words); i++)
			found |= iu_span_at(text, at, words[i]);
		while (found && start > 0 && (iu_char_is_word(text.text[start - 1]) ||
						     strchr("-.@:\\", text.text[start - 1])))
			start--;
		if (!found || start == at)
			continue;
		looking.unit = iu_arena_strndup(
			r->arena, text.text + start, at - start + strlen(".socket"));
		if (!looking.unit)
			return IU_E_NOMEM;
		ret = iu_os_unit_listens(looking.unit, take_listen, &looking);
		if (ret == IU_E_NOENT || ret == IU_E_NOTSUP || ret == IU_E_INPUT)
			ret = 0;
		if (r->taken)
			break;
	}
	return ret;
}

static int take_idle(void *context, const struct iu_kernel_use *use)
{
	struct reading *r = context;
	size_t before = r->out->n;
	int ret = take_text(r, iu_arena_printf(r->arena, ":%u/udp", (unsigned int)use->port));

	if (ret == IU_E_INPUT)
		return 0;
	for (size_t i = before; ret > 0 && i < r->out->n; i++)
		r->out->v[i].symptom.from_message.note = iu_arena_printf(r->arena,
			"The message names no port: the interface %s, which is down, wants this one when it is brought up.",
			iu_safe(r->arena, use->name, 0));
	r->taken += ret > 0;
	return ret < 0 ? ret : 0;
}

/* "RTNETLINK answers: Address already in use": the kernel could not open the port of an interface. */
static int take_interfaces(struct reading *r, struct iu_span text)
{
	int ret;

	if (iu_span_find(text, "rtnetlink answers: address already in use") >= text.len)
		return 0;
	ret = iu_os_idle_ports(take_idle, r);
	return ret == IU_E_NOMEM ? ret : 0;
}

static int take_unnamed(struct reading *r, const struct iu_text texts[], size_t count)
{
	int ret = 0;

	for (size_t i = 0; i < count && ret == 0 && !r->taken && !r->names->recorded; i++) {
		const struct iu_span text = {texts[i].data, texts[i].len};

		ret = take_units(r, text);
		if (ret == 0 && !r->taken)
			ret = take_interfaces(r, text);
	}
	return ret;
}

/* "didn't have free ports for the requested pod ports": a list of others, and no port of it. */
static int take_book(struct reading *r, const struct iu_text texts[], size_t count)
{
	struct iu_question question = {.options = *r->options};
	const struct iu_book_row *row = NULL;

	for (size_t i = 0; i < count && !row; i++)
		row = iu_message_book_read(texts[i].data, texts[i].len);
	if (!row)
		return 0;
	question.target.text = row->name;
	question.symptom.from_message.given = true;
	question.symptom.from_message.system = IU_ERROR_ANY;
	question.symptom.from_message.book = row->name;
	return add_question(r, &question);
}

/* The endpoints of a message that speaks of such a list are that list's. */
static void note_book(const struct iu_text *text, struct iu_questions *questions, size_t from)
{
	const struct iu_book_row *row = iu_message_book_read(text->data, text->len);

	for (size_t i = from; row && i < questions->n; i++)
		questions->v[i].symptom.from_message.book = row->name;
}

/* "bind(AF_NETLINK): Address already in use": there is nothing like a port, and still an answer. */
static int take_without_endpoint(struct reading *r, const struct iu_text texts[], size_t count)
{
	struct iu_question question = {.options = *r->options};

	for (size_t i = 0; i < count && !question.target.other; i++)
		question.target.other =
			other_protocol((struct iu_span){texts[i].data, texts[i].len});
	if (!question.target.other || call_of(texts, count) != IU_CALL_BIND)
		return 0;
	question.target.text = question.target.other;
	question.symptom.from_message.given = true;
	question.symptom.from_message.system = IU_ERROR_ANY;
	return add_question(r, &question);
}

static int complain_call(enum iu_call call, struct iu_text *complaint)
{
	iu_text_printf(complaint,
		"the message is about %s() that failed, and does not say where to: no bind() and no port "
		"of this machine",
		iu_question_call_name(call));
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
	if (call_of(texts, count) > IU_CALL_REMOTE)
		return complain_call(call_of(texts, count), complaint);
	if (!readings.n || call_of(texts, count) != IU_CALL_BIND) {
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

enum iu_error_system iu_questions_system(const struct iu_snapshot *snapshot)
{
	enum iu_error_system system = iu_error_system_of(snapshot->host.os);

	return system == IU_ERROR_ANY ? IU_ERROR_LINUX : system;
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

/* An entry of Windows' event log: its data is the error, wherever it stands. */
static void note_event(struct iu_arena *arena, const struct iu_text *text,
	struct iu_questions *questions, size_t from)
{
	struct iu_error_readings readings = {.n = 0};
	const char *event = iu_event_meaning_find(arena, text->data, text->len, &readings);

	if (!event)
		return;
	if (readings.n == 1)
		add_said(arena, &readings, questions->v + from, questions->n - from);
	for (size_t i = from; i < questions->n; i++) {
		const char *said = questions->v[i].symptom.from_message.text;

		questions->v[i].symptom.from_message.text = iu_arena_printf(
			arena, "%s%s%s", said ? said : "", said ? "; " : "", event);
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
	if (found == 0)
		found = take_unnamed(&r, texts, count);
	if (found < 0)
		return found;
	if (r.taken) {
		/* Where the text has one error, its number may stand on another line. */
		iu_error_read_message(texts[which].data, texts[which].len, &readings);
		if (readings.n == 1)
			add_said(arena, &readings, out->v + before, out->n - before);
		note_engine_list(&texts[which], out, before);
		if (found > 0)
			note_book(&texts[which], out, before);
		add_system(out, before, (struct iu_span){texts[which].data, texts[which].len});
		note_event(arena, &texts[which], out, before);
		if (!names->recorded)
			iu_questions_set_error(out, iu_error_space_of(iu_os_error_space()));
		return arena->failed ? IU_E_NOMEM : 0;
	}
	if (!found) {
		found = take_book(&r, texts, count);
		if (!found)
			found = take_without_endpoint(&r, texts, count);
		if (found)
			return found < 0 ? found : 0;
	}
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
	case IU_TARGET_OTHER:
	case IU_TARGET_INET:
	case IU_TARGET_UNIX: break;
	}
	ret = take(&r, &target);
	return ret < 0 ? ret : 0;
}

bool iu_questions_all_here(const struct iu_questions *questions, struct iu_text *complaint)
{
	for (size_t i = 0; i < questions->n; i++) {
		if (!iu_elsewhere_is(&questions->v[i]))
			continue;
		iu_text_add(complaint, "that is no port or socket path of this machine that could be looked at");
		return false;
	}
	return true;
}

bool iu_questions_all_bind(const struct iu_questions *questions, struct iu_text *complaint)
{
	for (size_t i = 0; i < questions->n; i++) {
		if (!iu_connect_is(&questions->v[i]))
			continue;
		iu_text_add(complaint,
			"the message is about connect() that failed: there is no bind() to wait for "
			"(until somebody listens waits: inuse wait --listening PORT)");
		return false;
	}
	return iu_questions_all_here(questions, complaint);
}

bool iu_questions_is_message(const struct iu_names *names, const char *joined, const char *first)
{
	const struct iu_options options = {0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	struct iu_arena arena = {0};
	bool target;

	if (!iu_message_call(joined, strlen(joined)))
		return false;
	target = iu_questions_from_text(&arena, names, first, &options, &questions, &complaint) !=
		 IU_E_INPUT;
	iu_text_free(&complaint);
	iu_arena_free(&arena);
	return !target;
}

/* What the caller gave is no call that could have had this error, or nothing is known of its socket. */
static void complain_socket(int fd, int error, const struct iu_question *question, struct iu_text *complaint)
{
	const char *misuse = iu_call_result_misuse(question);

	if (misuse)
		iu_text_printf(complaint, "descriptor %d cannot have been told error %d: %s", fd, error, misuse);
	else
		iu_text_printf(complaint,
			"descriptor %d and this address are no TCP, UDP or UNIX socket with an address to bind", fd);
}

/* Which error of knowledge/errors.h a number is; the two systems' numbers are far apart. */
static enum iu_error_id error_of(int error)
{
	size_t count;
	const struct iu_error_number *rows = iu_error_numbers(&count);

	for (size_t i = 0; i < count; i++)
		if (rows[i].value == error &&
			(rows[i].space == IU_SPACE_LINUX || rows[i].space == IU_SPACE_WINSOCK))
			return rows[i].id;
	return IU_ERROR_OTHER;
}

/* The target is the other end. */
static void set_connect(int error, struct iu_question *q)
{
	q->symptom.connects = true;
	q->symptom.from_message.call = IU_CALL_CONNECT;
	q->symptom.from_message.error = (int)error_of(error);
	q->symptom.from_message.system = IU_ERROR_ANY;
}

int iu_questions_from_socket(struct iu_arena *arena, int fd, const void *address, size_t len,
	enum iu_operation operation, int error, struct iu_question *ret_question, struct iu_text *complaint)
{
	/* listen() is given no address, and so never says EFAULT */
	bool listen = operation == IU_OPERATION_LISTEN ||
		      (operation == IU_OPERATION_NONE && !address && !len && error != EFAULT);
	struct iu_question question;
	int r;

	if (listen)
		r = iu_os_asking_socket(arena, fd, NULL, 0, &question);
	else
		r = iu_os_asking_socket(arena, fd, address, address || len ? len : 1, &question);
	if (r == IU_E_NOTSUP)
		iu_text_printf(complaint,
			"descriptor %d is a socket of another network namespace: nothing that is seen here is in its way",
			fd);
	if (r < 0 && r != IU_E_INPUT)
		return r;
	question.symptom.from_call = error > 0 ? error : 0;
	question.symptom.listen = listen;
	if (operation == IU_OPERATION_CONNECT)
		set_connect(error, &question);
	if (r == IU_E_INPUT && !iu_call_result_row(&question, error)) {
		complain_socket(fd, error, &question, complaint);
		return r;
	}
	*ret_question = question;
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
