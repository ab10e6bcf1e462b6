/* model/names.c - the words for protocols, families, states and verdicts */
#include <stdio.h>

#include "model/address.h"
#include "model/process.h"
#include "model/socket.h"
#include "model/verdict.h"

/* A number that came from a file may be out of range: "unknown" then, never a wild read. */
#define NAME_OF(table, index) \
	((size_t)(index) < IU_COUNT(table) && table[index] ? table[index] : "unknown")

const char *iu_protocol_name(enum iu_protocol protocol)
{
	static const char *const names[] = {
		[IU_PROTOCOL_TCP] = "tcp",
		[IU_PROTOCOL_UDP] = "udp",
		[IU_PROTOCOL_UNIX] = "unix",
	};

	return NAME_OF(names, protocol);
}

const char *iu_family_name(enum iu_family family)
{
	static const char *const names[] = {
		[IU_FAMILY_ANY] = "any",
		[IU_FAMILY_IPV4] = "ipv4",
		[IU_FAMILY_IPV6] = "ipv6",
		[IU_FAMILY_UNIX] = "unix",
	};

	return NAME_OF(names, family);
}

const char *iu_state_name(enum iu_state state)
{
	static const char *const names[] = {
#define X(name, text) [IU_STATE_##name] = text,
		IU_STATES(X)
#undef X
	};

	return NAME_OF(names, state);
}

const char *iu_process_state_name(enum iu_process_state state)
{
	static const char *const names[] = {
#define X(name, text) [IU_PROCESS_##name] = text,
		IU_PROCESS_STATES(X)
#undef X
	};

	return NAME_OF(names, state);
}

const char *iu_status_name(enum iu_status status)
{
	static const char *const names[] = {
		[IU_STATUS_FREE] = "free",
		[IU_STATUS_IN_USE] = "in-use",
		[IU_STATUS_DENIED] = "denied",
		[IU_STATUS_UNAVAILABLE] = "unavailable",
		[IU_STATUS_UNKNOWN] = "unknown",
	};

	return NAME_OF(names, status);
}

const char *iu_operation_name(enum iu_operation operation)
{
	static const char *const names[] = {
		[IU_OPERATION_BIND] = "bind",
		[IU_OPERATION_LISTEN] = "listen",
		[IU_OPERATION_CONNECT] = "connect",
	};

	return (size_t)operation < IU_COUNT(names) ? names[operation] : NULL;
}

const char *iu_confidence_name(enum iu_confidence confidence)
{
	static const char *const names[] = {
		[IU_CONFIDENCE_POSSIBLE] = "possible",
		[IU_CONFIDENCE_LIKELY] = "likely",
		[IU_CONFIDENCE_PROVEN] = "proven",
	};

	return NAME_OF(names, confidence);
}

const char *iu_risk_name(enum iu_risk risk)
{
	static const char *const names[] = {
		[IU_RISK_NONE] = "none",
		[IU_RISK_LOW] = "low",
		[IU_RISK_MEDIUM] = "medium",
		[IU_RISK_HIGH] = "high",
	};

	return NAME_OF(names, risk);
}

/* Numbers of devices: Documentation/admin-guide/devices.txt. */
bool iu_process_tty(int32_t tty, char text[24])
{
	uint32_t number = (uint32_t)tty, major = number >> 8 & 0xfff;
	uint32_t minor = (number & 0xff) | (number >> 12 & 0xfff00);

	if (major >= 136 && major <= 143)
		snprintf(text, 24, "pts/%u", (unsigned int)((major - 136) * 256 + minor));
	else if (major == 4)
		snprintf(text, 24, minor < 64 ? "tty%u" : "ttyS%u",
			(unsigned int)(minor < 64 ? minor : minor - 64));
	else
		return false;
	return true;
}
