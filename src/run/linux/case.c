/* run/linux/case.c - answers one call of a command, however it waits */
#include "run/linux/case.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "run/preload/preload.h"

int iu_run_case_answer(const struct iu_run_supervisor *s, struct iu_run_case *c, bool done)
{
	const char byte = done ? IU_PRELOAD_DONE : IU_PRELOAD_FAILED;

	if (c->socket >= 0)
		close(c->socket);
	c->socket = -1;
	if (c->reply >= 0)
		return send(c->reply, &byte, 1, MSG_NOSIGNAL) == 1 ? 0 : IU_E_GONE;
	return done ? iu_run_notices_done(s->notices, c->notice.id, 0)
		    : iu_run_notices_continue(s->notices, c->notice.id);
}

bool iu_run_case_waits(const struct iu_run_supervisor *s, const struct iu_run_case *c)
{
	struct pollfd end = {.fd = c->reply, .events = POLLIN};

	if (c->reply >= 0)
		return poll(&end, 1, 0) == 0; /* it never says more: only its end can come */
	return iu_run_notices_valid(s->notices, c->notice.id);
}

uint64_t iu_run_case_lost_key(const struct iu_run_case *c)
{
	struct stat status;
	uint64_t key;

	if (c->call.kind != IU_RUN_BIND || c->socket < 0 || fstat(c->socket, &status) < 0)
		return 0;
	key = iu_run_told_key(0, &status.st_ino, sizeof(status.st_ino));
	return iu_run_told_key(key, c->bytes, c->call.len);
}
