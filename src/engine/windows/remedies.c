/* engine/windows/remedies.c - what helps on Windows: commands for cmd, words for PowerShell */
#include "engine/windows/remedies.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "engine/windows/conflict.h"
#include "engine/windows/levers.h"
#include "engine/windows/quote.h"
#include "engine/windows/state.h"
#include "engine/phrase.h"
#include "knowledge/http-urls.h"
#include "knowledge/protected.h"
#include "knowledge/windows-ports.h"

/* NULL ends the list. */
static bool words(struct iu_remedy_context *m, ...)
{
	const char *word;
	va_list args;
	bool good = true;

	va_start(args, m);
	while (good && (word = va_arg(args, const char *)))
		good = iu_remedy_word(m, word);
	va_end(args);
	return good;
}

static const char *port_word(const struct iu_remedy_context *m, const char *format)
{
	return iu_phrase(m->arena, format, (unsigned int)m->question->target.port);
}

static bool is_elevated(const struct iu_remedy_context *m)
{
	return iu_windows_is_elevated(m->snapshot);
}

static struct iu_lever_context levers(const struct iu_remedy_context *m)
{
	return (struct iu_lever_context){m->arena, m->question, m->snapshot};
}

/* What a lever does is the remedy as it stands; `inuse free` pulls it, too. */
static bool take(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	m->remedy->command = lever->argv;
	m->remedy->needs_root = lever->needs_root;
	m->remedy->acts = true;
	return true;
}

/* ---- services ---- */

static const char *effects(const struct iu_remedy_context *m, const struct iu_service *service)
{
	const char *list = "";

	if (m->verdict->cause == IU_CAUSE_ALG_RESERVED)
		return "; FTP through the shared connection stops working";
	if (!service || !service->dependents.n)
		return "";
	for (size_t i = 0; i < service->dependents.n && i < 4; i++)
		list = iu_phrase(m->arena, "%s%s%s", list, i ? ", " : "",
			iu_safe(m->arena, service->dependents.v[i], 40));
	return iu_phrase(m->arena, "; with it stop %s%s", list,
		service->dependents.n > 4 ? " and more" : "");
}

/* Several services in one process, or a URL nobody is known for: how to find out which. */
static bool find_service(struct iu_remedy_context *m)
{
	m->remedy->risk = IU_RISK_NONE;
	if (m->verdict->cause == IU_CAUSE_HTTP_SYS) {
		m->remedy->summary = "find out which program or service has the URL, then stop that (net stop NAME); the last resort is net stop http, which names what stops with it";
		return words(m, "netsh", "http", "show", "servicestate", "view=requestq", NULL);
	}
	if (m->verdict->cause != IU_CAUSE_SERVICE || !m->blocker)
		return false;
	m->remedy->needs_root = !is_elevated(m);
	m->remedy->summary = "find out which of the services in that process has the port, then stop it with net stop NAME";
	return words(m, "netstat", "-anob", NULL);
}

/* The one service to speak of; NULL: none, or several that nothing tells apart. */
static const char *service_name(const struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);

	return iu_windows_lever_service_name(&c, m->verdict->cause, m->blocker);
}

static bool stop_service(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	const char *name = service_name(m);
	const struct iu_service *service = iu_windows_service(m->snapshot, name);
	const struct iu_windows_port *row = name ? iu_windows_port_of(m->question->target.port,
			m->question->target.protocol, IU_WINDOWS_SERVICE, name) : NULL;
	struct iu_lever lever;
	const char *safe;

	if (!name)
		return find_service(m);
	safe = iu_safe(m->arena, name, 60);
	if (row && row->help) {
		m->remedy->summary = iu_phrase(m->arena, "%s (%s): %s", safe, row->what, row->help);
		return true;
	}
	m->remedy->summary = iu_phrase(m->arena,
		"stop the service %s%s; it is back after the next start of Windows if it starts by itself (PowerShell: Stop-Service -Name %s%s)",
		safe, effects(m, service), iu_windows_quote_powershell(m->arena, name),
		service && service->dependents.n ? " -Force" : "");
	return iu_windows_lever_service(&c, m->verdict->cause, m->blocker, &lever) &&
	       take(m, &lever);
}

