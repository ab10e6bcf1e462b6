/* captures/powershell.c - Get-NetTCPConnection and Get-NetUDPEndpoint, as table and as CSV */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/csv.h"
#include "captures/formats-text.h"

/* Names of properties are never translated; of states, Format-Table shows the name, CSV too. */
static const struct {
	const char *word;
	uint64_t number; /* MSFT_NetTCPConnection.State; some versions export that */
	enum iu_state state;
} states[] = {
	{"Closed", 1, IU_STATE_BOUND},          {"Listen", 2, IU_STATE_LISTEN},
	{"SynSent", 3, IU_STATE_SYN_SENT},      {"SynReceived", 4, IU_STATE_SYN_RECV},
	{"Established", 5, IU_STATE_ESTABLISHED}, {"FinWait1", 6, IU_STATE_FIN_WAIT1},
	{"FinWait2", 7, IU_STATE_FIN_WAIT2},    {"CloseWait", 8, IU_STATE_CLOSE_WAIT},
	{"Closing", 9, IU_STATE_CLOSING},       {"LastAck", 10, IU_STATE_LAST_ACK},
	{"TimeWait", 11, IU_STATE_TIME_WAIT},   {"DeleteTCB", 12, IU_STATE_UNKNOWN},
	{"Bound", 100, IU_STATE_BOUND},
};

struct parts {
	enum iu_protocol protocol;
	struct iu_address local, peer;
	uint16_t port, peer_port;
	enum iu_state state;
	int32_t pid; /* -1: not shown */
};

static bool read_state(struct iu_span word, enum iu_state *ret)
{
	uint64_t number = 0;
	bool numeric = iu_span_number(word, 1000, &number);

	for (size_t i = 0; i < IU_COUNT(states); i++)
		if (numeric ? number == states[i].number
			    : iu_span_is_any_case(word, states[i].word)) {
			*ret = states[i].state;
			return true;
		}
	return false;
}

static bool read_port(struct iu_span word, uint16_t *ret)
{
	uint64_t port;

	if (!iu_span_number(word, 65535, &port))
		return false;
	*ret = (uint16_t)port;
	return true;
}

/* "fe80::1%12" */
static bool read_address(struct iu_span word, struct iu_address *ret)
{
	const char *percent = word.len ? memchr(word.text, '%', word.len) : NULL;
	uint64_t scope = 0;

	if (percent) {
		iu_span_number(iu_span_from(word, (size_t)(percent - word.text) + 1), UINT32_MAX,
			&scope);
		word.len = (size_t)(percent - word.text);
	}
	if (iu_address_parse(word.text, word.len, ret) < 0)
		return false;
	ret->scope = (uint32_t)scope;
	return true;
}

static int add(struct iu_capture_out *out, const struct parts *parts)
{
	struct iu_socket s = iu_capture_socket_fresh(parts->protocol);
	int ret;

	if (!parts->port)
		return 0;
	s.local = parts->local;
	s.family = s.local.family;
	s.port = parts->port;
	s.state = parts->state;
	if (parts->peer_port) {
		s.peer = parts->peer;
		s.peer_port = parts->peer_port;
	}
	s.mini = s.state == IU_STATE_TIME_WAIT;
	ret = iu_capture_socket(out, &s);
	if (ret == 0 && parts->pid > 0)
		ret = iu_capture_owner(out, parts->pid, -1, (struct iu_span){0});
	return ret;
}

/* ---- the table ---- */

/* Local, its port, remote, its port, state, perhaps a setting, the process. */
static bool read_row(struct iu_span line, struct parts *ret)
{
	struct parts parts = {.protocol = IU_PROTOCOL_TCP, .pid = -1};
	struct iu_phrase words;

	iu_words_split(line, &words);
	if (words.n < 5 || words.n > 8 || !read_address(words.v[0], &parts.local) ||
		!read_port(words.v[1], &parts.port) || !read_address(words.v[2], &parts.peer) ||
		!read_port(words.v[3], &parts.peer_port) || !read_state(words.v[4], &parts.state) ||
		parts.local.family != parts.peer.family)
		return false;
	for (size_t i = 5; i < words.n; i++)
		iu_span_pid(words.v[i], &parts.pid);
	*ret = parts;
	return true;
}

/* Where the third column begins, in most rows: in a cut row it lies further left. */
static size_t third_column(struct iu_span line)
{
	size_t at = iu_span_indent(line);

	for (int column = 0; column < 2; column++) {
		while (at < line.len && line.text[at] != ' ')
			at++;
		while (at < line.len && line.text[at] == ' ')
			at++;
	}
	return at;
}

