/* test-answers.c - asking through libinuse as a program outside the house does: the public header only */
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "inuse/names.h"
#include "stage.h"

static struct inuse_answer *only(struct inuse_answers *answers)
{
	assert_int_equal(inuse_answers_count(answers), 1);
	assert_null(inuse_answers_get(answers, 1));
	return inuse_answers_get(answers, 0);
}

static void says_own_socket(void **state)
{
	struct inuse_answers *answers = NULL;
	struct inuse_answer *answer;
	const struct inuse_holder *holder;
	char target[32];
	int fd = listener(target);

	assert_int_equal(inuse_why(target, NULL, &answers), 1);
	answer = only(answers);
	print_message("# %s\n", inuse_answer_headline(answer));
	assert_int_equal(inuse_answer_status(answer), INUSE_IN_USE);
	assert_int_equal(inuse_answer_errno(answer), EADDRINUSE);
	assert_string_equal(inuse_answer_error(answer), "EADDRINUSE");
	assert_string_equal(inuse_answer_operation(answer), "bind");
	assert_int_equal(inuse_answer_confidence(answer), INUSE_PROVEN);
	/* the listener is ours: nobody else is to blame */
	assert_string_equal(inuse_answer_cause(answer), "own-socket");
	assert_non_null(strstr(inuse_answer_text(answer), "What helps:"));
	assert_ptr_equal(inuse_answer_text(answer), inuse_answer_text(answer));
	assert_non_null(strstr(inuse_answer_json(answer), "\"inuse.why/1\""));
	holder = inuse_socket_holder(inuse_answer_blocker(answer, 0), 0);
	assert_int_equal(inuse_holder_pid(holder), getpid());
	assert_true(inuse_holder_is_self(holder));
	assert_int_equal(inuse_holder_descriptor(holder, 0), fd);
	assert_int_equal(inuse_holder_descriptor(holder, 1), -1);
	assert_string_equal(inuse_remedy_id(inuse_answer_remedy(answer, 0)), "fix-program");
	assert_false(inuse_remedy_can_apply(inuse_answer_remedy(answer, 0)));
	inuse_answers_free(answers);
	close(fd);
}

static void walks_what_another_process_has(void **state)
{
	struct inuse_answers *answers = NULL;
	struct inuse_answer *answer;
	const struct inuse_socket *socket;
	const struct inuse_holder *holder;
	struct stat status;
	char target[32], exe[4096];
	int fd = listener(target);
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	pid_t pid;
	ino_t inode;

	assert_true(n > 0);
	exe[n] = '\0';
	assert_int_equal(fstat(fd, &status), 0);
	inode = status.st_ino;
	pid = give_to_child(fd);
	assert_int_equal(inuse_why(target, NULL, &answers), 1);
	answer = only(answers);
	print_message("# %s\n", inuse_answer_headline(answer));
	assert_int_equal(strncmp(inuse_answer_target(answer), target, strlen(target)), 0);
	/* it runs the file that asks */
	assert_string_equal(inuse_answer_cause(answer), "already-running");
	socket = inuse_answer_blocker(answer, 0);
	assert_null(inuse_answer_blocker(answer, 1));
	assert_string_equal(inuse_socket_name(socket), target);
	assert_string_equal(inuse_socket_protocol(socket), "tcp");
	assert_string_equal(inuse_socket_family(socket), "ipv4");
	assert_string_equal(inuse_socket_address(socket), "127.0.0.1");
	assert_int_equal(inuse_socket_port(socket), atoi(strchr(target, ':') + 1));
	assert_null(inuse_socket_peer(socket));
	assert_string_equal(inuse_socket_state(socket), "listen");
	assert_int_equal(inuse_socket_inode(socket), inode);
	assert_int_equal(inuse_socket_uid(socket), geteuid());
	assert_int_equal(inuse_socket_count(socket), 1);
	assert_int_equal(inuse_socket_timer_ms(socket), -1);
	assert_string_equal(inuse_socket_cause(socket), "already-running");
	assert_non_null(inuse_socket_evidence(socket, 0));
	holder = inuse_socket_holder(socket, 0);
	assert_null(inuse_socket_holder(socket, 1));
	assert_int_equal(inuse_holder_pid(holder), pid);
	assert_int_equal(inuse_holder_tid(holder), 0);
	assert_false(inuse_holder_is_self(holder));
	assert_string_equal(inuse_holder_name(holder), "api-holder");
	assert_string_equal(inuse_holder_exe(holder), exe);
	assert_non_null(inuse_holder_argument(holder, 0));
	assert_null(inuse_holder_argument(holder, 64));
	assert_non_null(inuse_holder_directory(holder));
	assert_int_equal(inuse_holder_uid(holder), geteuid());
	assert_true(inuse_holder_started(holder) > 1000000000);
	assert_string_equal(inuse_holder_state(holder), "running");
	assert_true(inuse_remedy_can_apply(inuse_answer_remedy(answer, 1)) ||
		    inuse_remedy_can_apply(inuse_answer_remedy(answer, 0)));
	assert_true(strlen(inuse_remedy_summary(inuse_answer_remedy(answer, 0))) > 10);
	inuse_answers_free(answers);
	end_child(pid);
}

