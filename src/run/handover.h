/* run/handover.h - how the command's process gives the listener to its supervisor */
#ifndef IU_RUN_HANDOVER_H
#define IU_RUN_HANDOVER_H

/** iu_run_handover_send() - gives @fd away. Returns: 0 or an errno. */
int iu_run_handover_send(int control, int fd);

/** iu_run_handover_receive() - takes it. Returns: the descriptor, or -1: nobody gave one. */
int iu_run_handover_receive(int control);

#endif
