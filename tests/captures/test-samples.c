/* tests/captures/test-samples.c - every sample capture: what is read out of it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/captures.h"
#include "dump.h"
#include "engine/engine.h"

/* Many samples are one machine in many languages and encodings: all have the same rows. */
static const struct sample {
	const char *file;
	const char *expected; /* below expected/; NULL: no capture */
} samples[] = {
	{"windows/netstat-ano-en.txt", "netstat-ano"},
	{"windows/netstat-ano-de-cp850.txt", "netstat-ano"},
	{"windows/netstat-ano-de-mojibake-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-de-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-es-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-fr-cp850.txt", "netstat-ano"},
	{"windows/netstat-ano-fr-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-it-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-ja-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-powershell-utf16le.txt", "netstat-ano"},
	{"windows/netstat-ano-pt-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-ru-cp866.txt", "netstat-ano"},
	{"windows/netstat-ano-ru-utf8.txt", "netstat-ano"},
	{"windows/netstat-ano-zh-gbk.txt", "netstat-ano"},
	{"windows/netstat-ano-zh-utf8.txt", "netstat-ano"},
	{"windows/netstat-anob-en.txt", "netstat-anob"},
	{"windows/netstat-anob-fr-utf8.txt", "netstat-anob"},
	{"windows/netstat-anob-zh-utf8.txt", "netstat-anob"},
	{"windows/netstat-anob-not-elevated-en.txt", NULL},
	{"windows/netstat-anoq-bound-en.txt", "netstat-anoq-bound"},
	{"windows/netstat-hijack-two-holders-en.txt", "netstat-hijack"},
	{"windows/tasklist-en.csv", "tasklist"},
	{"windows/tasklist-v-en.csv", "tasklist-v"},
	{"windows/tasklist-svc-en.csv", "tasklist-svc"},
	{"windows/tasklist-svc-de-utf8.csv", "tasklist-svc"},
	{"windows/tasklist-svc-fr-utf8.csv", "tasklist-svc"},
	{"windows/tasklist-svc-zh-gbk.csv", "tasklist-svc"},
	{"windows/tasklist-svc-table-en.txt", "tasklist-svc-table"},
	{"windows/excludedportrange-tcp-en.txt", "excludedportrange"},
	{"windows/excludedportrange-tcp-de-utf8.txt", "excludedportrange"},
	{"windows/excludedportrange-tcp-es-utf8.txt", "excludedportrange"},
	{"windows/excludedportrange-tcp-fr-cp850.txt", "excludedportrange"},
	{"windows/excludedportrange-tcp-zh-gbk.txt", "excludedportrange"},
	{"windows/dynamicport-tcp-en.txt", "dynamicport-en"},
	{"windows/dynamicport-tcp-low-zh-utf8.txt", "dynamicport-zh"},
	{"windows/dynamicport-tcp-ru-utf8.txt", "dynamicport-ru"},
	{"windows/http-iplisten-en.txt", "http-iplisten"},
	{"windows/http-servicestate-requestq-en.txt", "http-servicestate-requestq"},
	{"windows/http-servicestate-session-en.txt", "http-servicestate-session"},
	{"windows/http-urlacl-en.txt", "http-urlacl"},
	{"windows/portproxy-all-en.txt", "portproxy-all"},
	{"windows/portproxy-reg.txt", "portproxy-reg"},
	{"windows/reservedports-reg-query.txt", "reservedports"},
	{"windows/nsi-tcp-exclusions-reg-query.txt", "nsi-exclusions"},
	{"windows/sc-queryex-en.txt", "sc-queryex"},
	{"windows/prompt-xp-alg-en.txt", "prompt-xp-alg"},
	{"windows/prompt-10-alg-es-utf8.txt", "prompt-10-alg"},
	{"windows/get-nettcpconnection-full-ps51.csv", "get-nettcpconnection-full"},
	{"windows/get-nettcpconnection-select.csv", "get-nettcpconnection-select"},
	{"windows/get-nettcpconnection-table.txt", "get-nettcpconnection-table"},
	{"windows/event-http-15005.xml", "event-http-15005"},
	{"windows/event-iis-w3svc-1004.xml", "event-iis-1004"},
	{"windows/event-security-5159.xml", "event-security-5159"},
	{"windows/event-tcpip-4231.xml", "event-tcpip-4231"},
	{"windows/event-w3svc-115-text.txt", "event-w3svc-115-text"},
	{"windows/event-w3svc-115.xml", "event-w3svc-115"},
	{"linux/lsof-i-names.txt", "linux-lsof-i-names"},
	{"linux/lsof-nP-i-U.txt", "linux-lsof-nP-i-U"},
	{"linux/lsof-nP-i.txt", "linux-lsof-nP-i"},
	{"linux/netstat-anp.txt", "linux-netstat-anp"},
	{"linux/netstat-tano.txt", "linux-netstat-tano"},
	{"linux/netstat-tulp-names.txt", "linux-netstat-tulp-names"},
	{"linux/netstat-tulpn.txt", "linux-netstat-tulpn"},
	{"linux/netstat-tulpne.txt", "linux-netstat-tulpne"},
	{"linux/proc-net-tcp.txt", "linux-proc-net-tcp"},
	{"linux/proc-net-tcp6.txt", "linux-proc-net-tcp6"},
	{"linux/proc-net-udp.txt", "linux-proc-net-udp"},
	{"linux/proc-net-udp6.txt", "linux-proc-net-udp6"},
	{"linux/proc-net-unix.txt", "linux-proc-net-unix"},
	{"linux/ss-devices.txt", "linux-ss-devices"},
	{"linux/ss-ltn.txt", "linux-ss-ltn"},
	{"linux/ss-lun.txt", "linux-ss-lun"},
	{"linux/ss-old-iproute.txt", "linux-ss-old-iproute"},
	{"linux/ss-tan-no-heading.txt", "linux-ss-tan-no-heading"},
	{"linux/ss-tan.txt", "linux-ss-tan"},
	{"linux/ss-tuap-names.txt", "linux-ss-tuap-names"},
	{"linux/ss-tulpane.txt", "linux-ss-tulpane"},
	{"linux/ss-tulpaneo.txt", "linux-ss-tulpaneo"},
	{"linux/ss-xpane.txt", "linux-ss-xpane"},
};

