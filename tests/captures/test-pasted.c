/* tests/captures/test-pasted.c - what people pasted into questions: cause and holders of each */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/captures.h"
#include "dump.h"
#include "engine/engine.h"

/*
 * Put together after what stands in public threads, with other names and numbers. NONE: cannot be
 * told from that alone, and what is missing is named; "free" is never said.
 */
static const struct row {
	const char *file;
	enum iu_protocol protocol;
	const char *address; /* NULL: every one */
	uint16_t port;
	enum iu_cause cause;
	const char *holders; /* "PID NAME, …", each once; "-" for what is not told */
} rows[] = {
	{"docker-backend.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_CONTAINER_PORT,
		"4340 com.docker.backend.exe, 9680 svchost.exe"},
	{"excluded-two-languages.txt", IU_PROTOCOL_TCP, NULL, 1258, IU_CAUSE_EXCLUDED_RANGE,
		""},
	{"excluded-spanish-no-heading.txt", IU_PROTOCOL_TCP, NULL, 25340, IU_CAUSE_EXCLUDED_RANGE,
		""},
	{"excluded-one-line.txt", IU_PROTOCOL_TCP, "127.0.0.1", 7001, IU_CAUSE_EXCLUDED_RANGE,
		""},
	{"resolved-servers.txt", IU_PROTOCOL_UDP, NULL, 53, IU_CAUSE_OTHER_PROGRAM,
		"270 systemd-resolve"},
	{"resolved-grep-prompt.txt", IU_PROTOCOL_UDP, "0.0.0.0", 53, IU_CAUSE_OTHER_PROGRAM,
		"460 systemd-resolve"},
	{"netstat-ab-host.txt", IU_PROTOCOL_TCP, NULL, 8080, IU_CAUSE_OTHER_PROGRAM,
		"- ApplicationWebServer.exe"},
	{"netstat-an-no-pid.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_HIDDEN_HOLDER,
		""},
	{"currports.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_HTTP_SYS,
		"4 System"},
	{"lsof-openocd.txt", IU_PROTOCOL_TCP, NULL, 6666, IU_CAUSE_OTHER_PROGRAM,
		"22020 _openocd"},
	{"lsof-macos-names.txt", IU_PROTOCOL_TCP, NULL, 3333, IU_CAUSE_OTHER_PROGRAM,
		"11110 openocd, 65960 Python"},
	{"ss-awk-filter.txt", IU_PROTOCOL_UDP, NULL, 53, IU_CAUSE_NONE,
		""},
	{"netstat-lp-names.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_CONTAINER_PORT,
		"1291160 docker-prox"},
	{"netstat-lp-names.txt", IU_PROTOCOL_TCP, NULL, 3306, IU_CAUSE_CONTAINER_PORT,
		"1291490 docker-prox"},
	{"netstat-grep-dnsmasq.txt", IU_PROTOCOL_TCP, NULL, 53, IU_CAUSE_OTHER_PROGRAM,
		"1360 dnsmasq"},
	{"netstat-fgrep-tor.txt", IU_PROTOCOL_TCP, "127.0.0.1", 9050, IU_CAUSE_OTHER_PROGRAM,
		"6040 tor"},
	{"netstat-v2rayn.txt", IU_PROTOCOL_TCP, NULL, 10812, IU_CAUSE_OTHER_PROGRAM,
		"12070 -"},
	{"get-nettcp-not-found.txt", IU_PROTOCOL_TCP, NULL, 3033, IU_CAUSE_NONE,
		""},
	{"urlacl.txt", IU_PROTOCOL_TCP, NULL, 5357, IU_CAUSE_NONE,
		""},
	{"init-escaped.txt", IU_PROTOCOL_TCP, NULL, 6720, IU_CAUSE_SOCKET_ACTIVATION,
		"1 init"},
	{"rpcbind-dash.txt", IU_PROTOCOL_TCP, NULL, 111, IU_CAUSE_HIDDEN_HOLDER,
		""},
	{"wsl-three-listeners.txt", IU_PROTOCOL_TCP, NULL, 49153, IU_CAUSE_OTHER_PROGRAM,
		"20310 -"},
	{"line-in-a-sentence.txt", IU_PROTOCOL_TCP, NULL, 53, IU_CAUSE_OTHER_PROGRAM,
		"12010 -"},
	{"docker-nat-excluded.txt", IU_PROTOCOL_TCP, NULL, 8080, IU_CAUSE_EXCLUDED_RANGE,
		""},
	{"macos-netstat.txt", IU_PROTOCOL_TCP, NULL, 8809, IU_CAUSE_HIDDEN_HOLDER,
		""},
	{"docker-ps.txt", IU_PROTOCOL_TCP, NULL, 8080, IU_CAUSE_CONTAINER_PORT,
		""},
	{"docker-ps.txt", IU_PROTOCOL_TCP, "127.0.0.1", 5432, IU_CAUSE_CONTAINER_PORT,
		""},
	{"docker-ps.txt", IU_PROTOCOL_TCP, NULL, 6379, IU_CAUSE_NONE,
		""},
	{"podman-ps.txt", IU_PROTOCOL_TCP, NULL, 8080, IU_CAUSE_CONTAINER_PORT,
		""},
	{"fuser-v.txt", IU_PROTOCOL_TCP, NULL, 8080, IU_CAUSE_OTHER_PROGRAM,
		"1234 node, 1235 nginx"},
	{"fuser.txt", IU_PROTOCOL_TCP, NULL, 3000, IU_CAUSE_OTHER_PROGRAM,
		"12345 -, 12346 -"},
	{"kubectl-get-svc.txt", IU_PROTOCOL_TCP, NULL, 30080, IU_CAUSE_CONTAINER_PORT,
		""},
	{"kubectl-get-svc.txt", IU_PROTOCOL_TCP, NULL, 443, IU_CAUSE_NONE,
		""},
	{"list-sockets.txt", IU_PROTOCOL_TCP, NULL, 22, IU_CAUSE_SOCKET_ACTIVATION,
		"1 systemd"},
	{"list-sockets.txt", IU_PROTOCOL_TCP, NULL, 111, IU_CAUSE_SOCKET_ACTIVATION,
		"1 systemd"},
	{"macos-netstat-anv.txt", IU_PROTOCOL_TCP, NULL, 3000, IU_CAUSE_OTHER_PROGRAM,
		"94317 -"},
	{"macos-netstat-anv.txt", IU_PROTOCOL_TCP, "127.0.0.1", 6379, IU_CAUSE_OTHER_PROGRAM,
		"712 redis-server"},
	{"macos-netstat-anv.txt", IU_PROTOCOL_TCP, NULL, 7000, IU_CAUSE_OTHER_PROGRAM,
		"601 Control Center"},
	{"macos-netstat-anv.txt", IU_PROTOCOL_TCP, NULL, 5000, IU_CAUSE_OTHER_PROGRAM,
		"601 Control Center"},
	{"sc-query.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_NONE,
		""},
	{"tasklist-svc-findstr.txt", IU_PROTOCOL_TCP, NULL, 5040, IU_CAUSE_SERVICE,
		"7184 svchost.exe"},
	{"docker-ps-and-netstat.txt", IU_PROTOCOL_TCP, NULL, 6379, IU_CAUSE_CONTAINER_PORT,
		"21480 com.docker.backend.exe"},
	{"netstat-ab-and-ano.txt", IU_PROTOCOL_TCP, NULL, 3000, IU_CAUSE_OTHER_PROGRAM,
		"8812 node.exe"},
	{"netstat-ab-and-ano.txt", IU_PROTOCOL_TCP, NULL, 135, IU_CAUSE_SERVICE,
		"- svchost.exe"},
	{"lines-in-words.txt", IU_PROTOCOL_TCP, NULL, 8000, IU_CAUSE_OTHER_PROGRAM,
		"5512 -"},
	{"lines-in-words.txt", IU_PROTOCOL_TCP, NULL, 8003, IU_CAUSE_NONE,
		""},
	{"lines-in-words.txt", IU_PROTOCOL_TCP, NULL, 443, IU_CAUSE_NONE,
		""},
	{"lsof-macos-hbci.txt", IU_PROTOCOL_TCP, NULL, 3000, IU_CAUSE_OTHER_PROGRAM,
		"51234 node"},
	{"get-nettcp-list.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_OTHER_PROGRAM,
		"4340 nginx.exe"},
	{"markdown-table.txt", IU_PROTOCOL_TCP, NULL, 8080, IU_CAUSE_OTHER_PROGRAM,
		"5512 -"},
	{"lsof-launchd.txt", IU_PROTOCOL_TCP, NULL, 22, IU_CAUSE_SOCKET_ACTIVATION,
		"1 launchd"},
	{"netstat-ab-system.txt", IU_PROTOCOL_TCP, NULL, 5985, IU_CAUSE_HTTP_SYS,
		"4 System"},
	{"netstat-ab-system.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_HIDDEN_HOLDER,
		""},
	{"lsof-nothing.txt", IU_PROTOCOL_TCP, NULL, 3000, IU_CAUSE_NONE,
		""},
	{"netstat-nothing.txt", IU_PROTOCOL_TCP, NULL, 3000, IU_CAUSE_NONE,
		""},
	{"excluded-in-a-sentence.txt", IU_PROTOCOL_TCP, NULL, 7001, IU_CAUSE_EXCLUDED_RANGE,
		""},
	{"excluded-quoted-no-heading.txt", IU_PROTOCOL_TCP, NULL, 8900, IU_CAUSE_EXCLUDED_RANGE,
		""},
	{"currports-commas.txt", IU_PROTOCOL_TCP, NULL, 80, IU_CAUSE_HTTP_SYS,
		"4 System"},
	{"fuser-two-ports.txt", IU_PROTOCOL_TCP, NULL, 443, IU_CAUSE_OTHER_PROGRAM,
		"812 nginx"},
	{"lsof-macos-docker.txt", IU_PROTOCOL_TCP, NULL, 8081, IU_CAUSE_CONTAINER_PORT,
		"71234 com.docke"},
	{"lsof-cut-names.txt", IU_PROTOCOL_TCP, NULL, 5432, IU_CAUSE_CONTAINER_PORT,
		"4021 docker-pr"},
	{"lsof-cut-names.txt", IU_PROTOCOL_TCP, NULL, 53, IU_CAUSE_OTHER_PROGRAM,
		"511 systemd-r"},
};

