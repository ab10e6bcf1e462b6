/* tests/captures/test-mangled.c - mangled captures: nothing is invented, and nothing is "free" */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/captures.h"
#include "dump.h"
#include "engine/engine.h"
#include "mangle.h"

#define FILES_MAX 256
#define SEED      0x2545f4914f6cdd1du

static const char *folder;
static unsigned long rounds = 6000;

static struct file {
	char name[300];
	struct iu_text text;
	struct iu_snapshot snapshot; /* what the whole capture says */
	bool good;
} files[FILES_MAX];
static size_t file_count, lost_stars;

static int read_texts(const struct iu_text *texts, size_t n, struct iu_snapshot *ret)
{
	struct iu_capture captures[4];
	struct iu_text complaint = {0};
	int err;

	for (size_t i = 0; i < n; i++)
		captures[i] = (struct iu_capture){"mangled", texts[i].data, texts[i].len};
	err = iu_captures_read(captures, n, ret, &complaint);
	iu_text_free(&complaint);
	return err;
}

static void load(const char *system)
{
	struct dirent **entries;
	char path[4096];
	int n;

	snprintf(path, sizeof(path), "%s/%s", folder, system);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		struct file *file = &files[file_count];
		const char *name = entries[i]->d_name;

		if (name[0] != '.' && strcmp(name, "README.md") &&
			strcmp(name, "error-lines.txt") && file_count < FILES_MAX) {
			snprintf(file->name, sizeof(file->name), "%s/%s", system, name);
			file->text = read_file(folder, file->name);
			file->good = read_texts(&file->text, 1, &file->snapshot) == 0;
			file_count++;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* ---- the same in another dress ---- */

static void dresses_change_nothing(void **state)
{
	size_t differences = 0;

	(void)state;
	for (int kind = 0; kind < HARMLESS_KINDS; kind++) {
		size_t same = 0, not_possible = 0;

		for (size_t i = 0; i < file_count; i++) {
			struct iu_text other = {0}, before = {0}, after = {0};
			struct iu_snapshot snapshot;

			if (!files[i].good)
				continue;
			if (!harmless(&files[i].text, (enum harmless)kind, &other)) {
				not_possible++;
				iu_text_free(&other);
				continue;
			}
			if (read_texts(&other, 1, &snapshot) < 0) {
				print_message("# %s as %s: refused\n", files[i].name,
					harmless_name((enum harmless)kind));
				differences++;
				iu_text_free(&other);
				continue;
			}
			dump(&files[i].snapshot, &before);
			dump(&snapshot, &after);
			if (strcmp(before.data, after.data)) {
				print_message("# %s as %s:\n%s# instead of\n%s", files[i].name,
					harmless_name((enum harmless)kind), after.data, before.data);
				differences++;
			}
			same++;
			iu_snapshot_free(&snapshot);
			iu_text_free(&other);
			iu_text_free(&before);
			iu_text_free(&after);
		}
		assert_true(same > 20);
		print_message("# %s: %zu captures read the same, %zu cannot be written so\n",
			harmless_name((enum harmless)kind), same, not_possible);
	}
	print_message("# %zu captures in %d dresses: %zu differences\n", file_count, HARMLESS_KINDS,
		differences);
	assert_int_equal(differences, 0);
}

/* ---- damage ---- */

static bool same_place(const struct iu_socket *a, const struct iu_socket *b)
{
	/* indices of devices are made up, in the order in which they come */
	return a->protocol == b->protocol && a->port == b->port && a->family == b->family &&
	       (a->protocol == IU_PROTOCOL_UNIX ||
		       !memcmp(a->local.bytes, b->local.bytes, sizeof(a->local.bytes)));
}

/* Every socket, exclusion, service and URL that is read must be in one of the originals. */
static const char *invented(const struct iu_snapshot *found, const struct file **of, size_t n)
{
	static char text[400];

	for (size_t i = 0; i < found->sockets.n; i++) {
		const struct iu_socket *s = &found->sockets.v[i];
		char end[IU_ADDRESS_TEXT];
		bool known = false;

		for (size_t f = 0; f < n; f++)
			for (size_t k = 0; k < of[f]->snapshot.sockets.n; k++)
				known |= same_place(s, &of[f]->snapshot.sockets.v[k]);
		snprintf(text, sizeof(text), "socket %s %s %s", iu_protocol_name(s->protocol),
			iu_endpoint_format(&s->local, s->port, end), iu_state_name(s->state));
		if (!known)
			return text;
	}
	for (size_t i = 0; i < found->windows.exclusions.n; i++) {
		const struct iu_exclusion *e = &found->windows.exclusions.v[i];
		bool known = false;

		for (size_t f = 0; f < n; f++)
			for (size_t k = 0; k < of[f]->snapshot.windows.exclusions.n; k++) {
				const struct iu_exclusion *o =
					&of[f]->snapshot.windows.exclusions.v[k];

				if (e->protocol != o->protocol || e->first != o->first ||
					e->last != o->last)
					continue;
				known |= e->administered == o->administered;
				/* nothing but the star is gone: no parser can tell */
				if (!e->administered && o->administered && !known) {
					known = true;
					lost_stars++;
				}
			}
		snprintf(text, sizeof(text), "exclusion %u-%u%s", e->first, e->last,
			e->administered ? " *" : "");
		if (!known)
			return text;
	}
	for (size_t i = 0; i < found->windows.services.n; i++) {
		const char *name = found->windows.services.v[i].name;
		bool known = false;

		for (size_t f = 0; f < n; f++)
			for (size_t k = 0; k < of[f]->snapshot.windows.services.n; k++)
				/* half of a name stands alone in its line: no parser can tell */
				known |= strstr(of[f]->snapshot.windows.services.v[k].name, name) !=
					 NULL;
		snprintf(text, sizeof(text), "service %s", name);
		if (!known)
			return text;
	}
	for (size_t i = 0; i < found->processes.n; i++) {
		const struct iu_process *p = &found->processes.v[i];
		bool known = false;

		/* whose name it is can be wrong: netstat -b has it in a line of its own */
		for (size_t f = 0; f < n; f++)
			for (size_t k = 0; k < of[f]->snapshot.processes.n; k++)
				known |= strstr(of[f]->snapshot.processes.v[k].name, p->name) !=
					 NULL;
		snprintf(text, sizeof(text), "process %d %s", (int)p->pid, p->name);
		if (!known)
			return text;
	}
	return NULL;
}

static enum iu_status ask(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	uint16_t port)
{
	struct iu_question question = {.target.text = "mangled", .target.protocol = protocol,
		.target.family = IU_FAMILY_ANY, .target.port = port, .how.probe = IU_PROBE_NEVER};
	struct iu_arena arena = {0};
	struct iu_verdict verdict;
	enum iu_status status;

	assert_int_equal(iu_decide(&arena, &question, snapshot, &verdict), 0);
	status = verdict.status;
	iu_arena_free(&arena);
	return status;
}

/* One port that the originals have, and any other one. */
static void ask_ports(struct dice *dice, const struct iu_snapshot *found, const struct file *of,
	size_t counts[IU_STATUS_UNKNOWN + 1])
{
	const struct iu_sockets *all = &of->snapshot.sockets;

	for (int i = 0; i < 3; i++) {
		const struct iu_socket *s =
			all->n && i < 2 ? &all->v[roll(dice, (uint32_t)all->n)] : NULL;
		enum iu_protocol protocol = s && s->protocol != IU_PROTOCOL_UNIX
						    ? s->protocol
						    : (enum iu_protocol)roll(dice, 2);
		uint16_t port = s && s->port ? s->port : (uint16_t)roll(dice, 65536);
		enum iu_status status = ask(found, protocol, port);

		counts[status]++;
		if (status == IU_STATUS_FREE)
			print_message("# port %u is called free\n", port);
		assert_int_not_equal(status, IU_STATUS_FREE);
	}
}

static bool is_windows(const struct file *file)
{
	return file->snapshot.host.os && !strcmp(file->snapshot.host.os, "windows");
}

static void damage_invents_nothing(void **state)
{
	struct dice dice = {SEED};
	size_t counts[IU_STATUS_UNKNOWN + 1] = {0}, read = 0, refused = 0;

	(void)state;
	for (unsigned long round = 0; round < rounds; round++) {
		const struct file *of[3];
		struct iu_text texts[3] = {0};
		struct iu_snapshot found;
		size_t n = 1 + roll(&dice, 3), i;
		const char *odd;
		int err;

		for (i = 0; i < n; i++) {
			do {
				of[i] = &files[roll(&dice, (uint32_t)file_count)];
			} while (!of[i]->good || (i && is_windows(of[i]) != is_windows(of[0])));
			damage(&dice, &of[i]->text, &texts[i]);
		}
		/* several captures in one file, too */
		if (n == 2 && !memchr(texts[0].data, '\0', texts[0].len)) {
			iu_text_add(&texts[0], "\n");
			iu_text_addn(&texts[0], texts[1].data, texts[1].len);
			err = read_texts(texts, 1, &found);
		} else {
			err = read_texts(texts, n, &found);
		}
		refused += err == IU_E_INPUT;
		assert_true(err == 0 || err == IU_E_INPUT);
		if (err == 0) {
			read++;
			odd = invented(&found, of, n);
			if (odd) {
				print_message("# round %lu invents %s out of:\n", round, odd);
				for (i = 0; i < n; i++)
					print_message("# ---- %s\n%.*s\n", of[i]->name,
						(int)texts[i].len, texts[i].data);
			}
			assert_null(odd);
			ask_ports(&dice, &found, of[0], counts);
			iu_snapshot_free(&found);
		}
		for (i = 0; i < n; i++)
			iu_text_free(&texts[i]);
	}
	print_message("# %lu rounds: %zu read, %zu refused; answers: %zu in use, %zu denied, "
		      "%zu unavailable, %zu unknown, %zu free\n",
		rounds, read, refused, counts[IU_STATUS_IN_USE], counts[IU_STATUS_DENIED],
		counts[IU_STATUS_UNAVAILABLE], counts[IU_STATUS_UNKNOWN], counts[IU_STATUS_FREE]);
	print_message("# %zu excluded ranges lost their star and nothing else\n", lost_stars);
	assert_true(lost_stars <= 1 + rounds / 2000);
	assert_true(counts[IU_STATUS_IN_USE] > rounds / 10);
	assert_true(counts[IU_STATUS_UNKNOWN] > rounds / 10);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dresses_change_nothing),
		cmocka_unit_test(damage_invents_nothing),
	};
	int failed;

	if (argc < 2)
		return 2;
	folder = argv[1];
	if (argc > 2)
		rounds = strtoul(argv[2], NULL, 10);
	load("windows");
	load("linux");
	load("pasted");
	load("articles");
	failed = cmocka_run_group_tests_name("mangled captures", tests, NULL, NULL);
	for (size_t i = 0; i < file_count; i++) {
		iu_text_free(&files[i].text);
		if (files[i].good)
			iu_snapshot_free(&files[i].snapshot);
	}
	return failed;
}