static void answers_free(void **state)
{
	struct inuse_options options = {.size = sizeof(options), .no_probe = true};
	struct inuse_answers *answers = NULL;
	char target[32];

	close(listener(target));
	assert_int_equal(inuse_why(target, &options, &answers), 1);
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_FREE);
	assert_int_equal(inuse_answer_errno(only(answers)), 0);
	assert_null(inuse_answer_cause(only(answers)));
	assert_null(inuse_answer_blocker(only(answers), 0));
	inuse_answers_free(answers);
}

static void answers_each_port(void **state)
{
	struct inuse_answers *answers = NULL;

	assert_int_equal(inuse_why("127.0.0.1:20001-20003", NULL, &answers), 3);
	assert_non_null(inuse_answer_headline(inuse_answers_get(answers, 2)));
	assert_null(inuse_answers_get(answers, 3));
	inuse_answers_free(answers);
	assert_int_equal(
		inuse_why("Error: listen EADDRINUSE 127.0.0.1:20001", NULL, &answers), 1);
	assert_string_equal(inuse_answer_target(only(answers)), "127.0.0.1:20001/tcp");
	inuse_answers_free(answers);
}

static void complains(void **state)
{
	static const char *const wrong[] = {"99999", "", "[::1", "no-such-host:80", "-", "a b c"};
	char complaint[200], little[12];
	struct inuse_options options = {.size = sizeof(options),
		.complaint = complaint,
		.complaint_size = sizeof(complaint)};
	struct inuse_answers *answers = NULL;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(inuse_why(wrong[i], &options, &answers), INUSE_ERROR_INPUT);
		print_message("# '%s': %s\n", wrong[i], complaint);
		assert_true(strlen(complaint) > 10);
		assert_null(answers);
	}
	assert_int_equal(inuse_why(NULL, &options, &answers), INUSE_ERROR_INPUT);
	options.device = "no-such-device";
	assert_int_equal(inuse_why("8080", &options, &answers), INUSE_ERROR_INPUT);
	assert_non_null(strstr(complaint, "no-such-device"));
	options.device = NULL;
	options.program = "/no/such/program";
	assert_int_equal(inuse_why("8080", &options, &answers), INUSE_ERROR_INPUT);
	assert_non_null(strstr(complaint, "/no/such/program"));
	options.program = NULL;
	options.probe = options.no_probe = true;
	assert_int_equal(inuse_why("8080", &options, &answers), INUSE_ERROR_INPUT);
	options.probe = options.no_probe = false;
	options.v6only = (enum inuse_tri)77;
	assert_int_equal(inuse_why("8080", &options, &answers), INUSE_ERROR_INPUT);
	assert_non_null(strstr(complaint, "77"));
	/* a short buffer is never overrun, and ends at a character */
	options.complaint = little;
	options.complaint_size = 8;
	memset(little, '#', sizeof(little));
	assert_int_equal(inuse_why("99999", &options, &answers), INUSE_ERROR_INPUT);
	assert_true(strlen(little) < 8);
	assert_int_equal(little[8], '#');
	assert_null(answers);
}

static void reads_options_of_other_versions(void **state)
{
	struct {
		struct inuse_options options;
		unsigned char more[16];
	} newer = {.options = {.size = sizeof(newer)}};
	struct inuse_options unset = {0};
	struct inuse_answers *answers = NULL;

	assert_int_equal(inuse_why("127.0.0.1:20001", &newer.options, &answers), 1);
	inuse_answers_free(answers);
	answers = NULL;
	newer.more[5] = 1; /* something this version does not know is asked for */
	assert_int_equal(
		inuse_why("127.0.0.1:20001", &newer.options, &answers), INUSE_ERROR_NOTSUP);
	assert_int_equal(inuse_why("127.0.0.1:20001", &unset, &answers), INUSE_ERROR_INPUT);
	/* an older caller knew the first fields only */
	unset.size = offsetof(struct inuse_options, device);
	assert_int_equal(inuse_why("127.0.0.1:20001", &unset, &answers), 1);
	inuse_answers_free(answers);
}

