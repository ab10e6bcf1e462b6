/* captures/gaps.h - what the captures do not show, and which capture would */
#ifndef IU_CAPTURES_GAPS_H
#define IU_CAPTURES_GAPS_H

#include "captures/capture-out.h"

/** iu_capture_gaps() - sets `seen` and adds the gaps. Returns: 0, IU_E_NOMEM. */
void iu_capture_gaps(struct iu_capture_out *out);

#endif
