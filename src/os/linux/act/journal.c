/* os/linux/act/journal.c - the system's journal, out of a libsystemd that is loaded when it is first needed */
#include "os/journal.h"

/* The entry is about another program: which line of ours sent it is of no interest. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "base/library.h"

#define SOCKET	   "/run/systemd/journal/socket" /* of the native protocol */
#define FIELDS_MAX 40

static union {
	__typeof__(sd_journal_sendv) *send;
	void *plain;
} loaded;

int iu_os_journal_send(const struct iu_text fields[], size_t n)
{
	static const char *const name[] = {"sd_journal_sendv"};
	struct iovec parts[FIELDS_MAX];

	if (access(SOCKET, F_OK) < 0 || n > FIELDS_MAX)
		return IU_E_NOTSUP;
	if (!loaded.plain && iu_library_load("libsystemd.so.0", name, IU_COUNT(name), &loaded.plain) < 0)
		return IU_E_NOTSUP;
	for (size_t i = 0; i < n; i++) {
		if (fields[i].failed)
			return IU_E_SYSTEM;
		parts[i] = (struct iovec){fields[i].data, fields[i].len};
	}
	return loaded.send(parts, (int)n) < 0 ? IU_E_SYSTEM : 0;
}
