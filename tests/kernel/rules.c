/* tests/kernel/rules.c - the rules against the running kernel: plays random scenes and counts */
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A packet that comes late can fool one run; a wrong rule fools every one. */
#define REPEATS 4

struct part {
	const char *name, *what;
	play_fn *play;
	uint16_t ports; /* that one scene uses up: TIME-WAIT keeps them for a minute */
	bool tcp;       /* TCP has it too */
};

static const struct part parts[] = {
	{"rules", "rules and kernel agree", play_rules, 1, true},
	{"crowd", "rules and kernel agree about more than ten sockets", play_crowd, 1, false},
	{"blockers", "the named blockers, and only they, are in the way", play_blockers, 3, true},
	{"any-port", "bind(port 0) finds a port where the rules do", play_any_port, PORTS_MAX,
		true},
	{"errors", "the errno that comes first is the one of the rules", play_errors, 1, true},
};

struct run {
	const struct part *part;
	unsigned long scenes;
	uint64_t seed;
	bool udp;
};

/* One scene on the next ports; 0: as predicted, 1: not, -1: no fresh namespace. */
static int play(const struct run *run, uint64_t seed, uint16_t *port, struct counts *counts,
	bool loud)
{
	uint16_t at = *port;

	if (at > PORT_LAST - run->part->ports) {
		if (world_make() < 0)
			return -1;
		at = PORT_FIRST;
	}
	*port = (uint16_t)(at + run->part->ports);
	return run->part->play(seed, at, run->udp, counts, loud);
}

/* Leaves out every action without which rules and kernel still differ, and shows what remains. */
static void shorten(const struct run *run, uint64_t seed, uint16_t *port)
{
	struct counts ignored = {0};
	int i;

	for (i = 0; i < 64; i++) {
		world.left_out |= 1ull << i;
		if (play(run, seed, port, &ignored, false) != 1)
			world.left_out &= ~(1ull << i);
	}
	(void)play(run, seed, port, &ignored, true);
	world.left_out = 0;
}

static bool run(const struct run *run, struct counts *counts)
{
	uint16_t port = PORT_FIRST;
	unsigned long i;

	for (i = 0; i < run->scenes; i++) {
		struct counts before = *counts;
		int differs = 1, k;

		for (k = 0; k < REPEATS && differs == 1; k++) {
			*counts = before;
			differs = play(run, run->seed + i, &port, counts, false);
		}
		if (differs < 0)
			return false;
		counts->scenes++;
		counts->repeated += k > 1 && !differs;
		if (differs) {
			counts->differences++;
			shorten(run, run->seed + i, &port);
			return true;
		}
	}
	return true;
}

static void line(const char *name, unsigned long n, const char *what)
{
	if (n)
		printf("# %s: %lu %s\n", name, n, what);
}

static void report(const struct run *run, const struct counts *c)
{
	char name[64];

	snprintf(name, sizeof(name), "%s %s", run->udp ? "udp" : "tcp", run->part->name);
	printf("%s 1 - %s: %s\n", c->differences ? "not ok" : "ok", name, run->part->what);
	printf("# %s: %lu scenes, %lu answers compared (%lu EADDRINUSE, %lu other errors),"
	       " %lu differences\n", name, c->scenes, c->answers, c->refused, c->other,
		c->differences);
	line(name, c->cache, "allowed by the SO_REUSEPORT cache, as marked");
	line(name, c->fastreuse, "allowed by the SO_REUSEADDR cache (before 6.8), as marked");
	line(name, c->order, "depend on an order that nobody sees, as marked");
	line(name, c->chance, "left to chance by the kernel, as marked");
	line(name, c->blocked, "scenes with somebody in the way");
	line(name, c->removed, "sockets taken away");
	line(name, c->kept, "scenes where this kernel cannot take a leftover away");
	line(name, c->repeated, "scenes differed once and not again");
	printf("1..1\n");
}

static int usage(void)
{
	size_t i;

	fputs("usage: kernel-rules [--tcp|--udp] [--scenes N] [--seed N] [--part", stderr);
	for (i = 0; i < IU_COUNT(parts); i++)
		fprintf(stderr, "%s%s", i ? "|" : " ", parts[i].name);
	fputs("]\n", stderr);
	return 2;
}

static bool read_arguments(int argc, char **argv, struct run *ret)
{
	size_t k;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--udp")) {
			ret->udp = true;
		} else if (!strcmp(argv[i], "--tcp")) {
			ret->udp = false;
		} else if (i + 1 < argc && !strcmp(argv[i], "--scenes")) {
			ret->scenes = strtoul(argv[++i], NULL, 10);
		} else if (i + 1 < argc && !strcmp(argv[i], "--seed")) {
			ret->seed = strtoull(argv[++i], NULL, 10);
		} else if (i + 1 < argc && !strcmp(argv[i], "--part")) {
			i++;
			ret->part = NULL;
			for (k = 0; k < IU_COUNT(parts); k++)
				if (!strcmp(argv[i], parts[k].name))
					ret->part = &parts[k];
			if (!ret->part)
				return false;
		} else {
			return false;
		}
	}
	return ret->part->tcp || ret->udp;
}

int main(int argc, char **argv)
{
	struct run asked = {.part = &parts[0], .scenes = 10000, .seed = 7};
	struct counts counts = {0};
	uint32_t version;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!read_arguments(argc, argv, &asked))
		return usage();
	if (world_make() < 0) {
		printf("1..0 # SKIP no network namespace can be made here: %s\n", strerror(errno));
		return 0;
	}
	version = world.kernel.version;
	printf("# kernel %u.%u.%u, seed %llu, %s, %s\n", version >> 16, version >> 8 & 255,
		version & 255, (unsigned long long)asked.seed,
		world.veth ? "two devices" : "one device",
		world.one_user ? "one user" : "two users");
	if (!run(&asked, &counts)) {
		printf("not ok 1 - a new network namespace: %s\n1..1\n", strerror(errno));
		return 1;
	}
	report(&asked, &counts);
	return counts.differences != 0;
}
