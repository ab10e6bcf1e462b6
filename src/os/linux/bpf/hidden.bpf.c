// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/hidden.bpf.c - iterators that show what /proc and netlink leave out */
#include "os/linux/bpf/socket.bpf.h"
#include "os/linux/bpf/pids.bpf.h"

#define SCM_MAX_FD   253
#define FILE_POINTER (~7UL) /* low bits of io_uring's file_ptr are flags */
#define STEPS_MAX    65536  /* of one loop: messages of a queue, files of a ring */

const char ring_name[] = "[io_uring]";

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct iu_bpf_hidden_memory hidden;

/* A bit for each wanted inode; others may have the same one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct iu_bpf_inodes);
} inodes SEC(".maps");

static bool wants_port(__u16 port)
{
	return hidden.ports[(port >> 3) & 8191] & (1 << (port & 7));
}

static bool wants_inode(__u64 inode)
{
	__u64 bit = IU_BPF_INODE_BIT(inode, IU_BPF_HIDDEN_INODES);
	struct iu_bpf_inodes *wanted;
	__u32 zero = 0;

	wanted = inode ? bpf_map_lookup_elem(&inodes, &zero) : NULL;
	return wanted && wanted->bits[bit >> 3 & (IU_BPF_HIDDEN_INODES - 1)] >> (bit & 7) & 1;
}

/* A member of the inode of a socket, which lies in struct socket_alloc behind the socket. */
#define INODE_OFFSET(member)                                                                       \
	(bpf_core_field_offset(struct socket_alloc, vfs_inode.member) -                            \
		bpf_core_field_offset(struct socket_alloc, vfs_inode))

/* The socket of a file; NULL: it is none, or only the path of one (O_PATH). */
static struct sock *sock_of(struct file *file)
{
	void *inode = BPF_CORE_READ(file, f_inode);
	struct socket_alloc *socket;
	__u16 mode = 0;

	bpf_probe_read_kernel(&mode, sizeof(mode), inode + INODE_OFFSET(i_mode));
	if ((mode & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return socket ? BPF_CORE_READ(socket, socket.sk) : NULL;
}

static __u64 file_inode(struct file *file)
{
	void *inode = BPF_CORE_READ(file, f_inode);
	unsigned long number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), inode + INODE_OFFSET(i_ino));
	return number;
}

/* ---- pids ---- */

/* A global function of the number: the verifier looks at it once and not at every call. */
__noinline int pid_in_reader(__u64 address)
{
	struct pid *pid = (struct pid *)address;

	if (!hidden.reader_space)
		find_reader(hidden.reader, &hidden.reader_space, &hidden.reader_level);
	return number_of(pid, hidden.reader_space, hidden.reader_level);
}

static __s32 pid_number(struct pid *pid)
{
	return pid_in_reader((__u64)pid);
}

/* ---- sockets ---- */

static __always_inline void read_cache_of(struct iu_row_socket *row, struct inet_bind_bucket *bucket)
{
	if (bucket && BPF_CORE_READ(bucket, port) == row->socket.port)
		read_cache(&row->cache, bucket);
}

static __noinline int write_socket(struct seq_file *seq, struct sock *sk, __u16 protocol)
{
	struct iu_row_socket row = {.head = {IU_ROW_SOCKET, sizeof(row)}};

	row.socket.protocol = protocol;
	read_common(&row.socket, sk);
	if (row.socket.state == TCP_TIME_WAIT && protocol == PROTOCOL_TCP) {
		struct tcp_timewait_sock *wait = (struct tcp_timewait_sock *)sk;

		read_mini(&row.socket, sk);
		read_cache_of(&row, BPF_CORE_READ(wait, tw_sk.tw_tb));
	} else {
		read_full(&row.socket, sk);
		if (protocol == PROTOCOL_TCP)
			read_cache_of(&row,
				BPF_CORE_READ((struct inet_connection_sock *)sk, icsk_bind_hash));
	}
	return bpf_seq_write(seq, &row, sizeof(row));
}

