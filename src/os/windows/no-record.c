/* os/windows/no-record.c - the twin of linux/watch/record.c: nothing is watched here, so nothing is kept */
#include "base/err.h"
#include "os/record.h"

int iu_os_record_open(struct iu_os_record **ret_record)
{
	(void)ret_record;
	return IU_E_NOTSUP;
}

void iu_os_record_add(struct iu_os_record *record, const char *line, size_t len)
{
	(void)record;
	(void)line;
	(void)len;
}

void iu_os_record_renew(struct iu_os_record *record)
{
	(void)record;
}

void iu_os_record_close(struct iu_os_record *record)
{
	(void)record;
}

int iu_os_record_read(struct iu_text *text)
{
	(void)text;
	return IU_E_NOTSUP;
}

bool iu_os_record_is_kept(void)
{
	return false;
}
