/* knowledge/machines.c - programs that run virtual machines, and what their arguments tell of ports */
#include "knowledge/machines.h"

#include <string.h>

#include "base/compat.h"
#include "base/text.h"

#define VNC_PORT  5900
#define GDB_PORT  1234 /* of -s */

#define QEMU_DOWN                                                                                  \
	"shut its guest down, from inside or with system_powerdown in QEMU's monitor"
#define QEMU_CLOSE                                                                                 \
	"hostfwd_remove in QEMU's monitor takes the forward away, and another hostfwd= at its start moves it"

static const struct iu_machine_row rows[] = {
	{"qemu-system-", NULL, "QEMU", {"-name"}, NULL, QEMU_DOWN, QEMU_CLOSE},
	{"qemu-kvm", NULL, "QEMU", {"-name"}, NULL, QEMU_DOWN, QEMU_CLOSE},
	{"kvm", NULL, "QEMU", {"-name"}, NULL, QEMU_DOWN, QEMU_CLOSE},
	{"VBoxHeadless", NULL, "VirtualBox", {"--comment", "-comment"},
		"VirtualBox forwards a port of a machine (NAT), or shows its screen (VRDE)",
		"VBoxManage controlvm %s acpipowerbutton",
		"VBoxManage showvminfo %s lists its rules, VBoxManage controlvm %s natpf1 delete RULE takes one away"},
	{"VirtualBoxVM", NULL, "VirtualBox", {"--comment", "-comment"},
		"VirtualBox forwards a port of a machine (NAT), or shows its screen (VRDE)",
		"VBoxManage controlvm %s acpipowerbutton",
		"VBoxManage showvminfo %s lists its rules, VBoxManage controlvm %s natpf1 delete RULE takes one away"},
	{"vmware-vmx", NULL, "VMware", {NULL}, NULL, "vmrun stop FILE.vmx soft", NULL},
	{"limactl", "hostagent", "Lima", {NULL},
		"lima's host agent forwards a port of its machine", "limactl stop %s",
		"portForwards in its lima.yaml says which ports are left out (ignore: true)"},
};

/* comm has room for 15 bytes. */
static bool is_program(const char *name, const char *program)
{
	size_t len = strlen(program);

	if (!name)
		return false;
	if (program[len - 1] == '-')
		return !strncmp(name, program, len);
	return !strcmp(name, program);
}

static bool has_argument(const struct iu_process *process, const char *argument)
{
	for (size_t i = 1; i < process->command.n; i++)
		if (process->command.v[i] && !strcmp(process->command.v[i], argument))
			return true;
	return false;
}

const struct iu_machine_row *iu_machine_of(const struct iu_process *process)
{
	const char *exe = iu_text_base_name(process->exe, "/");

	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (is_program(exe ? exe : process->name, rows[i].program) &&
			(!rows[i].argument || has_argument(process, rows[i].argument)))
			return &rows[i];
	return NULL;
}

bool iu_machine_program(const char *path)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (!rows[i].argument && is_program(iu_text_base_name(path, "/"), rows[i].program))
			return true;
	return false;
}

/* "guest=vm1,debug-threads=on" of libvirt, "web" of others. */
static struct iu_span first_value(const char *text)
{
	struct iu_span value = {text, strcspn(text, ",")};

	return iu_span_begins(value, "guest=") ? iu_span_from(value, strlen("guest=")) : value;
}

struct iu_span iu_machine_name(const struct iu_machine_row *row, const struct iu_process *process)
{
	const struct iu_span none = {NULL, 0};
	const char *last = process->command.n ? process->command.v[process->command.n - 1] : NULL;

	for (size_t i = 1; i + 1 < process->command.n; i++)
		for (size_t k = 0; k < IU_COUNT(row->name) && row->name[k]; k++)
			if (process->command.v[i] && process->command.v[i + 1] &&
				!strcmp(process->command.v[i], row->name[k]))
				return first_value(process->command.v[i + 1]);
	/* "limactl hostagent … NAME" */
	return row->argument && last && last[0] != '-' ? iu_span_of(last) : none;
}

/* ---- ports ---- */

static bool is_port(struct iu_span digits, uint16_t port)
{
	uint64_t number;

	return iu_span_number(digits, UINT16_MAX, &number) && number == port;
}

/* The digits that end at @end. */
static struct iu_span digits_before(struct iu_span text, size_t end)
{
	size_t start = end;

	while (start > 0 && text.text[start - 1] >= '0' && text.text[start - 1] <= '9')
		start--;
	return (struct iu_span){text.text + start, end - start};
}

static bool of_protocol(struct iu_span rule, enum iu_protocol protocol)
{
	bool udp = iu_span_begins(rule, "udp:");

	return udp == (protocol == IU_PROTOCOL_UDP);
}

