/* os/linux/lock.c - what threads that ask at the same time do one after the other */
#include "os/linux/lock.h"

#include <pthread.h>
#include <stdbool.h>

/*
 * The only variables of the house that are shared: descriptor table and bound ports belong to the
 * whole process, so what guards them does, too. Never nested but in this order: looks, table.
 */
static pthread_rwlock_t looks = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static bool prepared; /* under table; pthread_once() would ask the kernel, and end us when that fails */

/*
 * fork() waits until no port is bound and no descriptor duplicated for a moment: a child would keep them.
 * Looks of other threads go on; who holds them is not there in the child, where they are new.
 */
static void before_fork(void)
{
	pthread_rwlock_rdlock(&looks);
	pthread_mutex_lock(&table);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&table);
	pthread_rwlock_unlock(&looks);
}

static void in_child(void)
{
	looks = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
	table = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

static void prepare(void)
{
	pthread_mutex_lock(&table);
	if (!prepared)
		pthread_atfork(before_fork, after_fork, in_child);
	prepared = true;
	pthread_mutex_unlock(&table);
}

void iu_lock_fds(void)
{
	prepare();
	pthread_mutex_lock(&table);
}

void iu_lock_fds_end(void)
{
	pthread_mutex_unlock(&table);
}

void iu_lock_scan(void)
{
	prepare();
	pthread_rwlock_rdlock(&looks);
}

void iu_lock_probe(void)
{
	prepare();
	pthread_rwlock_wrlock(&looks);
}

void iu_lock_end(void)
{
	pthread_rwlock_unlock(&looks);
}
