/* input/message-call.c - which call it was that a line of a message says has failed */
#include "input/message-call.h"

#include <stdint.h>
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "input/message-patterns.h"

/* What only connect() says, whatever else stands on the line. */
static const char *const surely_connect[] = {
	"econnrefused", "connection refused", "connectionrefused", "actively refused",
	"wsaeconnrefused", "(10061", "10061)", "error 10061", "connectexception",
	"noroutetohostexception", "failed to establish a new connection", "newconnectionerror",
	"while connecting to", "verbindung verweigert", "verbindungsaufbau abgelehnt",
	"connexion refusée", "conexión rehusada", "conexión denegada", "connessione rifiutata",
	"conexão recusada", "拒绝连接", "連接被拒", "接続を拒否", "соединение отвергнуто",
	"в соединении отказано", "подключение не установлено",
};

/* connect() by the form of the runtime or the words, unless bind() is named as well. */
static const char *const connect_words[] = {
	"connect()", "connect(2)", "connect:", ": connect", "(connect failed)", "connect econn",
	"connect eaddr", "connect eacces", "connect eperm", "connect enoent", "connect etimedout",
	"connect ehostunreach", "connect enetunreach", "connect eagain", "connect einval",
	"couldn't connect", "could not connect", "can't connect", "cannot connect",
	"unable to connect", "failed to connect", "failed connecting", "error connecting",
	"connect failed", "connect error", "connection failed", "trying to connect",
	"connect to host", "connect to address", "connection to server", "connecting to",
	"dial tcp", "dial udp", "dial unix", "dial:", "- local (", "syscall: 'connect'",
	"syscall: \"connect\"", "open a connection", "establish connection", "attempt to connect",
	"attempting to connect", "make connection to", "connection to node", "could not be established",
	"connect to server", "connect to /", "connect to unix",
};

/* bind() beside connect()'s words: "dial tcp :20->:80: bind: …". */
static const char *const surely_bind[] = {
	"bind:", "bind()", "bind(", "listen tcp", "listen udp", "listen unix", "listen eaddr",
	"listen eacces", "failed to bind", "could not bind", "cannot bind", "can't bind",
	"couldn't bind", "unable to bind",
	"can't connect to (", /* gunicorn says so of its own socket */
	"stream_socket_server", /* PHP's is "unable to connect" when it cannot bind */
};

/* The other machine's sshd could not listen. */
static const char *const remote_words[] = {
	"remote port forwarding failed", "remote forward failure", "remote port forwarding from",
	"remote forwarding request failed", "remote port forwarding refused",
};

static const char *const accept_words[] = {
	"accept()", "accept4(", "accept(", "accept:", "accept failed", "accept error",
	"error accepting", "failed to accept", "accept econn", "accept emfile", "accept tcp",
};

static const char *const send_words[] = {
	"sendto:", "sendto(", "sendmsg:", "sendmsg(", "sendto failed", "send eacces", "send eperm",
	"send eaddr", "send enetunreach", "send ehostunreach", "send einval", "send econnrefused",
	"sendto error",
};

/* "reconnect", "connector" are other words; "connect econn" goes on. */
static bool stands_alone(struct iu_span line, size_t at, const char *word)
{
	size_t end = at + strlen(word);

	if (at && iu_char_is_word(word[0]) && iu_char_is_word(line.text[at - 1]))
		return false;
	return !iu_span_before((struct iu_span){word, strlen(word)}, strlen(word), "connect") ||
	       end >= line.len || !iu_char_is_letter(line.text[end]);
}

struct list {
	const char *const *words;
	size_t count;
};

#define LIST(words) {(words), IU_COUNT(words)}

enum { REMOTE, SEND, SURELY_CONNECT, SURELY_BIND, CONNECT, ACCEPT, LISTS };

static const struct list lists[LISTS] = {
	[REMOTE] = LIST(remote_words),
	[SEND] = LIST(send_words),
	[SURELY_CONNECT] = LIST(surely_connect),
	[SURELY_BIND] = LIST(surely_bind),
	[CONNECT] = LIST(connect_words),
	[ACCEPT] = LIST(accept_words),
};

/* By the first byte which second bytes follow it: a log of 100 MB is looked at so. */
struct begins {
	uint64_t second[256];
};

static void add_begins(struct begins *begins, struct list list)
{
	for (size_t i = 0; i < list.count; i++)
		begins->second[(unsigned char)list.words[i][0]] |=
			UINT64_C(1) << ((unsigned char)list.words[i][1] & 63);
}

