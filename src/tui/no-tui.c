/* tui/no-tui.c - the live view of a program that has none */
#include "tui/top.h"

#include "base/err.h"

int iu_top_run(const struct iu_top_options *options, int *ret_signal)
{
	(void)options;
	*ret_signal = 0;
	return IU_E_NOTSUP;
}
