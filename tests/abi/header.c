/* header.c - inuse.h as the first thing a C or C++ file includes; the numbers that never change */
#include <inuse/inuse.h>
#include <inuse/inuse.h> /* twice does no harm */
#include <inuse/names.h>

#if defined(__cplusplus) && __cplusplus >= 201103L
#define HOLDS(condition) static_assert(condition, #condition)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define HOLDS(condition) _Static_assert(condition, #condition)
#else
#define HOLDS(condition) extern int holds[(condition) ? 1 : -1]
#endif

HOLDS(INUSE_ERROR_NOMEM == -1);
HOLDS(INUSE_ERROR_INPUT == -2);
HOLDS(INUSE_ERROR_PROTO == -3);
HOLDS(INUSE_ERROR_ACCESS == -4);
HOLDS(INUSE_ERROR_NOENT == -5);
HOLDS(INUSE_ERROR_GONE == -6);
HOLDS(INUSE_ERROR_AGAIN == -7);
HOLDS(INUSE_ERROR_NOTSUP == -8);
HOLDS(INUSE_ERROR_LIMIT == -9);
HOLDS(INUSE_ERROR_IO == -10);
HOLDS(INUSE_ERROR_SYSTEM == -11);

HOLDS(INUSE_FREE == 0);
HOLDS(INUSE_IN_USE == 1);
HOLDS(INUSE_DENIED == 2);
HOLDS(INUSE_UNAVAILABLE == 3);
HOLDS(INUSE_UNKNOWN == 4);

HOLDS(INUSE_POSSIBLE == 0);
HOLDS(INUSE_LIKELY == 1);
HOLDS(INUSE_PROVEN == 2);

HOLDS(INUSE_RISK_NONE == 0);
HOLDS(INUSE_RISK_LOW == 1);
HOLDS(INUSE_RISK_MEDIUM == 2);
HOLDS(INUSE_RISK_HIGH == 3);

HOLDS(INUSE_TRI_UNKNOWN == 0);
HOLDS(INUSE_TRI_NO == 1);
HOLDS(INUSE_TRI_YES == 2);

HOLDS(INUSE_WAITED_TIME_UP == 0);
HOLDS(INUSE_WAITED_DONE == 1);
HOLDS(INUSE_WAITED_STOPPED == 2);

HOLDS(INUSE_OPERATION_AUTO == 0);
HOLDS(INUSE_OPERATION_BIND == 1);
HOLDS(INUSE_OPERATION_LISTEN == 2);
HOLDS(INUSE_OPERATION_CONNECT == 3);

HOLDS(INUSE_FEATURE_BPF == 1);
HOLDS(INUSE_FEATURE_SYSTEMD == 2);
HOLDS(INUSE_FEATURE_WATCH == 4);

HOLDS(INUSE_END_NOTHING == 0);
HOLDS(INUSE_END_PLANNED == 1);
HOLDS(INUSE_END_DECLINED == 2);
HOLDS(INUSE_END_REFUSED == 3);
HOLDS(INUSE_END_UNKNOWN == 4);
HOLDS(INUSE_END_DONE == 5);
HOLDS(INUSE_END_STILL_HELD == 6);
HOLDS(INUSE_END_RESPAWNED == 7);
HOLDS(INUSE_END_INTERRUPTED == 8);

/* The size comes first: it is what says which of the others are there. */
HOLDS(offsetof(struct inuse_options, size) == 0);
HOLDS(offsetof(struct inuse_list_options, size) == 0);
HOLDS(offsetof(struct inuse_pick_options, size) == 0);
HOLDS(offsetof(struct inuse_wait_options, size) == 0);
HOLDS(offsetof(struct inuse_free_options, size) == 0);

int main(void)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers = NULL;

	if (inuse_why("127.0.0.1:20000", &options, &answers) < 1)
		return 1;
	inuse_answers_free(answers);
	options.size = sizeof(options.size); /* a caller that knows nothing else */
	if (inuse_why("127.0.0.1:20000", &options, &answers) < 1 || !inuse_version()[0])
		return 1;
	inuse_answers_free(answers);
	return 0;
}
