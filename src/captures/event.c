/* captures/event.c - what an entry of the event log says of a port */
#include "captures/event.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"

#define EVENTS_MAX 10000
/* Where an IO_ERROR_LOG_PACKET has its FinalStatus. */
#define FINAL_STATUS 20

enum kind {
	KIND_SITE,     /* the first value is a site's number, the binary data its error */
	KIND_URL,      /* a value is a URL, the binary data an HRESULT */
	KIND_ENDPOINT, /* a value is "[::]:443", the binary data an I/O error packet */
	KIND_TCPIP,    /* no port, but what ran out */
	KIND_FILTER,   /* the filtering platform: process, program, address, port, protocol */
};

static const struct {
	const char *provider;
	uint32_t id;
	enum kind kind;
} events[] = {
	{"W3SVC", 115, KIND_SITE},
	{"SMTPSVC", 115, KIND_SITE},
	{"MSFTPSVC", 115, KIND_SITE},
	{"NNTPSVC", 115, KIND_SITE},
	{"W3SVC", 1004, KIND_URL},
	{"W3SVC", 1007, KIND_URL},
	{"Microsoft-Windows-IIS-W3SVC", 1004, KIND_URL},
	{"Microsoft-Windows-IIS-W3SVC", 1007, KIND_URL},
	{"Microsoft-Windows-HttpEvent", 15005, KIND_ENDPOINT},
	{"HttpEvent", 15005, KIND_ENDPOINT},
	{"HTTP", 15005, KIND_ENDPOINT},
	{"Tcpip", 4227, KIND_TCPIP},
	{"Tcpip", 4231, KIND_TCPIP},
	{"Tcpip", 4266, KIND_TCPIP},
	{"Microsoft-Windows-Security-Auditing", 5155, KIND_FILTER},
	{"Microsoft-Windows-Security-Auditing", 5159, KIND_FILTER},
};

/* NTSTATUS of a failed bind as Winsock says it (the table of AFD, facts of Microsoft's msafd). */
static const struct {
	uint32_t status, code;
} statuses[] = {
	{0xc0000043, 10048}, /* STATUS_SHARING_VIOLATION */
	{0xc000020a, 10048}, /* STATUS_ADDRESS_ALREADY_EXISTS */
	{0xc0000022, 10013}, /* STATUS_ACCESS_DENIED */
	{0xc0000209, 10055}, /* STATUS_TOO_MANY_ADDRESSES */
	{0xc0000207, 10049}, /* STATUS_INVALID_ADDRESS_COMPONENT */
};

bool iu_capture_event_provider(struct iu_span provider)
{
	for (size_t i = 0; i < IU_COUNT(events); i++)
		if (iu_span_is_any_case(provider, events[i].provider))
			return true;
	return false;
}

static bool kind_of(struct iu_span provider, uint32_t id, enum kind *ret)
{
	for (size_t i = 0; i < IU_COUNT(events); i++)
		if (events[i].id == id && iu_span_is_any_case(provider, events[i].provider)) {
			*ret = events[i].kind;
			return true;
		}
	return false;
}

bool iu_capture_event_known(struct iu_span provider, uint32_t id)
{
	enum kind kind;

	return kind_of(provider, id, &kind);
}

