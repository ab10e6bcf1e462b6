/* os/linux/lock.c - what threads that ask at the same time do one after the other */
#include "os/linux/lock.h"

#include <pthread.h>

/*
 * The only variables of the house that are shared: descriptor table and bound ports belong to the
 * whole process, so what guards them does, too. Never nested but in this order: looks, table.
 */
static pthread_rwlock_t looks = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/*
 * Who held them is not there in a child: they would never be free again. Nothing in memory is guarded by
 * them, so nothing is half done.
 */
static void after_fork(void)
{
	looks = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
	table = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

static void prepare(void)
{
	pthread_atfork(NULL, NULL, after_fork);
}

void iu_lock_fds(void)
{
	pthread_once(&once, prepare);
	pthread_mutex_lock(&table);
}

void iu_lock_fds_end(void)
{
	pthread_mutex_unlock(&table);
}

void iu_lock_scan(void)
{
	pthread_once(&once, prepare);
	pthread_rwlock_rdlock(&looks);
}

void iu_lock_probe(void)
{
	pthread_once(&once, prepare);
	pthread_rwlock_wrlock(&looks);
}

void iu_lock_end(void)
{
	pthread_rwlock_unlock(&looks);
}
