/* sandbox.c - a server that explains why its bind() fails, under a filter that ends it for other calls
 *
 * sandbox UID allow|deny [NUMBER…] - becomes that user, lets only these system calls pass, or all but
 * these, and explains. Prints one line for each question.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <inuse/inuse.h>

#define CALLS_MAX 1000

static int install(char **numbers, int n, bool allow)
{
	static struct sock_filter code[2 * CALLS_MAX + 2];
	struct sock_fprog program = {.filter = code};
	unsigned short at = 0;
	unsigned int listed = allow ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS;
	unsigned int others = allow ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ALLOW;

	code[at++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < n && i < CALLS_MAX; i++) {
		code[at++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)atoi(numbers[i]), 0, 1);
		code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, listed);
	}
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, others);
	program.len = at;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void print(const char *what, int count, struct inuse_answers *answers)
{
	struct inuse_answer *answer = count > 0 ? inuse_answers_get(answers, 0) : NULL;
	const char *cause = inuse_answer_cause(answer);

	printf("%s: %d %d %s\n", what, count, (int)inuse_answer_status(answer), cause ? cause : "-");
	if (answer && (!inuse_answer_text(answer) || !inuse_answer_json(answer)))
		printf("%s: no text\n", what);
	for (size_t i = 0; inuse_answer_gap(answer, i); i++)
		printf("gap: %s\n", inuse_gap_what(inuse_answer_gap(answer, i)));
	if (answer)
		inuse_answers_free(answers);
}

static void ask(int fd, const struct sockaddr_in *address)
{
	static const char *const targets[] = {"4001", "53/udp", "0", "/run/nobody.sock", "@nobody"};
	struct inuse_answers *answers = NULL;
	struct inuse_listing *list = NULL;
	int count = inuse_explain_bind(fd, (const struct sockaddr *)address, sizeof(*address),
		EADDRINUSE, NULL, &answers);

	print("explain", count, answers);
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		count = inuse_why(targets[i], NULL, &answers);
		print(targets[i], count, answers);
	}
	count = inuse_list(NULL, &list);
	printf("list: %d\n", count);
	if (count >= 0)
		inuse_listing_free(list);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	uid_t uid;

	if (argc < 3 || bind(listener, (struct sockaddr *)&address, len) < 0 ||
		listen(listener, 1) < 0 ||
		getsockname(listener, (struct sockaddr *)&address, &len) < 0)
		return 2;
	uid = (uid_t)atoi(argv[1]);
	if (bind(fd, (struct sockaddr *)&address, len) == 0 || errno != EADDRINUSE)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if ((uid && (setgid(uid) < 0 || setuid(uid) < 0)) ||
		install(argv + 3, argc - 3, !strcmp(argv[2], "allow")) < 0) {
		perror("sandbox");
		return 2;
	}
	ask(fd, &address);
	return 0;
}
