/* os/linux/around/far.c - who has a port or an address in the other network namespaces of this machine */
#include "os/linux/around/far.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/each-process.h"
#include "os/linux/error.h"
#include "os/linux/file.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/sockets/enter.h"
#include "os/linux/sockets/inet-diag.h"
#include "os/linux/sockets/proc-net.h"
#include "os/os.h"

#define NAMESPACES_MAX 1024
#define TABLE_MAX      (16u << 20)
#define FOUND_MAX      32
#define NAME_BYTES     64

struct namespace {
	uint64_t inode; /* 0: nobody was found through whom it may be entered, and … */
	uint64_t file;	/* … this is the inode of its table of UNIX sockets, which everybody may know */
	int32_t pid;	/* somebody who is there */
};

struct search {
	struct iu_scan *scan;
	const struct iu_far_wanted *wanted;
	struct namespace spaces[NAMESPACES_MAX]; /* our own first */
	size_t n;
	uint64_t own_file;
	/* the namespace that is looked at */
	bool own;
	int32_t pid;
	const char *netns;
	/* … and the table of it */
	enum iu_protocol protocol;
	bool ipv6;
};

/* ---- parsers ---- */

/* "           |-- 10.7.0.5", and on the next line "/32 host LOCAL". */
bool iu_far_trie_has(const char *bytes, size_t len, const struct iu_address *address)
{
	char text[INET_ADDRSTRLEN + 8];
	const char *at = bytes, *end = bytes + len;
	size_t n;

	if (address->family != IU_FAMILY_IPV4 || !bytes)
		return false;
	n = (size_t)snprintf(text, sizeof(text), "|-- %u.%u.%u.%u\n", address->bytes[0], address->bytes[1],
		address->bytes[2], address->bytes[3]);
	while ((at = memmem(at, (size_t)(end - at), text, n))) {
		const char *line = at + n, *over = memchr(line, '\n', (size_t)(end - line));
		size_t left = (size_t)((over ? over : end) - line);

		at = line;
		if (memmem(line, left, "/32 host LOCAL", 14))
			return true;
	}
	return false;
}

struct inet6_search {
	char address[33];
	char *device;
};

/* "fe800000000000000000000000000001 02 40 20 80     eth0" */
static int inet6_line(void *context, const char *line, size_t len)
{
	struct inet6_search *search = context;
	size_t n = 0;

	if (len < 34 || strncmp(line, search->address, 32) != 0 || line[32] != ' ')
		return 0;
	while (n < 15 && n < len && !isspace((unsigned char)line[len - 1 - n]))
		n++;
	memcpy(search->device, line + len - n, n);
	search->device[n] = '\0';
	return 1;
}

bool iu_far_inet6_has(const char *bytes, size_t len, const struct iu_address *address, char device[16])
{
	struct inet6_search search = {.device = device};

	if (address->family != IU_FAMILY_IPV6 || !bytes)
		return false;
	for (size_t i = 0; i < 16; i++)
		snprintf(search.address + 2 * i, 3, "%02x", address->bytes[i]);
	return iu_file_lines(bytes, len, inet6_line, &search) == 1;
}

struct route_search {
	uint32_t address;
	char *device;
};

/* "eth0\t0000070A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t…": words of this machine's byte order. */
static int route_line(void *context, const char *line, size_t len)
{
	struct route_search *search = context;
	char text[256], name[16];
	unsigned int to, gateway, mask;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, line, len);
	text[len] = '\0';
	if (sscanf(text, "%15s %x %x %*x %*d %*u %*d %x", name, &to, &gateway, &mask) != 4 || !mask || gateway ||
		(search->address & mask) != to)
		return 0;
	strcpy(search->device, name);
	return 1;
}

/* ---- one namespace ---- */

static int load(const struct search *search, const char *name, struct iu_text *text)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/net/%s", (int)search->pid, name);
	return iu_file_load(search->scan->proc, path, TABLE_MAX, text);
}

static const char *device_of(const struct search *search, const struct iu_address *address, char device[16])
{
	struct route_search route = {.device = device};
	struct iu_text text = {0};

	memcpy(&route.address, address->bytes, 4);
	if (address->family == IU_FAMILY_IPV4) {
		device[0] = '\0';
		if (load(search, "route", &text) == 0 && text.data)
			(void)iu_file_lines(text.data, text.len, route_line, &route);
		iu_text_free(&text);
	}
	return device[0] ? iu_arena_strdup(&search->scan->snapshot->arena, device) : NULL;
}

