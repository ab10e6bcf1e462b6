/* knowledge/errors.c - the errors of bind(), listen() and connect() on each system, a row each */
#include "knowledge/errors.h"

#include <string.h>

#include "base/compat.h"
#include "knowledge/causes.h"

/*
 * Numbers: Linux asm-generic/errno.h; xnu and FreeBSD sys/errno.h; Windows winsock2.h, winerror.h,
 * ntstatus.h and errno.h of the UCRT; libuv uv/errno.h. Which NTSTATUS becomes which Winsock error:
 * Wine's NtStatusToWSAError(). Calls: bind(2), listen(2), ip(7), unix(7) and the kernel's
 * inet_csk_get_port(); Microsoft's pages of bind, listen, connect and HttpAddUrl. The order of
 * causes comes from counting what people reported.
 */
static const struct iu_error_row rows[IU_ERROR_COUNT] = {
	[IU_ERROR_ADDRINUSE] = {IU_ERROR_ADDRINUSE, "EADDRINUSE",
		"the address and port (or the socket path) are taken already",
		{[IU_ERROR_LINUX] = {
			"another socket has that address and port, or something has that socket path",
			"bind(); listen() where two sockets share the port with SO_REUSEADDR and the other "
			"one listens already; bind() to port 0 when no port of the ephemeral range is left",
			"a port without a visible listener can be taken all the same: by TIME-WAIT, a "
			"connection, or a socket that is bound and does not listen",
			{"already-running", "time-wait", "other-program", "own-socket", "container-port",
			 "stale-socket-file", "inherited-descriptor", "suspended-process",
			 "socket-activation", "outbound-connection", "bound-not-listening"}},
		 [IU_ERROR_WINDOWS] = {
			"another socket has that address and port; from connect(): no local port is left "
			"for that peer",
			"bind(); for the wildcard address the error may come as late as listen() or "
			"connect(); connect() when every dynamic port is in use towards that peer",
			"TIME-WAIT does not stop a plain bind() there, and SO_REUSEADDR is no cure: it lets "
			"two programs take the same port",
			{"already-running", "other-program", "service", "container-port",
			 "ephemeral-exhausted", "port-proxy", "orphaned-handle", "alg-reserved"}},
		 [IU_ERROR_BSD] = {
			"another socket has that address and port, or something has that socket path",
			"bind()", NULL,
			{"already-running", "other-program", "time-wait", "stale-socket-file"}}}},
	[IU_ERROR_ACCES] = {IU_ERROR_ACCES, "EACCES",
		"the system does not let this program have that port or path",
		{[IU_ERROR_LINUX] = {
			"the program may not bind that port, or may not create that socket path",
			"bind() to a port below the unprivileged range (1024, see "
			"net.ipv4.ip_unprivileged_port_start) without the capability "
			"CAP_NET_BIND_SERVICE; bind() to a path in a directory that may not be written; "
			"a security module",
			"it says nothing about another program: a port that is held gives EADDRINUSE",
			{"privileged-port", "policy-denied"}},
		 [IU_ERROR_WINDOWS] = {
			"Windows does not give that port away: it is reserved, or a socket has it alone",
			"bind(); connect() and sendto() where a firewall forbids them, or to a broadcast "
			"address without SO_BROADCAST",
			"it is no matter of rights: Windows has no privileged ports, and running as "
			"administrator does not help; netstat often shows nobody",
			{"excluded-range", "http-sys", "exclusive-use", "policy-denied"}},
		 [IU_ERROR_BSD] = {
			"the program may not bind that port, or may not create that socket path",
			"bind() to a port below 1024 without being root (newer macOS: only for one certain "
			"address, not for the wildcard)",
			"it says nothing about another program: a port that is held gives EADDRINUSE",
			{"privileged-port"}}}},
	[IU_ERROR_ADDRNOTAVAIL] = {IU_ERROR_ADDRNOTAVAIL, "EADDRNOTAVAIL",
		"that address cannot be used here",
		{[IU_ERROR_LINUX] = {
			"no interface of the machine has that address; from connect(): no local port is "
			"left for that peer",
			"bind(); connect() when the ephemeral range is exhausted",
			NULL,
			{"address-not-local", "address-tentative", "ephemeral-exhausted"}},
		 [IU_ERROR_WINDOWS] = {
			"no interface of the machine has that address, or the remote address or port of "
			"connect() and sendto() is zero",
			"bind(), connect(), sendto()", NULL,
			{"address-not-local", "address-tentative"}},
		 [IU_ERROR_BSD] = {
			"no interface of the machine has that address; from connect(): no local port is "
			"left for that peer",
			"bind(), connect()", NULL, {"address-not-local", "ephemeral-exhausted"}}}},
	[IU_ERROR_PERM] = {IU_ERROR_PERM, "EPERM",
		"a policy forbids the call",
		{[IU_ERROR_LINUX] = {
			"a cgroup's BPF program, a system call filter or a security module refuses",
			"bind(), connect(), socket()", "a missing capability for a low port gives EACCES",
			{"policy-denied"}},
		 [IU_ERROR_BSD] = {"a sandbox or policy refuses", "bind(), connect()", NULL,
			{"policy-denied"}}}},
	[IU_ERROR_INVAL] = {IU_ERROR_INVAL, "EINVAL",
		"the call itself is wrong, or the socket is bound already",
		{[IU_ERROR_LINUX] = {
			"the socket has an address already, or the address given is not one of its family",
			"bind() called twice on one socket; bind() with a wrong address length, a socket "
			"path that is too long, or a link-local IPv6 address without its interface; "
			"listen() on a socket that is connected",
			"another program's socket never gives it", {"own-socket"}},
		 [IU_ERROR_WINDOWS] = {
			"the socket is bound already, not bound yet, or its options contradict each other",
			"bind() called twice on one socket; listen() before bind(); setting SO_REUSEADDR "
			"and SO_EXCLUSIVEADDRUSE on the same socket",
			"another program's socket never gives it", {"own-socket"}},
		 [IU_ERROR_BSD] = {
			"the socket has an address already, or the address given is not one of its family",
			"bind()", "another program's socket never gives it", {"own-socket"}}}},
	[IU_ERROR_AFNOSUPPORT] = {IU_ERROR_AFNOSUPPORT, "EAFNOSUPPORT",
		"the address family is not there, or not the socket's",
		{[IU_ERROR_LINUX] = {
			"IPv6 is switched off, or the address is of another family than the socket",
			"socket(), bind(), connect()",
			"nobody holds the port: use an IPv4 address, or switch IPv6 on "
			"(net.ipv6.conf.all.disable_ipv6, ipv6.disable on the kernel's command line)", {0}},
		 [IU_ERROR_WINDOWS] = {
			"the address is of another family than the socket, or the family is not installed",
			"socket(), connect(), sendto()", "nobody holds the port", {0}},
		 [IU_ERROR_BSD] = {"the address is of another family than the socket",
			"socket(), bind(), connect()", "nobody holds the port", {0}}}},
	[IU_ERROR_NOBUFS] = {IU_ERROR_NOBUFS, "ENOBUFS",
		"the system has no memory, or no local port, left for another socket",
		{[IU_ERROR_LINUX] = {
			"the kernel has no memory for the socket", "socket(), bind(), sendto()",
			"running out of ports gives EADDRINUSE or EADDRNOTAVAIL on Linux", {0}},
		 [IU_ERROR_WINDOWS] = {
			"no dynamic port is left, or the system is out of memory for sockets",
			"bind() to port 0, connect() and sendto(), which choose a port by themselves",
			"more memory rarely helps: count the ports by program and state first",
			{"ephemeral-exhausted"}},
		 [IU_ERROR_BSD] = {"the kernel has no memory for the socket",
			"socket(), bind(), sendto()", NULL, {0}}}},
	[IU_ERROR_SHARING] = {IU_ERROR_SHARING, "ERROR_SHARING_VIOLATION",
		"somebody else has it open; said of a URL or port it means: another program has the port",
		{[IU_ERROR_WINDOWS] = {
			"IIS, IIS Express and everything on HTTP.sys report so that another program has the "
			"port; netsh, that a port of the range to be excluded is in use",
			"HttpAddUrl() and registering a URL; netsh int ipv4 add excludedportrange; for "
			"files: CreateFile()",
			"the text speaks of a file, but no file is meant",
			{"other-program", "already-running", "container-port", "http-sys"}}}},
	[IU_ERROR_EXISTS] = {IU_ERROR_EXISTS, "ERROR_ALREADY_EXISTS",
		"it is there already; said of a URL: somebody has registered it with HTTP.sys",
		{[IU_ERROR_WINDOWS] = {
			"another program, another web site or an earlier instance has registered that URL "
			"with HTTP.sys",
			"HttpAddUrl(), HttpListener.Start(), netsh http add urlacl",
			"the port itself can be shared: HTTP.sys tells its programs apart by URL",
			{"already-running", "http-sys"}}}},
	[IU_ERROR_DENIED] = {IU_ERROR_DENIED, "ERROR_ACCESS_DENIED",
		"access is denied; said of a URL: it may not be registered",
		{[IU_ERROR_WINDOWS] = {
			"the account has no reservation for that URL, or the port is reserved for something "
			"else; as NTSTATUS of a bind() it reaches the program as 10013",
			"HttpAddUrl(), HttpListener.Start(), IIS Express",
			"netsh http show urlacl lists who may register what", {"http-sys", "excluded-range",
			"alg-reserved"}}}},
	[IU_ERROR_NOT_FOUND] = {IU_ERROR_NOT_FOUND, "ERROR_NOT_FOUND",
		"what was asked for is not there",
		{[IU_ERROR_WINDOWS] = {
			"the URL, reservation or entry that should be looked up or removed does not exist",
			"HTTP.sys and IP helper functions", "it does not say that anybody holds the port",
			{0}}}},
	[IU_ERROR_DUP_NAME] = {IU_ERROR_DUP_NAME, "ERROR_DUP_NAME",
		"a duplicate name; in event 115 of W3SVC: a binding without its certificate",
		{[IU_ERROR_WINDOWS] = {
			"an HTTPS binding has no certificate, or host headers together with SSL",
			"IIS (event 115 of W3SVC with the data 34 00 00 00)",
			"no other program holds the port", {0}}}},
	[IU_ERROR_CONNREFUSED] = {IU_ERROR_CONNREFUSED, "ECONNREFUSED",
		"nobody listens there",
		{[IU_ERROR_LINUX] = {
			"nothing listens on that port of that address (for a socket path: nobody serves it)",
			"connect()", "it is the opposite of a port in use: start the server, or look "
			"whether it listens on another address", {0}},
		 [IU_ERROR_WINDOWS] = {"nothing listens on that port of that address", "connect()",
			"it is the opposite of a port in use", {0}},
		 [IU_ERROR_BSD] = {"nothing listens on that port of that address", "connect()",
			"it is the opposite of a port in use", {0}}}},
	[IU_ERROR_NOTSOCK] = {IU_ERROR_NOTSOCK, "ENOTSOCK",
		"the descriptor is no socket",
		{[IU_ERROR_LINUX] = {"the program gave a descriptor of something else",
			"bind(), listen(), connect()", "the program is wrong, not the port", {0}},
		 [IU_ERROR_WINDOWS] = {"the program gave a handle of something else, or one of a socket "
			"that is closed", "bind(), listen(), connect()",
			"the program is wrong, not the port", {0}},
		 [IU_ERROR_BSD] = {"the program gave a descriptor of something else",
			"bind(), listen(), connect()", "the program is wrong, not the port", {0}}}},
	[IU_ERROR_BADF] = {IU_ERROR_BADF, "EBADF",
		"the descriptor is not open",
		{[IU_ERROR_LINUX] = {"the program uses a descriptor that is closed",
			"bind(), listen(), connect()", "the program is wrong, not the port", {0}},
		 [IU_ERROR_WINDOWS] = {"the program uses a handle that is closed", "socket calls",
			"the program is wrong, not the port", {0}},
		 [IU_ERROR_BSD] = {"the program uses a descriptor that is closed",
			"bind(), listen(), connect()", "the program is wrong, not the port", {0}}}},
	[IU_ERROR_OPNOTSUPP] = {IU_ERROR_OPNOTSUPP, "EOPNOTSUPP",
		"this kind of socket cannot do that",
		{[IU_ERROR_LINUX] = {"a UDP socket does not listen, nor accept", "listen(), accept()",
			"the program is wrong, not the port", {0}},
		 [IU_ERROR_WINDOWS] = {"a UDP socket does not listen, nor accept", "listen(), accept()",
			"the program is wrong, not the port", {0}},
		 [IU_ERROR_BSD] = {"a UDP socket does not listen, nor accept", "listen(), accept()",
			"the program is wrong, not the port", {0}}}},
	[IU_ERROR_PROTONOSUPPORT] = {IU_ERROR_PROTONOSUPPORT, "EPROTONOSUPPORT",
		"the system does not have that protocol",
		{[IU_ERROR_LINUX] = {"the kernel has no such protocol (SCTP, MPTCP …), or not loaded",
			"socket()", "nobody holds the port", {0}},
		 [IU_ERROR_WINDOWS] = {"no such protocol is installed", "socket()",
			"nobody holds the port", {0}},
		 [IU_ERROR_BSD] = {"the kernel has no such protocol", "socket()",
			"nobody holds the port", {0}}}},
	[IU_ERROR_MFILE] = {IU_ERROR_MFILE, "EMFILE",
		"the program has too many files and sockets open",
		{[IU_ERROR_LINUX] = {"the program's limit of descriptors is reached (ulimit -n)",
			"socket(), accept()", "nobody holds the port: raise the limit, or find the leak",
			{0}},
		 [IU_ERROR_WINDOWS] = {"no more sockets can be opened", "socket(), accept()",
			"nobody holds the port", {0}},
		 [IU_ERROR_BSD] = {"the program's limit of descriptors is reached (ulimit -n)",
			"socket(), accept()", "nobody holds the port", {0}}}},
	[IU_ERROR_NOENT] = {IU_ERROR_NOENT, "ENOENT",
		"something of that name is not there",
		{[IU_ERROR_LINUX] = {"the directory of the socket path does not exist; from connect(): "
			"there is no such socket path", "bind() and connect() of UNIX sockets",
			"it is not about ports", {0}},
		 [IU_ERROR_BSD] = {"the directory of the socket path does not exist",
			"bind() and connect() of UNIX sockets", "it is not about ports", {0}}}},
	[IU_ERROR_NODEV] = {IU_ERROR_NODEV, "ENODEV",
		"there is no such network interface",
		{[IU_ERROR_LINUX] = {"the interface of an IPv6 address (%eth0) or of SO_BINDTODEVICE "
			"does not exist", "bind(), setsockopt()", "nobody holds the port", {0}}}},
	[IU_ERROR_NOTINITIALISED] = {IU_ERROR_NOTINITIALISED, "WSANOTINITIALISED",
		"the program has not started Winsock",
		{[IU_ERROR_WINDOWS] = {"WSAStartup() was not called, or failed", "every socket call",
			"the program is wrong, not the port", {0}}}},
};

