/* engine/linux/causes.h - the causes of Linux, in the order in which they are tried */
#ifndef IU_ENGINE_LINUX_CAUSES_H
#define IU_ENGINE_LINUX_CAUSES_H

struct iu_cause_rule;

/* NULL at the end. */
extern const struct iu_cause_rule *const iu_linux_causes[];

/** iu_linux_cause() - what a cause is there */
const struct iu_cause_rule *iu_linux_cause(const struct iu_cause_rule *rule);

#endif
