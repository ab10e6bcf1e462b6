/* cli/no-full.c - the twin of full.c: this is the full program */
#include "cli/full.h"

void iu_full_prepare(int argc, char **argv)
{
	(void)argc;
	(void)argv;
}

bool iu_full_suits(const struct iu_invocation *invocation)
{
	(void)invocation;
	return false;
}

void iu_full_too_late(void)
{
}

void iu_full_start(void)
{
}

struct iu_session iu_full_session(void)
{
	return (struct iu_session){0};
}

bool iu_full_again(struct iu_session *session, int result)
{
	(void)session;
	(void)result;
	return false;
}