#define N(space, value, name, id) {IU_SPACE_##space, value, name, IU_ERROR_##id}

static const struct iu_error_number numbers[] = {
	N(LINUX, 98, "EADDRINUSE", ADDRINUSE),
	N(BSD, 48, "EADDRINUSE", ADDRINUSE),
	N(WINSOCK, 10048, "WSAEADDRINUSE", ADDRINUSE),
	N(UCRT, 100, "EADDRINUSE", ADDRINUSE),
	N(LIBUV, -4091, "UV_EADDRINUSE", ADDRINUSE),
	N(HRESULT, 0x80072740, "WSAEADDRINUSE", ADDRINUSE),
	N(NTSTATUS, 0xC000020A, "STATUS_ADDRESS_ALREADY_EXISTS", ADDRINUSE),
	N(NTSTATUS, 0xC0000238, "STATUS_ADDRESS_ALREADY_ASSOCIATED", ADDRINUSE),
	N(WIN32, 1227, "ERROR_ADDRESS_ALREADY_ASSOCIATED", ADDRINUSE),
	N(LINUX, 13, "EACCES", ACCES),
	N(BSD, 13, "EACCES", ACCES),
	N(WINSOCK, 10013, "WSAEACCES", ACCES),
	N(UCRT, 13, "EACCES", ACCES),
	N(LIBUV, -4092, "UV_EACCES", ACCES),
	N(HRESULT, 0x8007271D, "WSAEACCES", ACCES),
	N(LINUX, 99, "EADDRNOTAVAIL", ADDRNOTAVAIL),
	N(BSD, 49, "EADDRNOTAVAIL", ADDRNOTAVAIL),
	N(WINSOCK, 10049, "WSAEADDRNOTAVAIL", ADDRNOTAVAIL),
	N(UCRT, 101, "EADDRNOTAVAIL", ADDRNOTAVAIL),
	N(LIBUV, -4090, "UV_EADDRNOTAVAIL", ADDRNOTAVAIL),
	N(HRESULT, 0x80072741, "WSAEADDRNOTAVAIL", ADDRNOTAVAIL),
	N(NTSTATUS, 0xC0000207, "STATUS_INVALID_ADDRESS_COMPONENT", ADDRNOTAVAIL),
	N(LINUX, 1, "EPERM", PERM),
	N(BSD, 1, "EPERM", PERM),
	N(LINUX, 22, "EINVAL", INVAL),
	N(BSD, 22, "EINVAL", INVAL),
	N(WINSOCK, 10022, "WSAEINVAL", INVAL),
	N(UCRT, 22, "EINVAL", INVAL),
	N(HRESULT, 0x80072726, "WSAEINVAL", INVAL),
	N(LINUX, 97, "EAFNOSUPPORT", AFNOSUPPORT),
	N(BSD, 47, "EAFNOSUPPORT", AFNOSUPPORT),
	N(WINSOCK, 10047, "WSAEAFNOSUPPORT", AFNOSUPPORT),
	N(UCRT, 102, "EAFNOSUPPORT", AFNOSUPPORT),
	N(LIBUV, -4089, "UV_EAFNOSUPPORT", AFNOSUPPORT),
	N(HRESULT, 0x8007273F, "WSAEAFNOSUPPORT", AFNOSUPPORT),
	N(LINUX, 105, "ENOBUFS", NOBUFS),
	N(BSD, 55, "ENOBUFS", NOBUFS),
	N(WINSOCK, 10055, "WSAENOBUFS", NOBUFS),
	N(UCRT, 119, "ENOBUFS", NOBUFS),
	N(HRESULT, 0x80072747, "WSAENOBUFS", NOBUFS),
	N(NTSTATUS, 0xC0000209, "STATUS_TOO_MANY_ADDRESSES", NOBUFS),
	N(WIN32, 32, "ERROR_SHARING_VIOLATION", SHARING),
	N(HRESULT, 0x80070020, "ERROR_SHARING_VIOLATION", SHARING),
	N(NTSTATUS, 0xC0000043, "STATUS_SHARING_VIOLATION", SHARING),
	N(WIN32, 183, "ERROR_ALREADY_EXISTS", EXISTS),
	N(HRESULT, 0x800700B7, "ERROR_ALREADY_EXISTS", EXISTS),
	N(NTSTATUS, 0xC0000035, "STATUS_OBJECT_NAME_COLLISION", EXISTS),
	N(WIN32, 5, "ERROR_ACCESS_DENIED", DENIED),
	N(HRESULT, 0x80070005, "E_ACCESSDENIED", DENIED),
	N(NTSTATUS, 0xC0000022, "STATUS_ACCESS_DENIED", DENIED),
	N(WIN32, 1168, "ERROR_NOT_FOUND", NOT_FOUND),
	N(HRESULT, 0x80070490, "ERROR_NOT_FOUND", NOT_FOUND),
	N(NTSTATUS, 0xC0000225, "STATUS_NOT_FOUND", NOT_FOUND),
	N(WIN32, 52, "ERROR_DUP_NAME", DUP_NAME),
	N(HRESULT, 0x80070034, "ERROR_DUP_NAME", DUP_NAME),
	N(LINUX, 111, "ECONNREFUSED", CONNREFUSED),
	N(BSD, 61, "ECONNREFUSED", CONNREFUSED),
	N(WINSOCK, 10061, "WSAECONNREFUSED", CONNREFUSED),
	N(UCRT, 107, "ECONNREFUSED", CONNREFUSED),
	N(HRESULT, 0x8007274D, "WSAECONNREFUSED", CONNREFUSED),
	N(NTSTATUS, 0xC0000236, "STATUS_CONNECTION_REFUSED", CONNREFUSED),
	N(WIN32, 1225, "ERROR_CONNECTION_REFUSED", CONNREFUSED),
	N(LINUX, 88, "ENOTSOCK", NOTSOCK),
	N(BSD, 38, "ENOTSOCK", NOTSOCK),
	N(WINSOCK, 10038, "WSAENOTSOCK", NOTSOCK),
	N(UCRT, 128, "ENOTSOCK", NOTSOCK),
	N(LINUX, 9, "EBADF", BADF),
	N(BSD, 9, "EBADF", BADF),
	N(WINSOCK, 10009, "WSAEBADF", BADF),
	N(UCRT, 9, "EBADF", BADF),
	N(LINUX, 95, "EOPNOTSUPP", OPNOTSUPP),
	N(BSD, 45, "EOPNOTSUPP", OPNOTSUPP),
	N(WINSOCK, 10045, "WSAEOPNOTSUPP", OPNOTSUPP),
	N(UCRT, 130, "EOPNOTSUPP", OPNOTSUPP),
	N(BSD, 102, "EOPNOTSUPP", OPNOTSUPP),
	N(LINUX, 93, "EPROTONOSUPPORT", PROTONOSUPPORT),
	N(BSD, 43, "EPROTONOSUPPORT", PROTONOSUPPORT),
	N(WINSOCK, 10043, "WSAEPROTONOSUPPORT", PROTONOSUPPORT),
	N(UCRT, 135, "EPROTONOSUPPORT", PROTONOSUPPORT),
	N(LINUX, 24, "EMFILE", MFILE),
	N(BSD, 24, "EMFILE", MFILE),
	N(WINSOCK, 10024, "WSAEMFILE", MFILE),
	N(UCRT, 24, "EMFILE", MFILE),
	N(LINUX, 2, "ENOENT", NOENT),
	N(BSD, 2, "ENOENT", NOENT),
	N(LINUX, 19, "ENODEV", NODEV),
	N(WINSOCK, 10093, "WSANOTINITIALISED", NOTINITIALISED),

	/* What the same numbers are elsewhere (BSD from 93 on: macOS), so that nobody mixes them up. */
	N(LINUX, 5, "EIO", OTHER),
	N(LINUX, 32, "EPIPE", OTHER),
	N(LINUX, 38, "ENOSYS", OTHER),
	N(LINUX, 43, "EIDRM", OTHER),
	N(LINUX, 45, "EL2NSYNC", OTHER),
	N(LINUX, 47, "EL3RST", OTHER),
	N(LINUX, 48, "ELNRNG", OTHER),
	N(LINUX, 49, "EUNATCH", OTHER),
	N(LINUX, 52, "EBADE", OTHER),
	N(LINUX, 55, "ENOANO", OTHER),
	N(LINUX, 61, "ENODATA", OTHER),
	N(LINUX, 100, "ENETDOWN", OTHER),
	N(LINUX, 101, "ENETUNREACH", OTHER),
	N(LINUX, 102, "ENETRESET", OTHER),
	N(LINUX, 107, "ENOTCONN", OTHER),
	N(LINUX, 119, "ENAVAIL", OTHER),
	N(LINUX, 128, "EKEYREVOKED", OTHER),
	N(LINUX, 130, "EOWNERDEAD", OTHER),
	N(BSD, 5, "EIO", OTHER),
	N(BSD, 19, "ENODEV", OTHER),
	N(BSD, 32, "EPIPE", OTHER),
	N(BSD, 52, "ENETRESET", OTHER),
	N(BSD, 93, "ENOATTR", OTHER),
	N(BSD, 95, "EMULTIHOP", OTHER),
	N(BSD, 97, "ENOLINK", OTHER),
	N(BSD, 98, "ENOSR", OTHER),
	N(BSD, 99, "ENOSTR", OTHER),
	N(BSD, 100, "EPROTO", OTHER),
	N(BSD, 101, "ETIME", OTHER),
	N(BSD, 105, "EOWNERDEAD", OTHER),
	N(WIN32, 1, "ERROR_INVALID_FUNCTION", OTHER),
	N(WIN32, 2, "ERROR_FILE_NOT_FOUND", OTHER),
	N(WIN32, 9, "ERROR_INVALID_BLOCK", OTHER),
	N(WIN32, 13, "ERROR_INVALID_DATA", OTHER),
	N(WIN32, 19, "ERROR_WRITE_PROTECT", OTHER),
	N(WIN32, 22, "ERROR_BAD_COMMAND", OTHER),
	N(WIN32, 24, "ERROR_BAD_LENGTH", OTHER),
	N(WIN32, 38, "ERROR_HANDLE_EOF", OTHER),
	N(WIN32, 55, "ERROR_DEV_NOT_EXIST", OTHER),
	N(WIN32, 61, "ERROR_PRINTQ_FULL", OTHER),
	N(WIN32, 88, "ERROR_NET_WRITE_FAULT", OTHER),
	N(WIN32, 100, "ERROR_TOO_MANY_SEMAPHORES", OTHER),
	N(WIN32, 101, "ERROR_EXCL_SEM_ALREADY_OWNED", OTHER),
	N(WIN32, 102, "ERROR_SEM_IS_SET", OTHER),
	N(WIN32, 105, "ERROR_SEM_OWNER_DIED", OTHER),
	N(WIN32, 107, "ERROR_DISK_CHANGE", OTHER),
	N(WIN32, 111, "ERROR_BUFFER_OVERFLOW", OTHER),
	N(WIN32, 119, "ERROR_BAD_DRIVER_LEVEL", OTHER),
	N(WIN32, 128, "ERROR_WAIT_NO_CHILDREN", OTHER),
	N(WIN32, 130, "ERROR_DIRECT_ACCESS_HANDLE", OTHER),
};

