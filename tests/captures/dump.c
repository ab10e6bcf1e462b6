/* tests/captures/dump.c - a snapshot out of captures as lines that can be compared */
#include "dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_word(struct iu_text *out, const char *word)
{
	iu_text_add(out, " ");
	if (word)
		iu_text_foreign(out, word, strlen(word), 0);
	else
		iu_text_add(out, "-");
}

static void add_endpoint(struct iu_text *out, const struct iu_address *address, uint16_t port)
{
	char text[IU_ADDRESS_TEXT];

	iu_text_add(out, " ");
	iu_text_add(out, iu_endpoint_format(address, port, text));
}

static void dump_socket(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	struct iu_text *out)
{
	iu_text_add(out, iu_protocol_name(s->protocol));
	if (s->protocol == IU_PROTOCOL_UNIX) {
		iu_text_add(out, s->abstract ? " @" : " ");
		iu_text_foreign(out, s->path ? s->path : "", s->path_len, 0);
		iu_text_printf(out, " type %d", (int)s->unix_type);
	} else {
		add_endpoint(out, &s->local, s->port);
	}
	if (s->peer_port)
		add_endpoint(out, &s->peer, s->peer_port);
	iu_text_printf(out, " %s", iu_state_name(s->state));
	if (s->inode && s->inode < IU_INODE_MADE_UP)
		iu_text_printf(out, " ino %" PRIu64, s->inode);
	if (s->uid_known)
		iu_text_printf(out, " uid %" PRIu32, s->uid);
	if (s->v6only != IU_UNKNOWN)
		iu_text_add(out, s->v6only == IU_YES ? " v6only" : " dual");
	if (s->device)
		iu_text_printf(out, " dev %s", s->device);
	if (s->timer_ms >= 0)
		iu_text_printf(out, " timer %" PRId64, s->timer_ms);
	if (s->cgroup)
		iu_text_printf(out, " cgroup %s", s->cgroup);
	if (s->unit)
		iu_text_printf(out, " of %s", s->unit);
	for (size_t i = 0; s->inode && i < snapshot->holds.n; i++) {
		const struct iu_hold *hold = &snapshot->holds.v[i];

		if (hold->inode == s->inode)
			iu_text_printf(out, " pid %" PRId32 "/%" PRId32, hold->pid, hold->fd);
	}
	iu_text_add(out, "\n");
}

static void dump_process(const struct iu_process *p, struct iu_text *out)
{
	iu_text_printf(out, "process %" PRId32, p->pid);
	add_word(out, p->name);
	if (p->user || p->uid_known)
		add_word(out, p->user);
	if (p->uid_known)
		iu_text_printf(out, " uid %" PRIu32, p->uid);
	iu_text_add(out, "\n");
}

static void dump_services(const struct iu_windows *w, struct iu_text *out)
{
	static const char *const states[] = {"unknown", "stopped", "starting", "stopping",
		"running", "paused"};
	static const char *const starts[] = {"unknown", "boot", "system", "auto", "demand",
		"disabled"};

	for (size_t i = 0; i < w->services.n; i++) {
		const struct iu_service *s = &w->services.v[i];

		iu_text_add(out, "service");
		add_word(out, s->name);
		iu_text_printf(out, " pid %" PRId32 " %s start %s%s", s->pid, states[s->state],
			starts[s->start], s->shared ? " shared" : "");
		if (s->display)
			add_word(out, s->display);
		iu_text_add(out, "\n");
	}
}

static void dump_http(const struct iu_windows *w, struct iu_text *out)
{
	char text[IU_ADDRESS_TEXT];

	for (size_t i = 0; i < w->http_queues.n; i++) {
		const struct iu_http_queue *q = &w->http_queues.v[i];

		iu_text_add(out, "queue");
		add_word(out, q->name);
		for (size_t k = 0; k < q->servers.n; k++)
			iu_text_printf(out, " pid %" PRId32, q->servers.v[k].pid);
		for (size_t k = 0; k < q->urls.n; k++)
			add_word(out, q->urls.v[k]);
		iu_text_add(out, "\n");
	}
	for (size_t i = 0; i < w->http_reservations.n; i++) {
		iu_text_add(out, "urlacl");
		add_word(out, w->http_reservations.v[i].url);
		add_word(out, w->http_reservations.v[i].user);
		iu_text_add(out, "\n");
	}
	for (size_t i = 0; i < w->http_listen.n; i++) {
		iu_text_add(out, "iplisten ");
		iu_text_add(out, iu_address_format(&w->http_listen.v[i].address, text));
		iu_text_add(out, "\n");
	}
}

static void dump_windows(const struct iu_windows *w, struct iu_text *out)
{
	for (size_t i = 0; i < w->exclusions.n; i++)
		iu_text_printf(out, "excluded %s %u-%u%s\n",
			iu_protocol_name(w->exclusions.v[i].protocol), w->exclusions.v[i].first,
			w->exclusions.v[i].last, w->exclusions.v[i].administered ? " *" : "");
	for (size_t i = 0; i < w->ranges.n; i++)
		iu_text_printf(out, "range %s %s %u-%u\n",
			iu_protocol_name(w->ranges.v[i].protocol),
			iu_family_name(w->ranges.v[i].family), w->ranges.v[i].first,
			w->ranges.v[i].last);
	dump_services(w, out);
	dump_http(w, out);
	for (size_t i = 0; i < w->port_proxies.n; i++) {
		iu_text_add(out, "proxy");
		add_endpoint(out, &w->port_proxies.v[i].listen, w->port_proxies.v[i].port);
		add_word(out, w->port_proxies.v[i].connect_to);
		iu_text_printf(out, " %u\n", w->port_proxies.v[i].connect_port);
	}
	for (size_t i = 0; i < w->events.n; i++) {
		const struct iu_event *e = &w->events.v[i];

		iu_text_add(out, "event");
		add_word(out, e->provider);
		iu_text_printf(out, " %" PRIu32 " time %" PRId64 " code %" PRIu32 " pid %" PRId32,
			e->id, e->time, e->code, e->pid);
		if (e->port_known) {
			iu_text_printf(out, " %s", iu_protocol_name(e->protocol));
			if (e->address.family != IU_FAMILY_ANY)
				add_endpoint(out, &e->address, e->port);
			else
				iu_text_printf(out, " :%u", e->port);
		}
		add_word(out, e->text);
		iu_text_add(out, "\n");
	}
}

void dump(const struct iu_snapshot *snapshot, struct iu_text *out)
{
	iu_text_printf(out, "system %s\n", snapshot->host.os ? snapshot->host.os : "-");
	for (size_t i = 0; i < snapshot->sockets.n; i++)
		dump_socket(snapshot, &snapshot->sockets.v[i], out);
	for (size_t i = 0; i < snapshot->processes.n; i++)
		dump_process(&snapshot->processes.v[i], out);
	dump_windows(&snapshot->windows, out);
	for (size_t i = 0; i < snapshot->sysctls.reserved.n; i++)
		iu_text_printf(out, "reserved %u-%u\n", snapshot->sysctls.reserved.v[i].first,
			snapshot->sysctls.reserved.v[i].last);
}

struct iu_text read_file(const char *folder, const char *name)
{
	struct iu_text text = {0};
	char path[4096], piece[8192];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file) {
		printf("Bail out! %s cannot be read\n", path);
		exit(1);
	}
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		iu_text_addn(&text, piece, n);
	fclose(file);
	if (!text.data)
		iu_text_add(&text, "");
	return text;
}
