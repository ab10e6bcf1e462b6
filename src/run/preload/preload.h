/* run/preload/preload.h - what the preloaded library says to the supervisor, and hears */
#ifndef IU_RUN_PRELOAD_PRELOAD_H
#define IU_RUN_PRELOAD_PRELOAD_H

#include <stdint.h>

#define IU_PRELOAD_VARIABLE "INUSE_RUN" /* the abstract name of the supervisor's socket */
#define IU_PRELOAD_NAME_MAX 128

/* One call that failed; the socket itself comes with it (SCM_RIGHTS). One message, never cut. */
struct iu_preload_request {
	uint32_t listens; /* 1: listen(), 0: bind() */
	int32_t error;    /* its errno */
	uint32_t len;     /* bind: bytes of the address; listen: the backlog */
	unsigned char name[IU_PRELOAD_NAME_MAX];
};

/* The answer, one byte; the end of the connection means FAILED, too. */
#define IU_PRELOAD_DONE	  'd' /* it was done on the socket: return 0 */
#define IU_PRELOAD_FAILED 'f' /* it stays as it is */

#endif
