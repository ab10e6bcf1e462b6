/* test-redact.c - nothing private survives --redact, and the answers stay the same */
#include "scene.h"

#include <stdlib.h>

#include "engine/pseudonym.h"
#include "engine/redact.h"
#include "model/snapshot-json.h"
#include "model/snapshot-texts.h"

#define STRINGIFY(...) #__VA_ARGS__

/* A machine full of secrets: users alice and bob, host "falke", one public address a family. */
static const char secret_machine[] = STRINGIFY({
	"schema": "inuse.snapshot/1",
	"seen": ["host", "sysctls", "addresses", "tcp", "bound", "udp", "unix", "paths", "holders",
		"options", "served"],
	"host": {"os": "linux", "release": "6.8.0", "hostname": "falke.corp.example", "kernel": 395264,
		"uid": 1001, "user": "alice", "now": 1700000000},
	"sysctls": {"port_first": 32768, "port_last": 60999, "unprivileged_port_start": 1024,
		"nonlocal_bind4": 0, "nonlocal_bind6": 0, "bindv6only": 0},
	"locals": [
		{"address": "127.0.0.1", "bits": 32, "ifindex": 1},
		{"address": "192.168.7.9", "bits": 32, "ifindex": 2},
		{"address": "93.184.216.34", "bits": 32, "ifindex": 2},
		{"address": "2606:2800:220:1::15", "bits": 128, "ifindex": 2},
		{"address": "fe80::a8bb:ccff:fedd:eeff%2", "bits": 128, "ifindex": 2},
		{"kind": "route", "address": "45.33.32.0", "bits": 28, "ifindex": 1},
		{"kind": "route", "address": "2a01:4f8::", "bits": 32, "ifindex": 1}
	],
	"interfaces": [{"ifindex": 1, "name": "lo", "up": true},
		{"ifindex": 2, "name": "wg-alice", "up": true}],
	"sockets": [
		{"protocol": "tcp", "family": "ipv4", "state": "listen", "local": "93.184.216.34",
			"port": 8080, "inode": 10, "uid": 1001, "uid_known": true, "user": "alice",
			"reuseaddr": false, "reuseport": false,
			"cgroup": "/user.slice/user-1001.slice/app-alice-shop.service",
			"unit": "app-alice-shop.service", "served": true},
		{"protocol": "tcp", "family": "ipv4", "state": "listen", "local": "127.0.0.1",
			"port": 9000, "inode": 11, "uid": 1002, "uid_known": true, "user": "bob",
			"reuseaddr": false, "reuseport": false, "served": true},
		{"protocol": "tcp", "family": "ipv6", "state": "established",
			"local": "::ffff:93.184.216.34", "peer": "::ffff:81.2.69.142", "port": 7000,
			"peer_port": 443, "inode": 12, "uid": 1001, "uid_known": true, "user": "alice",
			"reuseaddr": false, "reuseport": false, "v6only": false},
		{"protocol": "unix", "family": "unix", "state": "listen", "unix_type": "stream",
			"path": "/home/alice/Kunde-Meier/app.sock", "inode": 13, "uid": 1001,
			"uid_known": true, "user": "alice", "file_dev": 1, "file_ino": 99},
		{"protocol": "unix", "family": "unix", "state": "listen", "unix_type": "stream",
			"path": "alice-session", "abstract": true, "inode": 14, "uid": 1001,
			"uid_known": true, "user": "alice"}
	],
	"holds": [{"inode": 10, "pid": 100, "fd": 3}, {"inode": 11, "pid": 101, "fd": 3},
		{"inode": 12, "pid": 100, "fd": 4}, {"inode": 13, "pid": 100, "fd": 5},
		{"inode": 14, "pid": 100, "fd": 6}],
	"processes": [
		{"pid": 100, "name": "node", "exe": "/home/alice/Kunde-Meier/bin/node", "command":
			["/home/alice/Kunde-Meier/bin/node", "--password=hunter2", "81.2.69.142"],
			"cwd": "/home/alice/Kunde-Meier", "uid": 1001, "uid_known": true,
			"user": "alice", "started": 1699990000, "state": "running",
			"parents": [{"pid": 90, "name": "alice.sh"}],
			"container_name": "bob.falke"},
		{"pid": 101, "name": "kubectl", "exe": "/usr/bin/kubectl", "command":
			["kubectl", "port-forward", "svc/geheim", "9000:80"], "uid": 1002,
			"uid_known": true, "user": "bob", "started": 1699990000, "state": "running"},
		{"pid": 102, "name": "sshd", "exe": "/usr/sbin/sshd", "command":
			["sshd: alice@pts/0"], "uid": 0, "uid_known": true, "user": "root"}
	],
	"unreadable": [{"pid": 103, "name": "bob", "cgroup": "/bob", "why": "EACCES"}],
	"paths": [{"path": "/home/alice/Kunde-Meier/app.sock", "kind": "socket", "dev": 1,
		"ino": 99, "uid": 1001, "user": "alice", "alive": true}],
	"probes": [{"protocol": "tcp", "address": "93.184.216.34", "port": 8080, "done": true,
		"result": 98}],
	"gaps": [{"fact": ["holders"], "what": "descriptors of bob at 81.2.69.142:80 on falke",
		"why": "EACCES", "lift": "ask alice_admin"}]
});

