/* engine/call-result.c - what bind(), listen() or connect() was told where no other socket is the reason */
#include "engine/call-result.h"

#include <errno.h>

#include "base/compat.h"
#include "base/text.h"
#include "engine/phrase.h"
#include "knowledge/errors.h"
#include "model/zone.h"

static const struct iu_call_facts *facts(const struct iu_question *question)
{
	return &question->symptom.call;
}

/* bind() or connect(), which are given an address */
static bool is_addressed(const struct iu_question *q)
{
	return facts(q)->given && !q->symptom.listen;
}

static bool is_bind(const struct iu_question *q)
{
	return is_addressed(q) && !q->symptom.connects;
}

static bool connects(const struct iu_question *q)
{
	return is_addressed(q) && q->symptom.connects;
}

static bool listens(const struct iu_question *q)
{
	return facts(q)->given && q->symptom.listen;
}

static bool is_closed(const struct iu_question *q)
{
	return facts(q)->closed;
}

static bool is_no_socket(const struct iu_question *q)
{
	return facts(q)->no_socket;
}

static bool has_no_address(const struct iu_question *q)
{
	return is_addressed(q) && facts(q)->null;
}

static bool is_bound(const struct iu_question *q)
{
	return is_bind(q) && facts(q)->bound;
}

static bool is_too_long(const struct iu_question *q)
{
	return is_addressed(q) && facts(q)->too_long;
}

static bool is_too_short(const struct iu_question *q)
{
	return is_addressed(q) && facts(q)->too_short;
}

static bool is_other_family(const struct iu_question *q)
{
	return is_addressed(q) && facts(q)->socket != facts(q)->address;
}

static bool is_scopeless(const struct iu_question *q)
{
	return is_addressed(q) && q->target.address.family == IU_FAMILY_IPV6 &&
	       iu_zone_needed(&q->target.address) && !q->target.address.scope &&
	       !q->options.ifindex;
}

static bool is_mapped(const struct iu_question *q)
{
	return is_bind(q) && facts(q)->mapped_v6only;
}

static bool is_multicast_stream(const struct iu_question *q)
{
	return is_bind(q) && q->target.protocol == IU_PROTOCOL_TCP &&
	       q->target.address.family != IU_FAMILY_ANY &&
	       iu_address_is_multicast(&q->target.address);
}

static bool listens_unbound(const struct iu_question *q)
{
	return listens(q) && !facts(q)->bound;
}

static bool listens_connected(const struct iu_question *q)
{
	return listens(q) && facts(q)->connected;
}

static bool listens_in_vain(const struct iu_question *q)
{
	return listens(q) && !facts(q)->stream;
}

static bool connects_again(const struct iu_question *q)
{
	return connects(q) && facts(q)->connected;
}

static bool connects_path(const struct iu_question *q)
{
	return connects(q) && q->target.protocol == IU_PROTOCOL_UNIX;
}

static bool is_own_policy(const struct iu_question *q)
{
	return facts(q)->own_policy;
}

