/* os/linux/act/destroy.c - one socket by its cookie: is it there, and away with it */
#include "os/linux/act/destroy.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "os/linux/act/identity.h"
#include "os/linux/sockets/netlink.h"
#include "os/os.h"

#ifndef SOCK_DESTROY
#define SOCK_DESTROY 21 /* linux/sock_diag.h since 4.9 */
#endif

static void put_address(uint32_t to[4], const struct iu_address *address)
{
	memcpy(to, address->bytes, address->family == IU_FAMILY_IPV6 ? 16 : 4);
}

static void make_request(
	struct iu_netlink_request *request, uint16_t type, const struct iu_socket *s)
{
	struct inet_diag_req_v2 *body = iu_netlink_begin(request, type, NLM_F_ACK, sizeof(*body));

	body->sdiag_family = s->family == IU_FAMILY_IPV6 ? AF_INET6 : AF_INET;
	body->sdiag_protocol = IPPROTO_TCP;
	body->idiag_states = ~0u;
	body->id.idiag_sport = htons(s->port);
	body->id.idiag_dport = htons(s->peer_port);
	put_address(body->id.idiag_src, &s->local);
	if (s->peer.family != IU_FAMILY_ANY)
		put_address(body->id.idiag_dst, &s->peer);
	body->id.idiag_if = s->ifindex;
	/* With its cookie nothing but this very socket is meant (sock_diag_check_cookie()). */
	body->id.idiag_cookie[0] = s->cookie ? (uint32_t)s->cookie : INET_DIAG_NOCOOKIE;
	body->id.idiag_cookie[1] = s->cookie ? (uint32_t)(s->cookie >> 32) : INET_DIAG_NOCOOKIE;
}

static int ignore(void *context, const struct nlmsghdr *message)
{
	(void)message;
	*(bool *)context = true;
	return 0;
}

/* One request with its answer. Returns: 0 or the kernel's errno. */
static int ask(struct iu_netlink *netlink, uint16_t type, const struct iu_socket *s)
{
	struct iu_netlink_request request;
	bool answered = false;
	const struct iu_netlink_sink sink = {.message = ignore, .context = &answered};
	int error = 0, ret;

	make_request(&request, type, s);
	ret = iu_netlink_dump(netlink, &request, &sink, &error);
	return ret < 0 && !error ? EIO : error;
}

static bool may_destroy(const struct iu_socket *s)
{
	return s->protocol == IU_PROTOCOL_TCP && s->cookie && !s->inode &&
	       s->state != IU_STATE_LISTEN && s->state != IU_STATE_ESTABLISHED;
}

void iu_destroy_sockets(const struct iu_sockets *sockets, struct iu_step_result *ret_result)
{
	struct iu_netlink netlink;
	size_t dropped = 0, gone = 0;
	int worst = 0;

	if (iu_netlink_open(NETLINK_SOCK_DIAG, &netlink) < 0) {
		iu_result_say(ret_result, IU_RESULT_FAILED, errno, "no netlink socket");
		return;
	}
	for (size_t i = 0; i < sockets->n; i++) {
		int error = may_destroy(&sockets->v[i])
			? ask(&netlink, SOCK_DESTROY, &sockets->v[i])
			: EINVAL;

		dropped += error == 0;
		gone += error == ENOENT || error == ESTALE;
		if (error && error != ENOENT && error != ESTALE)
			worst = error;
	}
	iu_netlink_close(&netlink);
	if (worst == EPERM)
		iu_result_say(ret_result, IU_RESULT_DENIED, worst, "needs CAP_NET_ADMIN");
	else if (worst == EOPNOTSUPP)
		iu_result_say(ret_result, IU_RESULT_FAILED, worst,
			"this kernel is built without CONFIG_INET_DIAG_DESTROY");
	else if (worst)
		iu_result_say(ret_result, IU_RESULT_FAILED, worst, "the kernel says %s",
			iu_os_error_name(worst));
	else
		iu_result_say(ret_result, IU_RESULT_DONE, 0, "%zu dropped, %zu were gone already",
			dropped, gone);
}

int iu_os_socket_there(const struct iu_socket *socket)
{
	struct iu_netlink netlink;
	int error;

	/* A lookup finds connections and listeners, not what is only bound; UDP swaps the ends. */
	if (socket->protocol != IU_PROTOCOL_TCP ||
		(!socket->cookie && socket->state != IU_STATE_LISTEN) ||
		socket->state == IU_STATE_BOUND || socket->state == IU_STATE_FILE)
		return IU_E_NOTSUP;
	error = iu_netlink_open(NETLINK_SOCK_DIAG, &netlink);
	if (error < 0)
		return error;
	error = ask(&netlink, SOCK_DIAG_BY_FAMILY, socket);
	iu_netlink_close(&netlink);
	if (error == 0)
		return 1;
	return error == ENOENT || error == ESTALE ? 0 : IU_E_SYSTEM;
}