static const char *const secrets[] = {"alice", "bob", "falke", "corp.example", "hunter2", "geheim",
	"Kunde", "Meier", "93.184.216.34", "81.2.69.142", "2606:2800", "a8bb:ccff", "45.33.32",
	"2a01:4f8", "svc/", "9000:80"};

static struct iu_snapshot load(void)
{
	struct iu_snapshot snapshot;
	struct iu_text complaint = {0};

	if (iu_snapshot_parse(secret_machine, strlen(secret_machine), &snapshot, &complaint) < 0)
		fail_msg("%s", complaint.data);
	return snapshot;
}

static char *dump(const struct iu_snapshot *snapshot)
{
	json_t *json = iu_snapshot_to_json(snapshot);
	char *text = json_dumps(json, JSON_INDENT(1));

	assert_non_null(text);
	json_decref(json);
	return text;
}

static void search(const char *text)
{
	for (size_t i = 0; i < IU_COUNT(secrets); i++)
		if (strstr(text, secrets[i]))
			fail_msg("\"%s\" is still there: %.120s", secrets[i],
				strstr(text, secrets[i]));
}

static void nothing_private_survives(void **state)
{
	struct iu_snapshot snapshot = load();
	struct iu_arena arena = {0};
	char *text;

	assert_int_equal(iu_redact(&arena, &snapshot, NULL, NULL), 0);
	text = dump(&snapshot);
	print_message("# %zu bytes searched for %zu secrets\n", strlen(text), IU_COUNT(secrets));
	search(text);
	assert_non_null(strstr(text, "port-forward"));
	assert_non_null(strstr(text, "192.168.7.9"));
	assert_non_null(strstr(text, "127.0.0.1"));
	assert_non_null(strstr(text, "\"root\""));
	assert_string_equal(snapshot.processes.v[0].name, "node");
	assert_string_equal(snapshot.processes.v[1].command.v[0], "kubectl");
	assert_string_equal(snapshot.processes.v[2].command.v[0], "sshd: session");
	free(text);
	iu_snapshot_free(&snapshot);
	iu_arena_free(&arena);
}

static void same_thing_same_name(void **state)
{
	struct iu_snapshot s = load();
	struct iu_arena arena = {0};

	assert_int_equal(iu_redact(&arena, &s, NULL, NULL), 0);
	assert_string_equal(s.host.user, s.sockets.v[0].user);
	assert_string_equal(s.host.user, s.processes.v[0].user);
	assert_string_not_equal(s.host.user, s.sockets.v[1].user);
	assert_true(iu_address_equal(&s.locals.v[2].address, &s.sockets.v[0].local));
	assert_true(iu_address_equal(&s.probes.v[0].address, &s.sockets.v[0].local));
	assert_int_equal(iu_address_v4(&s.sockets.v[2].local), iu_address_v4(&s.sockets.v[0].local));
	assert_int_not_equal(
		iu_address_v4(&s.sockets.v[2].peer), iu_address_v4(&s.sockets.v[0].local));
	assert_int_equal(s.sockets.v[3].path_len, s.paths.v[0].path_len);
	assert_memory_equal(s.sockets.v[3].path, s.paths.v[0].path, s.paths.v[0].path_len);
	print_message("# %s, %.*s, %s\n", s.processes.v[0].cwd, (int)s.paths.v[0].path_len,
		s.paths.v[0].path, s.interfaces.v[1].name);
	iu_snapshot_free(&s);
	iu_arena_free(&arena);
}

