/* os/linux/error.c - errno in the language of the house */
#include "os/linux/error.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/os.h"

static const struct {
	int number, error;
} rows[] = {
	{ENOMEM, IU_E_NOMEM},
	{EINVAL, IU_E_INPUT},
	{EPROTO, IU_E_PROTO},
	{EBADMSG, IU_E_PROTO},
	{EPERM, IU_E_ACCESS},
	{EACCES, IU_E_ACCESS},
	{ENOENT, IU_E_NOENT},
	{ESRCH, IU_E_GONE},
	{EINTR, IU_E_AGAIN},
	{EAGAIN, IU_E_AGAIN},
	{EPROTONOSUPPORT, IU_E_NOTSUP},
	{EAFNOSUPPORT, IU_E_NOTSUP},
	{EOPNOTSUPP, IU_E_NOTSUP},
	{ENOSYS, IU_E_NOTSUP},
	{ENAMETOOLONG, IU_E_LIMIT},
	{E2BIG, IU_E_LIMIT},
	{EMFILE, IU_E_LIMIT},
	{ENFILE, IU_E_LIMIT},
	{EIO, IU_E_IO},
};

int iu_error_from(int error)
{
	if (error == 0)
		return 0;
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].number == error)
			return rows[i].error;
	return IU_E_SYSTEM;
}

/* A table of our own: strerrorname_np() exists in new glibc only. */
static const struct {
	int number;
	const char *name;
} names[] = {
	{0, "success"},
	{EPERM, "EPERM"},
	{ENOENT, "ENOENT"},
	{ESRCH, "ESRCH"},
	{EINTR, "EINTR"},
	{EIO, "EIO"},
	{ENXIO, "ENXIO"},
	{E2BIG, "E2BIG"},
	{EBADF, "EBADF"},
	{ECHILD, "ECHILD"},
	{EAGAIN, "EAGAIN"},
	{ENOMEM, "ENOMEM"},
	{EACCES, "EACCES"},
	{EFAULT, "EFAULT"},
	{EBUSY, "EBUSY"},
	{EEXIST, "EEXIST"},
	{EXDEV, "EXDEV"},
	{ENODEV, "ENODEV"},
	{ENOTDIR, "ENOTDIR"},
	{EISDIR, "EISDIR"},
	{EINVAL, "EINVAL"},
	{ENFILE, "ENFILE"},
	{EMFILE, "EMFILE"},
	{ENOTTY, "ENOTTY"},
	{ETXTBSY, "ETXTBSY"},
	{EFBIG, "EFBIG"},
	{ENOSPC, "ENOSPC"},
	{ESPIPE, "ESPIPE"},
	{EROFS, "EROFS"},
	{EMLINK, "EMLINK"},
	{EPIPE, "EPIPE"},
	{EDOM, "EDOM"},
	{ERANGE, "ERANGE"},
	{EDEADLK, "EDEADLK"},
	{ENAMETOOLONG, "ENAMETOOLONG"},
	{ENOLCK, "ENOLCK"},
	{ENOSYS, "ENOSYS"},
	{ENOTEMPTY, "ENOTEMPTY"},
	{ELOOP, "ELOOP"},
	{ENODATA, "ENODATA"},
	{ETIME, "ETIME"},
	{ENOLINK, "ENOLINK"},
	{EPROTO, "EPROTO"},
	{EBADMSG, "EBADMSG"},
	{EOVERFLOW, "EOVERFLOW"},
	{EILSEQ, "EILSEQ"},
	{EUSERS, "EUSERS"},
	{ENOTSOCK, "ENOTSOCK"},
	{EDESTADDRREQ, "EDESTADDRREQ"},
	{EMSGSIZE, "EMSGSIZE"},
	{EPROTOTYPE, "EPROTOTYPE"},
	{ENOPROTOOPT, "ENOPROTOOPT"},
	{EPROTONOSUPPORT, "EPROTONOSUPPORT"},
	{ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"},
	{EOPNOTSUPP, "EOPNOTSUPP"},
	{EPFNOSUPPORT, "EPFNOSUPPORT"},
	{EAFNOSUPPORT, "EAFNOSUPPORT"},
	{EADDRINUSE, "EADDRINUSE"},
	{EADDRNOTAVAIL, "EADDRNOTAVAIL"},
	{ENETDOWN, "ENETDOWN"},
	{ENETUNREACH, "ENETUNREACH"},
	{ENETRESET, "ENETRESET"},
	{ECONNABORTED, "ECONNABORTED"},
	{ECONNRESET, "ECONNRESET"},
	{ENOBUFS, "ENOBUFS"},
	{EISCONN, "EISCONN"},
	{ENOTCONN, "ENOTCONN"},
	{ESHUTDOWN, "ESHUTDOWN"},
	{ETIMEDOUT, "ETIMEDOUT"},
	{ECONNREFUSED, "ECONNREFUSED"},
	{EHOSTDOWN, "EHOSTDOWN"},
	{EHOSTUNREACH, "EHOSTUNREACH"},
	{EALREADY, "EALREADY"},
	{EINPROGRESS, "EINPROGRESS"},
	{ESTALE, "ESTALE"},
	{EDQUOT, "EDQUOT"},
	{ECANCELED, "ECANCELED"},
	{ENOKEY, "ENOKEY"},
	{EKEYREJECTED, "EKEYREJECTED"},
	{EOWNERDEAD, "EOWNERDEAD"},
};

const char *iu_os_error_name(int error)
{
	for (size_t i = 0; i < IU_COUNT(names); i++)
		if (names[i].number == error)
			return names[i].name;
	return "unknown error";
}

enum iu_error_space iu_os_error_space(void)
{
	return IU_SPACE_LINUX;
}

int iu_os_error_text(int error, struct iu_text *out)
{
	const char *text = strerror(error); /* strerrordesc_np() exists in new glibc only */

	if (!text || !strncmp(text, "Unknown error", 13) || !strcmp(text, "No error information"))
		return IU_E_NOENT;
	iu_text_add(out, text);
	return 0;
}
