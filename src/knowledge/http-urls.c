/* knowledge/http-urls.c - whose URLs HTTP.sys has registered */
#include "knowledge/http-urls.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/compat.h"

/* The identifiers: devblogs.microsoft.com/oldnewthing/20180703. */
static const struct iu_http_owner rows[] = {
	{"116B50EB-ECE2-41ac-8429-9F9E963361B7", "PeerDistSvc", "BranchCache"},
	{"0131501b-d67f-491b-9a40-c4bf27bcb4d4", "PeerDistSvc", "BranchCache"},
	{"BA195980-CD49-458b-9E23-C84EE0ADCD75", "SstpSvc", "the VPN server (SSTP)"},
	{"SSTP_SSL", "SstpSvc", "the VPN server (SSTP)"},
	{"Temporary_Listen_Addresses", NULL, "a WCF program"},
	{"WSMAN", "WinRM", "Windows Remote Management"},
	{"ReportServer", "SQLServerReportingServices", "SQL Server Reporting Services"},
	{"Reports", "SQLServerReportingServices", "SQL Server Reporting Services"},
	{"MSDEPLOYAGENTSERVICE", "MsDepSvc", "the Web Deployment Agent"},
	{"WMPNSSv4", "WMPNetworkSvc", "sharing of Windows Media Player"},
	{"SyncShareSvc", "SyncShareSvc", "Work Folders"},
	{"upnphost", "upnphost", "UPnP device host"},
};

/* The authority ends at the third slash; the path begins there. */
static const char *path_of(const char *url)
{
	const char *start = strstr(url, "://");

	return start ? strchr(start + 3, '/') : NULL;
}

static bool contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; *text; text++)
		if (!strncasecmp(text, part, len))
			return true;
	return false;
}

const struct iu_http_owner *iu_http_owner(const char *url)
{
	const char *path = path_of(url);

	for (size_t i = 0; path && i < IU_COUNT(rows); i++)
		if (contains(path, rows[i].part))
			return &rows[i];
	return NULL;
}

uint16_t iu_http_url_port(const char *url)
{
	const char *host = strstr(url, "://"), *colon;
	unsigned long port;
	char *end;

	if (!host)
		return 0;
	host += 3;
	if (*host == '[') {
		host = strchr(host, ']');
		if (!host)
			return 0;
	}
	colon = host + strcspn(host, ":/");
	if (*colon != ':')
		return !strncasecmp(url, "https:", 6) ? 443 : 80;
	if (colon[1] < '0' || colon[1] > '9')
		return 0;
	port = strtoul(colon + 1, &end, 10);
	return port <= UINT16_MAX && (*end == '/' || *end == ':' || !*end) ? (uint16_t)port : 0;
}
