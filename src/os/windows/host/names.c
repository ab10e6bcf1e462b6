/* os/windows/host/names.c - the system's name tables: services, hosts file, interfaces, users */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "input/hosts.h"
#include "os/os.h"
#include "base/find-program.h"
#include "os/windows/host/addresses.h"
#include "os/windows/process/process.h"
#include "os/windows/system.h"

#define LINE_BYTES 1024
#define SID_BYTES  256
#define NAME_UNITS 256
#define INTERFACES_MAX 16

/* The folder of `hosts` and `services`; Winsock's own look-ups could ask the network. */
static FILE *open_list(const wchar_t *name)
{
	wchar_t path[MAX_PATH], file[32];

	_snwprintf(file, IU_COUNT(file), L"drivers\\etc\\%ls", name);
	return iu_system_program(file, path) ? _wfopen(path, L"rb") : NULL;
}

/* The words of a line, up to a comment. */
static size_t split(char *line, char *words[], size_t most)
{
	size_t n = 0;

	line[strcspn(line, "#\r\n")] = '\0';
	for (char *at = strtok(line, " \t"); at && n < most; at = strtok(NULL, " \t"))
		words[n++] = at;
	return n;
}

/* "http  80/tcp  www": the port where protocol and name, or the port itself, are the ones. */
static int find_port(const char *name, uint16_t port, enum iu_protocol protocol, uint16_t *ret)
{
	FILE *file = open_list(L"services");
	char line[LINE_BYTES], *words[16];
	int r = IU_E_NOENT;

	while (file && r < 0 && fgets(line, sizeof(line), file)) {
		size_t n = split(line, words, IU_COUNT(words));
		char *slash = n > 1 ? strchr(words[1], '/') : NULL;
		unsigned long number = slash ? strtoul(words[1], NULL, 10) : 0;

		if (!number || number > 65535 || strcmp(slash + 1, iu_protocol_name(protocol)))
			continue;
		for (size_t i = 0; i < n && r < 0; i++)
			if (name ? i != 1 && !_stricmp(words[i], name) : number == port)
				r = 0;
		if (r == 0)
			*ret = (uint16_t)number;
	}
	if (file)
		fclose(file);
	return r;
}

static int find_service(void *context, const char *name, enum iu_protocol protocol, uint16_t *ret)
{
	(void)context;
	return find_port(name, 0, protocol, ret);
}

bool iu_os_service_port(uint16_t port, enum iu_protocol protocol)
{
	uint16_t found;

	return find_port(NULL, port, protocol, &found) == 0;
}

static int find_host(void *context, const char *name, struct iu_address *ret, size_t max)
{
	FILE *file = open_list(L"hosts");
	struct iu_text text = {0};
	char bytes[4096];
	size_t n;

	(void)context;
	while (file && text.len < IU_HOSTS_MAX && (n = fread(bytes, 1, sizeof(bytes), file)))
		iu_text_addn(&text, bytes, n);
	if (file)
		fclose(file);
	n = iu_hosts_find(text.data, text.len, name, ret, max);
	iu_text_free(&text);
	return n ? (int)n : IU_E_NOENT;
}

static bool is_adapter(const IP_ADAPTER_ADDRESSES *adapter, const char *name, const wchar_t *wide)
{
	return (adapter->FriendlyName && !_wcsicmp(adapter->FriendlyName, wide)) ||
	       !strcmp(adapter->AdapterName, name);
}

static int find_interface(void *context, const char *name, struct iu_address *ret, size_t max)
{
	IP_ADAPTER_ADDRESSES *list = iu_adapters();
	wchar_t *wide = iu_wide(name);
	size_t n = 0;

	(void)context;
	for (const IP_ADAPTER_ADDRESSES *at = list; at && wide; at = at->Next) {
		if (!is_adapter(at, name, wide))
			continue;
		for (const IP_ADAPTER_UNICAST_ADDRESS *row = at->FirstUnicastAddress; row && n < max;
			row = row->Next)
			iu_address_of(row->Address.lpSockaddr, &ret[n++]);
	}
	free(list);
	free(wide);
	return n ? (int)n : IU_E_NOENT;
}

static int find_ifindex(void *context, const char *name, uint32_t *ret)
{
	IP_ADAPTER_ADDRESSES *list = iu_adapters();
	wchar_t *wide = iu_wide(name);
	int r = IU_E_NOENT;

	(void)context;
	for (const IP_ADAPTER_ADDRESSES *at = list; at && wide && r < 0; at = at->Next) {
		if (!is_adapter(at, name, wide))
			continue;
		*ret = at->IfIndex ? at->IfIndex : at->Ipv6IfIndex;
		r = 0;
	}
	free(list);
	free(wide);
	return r;
}

static bool find_account(const wchar_t *name, uint32_t *ret)
{
	union {
		SID sid;
		char bytes[SID_BYTES];
	} sid;
	wchar_t domain[NAME_UNITS];
	DWORD size = sizeof(sid), units = NAME_UNITS;
	SID_NAME_USE use;

	if (!LookupAccountNameW(NULL, name, &sid, &size, domain, &units, &use))
		return false;
	*ret = iu_sid_number(&sid);
	return true;
}

/* A name alone is looked for in every domain that is trusted: this machine's own accounts come first. */
static int find_user(void *context, const char *name, uint32_t *ret)
{
	wchar_t *wide = iu_wide(name), here[MAX_COMPUTERNAME_LENGTH + 1], both[2 * NAME_UNITS];
	DWORD units = IU_COUNT(here);
	bool found = false;

	(void)context;
	if (wide && !wcspbrk(wide, L"\\@") && GetComputerNameW(here, &units) &&
		_snwprintf(both, IU_COUNT(both), L"%ls\\%ls", here, wide) > 0)
		found = find_account(both, ret);
	found = found || (wide && find_account(wide, ret));
	free(wide);
	return found ? 0 : IU_E_NOENT;
}

static const struct iu_names names = {
	.service = find_service,
	.host = find_host,
	.interface = find_interface,
	.ifindex = find_ifindex,
	.user = find_user,
};

const struct iu_names *iu_os_names(void)
{
	return &names;
}

int iu_os_find_program(const char *program, struct iu_file_id *ret_file)
{
	wchar_t *wide = iu_wide(program), *path = wide ? iu_find_program_here(wide) : NULL;
	int ret = path && iu_file_identity(path, ret_file) ? 0 : IU_E_NOENT;

	free(path);
	free(wide);
	return ret;
}

int iu_os_people(struct iu_arena *arena, struct iu_strings *users, struct iu_strings *homes)
{
	(void)arena;
	(void)users;
	(void)homes;
	return 0; /* they live below Users, wherever the drive */
}

const char *iu_os_program_folder(
	struct iu_arena *arena, const char *program, bool *ret_is_folder)
{
	(void)arena;
	(void)program;
	*ret_is_folder = false;
	return NULL;
}

void iu_os_interfaces(struct iu_text *out)
{
	IP_ADAPTER_ADDRESSES *list = iu_adapters();
	struct iu_arena arena = {0};
	size_t i = 0;

	for (const IP_ADAPTER_ADDRESSES *at = list; at; at = at->Next, i++) {
		const char *name = iu_utf8(&arena, at->FriendlyName);

		if (i == INTERFACES_MAX) {
			iu_text_add(out, ", …");
			break;
		}
		iu_text_add(out, i ? ", " : "");
		if (name)
			iu_text_foreign(out, name, strlen(name), 0);
	}
	iu_arena_free(&arena);
	free(list);
}