static const struct {
	const char *name, *title;
	enum iu_error_system system;
	bool hex;
} spaces[IU_SPACE_COUNT] = {
	[IU_SPACE_LINUX] = {"linux-errno", NULL, IU_ERROR_LINUX, false},
	[IU_SPACE_BSD] = {"bsd-errno", NULL, IU_ERROR_BSD, false},
	[IU_SPACE_WINSOCK] = {"winsock", NULL, IU_ERROR_WINDOWS, false},
	[IU_SPACE_WIN32] = {"win32", NULL, IU_ERROR_WINDOWS, false},
	[IU_SPACE_HRESULT] = {"hresult", "HRESULT", IU_ERROR_WINDOWS, true},
	[IU_SPACE_NTSTATUS] = {"ntstatus", NULL, IU_ERROR_WINDOWS, true},
	[IU_SPACE_UCRT] = {"windows-errno", "errno of the C runtime", IU_ERROR_WINDOWS, false},
	[IU_SPACE_LIBUV] = {"libuv", "Node.js", IU_ERROR_WINDOWS, false},
};

static const struct {
	const char *name, *title;
} systems[IU_ERROR_SYSTEMS] = {
	[IU_ERROR_LINUX] = {"linux", "Linux"},
	[IU_ERROR_WINDOWS] = {"windows", "Windows"},
	[IU_ERROR_BSD] = {"bsd", "macOS and BSD"},
};

