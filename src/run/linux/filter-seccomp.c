/* run/linux/filter-seccomp.c - the filter through libseccomp, and its notices */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "base/library.h"
#include "run/linux/filter.h"

/* Headers of older kernels lack them; the kernel that runs decides. */
#define FLAG_WAIT_KILLABLE 0x20u                /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 5.19 */
#define FLAG_SYNC_WAKE_UP  1ul                  /* SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, 6.6 */
#define IOCTL_SET_FLAGS    SECCOMP_IOW(4, __u64) /* SECCOMP_IOCTL_NOTIF_SET_FLAGS, 6.6 */

#define INSTRUCTIONS_MAX 512
#define RESTART          512 /* ERESTARTSYS, include/linux/errno.h: not for user space */

/* Loaded for this command only: every other one would pay for it at its start. */
struct library {
	scmp_filter_ctx (*init)(uint32_t action);
	void (*release)(scmp_filter_ctx filter);
	uint32_t (*native)(void);
	int (*add_arch)(scmp_filter_ctx filter, uint32_t arch);
	int (*number)(const char *name);
	int (*number_of)(uint32_t arch, const char *name);
	int (*add_rule)(scmp_filter_ctx filter, uint32_t action, int number, unsigned int count, ...);
	int (*compiled)(scmp_filter_ctx filter, int fd);
};

static const char *const functions[] = {"seccomp_init", "seccomp_release", "seccomp_arch_native",
	"seccomp_arch_add", "seccomp_syscall_resolve_name", "seccomp_syscall_resolve_name_arch",
	"seccomp_rule_add", "seccomp_export_bpf"};

static int load_library(struct library *ret_library)
{
	void *found[IU_COUNT(functions)];
	int ret = iu_library_load("libseccomp.so.2", functions, IU_COUNT(functions), found);

	_Static_assert(sizeof(found) == sizeof(*ret_library), "one pointer a function");
	if (ret >= 0)
		memcpy(ret_library, found, sizeof(found));
	return ret;
}

static const char *const call_names[IU_RUN_KINDS] = {
	[IU_RUN_BIND] = "bind",
	[IU_RUN_LISTEN] = "listen",
	[IU_RUN_RING] = "io_uring_setup",
	[IU_RUN_DOMAIN] = "landlock_restrict_self",
};

/* Programs of other word sizes that this machine runs as well. */
static const struct {
	uint32_t native, others[2];
} families[] = {
	{SCMP_ARCH_X86_64, {SCMP_ARCH_X86, SCMP_ARCH_X32}},
	{SCMP_ARCH_AARCH64, {SCMP_ARCH_ARM, 0}},
	{SCMP_ARCH_S390X, {SCMP_ARCH_S390, 0}},
	{SCMP_ARCH_MIPSEL64, {SCMP_ARCH_MIPSEL, 0}},
};

static const uint32_t *other_architectures(const struct library *lib)
{
	static const uint32_t none[2] = {0, 0};
	uint32_t native = lib->native();

	for (size_t i = 0; i < IU_COUNT(families); i++)
		if (families[i].native == native)
			return families[i].others;
	return none;
}

static int add_rules(const struct library *lib, scmp_filter_ctx filter)
{
	const uint32_t *others = other_architectures(lib);
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (others[i])
			ret = lib->add_arch(filter, others[i]);
	for (int kind = IU_RUN_BIND; kind < IU_RUN_KINDS && ret == 0; kind++) {
		int number = lib->number(call_names[kind]);

		/* socketcall() of 32-bit programs is included by the library */
		if (number != __NR_SCMP_ERROR)
			ret = lib->add_rule(filter, SCMP_ACT_NOTIFY, number, 0);
	}
	return ret;
}

/* The library loads a filter without WAIT_KILLABLE (2.5), so it only compiles it for us. */
static int compile(const struct library *lib, struct sock_filter *code, unsigned short *ret_count)
{
	scmp_filter_ctx filter = lib->init(SCMP_ACT_ALLOW);
	int fd = memfd_create("filter", MFD_CLOEXEC), err = filter && fd >= 0 ? 0 : IU_E_NOMEM;
	ssize_t n = -1;

	if (err == 0 && (add_rules(lib, filter) < 0 || lib->compiled(filter, fd) < 0))
		err = IU_E_NOTSUP;
	if (err == 0)
		n = pread(fd, code, INSTRUCTIONS_MAX * sizeof(*code), 0);
	if (err == 0 && (n <= 0 || (size_t)n % sizeof(*code) ||
				(size_t)n == INSTRUCTIONS_MAX * sizeof(*code)))
		err = IU_E_NOTSUP;
	if (fd >= 0)
		close(fd);
	if (filter)
		lib->release(filter);
	if (err == 0)
		*ret_count = (unsigned short)((size_t)n / sizeof(*code));
	return err;
}

static int error_of(int number)
{
	switch (number) {
	case EBUSY: return IU_E_LIMIT;
	case EACCES:
	case EPERM: return IU_E_ACCESS;
	case ENOMEM: return IU_E_NOMEM;
	}
	return IU_E_NOTSUP;
}

static int install(const struct sock_fprog *program)
{
	unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | FLAG_WAIT_KILLABLE;
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);

	/* A notice that was read is then taken back by fatal signals only: no EINTR from bind(). */
	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			SECCOMP_FILTER_FLAG_NEW_LISTENER, program);
	return (int)fd;
}

