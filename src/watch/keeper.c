/* watch/keeper.c - what a watch keeps of what it has told: for root's why and run, and whoever asks its socket */
#include "watch/keeper.h"

#include <time.h>

#include "base/err.h"
#include "os/failures.h"
#include "session/record.h"

void iu_keeper_open(struct iu_keeper *keeper)
{
	if (iu_os_record_open(&keeper->record) < 0)
		keeper->record = NULL;
	else if (iu_os_server_open(&keeper->server) < 0)
		keeper->server = NULL;
}

int iu_keeper_begin(struct iu_keeper *keeper, const struct iu_failure_source *source)
{
	keeper->totals = iu_failures_share(sizeof(*keeper->totals));
	if (!keeper->totals)
		return IU_E_NOMEM;
	keeper->totals->started = time(NULL);
	keeper->totals->hook = source->name;
	return 0;
}

void iu_keeper_go_on(struct iu_keeper *keeper)
{
	if (keeper->record)
		iu_os_record_renew(keeper->record);
}

void iu_keeper_add(struct iu_keeper *keeper, const struct iu_watch_entry *entry)
{
	iu_totals_add(keeper->totals, entry->failure, entry->answer);
	if (keeper->record)
		iu_record_add(keeper->record, entry->failure);
	if (keeper->server && !entry->failure->only_count)
		iu_lately_add(&keeper->lately, entry->failure, entry->answer);
}

void iu_keeper_miss(struct iu_keeper *keeper, uint64_t lost)
{
	keeper->totals->lost += lost;
	if (keeper->record)
		iu_record_add_lost(keeper->record, lost, (int64_t)time(NULL) * 1000);
}

void iu_keeper_serve(struct iu_keeper *keeper)
{
	struct iu_server_client client;
	struct iu_text answer = {0};

	if (!iu_os_server_next(keeper->server, &client))
		return;
	iu_lately_take(&keeper->lately, client.uid, client.session, &answer);
	iu_totals_put(keeper->totals, &answer);
	iu_os_server_answer(keeper->server, &answer);
	iu_text_free(&answer);
}

void iu_keeper_close(struct iu_keeper *keeper)
{
	iu_os_server_close(keeper->server);
	iu_os_record_close(keeper->record);
	iu_lately_free(&keeper->lately);
}
