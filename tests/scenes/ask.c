/* ask.c - the kernel's own answer: the bind() that a scene asks about, done for real */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

size_t ask_words(const struct scene *scene, const struct stage *stage, char *buffer, size_t size,
	char *words[SCENE_WORDS])
{
	size_t len = 0, n = 0;
	char *rest = buffer;

	for (const char *c = scene->args; *c && len + 1 < size; c++) {
		int added = 1;

		if (c[0] == '%' && (c[1] == 'd' || c[1] == 'p')) {
			c++;
			added = *c == 'd' ? snprintf(buffer + len, size - len, "%s", stage->dir)
					  : snprintf(buffer + len, size - len, "%d", stage->port);
		} else {
			buffer[len] = *c;
		}
		len += (size_t)added;
	}
	buffer[len < size ? len : size - 1] = '\0';
	while (n < SCENE_WORDS - 1 && (words[n] = strsep(&rest, " ")))
		n++;
	words[n] = NULL;
	return n;
}

static int add_ask(
	struct asks *asks, const struct sock *options, enum proto proto, const char *addr, int port)
{
	size_t i = asks->n;

	if (i == SCENE_ANSWERS)
		return -1;
	asks->v[i].sock = *options;
	asks->v[i].sock.proto = proto;
	asks->v[i].sock.port = port;
	asks->v[i].sock.flags |= proto == TCP || proto == STREAM || proto == SEQPACKET ? LISTEN : 0;
	asks->v[i].both = !addr;
	snprintf(asks->v[i].addr, sizeof(asks->v[i].addr), "%s", addr ? addr : "");
	asks->n++;
	return 0;
}

/* "8080", "127.0.0.1:8080", "[::1]:8080", "3000-3002,3005", each with "/udp" or "/tcp". */
static int read_inet(char *word, const struct sock *options, struct asks *asks)
{
	enum proto proto = TCP;
	char *slash = strchr(word, '/'), *ports = word, *addr = NULL, *part;

	if (slash) {
		*slash = '\0';
		proto = strcmp(slash + 1, "udp") == 0 ? UDP : TCP;
	}
	if (*word == '[') {
		addr = word + 1;
		ports = strchr(word, ']');
		if (!ports || ports[1] != ':')
			return -1;
		*ports = '\0';
		ports += 2;
	} else if (strchr(word, ':')) {
		addr = word;
		ports = strchr(word, ':');
		*ports++ = '\0';
	}
	while ((part = strsep(&ports, ","))) {
		char *dash = strchr(part, '-');
		int last = atoi(dash ? dash + 1 : part);

		for (int port = atoi(part); port <= last; port++)
			if (add_ask(asks, options, proto, addr, port) < 0)
				return -1;
	}
	return 0;
}

static bool is_path(const char *word)
{
	const char *slash = strrchr(word, '/');

	return *word == '@' || (slash && strcmp(slash, "/udp") != 0 && strcmp(slash, "/tcp") != 0);
}

/* "seqpacket:@name": the type, and what stands behind it. */
static const char *read_type(const char *word, enum proto *ret_proto)
{
	static const struct {
		const char *prefix;
		enum proto proto;
	} types[] = {{"seqpacket:", SEQPACKET}, {"unixgram:", DGRAM}};

	*ret_proto = STREAM;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strncmp(word, types[i].prefix, strlen(types[i].prefix)) == 0) {
			*ret_proto = types[i].proto;
			return word + strlen(types[i].prefix);
		}
	return word;
}

int ask_read(char *const words[], size_t n, struct asks *ret_asks)
{
	struct sock options = {.uid = (uid_t)-1};
	char copy[256];
	const char *path;
	enum proto proto;

	ret_asks->n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *word = words[i];

		if (strcmp(word, "--reuseaddr") == 0)
			options.flags |= REUSEADDR;
		else if (strcmp(word, "--reuseport") == 0)
			options.flags |= REUSEPORT;
		else if (strcmp(word, "--v6only") == 0)
			options.flags |= V6ONLY;
		else if (strcmp(word, "--device") == 0 && i + 1 < n)
			options.device = words[++i];
		else if (strcmp(word, "--user") == 0 && i + 1 < n)
			options.uid = (uid_t)atoi(words[++i]);
		else if (strcmp(word, "--for") == 0)
			i++;
	}
	for (size_t i = 0; i < n; i++) {
		int r = 0;

		if (strncmp(words[i], "--", 2) == 0) {
			i += strcmp(words[i], "--device") == 0 || strcmp(words[i], "--user") == 0 ||
			     strcmp(words[i], "--for") == 0;
			continue;
		}
		path = read_type(words[i], &proto);
		if (is_path(path)) {
			r = add_ask(ret_asks, &options, proto, path, 0);
		} else {
			snprintf(copy, sizeof(copy), "%s", words[i]);
			r = read_inet(copy, &options, ret_asks);
		}
		if (r < 0)
			return -1;
	}
	return ret_asks->n ? 0 : -1;
}

static int bind_once(const struct stage *stage, const struct sock *sock)
{
	int fd = stage_socket(stage, sock);

	if (fd < 0)
		return -fd;
	close(fd);
	if (sock->proto == STREAM && sock->addr[0] != '@')
		unlink(sock->addr);
	return 0;
}

static int ask_one(const struct asks *asks, size_t i)
{
	/* Paths of a question are absolute already: below "" they stay what they are. */
	const struct stage at_root = {.dir = ""};
	struct sock sock = asks->v[i].sock;
	int first;

	if (!asks->v[i].both) {
		sock.addr = asks->v[i].addr;
		return bind_once(&at_root, &sock);
	}
	sock.addr = "0.0.0.0";
	first = bind_once(&at_root, &sock);
	sock.addr = "::";
	return first ? first : bind_once(&at_root, &sock);
}

int ask_kernel(struct stage *stage, const struct asks *asks, uid_t uid, int errors[SCENE_ANSWERS])
{
	size_t size = asks->n * sizeof(*errors);
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return stage_fail(stage, "asking the kernel: %s", strerror(errno));
	if (pid == 0) {
		uid_t asked = asks->v[0].sock.uid;

		if (stage_user(asked != (uid_t)-1 && uid == 0 ? asked : uid) < 0)
			_exit(1);
		for (size_t i = 0; i < asks->n; i++)
			errors[i] = ask_one(asks, i);
		_exit(write(pipes[1], errors, size) == (ssize_t)size ? 0 : 1);
	}
	close(pipes[1]);
	n = read(pipes[0], errors, size);
	close(pipes[0]);
	waitpid(pid, &status, 0);
	return n == (ssize_t)size ? 0 : stage_fail(stage, "asking the kernel gave no answer");
}