static void explains_a_failed_bind(void **state)
{
	struct inuse_answers *answers = NULL;
	struct sockaddr_in address;
	char target[32];
	int busy = listener(target), on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	pid = give_to_child(busy);
	address = loopback((uint16_t)atoi(strchr(target, ':') + 1));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	assert_int_equal(errno, EADDRINUSE);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), errno,
				 NULL, &answers), 1);
	assert_int_equal(errno, EADDRINUSE);
	print_message("# %s\n", inuse_answer_headline(only(answers)));
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_IN_USE);
	assert_int_equal(inuse_answer_confidence(only(answers)), INUSE_PROVEN);
	assert_string_equal(inuse_answer_cause(only(answers)), "already-running");
	/* the options of the descriptor were read */
	assert_non_null(strstr(inuse_answer_json(only(answers)), "\"reuseaddr\":true,\"reuseport\""));
	inuse_answers_free(answers);
	/* the holder is gone before anybody looks */
	end_child(pid);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address),
				 EADDRINUSE, NULL, &answers), 1);
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_FREE);
	print_message("# %s %s\n", inuse_answer_headline(only(answers)),
		inuse_answer_doubt(only(answers), 0));
	assert_non_null(strstr(inuse_answer_doubt(only(answers), 0), "a moment ago"));
	inuse_answers_free(answers);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	/* a socket is bound once */
	address.sin_port = htons(20005);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), errno,
				 NULL, &answers), 1);
	print_message("# %s\n", inuse_answer_headline(only(answers)));
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_UNAVAILABLE);
	assert_non_null(strstr(inuse_answer_headline(only(answers)), "bind() works once"));
	inuse_answers_free(answers);
	close(fd);
}

/* Two sockets with SO_REUSEADDR on one port: the second listen() is the one that fails. */
static void explains_a_failed_listen(void **state)
{
	struct inuse_answers *answers = NULL;
	struct sockaddr_in address;
	uint16_t port;
	int first = bound(1, &port), on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address = loopback(port);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(first, 1), 0);
	assert_int_equal(listen(fd, 1), -1);
	assert_int_equal(errno, EADDRINUSE);
	assert_int_equal(inuse_explain_bind(fd, NULL, 0, errno, NULL, &answers), 1);
	print_message("# %s\n", inuse_answer_headline(only(answers)));
	assert_string_equal(inuse_answer_operation(only(answers)), "listen");
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_IN_USE);
	assert_string_equal(inuse_answer_cause(only(answers)), "own-socket");
	/* the socket that asks is not in its own way */
	assert_int_equal(inuse_holder_descriptor(
				 inuse_socket_holder(inuse_answer_blocker(only(answers), 0), 0), 0),
		first);
	assert_null(inuse_answer_blocker(only(answers), 1));
	inuse_answers_free(answers);
	close(fd);
	close(first);
}

static void explains_other_errors(void **state)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers = NULL;
	char complaint[200];
	struct sockaddr_in address = loopback(20006);
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(20006)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(0xc6336401); /* 198.51.100.1, for documentation */
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), errno,
				 NULL, &answers), 1);
	print_message("# %s\n", inuse_answer_headline(only(answers)));
	assert_string_equal(inuse_answer_cause(only(answers)), "address-not-local");
	assert_string_equal(inuse_answer_target(only(answers)), "198.51.100.1:20006/udp");
	inuse_answers_free(answers);
	/* what such a call is not told: there is nothing to explain */
	answers = NULL;
	options.complaint = complaint;
	options.complaint_size = sizeof(complaint);
	assert_int_equal(inuse_explain_bind(0x7fffffff, (struct sockaddr *)&address,
				 sizeof(address), EADDRINUSE, &options, &answers), INUSE_ERROR_INPUT);
	print_message("# %s\n", complaint);
	assert_non_null(strstr(complaint, "not open"));
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, 3, EADDRINUSE, &options,
				 &answers), INUSE_ERROR_INPUT);
	assert_non_null(strstr(complaint, "length"));
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&six, 7, EADDRINUSE, NULL,
				 &answers), INUSE_ERROR_INPUT);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, 1 << 20, EADDRINUSE,
				 NULL, &answers), INUSE_ERROR_INPUT);
	assert_null(answers);
	close(fd);
}

struct misuse {
	const char *name, *says;
	int fd, error; /* 0: of bind() */
	const void *address;
	size_t length;
	enum inuse_operation operation;
};

