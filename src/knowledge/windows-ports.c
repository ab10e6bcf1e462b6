/* knowledge/windows-ports.c - who usually has a port on Windows */
#include "knowledge/windows-ports.h"

#include <stddef.h>
#include <strings.h>

#include "base/compat.h"

#define TCP     IU_PROTOCOL_TCP
#define UDP     IU_PROTOCOL_UDP
#define KERNEL  IU_WINDOWS_KERNEL
#define HTTP    IU_WINDOWS_HTTP
#define SERVICE IU_WINDOWS_SERVICE
#define PROGRAM IU_WINDOWS_PROGRAM

/* Of one port the likeliest first. */
static const struct iu_windows_port rows[] = {
	{25, 25, TCP, SERVICE, "SMTPSVC", "the SMTP server of IIS", NULL},
	{53, 53, TCP, SERVICE, "DNS", "the DNS server", NULL},
	{53, 53, UDP, SERVICE, "DNS", "the DNS server", NULL},
	{53, 53, UDP, SERVICE, "SharedAccess", "Internet Connection Sharing or the mobile hotspot",
		"switch the mobile hotspot or the sharing of the connection off"},
	{53, 53, UDP, SERVICE, "hns", "the name server of WSL and Hyper-V networks", NULL},
	{80, 80, TCP, HTTP, "W3SVC", "Internet Information Services", NULL},
	{80, 80, TCP, HTTP, "MsDepSvc", "the Web Deployment Agent", NULL},
	{80, 80, TCP, HTTP, "SQLServerReportingServices", "SQL Server Reporting Services", NULL},
	{80, 80, TCP, HTTP, "ReportServer", "SQL Server Reporting Services", NULL},
	{80, 80, TCP, HTTP, "PeerDistSvc", "BranchCache", NULL},
	{80, 80, TCP, HTTP, "SyncShareSvc", "Work Folders", NULL},
	{80, 80, TCP, PROGRAM, "Skype.exe", "Skype (classic)",
		"switch off \"use port 80 and 443\" in its connection settings"},
	{111, 111, TCP, KERNEL, "NfsService", "the NFS server", NULL},
	{123, 123, UDP, SERVICE, "W32Time", "Windows Time", NULL},
	{135, 135, TCP, SERVICE, "RpcEptMapper", "RPC, without which Windows does not run",
		"it cannot be stopped: use another port"},
	{135, 135, TCP, SERVICE, "RpcSs", "RPC, without which Windows does not run",
		"it cannot be stopped: use another port"},
	{137, 138, UDP, KERNEL, "NetBT", "NetBIOS names",
		"switch NetBIOS over TCP/IP off in the properties of the adapter"},
	{139, 139, TCP, KERNEL, "NetBT", "NetBIOS sessions",
		"switch NetBIOS over TCP/IP off in the properties of the adapter"},
	{443, 443, TCP, HTTP, "W3SVC", "Internet Information Services", NULL},
	{443, 443, TCP, HTTP, "SstpSvc", "the VPN server (SSTP)", NULL},
	{443, 443, TCP, HTTP, "RemoteAccess", "Routing and Remote Access", NULL},
	{443, 443, TCP, HTTP, "SyncShareSvc", "Work Folders", NULL},
	{443, 443, TCP, PROGRAM, "vmware-hostd.exe", "VMware Workstation Server",
		"change the port or stop sharing in the preferences of VMware Workstation"},
	{443, 443, TCP, PROGRAM, "Skype.exe", "Skype (classic)",
		"switch off \"use port 80 and 443\" in its connection settings"},
	{443, 443, UDP, KERNEL, "HTTP", "HTTP/3 of HTTP.sys, or SMB over QUIC",
		"stop the site that uses it, or switch HTTP/3 off (EnableHttp3=0 below HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters)"},
	{445, 445, TCP, KERNEL, "LanmanServer", "file and printer sharing (SMB)", NULL},
	{500, 500, UDP, SERVICE, "IKEEXT", "IPsec keys", NULL},
	{554, 554, TCP, SERVICE, "WMPNetworkSvc", "sharing of Windows Media Player", NULL},
	{808, 808, TCP, SERVICE, "NetTcpPortSharing", "Net.Tcp port sharing", NULL},
	{808, 808, TCP, PROGRAM, "OneApp.IGCC.WinService.exe", "Intel's graphics command center",
		NULL},
	{902, 902, TCP, PROGRAM, "vmware-authd.exe", "VMware's authorization service", NULL},
	{912, 912, TCP, PROGRAM, "vmware-authd.exe", "VMware's authorization service", NULL},
	{1433, 1433, TCP, SERVICE, "MSSQLSERVER", "SQL Server", NULL},
	{1434, 1434, UDP, SERVICE, "SQLBrowser", "SQL Server Browser", NULL},
	{1723, 1723, TCP, KERNEL, "RemoteAccess", "the VPN server (PPTP)", NULL},
	{1900, 1900, UDP, SERVICE, "SSDPSRV", "SSDP discovery", NULL},
	{2049, 2049, TCP, KERNEL, "NfsService", "the NFS server", NULL},
	{2179, 2179, TCP, SERVICE, "vmms", "the console of Hyper-V", NULL},
	{2869, 2869, TCP, HTTP, "SSDPSRV", "UPnP device discovery", NULL},
	{3389, 3389, TCP, SERVICE, "TermService", "Remote Desktop", NULL},
	{3389, 3389, UDP, SERVICE, "TermService", "Remote Desktop", NULL},
	{4500, 4500, UDP, SERVICE, "IKEEXT", "IPsec keys", NULL},
	{5000, 5000, TCP, SERVICE, "SSDPSRV", "UPnP of Windows XP", NULL},
	{5040, 5040, TCP, SERVICE, "CDPSvc", "the Connected Devices Platform", NULL},
	{5353, 5353, UDP, SERVICE, "Dnscache", "the DNS client (mDNS)", NULL},
	{5355, 5355, UDP, SERVICE, "Dnscache", "the DNS client (LLMNR)", NULL},
	{5357, 5358, TCP, HTTP, "FDResPub", "Web Services for Devices", NULL},
	{5357, 5358, TCP, HTTP, "fdPHost", "Web Services for Devices", NULL},
	{5985, 5986, TCP, HTTP, "WinRM", "Windows Remote Management", NULL},
	{7680, 7680, TCP, SERVICE, "DoSvc", "Delivery Optimization of Windows Update", NULL},
	{10243, 10243, TCP, HTTP, "WMPNetworkSvc", "sharing of Windows Media Player", NULL},
	{47001, 47001, TCP, HTTP, "WinRM", "Windows Remote Management", NULL},
	{49664, 49670, TCP, SERVICE, "Schedule", "RPC of Windows' own services", NULL},
	{49664, 49670, TCP, SERVICE, "EventLog", "RPC of Windows' own services", NULL},
	{49664, 49670, TCP, SERVICE, "Spooler", "RPC of Windows' own services", NULL},
};

const struct iu_windows_port *iu_windows_ports(unsigned long *ret_count)
{
	*ret_count = IU_COUNT(rows);
	return rows;
}

const struct iu_windows_port *iu_windows_port_of(
	uint16_t port, enum iu_protocol protocol, enum iu_windows_taker taker, const char *name)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (port >= rows[i].first && port <= rows[i].last &&
			rows[i].protocol == protocol && rows[i].taker == taker &&
			(!name || !strcasecmp(rows[i].name, name)))
			return &rows[i];
	return NULL;
}
