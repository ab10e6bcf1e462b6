/* run/linux/start.c - leaves a supervisor behind and becomes the command */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/os.h"
#include "run/linux/postmortem.h"
#include "run/linux/pass-fd.h"
#include "run/linux/preload-server.h"
#include "run/linux/supervise.h"

#define DESCRIPTORS 4096
#define YAMA "/proc/sys/kernel/yama/ptrace_scope"

/* Moves @fd where it is out of the way of closing the rest; -1 stays -1. */
static int keep(int fd, int to)
{
	if (fd < 0 || fd == to)
		return fd;
	if (dup2(fd, to) < 0)
		return -1;
	return to;
}

/* Nothing of the command's may be held open by us but its standard error. */
static void let_go(struct iu_run *run, int *control)
{
	enum { CONTROL = 3, PORT, TERMINAL, REST };
	int high[3] = {*control, run->port_fd, run->terminal};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 3; i++)
		if (high[i] >= 0)
			high[i] = fcntl(high[i], F_DUPFD, REST);
	*control = keep(high[0], CONTROL);
	run->port_fd = keep(high[1], PORT);
	run->terminal = keep(high[2], TERMINAL);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	for (int fd = CONTROL; fd < REST; fd++)
		if (fd != *control && fd != run->port_fd && fd != run->terminal)
			close(fd);
	if (syscall(SYS_close_range, REST, ~0u, 0) < 0) /* before 5.9 */
		for (int fd = REST; fd < DESCRIPTORS; fd++)
			close(fd);
}

/*
 * A process group of its own: no signal of the terminal reaches it. But no session of its own: the
 * scheduler shares the processors out by sessions (CONFIG_SCHED_AUTOGROUP), and between two of them
 * each hand-over waits for its turn: on a loaded machine 35 us for bind() and listen() became 140.
 */
_Noreturn static void become_supervisor(
	struct iu_run *run, const struct iu_run_table *table, int control, int32_t command)
{
	static const int not_for_us[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE, SIGTSTP,
		SIGTTIN, SIGTTOU};
	sigset_t none;

