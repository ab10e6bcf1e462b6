/* tests/kernel/parts.c - one scene of each part of the proof: any options, crowds, who blocks */
#include "scene.h"

#include <errno.h>
#include <string.h>

#include "engine/blockers.h"

void begin(struct scene *s, uint64_t seed, uint16_t port, bool udp, struct counts *counts)
{
	*s = (struct scene){.seed = seed, .first_port = port, .ports = 1, .port = port, .udp = udp,
		.counts = counts};
	reseed(s, 0);
	/* some scenes are of one mind: what shares a port is rare among random options */
	s->reuseport_percent = chance(s, 25) ? 90 : 35;
	s->other_user_percent = chance(s, 25) ? 85 : 30;
}

bool end(struct scene *s, uint64_t seed, bool loud)
{
	if (s->different && loud)
		show_scene(s, seed);
	drop_all(s);
	return s->different;
}

void act_often(struct scene *s, uint32_t actions)
{
	uint32_t i;

	for (i = 0; i < actions && !s->different && s->n < ENTRIES_MAX - 2; i++) {
		reseed(s, i + 1); /* what is left out changes nothing in the rest */
		if (!(world.left_out >> i & 1))
			act(s);
	}
	reseed(s, UINT32_MAX);
	refresh_all(s);
}

bool play_rules(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud)
{
	struct scene s;

	begin(&s, seed, port, udp, counts);
	act_often(&s, 1 + rnd(&s, ACTIONS_MAX));
	if (!s.different)
		do_bind(&s, false);
	return end(&s, seed, loud);
}

/* More than ten sockets on one port: UDP looks into other chains then. */
bool play_crowd(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud)
{
	struct scene s;
	int i;

	begin(&s, seed, port, udp, counts);
	s.crowd = true;
	act_often(&s, 14 + rnd(&s, 26));
	for (i = 0; i < 6 && !s.different; i++)
		do_bind(&s, false);
	return end(&s, seed, loud);
}

/* The rows that a person would be shown stand for exactly the sockets that the rules name. */
static void check_rows(struct scene *s, const struct iu_request *r, size_t named)
{
	struct iu_snapshot snapshot;
	struct iu_verdict verdict = {0};
	struct iu_arena arena = {0};
	struct iu_evaluation view = {0};
	struct iu_question question = {
		.target.text = "",
		.target.protocol = r->protocol,
		.target.family = r->address.family,
		.target.address = r->address,
		.target.port = r->port,
		.options = {.reuseaddr = r->reuseaddr,
			.reuseport = r->reuseport,
			.v6only = iu_tri(r->v6only),
			.ifindex = r->ifindex,
			.uid_given = true,
			.uid = r->uid},
	};
	size_t i, shown = 0;

	iu_snapshot_init(&snapshot);
	snapshot.host.kernel = world.kernel.version;
	snapshot.sockets = (struct iu_sockets){s->truth, s->n, s->n};
	iu_evaluation_make(&arena, &question, &snapshot, &view);
	iu_blockers_inet(&arena, &view, &verdict);
	if (arena.failed)
		difference(s, "#   the engine has no memory\n");
	for (i = 0; i < verdict.blockers.n; i++)
		if (verdict.blockers.v[i].certain == IU_YES)
			shown += verdict.blockers.v[i].representative;
	if (!s->different && (verdict.unlisted || shown != named))
		difference(s, "#   the rows stand for %zu and %zu more, the rules name %zu\n",
			shown, verdict.unlisted, named);
	snapshot.sockets = (struct iu_sockets){0};
	iu_snapshot_free(&snapshot);
	iu_arena_free(&arena);
}

/* Those that are in the way for certain; @ret_doubtful: somebody else may be. */
static size_t name_blockers(struct scene *s, const struct iu_request *r, bool named[ENTRIES_MAX],
	bool *ret_doubtful)
{
	size_t i, n = 0;

	*ret_doubtful = false;
	for (i = 0; i < s->n; i++) {
		enum iu_tri blocks = iu_linux_conflict(r, &s->truth[i], &world.kernel).blocks;

		named[i] = blocks == IU_YES;
		n += named[i];
		*ret_doubtful |= blocks == IU_UNKNOWN;
	}
	return n;
}

