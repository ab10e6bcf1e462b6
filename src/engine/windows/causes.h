/* engine/windows/causes.h - the causes of Windows, in the order in which they are tried */
#ifndef IU_ENGINE_WINDOWS_CAUSES_H
#define IU_ENGINE_WINDOWS_CAUSES_H

struct iu_cause_rule;

/* NULL at the end. */
extern const struct iu_cause_rule *const iu_windows_causes[];

/** iu_windows_cause() - what a cause is there */
const struct iu_cause_rule *iu_windows_cause(const struct iu_cause_rule *rule);

#endif