static bool has_address(const struct search *search, const struct iu_address *address, char device[16])
{
	bool ipv6 = address->family == IU_FAMILY_IPV6, has;
	struct iu_text text = {0};

	(void)load(search, ipv6 ? "if_inet6" : "fib_trie", &text);
	has = ipv6 ? iu_far_inet6_has(text.data, text.len, address, device)
		   : iu_far_trie_has(text.data, text.len, address);
	iu_text_free(&text);
	return has;
}

/* Every namespace has it, and so it says nothing about another one. */
static bool is_common(const struct iu_address *address)
{
	return address->family == IU_FAMILY_ANY || iu_address_is_loopback(address) || iu_address_is_wildcard(address);
}

static void look_for_addresses(const struct search *search)
{
	struct iu_snapshot *snapshot = search->scan->snapshot;
	char device[16] = "";

	for (size_t i = 0; i < search->wanted->n && !search->own; i++) {
		const struct iu_address *address = &search->wanted->endpoints[i].address;

		if (!is_common(address) && has_address(search, address, device))
			*iu_list_add(&snapshot->arena, &snapshot->far_addresses) = (struct iu_far_address){
				.address = *address, .device = device_of(search, address, device),
				.netns = search->netns, .pid = search->pid};
	}
	for (size_t i = 0; i < snapshot->takers.n; i++) {
		struct iu_taker *t = &snapshot->takers.v[i];
		bool here = t->to.family == IU_FAMILY_ANY || iu_address_is_loopback(&t->to);

		if (t->to_port && t->there != IU_YES && (here ? search->own : has_address(search, &t->to, device))) {
			t->there = IU_YES;
			t->netns = search->own ? NULL : search->netns;
			t->pid = search->own ? 0 : search->pid;
		}
	}
}

static bool covers(const struct iu_socket *s, const struct iu_address *address)
{
	return address->family == IU_FAMILY_ANY || iu_address_is_wildcard(&s->local) ||
	       iu_address_is_wildcard(address) || iu_address_equal(&s->local, address);
}

static bool is_served(const struct iu_socket *s)
{
	return s->state == IU_STATE_LISTEN || (s->protocol == IU_PROTOCOL_UDP && s->state == IU_STATE_BOUND);
}

static void answer_takers(const struct search *search, const struct iu_socket *s)
{
	struct iu_snapshot *snapshot = search->scan->snapshot;

	for (size_t i = 0; i < snapshot->takers.n; i++) {
		struct iu_taker *t = &snapshot->takers.v[i];

		if (t->to_port == s->port && t->protocol == s->protocol && t->there == IU_YES &&
			(search->own ? !t->pid : t->pid == search->pid) && covers(s, &t->to))
			t->answered = IU_YES;
	}
}

static bool is_wanted(const struct search *search, const struct iu_socket *s)
{
	for (size_t i = 0; i < search->wanted->n; i++)
		if (search->wanted->endpoints[i].port == s->port &&
			search->wanted->endpoints[i].protocol == s->protocol)
			return true;
	return false;
}

static void on_server(void *context, const struct iu_socket *s)
{
	struct search *search = context;
	struct iu_snapshot *snapshot = search->scan->snapshot;
	struct iu_far_socket *far;

	if (!is_served(s))
		return;
	answer_takers(search, s);
	if (search->own || !is_wanted(search, s) || snapshot->far_sockets.n >= FOUND_MAX)
		return;
	far = iu_list_add(&snapshot->arena, &snapshot->far_sockets);
	*far = (struct iu_far_socket){.socket = *s, .netns = search->netns, .pid = search->pid};
	far->socket.in_other_netns = true;
}

static int on_line(void *context, const char *line, size_t len)
{
	struct search *search = context;
	struct iu_socket s;

	if (iu_proc_net_line(line, len, search->protocol, search->ipv6, &s) == 1)
		on_server(search, &s);
	return 0;
}

/* ---- who holds it ---- */

