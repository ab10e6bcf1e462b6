/* captures/currports.c - rows of NirSoft's CurrPorts, as they are copied out of its window */
#include "base/compat.h"
#include "base/err.h"
#include "captures/csv.h"
#include "captures/formats-text.h"

/* "System  4  TCP  80  http  0.0.0.0  …  Listening": cells without a value leave nothing behind. */
struct row {
	enum iu_protocol protocol;
	struct iu_span name;
	int32_t pid;
	struct iu_address local, peer;
	uint16_t port, peer_port;
	enum iu_state state;
};

/* Of two words some have the first alone here. */
static const struct {
	const char *word;
	enum iu_state state;
} states[] = {
	{"Listening", IU_STATE_LISTEN}, {"Established", IU_STATE_ESTABLISHED},
	{"Time", IU_STATE_TIME_WAIT}, {"Close", IU_STATE_CLOSE_WAIT}, {"Fin", IU_STATE_FIN_WAIT1},
	{"Sent", IU_STATE_SYN_SENT}, {"Syn-Sent", IU_STATE_SYN_SENT},
	{"Last", IU_STATE_LAST_ACK}, {"Closing", IU_STATE_CLOSING}, {"Closed", IU_STATE_BOUND},
};

static bool read_address(struct iu_span word, struct iu_address *ret)
{
	const char *percent = iu_span_find_char(word, '%');

	if (percent)
		word.len = (size_t)(percent - word.text);
	return iu_address_parse(word.text, word.len, ret) == 0;
}

static bool read_port(struct iu_span word, uint16_t *ret)
{
	uint64_t port;

	if (!iu_span_number(word, 65535, &port) || !port)
		return false;
	*ret = (uint16_t)port;
	return true;
}

/* The other end is a port, perhaps its name, and an address; of a listener an address alone. */
static void read_rest(const struct iu_phrase *words, size_t at, struct row *row)
{
	bool known = false;

	for (; at < words->n && !known; at++) {
		if (row->peer.family == IU_FAMILY_ANY && read_address(words->v[at], &row->peer))
			continue;
		if (row->peer.family == IU_FAMILY_ANY)
			read_port(words->v[at], &row->peer_port);
		for (size_t i = 0; i < IU_COUNT(states); i++)
			if (iu_span_is(words->v[at], states[i].word)) {
				row->state = states[i].state;
				known = true;
			}
	}
}

/* What it saves with commas: the cells that have something in them. */
static bool read_cells(struct iu_span line, struct iu_phrase *ret)
{
	struct iu_csv csv;

	ret->n = 0;
	if (!iu_span_find_char(line, ',') || !iu_csv_split(iu_span_trim(line), &csv) || csv.n < 11)
		return false;
	for (size_t i = 0; i < csv.n && ret->n < IU_WORDS_MAX; i++)
		if (csv.v[i].len)
			ret->v[ret->n++] = csv.v[i];
	return ret->n > 4 && (iu_span_is(ret->v[2], "TCP") || iu_span_is(ret->v[2], "UDP"));
}

static bool read_row(struct iu_span line, struct row *ret)
{
	struct row row = {.local.family = IU_FAMILY_ANY, .peer.family = IU_FAMILY_ANY};
	struct iu_phrase words;
	size_t k = 2, at;
	bool csv;

	if (iu_span_find_exact(line, "TCP") == line.len &&
		iu_span_find_exact(line, "UDP") == line.len)
		return false;
	csv = read_cells(line, &words);
	if (!csv)
		iu_words_split(line, &words);
	while (k < words.n && !iu_span_is(words.v[k], "TCP") && !iu_span_is(words.v[k], "UDP"))
		k++;
	if (k + 2 >= words.n || !iu_span_pid(words.v[k - 1], &row.pid) ||
		!read_port(words.v[k + 1], &row.port))
		return false;
	/* the port's name may stand between, or not */
	at = k + 2;
	if (!read_address(words.v[at], &row.local) &&
		(++at >= words.n || !read_address(words.v[at], &row.local)))
		return false;
	row.protocol = iu_span_is(words.v[k], "TCP") ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP;
	row.state = row.protocol == IU_PROTOCOL_TCP ? IU_STATE_UNKNOWN : IU_STATE_BOUND;
	row.name = csv ? words.v[0]
		       : iu_span_trim(iu_span_upto(
				 line, (size_t)(words.v[k - 1].text - line.text)));
	read_rest(&words, at + 1, &row);
	*ret = row;
	return true;
}

static int add_row(struct iu_capture_out *out, const struct row *row)
{
	struct iu_socket s = iu_capture_socket_fresh(row->protocol);
	int ret;

	s.local = row->local;
	s.family = s.local.family;
	s.port = row->port;
	s.state = row->state;
	if (row->peer_port && row->peer.family != IU_FAMILY_ANY) {
		s.peer = row->peer;
		s.peer_port = row->peer_port;
	}
	s.mini = s.state == IU_STATE_TIME_WAIT;
	ret = iu_capture_socket(out, &s);
	if (ret < 0 || row->pid <= 0)
		return ret;
	out->given |= IU_GIVEN_TASKS;
	return iu_capture_owner(out, row->pid, -1, row->name);
}

int iu_capture_currports(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct row row;
	size_t i = at;
	int ret = 0;

	if (!read_row(lines->v[at], &row))
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	iu_capture_block(out);
	for (; i < lines->n && ret == 0 && read_row(lines->v[i], &row); i++)
		ret = add_row(out, &row);
	return ret < 0 ? ret : (int)(i - at);
}
