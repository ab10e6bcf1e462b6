/* engine/linux/free-port.c - bind(port 0): whether the system finds a port in its range */
#include "engine/linux/free-port.h"

#include "base/err.h"
#include "engine/linux/conflict.h"

/* With SO_REUSEADDR TCP looks into the lower half first, where the range has so many ports. */
#define HALVES_MIN 4

/* What stands against choosing a port. */
enum held {
	HELD_NO = 0,
	HELD_PERHAPS,
	HELD_YES,
};

/* The ports TCP goes through in one of its scans. */
struct scan {
	int first, last;
};

/*
 * inet_csk_find_open_port(): options do not help TCP, except SO_REUSEADDR on both with
 * net.ipv4.ip_autobind_reuse, and not where SO_REUSEPORT of one user is on both as well.
 */
static enum held keeps_tcp(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	struct iu_request at = *r;
	enum iu_tri alone, together;

	at.port = s->port;
	at.reuseport = false;
	if (!kernel || !kernel->autobind_reuse)
		at.reuseaddr = false;
	alone = iu_linux_conflict(&at, s, kernel).blocks;
	if (alone != IU_NO || !at.reuseaddr || !r->reuseport)
		return alone == IU_YES ? HELD_YES : alone == IU_NO ? HELD_NO : HELD_PERHAPS;
	/* does SO_REUSEADDR let it in only where SO_REUSEPORT would have done so too? */
	at.reuseaddr = false;
	if (iu_linux_conflict(&at, s, kernel).blocks == IU_NO)
		return HELD_NO; /* addresses or devices do not meet */
	at.reuseport = true;
	together = iu_linux_conflict(&at, s, kernel).blocks;
	return together == IU_YES ? HELD_NO : together == IU_NO ? HELD_YES : HELD_PERHAPS;
}

static enum held keeps_udp(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	struct iu_request at = *r;
	enum iu_tri blocks;

	at.port = s->port;
	blocks = iu_linux_conflict(&at, s, kernel).blocks;
	return blocks == IU_YES ? HELD_YES : blocks == IU_NO ? HELD_NO : HELD_PERHAPS;
}

static void mark(unsigned char *held, const struct iu_request *r,
	const struct iu_sockets *sockets, const struct iu_sysctls *sysctls,
	const struct iu_kernel *kernel)
{
	uint32_t port;

	for (size_t i = 0; i < sockets->n; i++) {
		const struct iu_socket *s = &sockets->v[i];
		enum held now;

		if (s->protocol != r->protocol || held[s->port] == HELD_YES)
			continue;
		now = r->protocol == IU_PROTOCOL_TCP ? keeps_tcp(r, s, kernel)
						     : keeps_udp(r, s, kernel);
		if (now > held[s->port])
			held[s->port] = (unsigned char)now;
	}
	for (size_t i = 0; i < sysctls->reserved.n; i++) {
		const struct iu_reserved *reserved = &sysctls->reserved.v[i];

		for (port = reserved->first; port <= reserved->last; port++)
			held[port] = HELD_YES;
	}
}

/*
 * One scan goes through the ports of each parity from a random place, and through an even number
 * of ports: of an odd number it misses the first or the last one by lot, of three the last one.
 */
static enum iu_tri scan_finds(const struct iu_request *r, const unsigned char *held,
	struct scan scan, int *port)
{
	int n = scan.last - scan.first + 1, p;
	bool odd = r->protocol == IU_PROTOCOL_TCP && n > 1 && n % 2;
	enum iu_tri finds = IU_NO;

	if (odd && n == 3) {
		scan.last--;
		odd = false;
	}
	for (p = scan.first; p <= scan.last; p++) {
		bool by_lot = odd && (p == scan.first || p == scan.last);

		if (held[p] == HELD_YES)
			continue;
		if (held[p] == HELD_NO && !by_lot) {
			*port = p;
			return IU_YES;
		}
		if (finds == IU_NO)
			*port = p;
		finds = IU_UNKNOWN;
	}
	/* it misses one of both ends, never both */
	if (odd && held[scan.first] == HELD_NO && held[scan.last] == HELD_NO)
		return IU_YES;
	return finds;
}

/* Returns the port, 0 for none. */
static int choose(const struct iu_request *r, const struct iu_sockets *sockets,
	const struct iu_sysctls *sysctls, const struct iu_kernel *kernel, enum iu_tri *ret_finds)
{
	unsigned char held[65536] = {HELD_NO};
	struct scan scans[2] = {{sysctls->port_first, sysctls->port_last}};
	int n = sysctls->port_last - sysctls->port_first + 1, scan_count = 1, port = 0;
	enum iu_tri finds = IU_NO;

	mark(held, r, sockets, sysctls, kernel);
	if (r->protocol == IU_PROTOCOL_TCP && r->reuseaddr && n >= HALVES_MIN) {
		int half = sysctls->port_first + (n >> 2 << 1);

		scans[0].last = half - 1;
		scans[1] = (struct scan){half, sysctls->port_last};
		scan_count = 2;
	}
	for (int i = 0; i < scan_count && finds != IU_YES; i++) {
		int found = 0;
		enum iu_tri now = scan_finds(r, held, scans[i], &found);

		if (now == IU_YES || (now == IU_UNKNOWN && finds == IU_NO)) {
			finds = now;
			port = found;
		}
	}
	*ret_finds = finds;
	return port;
}

static bool range_known(const struct iu_sysctls *sysctls)
{
	return sysctls->port_first >= 1 && sysctls->port_last <= 65535 &&
	       sysctls->port_first <= sysctls->port_last;
}

int iu_linux_free_port(const struct iu_request *r, const struct iu_sockets *sockets,
	const struct iu_sysctls *sysctls, const struct iu_kernel *kernel)
{
	enum iu_tri finds;

	if (!range_known(sysctls))
		return IU_E_NOTSUP;
	return choose(r, sockets, sysctls, kernel, &finds);
}

enum iu_tri iu_linux_range_full(const struct iu_request *r, const struct iu_sockets *sockets,
	const struct iu_sysctls *sysctls, const struct iu_kernel *kernel)
{
	enum iu_tri finds;

	if (!range_known(sysctls))
		return IU_UNKNOWN;
	(void)choose(r, sockets, sysctls, kernel, &finds);
	return finds == IU_UNKNOWN ? IU_UNKNOWN : iu_tri(finds == IU_NO);
}
