/* os/linux/host/names.c - the system's name tables: services, hosts file, interfaces, users */
#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "input/hosts.h"
#include "os/linux/file.h"
#include "os/linux/watchdog.h"
#include "os/os.h"

#define PATH_TEXT 4096
#define INTERFACES_MAX 16

static int find_service(void *context, const char *name, enum iu_protocol protocol, uint16_t *ret)
{
	struct servent entry, *found = NULL;
	char text[4096];

	(void)context;
	if (getservbyname_r(name, iu_protocol_name(protocol), &entry, text, sizeof(text), &found) !=
			0 ||
		!found)
		return IU_E_NOENT;
	*ret = ntohs((uint16_t)found->s_port);
	return 0;
}

static int find_host(void *context, const char *name, struct iu_address *ret, size_t max)
{
	struct iu_text text = {0};
	size_t n = 0;

	(void)context;
	/* The file only: the resolver could ask the network. */
	(void)iu_file_load(AT_FDCWD, "/etc/hosts", IU_HOSTS_MAX, &text);
	n = iu_hosts_find(text.data, text.len, name, ret, max);
	iu_text_free(&text);
	return n == 0 ? IU_E_NOENT : (int)n;
}

static bool address_from(const struct sockaddr *from, uint32_t ifindex, struct iu_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (from && from->sa_family == AF_INET) {
		ret->family = IU_FAMILY_IPV4;
		memcpy(ret->bytes, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
		return true;
	}
	if (!from || from->sa_family != AF_INET6)
		return false;
	ret->family = IU_FAMILY_IPV6;
	memcpy(ret->bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
	if (iu_address_is_link_local(ret))
		ret->scope = ifindex;
	return true;
}

static int find_interface(void *context, const char *name, struct iu_address *ret, size_t max)
{
	struct ifaddrs *all, *one;
	uint32_t ifindex = if_nametoindex(name);
	size_t n = 0;

	(void)context;
	if (ifindex == 0 || getifaddrs(&all) < 0)
		return IU_E_NOENT;
	for (one = all; one && n < max; one = one->ifa_next)
		if (strcmp(one->ifa_name, name) == 0 &&
			address_from(one->ifa_addr, ifindex, &ret[n]))
			n++;
	freeifaddrs(all);
	return n == 0 ? IU_E_NOENT : (int)n;
}

static int find_ifindex(void *context, const char *name, uint32_t *ret)
{
	uint32_t ifindex = if_nametoindex(name);

	(void)context;
	if (ifindex == 0)
		return IU_E_NOENT;
	*ret = ifindex;
	return 0;
}

static int find_user(void *context, const char *name, uint32_t *ret)
{
	struct passwd entry, *found = NULL;
	char text[4096];

	(void)context;
	if (getpwnam_r(name, &entry, text, sizeof(text), &found) != 0 || !found)
		return IU_E_NOENT;
	*ret = found->pw_uid;
	return 0;
}

static const struct iu_names names = {
	.service = find_service,
	.host = find_host,
	.interface = find_interface,
	.ifindex = find_ifindex,
	.user = find_user,
};

const struct iu_names *iu_os_names(void)
{
	return &names;
}

static int identify(const char *path, bool executable, struct iu_file_id *ret_file)
{
	struct stat status;

	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) ||
		(executable && access(path, X_OK) < 0))
		return IU_E_NOENT;
	ret_file->dev = status.st_dev;
	ret_file->ino = status.st_ino;
	return 0;
}

/* Where the program lies, in @file of @size bytes. */
static int locate(const char *program, char *file, size_t size, struct iu_file_id *ret_file)
{
	const char *path = secure_getenv("PATH"), *at = path ? path : "/usr/local/bin:/usr/bin:/bin";
	int n;

	if (!*program)
		return IU_E_NOENT;
	while (*at && !strchr(program, '/')) {
		size_t len = strcspn(at, ":"); /* an empty entry is the current directory */

		n = snprintf(file, size, "%.*s/%s", len ? (int)len : 1, len ? at : ".", program);
		if (n > 0 && (size_t)n < size && identify(file, true, ret_file) == 0)
			return 0;
		at += len + (at[len] == ':');
	}
	/* A path, or a script of the current directory: `--for server.js`. */
	n = snprintf(file, size, "%s", program);
	return n > 0 && (size_t)n < size ? identify(file, false, ret_file) : IU_E_NOENT;
}

int iu_os_find_program(const char *program, struct iu_file_id *ret_file)
{
	struct iu_watched watched;
	char file[PATH_TEXT];
	int ret;

	iu_watchdog_begin(&watched);
	ret = locate(program, file, sizeof(file), ret_file);
	iu_watchdog_end(&watched);
	return ret;
}

