/* os/windows/host/netsh.c - what only netsh tells, read as a capture of it would be */
#include "os/windows/host/netsh.h"

#include "base/err.h"
#include "captures/formats-text.h"
#include "os/windows/command.h"

#define SECONDS 10

int iu_netsh(struct iu_snapshot *snapshot, const wchar_t *arguments, enum iu_protocol protocol,
	uint32_t *ret_given)
{
	struct iu_capture_out out = {0};
	struct iu_text text = {0};
	unsigned long code = 1;
	int ret = iu_command_execute(L"netsh.exe", arguments, SECONDS, &text, &code);

	*ret_given = 0;
	if (ret == 0 && code == 0 && text.len) {
		iu_capture_begin(&out, snapshot);
		out.hint_tcp = protocol == IU_PROTOCOL_TCP;
		out.hint_udp = protocol == IU_PROTOCOL_UDP;
		out.hint_family = IU_FAMILY_IPV4;
		ret = iu_capture_text(text.data, text.len, &out, NULL);
		*ret_given = out.given;
		iu_capture_drop(&out);
	}
	iu_text_free(&text);
	return ret == IU_E_NOMEM ? ret : 0;
}