SEC("iter/tcp")
int inuse_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock *sk = (struct sock *)ctx->sk_common; /* maybe only the start of one */

	/* A request that waits for the last packet of the handshake holds no port. */
	if (!sk || SOCK(sk, __sk_common.skc_state) == TCP_NEW_SYN_RECV ||
		!wants_port(SOCK(sk, __sk_common.skc_num)))
		return 0;
	write_socket(ctx->meta->seq, sk, PROTOCOL_TCP);
	return 0;
}

SEC("iter/udp")
int inuse_udp(struct bpf_iter__udp *ctx)
{
	struct sock *sk = (struct sock *)ctx->udp_sk;

	/* UDP-Lite has ports of its own and comes by the same way. */
	if (!sk || !wants_port(SOCK(sk, __sk_common.skc_num)) ||
		SOCK(sk, sk_protocol) != PROTOCOL_UDP)
		return 0;
	write_socket(ctx->meta->seq, sk, PROTOCOL_UDP);
	return 0;
}

/* The options of a wanted socket that no walk over the port tables shows: bound, not listening. */
static void write_socket_of(struct seq_file *seq, struct sock *sk)
{
	__u16 family = SOCK(sk, __sk_common.skc_family);
	__u16 protocol = SOCK(sk, sk_protocol);

	if ((family == AF_INET || family == AF_INET6) &&
		(protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP))
		write_socket(seq, sk, protocol);
}

/* ---- io_uring's registered files ---- */

static bool is_ring(struct file *file)
{
	const unsigned char *text = BPF_CORE_READ(file, f_path.dentry, d_name.name);
	char name[16] = "";

	bpf_probe_read_kernel_str(name, sizeof(name), text);
	return bpf_strncmp(name, sizeof(name), ring_name) == 0;
}

struct ring_walk {
	struct seq_file *seq;
	struct io_uring_task *rings; /* NULL: only the one ring */
	struct io_ring_ctx *ring;    /* NULL: the next one is to be opened */
	__u64 files;                 /* array of pointers, or of struct io_fixed_file */
	__u32 next_ring, at, n;
	__s32 pid, tid;
};

static void open_ring(struct ring_walk *walk)
{
	struct io_ring_ctx *ring = walk->ring; /* walk->ring would be taken for a kernel member */

	walk->at = walk->n = 0;
	if (!ring)
		return;
	if (bpf_core_field_exists(ring->file_table.data.nodes)) {
		walk->n = BPF_CORE_READ(ring, file_table.data.nr);
		walk->files = (__u64)BPF_CORE_READ(ring, file_table.data.nodes);
	} else if (bpf_core_field_exists(ring->nr_user_files)) {
		walk->n = BPF_CORE_READ(ring, nr_user_files);
		walk->files = (__u64)BPF_CORE_READ(ring, file_table.files);
	}
	if (!walk->files)
		walk->n = 0;
}

static struct file *ring_file(struct ring_walk *walk)
{
	struct io_ring_ctx *ring = walk->ring;
	__u64 entry = 0;

	bpf_probe_read_kernel(&entry, sizeof(entry), (void *)(walk->files + walk->at * 8));
	if (bpf_core_field_exists(ring->file_table.data.nodes) && entry)
		entry = BPF_CORE_READ((struct io_rsrc_node *)entry, file_ptr);
	return (struct file *)(entry & FILE_POINTER);
}

static void write_hold(struct seq_file *seq, enum iu_row_kind kind, __u64 inode, __s32 pid,
	__s32 tid)
{
	struct iu_row_hold row = {.head = {kind, sizeof(row)}, .inode = inode, .pid = pid,
		.tid = tid, .fd = -1, .cloexec = 2};

	bpf_seq_write(seq, &row, sizeof(row));
}

