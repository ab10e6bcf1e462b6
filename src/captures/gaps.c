/* captures/gaps.c - what the captures do not show, and which capture would */
#include "captures/gaps.h"

#include <stdio.h>

#include "base/compat.h"
#include "base/err.h"

/*
 * A capture that would tell more. One row is taken when none of `given` was captured, on its
 * system; IU_FACT bits say which questions it matters to.
 */
static const struct row {
	enum iu_capture_system system;
	uint32_t unless; /* one of these was given */
	uint32_t only;   /* … and one of these; 0: always */
	uint32_t facts;
	const char *what, *why, *fix;
	enum iu_gap_kind kind;
} rows[] = {
	{IU_CAPTURE_WINDOWS, IU_GIVEN_LISTENERS, 0, IU_FACT_TCP, "TCP sockets that listen",
		"no capture has a row of one", "run `netstat -ano` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_BOUND, 0, IU_FACT_BOUND,
		"TCP sockets that are bound without listening",
		"`netstat -ano` does not show them", "run `netstat -anoq` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_UDP, 0, IU_FACT_UDP, "UDP sockets", "no capture has one",
		"run `netstat -ano` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_EXCLUDED_TCP, 0, IU_FACT_EXCLUSIONS,
		"excluded port ranges", "no capture lists them",
		"run `netsh int ipv4 show excludedportrange protocol=tcp` and add its output",
		IU_GAP_TCP_RANGES},
	{IU_CAPTURE_WINDOWS, 0, IU_GIVEN_EXCLUDED_SOME, IU_FACT_EXCLUSIONS,
		"whether those excluded ranges are of TCP or UDP",
		"their heading is missing, and they were taken for TCP's",
		"run `netsh int ipv4 show excludedportrange protocol=tcp` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_EXCLUDED_UDP, IU_GIVEN_UDP, IU_FACT_EXCLUSIONS,
		"excluded port ranges for UDP", "no capture lists them",
		"run `netsh int ipv4 show excludedportrange protocol=udp` and add its output",
		IU_GAP_UDP_RANGES},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_TASKS | IU_GIVEN_SERVICES, 0,
		IU_FACT_HOLDERS | IU_FACT_SERVICES, "names of processes and their services",
		"no capture lists the processes", "run `tasklist /svc /fo csv` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_SERVICES, IU_GIVEN_TASKS, IU_FACT_SERVICES, "services",
		"no capture says which process runs which service",
		"run `tasklist /svc /fo csv` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_HTTP, 0, IU_FACT_HTTP, "what HTTP.sys serves",
		"no capture lists its queues",
		"run `netsh http show servicestate view=requestq` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_PROXIES, 0, IU_FACT_PROXIES, "port proxy rules",
		"no capture lists them",
		"run `netsh interface portproxy show all` and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_PIDS, IU_GIVEN_IMAGES, IU_FACT_HOLDERS, "process ids",
		"`netstat -b` names programs, and numbers only with -o",
		"run `netstat -anob` as administrator and add its output"},
	{IU_CAPTURE_WINDOWS, IU_GIVEN_PIDS | IU_GIVEN_IMAGES, IU_GIVEN_TCP | IU_GIVEN_UDP,
		IU_FACT_HOLDERS, "which process has which socket",
		"the list has no process ids: netstat was run without -o",
		"run `netstat -ano` and add its output"},
	{IU_CAPTURE_ANY, 0, IU_GIVEN_CONTAINERS, IU_FACT_TCP | IU_FACT_UDP,
		"sockets that no container publishes", "the list has containers alone",
		"run `sudo ss -tulpane`, on Windows `netstat -ano`, and add its output"},
	{IU_CAPTURE_LINUX, 0, IU_GIVEN_PORTS, IU_FACT_TCP | IU_FACT_UDP,
		"at which addresses those ports are taken", "fuser tells the port alone",
		"run `sudo ss -tulpane` and add its output"},
	{IU_CAPTURE_BSD, IU_GIVEN_LISTENERS, 0, IU_FACT_TCP, "TCP sockets that listen",
		"no capture has one", "run `sudo lsof -nP -iTCP` and add its output"},
	{IU_CAPTURE_BSD, IU_GIVEN_UDP, 0, IU_FACT_UDP, "UDP sockets", "no capture has one",
		"run `sudo lsof -nP -iUDP` and add its output"},
	{IU_CAPTURE_BSD, IU_GIVEN_UNIX, 0, IU_FACT_UNIX, "UNIX sockets", "no capture has one",
		"run `sudo lsof -nP -U` and add its output"},
	{IU_CAPTURE_BSD, IU_GIVEN_PIDS, 0, IU_FACT_HOLDERS, "who holds the sockets",
		"the captures name no process: netstat does with -v, as root",
		"run `sudo lsof -nP -i` and add its output"},
	{IU_CAPTURE_LINUX, IU_GIVEN_LISTENERS | IU_GIVEN_TCP, 0, IU_FACT_TCP, "TCP sockets",
		"no capture has one", "run `sudo ss -tulpane` and add its output"},
	{IU_CAPTURE_LINUX, IU_GIVEN_CONNECTIONS, IU_GIVEN_TCP, IU_FACT_TCP,
		"connections and TIME-WAIT", "the captures list what listens only",
		"run `sudo ss -tulpane` and add its output"},
	{IU_CAPTURE_LINUX, IU_GIVEN_UDP, 0, IU_FACT_UDP, "UDP sockets", "no capture has one",
		"run `sudo ss -tulpane` and add its output"},
	{IU_CAPTURE_LINUX, IU_GIVEN_UNIX, 0, IU_FACT_UNIX, "UNIX sockets", "no capture has one",
		"run `sudo ss -xpane` and add its output"},
	{IU_CAPTURE_LINUX, IU_GIVEN_TASKS, 0, IU_FACT_HOLDERS, "who holds the sockets",
		"the captures name no process", "run `sudo ss -tulpane` and add its output"},
};

