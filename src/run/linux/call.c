/* run/linux/call.c - reads notices and socket addresses; pure */
#include "run/linux/call.h"

#include <linux/net.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "model/zone.h"

/* x32 calls come as x86-64 with this bit in the number (__X32_SYSCALL_BIT); no other arch has it. */
#define X32_BIT 0x40000000

static const struct iu_run_numbers *numbers_of(const struct iu_run_table *table, uint32_t arch)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->v[i].arch == arch)
			return &table->v[i];
	return NULL;
}

static enum iu_run_kind kind_of(const struct iu_run_numbers *numbers, int32_t number)
{
	for (int kind = IU_RUN_BIND; kind < IU_RUN_KINDS; kind++)
		if (numbers->number[kind] >= 0 && numbers->number[kind] == number)
			return (enum iu_run_kind)kind;
	return IU_RUN_OTHER;
}

void iu_run_call_read(const struct iu_run_table *table, const struct iu_run_notice *notice,
	struct iu_run_call *ret_call)
{
	const struct iu_run_numbers *numbers = numbers_of(table, notice->arch);
	struct iu_run_call call = {.kind = IU_RUN_OTHER};
	int32_t number = notice->number & ~X32_BIT;

	if (numbers && number == numbers->socketcall && number >= 0) {
		call.kind = notice->args[0] == SYS_BIND ? IU_RUN_BIND
			: notice->args[0] == SYS_LISTEN ? IU_RUN_LISTEN
							: IU_RUN_OTHER;
		call.packed = notice->args[1];
	} else if (numbers) {
		call.kind = kind_of(numbers, number);
		/* int and socklen_t: the upper half of a register is not theirs */
		call.fd = (int)(uint32_t)notice->args[0];
		call.address = notice->args[1];
		call.len = (uint32_t)notice->args[2];
	}
	*ret_call = call;
}

void iu_run_call_unpack(const uint32_t words[IU_RUN_PACKED_WORDS], struct iu_run_call *call)
{
	call->fd = (int)words[0];
	call->address = words[1];
	call->len = words[2];
	call->packed = 0;
}

static void read_inet(const unsigned char *bytes, size_t len, struct iu_run_name *name)
{
	struct sockaddr_in in;

	/* as inet_bind() does: shorter is EINVAL */
	if (len < sizeof(in))
		return;
	memcpy(&in, bytes, sizeof(in));
	name->kind = IU_RUN_NAME_INET;
	name->address = iu_address_ipv4(ntohl(in.sin_addr.s_addr));
	name->port = ntohs(in.sin_port);
}

static void read_inet6(const unsigned char *bytes, size_t len, struct iu_run_name *name)
{
	struct sockaddr_in6 in6 = {0};

	if (len < 24) /* SIN6_LEN_RFC2133: without the scope */
		return;
	memcpy(&in6, bytes, len < sizeof(in6) ? len : sizeof(in6));
	name->kind = IU_RUN_NAME_INET;
	name->address.family = IU_FAMILY_IPV6;
	memcpy(name->address.bytes, &in6.sin6_addr, 16);
	if (iu_zone_needed(&name->address))
		name->address.scope = in6.sin6_scope_id;
	name->port = ntohs(in6.sin6_port);
}

static void read_unix(const unsigned char *bytes, size_t len, struct iu_run_name *name)
{
	const size_t start = offsetof(struct sockaddr_un, sun_path);

	if (len <= start || len > sizeof(struct sockaddr_un))
		return; /* no name: the kernel chooses an abstract one */
	name->path = (const char *)bytes + start;
	name->path_len = len - start;
	if (name->path[0]) {
		name->kind = IU_RUN_NAME_PATH;
		name->path_len = strnlen(name->path, name->path_len);
	} else {
		name->kind = IU_RUN_NAME_ABSTRACT;
		name->path++;
		name->path_len--;
	}
}

void iu_run_name_read(const unsigned char *bytes, size_t len, struct iu_run_name *ret_name)
{
	struct iu_run_name name = {.kind = IU_RUN_NAME_FOREIGN};
	sa_family_t family = AF_UNSPEC;

	if (len >= sizeof(family) && len <= IU_RUN_NAME_MAX)
		memcpy(&family, bytes, sizeof(family));
	if (family == AF_INET)
		read_inet(bytes, len, &name);
	else if (family == AF_INET6)
		read_inet6(bytes, len, &name);
	else if (family == AF_UNIX)
		read_unix(bytes, len, &name);
	*ret_name = name;
}
