/* run/linux/pass-fd.h - how the command's process gives the listener to its supervisor */
#ifndef IU_RUN_LINUX_PASS_FD_H
#define IU_RUN_LINUX_PASS_FD_H

/* What is given: where the kernel asks, or where preloaded libraries do. */
enum iu_run_source { IU_RUN_KERNEL = 'k', IU_RUN_PRELOADED = 'p' };

/** iu_run_pass_fd_send() - gives @fd away. Returns: 0 or an errno. */
int iu_run_pass_fd_send(int control, int fd, enum iu_run_source source);

/** iu_run_pass_fd_receive() - takes it. Returns: the descriptor, or -1: nobody gave one. */
int iu_run_pass_fd_receive(int control, enum iu_run_source *ret_source);

#endif