/* Cutting only moves columns to the left. */
static size_t usual_column(const struct iu_lines *lines, size_t at)
{
	struct parts row;
	size_t most = at > 1 ? third_column(lines->v[at - 1]) : 0;

	for (size_t i = at; i < lines->n && read_row(lines->v[i], &row); i++)
		if (iu_has_gap(lines->v[i]) && third_column(lines->v[i]) > most)
			most = third_column(lines->v[i]);
	return most;
}

int iu_capture_powershell(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct parts row;
	size_t i = at, column;
	int ret = 0;

	if (!read_row(lines->v[at], &row))
		return 0;
	column = usual_column(lines, at);
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	iu_capture_block(out);
	for (; i < lines->n && ret == 0 && read_row(lines->v[i], &row); i++) {
		if (iu_has_gap(lines->v[i]) && third_column(lines->v[i]) != column)
			out->unread++;
		else
			ret = add(out, &row);
	}
	return ret < 0 ? ret : (int)(i - at);
}

/* ---- an error in place of a table ---- */

/* "… : Cannot find any MSFT_NetTCPConnection object …": the name of the class is in every language. */
int iu_capture_powershell_nothing(
	const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	static const char *const classes[] = {"MSFT_NetTCPConnection", "MSFT_NetUDPEndpoint",
		"[Get-NetTCPConnection]", "[Get-NetUDPEndpoint]"};

	for (size_t i = 0; i < IU_COUNT(classes); i++)
		if (iu_span_find(lines->v[at], classes[i]) < lines->v[at].len) {
			iu_capture_is(out, IU_CAPTURE_WINDOWS);
			return 1;
		}
	return 0;
}

/* ---- CSV ---- */

enum column { LOCAL, LOCAL_PORT, REMOTE, REMOTE_PORT, STATE, OWNER, COLUMNS };

static const char *const names[COLUMNS] = {"LocalAddress", "LocalPort", "RemoteAddress",
	"RemotePort", "State", "OwningProcess"};

#define NO_COLUMN SIZE_MAX

/* The heading, in any order of columns. */
static bool read_heading(struct iu_span line, struct iu_capture_heading *ret)
{
	size_t *columns = ret->columns;
	struct iu_csv csv;

	if (!iu_csv_split(iu_span_trim(line), &csv))
		return false;
	for (size_t c = 0; c < COLUMNS; c++) {
		columns[c] = NO_COLUMN;
		for (size_t i = 0; i < csv.n && columns[c] == NO_COLUMN; i++)
			if (iu_span_is_any_case(csv.v[i], names[c]))
				columns[c] = i;
	}
	ret->count = csv.n;
	return columns[LOCAL] != NO_COLUMN && columns[LOCAL_PORT] != NO_COLUMN;
}

static struct iu_span cell(const struct iu_csv *csv, const size_t *columns, enum column column)
{
	if (columns[column] >= csv->n)
		return (struct iu_span){0};
	return csv->v[columns[column]];
}

/* Returns: 1 a row, 0 no row, -1 one that cannot be read. */
static int read_record(struct iu_span line, const struct iu_capture_heading *heading, struct parts *ret)
{
	const size_t *columns = heading->columns;
	struct parts parts = {.pid = -1};
	struct iu_csv csv;

	if (!line.len)
		return 0;
	if (!iu_csv_split(iu_span_trim(line), &csv))
		return memchr(line.text, '"', line.len) ? -1 : 0;
	if (csv.n < 2)
		return 0;
	if (csv.n != heading->count)
		return -1;
	if (!read_address(cell(&csv, columns, LOCAL), &parts.local) ||
		!read_port(cell(&csv, columns, LOCAL_PORT), &parts.port))
		return -1;
	iu_span_pid(cell(&csv, columns, OWNER), &parts.pid);
	parts.protocol = columns[REMOTE] == NO_COLUMN && columns[STATE] == NO_COLUMN
				 ? IU_PROTOCOL_UDP
				 : IU_PROTOCOL_TCP;
	if (parts.protocol == IU_PROTOCOL_UDP) {
		parts.state = IU_STATE_BOUND;
	} else {
		read_address(cell(&csv, columns, REMOTE), &parts.peer);
		read_port(cell(&csv, columns, REMOTE_PORT), &parts.peer_port);
		if (!read_state(cell(&csv, columns, STATE), &parts.state))
			parts.state = IU_STATE_UNKNOWN;
	}
	*ret = parts;
	return 1;
}

int iu_capture_powershell_csv(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct parts row;
	size_t i = at;
	int kind, ret = 0;

	if (!out->going_on && !read_heading(lines->v[i++], &out->heading))
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	iu_capture_block(out);
	for (; i < lines->n && ret == 0; i++) {
		kind = read_record(lines->v[i], &out->heading, &row);
		if (kind == 0)
			break;
		if (kind > 0)
			ret = add(out, &row);
		else
			out->unread++;
	}
	return ret < 0 ? ret : (int)(i - at);
}
