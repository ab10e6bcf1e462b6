/* engine/elsewhere.c - questions that no look at this machine's TCP, UDP and UNIX sockets answers */
#include "engine/elsewhere.h"

#include "base/text.h"
#include "engine/phrase.h"
#include "knowledge/books.h"
#include "knowledge/causes.h"
#include "knowledge/other-protocols.h"

bool iu_elsewhere_is(const struct iu_question *question)
{
	return question->target.other || question->symptom.call.alone || question->symptom.from_message.host ||
	       question->symptom.from_message.book ||
	       question->symptom.from_message.call >= IU_CALL_ACCEPT ||
	       question->symptom.from_message.call == IU_CALL_REMOTE;
}

static struct iu_remedy *add_remedy(
	struct iu_arena *arena, struct iu_verdict *verdict, enum iu_remedy_id id)
{
	struct iu_remedy *remedy = iu_list_add(arena, &verdict->remedies);

	*remedy = (struct iu_remedy){.id = id,
		.summary = iu_remedy_row(id)->sentence,
		.risk = iu_remedy_row(id)->risk,
		.tried = IU_UNKNOWN};
	return remedy;
}

static void decide_protocol(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	const struct iu_other_protocol *row = iu_other_protocols_row(question->target.other);
	struct iu_remedy *remedy = add_remedy(arena, verdict, IU_REMEDY_SHOW_SOCKETS);

	verdict->headline = iu_phrase(arena,
		"Can't tell who has %s: inuse does not look at %s.",
		iu_safe(arena, question->target.text, 0), row->title);
	remedy->summary = iu_phrase(arena, "see the %s there are", row->title);
	for (size_t i = 0; i < IU_OTHER_PROTOCOL_WORDS && row->command[i]; i++)
		iu_strings_add(arena, &remedy->command, row->command[i]);
}

/* "remote port forwarding failed for listen port 8080": sshd of the other machine says so. */
static void decide_remote(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	struct iu_remedy *remedy = add_remedy(arena, verdict, IU_REMEDY_ASK_THERE);
	const char *target = question->target.text;

	verdict->headline = iu_phrase(arena,
		"%s is %s of the machine that ssh is connected to: who has it there cannot be seen "
		"from here.",
		iu_safe(arena, target, 0), question->target.path ? "a socket" : "a port");
	remedy->summary = iu_phrase(arena,
		"ask on that machine, and see that its sshd_config allows it (AllowTcpForwarding, "
		"GatewayPorts, PermitListen)");
	iu_strings_add(arena, &remedy->command, "inuse");
	iu_strings_add(arena, &remedy->command, target);
}

/* The kernel of this machine has no say in it, and its sockets show nothing of it. */
static void decide_book(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	const struct iu_book_row *row = iu_book_row(question->symptom.from_message.book);
	struct iu_remedy *remedy = add_remedy(arena, verdict, IU_REMEDY_ASK_THERE);

	verdict->headline = question->target.port
		? iu_phrase(arena, "Port %u is taken in %s: no socket of this machine tells who has it.",
			  (unsigned int)question->target.port, row->title)
		: iu_phrase(arena, "%s is taken in %s: no socket of this machine tells who has it.",
			  row->subject, row->title);
	remedy->summary = row->advice;
	for (size_t i = 0; i < IU_BOOK_COMMAND && row->command[i]; i++)
		iu_strings_add(arena, &remedy->command, row->command[i]);
}

static void decide_host(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	add_remedy(arena, verdict, IU_REMEDY_ASK_THERE);
	verdict->headline = iu_phrase(arena,
		"connect() to %s failed: that is another machine, or a name that this one does not know, and "
		"who listens there cannot be seen from here.",
		iu_safe(arena, question->target.text, 0));
}

/* accept() and sendto() fail for reasons that no other socket is. */
static void decide_call(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	enum iu_call call = question->symptom.from_message.call;

	verdict->headline = iu_phrase(arena,
		"It is %s that failed, at %s: no socket of another program is in the way of that.",
		call == IU_CALL_ACCEPT ? "accept()" : "sendto()",
		iu_safe(arena, question->target.text, 0));
}

void iu_elsewhere_decide(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	*verdict = (struct iu_verdict){
		.status = IU_STATUS_UNKNOWN, .confidence = IU_CONFIDENCE_POSSIBLE};
	if (question->symptom.from_message.book)
		decide_book(arena, question, verdict);
	else if (question->target.other)
		decide_protocol(arena, question, verdict);
	else if (question->symptom.call.alone)
		return; /* iu_call_result_heed() has all that can be said */
	else if (question->symptom.from_message.call == IU_CALL_REMOTE)
		decide_remote(arena, question, verdict);
	else if (question->symptom.from_message.call >= IU_CALL_ACCEPT)
		decide_call(arena, question, verdict);
	else
		decide_host(arena, question, verdict);
	if (question->symptom.from_message.call == IU_CALL_CONNECT)
		verdict->operation = IU_OPERATION_CONNECT;
}
