/* namespaces.h - whether a test sees all processes, or only those of a container */
#ifndef TESTS_LIB_NAMESPACES_H
#define TESTS_LIB_NAMESPACES_H

#include <stdbool.h>
#include <sys/stat.h>

#define INITIAL_PID_NAMESPACE 0xEFFFFFFCu /* PROC_PID_INIT_INO, include/linux/proc_ns.h */
#define OTHER_PID_NAMESPACE   "processes outside of this PID namespace are not visible here"

/* Processes of outer PID namespaces are hidden, as in every container: whoever has a socket may be there. */
static inline bool hides_processes(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) < 0 || status.st_ino != INITIAL_PID_NAMESPACE;
}

#endif
