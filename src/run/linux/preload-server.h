/* run/linux/preload-server.h - the socket where preloaded libraries ask */
#ifndef IU_RUN_LINUX_PRELOAD_SERVER_H
#define IU_RUN_LINUX_PRELOAD_SERVER_H

#include <stddef.h>

#include "run/preload/preload.h"

#define IU_RUN_NAME_TEXT 32

/** iu_run_reception_open() - a socket with an abstract name that nobody has. Returns: it, or -1. */
int iu_run_reception_open(char ret_name[IU_RUN_NAME_TEXT]);

/* Somebody who asks. */
struct iu_run_guest {
	int connection; /* the answer goes there; the caller's */
	int socket;     /* the socket the call was for; the caller's */
	int32_t pid;    /* as the kernel says it */
	struct iu_preload_request request;
};

/** iu_run_reception_next() - takes one request. Returns: 0, IU_E_PROTO: nothing of use came. */
int iu_run_reception_next(int reception, struct iu_run_guest *ret_guest);

/** iu_run_shim_find() - the path of the library, beside this program or where it is installed. */
int iu_run_shim_find(char *path, size_t size);

#endif