/* The commonest failures of beginners: the call itself is wrong, and bind() is really told so. */
static void explains_misuse(void **state)
{
	struct sockaddr_in four = loopback(20010);
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(20010)};
	struct sockaddr_in6 local = six, mapped = six;
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/tmp/x"};
	struct sockaddr_storage storage = {0};
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int tcp6 = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), file = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint16_t port;
	int on = 1, twice = bound(0, &port);
	const struct misuse rows[] = {
		{"closed", "not open", 9999, 0, &four, sizeof(four), INUSE_OPERATION_AUTO},
		{"a file", "no socket", file, 0, &four, sizeof(four), INUSE_OPERATION_AUTO},
		{"too short", "less than an address", tcp, 0, &four, 7, INUSE_OPERATION_AUTO},
		{"too long", "more than any", tcp, 0, &four, 4096, INUSE_OPERATION_AUTO},
		{"bound already", "bind() works once", twice, 0, &four, sizeof(four), INUSE_OPERATION_AUTO},
		{"IPv6 for IPv4", "another family", tcp, 0, &six, sizeof(six), INUSE_OPERATION_AUTO},
		{"a path for IPv4", "another family", tcp, 0, &path, sizeof(path), INUSE_OPERATION_AUTO},
		{"no family", "another family", tcp, 0, &storage, 4, INUSE_OPERATION_AUTO},
		{"link-local", "which one?", tcp6, 0, &local, sizeof(local), INUSE_OPERATION_AUTO},
		{"IPv4 in IPv6 only", "IPV6_V6ONLY", tcp6, 0, &mapped, sizeof(mapped), INUSE_OPERATION_AUTO},
		{"NULL", "NULL", tcp, EFAULT, NULL, sizeof(four), INUSE_OPERATION_BIND},
		{"listen() on UDP", "only stream sockets", udp, EOPNOTSUPP, NULL, 0, INUSE_OPERATION_LISTEN},
		{"listen() of nothing", "not open", 9999, EBADF, NULL, 0, INUSE_OPERATION_LISTEN},
	};

	local.sin6_addr.s6_addr[0] = 0xfe;
	local.sin6_addr.s6_addr[1] = 0x80;
	local.sin6_addr.s6_addr[15] = 1;
	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	mapped.sin6_addr.s6_addr[12] = 127;
	mapped.sin6_addr.s6_addr[15] = 1;
	if (tcp6 >= 0)
		assert_int_equal(setsockopt(tcp6, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct inuse_options options = INUSE_OPTIONS_INIT;
		struct inuse_answers *answers = NULL;
		int error = rows[i].error;

		if (tcp6 < 0 && rows[i].fd == tcp6)
			continue; /* no IPv6 here */
		if (!error) {
			errno = 0;
			assert_int_equal(bind(rows[i].fd, rows[i].address, (socklen_t)rows[i].length), -1);
			error = errno;
		}
		options.operation = rows[i].operation;
		assert_int_equal(inuse_explain_bind(rows[i].fd, rows[i].address, rows[i].length, error, &options,
					 &answers), 1);
		print_message("# %s: %s\n", rows[i].name, inuse_answer_headline(only(answers)));
		assert_int_equal(inuse_answer_status(only(answers)), INUSE_UNAVAILABLE);
		assert_int_equal(inuse_answer_errno(only(answers)), error);
		assert_non_null(strstr(inuse_answer_headline(only(answers)), rows[i].says));
		assert_string_equal(inuse_answer_operation(only(answers)),
			rows[i].operation == INUSE_OPERATION_LISTEN ? "listen" : "bind");
		assert_non_null(inuse_answer_text(only(answers)));
		assert_non_null(strstr(inuse_answer_json(only(answers)), inuse_answer_error(only(answers))));
		inuse_answers_free(answers);
	}
	close(tcp);
	close(tcp6);
	close(udp);
	close(file);
	close(twice);
}

/* What connect() said, asked right after it did; @says is in the headline. */
static void connect_says(int fd, const void *address, size_t length, int error, enum inuse_status status,
	const char *says, const char *doubts)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers = NULL;

	options.operation = INUSE_OPERATION_CONNECT;
	assert_int_equal(inuse_explain_bind(fd, address, length, error, &options, &answers), 1);
	print_message("# %d: %s\n", error, inuse_answer_headline(only(answers)));
	assert_int_equal(inuse_answer_status(only(answers)), status);
	assert_non_null(strstr(inuse_answer_headline(only(answers)), says));
	if (status != INUSE_FREE) {
		assert_int_equal(inuse_answer_errno(only(answers)), error);
		assert_string_equal(inuse_answer_operation(only(answers)), "connect");
	}
	if (doubts)
		assert_non_null(strstr(inuse_answer_doubt(only(answers), 0), doubts));
	assert_non_null(strstr(inuse_answer_json(only(answers)), "\"call\":\"connect\""));
	inuse_answers_free(answers);
}

