/* tests/unit/os/btf-kernel.c - compiled to BTF only: everything in the header has to be described */
#include "btf-kernel.h"

int bpf_iter_task_file(struct task_struct *task, struct file *file);

int bpf_iter_task_file(struct task_struct *task, struct file *file)
{
	return task->pid + (int)file->mode;
}

#define DESCRIBED(name) struct name described_##name;
DESCRIBED(task_struct)
DESCRIBED(signal_struct)
DESCRIBED(cred)
DESCRIBED(nsproxy)
DESCRIBED(net)
DESCRIBED(udp_table)
DESCRIBED(unix_sock)
DESCRIBED(inet_hashinfo)
DESCRIBED(inet_bind_hashbucket)
DESCRIBED(inet_bind_bucket)
DESCRIBED(inet_bind2_bucket)
DESCRIBED(sock_common)
DESCRIBED(sock)
DESCRIBED(socket_wq)
DESCRIBED(wait_queue_entry)
DESCRIBED(poll_table_entry)
DESCRIBED(inet_timewait_sock)
DESCRIBED(socket)
DESCRIBED(socket_alloc)
DESCRIBED(cgroup)
DESCRIBED(kernfs_node)
DESCRIBED(file)
DESCRIBED(inode)
DESCRIBED(files_struct)
DESCRIBED(fdtable)
