/* knowledge/nat-chains.c - whose a chain of packet rules is, by its name */
#include "knowledge/nat-chains.h"

#include <string.h>

#include "base/compat.h"

/* Sources: the programs themselves name their chains so; none of them lets that be changed. */
static const struct iu_nat_chain_row rows[] = {
	{"DOCKER", "Docker", "docker ps"},
	{"NETAVARK", "netavark (podman)", "podman ps"},
	{"CNI-", "CNI (Kubernetes, podman, nerdctl)", "ls /var/lib/cni/networks/*"},
	{"KUBE-", "kube-proxy", "kubectl get svc -A"},
	{"ISTIO_", "istio", "istioctl proxy-config listener"},
	{"PROXY_INIT_", "linkerd", "linkerd check --proxy"},
	{"CILIUM_", "Cilium", "cilium service list"},
	{"cali-", "Calico", "calicoctl get workloadEndpoint"},
	{"LIBVIRT_", "libvirt", "virsh net-list"},
	{"PRE_", "firewalld", "firewall-cmd --list-all-zones"},
	{"nat_PRE", "firewalld", "firewall-cmd --list-all-zones"},
	{"ts-", "Tailscale", "tailscale serve status"},
	{"nixos-nat", "NixOS", "grep -r forwardPorts /etc/nixos"},
};

const struct iu_nat_chain_row *iu_nat_chain(const char *chain)
{
	for (size_t i = 0; chain && i < IU_COUNT(rows); i++)
		if (!strncmp(chain, rows[i].start, strlen(rows[i].start)))
			return &rows[i];
	return NULL;
}
