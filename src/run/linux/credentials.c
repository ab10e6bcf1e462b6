/* run/linux/credentials.c - as whom and where a thread runs, compared with ourselves */
#include "run/linux/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define STATUS_BYTES 8192
#define LINK_BYTES   64

static uint64_t hash(const char *bytes, size_t len)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 1099511628211u;
	return h;
}

/* The content of a file by its hash; its errno where it cannot be read: that is compared, too. */
static uint64_t content(int fd)
{
	char text[STATUS_BYTES];
	ssize_t len = fd < 0 ? -1 : pread(fd, text, sizeof(text), 0);

	return len < 0 ? (uint64_t)errno : hash(text, (size_t)len);
}

/* "net:[4026531840]" */
static uint64_t namespace(int folder, const char *name)
{
	char text[LINK_BYTES];
	ssize_t len = readlinkat(folder, name, text, sizeof(text));

	return len <= 0 ? 0 : hash(text, (size_t)len);
}

int iu_run_credentials_read(
	const struct iu_run_proc_files *files, struct iu_run_credentials *ret_credentials)
{
	char text[STATUS_BYTES];
	struct iu_run_credentials credentials;
	ssize_t len = files->status < 0 ? -1 : pread(files->status, text, sizeof(text), 0);

	if (len <= 0)
		return IU_E_GONE;
	iu_run_rights_parse(text, (size_t)len, &credentials.rights);
	credentials.netns = namespace(files->folder, "ns/net");
	credentials.userns = namespace(files->folder, "ns/user");
	credentials.cgroup = content(files->cgroup);
	credentials.label = content(files->label);
	*ret_credentials = credentials;
	return 0;
}

static int open_file(int32_t tid, const char *name)
{
	char path[LINK_BYTES];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Upwards from the owner of the network: whoever is met on the way has rights there. */
static bool is_above_network(int32_t tid)
{
	int net = open_file(tid, "ns/net"), at = net < 0 ? -1 : ioctl(net, NS_GET_USERNS), up;
	int own = open_file(tid, "ns/user");
	struct stat wanted, status;
	bool found = false;

	if (net >= 0)
		close(net);
	while (at >= 0 && own >= 0 && !found && fstat(own, &wanted) == 0 && fstat(at, &status) == 0) {
		found = status.st_ino == wanted.st_ino;
		up = found ? -1 : ioctl(at, NS_GET_PARENT);
		close(at);
		at = up;
	}
	if (at >= 0)
		close(at);
	if (own >= 0)
		close(own);
	return found;
}

bool iu_run_credentials_may_bind_low(int32_t tid, const struct iu_run_credentials *credentials)
{
	return iu_run_rights_may_bind_low(&credentials->rights) && is_above_network(tid);
}

bool iu_run_credentials_equal(
	const struct iu_run_credentials *ours, const struct iu_run_credentials *theirs)
{
	return iu_run_rights_equal(&ours->rights, &theirs->rights) && ours->netns &&
	       ours->netns == theirs->netns && ours->userns == theirs->userns &&
	       ours->cgroup == theirs->cgroup && ours->label == theirs->label;
}