int iu_run_filter_load(int *ret_listener)
{
	struct sock_filter code[INSTRUCTIONS_MAX];
	struct sock_fprog program = {.filter = code};
	struct library library;
	int ret = load_library(&library), fd;

	if (ret == 0)
		ret = compile(&library, code, &program.len);
	if (ret < 0)
		return ret;
	fd = install(&program);
	/* The kernel demands no_new_privs of everybody without CAP_SYS_ADMIN. */
	if (fd < 0 && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		fd = install(&program);
	if (fd < 0)
		return error_of(errno);
	*ret_listener = fd;
	return 0;
}

static void add_numbers(const struct library *lib, struct iu_run_table *table, uint32_t token)
{
	struct iu_run_numbers *numbers = &table->v[table->n];

	if (!token || token == SCMP_ARCH_X32) /* comes as x86-64, see call.c */
		return;
	numbers->arch = token;
	for (int kind = 0; kind < IU_RUN_KINDS; kind++) {
		int number = call_names[kind]
			? lib->number_of(token, call_names[kind])
			: -1;

		numbers->number[kind] = number;
	}
	numbers->socketcall = lib->number_of(token, "socketcall");
	table->n++;
}

void iu_run_filter_table(struct iu_run_table *ret_table)
{
	struct library library;
	const uint32_t *others;

	ret_table->n = 0;
	if (load_library(&library) < 0)
		return;
	others = other_architectures(&library);
	add_numbers(&library, ret_table, library.native());
	add_numbers(&library, ret_table, others[0]);
	add_numbers(&library, ret_table, others[1]);
}

struct iu_run_notices {
	int fd;
	struct seccomp_notif_sizes sizes;
	struct seccomp_notif *notice;       /* as large as this kernel writes them; shared memory */
	struct seccomp_notif_resp *response;
};

int iu_run_notices_new(int listener, struct iu_run_notices **ret_notices)
{
	struct iu_run_notices *notices = calloc(1, sizeof(*notices));

	if (!notices)
		return IU_E_NOMEM;
	notices->fd = listener;
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &notices->sizes) < 0) {
		free(notices);
		return IU_E_SYSTEM;
	}
	if (notices->sizes.seccomp_notif < sizeof(*notices->notice))
		notices->sizes.seccomp_notif = sizeof(*notices->notice);
	if (notices->sizes.seccomp_notif_resp < sizeof(*notices->response))
		notices->sizes.seccomp_notif_resp = sizeof(*notices->response);
	notices->notice = mmap(NULL, notices->sizes.seccomp_notif, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (notices->notice == MAP_FAILED)
		notices->notice = NULL;
	notices->response = calloc(1, notices->sizes.seccomp_notif_resp);
	if (!notices->notice || !notices->response) {
		iu_run_notices_free(notices);
		return IU_E_NOMEM;
	}
	(void)ioctl(listener, IOCTL_SET_FLAGS, FLAG_SYNC_WAKE_UP);
	*ret_notices = notices;
	return 0;
}

int iu_run_notices_next(struct iu_run_notices *notices, struct iu_run_notice *ret_notice)
{
	const struct seccomp_notif *raw = notices->notice;

	memset(notices->notice, 0, notices->sizes.seccomp_notif); /* the kernel insists */
	if (ioctl(notices->fd, SECCOMP_IOCTL_NOTIF_RECV, notices->notice) < 0)
		return errno == EINTR ? IU_E_AGAIN : errno == ENOENT ? IU_E_GONE : IU_E_SYSTEM;
	*ret_notice = (struct iu_run_notice){.id = raw->id,
		.tid = (int32_t)raw->pid,
		.arch = raw->data.arch,
		.number = raw->data.nr};
	for (size_t i = 0; i < IU_COUNT(ret_notice->args); i++)
		ret_notice->args[i] = raw->data.args[i];
	return 0;
}

bool iu_run_notices_killable(void)
{
	/* flags that the kernel knows let it look at the program, which is not there */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER | FLAG_WAIT_KILLABLE, NULL) < 0 &&
	       errno == EFAULT;
}

bool iu_run_notices_valid(const struct iu_run_notices *notices, uint64_t id)
{
	return ioctl(notices->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static int answer(const struct iu_run_notices *notices, uint64_t id, uint32_t flags, int error)
{
	memset(notices->response, 0, notices->sizes.seccomp_notif_resp);
	notices->response->id = id;
	notices->response->flags = flags;
	notices->response->error = error;
	if (ioctl(notices->fd, SECCOMP_IOCTL_NOTIF_SEND, notices->response) == 0)
		return 0;
	return errno == ENOENT ? IU_E_GONE : IU_E_SYSTEM;
}

int iu_run_notices_continue(const struct iu_run_notices *notices, uint64_t id)
{
	return answer(notices, id, SECCOMP_USER_NOTIF_FLAG_CONTINUE, 0);
}

int iu_run_notices_done(const struct iu_run_notices *notices, uint64_t id, int error)
{
	return answer(notices, id, 0, -error);
}

int iu_run_notices_again(const struct iu_run_notices *notices, uint64_t id)
{
	return answer(notices, id, 0, -RESTART);
}

void iu_run_notices_rescue(const struct iu_run_notices *notices)
{
	if (notices->notice->id)
		(void)iu_run_notices_continue(notices, notices->notice->id);
}

void iu_run_notices_free(struct iu_run_notices *notices)
{
	if (!notices)
		return;
	if (notices->notice)
		munmap(notices->notice, notices->sizes.seccomp_notif);
	free(notices->response);
	free(notices);
}
