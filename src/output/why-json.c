/* output/why-json.c - one answer as an inuse.why/1 document */
#include "output/json-parts.h"
#include "output/output.h"

/* What the socket would have: the system's default where the question does not say. */
static json_t *v6only_json(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	if (question->options.v6only != IU_UNKNOWN)
		return iu_json_tri(question->options.v6only);
	return snapshot->sysctls.bindv6only < 0 || question->target.protocol == IU_PROTOCOL_UNIX
		       ? json_null()
		       : json_boolean(snapshot->sysctls.bindv6only);
}

/* What a message that was given as a target says of the error. */
static json_t *message_json(struct iu_json *json, const struct iu_question *question)
{
	const struct iu_error_row *row =
		iu_error_row((enum iu_error_id)question->symptom.from_message.error);
	bool known = question->symptom.from_message.system != IU_ERROR_ANY;
	json_t *object;

	if (!question->symptom.from_message.given)
		return json_null();
	object = json_object();
	iu_json_put(json, object, "error", iu_json_text(json, row ? row->name : NULL));
	iu_json_put(json, object, "system", known
			? json_string(iu_error_system_name(
				  (enum iu_error_system)question->symptom.from_message.system))
			: json_null());
	return object;
}

json_t *iu_json_request(struct iu_json *json, const struct iu_question *question)
{
	const struct iu_options *options = &question->options;
	bool inet = question->target.protocol != IU_PROTOCOL_UNIX;
	/* of another protocol, or of somebody's list, a port need not be told */
	bool other = question->target.other || question->symptom.from_message.book;
	json_t *request = json_object(), *asked = json_object();

	iu_json_put(json, request, "target", iu_json_text(json, question->target.text));
	iu_json_put(json, request, "protocol",
		json_string(question->target.other ? question->target.other
						   : iu_protocol_name(question->target.protocol)));
	iu_json_put(json, request, "family", json_string(iu_family_name(question->target.family)));
	iu_json_put(json, request, "address", inet && question->target.family != IU_FAMILY_ANY
			? iu_json_address(&question->target.address) : json_null());
	iu_json_put(json, request, "port",
		iu_json_known(inet && !(other && !question->target.port),
			question->target.port));
	iu_json_put(json, request, "path",
		iu_json_path(json, question->target.path, question->target.path_len,
			question->target.abstract));
	iu_json_put(json, asked, "reuseaddr", json_boolean(options->reuseaddr));
	iu_json_put(json, asked, "reuseport", json_boolean(options->reuseport));
	iu_json_put(json, asked, "v6only", v6only_json(question, json->snapshot));
	iu_json_put(json, asked, "exclusive", json_boolean(options->exclusive));
	iu_json_put(json, asked, "device", iu_json_text(json, options->device));
	iu_json_put(json, asked, "uid", json_integer((json_int_t)(options->uid_given
			? options->uid : json->snapshot->host.uid)));
	iu_json_put(json, request, "options", asked);
	iu_json_put(json, request, "message", message_json(json, question));
	iu_json_put(json, request, "call",
		iu_json_text(json, iu_question_call_name(question->symptom.from_message.call)));
	return request;
}

json_t *iu_json_verdict(struct iu_json *json, const struct iu_verdict *verdict)
{
	json_t *object = json_object();

	iu_json_put(json, object, "status", json_string(iu_status_name(verdict->status)));
	iu_json_put(json, object, "operation",
		iu_json_text(json, iu_operation_name(verdict->operation)));
	iu_json_put(json, object, "errno",
		iu_json_known(verdict->error_number > 0, (uint64_t)verdict->error_number));
	iu_json_put(json, object, "error", iu_json_text(json, verdict->error));
	iu_json_put(json, object, "cause", iu_json_text(json, iu_cause_name(verdict->cause)));
	iu_json_put(json, object, "confidence",
		json_string(iu_confidence_name(verdict->confidence)));
	iu_json_put(json, object, "probe", iu_json_text(json, verdict->probe));
	iu_json_put(json, object, "headline", iu_json_text(json, verdict->headline));
	iu_json_put(json, object, "warnings",
		iu_json_strings(json, verdict->warnings.v, verdict->warnings.n));
	iu_json_put(json, object, "doubts",
		iu_json_strings(json, verdict->caveats.v, verdict->caveats.n));
	iu_json_put(json, object, "evidence",
		iu_json_strings(json, verdict->evidence.v, verdict->evidence.n));
	iu_json_put(json, object, "endless", iu_json_text(json, verdict->endless));
	return object;
}

static json_t *remedies_json(struct iu_json *json, const struct iu_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->remedies.n; i++) {
		const struct iu_remedy *remedy = &verdict->remedies.v[i];
		json_t *object = json_object();

		iu_json_put(json, object, "id", json_string(iu_remedy_name(remedy->id)));
		iu_json_put(json, object, "summary", iu_json_text(json, remedy->summary));
		iu_json_put(json, object, "command",
			iu_json_strings(json, remedy->command.v, remedy->command.n));
		iu_json_put(json, object, "risk", json_string(iu_risk_name(remedy->risk)));
		iu_json_put(json, object, "needs_root", json_boolean(remedy->needs_root));
		iu_json_put(json, object, "tried", iu_json_tri(remedy->tried));
		iu_json_append(json, list, object);
	}
	return list;
}

json_t *iu_output_why_json(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_verdict *verdict)
{
	struct iu_json json = {.snapshot = snapshot};
	json_t *root = json_object(), *blockers = json_array();

	for (size_t i = 0; i < verdict->blockers.n; i++)
		iu_json_append(&json, blockers, iu_json_blocker(&json, &verdict->blockers.v[i]));
	iu_json_put(&json, root, "schema", json_string("inuse.why/1"));
	iu_json_put(&json, root, "host", iu_json_host(&json));
	iu_json_put(&json, root, "request", iu_json_request(&json, question));
	iu_json_put(&json, root, "verdict", iu_json_verdict(&json, verdict));
	iu_json_put(&json, root, "blockers", blockers);
	iu_json_put(&json, root, "gaps", iu_json_gaps(&json, verdict->gaps.v, verdict->gaps.n));
	iu_json_put(&json, root, "remedies", remedies_json(&json, verdict));
	return iu_json_finish(&json, root);
}
