/* captures/text.c - which reader reads which lines of a pasted text */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"

/* Every line is offered to these, in this order; the first that knows it reads on from there. */
static iu_capture_reader *const readers[] = {
	iu_capture_netstat_windows,
	iu_capture_tasklist_csv,
	iu_capture_tasklist,
	iu_capture_exclusions,
	iu_capture_exclusion_rows,
	iu_capture_dynamic,
	iu_capture_powershell,
	iu_capture_powershell_csv,
	iu_capture_powershell_list,
	iu_capture_get_process,
	iu_capture_powershell_nothing,
	iu_capture_port_proxy,
	iu_capture_registry,
	iu_capture_http_urlacl,
	iu_capture_http_iplisten,
	iu_capture_http_state,
	iu_capture_service_control,
	iu_capture_event_xml,
	iu_capture_event_text,
	iu_capture_event_line,
	iu_capture_netstat_bsd,
	iu_capture_netstat_linux,
	iu_capture_ss,
	iu_capture_lsof,
	iu_capture_proc_net,
	iu_capture_fuser,
	iu_capture_list_sockets,
	iu_capture_kubectl,
	iu_capture_containers,
	iu_capture_tasklist_rows,
	iu_capture_currports,
};

/*
 * A text is read in pieces of this size, so that a long one needs no room for all of its lines. What
 * people paste is shorter, and one piece.
 */
#define PIECE_BYTES (16u << 20)

static bool is_word_end(struct iu_span line, size_t at)
{
	return at >= line.len || strchr(" =:\"", line.text[at]);
}

static bool mentions(struct iu_span line, const char *word)
{
	size_t at = iu_span_find(line, word);

	return at < line.len && (at == 0 || strchr(" =\"", line.text[at - 1])) &&
	       is_word_end(line, at + strlen(word));
}

/* "$ podman ps": its columns are those of Docker. */
static void take_engine(struct iu_span line, struct iu_capture_out *out)
{
	static const struct {
		const char *command, *engine;
	} rows[] = {{"docker ps", "docker"}, {"docker container ls", "docker"},
		{"podman ps", "podman"}, {"podman container ls", "podman"},
		{"nerdctl ps", "nerdctl"}};

	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (iu_span_find(line, rows[i].command) < line.len)
			out->engine = rows[i].engine;
}

/* What is behind a prompt, and whose prompt it is: "C:\\>", "PS C:\\>", "$ ", "me@mac ~ % ". */
static struct iu_span behind_prompt(struct iu_span line, enum iu_capture_system *ret)
{
	static const struct {
		char sign;
		enum iu_capture_system system;
	} prompts[] = {{'>', IU_CAPTURE_WINDOWS}, {'$', IU_CAPTURE_LINUX}, {'#', IU_CAPTURE_LINUX},
		{'%', IU_CAPTURE_BSD}};
	bool path = line.len > 2 && (iu_span_begins(line, "PS ") || line.text[1] == ':');

	for (size_t i = 0; i < IU_COUNT(prompts); i++) {
		const char *sign = iu_span_find_char(line, prompts[i].sign);

		if (!sign || (prompts[i].sign == '>') != path)
			continue;
		*ret = prompts[i].system;
		return iu_span_trim(iu_span_from(line, (size_t)(sign - line.text) + 1));
	}
	return (struct iu_span){0};
}

/* A command that lists sockets and printed nothing: that is a capture of nothing, and no "free". */
static void take_command(struct iu_span line, struct iu_capture_out *out)
{
	static const char *const commands[] = {"netstat", "ss", "lsof", "fuser", "tasklist",
		"Get-NetTCPConnection", "Get-NetUDPEndpoint", "netsh"};
	enum iu_capture_system system = IU_CAPTURE_ANY;
	struct iu_phrase words;
	size_t at = 0;

	iu_words_split(behind_prompt(line, &system), &words);
	at += words.n && iu_span_is(words.v[0], "sudo");
	for (size_t i = 0; i < IU_COUNT(commands) && at < words.n; i++)
		if (iu_span_is_any_case(words.v[at], commands[i]))
			out->asked = system;
}

/* So far below it, not counting empty ones, a list stands that a line speaks of. */
#define HINT_LINES 5

/*
 * A command line, or a heading: "netsh int ipv6 show dynamicport udp", "Protocol tcp Port Exclusion
 * Ranges". tcp, udp, ipv4 and ipv6 are the same words in every language.
 */
static void take_hint(struct iu_span line, struct iu_capture_out *out)
{
	struct iu_span word = iu_span_trim(line);
	bool tcp = mentions(line, "tcp"), udp = mentions(line, "udp");
	bool v4 = mentions(line, "ipv4"), v6 = mentions(line, "ipv6");

	/* what is left of a row of netstat is no heading */
	if (!word.len || iu_span_begins(word, "TCP") || iu_span_begins(word, "UDP"))
		return;
	if (++out->hint_age > HINT_LINES)
		iu_capture_forget(out);
	if (tcp || udp) {
		out->hint_tcp = tcp;
		out->hint_udp = udp;
		out->hint_age = 0;
	}
	if (iu_span_find(line, "excludedportrange") < line.len ||
		iu_span_find(line, "Port Exclusion") < line.len) {
		out->hint_exclusions = true;
		out->hint_age = 0;
	}
	take_engine(line, out);
	if (v4 || v6) {
		out->hint_family = v4 == v6 ? IU_FAMILY_ANY : v4 ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6;
		out->hint_age = 0;
	}
}