/*
 * A request that the kernel refuses, as the rules say. Returns false when none was found; what the
 * kernel refuses has no shortcut open, so nothing of the rest depends on a cache.
 */
static bool find_refused(struct scene *s, struct iu_request *ret)
{
	int i;

	for (i = 0; i < 5; i++) {
		struct iu_request r = random_request(s);
		struct iu_outcome predicted;
		char text[256];
		int actual;

		r.group = false; /* no question can say that */
		predicted = predict(s, &r, SIZE_MAX);
		actual = ask_kernel(s, &r);

		describe(&r, text, sizeof(text));
		note(s, "#   bind %s: %s (closed)\n", text, actual ? strerror(actual) : "success");
		compare(s, "bind", &r, predicted, actual);
		if (s->different)
			return false;
		if (!actual)
			remember(s, &r);
		if (actual == EADDRINUSE && predicted.fails == IU_YES) {
			*ret = r;
			return true;
		}
	}
	return false;
}

/* Who goes before the same request is made again. */
enum removal {
	REMOVE_NAMED,       /* then it works */
	REMOVE_OTHERS,      /* then it fails */
	REMOVE_ALL_BUT_ONE, /* of those that are named: it alone is in the way */
	REMOVALS,
};

static const char *const removal_words[] = {
	[REMOVE_NAMED] = "those that are named",
	[REMOVE_OTHERS] = "all others",
	[REMOVE_ALL_BUT_ONE] = "all but one that is named",
};

static bool goes(enum removal removal, bool named, bool the_one)
{
	switch (removal) {
	case REMOVE_NAMED: return named;
	case REMOVE_OTHERS: return !named;
	case REMOVE_ALL_BUT_ONE: return !the_one;
	case REMOVALS: break;
	}
	return false;
}

/* Returns whether all of them could be taken away. */
static bool remove_some(struct scene *s, enum removal removal, const bool named[ENTRIES_MAX],
	size_t names)
{
	size_t one = rnd(s, (uint32_t)names), i, seen = 0;
	bool good = true;

	for (i = 0; i < s->n; i++) {
		bool the_one = named[i] && seen++ == one;

		if (s->truth[i].state == IU_STATE_FILE || !goes(removal, named[i], the_one))
			continue;
		good &= take_away(s, i);
		s->counts->removed++;
	}
	return good;
}

static bool play_removal(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud,
	enum removal removal)
{
	bool named[ENTRIES_MAX] = {false}, doubtful;
	struct iu_request r;
	struct scene s;
	size_t n;
	int actual;

	begin(&s, seed, port, udp, counts);
	act_often(&s, 1 + rnd(&s, ACTIONS_MAX));
	if (s.different || !find_refused(&s, &r))
		return end(&s, seed, loud);
	n = name_blockers(&s, &r, named, &doubtful);
	check_rows(&s, &r, n);
	if (doubtful) {
		counts->order++;
		return end(&s, seed, loud);
	}
	if (!n)
		difference(&s, "#   nobody is named\n");
	counts->blocked += removal == REMOVE_NAMED;
	if (s.different)
		return end(&s, seed, loud);
	if (!remove_some(&s, removal, named, n)) {
		counts->kept++;
		return end(&s, seed, loud);
	}
	actual = ask_kernel(&s, &r);
	counts->answers++;
	counts->refused += actual == EADDRINUSE;
	if (actual != (removal == REMOVE_NAMED ? 0 : EADDRINUSE))
		difference(&s, "#   %zu named; without %s the kernel says %s\n", n,
			removal_words[removal], actual ? strerror(actual) : "success");
	return end(&s, seed, loud);
}

/* The same scene on a port for each removal: what is taken away first would spoil the next. */
bool play_blockers(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud)
{
	int i;

	for (i = 0; i < REMOVALS; i++)
		if (play_removal(seed, (uint16_t)(port + i), udp, counts, loud, (enum removal)i))
			return true;
	return false;
}
