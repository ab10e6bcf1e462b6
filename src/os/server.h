/* os/server.h - where a `watch` that runs answers those who ask, knowing who they are; Linux */
#ifndef IU_OS_SERVER_H
#define IU_OS_SERVER_H

#include "base/text.h"
#include "os/record.h"

#define IU_SERVER	      IU_RECORD_FOLDER "/socket"
#define IU_SERVER_BYTES (64 * 1024) /* of an answer, at most */

struct iu_os_server;

/**
 * iu_os_server_open() - from now on anybody may ask
 * Only while a record is open (os/record.h): so there is one server, in a folder that is root's.
 * Returns: 0, IU_E_NOTSUP, IU_E_NOMEM, IU_E_*.
 */
int iu_os_server_open(struct iu_os_server **ret_server);

/** iu_os_server_listener() - readable when somebody asks; -1: nobody is let in now, or @server is NULL. */
int iu_os_server_listener(struct iu_os_server *server);

/* Who asks, as the kernel says. */
struct iu_server_client {
	uint32_t uid;
	int32_t session; /* of processes, as a terminal has one; 0: not known */
};

/** iu_os_server_next() - Returns: 1: somebody asks, and waits for iu_os_server_answer(); 0: nobody does. */
int iu_os_server_next(struct iu_os_server *server, struct iu_server_client *ret_client);

/** iu_os_server_answer() - sends it and lets the client go; what it does not take at once is lost. */
void iu_os_server_answer(struct iu_os_server *server, const struct iu_text *answer);

/** iu_os_server_close() - NULL is fine. */
void iu_os_server_close(struct iu_os_server *server);

/* ---- the other side ---- */

/**
 * iu_os_server_ask() - what a watch of root's answers
 * Returns: 0, IU_E_NOENT: none runs here, IU_E_AGAIN: it does not answer in @ms, IU_E_ACCESS: it is not
 * root's, IU_E_NOTSUP, IU_E_NOMEM. *@text is the client's to free either way.
 */
int iu_os_server_ask(unsigned int ms, struct iu_text *text);

/** iu_os_server_clock_ms() - milliseconds since 1970, on the clock that failures are told with. */
int64_t iu_os_server_clock_ms(void);

/** iu_os_server_sees() - whether a process of that number is there. */
bool iu_os_server_sees(int32_t pid);

#endif
