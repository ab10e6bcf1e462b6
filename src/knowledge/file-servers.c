/* knowledge/file-servers.c - programs that give folders of this machine to others */
#include "knowledge/file-servers.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

/*
 * comm has 15 bytes: "qemu-system-x86". sftp-server is none of them: over SFTP nobody makes a socket
 * (sshfs says EPERM).
 */
static const struct iu_file_server rows[] = {
	{.start = "virtiofsd", .type = "virtiofs"},
	{.start = "crosvm", .type = "virtiofs"},
	{.start = "qemu-system-", .type = "9p"}, /* -virtfs, -fsdev */
	{.start = "qemu-kvm", .type = "9p"},
	{.start = "kvm", .type = "9p"},
	{.start = "lkvm", .type = "9p"},
	{.start = "diod", .type = "9p"},
	{.start = "u9fs", .type = "9p"},
	/* smb.conf(5): "path = /srv"; ganesha-export-config(8): "Path = /srv;" */
	{"smbd", "cifs", "-s", "--configfile", {"/etc/samba/smb.conf", "/usr/local/samba/etc/smb.conf"}},
	{"ganesha.nfsd", "nfs", "-f", NULL, {"/etc/ganesha/ganesha.conf"}},
};

const struct iu_file_server *iu_file_server(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		size_t len = strlen(rows[i].start);

		if (!strncmp(name, rows[i].start, len) && (!name[len] || rows[i].start[len - 1] == '-'))
			return &rows[i];
	}
	return NULL;
}