/* Which ring comes after: the registered descriptors of the task, then the last one it used. */
static int next_ring(struct ring_walk *walk)
{
	struct io_uring_task *rings = walk->rings;
	__u32 number = walk->next_ring++;
	struct file *file = NULL;

	if (!rings || number > RINGS_REGISTERED)
		return 0;
	if (number == RINGS_REGISTERED) {
		walk->ring = (struct io_ring_ctx *)BPF_CORE_READ(rings, last);
	} else {
		bpf_probe_read_kernel(&file, sizeof(file),
			(void *)rings +
				bpf_core_field_offset(struct io_uring_task, registered_rings) +
				number * sizeof(file));
		walk->ring = file ? BPF_CORE_READ(file, private_data) : NULL;
	}
	open_ring(walk);
	return 1;
}

/* One flat loop over rings and their files: nested ones take the verifier tens of milliseconds. */
static long ring_step(__u32 i, struct ring_walk *walk)
{
	struct sock *sk;
	struct file *file;
	__u64 inode;

	if (i == STEPS_MAX - 1)
		hidden.cut_short++;
	if (walk->at >= walk->n)
		return !next_ring(walk);
	file = ring_file(walk);
	walk->at++;
	sk = file ? sock_of(file) : NULL;
	if (!sk)
		return 0;
	inode = file_inode(file);
	if (!wants_inode(inode))
		return 0;
	write_hold(walk->seq, IU_ROW_REGISTERED, inode, walk->pid, walk->tid);
	write_socket_of(walk->seq, sk);
	return 0;
}

static void walk_ring(struct seq_file *seq, struct task_struct *task, struct file *file)
{
	struct ring_walk walk = {.seq = seq};

	walk.ring = BPF_CORE_READ(file, private_data);
	walk.pid = pid_number(BPF_CORE_READ(task, group_leader, thread_pid));
	open_ring(&walk);
	bpf_loop(STEPS_MAX, ring_step, &walk, 0);
}

/* Rings without a descriptor: registered (IORING_REGISTER_RING_FDS), or only used. */
SEC("iter/task")
int inuse_rings(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct ring_walk walk = {0};

	if (!task || !bpf_core_field_exists(((struct task_struct *)0)->io_uring) ||
		!bpf_core_type_exists(struct io_ring_ctx))
		return 0;
	walk.seq = ctx->meta->seq;
	walk.rings = BPF_CORE_READ(task, io_uring);
	if (!walk.rings)
		return 0;
	walk.pid = pid_number(BPF_CORE_READ(task, group_leader, thread_pid));
	bpf_loop(STEPS_MAX, ring_step, &walk, 0);
	return 0;
}

/* ---- descriptors ---- */

SEC("iter/task_file")
int inuse_files(struct bpf_iter__task_file *ctx)
{
	struct iu_row_hold row = {.head = {IU_ROW_HOLD, sizeof(row)}};
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk;

	if (!task || !file)
		return 0;
	sk = sock_of(file);
	if (!sk) {
		if (hidden.sockets && bpf_core_type_exists(struct io_ring_ctx) && is_ring(file))
			walk_ring(ctx->meta->seq, task, file);
		return 0;
	}
	row.inode = file_inode(file);
	if (!wants_inode(row.inode))
		return 0;
	row.pid = pid_number(BPF_CORE_READ(task, group_leader, thread_pid));
	row.tid = pid_number(BPF_CORE_READ(task, thread_pid));
	row.fd = ctx->fd;
	row.cloexec = 2; /* two more structures to look up, for a detail */
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	if (hidden.sockets)
		write_socket_of(ctx->meta->seq, sk);
	return 0;
}

/* A mapping keeps a socket (TCP zero-copy receive) or a ring alive after its descriptor. */
SEC("iter/task_vma")
int inuse_mappings(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	struct file *file;
	struct sock *sk;
	__u64 inode;

	if (!task || !vma)
		return 0;
	file = BPF_CORE_READ(vma, vm_file);
	if (!file)
		return 0;
	sk = sock_of(file);
	if (!sk) {
		if (bpf_core_type_exists(struct io_ring_ctx) && is_ring(file))
			walk_ring(ctx->meta->seq, task, file);
		return 0;
	}
	inode = file_inode(file);
	if (!wants_inode(inode))
		return 0;
	write_hold(ctx->meta->seq, IU_ROW_MAPPED, inode,
		pid_number(BPF_CORE_READ(task, group_leader, thread_pid)), 0);
	write_socket_of(ctx->meta->seq, sk);
	return 0;
}

