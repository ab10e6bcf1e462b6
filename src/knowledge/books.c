/* knowledge/books.c - lists of ports and addresses that others keep, which no socket of this machine shows */
#include "knowledge/books.h"

#include <string.h>

#include "base/compat.h"

static const struct iu_book_row rows[] = {
	{
		.name = "kubernetes-node-port",
		.words = {"nodeport", "already allocated"},
		.title = "the list of node ports that a Kubernetes cluster keeps",
		.subject = "A node port",
		.advice = "see which service has it, then give one of the two another nodePort, or none (the cluster chooses)",
		.command = {"kubectl", "get", "services", "--all-namespaces"},
	},
	{
		.name = "kubernetes-host-port",
		.words = {"didn't have free ports"},
		.title = "the list of host ports that the scheduler of a Kubernetes cluster keeps",
		.subject = "A host port",
		.advice = "see which pods have which host port on which node, then take hostPort (or hostNetwork) out of one, or let the old pod go first (strategy Recreate, maxSurge 0)",
		.command = {"kubectl", "get", "pods", "--all-namespaces", "-o",
			"custom-columns=NAMESPACE:.metadata.namespace,POD:.metadata.name,NODE:.spec.nodeName,PORTS:.spec.containers[*].ports[*].hostPort"},
	},
	{
		.name = "swarm-ingress",
		.words = {"already in use by service"},
		.title = "the list of published ports that a Docker swarm keeps",
		.subject = "A published port",
		.advice = "see which service has it, then docker service update --publish-rm PORT SERVICE, or publish another port",
		.command = {"docker", "service", "ls"},
	},
	{
		.name = "docker-address",
		.words = {"failed to allocate gateway"},
		.title = "the list of addresses that Docker keeps for its networks",
		.subject = "An address",
		.advice = "see which container or network has that address, then use another one (--ip, --subnet, --gateway)",
		.command = {"docker", "network", "ls"},
	},
	{
		.name = "docker-address",
		.words = {"pool overlaps with other one"},
		.title = "the list of addresses that Docker keeps for its networks",
		.subject = "A subnet",
		.advice = "see which network has an overlapping subnet, then remove that one (docker network rm, prune) or use another subnet",
		.command = {"docker", "network", "ls"},
	},
	{
		.name = "docker-address",
		.words = {"error response from daemon", "address already in use"},
		.but = {"bind", "listen", "port"},
		.title = "the list of addresses that Docker keeps for its networks",
		.subject = "An address",
		.advice = "see which container has that address (docker network inspect NETWORK), then use another one (--ip)",
		.command = {"docker", "network", "ls"},
	},
	{
		.name = "docker-address",
		.words = {"failed to set up container networking", "address already in use"},
		.but = {"bind", "listen", "port"},
		.title = "the list of addresses that Docker keeps for its networks",
		.subject = "An address",
		.advice = "see which container has that address (docker network inspect NETWORK), then use another one (--ip)",
		.command = {"docker", "network", "ls"},
	},
	{
		.name = "podman-address",
		.words = {"is already allocated to container"},
		.title = "the list of addresses that Podman keeps for its networks",
		.subject = "An address",
		.advice = "see which container has that address, then remove it or use another one (--ip)",
		.command = {"podman", "ps", "--all"},
	},
	{
		.name = "kernel-interface",
		.words = {"rtnetlink answers: address already in use"},
		.title = "the kernel, which opens one for an interface (VXLAN, Geneve, WireGuard) as that is brought up",
		.subject = "A UDP port",
		.advice = "see which port the interface wants (of WireGuard ListenPort= in its configuration), then ask for that: inuse udp:PORT",
		.command = {"ip", "-details", "link", "show"},
	},
	{
		.name = "erlang-names",
		.words = {"seems to be in use by another erlang node"},
		.title = "the list of node names that epmd keeps, one on each machine",
		.subject = "The name of an Erlang node",
		.advice = "see which node has it and on which port, then stop that one, or start this one under another name (-sname, -name)",
		.command = {"epmd", "-names"},
	},
	{
		.name = "libvirt-network",
		.words = {"network is already in use by interface"},
		.title = "the addresses of this machine's interfaces, which libvirt compares with those of its networks",
		.subject = "A subnet",
		.advice = "give one of the two networks another subnet (virsh net-edit), or stop it (virsh net-destroy)",
		.command = {"virsh", "net-list", "--all"},
	},
};

const struct iu_book_row *iu_books(size_t *ret_count)
{
	*ret_count = IU_COUNT(rows);
	return rows;
}

const struct iu_book_row *iu_book_row(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}