const char *iu_os_program_folder(
	struct iu_arena *arena, const char *program, bool *ret_is_folder)
{
	char file[PATH_TEXT], *real, *slash;
	struct iu_file_id id;
	struct stat status;
	const char *folder;

	*ret_is_folder = stat(program, &status) == 0 && S_ISDIR(status.st_mode);
	real = *ret_is_folder || locate(program, file, sizeof(file), &id) == 0
		? realpath(*ret_is_folder ? program : file, NULL)
		: NULL;
	slash = real && !*ret_is_folder ? strrchr(real, '/') : NULL;
	if (slash)
		*(slash == real ? slash + 1 : slash) = '\0';
	folder = iu_arena_strdup(arena, real);
	free(real);
	return folder;
}

#define FIRST_PERSON 1000
#define NOBODY	     65534
#define PEOPLE_MAX   4096

struct people {
	struct iu_arena *arena;
	struct iu_strings *users, *homes;
};

static int add_text(struct people *p, struct iu_strings *to, const char *text, size_t len)
{
	const char **slot = iu_list_add(p->arena, to);

	if (!slot)
		return IU_E_NOMEM;
	*slot = iu_arena_strndup(p->arena, text, len);
	return *slot ? 0 : IU_E_NOMEM;
}

/* "alice:x:1001:1001:Alice:/srv/people/alice:/bin/bash"; a home at the root of everything is none. */
static int on_account(void *context, const char *line, size_t len)
{
	struct people *p = context;
	const char *field[7] = {line}, *end = line + len;
	size_t n = 1, home;
	uint64_t uid = 0;
	int ret;

	for (const char *at = line; at < end && n < 7; at++)
		if (*at == ':')
			field[n++] = at + 1;
	if (n < 7 || p->users->n >= PEOPLE_MAX ||
		iu_number(field[2], (size_t)(end - field[2]), 10, &uid) == 0 || uid < FIRST_PERSON ||
		uid == NOBODY)
		return 0;
	ret = add_text(p, p->users, line, (size_t)(field[1] - 1 - line));
	home = (size_t)(field[6] - 1 - field[5]);
	while (home > 1 && field[5][home - 1] == '/')
		home--;
	if (ret < 0 || home < 3 || field[5][0] != '/' || !memchr(field[5] + 1, '/', home - 1))
		return ret;
	return add_text(p, p->homes, field[5], home);
}

int iu_os_people(struct iu_arena *arena, struct iu_strings *users, struct iu_strings *homes)
{
	struct people people = {arena, users, homes};
	struct iu_text text = {0};
	int ret = 0;

	if (iu_file_load(AT_FDCWD, "/etc/passwd", 4u << 20, &text) == 0 && text.data)
		ret = iu_file_lines(text.data, text.len, on_account, &people);
	iu_text_free(&text);
	return ret;
}

bool iu_os_service_port(uint16_t port, enum iu_protocol protocol)
{
	struct servent entry, *found = NULL;
	char text[1024];

	return getservbyport_r(htons(port), protocol == IU_PROTOCOL_UDP ? "udp" : "tcp", &entry,
		       text, sizeof(text), &found) == 0 &&
	       found;
}

void iu_os_interfaces(struct iu_text *out)
{
	struct if_nameindex *list = if_nameindex();

	for (size_t i = 0; list && list[i].if_index; i++) {
		if (i == INTERFACES_MAX) {
			iu_text_add(out, ", …");
			break;
		}
		iu_text_add(out, i ? ", " : "");
		iu_text_foreign(out, list[i].if_name, strlen(list[i].if_name), 0);
	}
	if (list)
		if_freenameindex(list);
}

const char *iu_os_netns_name(struct iu_arena *arena, uint64_t inode)
{
	static const char *const folders[] = {"/run/netns", "/run/docker/netns"};
	const char *name = NULL;

	for (size_t i = 0; i < IU_COUNT(folders) && !name && inode; i++) {
		DIR *folder = opendir(folders[i]);
		struct dirent *entry;
		struct stat status, own;

		if (!folder)
			continue;
		while (!name && (entry = readdir(folder)))
			/* of what is no namespace the number means something else */
			if (fstatat(dirfd(folder), entry->d_name, &status, 0) == 0 &&
				status.st_ino == inode && stat("/proc/self/ns/net", &own) == 0 &&
				status.st_dev == own.st_dev)
				name = iu_arena_strdup(arena, entry->d_name);
		closedir(folder);
	}
	return name;
}
