/* engine/rules.c - the one place that asks which system a snapshot is of */
#include "engine/rules.h"

#include <string.h>

const struct iu_rules *iu_rules_of(const struct iu_snapshot *snapshot)
{
	const char *os = snapshot->host.os;

	return os && !strcmp(os, "windows") ? &iu_rules_windows : &iu_rules_linux;
}