static bool disable_service(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	const char *name = service_name(m), *was;
	const struct iu_service *service;
	struct iu_lever lever;

	if (!iu_windows_lever_disable(&c, name, &lever))
		return false;
	service = iu_windows_service(m->snapshot, name);
	was = lever.service.start != IU_SERVICE_START_AUTO ? "demand"
	      : service && service->delayed		   ? "delayed-auto"
							   : "auto";
	name = lever.service.name;
	m->remedy->summary = iu_phrase(m->arena,
		"keep %s from starting again; undo: sc.exe config %s start= %s (PowerShell: Set-Service -Name %s -StartupType Disabled)",
		iu_safe(m->arena, name, 60), iu_windows_quote(m->arena, &name, 1), was,
		iu_windows_quote_powershell(m->arena, name));
	take(m, &lever);
	m->remedy->acts = false; /* only with `inuse free --disable` */
	return true;
}

/* ---- processes ---- */

static bool another_account(const struct iu_remedy_context *m, int32_t pid)
{
	const struct iu_process *process = iu_snapshot_process(m->snapshot, pid);

	return !process || iu_windows_same_account(process->user, m->snapshot->host.user) != IU_YES;
}

/* The relay is only the Windows end: inside the distribution is who listens. */
static bool is_relay(const struct iu_process *process)
{
	return process && process->name &&
	       (!strcasecmp(process->name, "wslrelay.exe") ||
		       !strcasecmp(process->name, "wslhost.exe"));
}

static bool find_orphan(struct iu_remedy_context *m)
{
	if (m->verdict->cause != IU_CAUSE_ORPHANED_HANDLE || !m->blocker)
		return false;
	m->remedy->risk = IU_RISK_NONE;
	m->remedy->summary = "find what that process had started and end it; where nothing shows up, sign out or restart Windows";
	return words(m, "powershell", "-Command",
		iu_phrase(m->arena,
			"Get-CimInstance Win32_Process -Filter 'ParentProcessId=%d' | Select-Object ProcessId, Name, CommandLine",
			(int)iu_windows_owner(m->snapshot, &m->blocker->socket)),
		NULL);
}

/* Of what only its name is known of, all that have it end: that has to be said. */
static bool stop_image(struct iu_remedy_context *m, int32_t pid)
{
	const struct iu_process *process = iu_snapshot_process(m->snapshot, pid);

	if (!process || !process->name)
		return false;
	m->remedy->summary = iu_phrase(m->arena,
		"ask %s to end, every process of that name; netstat -ano tells which one has the port",
		iu_phrase_process(m->arena, process));
	return words(m, "taskkill", "/IM", process->name, NULL);
}

static bool stop_process(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	int32_t pids[IU_WINDOWS_PIDS_MAX];
	const char *list = "";
	size_t n;

	if (is_relay(m->holder)) {
		m->remedy->summary = "end the program that listens inside WSL; wslrelay only passes the port on, so ending that helps nobody";
		return words(m, "wsl", "-u", "root", "-e", "ss", "-ltnp", port_word(m, "sport = :%u"),
			NULL);
	}
	n = iu_windows_lever_pids(&c, m->verdict, m->blocker, pids);
	if (!n)
		return find_orphan(m);
	if (pids[0] >= IU_PID_MADE_UP)
		return stop_image(m, pids[0]);
	m->remedy->acts = true;
	if (!words(m, "taskkill", NULL))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *pid = iu_phrase(m->arena, "%d", (int)pids[i]);

		if (!words(m, "/PID", pid, NULL))
			return false;
		list = iu_phrase(m->arena, "%s%s%s", list, i ? "," : "", pid);
		m->remedy->needs_root |= !is_elevated(m) && another_account(m, pids[i]);
	}
	m->remedy->summary = iu_phrase(m->arena,
		"stop %s%s; with /F at once, and what is not saved is lost (PowerShell: Stop-Process -Id %s)",
		iu_phrase_pid(m->arena, m->snapshot, pids[0]),
		n > 1 ? iu_phrase(m->arena, " and %zu more", n - 1) : "", list);
	return true;
}

static bool stop_container(struct iu_remedy_context *m)
{
	if (m->verdict->cause != IU_CAUSE_CONTAINER_PORT || !m->question->target.port)
		return false;
	m->remedy->summary = "find the container that publishes the port, then stop it with docker stop; the process on Windows only passes the port on";
	if (m->blocker && m->blocker->socket.container) {
		const char *name = m->blocker->socket.container;

		m->remedy->summary = iu_phrase(m->arena,
			"stop the container %s; the process on Windows only passes the port on",
			iu_phrase_container(m->arena, name, NULL));
		return words(m, m->blocker->socket.engine ? m->blocker->socket.engine : "docker",
			"stop", name, NULL);
	}
	return words(m, "docker", "ps", "--filter",
		iu_phrase(m->arena, "publish=%u", (unsigned int)m->question->target.port), NULL);
}