static struct iu_question tcp(const char *address, uint16_t port)
{
	struct iu_question q = {
		.target.text = "?", .target.protocol = IU_PROTOCOL_TCP, .target.port = port};

	if (address) {
		q.target.address = addr(address);
		q.target.family = q.target.address.family;
	}
	return q;
}

static struct iu_question path_question(const char *path, bool abstract)
{
	return (struct iu_question){.target.text = path,
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = path,
		.target.path_len = strlen(path),
		.target.abstract = abstract};
}

/* Also addresses of a local route, and neighbours that are in none. */
static void answers_stay(void **state)
{
	static const char long_path[] = "/home/alice/0123456789012345678901234567890123456789"
					"0123456789012345678901234567890123456789012345678901234567890";
	struct iu_question list[] = {
		tcp(NULL, 8080), tcp("93.184.216.34", 8080), tcp("93.184.216.34", 8081),
		tcp("127.0.0.1", 9000), tcp("192.168.7.9", 8080), tcp("93.184.216.35", 80),
		tcp("45.33.32.14", 5000), tcp("45.33.32.16", 5000), tcp("2a01:4f8::77", 5000),
		tcp("2a01:4f9::77", 5000), tcp("::ffff:93.184.216.34", 7000), tcp(NULL, 80),
		path_question("/home/alice/Kunde-Meier/app.sock", false),
		path_question("alice-session", true), path_question(long_path, false),
		path_question("/home/bob/other.sock", false),
	};
	struct iu_question before[IU_COUNT(list)];
	struct iu_questions questions = {.v = list, .n = IU_COUNT(list)};
	struct iu_snapshot clear = load(), redacted = load();
	struct iu_arena arena = {0};

	memcpy(before, list, sizeof(list));
	assert_int_equal(iu_redact(&arena, &redacted, NULL, &questions), 0);
	for (size_t i = 0; i < IU_COUNT(list); i++) {
		struct iu_verdict a, b;

		assert_int_equal(iu_decide(&arena, &before[i], &clear, &a), 0);
		assert_int_equal(iu_decide(&arena, &list[i], &redacted, &b), 0);
		print_message("# %s (%s): %s, redacted: %s\n", list[i].target.text,
			iu_status_name(a.status), a.headline, b.headline);
		search(list[i].target.text);
		search(b.headline);
		assert_int_equal(a.status, b.status);
		assert_int_equal(a.cause, b.cause);
		assert_int_equal(a.confidence, b.confidence);
		assert_int_equal(a.error_number, b.error_number);
		assert_int_equal(a.blockers.n, b.blockers.n);
		assert_int_equal(a.remedies.n, b.remedies.n);
		assert_int_equal(a.gaps.n, b.gaps.n);
	}
	iu_snapshot_free(&clear);
	iu_snapshot_free(&redacted);
	iu_arena_free(&arena);
}

static int plant(void *context, const struct iu_member *member)
{
	static const char planted[] = "x alice@falke -> 93.184.216.34:80, /home/alice/Kunde-Meier";
	size_t *count = context;

	/* The first word of a command names a program; its title has a rule of its own. */
	if (!member->text || !strcmp(member->key, "hostname") || !strcmp(member->key, "user"))
		return 0;
	++*count;
	*member->text = planted;
	if (member->len)
		*member->len = strlen(planted);
	return 0;
}

