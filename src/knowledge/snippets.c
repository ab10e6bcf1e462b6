/* knowledge/snippets.c - the line of code behind a remedy that only the programmer can apply */
#include "knowledge/snippets.h"

#include "base/compat.h"

#define R(id) IU_REMEDY_##id

static const struct iu_snippet rows[] = {
	{R(SET_REUSEADDR), "C", "setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));"},
	{R(SET_REUSEADDR), "Python", "sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)"},
	{R(SET_REUSEADDR), "Node", "set by net.Server.listen() already"},
	{R(SET_REUSEADDR), "Go", "set by net.Listen() already"},
	{R(SET_REUSEADDR), "Java", "serverSocket.setReuseAddress(true);"},
	{R(SET_REUSEPORT), "C", "setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){1}, sizeof(int));"},
	{R(SET_REUSEPORT), "Python", "sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)"},
	{R(SET_REUSEPORT), "Node", "server.listen({port, reusePort: true})"},
	{R(SET_REUSEPORT), "Go",
		"net.ListenConfig{Control: …}: unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)"},
	{R(SET_REUSEPORT), "Java",
		"serverSocket.setOption(StandardSocketOptions.SO_REUSEPORT, true);"},
	{R(FREEBIND), "C", "setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &(int){1}, sizeof(int));"},
	{R(FREEBIND), "Python", "sock.setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND"},
	{R(FREEBIND), "Node", "cannot set it; a systemd socket unit can: FreeBind=yes"},
	{R(FREEBIND), "Go",
		"net.ListenConfig{Control: …}: unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_FREEBIND, 1)"},
	{R(FREEBIND), "Java", "cannot set it; a systemd socket unit can: FreeBind=yes"},
	{R(CLOSE_ON_EXEC), "C", "socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)"},
	{R(CLOSE_ON_EXEC), "Python", "sock.set_inheritable(False), the default since 3.4"},
	{R(CLOSE_ON_EXEC), "Node", "set already; do not pass the handle in stdio"},
	{R(CLOSE_ON_EXEC), "Go", "set already; do not put the listener in ExtraFiles"},
	{R(CLOSE_ON_EXEC), "Java", "set already by ProcessBuilder"},
};

const struct iu_snippet *iu_snippets(unsigned long *ret_count)
{
	*ret_count = IU_COUNT(rows);
	return rows;
}
