/* tests/unit/knowledge/test-machines.c - what the arguments of a machine say of its ports */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compat.h"
#include "knowledge/machines.h"

#define WORDS 10

static const struct row {
	const char *program;
	const char *words[WORDS]; /* behind the program's own name */
	enum iu_protocol protocol;
	uint16_t port;
	enum iu_machine_port kind;
	const char *name, *guest;
} rows[] = {
	{"qemu-system-x86_64", {"-name", "web", "-netdev", "user,id=n1,hostfwd=tcp::2222-:22"},
		IU_PROTOCOL_TCP, 2222, IU_MACHINE_PORT_FORWARD, "web", "22"},
	{"qemu-system-x86_64", {"-name", "web", "-netdev", "user,id=n1,hostfwd=tcp::2222-:22"},
		IU_PROTOCOL_TCP, 22, IU_MACHINE_PORT_UNSAID, "web", NULL},
	{"qemu-system-x86_64", {"-netdev", "user,id=n1,hostfwd=tcp::2222-:22"},
		IU_PROTOCOL_UDP, 2222, IU_MACHINE_PORT_UNSAID, NULL, NULL},
	{"qemu-system-aarch64", {"-nic", "user,hostfwd=udp:127.0.0.1:5300-10.0.2.15:53,hostfwd=tcp::80-:8080"},
		IU_PROTOCOL_UDP, 5300, IU_MACHINE_PORT_FORWARD, NULL, "53"},
	{"qemu-system-aarch64", {"-nic", "user,hostfwd=udp:127.0.0.1:5300-10.0.2.15:53,hostfwd=tcp::80-:8080"},
		IU_PROTOCOL_TCP, 80, IU_MACHINE_PORT_FORWARD, NULL, "8080"},
	{"qemu-kvm", {"-redir", "tcp:8022::22"}, IU_PROTOCOL_TCP, 8022, IU_MACHINE_PORT_FORWARD, NULL, "22"},
	{"kvm", {"-vnc", ":1"}, IU_PROTOCOL_TCP, 5901, IU_MACHINE_PORT_SCREEN, NULL, NULL},
	{"qemu-system-x86_64", {"-vnc", "127.0.0.1:0,password=on"}, IU_PROTOCOL_TCP, 5900,
		IU_MACHINE_PORT_SCREEN, NULL, NULL},
	{"qemu-system-x86_64", {"-display", "vnc=:12"}, IU_PROTOCOL_TCP, 5912, IU_MACHINE_PORT_SCREEN,
		NULL, NULL},
	{"qemu-system-x86_64", {"-vnc", "unix:/run/vnc.5901"}, IU_PROTOCOL_TCP, 5901,
		IU_MACHINE_PORT_UNSAID, NULL, NULL},
	{"qemu-system-x86_64", {"-spice", "port=5930,disable-ticketing=on"}, IU_PROTOCOL_TCP, 5930,
		IU_MACHINE_PORT_SCREEN, NULL, NULL},
	{"qemu-system-x86_64", {"-monitor", "tcp:127.0.0.1:4444,server,nowait"}, IU_PROTOCOL_TCP, 4444,
		IU_MACHINE_PORT_OTHER, NULL, NULL},
	{"qemu-system-x86_64", {"-chardev", "socket,id=c,host=0.0.0.0,port=7777,server=on"},
		IU_PROTOCOL_TCP, 7777, IU_MACHINE_PORT_OTHER, NULL, NULL},
	{"qemu-system-x86_64", {"-s", "-S"}, IU_PROTOCOL_TCP, 1234, IU_MACHINE_PORT_OTHER, NULL, NULL},
	{"qemu-system-x86_64", {"-m", "1234"}, IU_PROTOCOL_TCP, 1234, IU_MACHINE_PORT_UNSAID, NULL, NULL},
	{"qemu-system-x86_64", {"-name", "guest=vm1,debug-threads=on"}, IU_PROTOCOL_TCP, 1,
		IU_MACHINE_PORT_UNSAID, "vm1", NULL},
	{"qemu-system-x86_64", {"-netdev", "user,hostfwd=tcp::2222"}, IU_PROTOCOL_TCP, 2222,
		IU_MACHINE_PORT_UNSAID, NULL, NULL},
	{"qemu-system-x86_64", {"-netdev", "user,hostfwd=-"}, IU_PROTOCOL_TCP, 0,
		IU_MACHINE_PORT_UNSAID, NULL, NULL},
	{"qemu-system-x86_64", {"-vnc"}, IU_PROTOCOL_TCP, 5900, IU_MACHINE_PORT_UNSAID, NULL, NULL},
	{"qemu-system-x86_64", {"-vnc", ""}, IU_PROTOCOL_TCP, 5900, IU_MACHINE_PORT_UNSAID, NULL, NULL},
	{"VBoxHeadless", {"--comment", "dev", "--startvm", "1234"}, IU_PROTOCOL_TCP, 2222,
		IU_MACHINE_PORT_UNSAID, "dev", NULL},
	{"limactl", {"hostagent", "--pidfile", "/h/.lima/default/ha.pid", "default"}, IU_PROTOCOL_TCP,
		8080, IU_MACHINE_PORT_UNSAID, "default", NULL},
};

static void put(struct iu_process *process, const char *const *words)
{
	static const char *copy[WORDS + 1];

	copy[0] = process->name;
	process->command.n = 1;
	for (size_t i = 0; i < WORDS && words[i]; i++)
		copy[process->command.n++] = words[i];
	process->command.v = copy;
}

static bool same(struct iu_span span, const char *text)
{
	return text ? span.text && iu_span_is(span, text) : !span.text;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_process process = {.name = rows[i].program};
		const struct iu_machine_row *row;
		struct iu_machine_use use;
		struct iu_span name;

		put(&process, rows[i].words);
		row = iu_machine_of(&process);
		assert_non_null(row);
		use = iu_machine_port(&process, rows[i].protocol, rows[i].port);
		name = iu_machine_name(row, &process);
		print_message("# %s %s %u: kind %d, name \"%.*s\", guest \"%.*s\"\n", rows[i].program,
			rows[i].words[1] ? rows[i].words[1] : "", rows[i].port, (int)use.kind,
			(int)name.len, name.text ? name.text : "", (int)use.guest.len,
			use.guest.text ? use.guest.text : "");
		assert_int_equal(use.kind, rows[i].kind);
		assert_true(same(name, rows[i].name));
		if (rows[i].guest)
			assert_true(same(use.guest, rows[i].guest));
	}
}

static void test_others(void **state)
{
	static const char *const none[WORDS] = {NULL};
	static const char *const names[] = {"limactl", "qemu-img", "kvmtool", "node", "VBoxManage", ""};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(names); i++) {
		struct iu_process process = {.name = names[i]};

		put(&process, none);
		print_message("# %s\n", names[i]);
		assert_null(iu_machine_of(&process));
		assert_false(iu_machine_program(names[i]));
	}
	assert_true(iu_machine_program("/usr/bin/qemu-system-x86_64"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests_name("machines", tests, NULL, NULL);
}
