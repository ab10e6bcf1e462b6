/* output/plan-json.c - a plan and what became of it as an inuse.plan/1 document */
#include <string.h>

#include "output/json-parts.h"
#include "output/output.h"

static json_t *strings(struct iu_json *json, const struct iu_strings *list)
{
	return iu_json_strings(json, list->v, list->n);
}

/* What the step is meant for; null where it is for nothing in particular. */
static json_t *target_json(struct iu_json *json, const struct iu_step *step)
{
	json_t *object = json_object();

	switch (step->lever.kind) {
	case IU_STEP_WAIT:
	case IU_STEP_COLLECT_GARBAGE: json_decref(object); return json_null();
	case IU_STEP_TERMINATE:
		iu_json_put(json, object, "pid", json_integer(step->lever.process.pid));
		iu_json_put(json, object, "start_ticks",
			json_integer((json_int_t)step->lever.process.start_ticks));
		iu_json_put(json, object, "inode", json_integer((json_int_t)step->lever.process.inode));
		iu_json_put(json, object, "cookie",
			iu_json_known(step->lever.process.cookie != 0, step->lever.process.cookie));
		iu_json_put(json, object, "kill", json_boolean(step->kill));
		break;
	case IU_STEP_STOP_SERVICE:
	case IU_STEP_DISABLE_SERVICE:
		iu_json_put(json, object, "service", iu_json_text(json, step->lever.service.name));
		iu_json_put(json, object, "dependents", iu_json_strings(json,
				step->lever.service.dependents.v, step->lever.service.dependents.n));
		break;
	case IU_STEP_DELETE_PORTPROXY:
		iu_json_put(json, object, "table", iu_json_text(json, step->lever.proxy.table));
		iu_json_put(json, object, "address", iu_json_address(&step->lever.proxy.listen));
		iu_json_put(json, object, "port", json_integer(step->lever.proxy.port));
		break;
	case IU_STEP_EXCLUDE_PORT:
		iu_json_put(json, object, "port", json_integer(step->lever.exclusion.first));
		iu_json_put(json, object, "count", json_integer(step->lever.exclusion.count));
		break;
	case IU_STEP_STOP_UNIT:
		iu_json_put(json, object, "unit", iu_json_text(json, step->lever.unit.name));
		iu_json_put(json, object, "second", iu_json_text(json, step->lever.unit.second));
		iu_json_put(json, object, "user", json_boolean(step->lever.unit.user));
		break;
	case IU_STEP_STOP_CONTAINER:
		iu_json_put(json, object, "container", iu_json_text(json, step->lever.container.id));
		iu_json_put(json, object, "engine", iu_json_text(json, step->lever.container.program));
		break;
	case IU_STEP_DESTROY:
		iu_json_put(json, object, "sockets", json_integer((json_int_t)step->lever.sockets.n));
		break;
	case IU_STEP_REMOVE_FILE:
		iu_json_put(json, object, "path", iu_json_path(json, step->lever.file.path,
							  step->lever.file.path_len, false));
		iu_json_put(json, object, "device", json_integer((json_int_t)step->lever.file.dev));
		iu_json_put(json, object, "inode", json_integer((json_int_t)step->lever.file.ino));
		break;
	}
	return object;
}

static json_t *result_json(struct iu_json *json, const struct iu_step_result *result)
{
	json_t *object = json_object();

	iu_json_put(json, object, "outcome", json_string(iu_result_name(result->kind)));
	iu_json_put(json, object, "detail",
		iu_json_text(json, result->detail[0] ? result->detail : NULL));
	iu_json_put(json, object, "errno",
		iu_json_known(result->error_number > 0, (uint64_t)result->error_number));
	iu_json_put(json, object, "killed", json_boolean(result->killed));
	return object;
}

static json_t *step_json(
	struct iu_json *json, const struct iu_step *step, const struct iu_step_result *result)
{
	json_t *object = json_object();

	iu_json_put(json, object, "kind", json_string(iu_step_name(step->lever.kind)));
	iu_json_put(json, object, "what", iu_json_text(json, step->what));
	iu_json_put(json, object, "command", strings(json, &step->lever.argv));
	iu_json_put(json, object, "target", target_json(json, step));
	iu_json_put(json, object, "risk", json_string(iu_risk_name(step->risk)));
	iu_json_put(json, object, "needs_root", json_boolean(step->lever.needs_root));
	iu_json_put(json, object, "if_it_stays", json_boolean(step->if_it_stays));
	iu_json_put(json, object, "wait_ms",
		iu_json_known(step->wait_ms >= 0, (uint64_t)step->wait_ms));
	iu_json_put(json, object, "also_serves", strings(json, &step->serves));
	iu_json_put(json, object, "mind", strings(json, &step->losses));
	iu_json_put(json, object, "result", result_json(json, result));
	return object;
}

static json_t *refusals_json(struct iu_json *json, const struct iu_plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->refusals.n; i++) {
		const struct iu_refusal *refusal = &plan->refusals.v[i];
		json_t *object = json_object();

		iu_json_put(json, object, "pid",
			iu_json_known(refusal->pid > 0, (uint64_t)refusal->pid));
		iu_json_put(json, object, "what", iu_json_text(json, refusal->what));
		iu_json_put(json, object, "why", iu_json_text(json, refusal->why));
		iu_json_put(json, object, "next", iu_json_text(json, refusal->next));
		iu_json_append(json, list, object);
	}
	return list;
}

json_t *iu_output_plan_json(const struct iu_output_plan *out)
{
	struct iu_json json = {.snapshot = out->snapshot};
	json_t *root = json_object(), *steps = json_array();

	for (size_t i = 0; i < out->plan->steps.n; i++)
		iu_json_append(
			&json, steps, step_json(&json, &out->plan->steps.v[i], &out->results[i]));
	iu_json_put(&json, root, "schema", json_string("inuse.plan/1"));
	iu_json_put(&json, root, "host", iu_json_host(&json));
	iu_json_put(&json, root, "request", iu_json_request(&json, out->question));
	iu_json_put(&json, root, "before", iu_json_verdict(&json, out->before));
	iu_json_put(&json, root, "plan", json_string(iu_plan_kind_name(out->plan->kind)));
	iu_json_put(&json, root, "headline", iu_json_text(&json, out->plan->headline));
	iu_json_put(&json, root, "steps", steps);
	iu_json_put(&json, root, "refusals", refusals_json(&json, out->plan));
	iu_json_put(&json, root, "hints", strings(&json, &out->plan->hints));
	iu_json_put(&json, root, "end", json_string(out->end));
	iu_json_put(&json, root, "words", iu_json_text(&json, out->words));
	iu_json_put(&json, root, "after",
		out->after ? iu_json_verdict(&json, out->after) : json_null());
	return iu_json_finish(&json, root);
}
