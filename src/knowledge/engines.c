/* knowledge/engines.c - container engines, and whom to tell that a container should stop */
#include "knowledge/engines.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

static const struct iu_engine_row rows[] = {
	{.engine = "docker", .client = "docker", .filters = true},
	{.engine = "podman", .client = "podman"},
	{.engine = "libpod", .client = "podman"},
	{.engine = "nerdctl", .client = "nerdctl", .filters = true},
	{.engine = "containerd", .client = "crictl", .pods = true},
	{.engine = "cri-containerd", .client = "crictl", .pods = true},
	{.engine = "cri-o", .client = "crictl", .pods = true},
	{.engine = "kubepods", .pods = true},
	{.engine = "kubernetes", .pods = true},
	/* machines, and containers that are like one */
	{.engine = "libvirt", .client = "virsh", .verb = "shutdown", .by_hand = true},
	{.engine = "systemd-nspawn", .client = "machinectl", .verb = "poweroff", .by_hand = true},
	{.engine = "lxc", .client = "lxc-stop", .verb = "-n", .by_hand = true,
		.also = "under LXD that is lxc stop NAME, under Incus incus stop NAME"},
	{.engine = "lxd", .client = "lxc", .verb = "stop", .by_hand = true},
	{.engine = "incus", .client = "incus", .verb = "stop", .by_hand = true},
};

const struct iu_engine_row *iu_engine(const char *engine)
{
	for (size_t i = 0; engine && i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].engine, engine))
			return &rows[i];
	return NULL;
}