static const char *folder;

static int read_sample(const char *name, struct iu_snapshot *ret, struct iu_text *complaint)
{
	struct iu_text text = read_file(folder, name);
	struct iu_capture capture = {name, text.data, text.len};
	int err = iu_captures_read(&capture, 1, ret, complaint);

	iu_text_free(&text);
	return err;
}

static void samples_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < IU_COUNT(samples); i++) {
		struct iu_text complaint = {0}, found = {0}, expected;
		struct iu_snapshot snapshot;
		char name[256];
		int err = read_sample(samples[i].file, &snapshot, &complaint);

		if (!samples[i].expected) {
			assert_int_equal(err, IU_E_INPUT);
			print_message("# %s: %s\n", samples[i].file, complaint.data);
			iu_text_free(&complaint);
			continue;
		}
		assert_int_equal(err, 0);
		dump(&snapshot, &found);
		snprintf(name, sizeof(name), "expected/%s.txt", samples[i].expected);
		expected = read_file(folder, name);
		if (strcmp(found.data, expected.data) != 0)
			print_message("%s gives:\n%s", samples[i].file, found.data);
		assert_string_equal(found.data, expected.data);
		print_message("# %s: %zu sockets, %zu processes, as in %s\n", samples[i].file,
			snapshot.sockets.n, snapshot.processes.n, name);
		iu_text_free(&found);
		iu_text_free(&expected);
		iu_text_free(&complaint);
		iu_snapshot_free(&snapshot);
	}
}