/* ---- descriptors in flight ---- */

struct queue_walk {
	struct seq_file *seq;
	struct sk_buff *waiting, *waiting_end; /* connections not accepted yet, of a listener */
	struct sk_buff *message, *end;         /* of one receive queue */
	struct scm_fp_list *files;
	__u32 at, n;
	__u64 queue_inode;
	__s32 peer_pid;
};

static void open_queue(struct queue_walk *walk, struct sock *sk)
{
	walk->end = (void *)sk + SOCK_OFFSET(sk_receive_queue);
	walk->message = SOCK(sk, sk_receive_queue.next);
	walk->peer_pid = pid_number(SOCK(sk, sk_peer_pid));
}

static void write_flight(struct queue_walk *walk, struct file *file)
{
	struct iu_row_flight row = {.head = {IU_ROW_IN_FLIGHT, sizeof(row)}};
	struct sock *sk = file ? sock_of(file) : NULL;

	if (!sk)
		return;
	row.inode = file_inode(file);
	/* UNIX sockets always: a wanted one may lie in the queue of one that is in flight itself */
	if (!wants_inode(row.inode)) {
		if (SOCK(sk, __sk_common.skc_family) != AF_UNIX)
			return;
	} else {
		write_socket_of(walk->seq, sk);
	}
	row.queue_inode = walk->queue_inode;
	row.peer_pid = walk->peer_pid;
	bpf_seq_write(walk->seq, &row, sizeof(row));
}

static void next_message(struct queue_walk *walk)
{
	struct sk_buff *message = walk->message;
	struct unix_skb_parms *parms =
		(void *)message + bpf_core_field_offset(struct sk_buff, cb);
	struct scm_fp_list *files = BPF_CORE_READ(parms, fp);

	walk->message = BPF_CORE_READ(message, next);
	walk->files = files;
	walk->at = 0;
	walk->n = files ? BPF_CORE_READ(files, count) : 0;
	if (walk->n > SCM_MAX_FD)
		walk->n = 0;
}

/* One flat loop over connections, messages and descriptors. */
static long queue_step(__u32 i, struct queue_walk *walk)
{
	struct sk_buff *waiting = walk->waiting;
	struct file *file = NULL;
	struct sock *sk;

	if (i == STEPS_MAX - 1)
		hidden.cut_short++;
	if (walk->at < walk->n) {
		bpf_probe_read_kernel(&file, sizeof(file),
			(void *)walk->files + bpf_core_field_offset(struct scm_fp_list, fp) +
				walk->at * sizeof(file));
		walk->at++;
		write_flight(walk, file);
		return 0;
	}
	if (walk->message && walk->message != walk->end) {
		next_message(walk);
		return 0;
	}
	if (!waiting || waiting == walk->waiting_end)
		return 1;
	sk = BPF_CORE_READ(waiting, sk);
	walk->waiting = BPF_CORE_READ(waiting, next);
	if (sk)
		open_queue(walk, sk);
	return 0;
}

SEC("iter/unix")
int inuse_queues(struct bpf_iter__unix *ctx)
{
	struct sock *sk = (struct sock *)ctx->unix_sk;
	struct queue_walk walk = {0};

	if (!sk)
		return 0;
	walk.queue_inode = inode_of(sk);
	if (!walk.queue_inode) /* not accepted yet: seen through its listener */
		return 0;
	walk.seq = ctx->meta->seq;
	open_queue(&walk, sk);
	if (SOCK(sk, __sk_common.skc_state) == TCP_LISTEN) {
		walk.waiting = walk.message;
		walk.waiting_end = walk.end;
		walk.message = NULL;
	}
	bpf_loop(STEPS_MAX, queue_step, &walk, 0);
	return 0;
}