static void add_rows(struct iu_capture_out *out)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		const struct row *r = &rows[i];

		if (r->system != out->system || (out->given & r->unless) ||
			(r->only && !(out->given & r->only)))
			continue;
		iu_snapshot_add_gap(out->snapshot,
			&(struct iu_gap){.kind = r->kind,
				.fact = (enum iu_fact)r->facts,
				.what = r->what,
				.why = r->why,
				.fix = r->fix});
	}
}

/*
 * Text has no end mark: a line that was left out leaves no trace. So pasted lists of sockets are
 * never all sockets, whatever they look like, and a port that is in none of them is not "free".
 */
static void add_doubt(struct iu_capture_out *out)
{
	if (out->system == IU_CAPTURE_ANY)
		return;
	iu_snapshot_gap(out->snapshot,
		IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_UNIX, 0,
		"whether these are all sockets", "a copied list may lack lines without a trace",
		"run `inuse report` on that machine: its file is complete");
}

static void add_unread(struct iu_capture_out *out)
{
	char what[96];

	if (out->unread) {
		snprintf(what, sizeof(what), "%zu line%s cut off", out->unread,
			out->unread == 1 ? " that is" : "s that are");
		iu_snapshot_gap(out->snapshot, IU_FACT_TCP | IU_FACT_UDP, 0, what,
			"what is left of them names no socket",
			"write the output into a file and give that");
	}
	if (out->left_out) {
		snprintf(what, sizeof(what), "%zu rows beyond what one machine has",
			out->left_out);
		iu_snapshot_gap(out->snapshot,
			IU_FACT_TCP | IU_FACT_UDP | IU_FACT_UNIX | IU_FACT_HOLDERS, 0, what,
			"listeners were kept before connections",
			"give the rows of that port alone");
	}
	if (out->named) {
		snprintf(what, sizeof(what), "%zu row%s with names instead of numbers", out->named,
			out->named == 1 ? "" : "s");
		iu_snapshot_gap(out->snapshot, IU_FACT_TCP | IU_FACT_UDP, 0, what,
			"which addresses and ports they mean is not said",
			"run it with -n and add its output");
	}
}

/* They are sorted by then. */
static bool has_process(const struct iu_snapshot *snapshot, int32_t pid)
{
	size_t low = 0, high = snapshot->processes.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->processes.v[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < snapshot->processes.n && snapshot->processes.v[low].pid == pid;
}

/*
 * Whether a process that is not in the list is not there at all: nearly all owners of sockets are
 * in it. Where more than one is missing the list is cut, or of another time.
 */
static bool lists_all(const struct iu_snapshot *snapshot)
{
	size_t found = 0;
	int32_t missing = 0;

	for (size_t i = 0; i < snapshot->holds.n; i++) {
		int32_t pid = snapshot->holds.v[i].pid;

		if (has_process(snapshot, pid))
			found += pid > IU_WINDOWS_SYSTEM_PID;
		else if (missing && missing != pid)
			return false;
		else
			missing = pid;
	}
	return found > 1;
}

/* Lists that say where they begin or end, and lists of what runs. */
static uint32_t seen_of(const struct iu_capture_out *out)
{
	uint32_t seen = 0;

	if (out->given & IU_GIVEN_TASKS_WHOLE && !out->left_out && lists_all(out->snapshot))
		seen |= IU_FACT_HOLDERS;
	if (out->given & IU_GIVEN_TASKS_WHOLE && out->given & IU_GIVEN_SERVICES)
		seen |= IU_FACT_SERVICES;
	if (out->given & IU_GIVEN_EXCLUDED_TCP)
		seen |= IU_FACT_EXCLUSIONS;
	if (out->given & IU_GIVEN_HTTP)
		seen |= IU_FACT_HTTP;
	if (out->given & IU_GIVEN_PROXIES)
		seen |= IU_FACT_PROXIES;
	return seen;
}

void iu_capture_gaps(struct iu_capture_out *out)
{
	add_rows(out);
	add_unread(out);
	add_doubt(out);
	out->snapshot->seen |= seen_of(out);
}
