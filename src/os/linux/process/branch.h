/* os/linux/process/branch.h - the git branch of a directory */
#ifndef IU_OS_LINUX_PROCESS_BRANCH_H
#define IU_OS_LINUX_PROCESS_BRANCH_H

#define IU_BRANCH_BYTES 128

/**
 * iu_branch_read() - the branch that .git/HEAD names, in the directory or one above
 * @dir: descriptor of a directory whose file system answers by itself
 * @ret_branch: receives it; "" where there is none
 *
 * System calls only: it may run in a process of its own. Neither links nor mounts are followed.
 */
void iu_branch_read(int dir, char ret_branch[IU_BRANCH_BYTES]);

#endif
