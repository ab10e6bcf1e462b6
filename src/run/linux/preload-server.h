/* run/linux/preload-server.h - the socket where preloaded libraries ask */
#ifndef IU_RUN_LINUX_PRELOAD_SERVER_H
#define IU_RUN_LINUX_PRELOAD_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "run/preload/preload.h"

#define IU_RUN_NAME_TEXT 32

/** iu_run_preload_server_open() - a socket with an abstract name of its own, or -1 */
int iu_run_preload_server_open(char ret_name[IU_RUN_NAME_TEXT]);

/* Somebody who asks. */
struct iu_run_preload_client {
	int connection; /* the answer goes there; the caller's */
	int socket;     /* the socket the call was for; the caller's */
	int32_t pid;    /* as the kernel says it */
	struct iu_preload_request request;
};

/** iu_run_preload_server_next() - takes one request. Returns: 0, IU_E_PROTO: nothing of use came. */
int iu_run_preload_server_next(int server, struct iu_run_preload_client *ret_client);

/** iu_run_preload_server_is_wanted() - whether a process that we may look at was started with its name. */
bool iu_run_preload_server_is_wanted(int server);

/** iu_run_preload_server_library() - its path, beside this program or where it is installed. */
int iu_run_preload_server_library(char *path, size_t size);

#endif