static const char *folder;

static void add_holder(struct iu_text *to, const struct iu_process *process, int32_t pid)
{
	char number[16] = "-";

	if (pid < IU_PID_MADE_UP)
		snprintf(number, sizeof(number), "%d", (int)pid);
	iu_text_printf(to, "%s%s %s", to->len ? ", " : "", number,
		process && process->name ? process->name : "-");
}

static void list_holders(
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict, struct iu_text *to)
{
	int32_t seen[32];
	size_t n = 0, j;

	for (size_t i = 0; i < verdict->blockers.n; i++)
		for (size_t k = 0; k < verdict->blockers.v[i].holds.n; k++) {
			int32_t pid = snapshot->holds.v[verdict->blockers.v[i].holds.v[k]].pid;

			for (j = 0; j < n && seen[j] != pid; j++)
				;
			if (j < n || n == IU_COUNT(seen))
				continue;
			seen[n++] = pid;
			add_holder(to, iu_snapshot_process(snapshot, pid), pid);
		}
	if (!to->data)
		iu_text_add(to, "");
}

static void ask(const struct row *row, struct iu_arena *arena, struct iu_snapshot *snapshot,
	struct iu_verdict *verdict)
{
	struct iu_text text = read_file(folder, row->file), complaint = {0};
	struct iu_capture capture = {row->file, text.data, text.len};
	struct iu_question question = {.target.text = "pasted", .target.protocol = row->protocol,
		.target.family = IU_FAMILY_ANY, .target.port = row->port,
		.how.probe = IU_PROBE_NEVER};

