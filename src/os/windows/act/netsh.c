/* os/windows/act/netsh.c - port proxy rules and excluded ports, through netsh and net */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/os.h"
#include "os/windows/act/acts.h"
#include "os/windows/command.h"

#define SECONDS	   60
#define LINE_UNITS 256

/* What programs of the console write is in the console's old code page. */
static void say_output(struct iu_step_result *result, const wchar_t *program, unsigned long code,
	const struct iu_text *out)
{
	wchar_t wide[LINE_UNITS] = L"";
	size_t blank = out->data ? strspn(out->data, "\r\n \t") : 0, len = out->len - blank;

	if (len >= LINE_UNITS)
		len = LINE_UNITS - 1;
	if (out->data)
		MultiByteToWideChar(CP_OEMCP, 0, out->data + blank, (int)len, wide, LINE_UNITS - 1);
	iu_result_say(result, IU_RESULT_FAILED, code, "%ls: %.150ls", program, *wide ? wide : L"failed");
}

static bool run(const wchar_t *program, const wchar_t *arguments, struct iu_step_result *result)
{
	struct iu_text out = {0};
	unsigned long code = 0;
	int ret = iu_command_execute(program, arguments, SECONDS, &out, &code);

	if (ret < 0)
		iu_result_say(result, IU_RESULT_FAILED, 0, "%ls %.80ls: %s", program, arguments,
			iu_error_text(ret));
	else if (code)
		say_output(result, program, code, &out);
	iu_text_free(&out);
	return ret == 0 && code == 0;
}

static bool same_rule(const struct iu_port_proxy *rule, const struct iu_step_proxy *target)
{
	return rule->port == target->port && rule->any == target->any &&
	       iu_address_equal(&rule->listen, &target->listen);
}

/* What the registry has of it; NULL: nothing (any more). */
static const struct iu_port_proxy *find_rule(
	const struct iu_snapshot *snapshot, const struct iu_step_proxy *target)
{
	for (size_t i = 0; i < snapshot->windows.port_proxies.n; i++)
		if (same_rule(&snapshot->windows.port_proxies.v[i], target))
			return &snapshot->windows.port_proxies.v[i];
	return NULL;
}

/* netsh wants the address as it was written: "*" and 0.0.0.0 are two rules to it. */
static bool delete_rule(const struct iu_step_proxy *target, struct iu_step_result *result)
{
	char listen[IU_ADDRESS_TEXT];
	wchar_t line[LINE_UNITS];

	_snwprintf(line, IU_COUNT(line),
		L"interface portproxy delete %hs listenport=%u listenaddress=%hs", target->table,
		target->port, target->any ? "*" : iu_address_format(&target->listen, listen));
	line[IU_COUNT(line) - 1] = 0;
	return run(L"netsh.exe", line, result);
}

static void scan(struct iu_snapshot *snapshot)
{
	const struct iu_needs needs = {.facts = IU_FACT_PROXIES};

	iu_snapshot_init(snapshot);
	iu_os_collect(&needs, snapshot);
}

/* netsh may say that all went well and have done nothing. */
static void confirm_gone(const struct iu_step_proxy *target, struct iu_step_result *result)
{
	struct iu_snapshot snapshot;

	scan(&snapshot);
	if (find_rule(&snapshot, target))
		iu_result_say(result, IU_RESULT_FAILED, 0, "netsh has not deleted the rule");
	else
		result->kind = IU_RESULT_DONE;
	iu_snapshot_free(&snapshot);
}

void iu_act_delete_proxy(const struct iu_step_proxy *target, struct iu_step_result *result)
{
	const struct iu_port_proxy *rule;
	struct iu_snapshot snapshot;

	scan(&snapshot);
	rule = find_rule(&snapshot, target);
	if (!rule)
		iu_result_say(result, IU_RESULT_GONE, 0, "the rule is gone");
	else if (!rule->connect_to || strcmp(rule->connect_to, target->connect_to) ||
		 rule->connect_port != target->connect_port)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "the rule leads elsewhere now");
	else if (delete_rule(target, result))
		confirm_gone(target, result);
	iu_snapshot_free(&snapshot);
}

void iu_act_exclude(const struct iu_step_exclusion *target, struct iu_step_result *result)
{
	struct iu_step_result again;
	wchar_t line[LINE_UNITS];
	bool stopped, done;

	stopped = run(L"net.exe", L"stop winnat", result);
	if (!stopped)
		return;
	_snwprintf(line, IU_COUNT(line),
		L"int ipv4 add excludedportrange protocol=%hs startport=%u numberofports=%u store=persistent",
		iu_protocol_name(target->protocol), target->first, target->count);
	done = run(L"netsh.exe", line, result);
	/* 2: it runs already, for another service needs it */
	if (!run(L"net.exe", L"start winnat", &again) && again.error_number != 2)
		*result = again;
	else if (done)
		result->kind = IU_RESULT_DONE;
}