/* What the causes are on Windows, where that differs from Linux. */
static const struct {
	const char *name, *sentence;
} windows_causes[] = {
	{"container-port", "Docker Desktop, or another engine, publishes it for a container"},
	{"ephemeral-exhausted", "every dynamic port (49152-65535 by default) is in use"},
	{"policy-denied", "the Windows Filtering Platform refuses: a firewall or a security product"},
};

/* In front of the sentences of causes that only Windows has; here its name is said already. */
#define WINDOWS_ONLY "Windows: "

const struct iu_error_row *iu_error_row(enum iu_error_id id)
{
	if (id == IU_ERROR_OTHER || (size_t)id >= IU_COUNT(rows))
		return NULL;
	return &rows[id];
}

const struct iu_error_number *iu_error_numbers(size_t *ret_count)
{
	*ret_count = IU_COUNT(numbers);
	return numbers;
}

const struct iu_error_number *iu_error_number_in(enum iu_error_id id, enum iu_error_space space)
{
	for (size_t i = 0; i < IU_COUNT(numbers); i++)
		if (numbers[i].id == id && numbers[i].space == space)
			return &numbers[i];
	return NULL;
}

const char *iu_error_space_name(enum iu_error_space space)
{
	return spaces[space].name;
}

enum iu_error_system iu_error_space_of(enum iu_error_space space)
{
	return spaces[space].system;
}

