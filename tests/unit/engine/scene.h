/* tests/unit/engine/scene.h - snapshots and questions in a few words */
#ifndef TESTS_ENGINE_SCENE_H
#define TESTS_ENGINE_SCENE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/linux/conflict.h"
#include "engine/engine.h"

#define TEST_PORT  8080
#define TEST_UID   1000
#define SEEN_ALL   0x7ffu
#define TEST_NOW   1700000000

static IU_UNUSED struct iu_address addr(const char *text)
{
	struct iu_address a = {0};

	if (iu_address_parse(text, strlen(text), &a) < 0)
		fail_msg("not an address: %s", text);
	return a;
}

/* A socket on TEST_PORT with every option known and off. */
static IU_UNUSED struct iu_socket sock(
	enum iu_protocol protocol, const char *address, enum iu_state state)
{
	return (struct iu_socket){
		.protocol = protocol,
		.family = addr(address).family,
		.local = addr(address),
		.port = TEST_PORT,
		.state = state,
		.uid = TEST_UID,
		.uid_known = true,
		.inode = 77,
		.timer_ms = -1,
		.reuseaddr = IU_NO,
		.reuseport = IU_NO,
		.v6only = IU_NO,
		.explicit_port = IU_YES,
		.options_source = IU_SOURCE_READ,
		.waited_on = IU_YES,
	};
}

static IU_UNUSED struct iu_socket *put_socket(struct iu_snapshot *s, struct iu_socket socket)
{
	struct iu_socket *slot = iu_list_add(&s->arena, &s->sockets);

	assert_non_null(slot);
	*slot = socket;
	return slot;
}

static IU_UNUSED struct iu_process *put_process(
	struct iu_snapshot *s, int32_t pid, const char *name, uint64_t inode)
{
	struct iu_process *p = iu_list_add(&s->arena, &s->processes);
	struct iu_hold *h = iu_list_add(&s->arena, &s->holds);
	const char **word;

	assert_non_null(p);
	assert_non_null(h);
	*h = (struct iu_hold){.inode = inode, .pid = pid, .fd = 3, .cloexec = IU_NO};
	*p = (struct iu_process){
		.pid = pid,
		.name = name,
		.uid = TEST_UID,
		.uid_known = true,
		.user = "alice",
		.started = TEST_NOW - 7300,
		.state = IU_PROCESS_RUNNING,
		.ppid = 4200,
		.pgid = pid,
		.sid = 4200,
	};
	word = iu_list_add(&s->arena, &p->command);
	assert_non_null(word);
	*word = name;
	return p;
}

static IU_UNUSED void put_argument(
	struct iu_snapshot *s, struct iu_process *p, const char *argument)
{
	const char **word = iu_list_add(&s->arena, &p->command);

	assert_non_null(word);
	*word = argument;
}

static IU_UNUSED void put_local(struct iu_snapshot *s, const char *address, uint8_t bits)
{
	struct iu_local *l = iu_list_add(&s->arena, &s->locals);

	assert_non_null(l);
	*l = (struct iu_local){
		.kind = IU_LOCAL_ADDRESS, .address = addr(address), .bits = bits, .ifindex = 1};
}

static IU_UNUSED void put_probe(
	struct iu_snapshot *s, const char *address, uint16_t port, bool reuseaddr, int result)
{
	struct iu_probe *p = iu_list_add(&s->arena, &s->probes);

	assert_non_null(p);
	*p = (struct iu_probe){
		.protocol = IU_PROTOCOL_TCP,
		.address = addr(address),
		.port = port,
		.reuseaddr = reuseaddr,
		.v6only = strchr(address, ':') ? IU_NO : IU_UNKNOWN,
		.done = true,
		.result = result,
	};
}

/* A quiet machine, seen completely by an ordinary user. */
static IU_UNUSED void machine(struct iu_snapshot *s)
{
	iu_snapshot_init(s);
	s->seen = SEEN_ALL;
	s->host = (struct iu_host){
		.os = "linux",
		.kernel = 6u << 16 | 18u << 8,
		.uid = TEST_UID,
		.user = "alice",
		.pid = 9999,
		.cap_net_bind = IU_NO,
		.cap_net_admin = IU_NO,
		.ipv6 = IU_YES,
		.now = TEST_NOW,
		.init_is_manager = 1,
	};
	s->sysctls = (struct iu_sysctls){
		.port_first = 32768,
		.port_last = 60999,
		.unprivileged_port_start = 1024,
		.fin_timeout = 60,
	};
	put_local(s, "127.0.0.1", 8);
	put_local(s, "192.0.2.7", 24);
	put_local(s, "::1", 128);
}

static IU_UNUSED struct iu_question ask(const char *address, uint16_t port)
{
	struct iu_question q = {
		.target.text = "TARGET", .target.protocol = IU_PROTOCOL_TCP, .target.port = port};

	if (address) {
		q.target.address = addr(address);
		q.target.family = q.target.address.family;
	}
	return q;
}

static IU_UNUSED struct iu_verdict decide(
	struct iu_arena *arena, const struct iu_question *q, const struct iu_snapshot *s)
{
	struct iu_verdict v;

	assert_int_equal(iu_decide(arena, q, s, &v), 0);
	assert_non_null(v.headline);
	return v;
}

static IU_UNUSED const struct iu_remedy *remedy(
	const struct iu_verdict *v, enum iu_remedy_id id)
{
	size_t i;

	for (i = 0; i < v->remedies.n; i++)
		if (v->remedies.v[i].id == id)
			return &v->remedies.v[i];
	return NULL;
}

/* "kill 4242 7", also where it is offered as `inuse free`; "" for a remedy without command. */
static IU_UNUSED const char *command_line(struct iu_arena *arena, const struct iu_remedy *r)
{
	const struct iu_strings *words;
	const char *line = "";
	size_t i;

	assert_non_null(r);
	words = r->raw.n ? &r->raw : &r->command;
	for (i = 0; i < words->n; i++)
		line = iu_arena_printf(arena, "%s%s%s", line, i ? " " : "", words->v[i]);
	return line;
}

#endif