static int failed_connect(int fd, const void *address, size_t length)
{
	assert_int_equal(connect(fd, address, (socklen_t)length), -1);
	return errno;
}

static void explains_a_failed_connect(void **state)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers = NULL;
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/nonexistent/x"};
	struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), un = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int six = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), server, error;
	char complaint[200];
	struct sockaddr_in address;
	uint16_t port;

	server = bound(0, &port);
	address = loopback(port);
	error = failed_connect(fd, &address, sizeof(address));
	assert_int_equal(error, ECONNREFUSED);
	connect_says(fd, &address, sizeof(address), error, INUSE_UNAVAILABLE, "Nothing listens on", NULL);
	/* somebody listens before anybody looks; after any other error that proves nothing */
	assert_int_equal(listen(server, 1), 0);
	connect_says(fd, &address, sizeof(address), error, INUSE_FREE, "now (test-api-answer", "another try works");
	connect_says(fd, &address, sizeof(address), ETIMEDOUT, INUSE_UNAVAILABLE, "nobody answered in time", NULL);
	connect_says(fd, &address, sizeof(address), EACCES, INUSE_DENIED, "refused by a rule", NULL);
	connect_says(fd, &address, sizeof(address), EIO, INUSE_UNKNOWN, "Something listens on", "may fail the same way");
	mapped.sin6_port = address.sin_port;
	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	mapped.sin6_addr.s6_addr[12] = 127;
	mapped.sin6_addr.s6_addr[15] = 1;
	if (six >= 0)
		connect_says(six, &mapped, sizeof(mapped), error, INUSE_FREE, "Something listens on", NULL);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	error = failed_connect(fd, &address, sizeof(address));
	connect_says(fd, &address, sizeof(address), error, INUSE_UNAVAILABLE, "connected already", NULL);
	error = failed_connect(un, &path, sizeof(path));
	connect_says(un, &path, sizeof(path), error, INUSE_UNAVAILABLE, "no such file", NULL);
	error = failed_connect(9999, &address, sizeof(address));
	connect_says(9999, &address, sizeof(address), error, INUSE_UNAVAILABLE, "not open", NULL);
	error = failed_connect(un, &address, 1);
	connect_says(un, &address, 1, error, INUSE_UNAVAILABLE, "length", NULL);
	options.operation = (enum inuse_operation)77;
	options.complaint = complaint;
	options.complaint_size = sizeof(complaint);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), EADDRINUSE, &options,
				 &answers), INUSE_ERROR_INPUT);
	assert_non_null(strstr(complaint, "operation is 77"));
	close(six);
	close(un);
	close(fd);
	close(server);
}

/* What is neither TCP, UDP nor UNIX is named, and not taken for something else. */
static void names_other_protocols(void **state)
{
	struct inuse_answers *answers = NULL;
	struct sockaddr_in address = loopback(0);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), EADDRINUSE,
				 NULL, &answers), 1);
	print_message("# %s\n", inuse_answer_headline(only(answers)));
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_UNKNOWN);
	assert_non_null(strstr(inuse_answer_headline(only(answers)), "netlink"));
	inuse_answers_free(answers);
	close(fd);
}

/* A server that tries again where it hears "free" would try for ever. */
static void is_free_after_in_use_only(void **state)
{
	static const struct {
		int error;
		enum inuse_status status;
	} others[] = {{ENOMEM, INUSE_UNAVAILABLE}, {ENOBUFS, INUSE_UNAVAILABLE}, {EFAULT, INUSE_UNAVAILABLE},
		{EACCES, INUSE_DENIED}, {EPERM, INUSE_DENIED}, {EIO, INUSE_UNKNOWN}, {EBADF, INUSE_UNKNOWN},
		{ENOTSOCK, INUSE_UNKNOWN}, {ELOOP, INUSE_UNKNOWN}, {EROFS, INUSE_UNKNOWN}, {9999, INUSE_UNKNOWN}};
	struct sockaddr_in address = loopback(20009);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct inuse_answers *answers;

	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address),
				 EADDRINUSE, NULL, &answers), 1);
	assert_int_equal(inuse_answer_status(inuse_answers_get(answers, 0)), INUSE_FREE);
	inuse_answers_free(answers);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct inuse_answer *answer;

		assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address,
					 sizeof(address), others[i].error, NULL, &answers), 1);
		answer = only(answers);
		print_message("# told %d: %s %s\n", others[i].error, inuse_answer_headline(answer),
			inuse_answer_doubt(answer, 0) ? inuse_answer_doubt(answer, 0) : "");
		assert_int_equal(inuse_answer_status(answer), others[i].status);
		if (others[i].status == INUSE_UNKNOWN)
			assert_non_null(inuse_answer_doubt(answer, 0));
		else
			assert_int_equal(inuse_answer_errno(answer), others[i].error);
		inuse_answers_free(answers);
	}
	close(fd);
}

