/* os/windows/no-server.c - the twin of linux/watch/server.c: nothing is watched here, so nobody answers */
#include "base/err.h"
#include "os/server.h"

int iu_os_server_open(struct iu_os_server **ret_server)
{
	(void)ret_server;
	return IU_E_NOTSUP;
}

int iu_os_server_listener(struct iu_os_server *server)
{
	(void)server;
	return -1;
}

int iu_os_server_next(struct iu_os_server *server, struct iu_server_client *ret_client)
{
	(void)server;
	(void)ret_client;
	return 0;
}

void iu_os_server_answer(struct iu_os_server *server, const struct iu_text *answer)
{
	(void)server;
	(void)answer;
}

void iu_os_server_close(struct iu_os_server *server)
{
	(void)server;
}

int iu_os_server_ask(unsigned int ms, struct iu_text *text)
{
	(void)ms;
	(void)text;
	return IU_E_NOTSUP;
}

int64_t iu_os_server_clock_ms(void)
{
	return 0;
}

bool iu_os_server_sees(int32_t pid)
{
	(void)pid;
	return false;
}
