/* os/linux/scan.h - what one look at this machine shares between its collectors */
#ifndef IU_OS_LINUX_SCAN_H
#define IU_OS_LINUX_SCAN_H

#include "base/text.h"
#include "model/needs.h"
#include "model/snapshot.h"
#include "os/linux/bpf/bpf.h"

struct iu_user_row;
struct iu_cgroup_row;
struct iu_stream;
struct iu_bound;
struct iu_groups_row;
struct iu_engines;

/* What the rounds of one look find out only once. In the arena of its snapshot. */
struct iu_scan_cache {
	bool passwd_read, mounts_known;
	bool impatient; /* a server has not answered: no other one is asked */
	const char *passwd; /* the file */
	size_t passwd_len;
	enum iu_tri services; /* of names, besides that file */
	const char *cgroup_mount;
	const char *freezer_mount; /* of cgroup v1 */
	struct iu_engines *engines; /* what container engines have answered; NULL: none was asked */
};

struct iu_scan;

/* Frees what one part of the scan has kept in it. */
typedef void iu_scan_closer(struct iu_scan *scan);

/* Lives for one iu_os_collect(). Strings handed out live in the snapshot's arena. */
struct iu_scan {
	const struct iu_needs *needs;
	struct iu_snapshot *snapshot;
	int proc;		       /* descriptor of /proc, -1: there is none … */
	int proc_error;		       /* … and this errno says why; 0: what is mounted there is no proc */
	int32_t self;		       /* our own pid as /proc counts it */
	struct iu_scan_cache *cache;
	struct iu_user_row *users;     /* uthash: names that were looked up */
	struct iu_cgroup_row *cgroups; /* uthash: paths that were looked up */
	struct iu_groups_row *groups;  /* uthash: what was read for processes of the same cgroups */
	int cgroup_root; /* descriptor of the cgroup2 mount; -1: none, -2: not opened */
	bool cgroups_walked;
	bool plain; /* as in struct iu_needs */
	struct iu_bound *bound; /* the kernel is asked for what a list shows; NULL: it is not */
	bool bound_failed;	/* it was, and did not say all */
	struct iu_scan_cache own; /* where there is no memory for another */
	struct iu_stream *stream; /* the sockets go there in portions; NULL: they are kept */
	iu_scan_closer *close[4]; /* are called at its end, the last one first */
	size_t closers;
	enum iu_tri uid_map; /* every user has a number here; IU_UNKNOWN: not looked at */
	bool no_uids;        /* … and nobody has one, not even us */
	uint64_t boot; /* when the system started, seconds since 1970; 0: not read */
};

/*
 * A collector does one job. It adds to the snapshot, records gaps, and sets its bit in `seen` when
 * it could look at everything. Returns: 0, IU_E_NOMEM.
 */
typedef int iu_collector(struct iu_scan *scan);

iu_collector iu_collect_host;
iu_collector iu_collect_sysctls;
iu_collector iu_collect_addresses;
iu_collector iu_collect_inet;
iu_collector iu_collect_unix;
iu_collector iu_collect_bound;
iu_collector iu_collect_inet_anew;
iu_collector iu_collect_paths;
iu_collector iu_collect_other_netns;
iu_collector iu_collect_holders;
iu_collector iu_collect_hidden;
iu_collector iu_collect_guesses;
iu_collector iu_collect_evidence;
iu_collector iu_collect_found_by_bpf;
iu_collector iu_collect_programs;
iu_collector iu_collect_publishers;
iu_collector iu_collect_starters;
iu_collector iu_collect_ssh_control;
iu_collector iu_collect_containers;
iu_collector iu_collect_options;
iu_collector iu_collect_waiters;
iu_collector iu_collect_cgroups;
iu_collector iu_collect_policy;
iu_collector iu_collect_around;

/** iu_scan_open(), iu_scan_close() - the beginning and the end of a look. */
void iu_scan_open(
	struct iu_scan *scan, const struct iu_needs *needs, struct iu_snapshot *snapshot);
void iu_scan_close(struct iu_scan *scan);

/** iu_scan_is_unmapped() - the number stands for every user that has none in this user namespace. */
bool iu_scan_is_unmapped(struct iu_scan *scan, uint32_t uid);

/** iu_scan_user() - the name of a uid, NULL: it has none. Asks the system once for each uid. */
const char *iu_scan_user(struct iu_scan *scan, uint32_t uid);

/** iu_scan_on_close() - has @close called when the scan ends; once, however often it is said. */
void iu_scan_on_close(struct iu_scan *scan, iu_scan_closer *close);

/* What would tell what a plain look leaves out. */
#define IU_SCAN_TOO_MANY     "too many open files (EMFILE)"
#define IU_SCAN_TOO_MANY_FIX "close some, or raise the limit (ulimit -n)"
#define IU_SCAN_PLAIN_WHY IU_BPF_AVOIDED
#define IU_SCAN_PLAIN_FIX "ask with the program inuse, outside of the sandbox"

/** iu_scan_no_proc() - why there is no /proc, for a gap; *@ret_fix: what would lift it. */
const char *iu_scan_no_proc(const struct iu_scan *scan, const char **ret_fix);

/** iu_scan_bpf() - what this look may do with BPF. */
static inline enum iu_bpf_mode iu_scan_bpf(const struct iu_scan *scan)
{
	return scan->plain		     ? IU_BPF_AVOID
	       : scan->needs->leaves_nothing ? IU_BPF_PRIVATE
					  : IU_BPF_KEEP;
}

/** iu_scan_over() - the time of the look is up, or whoever asks has ended it: nothing more is begun. */
bool iu_scan_over(const struct iu_scan *scan);

/** iu_scan_cut() - says of a fact that iu_scan_over() has kept it from being looked at in full. */
void iu_scan_cut(struct iu_scan *scan, uint32_t fact, const char *what);

/** iu_scan_initial_pids() - whether our pids and those of /proc are those of the initial PID namespace. */
bool iu_scan_initial_pids(const struct iu_scan *scan);

/** iu_scan_open_files() - whether at least so many files are open on this machine. */
bool iu_scan_open_files(const struct iu_scan *scan, uint64_t least);

/** iu_scan_seen() - says whether all of @fact could be looked at. */
static inline void iu_scan_seen(struct iu_scan *scan, uint32_t fact, bool all)
{
	if (all)
		scan->snapshot->seen |= fact;
	else
		scan->snapshot->seen &= ~fact;
}

#endif
