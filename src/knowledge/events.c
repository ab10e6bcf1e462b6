/* knowledge/events.c - what Windows' event log says about ports */
#include "knowledge/events.h"

#include <stddef.h>
#include <strings.h>

#include "base/compat.h"

#define SITE_DATA "its data, which is not in that text, is the error code: 40 27 00 00 there is 10048, the address is in use"

static const struct iu_event_row rows[] = {
	{"W3SVC", 115, false, "the Web service could not bind a site to its address",
		"On IIS before 6.0 stop IISADMIN first (net stop iisadmin /y), then netstat shows who else listens; resetting TCP/IP helps only right after IIS 5 was installed over IIS 4.",
		SITE_DATA, {80, 443}},
	{"SMTPSVC", 115, false, "the SMTP service could not bind its address", NULL,
		SITE_DATA, {25}},
	{"Microsoft-Windows-IIS-W3SVC", 1004, false,
		"the Web service could not register a URL of a site with HTTP.sys", NULL},
	{"Microsoft-Windows-IIS-W3SVC", 1007, false,
		"the Web service could not register a URL of a site with HTTP.sys", NULL},
	{"W3SVC", 1004, false,
		"the Web service could not register a URL of a site with HTTP.sys", NULL},
	{"W3SVC", 1007, false,
		"the Web service could not register a URL of a site with HTTP.sys", NULL},
	{"Microsoft-Windows-HttpEvent", 15005, false, "HTTP.sys could not bind to the address",
		NULL},
	{"HTTP", 15005, false, "HTTP.sys could not bind to the address", NULL},
	{"Tcpip", 4227, true,
		"a connection failed because its port is still in TIME-WAIT: connections are opened and closed too quickly",
		NULL},
	{"Tcpip", 4231, true, "no TCP port of the dynamic range was left", NULL},
	{"Tcpip", 4266, true, "no UDP port of the dynamic range was left", NULL},
	{NULL, 5155, false, "a filter of the Windows Filtering Platform refused listen()", NULL},
	{NULL, 5159, false, "a filter of the Windows Filtering Platform refused bind()", NULL},
};

static const struct {
	uint32_t code;
	bool no_conflict;
	const char *text;
} codes[] = {
	{10048, false, "10048, the address is in use"},
	{10013, false, "10013, access is refused: an excluded range or an exclusive holder"},
	{10049, true, "10049, the address is not one of this machine"},
	{52, true, "52 (ERROR_DUP_NAME), an SSL binding without certificate or SSL with host names, no port conflict"},
	{32, false, "32 (ERROR_SHARING_VIOLATION), another program has the port"},
	{183, false, "183 (ERROR_ALREADY_EXISTS), the URL is registered already"},
	{5, true, "5 (ERROR_ACCESS_DENIED), no right to the URL (netsh http add urlacl), or a reserved port"},
	{0xC0000043u, false, "STATUS_SHARING_VIOLATION, another program has the port"},
	{0xC000020Au, false, "STATUS_ADDRESS_ALREADY_EXISTS, another program has the port"},
	{0xC0000207u, true, "STATUS_INVALID_ADDRESS_COMPONENT, the address is not one of this machine"},
	{0xC0000022u, false, "STATUS_ACCESS_DENIED, the port is excluded or held exclusively"},
};

const struct iu_event_row *iu_event_row(const char *provider, uint32_t id)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].id == id && (!rows[i].provider ||
			(provider && !strcasecmp(rows[i].provider, provider))))
			return &rows[i];
	return NULL;
}

const char *iu_event_code(uint32_t code)
{
	for (size_t i = 0; i < IU_COUNT(codes); i++)
		if (codes[i].code == code)
			return codes[i].text;
	return NULL;
}

bool iu_event_no_conflict(uint32_t code)
{
	for (size_t i = 0; i < IU_COUNT(codes); i++)
		if (codes[i].code == code)
			return codes[i].no_conflict;
	return false;
}
