/* os/linux/sockets/proc-net.c - sockets from the text files of /proc/net, where netlink is refused */
#include "os/linux/sockets/proc-net.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "knowledge/unix-types.h"
#include "model/needs.h"
#include "os/linux/file.h"
#include "os/linux/sockets/tcp-states.h"

#define FILE_MAX (256 << 20) /* a million sockets have 150 MB; what is beyond becomes a gap */

/* Fields of a line of tcp, tcp6, udp, udp6; all but the addresses are numbers. */
enum field {
	FIELD_SLOT,
	FIELD_LOCAL,
	FIELD_PEER,
	FIELD_STATE,
	FIELD_QUEUES,
	FIELD_TIMER,
	FIELD_RETRANSMITS,
	FIELD_UID,
	FIELD_TIMEOUT,
	FIELD_INODE,
	FIELDS
};

struct word {
	const char *text;
	size_t len;
};

static size_t split(const char *line, size_t len, struct word *words, size_t max)
{
	size_t at = 0, n = 0;

	while (n < max) {
		while (at < len && line[at] == ' ')
			at++;
		if (at >= len)
			break;
		words[n].text = line + at;
		while (at < len && line[at] != ' ')
			at++;
		words[n].len = (size_t)(line + at - words[n].text);
		n++;
	}
	return n;
}

static bool number(const struct word *word, int base, uint64_t *ret)
{
	return word->len > 0 && iu_number(word->text, word->len, base, ret) == word->len;
}

/* "0100007F:1F90": the words of an address are printed as numbers of this machine's byte order. */
static bool endpoint(
	const struct word *word, bool ipv6, struct iu_address *address, uint16_t *ret_port)
{
	size_t words = ipv6 ? 4 : 1;
	uint64_t value = 0;

	if (word->len != words * 8 + 5 || word->text[words * 8] != ':')
		return false;
	memset(address, 0, sizeof(*address));
	address->family = ipv6 ? IU_FAMILY_IPV6 : IU_FAMILY_IPV4;
	for (size_t i = 0; i < words; i++) {
		uint32_t part;

		if (iu_number(word->text + i * 8, 8, 16, &value) != 8)
			return false;
		part = (uint32_t)value;
		memcpy(address->bytes + i * 4, &part, 4);
	}
	if (iu_number(word->text + words * 8 + 1, 4, 16, &value) != 4)
		return false;
	*ret_port = (uint16_t)value;
	return true;
}

/* "03:00001770": which timer, and the clock ticks (USER_HZ, 100) until it fires. */
static void read_timer(const struct word *word, struct iu_socket *sock)
{
	uint64_t kind = 0, ticks = 0;

	if (word->len != 11 || word->text[2] != ':' || iu_number(word->text, 2, 16, &kind) != 2 ||
		iu_number(word->text + 3, 8, 16, &ticks) != 8)
		return;
	if (kind != 0 && ticks < INT32_MAX) /* a timer that is overdue is printed as a huge one */
		sock->timer_ms = (int64_t)ticks * 10;
	sock->mini = sock->state == IU_STATE_TIME_WAIT ||
		     (sock->state == IU_STATE_FIN_WAIT2 && kind == 3);
}

int iu_proc_net_line(const char *line, size_t len, enum iu_protocol protocol, bool ipv6,
	struct iu_socket *ret_socket)
{
	struct iu_socket sock = {.protocol = protocol, .timer_ms = -1};
	struct word words[FIELDS];
	uint64_t state = 0, uid = 0, inode = 0;

	if (split(line, len, words, FIELDS) < FIELDS ||
		words[FIELD_SLOT].text[words[FIELD_SLOT].len - 1] != ':')
		return 0;
	if (!endpoint(&words[FIELD_LOCAL], ipv6, &sock.local, &sock.port) ||
		!endpoint(&words[FIELD_PEER], ipv6, &sock.peer, &sock.peer_port) ||
		!number(&words[FIELD_STATE], 16, &state) || !number(&words[FIELD_UID], 10, &uid) ||
		!number(&words[FIELD_INODE], 10, &inode) || uid > UINT32_MAX)
		return IU_E_PROTO;
	if (sock.port == 0)
		return 0;
	sock.family = sock.local.family;
	if (sock.peer_port == 0)
		memset(&sock.peer, 0, sizeof(sock.peer));
	sock.state = iu_tcp_state(state, protocol);
	read_timer(&words[FIELD_TIMER], &sock);
	sock.inode = inode;
	sock.uid = (uint32_t)uid;
	/* Without an inode the uid may be an invented 0 (before 6.17). */
	sock.uid_known = inode != 0 && !sock.mini && sock.state != IU_STATE_SYN_RECV;
	*ret_socket = sock;
	return 1;
}

