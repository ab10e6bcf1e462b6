/* os/no-failures.c - all but the refusal, where nobody can watch: nothing is ever seen */
#include "os/failures.h"

const struct iu_failure_source *iu_failures_source(const struct iu_failures *failures)
{
	static const struct iu_failure_source none = {.name = "none", .where = "none"};

	(void)failures;
	return &none;
}

int iu_failures_wait(struct iu_failures *failures, int listener, unsigned int ms)
{
	(void)failures;
	(void)listener;
	(void)ms;
	return 0;
}

int iu_failures_next(
	struct iu_failures *failures, struct iu_snapshot *snapshot, struct iu_failure *ret_failure)
{
	(void)failures;
	(void)snapshot;
	(void)ret_failure;
	return 0;
}

int iu_failures_look(struct iu_failures *failures, struct iu_snapshot *snapshot, struct iu_failure *failure)
{
	(void)failures;
	(void)snapshot;
	(void)failure;
	return 0;
}

int iu_failures_given_up(
	struct iu_failures *failures, struct iu_snapshot *snapshot, struct iu_failure *ret_failure)
{
	return iu_failures_next(failures, snapshot, ret_failure);
}

void *iu_failures_share(size_t size)
{
	(void)size;
	return NULL;
}

int iu_failures_outlive(struct iu_failures *failures, void (*work)(void *context), void *context)
{
	(void)failures;
	work(context);
	return 0;
}

bool iu_failures_waiting(const struct iu_failures *failures)
{
	(void)failures;
	return false;
}

bool iu_failures_enter(struct iu_failures *failures, const struct iu_failure *failure)
{
	(void)failures;
	(void)failure;
	return false;
}

int iu_failures_leave(struct iu_failures *failures)
{
	(void)failures;
	return 0;
}

void iu_failures_count(const struct iu_failures *failures, struct iu_failure_counters *ret_counters)
{
	(void)failures;
	*ret_counters = (struct iu_failure_counters){0};
}

void iu_failures_close(struct iu_failures *failures)
{
	(void)failures;
}
