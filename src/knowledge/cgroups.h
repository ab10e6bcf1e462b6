/* knowledge/cgroups.h - what a cgroup path says about unit, user and container */
#ifndef IU_KNOWLEDGE_CGROUPS_H
#define IU_KNOWLEDGE_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct iu_cgroup_names {
	const char *unit;      /* "web.service", NULL: none */
	bool user_unit;        /* of a user's systemd */
	bool user_known;
	uint32_t user;         /* whose, from user-N.slice */
	const char *container; /* id, 12 to 64 hex digits, or the name of an LXC container */
	const char *engine;    /* "docker", "podman", "containerd", "cri-o", "kubepods", "lxc", … */
	const char *pod;       /* uid of a Kubernetes pod */
};

/**
 * iu_cgroup_names() - reads a cgroup path, never fails on odd ones
 * Returns: 0, IU_E_NOMEM.
 */
int iu_cgroup_names(struct iu_arena *arena, const char *path, struct iu_cgroup_names *ret_names);

#endif