static bool says_yes(void *context)
{
	++*(int *)context;
	return true;
}

/* What was cut short is a gap, and never free. */
static void keeps_to_its_time(void **state)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_list_options all = INUSE_LIST_OPTIONS_INIT;
	struct inuse_answers *answers = NULL;
	struct inuse_listing *list = NULL;
	char target[32];
	int fd = listener(target), calls = 0, n;

	options.stopped = all.stopped = says_yes;
	options.context = all.context = &calls;
	assert_int_equal(inuse_why(target, &options, &answers), 1);
	assert_true(calls > 0);
	print_message("# stopped: %s\n", inuse_answer_headline(only(answers)));
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_UNKNOWN);
	assert_non_null(inuse_answer_gap(only(answers), 0));
	for (size_t i = 0; inuse_answer_gap(only(answers), i); i++)
		print_message("# gap: %s: %s\n", inuse_gap_what(inuse_answer_gap(only(answers), i)),
			inuse_gap_why(inuse_answer_gap(only(answers), i)));
	inuse_answers_free(answers);
	assert_int_equal(inuse_list(&all, &list), 0);
	assert_non_null(inuse_listing_gap(list, 0));
	inuse_listing_free(list);
	options.stopped = all.stopped = NULL;
	options.timeout_ms = all.timeout_ms = 60000; /* enough */
	assert_int_equal(inuse_why(target, &options, &answers), 1);
	assert_string_equal(inuse_answer_cause(only(answers)), INUSE_CAUSE_OWN_SOCKET);
	inuse_answers_free(answers);
	n = inuse_list(&all, &list);
	assert_true(n >= 1);
	assert_int_equal(inuse_listing_count(list), n);
	inuse_listing_free(list);
	close(fd);
}

/* With few descriptors left less is seen: that is said, and nothing is proven that was not. */
static void is_honest_without_descriptors(void **state)
{
	struct sockaddr_in address;
	char target[32];
	int busy = listener(target), fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address = loopback((uint16_t)atoi(strchr(target, ':') + 1));
	for (int left = 0; left <= 8; left++) {
		pid_t pid;
		int status;

		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			struct rlimit limit = {(rlim_t)(fd + 1 + left), (rlim_t)(fd + 1 + left)};
			struct inuse_answers *answers;
			struct inuse_answer *answer;
			const char *cause;
			bool own, proven, gap = false, lie = false;

			setrlimit(RLIMIT_NOFILE, &limit);
			if (inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), EADDRINUSE,
				    NULL, &answers) != 1)
				_exit(0); /* it says so */
			answer = inuse_answers_get(answers, 0);
			cause = inuse_answer_cause(answer);
			own = cause && !strcmp(cause, INUSE_CAUSE_OWN_SOCKET);
			/* that it is in use was told by the kernel; by whom was not seen */
			proven = cause && strcmp(cause, INUSE_CAUSE_HIDDEN_HOLDER) &&
				 inuse_answer_confidence(answer) == INUSE_PROVEN;
			for (size_t i = 0; inuse_answer_gap(answer, i); i++) {
				const char *why = inuse_gap_why(inuse_answer_gap(answer, i));

				gap |= strstr(why, "EMFILE") != NULL;
				lie |= strstr(why, "not mounted") || strstr(why, "do not fit") ||
				       strstr(why, "can be read") || strstr(why, "cannot be read");
			}
			dprintf(STDOUT_FILENO, "# %d left: %s, %s%s\n", left, cause ? cause : "-",
				proven ? "proven" : "not proven", gap ? ", a gap names EMFILE" : "");
			_exit(lie					       ? 4
			      : inuse_answer_status(answer) == INUSE_FREE      ? 1
			      : !own && proven			       ? 2
			      : !own && !gap			       ? 3
								       : 0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	close(fd);
	close(busy);
}

