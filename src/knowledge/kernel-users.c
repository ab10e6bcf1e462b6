/* knowledge/kernel-users.c - the parts of the kernel that hold ports, a row each */
#include "knowledge/kernel-users.h"

#include <stddef.h>

#include "base/compat.h"

static const struct iu_kernel_user_row rows[] = {
	{IU_KERNEL_UNKNOWN, "a part of the kernel", "find the part of the kernel that holds it", {0}},
	{IU_KERNEL_VXLAN, "the VXLAN interface", "remove the interface, or give it another dstport",
		{"ip", "link", "del", "%s"}},
	{IU_KERNEL_GENEVE, "the Geneve interface",
		"remove the interface, or give it another dstport", {"ip", "link", "del", "%s"}},
	{IU_KERNEL_MPTCP, "the MPTCP endpoint",
		"remove the endpoint (its number can be seen with: ip mptcp endpoint show)",
		{"ip", "mptcp", "endpoint", "delete", "id", "%u"}},
	{IU_KERNEL_WIREGUARD, "the WireGuard interface",
		"take the interface down, or give it another listen-port",
		{"ip", "link", "set", "%s", "down"}},
	{IU_KERNEL_FOU, "foo-over-UDP", "remove the receiving port with ip fou del", {0}},
	{IU_KERNEL_L2TP, "the L2TP tunnel", "remove the tunnel",
		{"ip", "l2tp", "del", "tunnel", "tunnel_id", "%u"}},
	{IU_KERNEL_NFSD, "the NFS server", "stop the NFS server", {"rpc.nfsd", "0"}},
	{IU_KERNEL_SCTP, "SCTP over UDP", "switch SCTP over UDP off",
		{"sysctl", "-w", "net.sctp.udp_port=0"}},
	{IU_KERNEL_LOCKD, "the NFS lock manager",
		"unmount NFS and stop the NFS server: the lock manager ends with the last of them",
		{0}},
};

const struct iu_kernel_user_row *iu_kernel_user_row(enum iu_kernel_user user)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].user == user)
			return &rows[i];
	return &rows[0];
}