/* "5.1.2600": up to three numbers. Returns how many there were. */
static size_t read_numbers(struct iu_span text, uint64_t numbers[3])
{
	size_t n = 0;

	while (n < 3 && text.len) {
		struct iu_span word = {text.text, 0};

		while (word.len < text.len && text.text[word.len] >= '0' && text.text[word.len] <= '9')
			word.len++;
		if (!iu_span_number(word, n < 2 ? 255 : 1000000, &numbers[n]))
			break;
		n++;
		if (word.len == text.len || text.text[word.len] != '.')
			break;
		text = iu_span_from(text, word.len + 1);
	}
	return n;
}

/*
 * "Microsoft Windows XP [Version 5.1.2600]", what a prompt begins with: only the word in the brackets
 * is translated. No capture by itself. Two that differ are two machines: then it is not known.
 */
static void take_banner(struct iu_span line, struct iu_capture_out *out)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_span word = iu_span_trim(line);
	uint64_t numbers[3] = {0};
	uint32_t version;
	size_t at = iu_span_find(word, "[");

	if (!iu_span_begins(word, "Microsoft Windows") || at == word.len ||
		word.text[word.len - 1] != ']')
		return;
	while (at < word.len && (word.text[at] < '0' || word.text[at] > '9'))
		at++;
	if (at == word.len || read_numbers(iu_span_from(word, at), numbers) < 2)
		return;
	version = (uint32_t)numbers[0] << 16 | (uint32_t)numbers[1] << 8;
	out->versions_differ |= windows->version && windows->version != version;
	windows->version = out->versions_differ ? 0 : version;
	windows->build = out->versions_differ ? 0 : (uint32_t)numbers[2];
}

/* One line, by the first reader that knows it. Returns: how many lines, 0: nobody does, IU_E_NOMEM. */
static int read_line(const struct iu_lines *lines, size_t at, struct iu_capture_out *out,
	iu_capture_reader **ret_reader)
{
	int ret = 0;

	for (size_t k = 0; k < IU_COUNT(readers) && ret == 0; k++) {
		ret = readers[k](lines, at, out);
		*ret_reader = readers[k];
	}
	return ret;
}

/* @last: the reader of the list that the piece before ended in, then of the one this ends in; or NULL. */
static int read_piece(const struct iu_lines *lines, struct iu_capture_out *out,
	iu_capture_reader **last, size_t *known)
{
	iu_capture_reader *reader = *last;
	int ret = 0;

	*last = NULL;
	for (size_t at = 0; at < lines->n && ret >= 0;) {
		out->going_on = at == 0 && reader;
		/* the same list goes on only with its own reader */
		ret = out->going_on ? reader(lines, at, out) : 0;
		out->going_on = false;
		if (ret == 0)
			ret = read_line(lines, at, out, &reader);
		if (ret > 0) {
			at += (size_t)ret;
			*known += (size_t)ret;
			*last = at == lines->n ? reader : NULL;
		} else if (ret == 0) {
			take_hint(lines->v[at], out);
			take_banner(lines->v[at], out);
			take_command(lines->v[at], out);
			ret = iu_capture_inside(lines->v[at++], out);
			*known += ret > 0;
		}
	}
	return ret < 0 ? ret : 0;
}

int iu_capture_text(
	const char *text, size_t len, struct iu_capture_out *out, size_t *ret_lines)
{
	struct iu_lines_cursor at = {.text = text, .len = len};
	iu_capture_reader *last = NULL;
	size_t known = 0, lines_read = 0;
	int ret = 0;

	out->task_columns = 0;
	out->asked = IU_CAPTURE_ANY;
	while (at.len && ret >= 0) {
		struct iu_arena arena = {0};
		struct iu_lines lines = {0};

		ret = iu_lines_take(&arena, &at, PIECE_BYTES, &lines);
		lines_read += lines.n;
		if (lines_read > IU_LINES_MAX)
			ret = IU_E_LIMIT;
		if (ret >= 0)
			ret = read_piece(&lines, out, &last, &known);
		iu_arena_free(&arena);
	}
	if (ret < 0)
		return ret;
	if (ret_lines)
		*ret_lines = known;
	return 0;
}

bool iu_capture_is_refused(const char *text, size_t len)
{
	/* what `netstat -b` says instead of its list; the words are those of English Windows */
	return iu_span_find((struct iu_span){text, len}, "requires elevation") < len;
}

const char *iu_capture_refusal(const char *text, size_t len)
{
	if (iu_capture_is_refused(text, len))
		return " says that the command was refused: run it in a prompt that was opened as administrator";
	return " is no capture that can be read: give what `inuse report`, `netstat -ano`, `tasklist /svc /fo csv`, `ss -tulpane` or the like wrote";
}
