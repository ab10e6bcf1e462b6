/* run/linux/result.c - what a call of the command was told, where the port is not the reason */
#include "run/linux/result.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "engine/call-result.h"
#include "engine/conflict.h"
#include "engine/engine.h"
#include "engine/headline.h"
#include "engine/phrase.h"
#include "os/os.h"

/* An address that was not read: of another family than the socket, or too short for it. */
static void read_foreign(const struct iu_run_case *c, struct iu_call_facts *facts)
{
	sa_family_t family = AF_UNSPEC;

	if (c->call.len >= sizeof(family))
		memcpy(&family, c->bytes, sizeof(family));
	facts->too_short = family == c->sock.domain;
	if (!facts->too_short)
		facts->address = facts->socket == IU_FAMILY_ANY ? IU_FAMILY_UNIX : IU_FAMILY_ANY;
}

/* The facts of the call as the table of the engine has them. */
static struct iu_question question_of(const struct iu_run_case *c)
{
	static const struct {
		int domain;
		enum iu_family family;
	} families[] = {{AF_INET, IU_FAMILY_IPV4}, {AF_INET6, IU_FAMILY_IPV6}, {AF_UNIX, IU_FAMILY_UNIX}};
	struct iu_question question = {.target.protocol = c->sock.carries,
		.symptom.listen = c->call.kind == IU_RUN_LISTEN};
	struct iu_call_facts *facts = &question.symptom.call;
	struct iu_run_socket sock = c->sock;

	*facts = (struct iu_call_facts){.given = true,
		.bound = c->sock.bound,
		.stream = c->sock.type == SOCK_STREAM || c->sock.type == SOCK_SEQPACKET,
		.own_policy = c->facts.domain};
	for (size_t i = 0; i < IU_COUNT(families); i++)
		if (families[i].domain == c->sock.domain)
			facts->socket = families[i].family;
	facts->address = facts->socket;
	if (c->name.kind == IU_RUN_NAME_FOREIGN)
		read_foreign(c, facts);
	if (c->name.kind != IU_RUN_NAME_INET)
		return question;
	iu_run_socket_options(c->socket, &sock);
	question.target.address = c->name.address;
	question.options.ifindex = sock.ifindex;
	facts->address = c->name.address.family;
	facts->mapped_v6only = sock.v6only == IU_YES &&
			       iu_address_space(&c->name.address) == IU_SPACE_MAPPED;
	return question;
}

static const struct iu_call_result *row_of(const struct iu_run_case *c, int error)
{
	const struct iu_question question = question_of(c);

	return iu_call_result_row(&question, error);
}

const char *iu_run_result_why(const struct iu_run_case *c, int error)
{
	const struct iu_call_result *row = row_of(c, error);

	return row ? row->why : "that is the program's own result; nothing that can be seen from outside explains it";
}

static bool listens(const struct iu_run_case *c)
{
	return c->call.kind == IU_RUN_LISTEN;
}

/* Not known why; that the address was taken is. */
static void take_for_in_use(struct iu_run_question *asked, struct iu_question *question, int error)
{
	struct iu_verdict *verdict = &asked->answer.verdict;

	question->symptom.from_call = error;
	verdict->status = IU_STATUS_IN_USE;
	verdict->error_number = error;
	verdict->error = iu_os_error_name(error);
	verdict->operation = question->symptom.listen ? IU_OPERATION_LISTEN : IU_OPERATION_BIND;
	verdict->headline = iu_headline(&asked->arena, question, &asked->session.snapshot, verdict);
}

void iu_run_result_apply(const struct iu_run_supervisor *s, const struct iu_run_case *c, int error,
	struct iu_run_question *asked)
{
	struct iu_verdict *verdict = &asked->answer.verdict;
	struct iu_explanation explanation;
	const struct iu_call_result *row = row_of(c, error);
	struct iu_question question = asked->question;

	(void)s;
	/* its own reasons, where the rules have found the same; a path says more with them */
	if (error <= 0 || (error == EADDRINUSE && verdict->status != IU_STATUS_UNKNOWN) ||
		(verdict->error_number == error && verdict->status != IU_STATUS_FREE && error != EINVAL))
		return;
	question.symptom.listen = listens(c);
	question.target.text = iu_run_question_target(asked);
	if (error == EADDRINUSE)
		take_for_in_use(asked, &question, error);
	else
		iu_call_result_replace(
			&asked->arena, &question, row, error, iu_os_error_name(error), verdict);
	if (iu_describe(&asked->arena, &asked->question, &asked->session.snapshot, verdict,
		    &explanation) >= 0)
		asked->answer.explanation = explanation;
}

/* "vsock port 1024 of CID 2", "127.0.0.1:7001 (UDP-Lite)". */
static const char *endpoint(struct iu_arena *arena, const struct iu_run_case *c, const char *protocol)
{
	const struct sockaddr_vm *vm = (const struct sockaddr_vm *)(const void *)c->bytes;
	char text[IU_ADDRESS_TEXT];

	if (c->sock.domain == AF_VSOCK)
		return iu_phrase(arena, "vsock port %u%s", (unsigned int)vm->svm_port,
			vm->svm_cid == VMADDR_CID_ANY
				? "" : iu_phrase(arena, " of CID %u", (unsigned int)vm->svm_cid));
	if (c->sock.domain == AF_PACKET)
		return "a packet socket";
	if (c->name.kind != IU_RUN_NAME_INET)
		return protocol;
	return iu_phrase(arena, "%s (%s)",
		iu_endpoint_format(&c->name.address, c->name.port, text), protocol);
}

const char *iu_run_result_line(
	struct iu_arena *arena, const struct iu_run_case *c, const char *name, int error)
{
	static const struct {
		const char *protocol, *shows;
	} tools[] = {{"UDP-Lite", "cat /proc/net/udplite /proc/net/udplite6"}, {"SCTP", "ss -S -a -n -p"},
		{"DCCP", "ss -d -a -n -p"}, {"vsock", "ss --vsock -a -n -p"},
		{"packet", "ss -0 -a -n -p"}};
	const char *protocol = iu_run_socket_protocol(&c->sock), *next = "";

	if (!protocol)
		protocol = "an address";
	for (size_t i = 0; i < IU_COUNT(tools) && error == EADDRINUSE; i++)
		if (!strcmp(tools[i].protocol, protocol))
			next = iu_phrase(arena, "; who has it shows: %s", tools[i].shows);
	if (error != EADDRINUSE)
		next = iu_phrase(arena, ": %s", iu_run_result_why(c, error));
	return iu_phrase(arena, "%s (pid %d) cannot %s %s (%s)%s", name,
		(int)c->credentials.rights.tgid, listens(c) ? "listen on" : "bind",
		endpoint(arena, c, protocol), iu_os_error_name(error), next);
}
