/* engine/windows/infer.h - what follows for sockets and asker from what is known of them */
#ifndef IU_ENGINE_WINDOWS_INFER_H
#define IU_ENGINE_WINDOWS_INFER_H

#include "engine/evaluation.h"

/** iu_windows_infer() - accounts and options of the sockets of one port, and those of the asker */
void iu_windows_infer(struct iu_evaluation *evaluation);

#endif
