/* os/linux/patient.h - a look that may have to wait for ever, by a process that can be left behind */
#ifndef IU_OS_LINUX_PATIENT_H
#define IU_OS_LINUX_PATIENT_H

#include <stddef.h>

/* Runs in another process: system calls only, nothing that takes a lock or memory. */
typedef void iu_patient_body(const void *context, void *result);

/**
 * iu_patient_call() - has @body fill in @size bytes at @result, and waits at most @ms for it
 * @keep: a descriptor that @body needs, -1: none; it has no others
 *
 * Who waits for a server of FUSE that has the request cannot even be killed, so nothing that anybody
 * waits for (standard output, the process itself) may be in its hands.
 * Returns: 0; IU_E_AGAIN: no answer in time; IU_E_SYSTEM: there can be no process.
 */
int iu_patient_call(unsigned int ms, iu_patient_body *body, const void *context, int keep,
	void *result, size_t size);

#endif