static uint32_t word_at(const struct iu_capture_event *event, size_t at)
{
	const uint8_t *b = event->binary + at;

	if (at + 4 > event->binary_len)
		return 0;
	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* A Winsock or Win32 number out of what the entry carries. */
static uint32_t code_of(uint32_t number)
{
	for (size_t i = 0; i < IU_COUNT(statuses); i++)
		if (statuses[i].status == number)
			return statuses[i].code;
	if (number >> 16 == 0x8007) /* HRESULT_FROM_WIN32 */
		return number & 0xffff;
	return number < 0x10000 ? number : 0;
}

static struct iu_span without_dot(struct iu_span word)
{
	while (word.len && strchr(".,;\"')", word.text[word.len - 1]))
		word.len--;
	while (word.len && strchr("\"'(", word.text[0]))
		word = iu_span_from(word, 1);
	return word;
}

static bool read_number(struct iu_span text, uint64_t max, uint64_t *ret)
{
	return iu_span_number(without_dot(iu_span_trim(text)), max, ret);
}

/* Calls for each word of each value until one is what was looked for. */
static bool find_word(const struct iu_capture_event *event,
	bool (*take)(struct iu_span word, struct iu_event *ret), struct iu_event *ret)
{
	struct iu_phrase words;

	for (size_t i = 0; i < event->count; i++) {
		iu_words_split(event->values[i], &words);
		for (size_t k = 0; k < words.n; k++)
			if (take(without_dot(words.v[k]), ret))
				return true;
	}
	return false;
}

static bool take_endpoint(struct iu_span word, struct iu_event *ret)
{
	struct iu_capture_endpoint end;

	if (!iu_capture_endpoint(word, &end) || !end.port || end.named || end.star)
		return false;
	ret->port_known = true;
	ret->address = end.address;
	ret->port = end.port;
	return true;
}

/* "http://+:80/": the host may be a sign or a name, which is no address of a bind(). */
static bool take_url(struct iu_span word, struct iu_event *ret)
{
	size_t at = iu_span_find(word, "://"), host = at + 3;
	uint64_t port = 0;

	if (at == word.len || iu_span_find(word, "http") != 0)
		return false;
	for (size_t i = host; i < word.len && word.text[i] != '/'; i++) {
		size_t end = i + 1;

		if (word.text[i] != ':')
			continue;
		while (end < word.len && word.text[end] >= '0' && word.text[end] <= '9')
			end++;
		if (iu_span_number((struct iu_span){word.text + i + 1, end - i - 1}, 65535,
			    &port) && (end == word.len || word.text[end] == '/'))
			break;
	}
	ret->port = port ? (uint16_t)port : at == 5 ? 443 : 80;
	ret->port_known = true;
	return true;
}

static const char *copy(struct iu_capture_out *out, struct iu_span text)
{
	return iu_arena_strndup(
		&out->snapshot->arena, text.text, text.len > 1024 ? 1024 : text.len);
}

static bool take_number(struct iu_span word, struct iu_event *ret)
{
	uint64_t number;

	if (!iu_span_number(word, INT32_MAX, &number))
		return false;
	ret->pid = (int32_t)number; /* for a moment: read_site() puts it where it belongs */
	return true;
}

static int read_site(struct iu_capture_out *out, const struct iu_capture_event *from,
	struct iu_event *event)
{
	event->code = code_of(word_at(from, 0));
	if (find_word(from, take_number, event))
		event->text = iu_arena_printf(&out->snapshot->arena, "site %d", (int)event->pid);
	else if (from->count && from->values[0].len)
		event->text = copy(out, from->values[0]);
	else
		return 0;
	event->pid = 0;
	return 0;
}

static int read_url(struct iu_capture_out *out, const struct iu_capture_event *from,
	struct iu_event *event)
{
	event->code = code_of(word_at(from, 0));
	for (size_t i = 0; i < from->count; i++) {
		struct iu_phrase words;

		iu_words_split(from->values[i], &words);
		for (size_t k = 0; k < words.n; k++) {
			struct iu_span word = without_dot(words.v[k]);

			if (!take_url(word, event))
				continue;
			event->text = copy(out, word);
			return 0;
		}
	}
	return 0;
}

/* 5159's values in the order of its message: process, program, address, port, protocol. */
static int read_filter(struct iu_capture_out *out, const struct iu_capture_event *from,
	struct iu_event *event)
{
	size_t address = from->count;
	uint64_t pid, port, protocol;

	for (size_t i = 0; i < from->count && address == from->count; i++) {
		struct iu_span value = iu_span_trim(from->values[i]);

		if (iu_span_find(value, "\\device\\") == 0) {
			event->text = copy(out, value);
			if (i && read_number(from->values[i - 1], INT32_MAX, &pid))
				event->pid = (int32_t)pid;
		} else if (iu_address_parse(value.text, value.len, &event->address) == 0) {
			address = i;
		}
	}
	if (address + 2 >= from->count || !read_number(from->values[address + 1], 65535, &port) ||
		!read_number(from->values[address + 2], 255, &protocol) ||
		(protocol != 6 && protocol != 17)) {
		event->address.family = IU_FAMILY_ANY;
		return 0;
	}
	event->port_known = port > 0;
	event->port = (uint16_t)port;
	event->protocol = protocol == 6 ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP;
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* The same entry may be there twice: as a list and as its message, one with its data. */
static bool is_known(struct iu_windows *windows, const struct iu_event *event)
{
	size_t i = windows->events.n > 256 ? windows->events.n - 256 : 0;

	for (; i < windows->events.n; i++) {
		struct iu_event *e = &windows->events.v[i];

		if (e->id != event->id || e->port != event->port || e->pid != event->pid ||
			(e->code && event->code && e->code != event->code) ||
			(e->time >= 0 && event->time >= 0 && e->time != event->time) ||
			(e->text && event->text && !same_text(e->text, event->text)) ||
			!same_text(e->provider, event->provider))
			continue;
		if (!e->code)
			e->code = event->code;
		if (e->time < 0)
			e->time = event->time;
		if (!e->text)
			e->text = event->text;
		return true;
	}
	return false;
}

int iu_capture_event_add(struct iu_capture_out *out, const struct iu_capture_event *from)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_event event = {.id = from->id, .time = from->time}, *slot;
	enum kind kind;
	int ret = 0;

	if (!kind_of(from->provider, from->id, &kind) || windows->events.n >= EVENTS_MAX)
		return 0;
	switch (kind) {
	case KIND_SITE: ret = read_site(out, from, &event); break;
	case KIND_URL: ret = read_url(out, from, &event); break;
	case KIND_ENDPOINT:
		find_word(from, take_endpoint, &event);
		event.code = code_of(word_at(from, FINAL_STATUS));
		break;
	case KIND_TCPIP: break;
	case KIND_FILTER: ret = read_filter(out, from, &event); break;
	}
	event.provider = copy(out, from->provider);
	if (ret < 0 || !event.provider)
		return IU_E_NOMEM;
	out->given |= IU_GIVEN_EVENTS;
	if (is_known(windows, &event))
		return 0;
	slot = iu_list_add(&out->snapshot->arena, &windows->events);
	*slot = event;
	return 0;
}