static void says_what_it_is(void **state)
{
	char version[40];

	snprintf(version, sizeof(version), "%d.%d.%d", INUSE_VERSION_MAJOR, INUSE_VERSION_MINOR,
		INUSE_VERSION_PATCH);
	assert_string_equal(version, inuse_version());
	print_message("# features: %u\n", (unsigned int)inuse_features());
	assert_true(inuse_features() & INUSE_FEATURE_WATCH);
	assert_int_equal(inuse_features() & ~7u, 0);
}

static size_t longest_line(const char *text)
{
	size_t longest = 0, n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		longest = n > longest ? n : longest;
	}
	return longest;
}

static void wraps_and_colours(void **state)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers;
	size_t lengths[3];
	static const uint16_t columns[] = {50, 0, UINT16_MAX};
	char target[32];
	int fd = listener(target);

	for (size_t i = 0; i < 3; i++) {
		options.columns = columns[i];
		options.colour = i == 0;
		assert_int_equal(inuse_why(target, &options, &answers), 1);
		lengths[i] = longest_line(inuse_answer_text(only(answers)));
		assert_int_equal(strstr(inuse_answer_text(only(answers)), "\x1b[") != NULL, i == 0);
		inuse_answers_free(answers);
	}
	print_message("# longest lines: %zu %zu %zu\n", lengths[0], lengths[1], lengths[2]);
	assert_true(lengths[0] < lengths[1] && lengths[1] <= lengths[2]);
	close(fd);
}

/* What is seen here is not in the way of a socket of another network namespace. */
static void refuses_sockets_of_other_namespaces(void **state)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	char complaint[200];
	struct inuse_answers *answers = NULL;
	struct sockaddr_in address = loopback(20007);
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd;

	if (unshare(CLONE_NEWNET) < 0) {
		print_message("# skipped: a network namespace takes root: %s\n", strerror(errno));
		close(here);
		skip();
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	options.complaint = complaint;
	options.complaint_size = sizeof(complaint);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address),
				 EADDRINUSE, &options, &answers), INUSE_ERROR_NOTSUP);
	assert_null(answers);
	assert_non_null(strstr(complaint, "another network namespace"));
	close(fd);
	close(here);
}

static void explains_mptcp(void **state)
{
	struct inuse_answers *answers = NULL;
	struct sockaddr_in address;
	char target[32];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 262), busy;

	if (fd < 0) {
		print_message("# skipped: this kernel has no MPTCP\n");
		skip();
	}
	busy = listener(target);
	address = loopback((uint16_t)atoi(strchr(target, ':') + 1));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), errno,
				 NULL, &answers), 1);
	assert_string_equal(inuse_answer_cause(only(answers)), "own-socket");
	inuse_answers_free(answers);
	close(busy);
	close(fd);
}

static void explains_unix_paths(void **state)
{
	struct inuse_answers *answers = NULL;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof(name.sun_path), "/tmp/test-answers-%d.sock", (int)getpid());
	assert_int_equal(bind(first, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(first, 1), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), -1);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&name, sizeof(name), errno, NULL,
				 &answers), 1);
	assert_string_equal(inuse_answer_target(only(answers)), name.sun_path);
	assert_string_equal(inuse_answer_cause(only(answers)), "own-socket");
	assert_string_equal(inuse_socket_name(inuse_answer_blocker(only(answers), 0)), name.sun_path);
	inuse_answers_free(answers);
	close(first);
	/* the file stays */
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&name, sizeof(name), EADDRINUSE,
				 NULL, &answers), 1);
	assert_string_equal(inuse_answer_cause(only(answers)), "stale-socket-file");
	inuse_answers_free(answers);
	unlink(name.sun_path);
	/* abstract names may contain anything */
	memcpy(name.sun_path, "\0api\x1b[31m\0x", 11);
	snprintf(name.sun_path + 11, 20, "%d", (int)getpid());
	first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(first, (struct sockaddr *)&name, 40), 0);
	assert_int_equal(inuse_explain_bind(fd, (struct sockaddr *)&name, 40, EADDRINUSE, NULL,
				 &answers), 1);
	assert_int_equal(inuse_answer_status(only(answers)), INUSE_IN_USE);
	assert_null(strchr(inuse_answer_text(only(answers)), '\x1b'));
	inuse_answers_free(answers);
	close(first);
	close(fd);
}

