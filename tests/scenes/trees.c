/* trees.c - random trees of processes with some sockets: the quick looks find whom /proc shows */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "os/linux/bpf/bpf.h"
#include "session/session.h"
#include "../lib/namespaces.h"
#include "../lib/network.h"
#include "../lib/send-files.h"

/*
 * INUSE_TREES trees (60; `make quick-proof` 2,000), each asked three times: INUSE_QUICK=off walks /proc and
 * compares files, "exhaustive" reads the link of every descriptor. What is compared is every hold: pid,
 * thread, descriptor, close-on-exec; and the sockets with their states. The same is asked of a UDP and a
 * UNIX socket. Then two ways list all sockets of the tree: a listener, one that is bound only, UDP and
 * UNIX, with what a table shows of their processes.
 */

#define CHILDREN_MAX 12
#define OTHERS       3
#define NAME	     "inuse-tree" /* of the UNIX socket, which is abstract */
#define CGROUP       "/sys/fs/cgroup/inuse-trees"

static unsigned int seed;
static bool newer; /* UDP, UNIX and lists have a quick way, too */

static unsigned int pick(unsigned int below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

struct tree {
	int others[OTHERS], listener, told, live, end; /* live: readable when the parent has closed the end */
	uint16_t port, udp;
	char story[512];
};

static void tell(struct tree *tree, const char *word)
{
	size_t len = strlen(tree->story);

	snprintf(tree->story + len, sizeof(tree->story) - len, "%s ", word);
}

static void rest(const struct tree *tree)
{
	char byte;

	if (write(tree->told, "x", 1) != 1)
		_exit(1);
	while (read(tree->live, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

struct private_table {
	const struct tree *tree;
	int end[2];
};

/* A thread whose descriptors are its own: the leader closes the socket, the thread keeps it. */
static void *keep_alone(void *context)
{
	struct private_table *table = context;
	char byte;

	if (unshare(CLONE_FILES) < 0 || write(table->end[1], "x", 1) != 1)
		_exit(1);
	while (read(table->tree->live, &byte, 1) < 0 && errno == EINTR)
		;
	return NULL;
}

static void private_table(const struct tree *tree)
{
	struct private_table table = {.tree = tree};
	pthread_t thread;
	char byte;

	if (pipe(table.end) < 0 || pthread_create(&thread, NULL, keep_alone, &table) ||
		read(table.end[0], &byte, 1) != 1)
		_exit(1);
	close(tree->listener);
	rest(tree);
}

/* Sends the descriptor as a message, and takes it out again or leaves it on its way to nobody. */
static void send_message(const struct tree *tree, bool receives)
{
	int pair[2];
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control)};

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 ||
		!send_files(pair[0], &tree->listener, 1))
		_exit(1);
	if (receives) {
		close(tree->listener);
		if (recvmsg(pair[1], &message, 0) != 1)
			_exit(1);
	}
	rest(tree);
}

/* While it waits in poll() the kernel holds a reference for it; epoll has none. */
static void waits(const struct tree *tree, bool epoll)
{
	struct pollfd wanted[2] = {{tree->listener, POLLIN, 0}, {tree->live, POLLIN, 0}};
	struct epoll_event listener = {.events = EPOLLIN}, live = {.events = EPOLLIN}, event;
	int all = epoll_create1(0);

	if (epoll_ctl(all, EPOLL_CTL_ADD, tree->listener, &listener) < 0 ||
		epoll_ctl(all, EPOLL_CTL_ADD, tree->live, &live) < 0 ||
		write(tree->told, "x", 1) != 1)
		_exit(1);
	if (epoll)
		while (epoll_wait(all, &event, 1, -1) < 0)
			;
	else
		while (poll(wanted, 2, -1) < 0)
			;
	_exit(0);
}

static int rest_of(void *context)
{
	rest(context);
	return 0;
}

static void *rest_in_thread(void *context)
{
	rest(context);
	return NULL;
}

/* Another process, or another thread, has the very same table. */
static void share(struct tree *tree, bool process)
{
	static char stack[65536] __attribute__((aligned(16)));
	pthread_t thread;
	char byte;

	if (process ? clone(rest_of, stack + sizeof(stack), CLONE_FILES | SIGCHLD, tree) < 0
		    : pthread_create(&thread, NULL, rest_in_thread, tree) != 0)
		_exit(1);
	while (read(tree->live, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* One process of the tree; what it does with the socket is drawn. */
static void child(struct tree *tree, unsigned int kind, unsigned int number)
{
	uid_t uid = (uid_t)(30000 + number);
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	switch (kind) {
	case 0: break;
	case 1: close(tree->listener); break;
	case 2:
		fd = fcntl(tree->listener, F_DUPFD_CLOEXEC, (int)(3 + number * 37 % 900));
		close(fd % 2 ? tree->listener : -1);
		break;
	case 3: private_table(tree); break;
	case 4: send_message(tree, true); break;
	case 5:
		if (setresuid(uid, uid, uid) < 0)
			_exit(1);
		break;
	case 6: /* of a PID namespace of its own */
		if (unshare(CLONE_NEWPID) < 0)
			_exit(1);
		if (fork() == 0)
			rest(tree);
		wait(NULL);
		_exit(0);
	case 7:
		fd = open(CGROUP "/cgroup.procs", O_WRONLY);
		if (fd >= 0 && write(fd, "0", 1) == 1)
			close(fd);
		break;
	case 8: /* the parent ends, its child lives on */
		if (fork() > 0)
			_exit(0);
		break;
	case 9: /* a name, and a table, that came by exec */
		fcntl(tree->listener, F_SETFD, number % 2 ? FD_CLOEXEC : 0);
		if (write(tree->told, "x", 1) != 1)
			_exit(1);
		dup2(tree->live, 0);
		execlp("cat", "cat", (char *)NULL);
		_exit(1);
	case 10: waits(tree, false); break;
	case 11: waits(tree, true); break;
	case 12: share(tree, true); break;
	case 13: share(tree, false); break;
	case 14: send_message(tree, false); break;
	}
	rest(tree);
}

static const char *const kinds[] = {"keeps", "closes", "dups", "private-table", "receives", "uid",
	"pid-namespace", "cgroup", "orphan", "exec", "polls",
	"epolls", "shares", "thread", "in-flight"};

/* ---- comparing ---- */

static int by_hold(const void *a, const void *b)
{
	const struct iu_hold *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

static size_t describe(const struct iu_snapshot *snapshot, char *text, size_t size)
{
	struct iu_holds *holds = (struct iu_holds *)&snapshot->holds;
	size_t len = 0, i;

	text[0] = '\0';
	qsort(holds->v, holds->n, sizeof(*holds->v), by_hold);
	for (i = 0; i < holds->n && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%d/%d:%d%s ", holds->v[i].pid,
			holds->v[i].tid, holds->v[i].fd,
			holds->v[i].cloexec == IU_YES ? "c" : "");
	for (i = 0; i < snapshot->sockets.n && len < size; i++)
		if (snapshot->sockets.v[i].state == IU_STATE_LISTEN)
			len += (size_t)snprintf(text + len, size - len, "listen ");
	return holds->n;
}

static size_t ask(const struct iu_question *question, const char *way, char *text, size_t size,
	bool *ret_ended)
{
	struct iu_question copy = *question;
	const struct iu_questions questions = {.v = &copy, .n = 1, .cap = 1};
	struct iu_session session = {0};
	size_t holds;

	setenv("INUSE_QUICK", way, 1);
	if (iu_session_look(&session, &questions) < 0)
		exit(1);
	/* where nobody keeps it the socket is gone */
	if (session.snapshot.sockets.n && session.snapshot.fd_candidates.known != !strcmp(way, "on")) {
		printf("not ok 1 - the way \"%s\" was not taken\n", way);
		exit(1);
	}
	if (ret_ended)
		*ret_ended = session.snapshot.fd_candidates.expected > 0;
	holds = describe(&session.snapshot, text, size);
	iu_session_free(&session);
	return holds;
}

static int by_socket(const void *a, const void *b)
{
	const struct iu_socket *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

struct table {
	bool told; /* by the kernel, not by /proc */
	struct iu_text text;
};

static int take(void *context, const struct iu_snapshot *snapshot, bool last)
{
	struct table *table = context;
	size_t i;

	qsort(snapshot->sockets.v, snapshot->sockets.n, sizeof(*snapshot->sockets.v), by_socket);
	qsort(snapshot->holds.v, snapshot->holds.n, sizeof(*snapshot->holds.v), by_hold);
	for (i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		iu_text_printf(&table->text, "%llu:%d:%d:%u:%u:%d:%s ", (unsigned long long)s->inode,
			(int)s->protocol, (int)s->state, s->port, s->uid, (int)s->v6only,
			s->cgroup ? s->cgroup : "");
	}
	for (i = 0; i < snapshot->holds.n; i++)
		iu_text_printf(&table->text, "%d/%d:%d->%llu ", snapshot->holds.v[i].pid,
			snapshot->holds.v[i].tid, snapshot->holds.v[i].fd,
			(unsigned long long)snapshot->holds.v[i].inode);
	for (i = 0; i < snapshot->processes.n; i++) {
		const struct iu_process *p = &snapshot->processes.v[i];

		iu_text_printf(&table->text, "%d=%s,%u,%llu,%lld,%s,%s,%s ", p->pid, p->name, p->uid,
			(unsigned long long)p->start_ticks, (long long)p->started,
			p->user ? p->user : "", p->cgroup ? p->cgroup : "",
			p->unit ? p->unit : "");
		table->told = table->told || p->ppid < 0;
	}
	return last ? 0 : -1;
}

static char *list(bool quick)
{
	struct table table = {0};
	struct iu_session session = {0};

	setenv("INUSE_QUICK", quick ? "on" : "off", 1);
	if (iu_session_stream(&session, &(struct iu_filter){0}, true, take, &table) < 0 || table.text.failed)
		exit(1);
	if (session.snapshot.processes.n && table.told != quick) {
		printf("not ok 1 - the %s way was not taken\n", quick ? "quick" : "slow");
		exit(1);
	}
	iu_session_free(&session);
	return table.text.data ? table.text.data : strdup(""); /* nobody keeps any */
}

/* ---- one tree ---- */

/* Descriptors of them are inherited by all, and closed by nobody. */
static bool open_others(struct tree *tree)
{
	int *others = tree->others;
	socklen_t len = sizeof(struct sockaddr_in);
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0" NAME};

	others[0] = socket(AF_INET6, SOCK_STREAM, 0);
	others[1] = socket(AF_INET, SOCK_DGRAM, 0);
	others[2] = socket(AF_UNIX, pick(2) ? SOCK_DGRAM : SOCK_STREAM, 0);
	return bind(others[0], (struct sockaddr *)&six, sizeof(six)) == 0 &&
	       bind(others[1], (struct sockaddr *)&four, sizeof(four)) == 0 &&
	       getsockname(others[1], (struct sockaddr *)&four, &len) == 0 &&
	       (tree->udp = ntohs(four.sin_port)) != 0 &&
	       bind(others[2], (struct sockaddr *)&name,
		       offsetof(struct sockaddr_un, sun_path) + sizeof(NAME)) == 0;
}

static bool plant(struct tree *tree, unsigned int count)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(any);
	unsigned int i;
	int told[2];
	char byte;

	tree->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (tree->listener < 0 || bind(tree->listener, (struct sockaddr *)&any, sizeof(any)) < 0 ||
		listen(tree->listener, 8) < 0 ||
		getsockname(tree->listener, (struct sockaddr *)&any, &len) < 0 || pipe(told) < 0)
		return false;
	tree->port = ntohs(any.sin_port);
	if (!open_others(tree))
		return false;
	tree->told = told[1];
	for (i = 0; i < count; i++) {
		unsigned int kind = pick(sizeof(kinds) / sizeof(kinds[0]));

		tell(tree, kinds[kind]);
		if (fork() == 0) {
			close(tree->end);
			child(tree, kind, i);
		}
	}
	for (i = 0; i < count; i++)
		if (read(told[0], &byte, 1) != 1)
			return false;
	close(told[0]);
	return true;
}

/* A server that keeps the socket it has made, and the credentials: most have no child. */
static void serve(struct tree *tree, int told)
{
	bool polls = pick(2);
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tell(tree, polls ? "polling server:" : "server:");
	if (!plant(tree, pick(2) ? pick(4) : 0) ||
		write(told, tree, sizeof(*tree)) != (ssize_t)sizeof(*tree))
		_exit(1);
	tree->told = told;
	close(tree->end);
	if (polls)
		waits(tree, false);
	while (read(tree->live, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static bool grow(struct tree *tree, const int live[2])
{
	struct tree planted;
	int told[2];
	bool good;

	tree->live = live[0];
	tree->end = live[1];
	if (pick(2))
		return plant(tree, 1 + pick(CHILDREN_MAX));
	if (pipe(told) < 0)
		return false;
	if (fork() == 0)
		serve(tree, told[1]);
	good = read(told[0], &planted, sizeof(planted)) == (ssize_t)sizeof(planted);
	close(told[0]);
	close(told[1]);
	*tree = planted;
	tree->listener = tree->told = -1;
	return good;
}

/* The names of exec'ed programs come a moment after they told; all asks see them then. */
static bool same(const struct tree *tree, unsigned int number, const struct iu_question *question,
	size_t *holds, bool *ret_ended)
{
	static char quick[65536], compared[65536], walked[65536];
	bool good = false;
	size_t n = 0;
	int try;

	for (try = 0; try < 3 && !good; try++) {
		n = ask(question, "on", quick, sizeof(quick), ret_ended);
		ask(question, "exhaustive", walked, sizeof(walked), NULL);
		strcpy(compared, walked);
		if (question->target.protocol == IU_PROTOCOL_TCP) /* files are compared alike */
			ask(question, "off", compared, sizeof(compared), NULL);
		good = !strcmp(quick, walked) && !strcmp(compared, walked);
	}
	*holds += n;
	if (!good)
		printf("# tree %u, %s: %s\n#   quick: %s\n#   compared: %s\n#   /proc: %s\n", number,
			question->target.text, tree->story, quick, compared, walked);
	return good;
}

static bool compare(unsigned int number, size_t *holds, unsigned int *counted)
{
	struct tree tree = {.listener = -1};
	int live[2], try;
	bool good, ended = false;
	char *table = NULL, *slow = NULL;

	if (pipe(live) < 0 || !grow(&tree, live))
		exit(1);
	if (tree.listener >= 0) {
		close(tree.listener);
		close(tree.told);
		for (try = 0; try < OTHERS; try++)
			close(tree.others[try]);
	}
	good = same(&tree, number,
		&(struct iu_question){.target.text = "tree",
			.target.protocol = IU_PROTOCOL_TCP,
			.target.port = tree.port},
		holds, &ended);
	good = good && (!newer || (same(&tree, number,
					   &(struct iu_question){.target.text = "UDP",
						   .target.protocol = IU_PROTOCOL_UDP,
						   .target.port = tree.udp},
					   holds, NULL) &&
					  same(&tree, number,
						  &(struct iu_question){.target.text = "UNIX",
							  .target.protocol = IU_PROTOCOL_UNIX,
							  .target.family = IU_FAMILY_UNIX,
							  .target.abstract = true,
							  .target.path = NAME,
							  .target.path_len = sizeof(NAME) - 1},
						  holds, NULL)));
	for (try = 0; try < 3 && good && newer && (!table || strcmp(table, slow) != 0); try++) {
		free(table);
		free(slow);
		table = list(true);
		slow = list(false);
	}
	if (good && newer && strcmp(table, slow) != 0) {
		printf("# tree %u, listed: %s\n#   quick: %s\n#   /proc: %s\n", number, tree.story,
			table, slow);
		good = false;
	}
	free(table);
	free(slow);
	*counted += ended;
	close(live[0]);
	close(live[1]);
	while (wait(NULL) > 0)
		;
	return good;
}

static bool knows_tables(struct iu_bpf *bpf)
{
	static struct iu_bpf_file_set files = {.size = IU_BPF_FILTER};
	struct iu_bpf_found found;

	return iu_bpf_bound(bpf, NULL, 0, &found, &files) != IU_E_NOTSUP;
}

int main(void)
{
	const char *given = getenv("INUSE_TREES");
	unsigned int trees = given ? (unsigned int)atoi(given) : 60, i, wrong = 0,
		     counted = 0;
	struct iu_bpf *bpf = NULL;
	size_t holds = 0;
	FILE *cgroup;

	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	puts("1..1");
	if (geteuid() != 0 || iu_bpf_tables_open(IU_BPF_KEEP, &bpf) < 0) {
		puts("ok 1 - quick and /proc # SKIP no BPF here, or not root: there is only one way");
		return 0;
	}
	newer = knows_tables(bpf);
	iu_bpf_close(bpf);
	if (hides_processes()) {
		puts("ok 1 - quick and /proc # SKIP " OTHER_PID_NAMESPACE ": there is only one way");
		return 0;
	}
	if (!newer)
		puts("# UDP, UNIX and lists are not compared: Linux before 6.8 has only one way for them");
	if (network_enter(NULL) < 0 || network_up("lo") < 0)
		return 1;
	cgroup = popen("mkdir -p " CGROUP " 2>/dev/null", "r");
	if (cgroup)
		pclose(cgroup);
	for (i = 0; i < trees; i++) {
		seed = i + 1;
		wrong += !compare(i, &holds, &counted);
	}
	rmdir(CGROUP);
	printf("# quick look: %u trees, %zu holds compared, %u differences\n", trees, holds, wrong);
	/* the walk that ends early has to be among what was compared */
	wrong += counted < trees / 10;
	printf("%s 1 - %u trees of processes, %zu holds: the quick looks and the walk over /proc differ in "
	       "%u; %u were known by their references\n", wrong ? "not ok" : "ok", trees, holds, wrong,
		counted);
	return wrong != 0;
}
