/* output/event-json.c - a failed bind() or listen() as an inuse.event/1 document */
#include <stdio.h>
#include <time.h>

#include "output/event.h"
#include "output/json-parts.h"

static json_t *time_json(int64_t ms)
{
	time_t when = (time_t)(ms / 1000);
	char day[32], text[48];
	struct tm tm;

	if (ms <= 0 || !gmtime_r(&when, &tm) || !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm))
		return json_null();
	snprintf(text, sizeof(text), "%s.%03dZ", day, (int)(ms % 1000));
	return json_string(text);
}

static json_t *process_json(struct iu_json *json, const struct iu_failure *failure)
{
	const struct iu_process *p = &failure->process;
	json_t *object = json_object();

	iu_json_put(json, object, "pid", iu_json_known(p->pid > 0, (uint64_t)p->pid));
	iu_json_put(json, object, "tid", iu_json_known(failure->tid > 0, (uint64_t)failure->tid));
	iu_json_put(json, object, "name", iu_json_text(json, p->name));
	iu_json_put(json, object, "exe", iu_json_text(json, p->exe));
	iu_json_put(json, object, "command",
		p->command.n ? iu_json_strings(json, p->command.v, p->command.n) : json_null());
	iu_json_put(json, object, "cwd", iu_json_text(json, p->cwd));
	iu_json_put(json, object, "uid", iu_json_known(p->uid_known, p->uid));
	iu_json_put(json, object, "user", iu_json_text(json, p->user));
	iu_json_put(json, object, "cgroup", iu_json_text(json, p->cgroup));
	iu_json_put(json, object, "unit", iu_json_text(json, p->unit));
	iu_json_put(json, object, "container", iu_json_text(json, p->container));
	return object;
}

static json_t *target_json(struct iu_json *json, const struct iu_question *question)
{
	bool inet = question->target.protocol != IU_PROTOCOL_UNIX;
	json_t *object = json_object();

	iu_json_put(json, object, "text", iu_json_text(json, question->target.text));
	iu_json_put(json, object, "protocol",
		json_string(question->target.other ? question->target.other
						   : iu_protocol_name(question->target.protocol)));
	iu_json_put(json, object, "family", json_string(iu_family_name(question->target.family)));
	iu_json_put(json, object, "address", inet ? iu_json_address(&question->target.address) : json_null());
	iu_json_put(json, object, "port", iu_json_known(inet, question->target.port));
	iu_json_put(json, object, "path",
		iu_json_path(json, question->target.path, question->target.path_len, question->target.abstract));
	return object;
}

/* Whose word the error is: the kernel's, or (where its hook sees none) that of the rules. */
static const char *error_from(const struct iu_output_event *event)
{
	if (event->failure->error)
		return "kernel";
	return event->verdict && event->verdict->error ? "rules" : NULL;
}

json_t *iu_event_json(const struct iu_output_event *event)
{
	const struct iu_failure *failure = event->failure;
	const struct iu_verdict *verdict = event->verdict;
	struct iu_json json = {.snapshot = event->snapshot};
	json_t *root = json_object();

	iu_json_put(&json, root, "schema", json_string("inuse.event/1"));
	iu_json_put(&json, root, "time", time_json(failure->time_ms));
	iu_json_put(&json, root, "kind", json_string(failure->only_count ? "repeated" : "failed"));
	iu_json_put(&json, root, "call", json_string(failure->listen ? "listen" : "bind"));
	iu_json_put(&json, root, "target", target_json(&json, &failure->question));
	iu_json_put(&json, root, "errno", iu_json_known(verdict ? verdict->error_number > 0 : failure->error > 0,
		(uint64_t)(verdict ? verdict->error_number : failure->error)));
	iu_json_put(&json, root, "error", iu_json_text(&json, verdict ? verdict->error : NULL));
	iu_json_put(&json, root, "error_from", iu_json_text(&json, error_from(event)));
	iu_json_put(&json, root, "repeats", json_integer((json_int_t)failure->repeats));
	iu_json_put(&json, root, "process", process_json(&json, failure));
	iu_json_put(&json, root, "netns", iu_json_known(failure->netns != 0, failure->netns));
	iu_json_put(&json, root, "netns_name", iu_json_text(&json, failure->netns_name));
	iu_json_put(&json, root, "gone", verdict ? json_boolean(verdict->blockers.n && verdict->blockers.v[0].socket.gone) : json_null());
	iu_json_put(&json, root, "cause", iu_json_text(&json, verdict ? iu_cause_name(verdict->cause) : NULL));
	iu_json_put(&json, root, "headline", iu_json_text(&json, verdict ? verdict->headline : NULL));
	iu_json_put(&json, root, "why",
		verdict ? iu_output_why_json(&failure->question, event->snapshot, verdict) : json_null());
	return iu_json_finish(&json, root);
}