/* "ffff…: 00000002 00000000 00010000 0001 01 12345 /run/x.sock" */
int iu_proc_net_unix_line(const char *line, size_t len, struct iu_socket *ret_socket)
{
	struct iu_socket sock = {
		.protocol = IU_PROTOCOL_UNIX, .family = IU_FAMILY_UNIX, .timer_ms = -1};
	struct word w[7];
	uint64_t flags = 0, type = 0, state = 0, inode = 0;
	const char *name;
	size_t n = split(line, len, w, 7);

	if (n < 7 || w[0].text[w[0].len - 1] != ':')
		return 0;
	if (!number(&w[3], 16, &flags) || !number(&w[4], 16, &type) || !number(&w[5], 16, &state) ||
		!number(&w[6], 10, &inode))
		return IU_E_PROTO;
	name = w[6].text + w[6].len;
	if (name + 1 >= line + len)
		return 0;
	name++; /* one blank; the rest of the line is the name, blanks and all */
	sock.path = name;
	sock.path_len = (size_t)(line + len - name);
	if (*name == '@') {
		/* NULs inside are shown as @ too: such a name cannot be told apart here */
		sock.abstract = true;
		sock.path++;
		sock.path_len--;
	}
	sock.unix_type = iu_unix_type_numbered(type);
	sock.inode = inode;
	sock.state = flags & 0x10000 /* __SO_ACCEPTCON */	     ? IU_STATE_LISTEN
		     : state == 3 && sock.unix_type != IU_UNIX_DGRAM ? IU_STATE_ESTABLISHED
								     : IU_STATE_BOUND;
	*ret_socket = sock;
	return 1;
}

struct reader {
	struct iu_scan *scan;
	enum iu_protocol protocol;
	bool ipv6;
	uint32_t order;
};

static bool is_wanted(const struct iu_needs *needs, const struct iu_socket *sock)
{
	if (!iu_needs_port(needs, sock->port))
		return false;
	return !needs->all_ports || needs->connections || sock->state == IU_STATE_LISTEN ||
	       sock->state == IU_STATE_BOUND;
}

static int add_inet(void *context, const char *line, size_t len)
{
	struct reader *reader = context;
	struct iu_snapshot *snapshot = reader->scan->snapshot;
	struct iu_socket sock, *slot;

	if (iu_proc_net_line(line, len, reader->protocol, reader->ipv6, &sock) <= 0 ||
		!is_wanted(reader->scan->needs, &sock))
		return 0;
	sock.order = reader->order++;
	slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	*slot = sock;
	return 0;
}

static int add_unix(void *context, const char *line, size_t len)
{
	struct reader *reader = context;
	struct iu_snapshot *snapshot = reader->scan->snapshot;
	struct iu_socket sock, *slot;

	if (iu_proc_net_unix_line(line, len, &sock) <= 0 ||
		(sock.state == IU_STATE_ESTABLISHED && !reader->scan->needs->connections))
		return 0;
	sock.path = iu_arena_strndup(&snapshot->arena, sock.path, sock.path_len);
	slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	*slot = sock;
	return 0;
}

static void add_gap(const struct iu_scan *scan, enum iu_fact fact, int error)
{
	bool few = error == -EMFILE || error == -ENFILE;
	const char *fix = few ? IU_SCAN_TOO_MANY_FIX : "run as root";
	const char *why = few ? IU_SCAN_TOO_MANY : "neither netlink nor /proc/net can be read";

	if (scan->proc < 0)
		why = iu_scan_no_proc(scan, &fix);
	iu_snapshot_gap(scan->snapshot, fact, 0, "the list of sockets", why, fix);
}

static int read_table(struct reader *reader, const char *path, enum iu_fact fact, int refusal,
	const char *unseen, int (*line)(void *context, const char *line, size_t len))
{
	struct iu_snapshot *snapshot = reader->scan->snapshot;
	struct iu_text text = {0};
	int ret = reader->scan->proc < 0
			     ? -ENOENT
			     : iu_file_load(reader->scan->proc, path, FILE_MAX, &text);

	if (ret < 0) {
		iu_text_free(&text);
		/* Without IPv6 there is no table for it, and nothing to miss. */
		if (ret == -ENOENT && reader->ipv6 && reader->scan->proc >= 0)
			return 0;
		if (ret == -ENOMEM)
			return IU_E_NOMEM;
		add_gap(reader->scan, fact, ret);
		return 0;
	}
	if (text.data)
		ret = iu_file_lines(text.data, text.len, line, reader);
	iu_text_free(&text);
	if (ret < 0)
		return ret;
	iu_snapshot_gap(snapshot, fact, 0, unseen,
		refusal == IU_E_ACCESS ? "the system refused the netlink request (a sandbox?)"
				       : "this kernel does not answer the netlink request",
		NULL);
	return 0;
}

int iu_proc_net_inet(struct iu_scan *scan, enum iu_protocol protocol, bool ipv6, int refusal)
{
	struct reader reader = {.scan = scan, .protocol = protocol, .ipv6 = ipv6};
	bool tcp = protocol == IU_PROTOCOL_TCP;
	const char *path = tcp ? (ipv6 ? "self/net/tcp6" : "self/net/tcp")
			       : (ipv6 ? "self/net/udp6" : "self/net/udp");

	return read_table(&reader, path, tcp ? IU_FACT_TCP : IU_FACT_UDP, refusal,
		tcp ? "TCP sockets that are only bound, IPV6_V6ONLY, devices and cgroups"
		    : "IPV6_V6ONLY, devices and cgroups of UDP sockets",
		add_inet);
}

int iu_proc_net_unix(struct iu_scan *scan, int refusal)
{
	struct reader reader = {.scan = scan, .protocol = IU_PROTOCOL_UNIX};

	return read_table(&reader, "self/net/unix", IU_FACT_UNIX, refusal,
		"which file each UNIX socket is bound to", add_unix);
}
