/* os/linux/sockets/tally.c - counts the connections of this machine, and keeps none of them */
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "os/linux/sockets/inet-diag.h"
#include "os/linux/sockets/netlink.h"
#include "os/linux/sockets/tcp-states.h"
#include "os/os.h"

#define CONNECTED (((1u << IU_TCP_BOUND_INACTIVE) - 1) & ~(1u << IU_TCP_LISTEN | 1u << IU_TCP_CLOSE))

static int on_socket(void *context, const struct nlmsghdr *message)
{
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct iu_socket sock;

	if (iu_inet_diag_parse(payload.at, payload.len, IU_PROTOCOL_TCP, &sock) > 0)
		iu_tally_add(context, &sock);
	return 0;
}

static void on_restart(void *context)
{
	iu_tally_clear(context);
}

int iu_os_tally(struct iu_tally *tally)
{
	const struct iu_netlink_sink sink = {on_socket, on_restart, tally};
	struct iu_netlink_request request;
	struct iu_netlink netlink;
	struct inet_diag_req *body;
	int ret = iu_netlink_open(NETLINK_SOCK_DIAG, &netlink);

	iu_tally_clear(tally);
	if (ret < 0)
		return ret;
	/* the old type of request: both families in one walk */
	body = iu_netlink_begin(&request, TCPDIAG_GETSOCK, NLM_F_DUMP, sizeof(*body));
	body->idiag_family = AF_INET;
	body->idiag_states = CONNECTED;
	ret = iu_netlink_dump(&netlink, &request, &sink, NULL);
	iu_netlink_close(&netlink);
	return ret;
}
