/* os/linux/host/host.c - the system itself: kernel, user, rights */
#include "os/linux/host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/scan.h"

#define INITIAL_USER_NS 0xEFFFFFFDu /* PROC_USER_INIT_INO: the same on every kernel */

uint32_t iu_kernel_number(const char *release)
{
	uint32_t number = 0;
	int part;

	for (part = 0; part < 3; part++) {
		uint64_t value = 0;
		size_t len = iu_number(release, strlen(release), 10, &value);

		if (len == 0)
			return part == 0 ? 0 : number << (8 * (3 - part));
		number = number << 8 | (uint32_t)(value > 255 ? 255 : value);
		release += len;
		if (*release == '.')
			release++;
		else if (part < 2)
			return number << (8 * (2 - part));
	}
	return number;
}

uint32_t iu_kernel_version(void)
{
	struct utsname names;

	return uname(&names) == 0 ? iu_kernel_number(names.release) : 0;
}

bool iu_ipv6_possible(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno != EAFNOSUPPORT;
	close(fd);
	return true;
}

struct rights {
	struct __user_cap_data_struct data[2];
};

static void read_rights(struct rights *ret_rights)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};

	*ret_rights = (struct rights){0};
	if (syscall(SYS_capget, &head, ret_rights->data) < 0)
		*ret_rights = (struct rights){0};
}

static bool has(const struct rights *rights, unsigned int number)
{
	return rights->data[number / 32].effective & (1u << (number % 32));
}

static uint64_t inode_of(int dir, const char *path)
{
	struct stat status;

	return fstatat(dir, path, &status, 0) == 0 ? status.st_ino : 0;
}

bool iu_privileged(void)
{
	struct rights rights;
	uint64_t user_ns;

	if (geteuid() != 0)
		return false;
	read_rights(&rights);
	if (!has(&rights, CAP_SYS_PTRACE))
		return false;
	user_ns = inode_of(AT_FDCWD, "/proc/self/ns/user");
	return user_ns == INITIAL_USER_NS || user_ns == 0;
}

/*
 * Capabilities for the network count in the user namespace that owns the network namespace, and in all
 * above it. Ours may be below it: then it has none there.
 */
static enum iu_tri owns_network(struct iu_scan *scan)
{
	int netns, owner;

	if (scan->proc < 0)
		return IU_UNKNOWN;
	netns = openat(scan->proc, "self/ns/net", O_RDONLY | O_CLOEXEC);
	if (netns < 0)
		return IU_UNKNOWN;
	owner = ioctl(netns, NS_GET_USERNS);
	close(netns);
	if (owner < 0)
		return errno == EPERM ? IU_NO : IU_UNKNOWN; /* EPERM: it lies outside of ours */
	close(owner);
	/* The owner is visible from ours, so it is ours or a descendant: rights extend to it (cap_capable()). */
	return IU_YES;
}

/* Whether a port is asked about that may need a right. */
static bool wants_low(const struct iu_needs *needs)
{
	for (size_t i = 0; i < needs->ports.n; i++)
		if (needs->ports.v[i].first < 1024)
			return true;
	return false;
}

/* What would keep a file's capabilities from counting, and a limit from being changed; a sandbox may not know the calls. */
static void add_obstacles(struct iu_scan *scan)
{
	struct iu_host *host = &scan->snapshot->host;
	int locked, bound;
	struct statvfs status;

	if (scan->plain)
		return;
	locked = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	bound = prctl(PR_CAPBSET_READ, CAP_NET_BIND_SERVICE, 0, 0, 0);
	host->no_new_privs = locked < 0 ? IU_UNKNOWN : iu_tri(locked > 0);
	host->net_bind_dropped = bound < 0 ? IU_UNKNOWN : iu_tri(bound == 0);
	host->sysctls_readonly = statvfs("/proc/sys", &status) == 0 && status.f_flag & ST_RDONLY;
}

static void add_rights(struct iu_scan *scan)
{
	struct iu_host *host = &scan->snapshot->host;
	struct rights rights;
	bool bind, admin;
	enum iu_tri owns = IU_NO;

	read_rights(&rights);
	bind = has(&rights, CAP_NET_BIND_SERVICE);
	admin = has(&rights, CAP_NET_ADMIN);
	if (bind || admin)
		owns = owns_network(scan);
	host->cap_net_bind = bind ? owns : IU_NO;
	host->cap_net_admin = admin ? owns : IU_NO;
	host->cap_sys_ptrace = iu_tri(has(&rights, CAP_SYS_PTRACE));
	if (wants_low(scan->needs))
		add_obstacles(scan);
}

static bool is_manager(struct iu_scan *scan)
{
	char name[32];

	return scan->proc >= 0 && iu_file_read(scan->proc, "1/comm", name, sizeof(name)) > 0 &&
	       strcmp(name, "systemd\n") == 0;
}

static bool contains_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text; text++)
		if (strncasecmp(text, word, len) == 0)
			return true;
	return false;
}

int iu_collect_host(struct iu_scan *scan)
{
	struct iu_host *host = &scan->snapshot->host;
	struct iu_arena *arena = &scan->snapshot->arena;
	struct utsname names;

	if (!(scan->needs->facts & IU_FACT_HOST) || scan->snapshot->seen & IU_FACT_HOST)
		return 0;
	host->os = "linux";
	if (uname(&names) == 0) {
		host->release = iu_arena_strdup(arena, names.release);
		host->hostname = iu_arena_strdup(arena, names.nodename);
		host->kernel = iu_kernel_number(names.release);
		host->wsl = contains_word(names.release, "microsoft");
	}
	host->netns = scan->proc < 0 ? 0 : inode_of(scan->proc, "self/ns/net");
	host->uid = geteuid();
	host->pid = scan->self;
	host->foreign_pids = scan->self != (int32_t)getpid();
	host->privileged = iu_privileged();
	host->now = (int64_t)time(NULL);
	if (scan->needs->brief) /* a table says no more of it */
		return arena->failed ? IU_E_NOMEM : 0;
	host->user = iu_scan_user(scan, host->uid);
	add_rights(scan);
	host->ipv6 = iu_tri(iu_ipv6_possible());
	host->init_is_manager = is_manager(scan);
	iu_scan_seen(scan, IU_FACT_HOST, true);
	return arena->failed ? IU_E_NOMEM : 0;
}
