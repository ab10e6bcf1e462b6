/* captures/powershell-list.c - Get-NetTCPConnection as a list of properties, and Get-Process */
#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"

/* "LocalPort      : 80": names of properties are never translated. An entry ends with an empty line. */
struct entry {
	struct iu_address local, peer;
	uint64_t port, peer_port;
	struct iu_span state;
	int32_t pid;
	bool has_port, has_peer;
};

#define ENTRY_LINES 24

static struct iu_span value_of(struct iu_span line, const char *name)
{
	struct iu_span word = iu_span_trim(line), rest;
	const char *colon = iu_span_find_char(word, ':');
	size_t at = colon ? (size_t)(colon - word.text) : word.len;

	if (!colon || !iu_span_is(iu_span_trim(iu_span_upto(word, at)), name))
		return (struct iu_span){0};
	rest = iu_span_trim(iu_span_from(word, at + 1));
	return rest;
}

static void read_property(struct iu_span line, struct entry *entry)
{
	struct iu_span value;

	if ((value = value_of(line, "LocalAddress")).len)
		iu_address_parse(value.text, value.len, &entry->local);
	else if ((value = value_of(line, "RemoteAddress")).len)
		iu_address_parse(value.text, value.len, &entry->peer);
	else if ((value = value_of(line, "LocalPort")).len)
		entry->has_port = iu_span_number(value, 65535, &entry->port) && entry->port;
	else if ((value = value_of(line, "RemotePort")).len)
		entry->has_peer = iu_span_number(value, 65535, &entry->peer_port);
	else if ((value = value_of(line, "OwningProcess")).len)
		iu_span_pid(value, &entry->pid);
	else if ((value = value_of(line, "State")).len)
		entry->state = value;
}

static enum iu_state state_of(const struct entry *entry)
{
	static const struct {
		const char *word;
		enum iu_state state;
	} states[] = {
		{"Listen", IU_STATE_LISTEN}, {"Bound", IU_STATE_BOUND},
		{"Established", IU_STATE_ESTABLISHED}, {"TimeWait", IU_STATE_TIME_WAIT},
		{"CloseWait", IU_STATE_CLOSE_WAIT}, {"FinWait1", IU_STATE_FIN_WAIT1},
		{"FinWait2", IU_STATE_FIN_WAIT2}, {"LastAck", IU_STATE_LAST_ACK},
		{"SynSent", IU_STATE_SYN_SENT}, {"SynReceived", IU_STATE_SYN_RECV},
		{"Closing", IU_STATE_CLOSING}, {"Closed", IU_STATE_BOUND},
	};

	for (size_t i = 0; i < IU_COUNT(states); i++)
		if (iu_span_is_any_case(entry->state, states[i].word))
			return states[i].state;
	return IU_STATE_UNKNOWN;
}

int iu_capture_powershell_list(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct entry entry = {
		.local.family = IU_FAMILY_ANY, .peer.family = IU_FAMILY_ANY, .pid = -1};
	struct iu_socket s;
	size_t i = at;
	int ret;

	if (!value_of(lines->v[at], "LocalAddress").len && !value_of(lines->v[at], "LocalPort").len)
		return 0;
	for (; i < lines->n && i < at + ENTRY_LINES && lines->v[i].len; i++)
		read_property(lines->v[i], &entry);
	if (!entry.has_port || entry.local.family == IU_FAMILY_ANY)
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	iu_capture_block(out);
	/* endpoints of UDP have no state, and no other end */
	if (!entry.state.len && (entry.pid < 0 || entry.has_peer ||
					entry.peer.family != IU_FAMILY_ANY)) {
		out->unread++;
		return (int)(i - at);
	}
	s = iu_capture_socket_fresh(entry.state.len ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP);
	s.local = entry.local;
	s.family = s.local.family;
	s.port = (uint16_t)entry.port;
	s.state = entry.state.len ? state_of(&entry) : IU_STATE_BOUND;
	if (entry.peer_port && entry.peer.family != IU_FAMILY_ANY) {
		s.peer = entry.peer;
		s.peer_port = (uint16_t)entry.peer_port;
	}
	s.mini = s.state == IU_STATE_TIME_WAIT;
	ret = iu_capture_socket(out, &s);
	if (ret == 0 && entry.pid > 0)
		ret = iu_capture_owner(out, entry.pid, -1, (struct iu_span){0});
	return ret < 0 ? ret : (int)(i - at);
}

/* ---- Get-Process ---- */

/* "Handles  NPM(K)    PM(K)      WS(K)     CPU(s)     Id  SI ProcessName" */
static bool is_process_heading(struct iu_span line)
{
	return iu_span_find_exact(line, "NPM(K)") < line.len &&
	       iu_span_ends(line, "processname") && iu_span_find_exact(line, " Id ") < line.len;
}

/* "    512      30    25000      40000       1.20   4340   1 nginx": CPU may be missing. */
static bool read_process(struct iu_span line, int32_t *ret_pid, struct iu_span *ret_name)
{
	struct iu_phrase words;
	uint64_t number;
	size_t digits = 0;

	iu_words_split(line, &words);
	while (digits < words.n && digits < 7 &&
		words.v[digits].text[0] >= '0' && words.v[digits].text[0] <= '9')
		digits++;
	if (digits < 5 || digits == words.n || !iu_span_pid(words.v[digits - 2], ret_pid) ||
		!iu_span_number(words.v[digits - 1], 65535, &number))
		return false;
	*ret_name = iu_span_trim(
		iu_span_from(line, (size_t)(words.v[digits].text - line.text)));
	return true;
}

int iu_capture_get_process(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_span name;
	size_t i = at + 1;
	int32_t pid;
	int ret = 0;

	if (!is_process_heading(lines->v[at]))
		return 0;
	i += i < lines->n && iu_rule_groups(lines->v[i], '-') > 4;
	if (i >= lines->n || !read_process(lines->v[i], &pid, &name))
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	out->given |= IU_GIVEN_TASKS;
	for (; i < lines->n && ret == 0 && read_process(lines->v[i], &pid, &name); i++) {
		/* it leaves out what every other tool has at the end */
		const char *file = iu_arena_printf(&out->arena, "%.*s.exe",
			(int)(name.len < 255 ? name.len : 255), name.text);

		if (!file)
			return IU_E_NOMEM;
		ret = iu_capture_task(out, pid, pid > 4 ? iu_span_of(file) : name, NULL);
	}
	return ret < 0 ? ret : (int)(i - at);
}
