/* model/windows.h - what lies between a program and a port on Windows besides sockets */
#ifndef IU_MODEL_WINDOWS_H
#define IU_MODEL_WINDOWS_H

#include "base/arena.h"
#include "model/address.h"

/* Winsock's numbers as they are on Windows, whatever system this is built for (winerror.h). */
enum {
	IU_WSAEACCES = 10013,
	IU_WSAEINVAL = 10022,
	IU_WSAEAFNOSUPPORT = 10047,
	IU_WSAEADDRINUSE = 10048,
	IU_WSAEADDRNOTAVAIL = 10049,
	IU_WSAENOBUFS = 10055,
	IU_WSAECONNREFUSED = 10061,
};

/* The process that stands for the kernel: HTTP.sys, SMB, NetBIOS. */
#define IU_WINDOWS_SYSTEM_PID 4

/* A row of `netsh int ipv4 show excludedportrange`: the list serves both families. */
struct iu_exclusion {
	enum iu_protocol protocol;
	uint16_t first, last;
	bool administered; /* "*": kept out of the dynamic range only, an explicit bind() works */
};

/* Ports that the system gives out by itself. */
struct iu_dynamic_range {
	enum iu_protocol protocol;
	enum iu_family family;
	uint16_t first, last;
};

#define IU_SERVICE_STATES(X)                                                                       \
	X(UNKNOWN, "unknown")                                                                      \
	X(STOPPED, "stopped")                                                                      \
	X(STARTING, "starting")                                                                    \
	X(STOPPING, "stopping")                                                                    \
	X(RUNNING, "running")                                                                      \
	X(PAUSED, "paused")

enum iu_service_state {
#define X(name, text) IU_SERVICE_##name,
	IU_SERVICE_STATES(X)
#undef X
};

#define IU_SERVICE_STARTS(X)                                                                       \
	X(UNKNOWN, "unknown")                                                                      \
	X(BOOT, "boot")                                                                            \
	X(SYSTEM, "system")                                                                        \
	X(AUTO, "auto")                                                                            \
	X(DEMAND, "demand")                                                                        \
	X(DISABLED, "disabled")

enum iu_service_start {
#define X(name, text) IU_SERVICE_START_##name,
	IU_SERVICE_STARTS(X)
#undef X
};

struct iu_service {
	const char *name;    /* as `net stop` takes it: "ALG" */
	const char *display; /* NULL: not known */
	int32_t pid;         /* 0: none, or not known */
	enum iu_service_state state;
	enum iu_service_start start;
	bool shared; /* lives in a process with other services (svchost) */
	bool delayed; /* AUTO: some minutes after the start of Windows */
	/* A copy that a user's session has of it ("CDPUserSvc_3f2a1" of "CDPUserSvc"); NULL: it is none. */
	const char *of_template;
	IU_LIST(const char *) dependents; /* names of those that stop with it */
};

/* A process that serves a request queue. */
struct iu_http_server {
	int32_t pid;
};

/* An address of the IP listen list. */
struct iu_http_listen {
	struct iu_address address;
};

/* A request queue of HTTP.sys, or what stands in for one in a capture. */
struct iu_http_queue {
	const char *name; /* "DefaultAppPool"; NULL: unnamed */
	IU_LIST(struct iu_http_server) servers;
	IU_LIST(const char *) urls; /* as HTTP.sys writes them */
};

/* `netsh http show urlacl`: who may register; no port is taken by it. */
struct iu_http_reservation {
	const char *url, *user;
};

struct iu_port_proxy {
	struct iu_address listen;  /* a wildcard for "*" */
	uint16_t port;
	const char *connect_to;    /* "192.168.101.100" or a name */
	uint16_t connect_port;
	bool any;                  /* "*", which to netsh is another rule than 0.0.0.0 or :: */
	enum iu_tri to_ipv6;       /* which of netsh's four tables it is in; IU_UNKNOWN: not told */
};

/* An entry of the event log that speaks of ports. */
struct iu_event {
	const char *provider; /* "W3SVC", "Microsoft-Windows-HttpEvent", "Tcpip" */
	uint32_t id;          /* without the severity bits: 115, 15005, 4227 */
	int64_t time;         /* seconds since 1970, -1: not known */
	uint32_t code;        /* Win32 or Winsock code in its data, 0: none */
	int32_t pid;          /* 0: not known */
	bool port_known;
	enum iu_protocol protocol;
	struct iu_address address; /* family IU_FAMILY_ANY: not said */
	uint16_t port;
	const char *text;     /* site, URL or message; NULL: none */
};

/*
 * What of a list was looked at completely is in iu_snapshot.seen. Where it was not, an empty list
 * says nothing.
 */
struct iu_windows {
	uint32_t version; /* major << 16 | minor << 8; 0: not known. 5.1 is XP, 5.2 Server 2003 */
	uint32_t build;
	bool wine;
	enum iu_tri elevated;
	IU_LIST(struct iu_exclusion) exclusions;
	IU_LIST(struct iu_dynamic_range) ranges;
	IU_LIST(struct iu_service) services;
	IU_LIST(struct iu_http_queue) http_queues;
	IU_LIST(struct iu_http_reservation) http_reservations;
	IU_LIST(struct iu_http_listen) http_listen; /* empty: every address */
	IU_LIST(struct iu_port_proxy) port_proxies;
	IU_LIST(struct iu_event) events;
};

#endif