static bool holds(struct iu_scan *scan, int32_t pid, uint64_t inode)
{
	struct iu_entries *entries = calloc(1, sizeof(*entries));
	const char *name;
	uint64_t found = 0;
	char path[64], link[64];
	int error = 0;
	bool held = false;

	snprintf(path, sizeof(path), "%d/fd", (int)pid);
	if (entries)
		entries->fd = openat(scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (entries && entries->fd >= 0 && !held && (name = iu_entries_next(entries, &error))) {
		ssize_t len = iu_file_link(entries->fd, name, link, sizeof(link));

		held = len > 0 && iu_proc_fd_socket(link, (size_t)len, &found) && found == inode;
	}
	if (entries && entries->fd >= 0)
		close(entries->fd);
	free(entries);
	return held;
}

static uint64_t file_of(struct iu_scan *scan, const char *pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "%s/net/unix", pid);
	return fstatat(scan->proc, path, &status, 0) < 0 ? 0 : status.st_ino;
}

/* The process of the namespace that has a socket of it; who is elsewhere and has it is not looked for. */
static void name_holder(struct iu_scan *scan, int32_t pid, uint64_t file)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	char path[64], name[NAME_BYTES];

	for (size_t i = 0; i < snapshot->far_sockets.n; i++) {
		struct iu_far_socket *far = &snapshot->far_sockets.v[i];
		char there[16];
		ssize_t len;

		snprintf(there, sizeof(there), "%d", (int)far->pid);
		if (far->name || file_of(scan, there) != file ||
			!holds(scan, pid, far->socket.inode))
			continue;
		snprintf(path, sizeof(path), "%d/comm", (int)pid);
		len = iu_file_read(scan->proc, path, name, sizeof(name));
		far->pid = pid;
		far->name = iu_arena_strndup(&snapshot->arena, name, len > 1 ? (size_t)len - 1 : 0);
	}
}

/* ---- all namespaces ---- */

static int open_there(const struct search *search, struct iu_netlink *netlink)
{
	char path[64];
	int netns, ret;

	if (search->own)
		return iu_netlink_open(NETLINK_SOCK_DIAG, netlink);
	if (!iu_enter_open || search->scan->plain) /* a sandbox may not know setns() */
		return IU_E_NOTSUP;
	snprintf(path, sizeof(path), "%d/ns/net", (int)search->pid);
	netns = openat(search->scan->proc, path, O_RDONLY | O_CLOEXEC);
	if (netns < 0)
		return iu_error_from(errno);
	ret = iu_enter_open(netns, NETLINK_SOCK_DIAG, netlink);
	close(netns);
	return ret;
}

/* Whether somebody asks for a port of the protocol; *ret_port: for which one, 0: for several. */
static bool is_asked_of(const struct search *search, enum iu_protocol protocol, uint16_t *ret_port)
{
	const struct iu_snapshot *snapshot = search->scan->snapshot;
	bool any = false;

	for (size_t i = 0; i < search->wanted->n + snapshot->takers.n; i++) {
		const struct iu_endpoint *e = i < search->wanted->n ? &search->wanted->endpoints[i] : NULL;
		const struct iu_taker *t = e ? NULL : &snapshot->takers.v[i - search->wanted->n];
		uint16_t port = e ? e->port : t->to_port;

		if ((e ? e->protocol : t->protocol) != protocol || !port || (e && search->own))
			continue;
		*ret_port = any && *ret_port != port ? 0 : port;
		any = true;
	}
	return any;
}

/* For its text the kernel walks the connections of the whole machine, which takes tens of milliseconds. */
static bool ask_there(struct search *search, enum iu_protocol protocol, uint16_t port)
{
	struct iu_netlink netlink = {0};
	int ret = open_there(search, &netlink);

	if (ret == 0)
		ret = iu_inet_diag_servers(&netlink, protocol, port, on_server, search);
	iu_netlink_close(&netlink);
	return ret == 0;
}

static void read_there(struct search *search, enum iu_protocol protocol)
{
	static const char *const tables[][2] = {[IU_PROTOCOL_TCP] = {"tcp", "tcp6"}, [IU_PROTOCOL_UDP] = {"udp", "udp6"}};
	struct iu_text text = {0};

	search->protocol = protocol;
	for (size_t i = 0; i < 2; i++) {
		search->ipv6 = i == 1;
		text = (struct iu_text){0};
		if (load(search, tables[protocol][i], &text) == 0 && text.data)
			(void)iu_file_lines(text.data, text.len, on_line, search);
		iu_text_free(&text);
	}
}