/* The first row whose error and condition fit. Those of one error go from certain to likely. */
static const struct iu_call_result rows[] = {
	{EBADF, is_closed, true, IU_CAUSE_NONE,
		"the descriptor is not open: it was closed already, or socket() has failed"},
	{ENOTSOCK, is_no_socket, true, IU_CAUSE_NONE, "the descriptor is no socket, but something else"},
	{EFAULT, has_no_address, true, IU_CAUSE_NONE, "no address was given: the pointer is NULL"},
	{EFAULT, is_addressed, true, IU_CAUSE_NONE, "the address does not lie in memory that the program may read"},
	{EINVAL, is_too_long, false, IU_CAUSE_NONE,
		"the length of the address is wrong: it is more than any address has"},
	{EINVAL, is_too_short, false, IU_CAUSE_NONE,
		"the length of the address is wrong: it is less than an address of its family has"},
	{EINVAL, is_bound, false, IU_CAUSE_OWN_SOCKET,
		"the socket has an address already, and bind() works once: a second one needs a socket of its own"},
	{EINVAL, is_scopeless, false, IU_CAUSE_ADDRESS_NOT_LOCAL,
		"a link-local address says nothing without its interface: which one? (scope id, as in fe80::1%eth0)"},
	{EINVAL, is_mapped, false, IU_CAUSE_NONE,
		"an IPv4-mapped address (::ffff:…) is refused by a socket with IPV6_V6ONLY: clear the option, or use an IPv4 socket"},
	{EINVAL, is_multicast_stream, false, IU_CAUSE_NONE,
		"a multicast address is for datagrams: a TCP socket cannot have it"},
	{EINVAL, is_other_family, false, IU_CAUSE_NONE,
		"the address is of another family than the socket, or too short for it"},
	{EAFNOSUPPORT, is_other_family, true, IU_CAUSE_NONE, "the address is of another family than the socket"},
	{EINVAL, listens_connected, false, IU_CAUSE_NONE, "the socket is connected already, and then it cannot listen"},
	{EINVAL, listens_unbound, false, IU_CAUSE_NONE, "the socket has no address yet: bind() comes before listen()"},
	{EDESTADDRREQ, listens_unbound, false, IU_CAUSE_NONE, "the socket has no address yet: bind() comes before listen()"},
	{EINVAL, listens, false, IU_CAUSE_NONE, "the socket is connected already, and then it cannot listen"},
	{EOPNOTSUPP, listens_in_vain, true, IU_CAUSE_NONE,
		"a socket of this type takes no connections: only stream sockets listen"},
	{EINVAL, is_bind, false, IU_CAUSE_NONE, "the address does not fit the socket: its length or a part of it is wrong"},
	{EISCONN, connects_again, false, IU_CAUSE_NONE,
		"the socket is connected already: another connection needs a socket of its own"},
	{EINPROGRESS, connects, false, IU_CAUSE_NONE,
		"nothing has failed yet: the socket does not block, and poll() tells when the connection is made"},
	{EALREADY, connects, false, IU_CAUSE_NONE,
		"an earlier connect() of this socket is still under way: poll() tells when it ends"},
	{EPROTOTYPE, connects, false, IU_CAUSE_NONE,
		"the socket at the other end is of another type (stream, datagrams, packets)"},
	{EAGAIN, connects_path, false, IU_CAUSE_NONE,
		"the queue of the one who listens is full: it accepts connections too slowly, or not at all"},
	{ENETUNREACH, connects, false, IU_CAUSE_NONE, "this machine has no route to that address"},
	{EHOSTUNREACH, connects, false, IU_CAUSE_NONE,
		"there is a route, and nobody answers at that address: the machine is off, or a firewall refuses"},
	{ETIMEDOUT, connects, false, IU_CAUSE_NONE,
		"nobody answered in time: the machine is off, a firewall drops it, or the queue of the one who listens is full"},
	{EACCES, is_own_policy, false, IU_CAUSE_POLICY_DENIED,
		"the command has put itself under Landlock, and that policy of its own refuses; nothing else does"},
	{EACCES, NULL, false, IU_CAUSE_POLICY_DENIED,
		"a policy refuses it to this program (cgroup program, security module, system call filter); the port itself is not the reason"},
	{EPERM, NULL, false, IU_CAUSE_POLICY_DENIED,
		"a policy refuses it to this program, or its file system takes no sockets"},
	{EADDRNOTAVAIL, NULL, false, IU_CAUSE_ADDRESS_NOT_LOCAL, "the address is not one that this socket may have here"},
	{ENOENT, NULL, true, IU_CAUSE_NONE, "a folder of the path does not exist"},
	{ENOTDIR, NULL, true, IU_CAUSE_NONE, "a part of the path is no folder"},
	{ENAMETOOLONG, NULL, true, IU_CAUSE_NONE, "a name of the path is longer than its file system takes"},
	{EROFS, NULL, true, IU_CAUSE_NONE, "the file system is read-only"},
	{ENOSPC, NULL, true, IU_CAUSE_NONE, "the file system has no room for another file"},
	{EDQUOT, NULL, true, IU_CAUSE_NONE, "the quota of the user on that file system is used up"},
	{ELOOP, NULL, true, IU_CAUSE_NONE, "its symbolic links lead round in a circle"},
	{ENODEV, NULL, true, IU_CAUSE_NONE, "the device of the address or the socket is not there any more"},
	{ENOMEM, NULL, true, IU_CAUSE_NONE, "the system had no memory for it at that moment; the port itself is not the reason"},
	{ENOBUFS, NULL, true, IU_CAUSE_NONE, "the system had no memory for sockets at that moment; the port itself is not the reason"},
};

