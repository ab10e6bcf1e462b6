/* engine/conflict.c - what every system's rules ask about a socket */
#include "engine/conflict.h"

int iu_importance(const struct iu_socket *s)
{
	static const unsigned char ranks[] = {
		[IU_STATE_LISTEN] = 0,
		[IU_STATE_FILE] = 0,
		[IU_STATE_BOUND] = 1,
		[IU_STATE_ESTABLISHED] = 2,
		[IU_STATE_CLOSE_WAIT] = 2,
		[IU_STATE_SYN_SENT] = 2,
		[IU_STATE_UNKNOWN] = 3,
		[IU_STATE_SYN_RECV] = 3,
		[IU_STATE_FIN_WAIT1] = 4,
		[IU_STATE_CLOSING] = 4,
		[IU_STATE_LAST_ACK] = 4,
		[IU_STATE_FIN_WAIT2] = 4,
		[IU_STATE_TIME_WAIT] = 5,
	};

	return (size_t)s->state < IU_COUNT(ranks) ? ranks[s->state] : 6;
}

bool iu_is_closing(const struct iu_socket *s)
{
	switch (s->state) {
	case IU_STATE_TIME_WAIT: return true;
	case IU_STATE_FIN_WAIT1:
	case IU_STATE_FIN_WAIT2:
	case IU_STATE_CLOSING:
	case IU_STATE_LAST_ACK: return s->mini || s->inode == 0;
	case IU_STATE_UNKNOWN:
	case IU_STATE_LISTEN:
	case IU_STATE_BOUND:
	case IU_STATE_ESTABLISHED:
	case IU_STATE_SYN_SENT:
	case IU_STATE_SYN_RECV:
	case IU_STATE_CLOSE_WAIT:
	case IU_STATE_FILE: break;
	}
	return false;
}