/* What a sample alone answers; FREE is never among it. */
static const struct verdict {
	const char *file;
	enum iu_protocol protocol;
	uint16_t port;
	enum iu_status status;
	enum iu_cause cause;
} verdicts[] = {
	{"windows/netstat-anoq-bound-en.txt", IU_PROTOCOL_TCP, 9000, IU_STATUS_IN_USE,
		IU_CAUSE_BOUND_NOT_LISTENING},
	{"windows/netstat-anoq-bound-en.txt", IU_PROTOCOL_TCP, 9001, IU_STATUS_UNKNOWN,
		IU_CAUSE_NONE},
	{"windows/netstat-hijack-two-holders-en.txt", IU_PROTOCOL_TCP, 80, IU_STATUS_IN_USE,
		IU_CAUSE_OTHER_PROGRAM},
	{"windows/tasklist-svc-en.csv", IU_PROTOCOL_TCP, 80, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
	/* the article is about XP; of its successors nobody says that they reserve the range still */
	{"windows/prompt-xp-alg-en.txt", IU_PROTOCOL_TCP, 5010, IU_STATUS_IN_USE,
		IU_CAUSE_ALG_RESERVED},
	{"windows/prompt-10-alg-es-utf8.txt", IU_PROTOCOL_TCP, 5010, IU_STATUS_UNKNOWN,
		IU_CAUSE_ALG_RESERVED},
	{"windows/excludedportrange-tcp-de-utf8.txt", IU_PROTOCOL_TCP, 8050, IU_STATUS_DENIED,
		IU_CAUSE_EXCLUDED_RANGE},
	{"windows/excludedportrange-tcp-zh-gbk.txt", IU_PROTOCOL_TCP, 61216, IU_STATUS_DENIED,
		IU_CAUSE_EXCLUDED_RANGE},
	{"windows/excludedportrange-tcp-en.txt", IU_PROTOCOL_TCP, 50059, IU_STATUS_UNKNOWN,
		IU_CAUSE_NONE},
	{"windows/excludedportrange-tcp-en.txt", IU_PROTOCOL_UDP, 8050, IU_STATUS_UNKNOWN,
		IU_CAUSE_NONE},
	{"windows/dynamicport-tcp-en.txt", IU_PROTOCOL_TCP, 50000, IU_STATUS_UNKNOWN,
		IU_CAUSE_NONE},
	{"windows/http-servicestate-session-en.txt", IU_PROTOCOL_TCP, 5985, IU_STATUS_IN_USE,
		IU_CAUSE_HTTP_SYS},
	{"windows/http-urlacl-en.txt", IU_PROTOCOL_TCP, 5985, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
	{"windows/http-iplisten-en.txt", IU_PROTOCOL_TCP, 80, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
	{"windows/nsi-tcp-exclusions-reg-query.txt", IU_PROTOCOL_TCP, 50010, IU_STATUS_UNKNOWN,
		IU_CAUSE_NONE},
	{"windows/get-nettcpconnection-select.csv", IU_PROTOCOL_TCP, 25565, IU_STATUS_IN_USE,
		IU_CAUSE_OTHER_PROGRAM},
	{"windows/get-nettcpconnection-table.txt", IU_PROTOCOL_TCP, 3000, IU_STATUS_UNKNOWN,
		IU_CAUSE_NONE},
	{"windows/sc-queryex-en.txt", IU_PROTOCOL_TCP, 80, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
	{"windows/event-w3svc-115.xml", IU_PROTOCOL_TCP, 80, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
	{"linux/ss-tulpane.txt", IU_PROTOCOL_TCP, 8082, IU_STATUS_IN_USE, IU_CAUSE_OTHER_PROGRAM},
	{"linux/ss-tulpane.txt", IU_PROTOCOL_UDP, 5300, IU_STATUS_IN_USE, IU_CAUSE_OTHER_PROGRAM},
	{"linux/ss-tulpane.txt", IU_PROTOCOL_TCP, 8084, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
	{"linux/ss-lun.txt", IU_PROTOCOL_TCP, 5300, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
	{"linux/ss-old-iproute.txt", IU_PROTOCOL_TCP, 22, IU_STATUS_IN_USE,
		IU_CAUSE_OTHER_PROGRAM},
	{"linux/lsof-nP-i.txt", IU_PROTOCOL_TCP, 8083, IU_STATUS_IN_USE, IU_CAUSE_OTHER_PROGRAM},
	{"linux/proc-net-udp.txt", IU_PROTOCOL_UDP, 5300, IU_STATUS_IN_USE,
		IU_CAUSE_HIDDEN_HOLDER},
	{"linux/proc-net-tcp6.txt", IU_PROTOCOL_TCP, 8083, IU_STATUS_UNKNOWN, IU_CAUSE_NONE},
};

static void samples_are_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < IU_COUNT(verdicts); i++) {
		const struct verdict *row = &verdicts[i];
		struct iu_question question = {.target.text = "sample",
			.target.protocol = row->protocol,
			.target.family = IU_FAMILY_ANY,
			.target.port = row->port,
			.how.probe = IU_PROBE_NEVER};
		struct iu_text complaint = {0};
		struct iu_arena arena = {0};
		struct iu_snapshot snapshot;
		struct iu_verdict verdict;

		assert_int_equal(read_sample(row->file, &snapshot, &complaint), 0);
		assert_int_equal(iu_decide(&arena, &question, &snapshot, &verdict), 0);
		print_message("# %s: %u/%s is %s, cause %d\n", row->file, row->port,
			iu_protocol_name(row->protocol), iu_status_name(verdict.status),
			(int)verdict.cause);
		assert_int_equal(verdict.status, row->status);
		if (row->cause)
			assert_int_equal(verdict.cause, row->cause);
		iu_arena_free(&arena);
		iu_snapshot_free(&snapshot);
	}
}

/* Event 115 of the third article in the forms that people copy it in. */
static const struct {
	const char *form;
	uint32_t code; /* 0: not copied */
	const char *site;
	const char *text;
} events[] = {
	{"Event Viewer", 0, "site 1",
		"Log Name:      System\n"
		"Source:        W3SVC\n"
		"Date:          3/14/2005 9:12:44 AM\n"
		"Event ID:      115\n"
		"Task Category: None\n"
		"Level:         Error\n"
		"Keywords:      Classic\n"
		"User:          N/A\n"
		"Computer:      WEB01\n"
		"Description:\n"
		"The service could not bind instance 1.  The data is the error code.\n"},
	{"Get-EventLog | Format-List", 10048, "site 1",
		"EventID            : 115\n"
		"MachineName        : WEB01\n"
		"Data               : {64, 39, 0, 0}\n"
		"Index              : 2345\n"
		"Category           : (0)\n"
		"CategoryNumber     : 0\n"
		"EntryType          : Error\n"
		"Message            : The service could not bind instance 1.  The data is the error code.\n"
		"Source             : W3SVC\n"
		"ReplacementStrings : {1}\n"
		"InstanceId         : 3221225587\n"},
	{"Get-WinEvent | Format-List", 0, "site 1",
		"TimeCreated  : 3/14/2005 9:12:44 AM\n"
		"ProviderName : W3SVC\n"
		"Id           : 115\n"
		"Message      : The service could not bind instance 1.  The data is the error code.\n"},
	{"Get-EventLog", 0, "site 1",
		"   Index Time          EntryType   Source                 InstanceID Message\n"
		"   ----- ----          ---------   ------                 ---------- -------\n"
		"    2345 Mar 14 09:12  Error       W3SVC                  3221225587 The service could not bind instance 1.  The data is the error code.\n"},
	{"its message", 0, "site 1",
		"Could not bind instance 1.  The data is the error code.\n"},
	{"a mail", 10048, "site 1",
		"Event ID: 115, Source: W3SVC, Description: The service could not bind instance 1.  The data is the error code. Data: 0000: 40 27 00 00   @'..\n"},
	{"data in words", 10048, "site 2",
		"Event Type:\tError\n"
		"Event Source:\tW3SVC\n"
		"Event ID:\t115\n"
		"Description:\n"
		"The service could not bind instance 2.  The data is the error code.\n"
		"Data:\n"
		"0000: 00002740\n"},
	{"a list with commas", 0, "site 1",
		"Error,3/14/2005 9:12:44 AM,W3SVC,115,None,\"The service could not bind instance 1.  The data is the error code.\"\n"},
	{"Get-WinEvent", 0, "site 1",
		"   ProviderName: W3SVC\n"
		"\n"
		"TimeCreated                     Id LevelDisplayName Message\n"
		"-----------                     -- ---------------- -------\n"
		"3/14/2005 9:12:44 AM           115 Error            The service could not bind instance 1.  The data is the error code.\n"},
	{"bytes in a row", 10049, "site 3",
		"Source: W3SVC\n"
		"Event ID: 115\n"
		"The service could not bind instance 3.  The data is the error code.\n"
		"Data: 41270000\n"},
	{"another language", 10048, "-",
		"W3SVC 115: Der Dienst konnte nicht an die Instanz 1 gebunden werden. 0000: 40 27 00 00\n"},
};

static void event_115_is_read_in_every_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < IU_COUNT(events); i++) {
		struct iu_capture capture = {"event", events[i].text, strlen(events[i].text)};
		struct iu_text complaint = {0};
		struct iu_snapshot snapshot;
		const struct iu_event *event;

		assert_int_equal(iu_captures_read(&capture, 1, &snapshot, &complaint), 0);
		assert_int_equal(snapshot.windows.events.n, 1);
		event = &snapshot.windows.events.v[0];
		print_message("# %s: %s %u, code %u, %s\n", events[i].form, event->provider,
			event->id, event->code, event->text ? event->text : "-");
		assert_string_equal(event->provider, "W3SVC");
		assert_int_equal(event->id, 115);
		assert_int_equal(event->code, events[i].code);
		assert_string_equal(event->text ? event->text : "-", events[i].site);
		iu_snapshot_free(&snapshot);
		iu_text_free(&complaint);
	}
}

static void prompts_tell_the_version(void **state)
{
	static const struct {
		const char *text;
		unsigned int major, minor, build;
	} rows[] = {
		{"Microsoft Windows XP [Version 5.1.2600]", 5, 1, 2600},
		{"Microsoft Windows [Version 5.2.3790]", 5, 2, 3790},
		{"  microsoft Windows [Version 6.1.7601]", 0, 0, 0}, /* not as a system writes it */
		{"Microsoft Windows [Version 6.1.7601]", 6, 1, 7601},
		{"Microsoft Windows [\xe7\x89\x88\xe6\x9c\xac 10.0.26100.1742]", 10, 0, 26100},
		{"Microsoft Windows [Version 10]", 0, 0, 0},
		{"Microsoft Windows [Version 10.0", 0, 0, 0},
		{"Microsoft Windows [Version 999.0.1]", 0, 0, 0},
		{"Microsoft Windows []", 0, 0, 0},
		{"Microsoft Windows [Version 6.1.7601]\nMicrosoft Windows [Version 10.0.19045.1]", 0, 0, 0},
		{"Microsoft Windows [Version 6.1.7601]\nMicrosoft Windows [Version 6.1.7601]", 6, 1, 7601},
	};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_text text = {0}, complaint = {0};
		struct iu_snapshot snapshot;
		struct iu_capture capture;

		iu_text_printf(&text, "%s\n  TCP    0.0.0.0:135  0.0.0.0:0  LISTENING  948\n",
			rows[i].text);
		capture = (struct iu_capture){"prompt", text.data, text.len};
		assert_int_equal(iu_captures_read(&capture, 1, &snapshot, &complaint), 0);
		print_message("# prompt %zu: %u.%u.%u\n", i, snapshot.windows.version >> 16,
			snapshot.windows.version >> 8 & 255, snapshot.windows.build);
		assert_int_equal(snapshot.windows.version, rows[i].major << 16 | rows[i].minor << 8);
		assert_int_equal(snapshot.windows.build, rows[i].build);
		iu_text_free(&text);
		iu_text_free(&complaint);
		iu_snapshot_free(&snapshot);
	}
}

/* For writing a new expectation, which a person then compares with the sample. */
static int show(const char *name)
{
	struct iu_text complaint = {0}, found = {0};
	struct iu_snapshot snapshot;

	if (read_sample(name, &snapshot, &complaint) < 0) {
		fprintf(stderr, "%s\n", complaint.data ? complaint.data : "out of memory");
		return 1;
	}
	dump(&snapshot, &found);
	fputs(found.data, stdout);
	iu_text_free(&found);
	iu_text_free(&complaint);
	iu_snapshot_free(&snapshot);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_read),
		cmocka_unit_test(samples_are_answered),
		cmocka_unit_test(event_115_is_read_in_every_form),
		cmocka_unit_test(prompts_tell_the_version),
	};

	if (argc < 2)
		return 2;
	folder = argv[1];
	if (argc == 3)
		return show(argv[2]);
	return cmocka_run_group_tests_name("captures", tests, NULL, NULL);
}
