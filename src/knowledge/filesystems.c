/* knowledge/filesystems.c - what kinds of file systems mean for sockets, and for who looks at them */
#include "knowledge/filesystems.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

#define LOCAL(name)   {name, false, false, false, IU_YES}
#define NONE(name)    {name, false, false, false, IU_NO}
#define REMOTE(name, sockets) {name, true, true, true, sockets}

/*
 * Without an mknod() in their directories (inode_operations) vfs_mknod() says EPERM. The tables of
 * fs/ in Linux 6.1 to 6.12.
 */
static const struct iu_filesystem_row rows[] = {
	REMOTE("9p", IU_UNKNOWN),
	REMOTE("afs", IU_NO),
	LOCAL("aufs"),
	{"autofs", true, true, false, IU_NO},
	LOCAL("bcachefs"),
	NONE("binder"),
	NONE("binfmt_misc"),
	NONE("bpf"),
	LOCAL("btrfs"),
	REMOTE("ceph", IU_YES),
	NONE("cgroup"),
	NONE("cgroup2"),
	REMOTE("cifs", IU_UNKNOWN),
	REMOTE("coda", IU_NO),
	NONE("configfs"),
	NONE("cpuset"),
	NONE("debugfs"),
	NONE("devpts"),
	LOCAL("devtmpfs"),
	{"ecryptfs", false, false, true, IU_YES},
	NONE("efivarfs"),
	NONE("exfat"),
	LOCAL("ext2"),
	LOCAL("ext3"),
	LOCAL("ext4"),
	LOCAL("f2fs"),
	{"fuse", true, false, true, IU_UNKNOWN},
	{"fuseblk", true, false, true, IU_UNKNOWN},
	NONE("fusectl"),
	REMOTE("gfs2", IU_YES),
	LOCAL("hfsplus"),
	LOCAL("hugetlbfs"),
	LOCAL("jffs2"),
	LOCAL("jfs"),
	REMOTE("lustre", IU_YES),
	LOCAL("minix"),
	NONE("mqueue"),
	NONE("msdos"),
	REMOTE("nfs", IU_YES),
	REMOTE("nfs4", IU_YES),
	NONE("nfsd"),
	LOCAL("nilfs2"),
	NONE("nsfs"),
	LOCAL("ntfs3"),
	REMOTE("ocfs2", IU_YES),
	REMOTE("orangefs", IU_NO),
	{"overlay", false, false, true, IU_YES},
	REMOTE("prl_fs", IU_UNKNOWN),
	{"proc", false, false, false, IU_NO, .nothing_new = true},
	NONE("pstore"),
	LOCAL("ramfs"),
	LOCAL("reiserfs"),
	NONE("resctrl"),
	LOCAL("rootfs"),
	NONE("rpc_pipefs"),
	NONE("securityfs"),
	NONE("selinuxfs"),
	REMOTE("smb3", IU_UNKNOWN),
	REMOTE("smbfs", IU_UNKNOWN),
	NONE("smackfs"),
	NONE("sysfs"),
	LOCAL("tmpfs"),
	NONE("tracefs"),
	LOCAL("ubifs"),
	LOCAL("udf"),
	LOCAL("ufs"),
	REMOTE("vboxsf", IU_NO),
	NONE("vfat"),
	{"virtiofs", true, false, true, IU_UNKNOWN},
	REMOTE("vmhgfs", IU_UNKNOWN),
	LOCAL("xfs"),
	LOCAL("zfs"),
};

const struct iu_filesystem_row *iu_filesystem(const char *type)
{
	static const struct iu_filesystem_row unknown = {.type = "", .sockets = IU_UNKNOWN};
	size_t len = type ? strcspn(type, ".") : 0;

	for (size_t i = 0; i < IU_COUNT(rows) && len; i++)
		if (strlen(rows[i].type) == len && !memcmp(rows[i].type, type, len))
			return &rows[i];
	return &unknown;
}