/* Whatever a text is for, and whoever adds one: it has no private word in it afterwards. */
static void every_text_is_cleaned(void **state)
{
	struct iu_snapshot snapshot = load();
	struct iu_arena arena = {0};
	size_t count = 0;
	char *text;

	assert_int_equal(iu_snapshot_members(&snapshot, plant, &count), 0);
	assert_true(count > 20);
	assert_int_equal(iu_redact(&arena, &snapshot, NULL, NULL), 0);
	text = dump(&snapshot);
	print_message("# %zu texts planted\n", count);
	for (size_t i = 0; i < IU_COUNT(secrets); i++)
		if (strstr(text, secrets[i]) && strcmp(secrets[i], "Kunde") != 0 &&
			strcmp(secrets[i], "Meier") != 0)
			fail_msg("\"%s\" is still there: %.120s", secrets[i],
				strstr(text, secrets[i]));
	free(text);
	iu_snapshot_free(&snapshot);
	iu_arena_free(&arena);
}

/* What stays and what goes; the scope of a link-local address is a number of the machine. */
static void addresses(void **state)
{
	static const struct {
		const char *address;
		bool stays;
	} rows[] = {
		{"0.0.0.0", true}, {"127.0.0.1", true}, {"10.1.2.3", true}, {"172.31.255.1", true},
		{"172.32.0.1", false}, {"192.168.0.1", true}, {"100.64.0.1", true},
		{"100.128.0.1", false}, {"169.254.1.1", true}, {"224.0.0.251", true},
		{"255.255.255.255", true}, {"8.8.8.8", false}, {"198.51.100.7", true}, {"::", true},
		{"::1", true}, {"fd12::1", true}, {"ff02::fb", true}, {"fe80::1", false},
		{"2001:db8::7", false}, {"2a00::5", false}, {"::ffff:8.8.8.8", false},
		{"::ffff:10.0.0.1", true}, {"::2", false},
	};
	struct iu_arena arena = {0};
	struct iu_pseudonymes *aliases = calloc(1, sizeof(*aliases));
	char before[IU_ADDRESS_TEXT], after[IU_ADDRESS_TEXT];

	assert_non_null(aliases);
	aliases->arena = &arena;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_address a = addr(rows[i].address), b = a;

		assert_int_equal(iu_pseudonym_address(aliases, &b), 0);
		print_message("# %s -> %s\n", iu_address_format(&a, before),
			iu_address_format(&b, after));
		assert_int_equal(iu_address_equal(&a, &b), rows[i].stays);
	}
	free(aliases);
	iu_arena_free(&arena);
}

/* Abstract names, homes anywhere, e-mail addresses as a whole, names in capitals; units stay. */
static void hidden_corners(void **state)
{
	static const char *words[] = {"carol"};
	static const char *homes[] = {"/srv/people/carol"};
	static const char *const gone[] = {"Alice", "ALICE", "alice", "carol", "Meier", "chat", "eva",
		"firma", "secret-plan"};
	struct iu_people people = {.users = {words, 1, 1}, .homes = {homes, 1, 1}};
	struct iu_snapshot snapshot = load();
	struct iu_arena arena = {0};
	char *text;

	(void)state;
	snapshot.sockets.v[4].path = "Meier-chat";
	snapshot.sockets.v[4].path_len = 10;
	snapshot.processes.v[0].cwd = "/srv/people/carol/secret-plan";
	snapshot.processes.v[1].cgroup = "/Alice/ALICE";
	snapshot.processes.v[1].unit = "getty@tty1.service";
	snapshot.gaps.v[0].what = "eva.m+x@mail.firma.example";
	assert_int_equal(iu_redact(&arena, &snapshot, &people, NULL), 0);
	text = dump(&snapshot);
	for (size_t i = 0; i < IU_COUNT(gone); i++) {
		print_message("# %s: %s\n", gone[i], strstr(text, gone[i]) ? "still there" : "gone");
		assert_null(strstr(text, gone[i]));
	}
	assert_string_equal(snapshot.processes.v[1].unit, "getty@tty1.service");
	free(text);
	iu_snapshot_free(&snapshot);
	iu_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_private_survives),
		cmocka_unit_test(same_thing_same_name),
		cmocka_unit_test(answers_stay),
		cmocka_unit_test(every_text_is_cleaned),
		cmocka_unit_test(hidden_corners),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
