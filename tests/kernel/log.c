/* tests/kernel/log.c - the lot, and the record of a scene that is shown with a difference */
#include "scene.h"

#include <stdarg.h>
#include <stdio.h>

static void add(struct scene *s, const char *format, va_list args)
{
	int len = vsnprintf(s->log + s->log_len, sizeof(s->log) - s->log_len, format, args);

	if (len > 0 && (size_t)len < sizeof(s->log) - s->log_len)
		s->log_len += (size_t)len;
}

void note(struct scene *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(s, format, args);
	va_end(args);
}

void difference(struct scene *s, const char *format, ...)
{
	va_list args;

	s->different = true;
	va_start(args, format);
	add(s, format, args);
	va_end(args);
}

/* xorshift64*: the same seed gives the same scenes everywhere */
uint32_t rnd(struct scene *s, uint32_t below)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return (uint32_t)((s->random * 2685821657736338717ull) >> 33) % below;
}

void reseed(struct scene *s, uint32_t part)
{
	int i;

	s->random = (s->seed * 0x9e3779b97f4a7c15ull ^ part * 0xd1342543de82ef95ull) | 1;
	for (i = 0; i < 4; i++)
		(void)rnd(s, 2);
}

bool chance(struct scene *s, uint32_t percent)
{
	return rnd(s, 100) < percent;
}

static const char *tri_word(enum iu_tri t)
{
	return t == IU_YES ? "yes" : t == IU_NO ? "no" : "?";
}

void describe(const struct iu_request *r, char *text, size_t size)
{
	char address[IU_ADDRESS_TEXT];

	snprintf(text, size,
		"%s scope %u reuseaddr %d reuseport %d v6only %d dev %u uid %u group %d force %d",
		iu_endpoint_format(&r->address, r->port, address), r->address.scope, r->reuseaddr,
		r->reuseport, r->v6only, r->ifindex, r->uid, r->group, r->force);
}

void show_scene(const struct scene *s, uint64_t seed)
{
	size_t i;
	char text[IU_ADDRESS_TEXT];

	printf("# difference in scene %llu (port %u):\n%s", (unsigned long long)seed,
		s->first_port, s->log);
	for (i = 0; i < s->n; i++) {
		const struct iu_socket *t = &s->truth[i];

		if (t->state == IU_STATE_FILE)
			continue;
		printf("#   holder %zu: %s %s reuseaddr %s reuseport %s v6only %s dev %u uid %u"
		       " mini %d inode %d order %u\n", i, iu_state_name(t->state),
			iu_endpoint_format(&t->local, t->port, text), tri_word(t->reuseaddr),
			tri_word(t->reuseport), tri_word(t->v6only), t->ifindex, t->uid, t->mini,
			t->inode != 0, t->order);
	}
}