/* ---- ranges and rules ---- */

static const char *protocol_word(const struct iu_remedy_context *m)
{
	return m->question->target.protocol == IU_PROTOCOL_UDP ? "udp" : "tcp";
}

static bool exclude_port(struct iu_remedy_context *m)
{
	const struct iu_exclusion *e = iu_windows_exclusion(
		m->snapshot, m->question->target.protocol, m->question->target.port);
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;

	if (!e) {
		m->remedy->risk = IU_RISK_NONE;
		m->remedy->summary = "look whether the port lies in one of these ranges";
		return words(m, "netsh", "int", "ipv4", "show", "excludedportrange",
			iu_phrase(m->arena, "protocol=%s", protocol_word(m)), NULL);
	}
	m->remedy->needs_root = !is_elevated(m);
	switch (iu_exclusion_maker(e)) {
	case IU_EXCLUDED_SINGLE:
	case IU_EXCLUDED_OTHER:
		return false; /* whoever reserved it has to let go */
	case IU_EXCLUDED_WSL:
		m->remedy->summary = "exclude the port by hand while WSL is down: all of WSL ends now, and at its next start it has to look for a block elsewhere (in PowerShell, too)";
		return words(m, "cmd", "/c",
			iu_phrase(m->arena,
				"wsl --shutdown & netsh int ipv4 add excludedportrange protocol=%s startport=%u numberofports=1 store=persistent",
				protocol_word(m), (unsigned int)m->question->target.port),
			NULL);
	case IU_EXCLUDED_WINNAT: break;
	}
	m->remedy->summary = "take the port out of WinNAT's reach, once for all: WSL and Docker have no network from then on until wsl --shutdown or a restart of Windows, so do it before they start; undo: netsh int ipv4 delete excludedportrange with the same protocol, startport and numberofports (in PowerShell, too)";
	return iu_windows_lever_exclude(&c, &lever) && take(m, &lever);
}

static bool restore_range(struct iu_remedy_context *m)
{
	struct iu_port_range range;

	if (!iu_windows_broken_range(m->snapshot, m->question->target.protocol, &range) ||
		m->question->target.port >= 49152)
		return false;
	m->remedy->needs_root = !is_elevated(m);
	m->remedy->summary = iu_phrase(m->arena,
		"put the dynamic range back from %u-%u to 49152-65535, then restart Windows: blocks of WinNAT stay above the ports of servers then (the same again with ipv6; in PowerShell, too)",
		(unsigned int)range.first, (unsigned int)range.last);
	return words(m, "netsh", "int", "ipv4", "set", "dynamicport", protocol_word(m),
		"start=49152", "num=16384", NULL);
}

static bool widen_range(struct iu_remedy_context *m)
{
	struct iu_port_range range;

	if (iu_windows_range(m->snapshot, m->question->target.protocol, &range) &&
		range.first <= 32768)
		return false;
	m->remedy->needs_root = !is_elevated(m);
	m->remedy->summary = "let Windows choose from 32768-65535; what opens and closes connections quickly should keep them open instead";
	return words(m, "netsh", "int", "ipv4", "set", "dynamicport", protocol_word(m),
		"start=32768", "num=32768", NULL);
}

static bool reserve_port(struct iu_remedy_context *m)
{
	if (!m->question->target.port)
		return false;
	m->remedy->needs_root = !is_elevated(m);
	m->remedy->summary = iu_phrase(m->arena,
		"keep Windows from giving port %u to connections, from now on; works once the port is free",
		(unsigned int)m->question->target.port);
	return words(m, "netsh", "int", "ipv4", "add", "excludedportrange",
		iu_phrase(m->arena, "protocol=%s", protocol_word(m)),
		port_word(m, "startport=%u"), "numberofports=1", "store=persistent", NULL);
}

static bool delete_portproxy(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;

	if (!iu_windows_lever_proxy(&c, m->blocker, &lever))
		return false;
	m->remedy->summary = iu_phrase(m->arena,
		"delete the rule; what came in there for %s does so no more",
		lever.proxy.connect_to ? iu_safe(m->arena, lever.proxy.connect_to, 60) : "elsewhere");
	return take(m, &lever);
}

/* ---- the rest ---- */

static bool bind_address(struct iu_remedy_context *m)
{
	if (m->verdict->cause != IU_CAUSE_HTTP_SYS)
		return iu_remedy_bind_address(m);
	m->remedy->needs_root = !is_elevated(m);
	m->remedy->risk = IU_RISK_MEDIUM;
	m->remedy->summary = "leave HTTP.sys one address, so that the port is free on the others: needs a restart of all that uses it (net stop http /y, then start them again)";
	return words(m, "netsh", "http", "add", "iplisten", "ipaddress=127.0.0.1", NULL);
}

