/* os/windows/no-journal.c - there is no journal of systemd here */
#include "base/err.h"
#include "os/journal.h"

int iu_os_journal_send(const struct iu_text fields[], size_t n)
{
	(void)fields;
	(void)n;
	return IU_E_NOTSUP;
}