/* What the call was given shows the reason; else it is only the usual one. */
static bool is_certain(const struct iu_call_result *row)
{
	return row && row->fits && row->fits != is_bind && row->fits != is_addressed &&
	       row->fits != connects && row->fits != connects_path && row->fits != listens;
}

/*
 * Errors of paths say nothing of ports, and of a descriptor that is open EBADF says nothing. What an
 * error says of every bind() need not hold for a connect().
 */
static bool suits(const struct iu_question *question, const struct iu_call_result *row)
{
	bool path = row->error == ENOENT || row->error == ENOTDIR || row->error == ENAMETOOLONG ||
		    row->error == EROFS || row->error == ENOSPC || row->error == EDQUOT ||
		    row->error == ELOOP;

	if (path && question->target.protocol != IU_PROTOCOL_UNIX)
		return false;
	return row->fits ? row->fits(question) : !question->symptom.connects;
}

const struct iu_call_result *iu_call_result_row(const struct iu_question *question, int error)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].error == error && suits(question, &rows[i]))
			return &rows[i];
	return NULL;
}

void iu_call_result_replace(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_call_result *row, int error, const char *name, struct iu_verdict *verdict)
{
	const struct iu_verdict before = *verdict;

	*verdict = (struct iu_verdict){
		.status = error == EACCES || error == EPERM ? IU_STATUS_DENIED : IU_STATUS_UNAVAILABLE,
		.operation = question->symptom.listen	  ? IU_OPERATION_LISTEN
			     : question->symptom.connects ? IU_OPERATION_CONNECT
							  : IU_OPERATION_BIND,
		.error_number = error,
		.error = name,
		.cause = row ? row->cause : IU_CAUSE_NONE,
		.confidence = is_certain(row) ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY,
		.probe = name};
	verdict->headline = iu_phrase(arena, "%s (%s): %s.",
		iu_safe(arena, question->target.text ? question->target.text : "its address", 120), name,
		row ? row->why
		    : "that is the program's own result; nothing that can be seen from outside explains it");
	if (question->symptom.connects) /* who listens there is of interest all the same */
		verdict->blockers = before.blockers;
	if (is_certain(row))
		verdict->endless = "to wait changes nothing about that";
}

/* A message is of an earlier time, or of elsewhere: what it says is told beside what is so now. */
static void note_message(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	int error = question->symptom.from_capture;
	const struct iu_call_result *row = iu_call_result_row(question, error);
	const char *name = iu_phrase_errno(error);

	if (row && row->telling && name && verdict->error_number != error)
		iu_strings_add(arena, &verdict->caveats,
			iu_phrase(arena, "The message says %s: %s.", name, row->why));
}

void iu_call_result_heed(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	int error = question->symptom.from_call;
	const struct iu_call_result *row;
	const char *name;
	bool explained;

	if (!facts(question)->given && question->symptom.from_message.given && question->symptom.from_capture)
		note_message(arena, question, verdict);
	if (!facts(question)->given || !error || error == EADDRINUSE)
		return;
	explained = verdict->error_number == error && verdict->status != IU_STATUS_FREE &&
		    verdict->status != IU_STATUS_UNKNOWN;
	row = iu_call_result_row(question, error);
	name = iu_phrase_errno(error);
	/* what the call itself was given tells more than the rules do, where it is the reason */
	if (!row || !name || (explained && !is_certain(row)))
		return;
	iu_call_result_replace(arena, question, row, error, name, verdict);
}

const char *iu_call_result_misuse(const struct iu_question *question)
{
	static const int errors[] = {EBADF, ENOTSOCK, EFAULT, EINVAL, EAFNOSUPPORT, EOPNOTSUPP};

	for (size_t i = 0; i < IU_COUNT(errors); i++)
		for (size_t k = 0; k < IU_COUNT(rows); k++)
			if (rows[k].error == errors[i] && is_certain(&rows[k]) && rows[k].fits(question))
				return rows[k].why;
	return NULL;
}
