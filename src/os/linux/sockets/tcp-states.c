/* os/linux/sockets/tcp-states.c - the states of sockets as the kernel numbers them */
#include "os/linux/sockets/tcp-states.h"

#include "base/compat.h"

static const enum iu_state tcp_states[] = {
	[1] = IU_STATE_ESTABLISHED,
	[2] = IU_STATE_SYN_SENT,
	[3] = IU_STATE_SYN_RECV,
	[4] = IU_STATE_FIN_WAIT1,
	[5] = IU_STATE_FIN_WAIT2,
	[6] = IU_STATE_TIME_WAIT,
	[7] = IU_STATE_BOUND,
	[8] = IU_STATE_CLOSE_WAIT,
	[9] = IU_STATE_LAST_ACK,
	[10] = IU_STATE_LISTEN,
	[11] = IU_STATE_CLOSING,
	[12] = IU_STATE_SYN_RECV,
	[13] = IU_STATE_BOUND,
};

enum iu_state iu_tcp_state(uint64_t number, enum iu_protocol protocol)
{
	if (number >= IU_COUNT(tcp_states))
		return IU_STATE_UNKNOWN;
	if (protocol == IU_PROTOCOL_UDP && number != IU_TCP_ESTABLISHED)
		return IU_STATE_BOUND;
	return tcp_states[number];
}
