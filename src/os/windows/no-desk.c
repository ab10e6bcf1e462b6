/* os/windows/no-desk.c - the twin of linux/watch/desk.c: nothing is watched here, so nobody answers */
#include "base/err.h"
#include "os/desk.h"

int iu_os_desk_open(struct iu_os_desk **ret_desk)
{
	(void)ret_desk;
	return IU_E_NOTSUP;
}

int iu_os_desk_door(struct iu_os_desk *desk)
{
	(void)desk;
	return -1;
}

int iu_os_desk_next(struct iu_os_desk *desk, struct iu_desk_caller *ret_caller)
{
	(void)desk;
	(void)ret_caller;
	return 0;
}

void iu_os_desk_answer(struct iu_os_desk *desk, const struct iu_text *answer)
{
	(void)desk;
	(void)answer;
}

void iu_os_desk_close(struct iu_os_desk *desk)
{
	(void)desk;
}

int iu_os_desk_ask(unsigned int ms, struct iu_text *text)
{
	(void)ms;
	(void)text;
	return IU_E_NOTSUP;
}

int64_t iu_os_desk_clock_ms(void)
{
	return 0;
}

bool iu_os_desk_sees(int32_t pid)
{
	(void)pid;
	return false;
}
