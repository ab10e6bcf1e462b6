/* run/linux/no-filter.c - built without libseccomp: no call can be watched */
#include "base/err.h"
#include "run/linux/filter.h"

int iu_run_filter_load(int *ret_listener)
{
	(void)ret_listener;
	return IU_E_NOTSUP;
}

void iu_run_filter_table(struct iu_run_table *ret_table)
{
	ret_table->n = 0;
}

int iu_run_notices_new(int listener, struct iu_run_notices **ret_notices)
{
	(void)listener;
	(void)ret_notices;
	return IU_E_SYSTEM;
}

int iu_run_notices_next(struct iu_run_notices *notices, struct iu_run_notice *ret_notice)
{
	(void)notices;
	(void)ret_notice;
	return IU_E_SYSTEM;
}

bool iu_run_notices_killable(void)
{
	return false;
}

bool iu_run_notices_valid(const struct iu_run_notices *notices, uint64_t id)
{
	(void)notices;
	(void)id;
	return false;
}

int iu_run_notices_continue(const struct iu_run_notices *notices, uint64_t id)
{
	(void)notices;
	(void)id;
	return IU_E_SYSTEM;
}

int iu_run_notices_done(const struct iu_run_notices *notices, uint64_t id, int error)
{
	(void)error;
	(void)notices;
	(void)id;
	return IU_E_SYSTEM;
}

int iu_run_notices_again(const struct iu_run_notices *notices, uint64_t id)
{
	(void)notices;
	(void)id;
	return IU_E_SYSTEM;
}

void iu_run_notices_rescue(const struct iu_run_notices *notices)
{
	(void)notices;
}

void iu_run_notices_free(struct iu_run_notices *notices)
{
	(void)notices;
}