	setpgid(0, 0);
	let_go(run, &control);
	for (size_t i = 0; i < IU_COUNT(not_for_us); i++)
		signal(not_for_us[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_NAME, "inuse-run", 0, 0, 0);
	(void)!chdir("/"); /* no file system stays busy because of us */
	iu_run_supervise(run, table, control, command);
}

/*
 * A grandchild, so that the command has no child it does not know: it may wait for all of its own.
 * Returns: the end of the pair that takes the listener, or -1.
 */
static int start_supervisor(struct iu_run *run, const struct iu_run_table *table)
{
	int32_t command = (int32_t)getpid();
	int pair[2], status = 0; /* it stays 0 where SIGCHLD is ignored */
	pid_t middle;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	middle = fork();
	if (middle == 0) {
		pid_t pid;

		close(pair[0]);
		pid = fork();
		if (pid == 0)
			become_supervisor(run, table, pair[1], command);
		/* who may look into the command's memory, where Yama asks for a permission */
		_exit(pid > 0 && write(pair[1], &pid, sizeof(pid)) == sizeof(pid) ? 0 : 1);
	}
	close(pair[1]);
	while (middle > 0 && waitpid(middle, &status, 0) < 0 && errno == EINTR)
		;
	if (middle < 0 || status != 0) {
		close(pair[0]);
		return -1;
	}
	return pair[0];
}

/* Returns: whether there is one. */
static bool permit_supervisor(int control)
{
	pid_t pid;

	if (read(control, &pid, sizeof(pid)) != sizeof(pid))
		return false;
	if (access(YAMA, F_OK) == 0)
		(void)prctl(PR_SET_PTRACER, pid, 0, 0, 0);
	return true;
}

/* Returns: 0, or why the kernel will not tell of the command's calls. */
static int ask_kernel(const struct iu_run_table *table, int control)
{
	int listener, ret = table->n ? iu_run_filter_load(&listener) : IU_E_NOTSUP;

	if (ret < 0)
		return ret;
	/* With nobody to answer every bind() would fail with ENOSYS: but so it stays. */
	ret = iu_run_pass_fd_send(control, listener, IU_RUN_KERNEL) ? IU_E_SYSTEM : 0;
	close(listener);
	return ret;
}

static int set_environment(const char *shim, const char *name)
{
	const char *before = getenv("LD_PRELOAD");
	char list[8192];
	int n = snprintf(list, sizeof(list), "%s%s%s", shim, before && *before ? ":" : "",
		before ? before : "");

	if (n < 0 || (size_t)n >= sizeof(list))
		return IU_E_LIMIT;
	return setenv("LD_PRELOAD", list, 1) == 0 && setenv(IU_PRELOAD_VARIABLE, name, 1) == 0
		? 0
		: IU_E_NOMEM;
}

/* A library in the command asks instead. Returns: 0, IU_E_*. */
static int ask_by_library(int control)
{
	char shim[4096], name[IU_RUN_NAME_TEXT];
	int ret = iu_run_preload_server_library(shim, sizeof(shim)), server;

	if (ret < 0)
		return ret;
	server = iu_run_preload_server_open(name);
	if (server < 0)
		return IU_E_SYSTEM;
	ret = set_environment(shim, name);
	if (ret >= 0)
		ret = iu_run_pass_fd_send(control, server, IU_RUN_PRELOADED) ? IU_E_SYSTEM : 0;
	close(server);
	return ret;
}

/* The file that execvp() will find; false: none. */
static bool find_file(const char *name, char *path, size_t size)
{
	const char *at = getenv("PATH");
	int n;

	if (strchr(name, '/'))
		return (size_t)snprintf(path, size, "%s", name) < size;
	for (at = at ? at : "/bin:/usr/bin"; *at;) {
		size_t len = strcspn(at, ":");

		n = snprintf(path, size, "%.*s/%s", len ? (int)len : 1, len ? at : ".", name);
		if (n > 0 && (size_t)n < size && access(path, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

/* The kernel's price for watching without CAP_SYS_ADMIN: said where it matters. */
static void say_no_new_privs(const struct iu_run *run)
{
	char path[4096], text[300];
	struct stat status;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || geteuid() == 0 ||
		!find_file(run->argv[0], path, sizeof(path)) || stat(path, &status) < 0)
		return;
	if (!(status.st_mode & (S_ISUID | S_ISGID)) &&
		getxattr(path, "security.capability", NULL, 0) <= 0)
		return;
	snprintf(text, sizeof(text),
		"this program has more rights than its user (setuid or capabilities), and gets none "
		"of them under inuse run without root (no_new_privs): sudo inuse run -- …");
	run->line(run->context, text);
}

static const char *why_not(int error)
{
	switch (error) {
	case IU_E_LIMIT: return "another program around it watches its calls already";
	case IU_E_ACCESS: return "a filter around it forbids that";
	case IU_E_NOTSUP: return "this kernel or this build of inuse has no seccomp notifications";
	}
	return "the system refused";
}

/* Whether a library can be put into it: a script is run by a program, and that is hardly ever static. */
static bool takes_library(const char *name)
{
	char path[4096];
	Elf64_Ehdr header;
	Elf64_Phdr part;
	bool found = false;
	int fd = find_file(name, path, sizeof(path)) ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return true; /* exec says what is wrong with it */
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
		memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
		close(fd);
		return true;
	}
	/* of another word size it would only be complained about */
	for (unsigned int i = 0; header.e_ident[EI_CLASS] == ELFCLASS64 && !found &&
				 i < header.e_phnum && header.e_phentsize == sizeof(part);
		i++)
		found = pread(fd, &part, sizeof(part), (off_t)(header.e_phoff + i * sizeof(part))) ==
				sizeof(part) &&
			part.p_type == PT_INTERP;
	close(fd);
	return found;
}

static void say_without(const struct iu_run *run, int error, bool by_library)
{
	char text[300];

	if (run->explained && by_library)
		return; /* nothing is missing */
	snprintf(text, sizeof(text), "the calls of the command cannot be watched: %s; %s",
		why_not(error),
		by_library ? "a library in it tells of its failed bind() calls instead, but not in "
			     "static programs"
			   : "when it fails it is explained afterwards, from what it printed");
	run->line(run->context, text);
}

/* No process or descriptor is to be had: the command can do without us. */
static bool is_shortage(int error)
{
	return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
}

static void say_alone(const struct iu_run *run, int error)
{
	char text[200];

	snprintf(text, sizeof(text),
		"nor can what it prints be looked at (%s): the command runs without inuse",
		iu_os_error_name(error));
	run->line(run->context, text);
}

/* Another `inuse run` around us explains what fails: what is left for us is to help, where that is wanted. */
static bool is_explained(void)
{
	return listen(-1, IU_RUN_HELLO) < 0 && errno == IU_RUN_HELLO_ERRNO;
}

static int become_command(struct iu_run *run)
{
	run->restore(run->context);
	execvp(run->argv[0], run->argv);
	return errno;
}

int iu_run_start(struct iu_run *run, int *ret_status)
{
	struct iu_run_table table;
	int control, ret = IU_E_SYSTEM;
	bool by_library = false;

	run->explained = is_explained();
	if (run->explained && run->policy == IU_RUN_EXPLAIN && run->port_fd < 0)
		return become_command(run);
	run->act.on_behalf = (int32_t)getpid();
	iu_run_filter_table(&table);
	control = start_supervisor(run, &table);
	if (control >= 0) {
		if (permit_supervisor(control))
			ret = ask_kernel(&table, control);
		by_library = ret < 0 && takes_library(run->argv[0]) && ask_by_library(control) >= 0;
		close(control);
	}
	if (ret < 0)
		say_without(run, ret, by_library);
	else
		say_no_new_privs(run);
	if (ret < 0 && !by_library) {
		ret = iu_run_postmortem(run, ret_status);
		if (!is_shortage(ret))
			return ret;
		say_alone(run, ret);
	}
	return become_command(run);
}