static int look_into(struct search *search)
{
	struct iu_snapshot *snapshot = search->scan->snapshot;

	look_for_addresses(search);
	for (int protocol = IU_PROTOCOL_TCP; protocol <= IU_PROTOCOL_UDP; protocol++) {
		size_t before = snapshot->far_sockets.n;
		uint16_t port = 0;

		if (!is_asked_of(search, protocol, &port) || ask_there(search, protocol, port))
			continue;
		snapshot->far_sockets.n = before;
		read_there(search, protocol);
	}
	return snapshot->arena.failed ? IU_E_NOMEM : 0;
}

/* A link takes half as long as a look at the table. */
static uint64_t inode_of(struct iu_scan *scan, const char *pid)
{
	char path[64], link[64];

	snprintf(path, sizeof(path), "%s/ns/net", pid);
	return iu_file_link(scan->proc, path, link, sizeof(link)) > 0 && !strncmp(link, "net:[", 5)
		? strtoull(link + 5, NULL, 10)
		: 0;
}

static int note_namespace(void *context, int32_t pid, const char *name)
{
	struct search *search = context;
	struct namespace space = {.pid = pid};

	space.inode = inode_of(search->scan, name);
	space.file = space.inode ? 0 : file_of(search->scan, name);
	for (size_t i = 0; i < search->n; i++)
		if (search->spaces[i].inode == space.inode && search->spaces[i].file == space.file)
			return 0;
	if ((space.inode || space.file) && search->n < NAMESPACES_MAX)
		search->spaces[search->n++] = space;
	return 0;
}

/* Some of its processes let nobody in, others do. */
static bool is_known_otherwise(const struct search *search, const struct namespace *space)
{
	char pid[16];

	for (size_t i = 0; i < search->n && !space->inode; i++) {
		snprintf(pid, sizeof(pid), "%d", (int)search->spaces[i].pid);
		if (search->spaces[i].inode && file_of(search->scan, pid) == space->file)
			return true;
	}
	return false;
}

static int look_at(struct search *search, const struct namespace *space)
{
	if (is_known_otherwise(search, space))
		return 0;
	search->own = space == search->spaces;
	search->pid = space->pid;
	search->netns = search->own || !space->inode
		? NULL
		: iu_os_netns_name(&search->scan->snapshot->arena, space->inode);
	return look_into(search);
}

static int look_for_holder(void *context, int32_t pid, const char *name)
{
	struct search *search = context;
	uint64_t file = file_of(search->scan, name);

	if (file && file != search->own_file)
		name_holder(search->scan, pid, file);
	return 0;
}

/*
 * The kernel, asked about all namespaces at once: as a rule nobody elsewhere has the port, and the search
 * for namespaces, which looks at each process, can be spared. It does not know of addresses.
 */
static bool is_nowhere(const struct iu_scan *scan, const struct iu_far_wanted *wanted)
{
	for (size_t i = 0; i < scan->snapshot->takers.n; i++)
		if (scan->snapshot->takers.v[i].to_port)
			return false;
	for (size_t i = 0; i < wanted->n; i++) {
		const struct iu_endpoint *e = &wanted->endpoints[i];

		if (!is_common(&e->address) ||
			(e->protocol != IU_PROTOCOL_TCP && e->protocol != IU_PROTOCOL_UDP) ||
			iu_bpf_elsewhere(iu_scan_bpf(scan), e->protocol == IU_PROTOCOL_UDP, e->port) != 0)
			return false;
	}
	return true;
}

int iu_far_look(struct iu_scan *scan, const struct iu_far_wanted *wanted)
{
	struct search *search;
	int ret;

	if (is_nowhere(scan, wanted))
		return 0;
	search = calloc(1, sizeof(*search));
	if (!search)
		return IU_E_NOMEM;
	search->scan = scan;
	search->wanted = wanted;
	search->own_file = file_of(scan, "self");
	(void)note_namespace(search, scan->self, "self");
	search->n = 1;
	ret = iu_each_process(scan->proc, note_namespace, search) == IU_E_NOMEM ? IU_E_NOMEM : 0;
	for (size_t i = 0; ret == 0 && i < search->n; i++) /* our own, too: rules lead to its ports */
		ret = look_at(search, &search->spaces[i]);
	if (ret == 0 && scan->snapshot->far_sockets.n)
		ret = iu_each_process(scan->proc, look_for_holder, search);
	free(search);
	return ret == IU_E_NOMEM ? ret : 0;
}