static bool may_begin(const struct begins *begins, struct iu_span line, size_t at)
{
	return begins->second[(unsigned char)iu_char_lower(line.text[at])] &
	       UINT64_C(1) << ((unsigned char)iu_char_lower(line.text[at + 1]) & 63);
}

static bool has_at(struct iu_span line, size_t at, struct list list)
{
	for (size_t i = 0; i < list.count; i++)
		if (iu_char_lower(line.text[at]) == list.words[i][0] &&
			iu_span_at(line, at, list.words[i]) && stands_alone(line, at, list.words[i]))
			return true;
	return false;
}

/* "connect 127.0.0.1:80: …", "connect to [::1]:80: …": of the peer. */
static bool names_peer(struct iu_span line, size_t at)
{
	size_t next = at + strlen("connect ");

	if (!iu_span_at(line, at, "connect ") || (at && iu_char_is_word(line.text[at - 1])))
		return false;
	if (iu_span_at(line, next, "to "))
		next += strlen("to ");
	return next < line.len && (iu_char_is_digit(line.text[next]) || line.text[next] == '[');
}

/* Which of the lists have a word on the line: a bit each. */
static unsigned int lists_of(struct iu_span line)
{
	struct begins begins = {{0}};
	unsigned int found = 0;

	for (size_t k = 0; k < LISTS; k++)
		add_begins(&begins, lists[k]);
	for (size_t at = 0; at + 1 < line.len; at++)
		for (size_t k = 0; k < LISTS && may_begin(&begins, line, at); k++)
			if (!(found & 1u << k) && has_at(line, at, lists[k]))
				found |= 1u << k;
	for (size_t at = 0; !(found & 1u << CONNECT) && at < line.len; at++)
		if (names_peer(line, at))
			found |= 1u << CONNECT;
	return found;
}

enum iu_call iu_message_call_read(struct iu_span line)
{
	unsigned int found = lists_of(line);
	bool bind = found & 1u << SURELY_BIND;

	if (found & 1u << REMOTE)
		return IU_CALL_REMOTE;
	if (found & 1u << SEND)
		return IU_CALL_SEND;
	if (found & 1u << SURELY_CONNECT || (!bind && found & 1u << CONNECT))
		return IU_CALL_CONNECT;
	if (!bind && found & 1u << ACCEPT)
		return IU_CALL_ACCEPT;
	return iu_message_patterns_bind(line) ? IU_CALL_BIND : IU_CALL_NONE;
}

/* ---- where the call names its endpoint ---- */

static const char *const in_front[] = {
	"bind to", "bind on", "bind for", "bind() to", "bind", "binding to", "binding", "bind to address",
	"bind address", "listen on", "listen to", "listening on", "listen tcp", "listen tcp4",
	"listen tcp6", "listen udp", "listen udp4", "listen udp6", "connect() to", "connect to",
	"connecting to", "dial tcp", "dial udp", "dial unix", "to host", "econnrefused", "etimedout",
	"connect eaddrnotavail", "connect eaddrinuse", "bind socket to",
};

bool iu_message_call_before(struct iu_span line, size_t at)
{
	while (at > 0 && strchr(" \"'`([/<", line.text[at - 1]))
		at--;
	for (size_t i = 0; i < IU_COUNT(in_front); i++) {
		size_t n = strlen(in_front[i]);

		if (iu_span_before(line, at, in_front[i]) &&
			(at == n || !iu_char_is_word(line.text[at - n - 1])))
			return true;
	}
	return iu_span_before(line, at, "http:") || iu_span_before(line, at, "https:")
		? iu_message_call_before((struct iu_span){line.text, at}, at - strlen("http:") -
			(iu_span_before(line, at, "https:") ? 1 : 0))
		: false;
}

/* ---- what is no failure of a bind ---- */

static const char *const well[] = {
	"listening", "is running", "running on", "running at", "started", "server ready", "serving",
	"connected to", "available at", "available on", "200 ok", "get /", "post /", "http/1.",
	"get http", "post http", "put http", "not found", " 404", " 502", " 503", " 500 ",
	"econnreset", "connection reset", "socket hang up", "broken pipe", "epipe", "enotfound",
	"getaddrinfo", "timed out", "timeout", "unreachable", "certificate", "handshake", "bad gateway",
	"proxying", "forwarding from", "exposed", "opened", "open http", "successfully",
	"you can now", "local: http", "network: http",
};

bool iu_message_call_well(struct iu_span line)
{
	const struct list list = LIST(well);
	struct begins begins = {{0}};

	add_begins(&begins, list);
	for (size_t at = 0; at + 1 < line.len; at++)
		if (may_begin(&begins, line, at) && has_at(line, at, list))
			return true;
	return false;
}
