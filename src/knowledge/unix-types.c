/* knowledge/unix-types.c - what people and programs call the types of UNIX sockets */
#include "knowledge/unix-types.h"

#include "base/compat.h"

/* Those of the kernel, of Go (unixgram), of ss(8) (u_dgr) and of systemd.socket(5). */
static const struct iu_unix_type_row rows[] = {
	{IU_UNIX_STREAM, 1, "stream", "", {"stream", "u_str"}, {"sock_stream", "listenstream="}},
	{IU_UNIX_DGRAM, 2, "dgram", "dgram:", {"dgram", "unixgram", "u_dgr"},
		{"sock_dgram", "unixgram", "unix dgram", "unix datagram", "listendatagram="}},
	{IU_UNIX_SEQPACKET, 5, "seqpacket", "seqpacket:", {"seqpacket", "unixpacket", "u_seq"},
		{"sock_seqpacket", "unixpacket", "seqpacket", "listensequentialpacket="}},
};

const struct iu_unix_type_row *iu_unix_types(size_t *ret_count)
{
	*ret_count = IU_COUNT(rows);
	return rows;
}

static const struct iu_unix_type_row *row(enum iu_unix_type type)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

const char *iu_unix_type_name(enum iu_unix_type type)
{
	return row(type) ? row(type)->name : NULL;
}

const char *iu_unix_type_prefix(enum iu_unix_type type)
{
	return row(type) ? row(type)->prefix : "";
}

enum iu_unix_type iu_unix_type_numbered(uint64_t number)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].number == number)
			return rows[i].type;
	return IU_UNIX_UNKNOWN;
}