static void explains_errors(void **state)
{
	struct inuse_meaning *meaning = NULL;

	assert_int_equal(inuse_explain_error("WSAEADDRINUSE", &meaning), 1);
	print_message("# %.60s\n", inuse_meaning_text(meaning));
	assert_non_null(strstr(inuse_meaning_text(meaning), "10048"));
	assert_non_null(strstr(inuse_meaning_json(meaning), "\"inuse.error/1\""));
	assert_ptr_equal(inuse_meaning_json(meaning), inuse_meaning_json(meaning));
	inuse_meaning_free(meaning);
	meaning = NULL;
	assert_int_equal(inuse_explain_error("no error at all", &meaning), INUSE_ERROR_NOENT);
	assert_int_equal(inuse_explain_error(NULL, &meaning), INUSE_ERROR_NOENT);
	assert_null(meaning);
	inuse_meaning_free(NULL);
	assert_null(inuse_meaning_text(NULL));
}

static void takes_nothing_for_nothing(void **state)
{
	char buffer[16];

	inuse_answers_free(NULL);
	inuse_listing_free(NULL);
	inuse_plans_free(NULL);
	assert_int_equal(inuse_answers_count(NULL), 0);
	assert_null(inuse_answers_get(NULL, 0));
	assert_null(inuse_answer_text(NULL));
	assert_null(inuse_answer_json(NULL));
	assert_null(inuse_answer_headline(NULL));
	assert_int_equal(inuse_answer_status(NULL), INUSE_UNKNOWN);
	assert_null(inuse_answer_remedy(NULL, 0));
	assert_null(inuse_socket_name(inuse_answer_blocker(NULL, 0)));
	assert_int_equal(inuse_socket_uid(NULL), -1);
	assert_int_equal(inuse_holder_descriptor(NULL, 0), -1);
	assert_int_equal(inuse_holder_started(NULL), -1);
	assert_int_equal(inuse_remedy_risk(NULL), INUSE_RISK_NONE);
	assert_null(inuse_gap_what(NULL));
	assert_null(inuse_step_what(NULL));
	assert_int_equal(inuse_plan_end(NULL), INUSE_END_UNKNOWN);
	assert_null(inuse_plan_json(NULL));
	assert_null(inuse_refusal_next(NULL));
	assert_string_equal(inuse_escape(NULL, buffer, sizeof(buffer)), "?");
	assert_string_equal(inuse_escape("a\x1b[1m", buffer, sizeof(buffer)), "a\\x1b[1m");
	assert_string_equal(inuse_escape("0123456789abcdef", buffer, sizeof(buffer)),
		"0123456789ab…");
	assert_string_equal(inuse_escape("xy", buffer, 1), "");
}

static void names_every_error(void **state)
{
	int i;

	for (i = INUSE_ERROR_NOMEM; i >= INUSE_ERROR_SYSTEM; i--) {
		print_message("# %d %s: %s\n", i, inuse_error_name(i), inuse_error_text(i));
		assert_int_equal(strncmp(inuse_error_name(i), "INUSE_ERROR_", 12), 0);
		assert_string_not_equal(inuse_error_name(i), "INUSE_ERROR_UNKNOWN");
		assert_string_not_equal(inuse_error_text(i), inuse_error_text(1));
	}
	assert_string_equal(inuse_error_name(INUSE_ERROR_SYSTEM - 1), "INUSE_ERROR_UNKNOWN");
	assert_string_equal(inuse_error_name(INUSE_ERROR_NOTSUP), "INUSE_ERROR_NOTSUP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_own_socket),
		cmocka_unit_test(walks_what_another_process_has),
		cmocka_unit_test(answers_free),
		cmocka_unit_test(answers_each_port),
		cmocka_unit_test(complains),
		cmocka_unit_test(reads_options_of_other_versions),
		cmocka_unit_test(explains_a_failed_bind),
		cmocka_unit_test(explains_a_failed_listen),
		cmocka_unit_test(explains_other_errors),
		cmocka_unit_test(explains_misuse),
		cmocka_unit_test(explains_a_failed_connect),
		cmocka_unit_test(names_other_protocols),
		cmocka_unit_test(is_free_after_in_use_only),
		cmocka_unit_test(keeps_to_its_time),
		cmocka_unit_test(is_honest_without_descriptors),
		cmocka_unit_test(says_what_it_is),
		cmocka_unit_test(wraps_and_colours),
		cmocka_unit_test(refuses_sockets_of_other_namespaces),
		cmocka_unit_test(explains_mptcp),
		cmocka_unit_test(explains_unix_paths),
		cmocka_unit_test(explains_errors),
		cmocka_unit_test(takes_nothing_for_nothing),
		cmocka_unit_test(names_every_error),
	};

	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
