/* knowledge/services.c - services of a system that let go of a port without being ended */
#include "knowledge/services.h"

#include <string.h>

#include "base/compat.h"
#include "base/text.h"

static const struct iu_service_row rows[] = {
	{"systemd-resolved", NULL, 0,
		"keep the machine's resolver off the port: DNSStubListener=no in /etc/systemd/resolved.conf, then restart it (ending it takes the machine's name resolution)",
		{"systemctl", "restart", "systemd-resolved"}},
	{"systemd-resolve", NULL, 0,
		"keep the machine's resolver off the port: DNSStubListener=no in /etc/systemd/resolved.conf, then restart it (ending it takes the machine's name resolution)",
		{"systemctl", "restart", "systemd-resolved"}},
	{"rpcbind", NULL, 111,
		"restart rpcbind: beside 111 it has a port that it chooses anew each time",
		{"systemctl", "restart", "rpcbind"}},
	{"rpc.statd", NULL, 0,
		"restart rpc.statd: it chooses another port; statd's port= in /etc/nfs.conf gives it one for good",
		{"systemctl", "restart", "rpc-statd"}},
	{"rpc.mountd", NULL, 0,
		"restart it: it chooses another port; mountd's port= in /etc/nfs.conf gives it one for good",
		{"systemctl", "restart", "nfs-mountd"}},
	{"dnsmasq", "/libvirt/", 0,
		"it serves a network of libvirt, on that network's own device: bind another address or device, or end the network with virsh net-destroy NAME",
		{"virsh", "net-list"}},
	{"dnsmasq", "lxcbr0", 0,
		"it serves the network of LXC on lxcbr0: bind another address or device, or set USE_LXC_BRIDGE=\"false\" in /etc/default/lxc-net",
		{NULL}},
};

static bool has_argument(const struct iu_process *process, const char *part)
{
	for (size_t i = 1; i < process->command.n; i++)
		if (process->command.v[i] && strstr(process->command.v[i], part))
			return true;
	return false;
}

const struct iu_service_row *iu_service_of(const struct iu_process *process)
{
	const char *exe = process->exe ? iu_text_base_name(process->exe, "/") : process->name;

	for (size_t i = 0; exe && i < IU_COUNT(rows); i++)
		if ((!strcmp(exe, rows[i].program) ||
			    (process->name && !strcmp(process->name, rows[i].program) && !process->exe)) &&
			(!rows[i].argument || has_argument(process, rows[i].argument)))
			return &rows[i];
	return NULL;
}
