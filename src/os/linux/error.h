/* os/linux/error.h - errno in the language of the house */
#ifndef IU_OS_LINUX_ERROR_H
#define IU_OS_LINUX_ERROR_H

/** iu_error_from() - the IU_E_* of an errno; 0 for 0. */
int iu_error_from(int error);

#endif
