/* tests/unit/os/stage.c - a private network namespace, and processes that hold real sockets */
#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "os/os.h"

#include "../../lib/network.h"

const char *stage_enter(void)
{
	if (network_enter(NULL) < 0)
		return "no network namespace of our own (unshare refused)";
	return network_up("lo") < 0 ? "the loopback interface cannot be brought up" : NULL;
}

struct stage_child stage_child(void (*act)(int ready))
{
	struct stage_child child;
	int ends[2];
	char byte;

	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	child.pid = fork();
	if (child.pid < 0)
		abort();
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		act(ends[1]);
		for (;;)
			pause();
	}
	close(ends[1]);
	child.fd = ends[0];
	if (read(child.fd, &byte, 1) != 1)
		printf("# the child could not stage its part\n");
	return child;
}

void stage_end(struct stage_child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->fd);
}

static int bind_loopback(int family, int type, uint16_t *ret_port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	bool v6 = family == AF_INET6;
	socklen_t len = v6 ? sizeof(in6) : sizeof(in);
	struct sockaddr *name = v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	/* An explicit port: only such a socket keeps it through everything. */
	in.sin_port = htons(*ret_port);
	in6.sin6_port = htons(*ret_port);
	if (fd < 0 || bind(fd, name, len) < 0 || getsockname(fd, name, &len) < 0) {
		printf("# bind: %s\n", strerror(errno));
		return -1;
	}
	*ret_port = ntohs(v6 ? in6.sin6_port : in.sin_port);
	return fd;
}

int stage_tcp(int family, bool listening, uint16_t *ret_port)
{
	int fd = bind_loopback(family, SOCK_STREAM, ret_port);

	if (fd >= 0 && listening && listen(fd, 5) < 0)
		return -1;
	return fd;
}

int stage_udp(int family, uint16_t *ret_port)
{
	return bind_loopback(family, SOCK_DGRAM, ret_port);
}

uint64_t stage_inode(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

int stage_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int n = 0;

	while (directory && readdir(directory))
		n++;
	if (directory)
		closedir(directory);
	return n;
}

void stage_look(struct iu_snapshot *snapshot, uint32_t facts, uint16_t port)
{
	const uint32_t second = IU_FACT_HOLDERS | IU_FACT_OPTIONS | IU_FACT_WAITERS;
	struct iu_needs needs = {.facts = facts & ~second};
	struct iu_port_range range = {port, port};
	int result;

	iu_snapshot_init(snapshot);
	if (port != 0) {
		needs.ports.v = &range;
		needs.ports.n = needs.ports.cap = 1;
	} else {
		needs.all_ports = true;
	}
	result = iu_os_collect(&needs, snapshot);
	if (result == 0 && facts & second) {
		needs.facts = facts & second;
		needs.all_inodes = true;
		result = iu_os_collect(&needs, snapshot);
	}
	if (result != 0)
		printf("# iu_os_collect: %s\n", iu_error_text(result));
	stage_print(snapshot);
}

const struct iu_socket *stage_socket(const struct iu_snapshot *snapshot, uint64_t inode)
{
	size_t i;

	for (i = 0; i < snapshot->sockets.n; i++)
		if (snapshot->sockets.v[i].inode == inode)
			return &snapshot->sockets.v[i];
	return NULL;
}

const struct iu_hold *stage_hold(const struct iu_snapshot *snapshot, uint64_t inode, pid_t pid)
{
	size_t i;

	for (i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == inode && snapshot->holds.v[i].pid == pid)
			return &snapshot->holds.v[i];
	return NULL;
}

void stage_print(const struct iu_snapshot *snapshot)
{
	size_t i;

	printf("# seen 0x%x\n", snapshot->seen);
	for (i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		printf("# socket %s %s port %u inode %llu uid %u/%d options %d/%d/%d served %d "
		       "explicit %d mini %d timer %lld\n",
			iu_protocol_name(s->protocol), iu_state_name(s->state), s->port,
			(unsigned long long)s->inode, s->uid, s->uid_known, s->reuseaddr,
			s->reuseport, s->v6only, s->waited_on, s->explicit_port, s->mini,
			(long long)s->timer_ms);
	}
	for (i = 0; i < snapshot->holds.n; i++)
		printf("# hold inode %llu pid %d tid %d fd %d\n",
			(unsigned long long)snapshot->holds.v[i].inode, snapshot->holds.v[i].pid,
			snapshot->holds.v[i].tid, snapshot->holds.v[i].fd);
	for (i = 0; i < snapshot->gaps.n; i++)
		printf("# gap %s: %s\n", snapshot->gaps.v[i].what, snapshot->gaps.v[i].why);
}
