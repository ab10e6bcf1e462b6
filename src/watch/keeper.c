/* watch/keeper.c - what a watch keeps of what it has told: for root's why and run, and for who asks at its desk */
#include "watch/keeper.h"

#include <time.h>

#include "session/record.h"

void iu_keeper_open(struct iu_keeper *keeper)
{
	if (iu_os_record_open(&keeper->record) < 0)
		keeper->record = NULL;
	else if (iu_os_desk_open(&keeper->desk) < 0)
		keeper->desk = NULL;
}

void iu_keeper_begin(struct iu_keeper *keeper, const struct iu_failure_source *source)
{
	keeper->totals.started = time(NULL);
	keeper->totals.hook = source->name;
}

void iu_keeper_add(struct iu_keeper *keeper, const struct iu_watch_entry *entry)
{
	iu_totals_add(&keeper->totals, entry->failure, entry->answer);
	if (keeper->record)
		iu_record_add(keeper->record, entry->failure);
	if (keeper->desk && entry->answer)
		iu_lately_add(&keeper->lately, entry->failure, entry->answer);
}

void iu_keeper_serve(struct iu_keeper *keeper)
{
	struct iu_desk_caller caller;
	struct iu_text answer = {0};

	if (!iu_os_desk_next(keeper->desk, &caller))
		return;
	iu_lately_take(&keeper->lately, caller.uid, caller.session, &answer);
	iu_totals_put(&keeper->totals, &answer);
	iu_os_desk_answer(keeper->desk, &answer);
	iu_text_free(&answer);
}

void iu_keeper_close(struct iu_keeper *keeper)
{
	iu_os_desk_close(keeper->desk);
	iu_os_record_close(keeper->record);
	iu_lately_free(&keeper->lately);
}