const char *iu_error_space_title(enum iu_error_space space)
{
	return spaces[space].title;
}

bool iu_error_space_hex(enum iu_error_space space)
{
	return spaces[space].hex;
}

const char *iu_error_system_name(enum iu_error_system system)
{
	return systems[system].name;
}

const char *iu_error_system_title(enum iu_error_system system)
{
	return systems[system].title;
}

enum iu_error_system iu_error_system_of(const char *name)
{
	for (size_t i = 0; name && i < IU_COUNT(systems); i++)
		if (!strcmp(systems[i].name, name))
			return (enum iu_error_system)i;
	return IU_ERROR_ANY;
}

const char *iu_error_cause_sentence(const char *cause, enum iu_error_system system)
{
	size_t prefix = strlen(WINDOWS_ONLY);

	for (size_t i = 0; system == IU_ERROR_WINDOWS && i < IU_COUNT(windows_causes); i++)
		if (!strcmp(windows_causes[i].name, cause))
			return windows_causes[i].sentence;
	for (int i = IU_CAUSE_NONE + 1; i < IU_CAUSE_COUNT; i++) {
		const struct iu_cause_row *row = iu_cause_row((enum iu_cause)i);

		if (strcmp(row->name, cause) != 0)
			continue;
		return strncmp(row->sentence, WINDOWS_ONLY, prefix) ? row->sentence
								    : row->sentence + prefix;
	}
	return NULL;
}
