/* output/list-json.c - a listing as an inuse.list/1 document */
#include "output/json-parts.h"
#include "output/output.h"

/* A listed socket has the shape of a blocker that blocks nothing. */
static json_t *row_json(struct iu_json *json, const struct iu_row *row)
{
	struct iu_blocker blocker = {.socket = json->snapshot->sockets.v[row->socket]};

	blocker.holds.v = row->descriptors.v;
	blocker.holds.n = row->descriptors.n;
	return iu_json_blocker(json, &blocker);
}

json_t *iu_output_list_json(const struct iu_snapshot *snapshot, const struct iu_listing *listing)
{
	struct iu_json json = {.snapshot = snapshot};
	json_t *root = json_object(), *sockets = json_array();

	for (size_t i = 0; i < listing->rows.n; i++)
		iu_json_append(&json, sockets, row_json(&json, &listing->rows.v[i]));
	iu_json_put(&json, root, "schema", json_string("inuse.list/1"));
	iu_json_put(&json, root, "host", iu_json_host(&json));
	iu_json_put(&json, root, "sockets", sockets);
	iu_json_put(&json, root, "gaps",
		iu_json_gaps(&json, snapshot->gaps.v, snapshot->gaps.n));
	return iu_json_finish(&json, root);
}

json_t *iu_output_list_json_host(const struct iu_snapshot *snapshot)
{
	struct iu_json json = {.snapshot = snapshot};

	return iu_json_finish(&json, iu_json_host(&json));
}

json_t *iu_output_list_json_row(const struct iu_snapshot *snapshot, const struct iu_row *row)
{
	struct iu_json json = {.snapshot = snapshot};

	return iu_json_finish(&json, row_json(&json, row));
}

json_t *iu_output_list_json_gaps(const struct iu_snapshot *snapshot)
{
	struct iu_json json = {.snapshot = snapshot};

	return iu_json_finish(&json, iu_json_gaps(&json, snapshot->gaps.v, snapshot->gaps.n));
}