	if (row->address) {
		assert_int_equal(iu_address_parse(row->address, strlen(row->address),
					 &question.target.address), 0);
		question.target.family = question.target.address.family;
	}
	assert_int_equal(iu_captures_read(&capture, 1, snapshot, &complaint), 0);
	assert_int_equal(iu_decide(arena, &question, snapshot, verdict), 0);
	iu_text_free(&text);
	iu_text_free(&complaint);
}

static void pasted_is_answered(void **state)
{
	size_t right = 0;

	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_text holders = {0};
		struct iu_arena arena = {0};
		struct iu_snapshot snapshot;
		struct iu_verdict verdict;
		const char *cause;
		bool good;

		ask(&rows[i], &arena, &snapshot, &verdict);
		list_holders(&snapshot, &verdict, &holders);
		cause = iu_cause_name(verdict.cause);
		good = verdict.cause == rows[i].cause && !strcmp(holders.data, rows[i].holders) &&
		       verdict.status != IU_STATUS_FREE &&
		       (rows[i].cause || (verdict.status == IU_STATUS_UNKNOWN && verdict.gaps.n));
		print_message("# %-34s %s%s%u/%s: %s, %s, %s%s%s\n", rows[i].file,
			rows[i].address ? rows[i].address : "", rows[i].address ? ":" : "",
			rows[i].port, iu_protocol_name(rows[i].protocol),
			iu_status_name(verdict.status), cause ? cause : "no cause",
			*holders.data ? holders.data : "nobody named", good ? "" : "  WRONG, not ",
			good ? "" : rows[i].holders);
		right += good;
		iu_text_free(&holders);
		iu_arena_free(&arena);
		iu_snapshot_free(&snapshot);
	}
	print_message("# %zu of %zu right\n", right, IU_COUNT(rows));
	assert_int_equal(right, IU_COUNT(rows));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pasted_is_answered),
	};

	if (argc < 2)
		return 2;
	folder = argv[1];
	return cmocka_run_group_tests_name("pasted captures", tests, NULL, NULL);
}
