/* os/windows/interrupt.h - Ctrl-C on the console of another process */
#ifndef IU_OS_WINDOWS_INTERRUPT_H
#define IU_OS_WINDOWS_INTERRUPT_H

#include <stdint.h>

/* The first argument of our own program when it is the helper; the pid follows. */
#define IU_INTERRUPT_WORD "--interrupt-console-of"

enum iu_interrupted {
	IU_INTERRUPT_SENT,
	IU_INTERRUPT_SHARED,     /* others are on that console, too: nothing was sent */
	IU_INTERRUPT_NO_CONSOLE, /* it has none, or it may not be attached to */
};

/** iu_interrupt() - leaves the own console, goes to that of @pid and sends Ctrl-C there. */
enum iu_interrupted iu_interrupt(int32_t pid);

#endif
