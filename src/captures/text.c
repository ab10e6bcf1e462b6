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
	iu_capture_powershell_nothing,
	iu_capture_port_proxy,
	iu_capture_registry,
	iu_capture_http_urlacl,
	iu_capture_http_iplisten,
	iu_capture_http_state,
	iu_capture_service_control,
	iu_capture_event_xml,
	iu_capture_event_text,
	iu_capture_netstat_bsd,
	iu_capture_netstat_linux,
	iu_capture_ss,
	iu_capture_lsof,
	iu_capture_proc_net,
	iu_capture_tasklist_rows,
	iu_capture_currports,
};

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

int iu_capture_text(
	const char *text, size_t len, struct iu_capture_out *out, size_t *ret_lines)
{
	struct iu_arena arena = {0};
	struct iu_lines lines = {0};
	size_t at = 0, known = 0;
	int ret = iu_lines_make(&arena, text, len, &lines);

	out->task_columns = 0;
	while (ret >= 0 && at < lines.n && !out->arena.failed && !out->snapshot->arena.failed) {
		size_t k = 0;

		for (ret = 0; k < IU_COUNT(readers) && ret == 0; k++)
			ret = readers[k](&lines, at, out);
		if (ret == 0) {
			take_hint(lines.v[at], out);
			take_banner(lines.v[at], out);
			ret = iu_capture_inside(lines.v[at], out);
			known += ret > 0;
			at++;
		} else if (ret > 0) {
			at += (size_t)ret;
			known += (size_t)ret;
		}
	}
	iu_arena_free(&arena);
	if (ret < 0)
		return ret;
	if (ret_lines)
		*ret_lines = known;
	return 0;
}

const char *iu_capture_refusal(const char *text, size_t len)
{
	/* what `netstat -b` says instead of its list; the words are those of English Windows */
	if (iu_span_find((struct iu_span){text, len}, "requires elevation") < len)
		return " says that the command was refused: run it in a prompt that was opened as administrator";
	return " is no capture that can be read: give what `inuse report`, `netstat -ano`, `tasklist /svc /fo csv`, `ss -tulpane` or the like wrote";
}