/* "tcp:127.0.0.1:2222-10.0.2.15:22", "tcp::2222-:22": host side, dash, guest side. */
static bool forwards(struct iu_span rule, enum iu_protocol protocol, uint16_t port,
	struct iu_span *ret_guest)
{
	const char *dash = iu_span_find_char(rule, '-');

	if (!dash || !of_protocol(rule, protocol) ||
		!is_port(digits_before(rule, (size_t)(dash - rule.text)), port))
		return false;
	*ret_guest = digits_before(rule, rule.len);
	return true;
}

static bool read_forwards(const char *argument, enum iu_protocol protocol, uint16_t port,
	struct iu_machine_use *use)
{
	static const char key[] = "hostfwd=";

	for (const char *at = argument; (at = strstr(at, key));) {
		struct iu_span whole = {at, strcspn(at, ",")};
		struct iu_span rule = iu_span_from(whole, sizeof(key) - 1);

		if (forwards(rule, protocol, port, &use->guest)) {
			use->kind = IU_MACHINE_PORT_FORWARD;
			use->argument = whole;
			return true;
		}
		at += whole.len;
	}
	return false;
}

/* "tcp:2222::22" of -redir, which QEMU has had before. */
static bool read_redir(const char *value, enum iu_protocol protocol, uint16_t port,
	struct iu_machine_use *use)
{
	struct iu_span rule = iu_span_of(value), host;

	if (rule.len < 5 || rule.text[3] != ':' || !of_protocol(rule, protocol))
		return false;
	host = iu_span_upto(iu_span_from(rule, 4), iu_span_digits(rule, 4));
	if (!is_port(host, port))
		return false;
	use->kind = IU_MACHINE_PORT_FORWARD;
	use->argument = rule;
	use->guest = digits_before(rule, rule.len);
	return true;
}

/* ":1", "127.0.0.1:1,password=on", "vnc=:1": the number of a display. */
static bool is_screen(const char *value, uint16_t port)
{
	struct iu_span screen = {value, strcspn(value, ",")};
	struct iu_span number = digits_before(screen, screen.len);
	uint64_t display;

	return number.len && number.len < screen.len && number.text[-1] == ':' &&
	       iu_span_number(number, UINT16_MAX - VNC_PORT, &display) &&
	       VNC_PORT + display == port;
}

/* "tcp::4444,server", "port=5930,addr=…": the port as a word of the argument. */
static bool names_port(const char *value, uint16_t port)
{
	struct iu_span text = iu_span_of(value);

	for (size_t at = 0; at < text.len; at++) {
		size_t n = iu_span_digits(text, at);

		if (!n)
			continue;
		if (at && strchr(":=", text.text[at - 1]) &&
			(at + n == text.len || strchr(",-:", text.text[at + n])) &&
			is_port((struct iu_span){text.text + at, n}, port))
			return true;
		at += n - 1;
	}
	return false;
}

/* The value behind an option; options of QEMU may have two dashes. */
static bool read_option(const char *option, const char *value, enum iu_protocol protocol,
	uint16_t port, struct iu_machine_use *use)
{
	static const char *const others[] = {"-monitor", "-qmp", "-qmp-pretty", "-serial", "-gdb",
		"-chardev", "-parallel", "-incoming", "-netdev", "-nic", "-net", "-mon"};

	if (option[0] == '-' && option[1] == '-')
		option++;
	if (read_forwards(value, protocol, port, use) ||
		(!strcmp(option, "-redir") && read_redir(value, protocol, port, use)))
		return true;
	use->argument = iu_span_of(value);
	if (protocol == IU_PROTOCOL_TCP &&
		(((!strcmp(option, "-vnc") || (!strcmp(option, "-display") &&
					       !strncmp(value, "vnc", 3))) &&
			 is_screen(value, port)) ||
			(!strcmp(option, "-spice") && names_port(value, port)))) {
		use->kind = IU_MACHINE_PORT_SCREEN;
		return true;
	}
	for (size_t i = 0; i < IU_COUNT(others); i++)
		if (!strcmp(option, others[i]) && !strstr(value, "hostfwd=") && names_port(value, port)) {
			use->kind = IU_MACHINE_PORT_OTHER;
			return true;
		}
	return false;
}

struct iu_machine_use iu_machine_port(
	const struct iu_process *process, enum iu_protocol protocol, uint16_t port)
{
	struct iu_machine_use use = {.kind = IU_MACHINE_PORT_UNSAID};

	for (size_t i = 1; i < process->command.n; i++) {
		const char *option = process->command.v[i];
		const char *value = i + 1 < process->command.n ? process->command.v[i + 1] : NULL;

		if (!option)
			continue;
		if (port == GDB_PORT && !strcmp(option, "-s")) {
			use.kind = IU_MACHINE_PORT_OTHER;
			use.argument = iu_span_of(option);
			return use;
		}
		if (value && read_option(option, value, protocol, port, &use))
			return use;
	}
	return (struct iu_machine_use){.kind = IU_MACHINE_PORT_UNSAID};
}
