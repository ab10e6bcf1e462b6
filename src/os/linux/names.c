/* os/linux/names.c - the system's name tables: services, hosts file, interfaces, users */
#include "os/linux/names.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/os.h"

#define HOSTS_MAX (16 << 20)
#define WORD_MAX  256

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

struct hosts_reader {
	const char *name;
	struct iu_address *ret;
	size_t max, n;
};

static bool already(const struct hosts_reader *reader, const struct iu_address *address)
{
	size_t i;

	for (i = 0; i < reader->n; i++)
		if (iu_address_equal(&reader->ret[i], address))
			return true;
	return false;
}

/* "127.0.1.1  box box.example  # comment" */
static int hosts_line(void *context, const char *line, size_t len)
{
	struct hosts_reader *reader = context;
	const char *comment = memchr(line, '#', len);
	struct iu_address address = {0};
	size_t at = 0, word = 0;

	if (comment)
		len = (size_t)(comment - line);
	while (at < len && reader->n < reader->max) {
		size_t start;

		while (at < len && strchr(" \t\r", line[at]))
			at++;
		start = at;
		while (at < len && !strchr(" \t\r", line[at]))
			at++;
		if (at == start)
			return 0;
		if (word++ == 0) {
			if (iu_address_parse(line + start, at - start, &address) < 0)
				return 0;
			continue;
		}
		if (at - start == strlen(reader->name) && !already(reader, &address) &&
			strncasecmp(line + start, reader->name, at - start) == 0)
			reader->ret[reader->n++] = address;
	}
	return 0;
}

size_t iu_hosts_find(
	const char *bytes, size_t len, const char *name, struct iu_address *ret, size_t max)
{
	struct hosts_reader reader = {.name = name, .ret = ret, .max = max};

	if (*name)
		iu_file_lines(bytes, len, hosts_line, &reader);
	return reader.n;
}

static int find_host(void *context, const char *name, struct iu_address *ret, size_t max)
{
	struct iu_text text = {0};
	size_t n = 0;

	(void)context;
	/* The file only: the resolver could ask the network. */
	if (iu_file_load(AT_FDCWD, "/etc/hosts", HOSTS_MAX, &text) == 0 && text.data)
		n = iu_hosts_find(text.data, text.len, name, ret, max);
	iu_text_free(&text);
	if (n == 0 && strcasecmp(name, "localhost") == 0) { /* RFC 6761: always the loopback */
		if (max > n)
			iu_address_parse("127.0.0.1", 9, &ret[n++]);
		if (max > n)
			iu_address_parse("::1", 3, &ret[n++]);
	}
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

int iu_os_find_program(const char *program, struct iu_file_id *ret_file)
{
	const char *path = getenv("PATH"), *at = path ? path : "/usr/local/bin:/usr/bin:/bin";
	char file[4096];

	if (!*program)
		return IU_E_NOENT;
	while (*at && !strchr(program, '/')) {
		size_t len = strcspn(at, ":"); /* an empty entry is the current directory */
		int n = snprintf(
			file, sizeof(file), "%.*s/%s", len ? (int)len : 1, len ? at : ".", program);

		if (n > 0 && (size_t)n < sizeof(file) && identify(file, true, ret_file) == 0)
			return 0;
		at += len + (at[len] == ':');
	}
	/* A path, or a script of the current directory: `--for server.js`. */
	return identify(program, false, ret_file);
}

bool iu_os_service_port(uint16_t port, enum iu_protocol protocol)
{
	struct servent entry, *found = NULL;
	char text[1024];

	return getservbyport_r(htons(port), protocol == IU_PROTOCOL_UDP ? "udp" : "tcp", &entry,
		       text, sizeof(text), &found) == 0 &&
	       found;
}