static bool wait_for_it(struct iu_remedy_context *m)
{
	switch (m->verdict->cause) {
	case IU_CAUSE_TIME_WAIT:
		m->remedy->summary = "wait: TIME-WAIT ends by itself, by default within 4 minutes, mostly within 2 (TcpTimedWaitDelay); without SO_EXCLUSIVEADDRUSE it is not in the way at all";
		return true;
	case IU_CAUSE_CLOSING_CONNECTION:
	case IU_CAUSE_OPEN_CONNECTION:
		m->remedy->summary = "wait until the connections of the old server have ended; only SO_EXCLUSIVEADDRUSE minds them, and a server that reads them to their end before it closes leaves none";
		return true;
	default: return false;
	}
}

static bool look_elevated(struct iu_remedy_context *m)
{
	if (is_elevated(m))
		return false;
	if (m->snapshot->host.recorded) {
		m->remedy->summary = "look there again, with -o: the last column is the process";
		return words(m, "netstat", "-ano", NULL);
	}
	m->remedy->summary = "look again as administrator: from a terminal that was opened with \"Run as administrator\"";
	return true;
}

static bool kernel_hint(struct iu_remedy_context *m)
{
	const struct iu_windows_port *row = iu_windows_port_of(
		m->question->target.port, m->question->target.protocol, IU_WINDOWS_KERNEL, NULL);

	if (!row)
		return false;
	m->remedy->needs_root = !is_elevated(m);
	if (row->help) {
		m->remedy->summary = iu_phrase(m->arena, "%s: %s", row->what, row->help);
		return true;
	}
	m->remedy->summary = iu_phrase(m->arena,
		"stop the service %s, and with it %s (PowerShell: Stop-Service -Name %s -Force)",
		row->name, row->what, row->name);
	return words(m, "net", "stop", row->name, NULL);
}

static bool policy_hint(struct iu_remedy_context *m)
{
	m->remedy->needs_root = !is_elevated(m);
	m->remedy->summary = "look which filter refuses: the file that this writes names it; security software mostly has a log of its own";
	return words(m, "netsh", "wfp", "show", "netevents", NULL);
}

static bool (*const makers[IU_REMEDY_COUNT])(struct iu_remedy_context *m) = {
	[IU_REMEDY_STOP_CONTAINER] = stop_container,
	[IU_REMEDY_STOP_SERVICE] = stop_service,
	[IU_REMEDY_DISABLE_SERVICE] = disable_service,
	[IU_REMEDY_STOP_PROCESS] = stop_process,
	[IU_REMEDY_USE_PORT] = iu_remedy_use_port,
	[IU_REMEDY_BIND_ADDRESS] = bind_address,
	[IU_REMEDY_REUSE_INSTANCE] = iu_remedy_reuse_instance,
	[IU_REMEDY_WAIT] = wait_for_it,
	[IU_REMEDY_RETRY] = iu_remedy_retry,
	[IU_REMEDY_RESERVE_PORT] = reserve_port,
	[IU_REMEDY_RUN_AS_ROOT] = look_elevated,
	[IU_REMEDY_WIDEN_RANGE] = widen_range,
	[IU_REMEDY_KERNEL_HINT] = kernel_hint,
	[IU_REMEDY_POLICY_HINT] = policy_hint,
	[IU_REMEDY_FIX_PROGRAM] = iu_remedy_fix_program,
	[IU_REMEDY_EXCLUDE_PORT] = exclude_port,
	[IU_REMEDY_RESTORE_RANGE] = restore_range,
	[IU_REMEDY_DELETE_PORTPROXY] = delete_portproxy,
};

bool iu_windows_remedy(struct iu_remedy_context *m, bool *freeing)
{
	if (!makers[m->remedy->id] || !makers[m->remedy->id](m))
		return false;
	/* a capture is not the machine itself */
	if (*freeing || !m->remedy->acts || m->snapshot->host.pid <= 0 ||
		m->snapshot->host.recorded || !m->question->target.text)
		return true;
	m->remedy->raw = m->remedy->command;
	m->remedy->command = (struct iu_strings){0};
	*freeing = true;
	/* what takes the network from others is not done without that word */
	return words(m, "inuse", "free", NULL) &&
	       (m->remedy->id != IU_REMEDY_EXCLUDE_PORT || words(m, "--force", NULL)) &&
	       words(m, m->question->target.text, NULL);
}
