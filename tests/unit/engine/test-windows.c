/* tests/unit/engine/test-windows.c - answers for Windows: causes, remedies, plans, and never a wrong "free" */
#include "scene.h"

#include <stdlib.h>

#include "engine/plan.h"
#include "knowledge/events.h"
#include "knowledge/http-urls.h"

static struct iu_snapshot snap;
static struct iu_arena arena;

/* A Windows 10 that was seen completely. */
static int set_up(void **state)
{
	iu_snapshot_init(&snap);
	snap.seen = IU_FACT_HOST | IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_ADDRESSES |
		    IU_FACT_HOLDERS | IU_FACT_EXCLUSIONS | IU_FACT_SERVICES | IU_FACT_HTTP |
		    IU_FACT_PROXIES | IU_FACT_EVENTS;
	snap.host = (struct iu_host){
		.os = "windows", .user = "PC\\alice", .ipv6 = IU_YES, .now = TEST_NOW};
	snap.sysctls = (struct iu_sysctls){.port_first = -1, .port_last = -1};
	snap.windows.version = 10u << 16;
	put_local(&snap, "127.0.0.1", 8);
	put_local(&snap, "192.0.2.7", 24);
	(void)state;
	return 0;
}

static int tear_down(void **state)
{
	iu_snapshot_free(&snap);
	iu_arena_free(&arena);
	(void)state;
	return 0;
}

static struct iu_socket *row(const char *address, uint16_t port, int32_t pid)
{
	struct iu_socket s = sock(IU_PROTOCOL_TCP, address, IU_STATE_LISTEN);
	struct iu_hold *hold = iu_list_add(&snap.arena, &snap.holds);

	s.port = port;
	s.inode = snap.sockets.n + 1;
	s.reuseaddr = s.reuseport = s.v6only = s.exclusive = s.explicit_port = IU_UNKNOWN;
	s.options_source = IU_SOURCE_NONE;
	s.uid_known = false;
	s.waited_on = IU_UNKNOWN;
	*hold = (struct iu_hold){.inode = s.inode, .pid = pid, .fd = -1};
	return put_socket(&snap, s);
}

static struct iu_process *process(int32_t pid, const char *name, const char *user)
{
	struct iu_process *p = iu_list_add(&snap.arena, &snap.processes);

	*p = (struct iu_process){.pid = pid, .name = name, .user = user, .started = -1,
		.ppid = -1, .pgid = -1, .sid = -1, .state = IU_PROCESS_RUNNING};
	return p;
}

static struct iu_service *service(const char *name, int32_t pid)
{
	struct iu_service *s = iu_list_add(&snap.arena, &snap.windows.services);

	*s = (struct iu_service){
		.name = name, .pid = pid, .state = IU_SERVICE_RUNNING, .start = IU_SERVICE_START_AUTO};
	return s;
}

static void exclude(uint16_t first, uint16_t last, bool administered)
{
	struct iu_exclusion *e = iu_list_add(&snap.arena, &snap.windows.exclusions);

	*e = (struct iu_exclusion){IU_PROTOCOL_TCP, first, last, administered};
}

static void range(uint16_t first, uint16_t last)
{
	struct iu_dynamic_range *r = iu_list_add(&snap.arena, &snap.windows.ranges);

	*r = (struct iu_dynamic_range){IU_PROTOCOL_TCP, IU_FAMILY_IPV4, first, last};
}

static void url(const char *text, const char *queue, int32_t pid)
{
	struct iu_http_queue *q = iu_list_add(&snap.arena, &snap.windows.http_queues);
	struct iu_http_server *server;
	const char **slot;

	q->name = queue;
	slot = iu_list_add(&snap.arena, &q->urls);
	*slot = text;
	if (!pid)
		return;
	server = iu_list_add(&snap.arena, &q->servers);
	server->pid = pid;
}

static void event(const char *provider, uint32_t id, uint32_t code, uint16_t port)
{
	struct iu_event *e = iu_list_add(&snap.arena, &snap.windows.events);

	*e = (struct iu_event){.provider = provider, .id = id, .time = TEST_NOW, .code = code,
		.port_known = port != 0, .port = port, .protocol = IU_PROTOCOL_TCP};
}

static struct iu_verdict why_question(struct iu_question q)
{
	struct iu_verdict v = decide(&arena, &q, &snap);

	print_message("# %s [%s, %s]\n", v.headline, iu_status_name(v.status),
		iu_cause_name(v.cause) ? iu_cause_name(v.cause) : "no cause");
	return v;
}

static struct iu_verdict why(const char *address, uint16_t port)
{
	return why_question(ask(address, port));
}

static struct iu_verdict why_told(const char *address, uint16_t port, int error)
{
	struct iu_question q = ask(address, port);

	q.symptom.from_capture = error;
	return why_question(q);
}

static bool says(const struct iu_strings *strings, const char *part)
{
	size_t i;

	for (i = 0; i < strings->n; i++)
		if (strstr(strings->v[i], part))
			return true;
	return false;
}

static bool blocker_says(const struct iu_verdict *v, const char *part)
{
	return v->blockers.n && says(&v->blockers.v[0].evidence, part);
}

static const char *line(const struct iu_verdict *v, enum iu_remedy_id id)
{
	const char *text = command_line(&arena, remedy(v, id));

	print_message("# %s: %s\n", iu_remedy_name(id), text);
	return text;
}

static bool has_gap(const struct iu_verdict *v, const char *command)
{
	size_t i;

	for (i = 0; i < v->gaps.n; i++)
		if (v->gaps.v[i].fix && strstr(v->gaps.v[i].fix, command))
			return true;
	return false;
}

static void assert_error(const struct iu_verdict *v, enum iu_status status, int number)
{
	assert_int_equal(v->status, status);
	assert_int_equal(v->error_number, number);
	if (number == IU_WSAEADDRINUSE)
		assert_string_equal(v->error, "WSAEADDRINUSE");
	if (number == IU_WSAEACCES)
		assert_string_equal(v->error, "WSAEACCES");
}

static void test_nothing_there(void **state)
{
	static const uint32_t needed[] = {IU_FACT_TCP, IU_FACT_BOUND, IU_FACT_EXCLUSIONS};
	uint32_t all = snap.seen;
	struct iu_verdict v = why(NULL, 3000);
	size_t i;

	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_null(v.error);
	for (i = 0; i < IU_COUNT(needed); i++) {
		snap.seen = all & ~needed[i];
		v = why(NULL, 3000);
		assert_int_equal(v.status, IU_STATUS_UNKNOWN);
		assert_true(v.gaps.n > 0);
	}
	assert_true(has_gap(&v, "show excludedportrange protocol=tcp"));
	snap.seen = all & ~(uint32_t)IU_FACT_BOUND;
	v = why(NULL, 3000);
	assert_true(has_gap(&v, "netstat -anoq"));
	/* before Vista there was no such list */
	snap.seen = all & ~(uint32_t)IU_FACT_EXCLUSIONS;
	snap.windows.version = 5u << 16 | 1u << 8;
	assert_int_equal(why(NULL, 3000).status, IU_STATUS_FREE);
	/* no privileged ports */
	assert_int_equal(why(NULL, 80).status, IU_STATUS_FREE);
	/* a port that ALG may have needs the services */
	snap.seen = all & ~(uint32_t)IU_FACT_SERVICES;
	assert_int_equal(why(NULL, 3000).status, IU_STATUS_FREE);
	v = why(NULL, 5010);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_true(has_gap(&v, "tasklist"));
	(void)state;
}

static void test_other_program(void **state)
{
	struct iu_verdict v;

	row("0.0.0.0", 8080, 50396);
	process(50396, "server1.exe", "PC\\alice");
	v = why(NULL, 8080);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_OTHER_PROGRAM);
	assert_non_null(strstr(v.headline, "server1.exe (pid 50396)"));
	assert_string_equal(line(&v, IU_REMEDY_STOP_PROCESS), "taskkill /PID 50396");
	assert_non_null(strstr(remedy(&v, IU_REMEDY_STOP_PROCESS)->summary, "Stop-Process -Id 50396"));
	assert_null(remedy(&v, IU_REMEDY_SET_REUSEADDR));
	/* --for: the list of processes has names only */
	{
		struct iu_question q = ask(NULL, 8080);

		q.asker.program = "SERVER1";
		q.asker.program_known = true;
		v = why_question(q);
		assert_int_equal(v.cause, IU_CAUSE_ALREADY_RUNNING);
		assert_non_null(remedy(&v, IU_REMEDY_REUSE_INSTANCE));
		q.asker.program = "C:\\other\\server.exe";
		assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	}
	/* a specific address beside a wildcard: depends on what was not seen */
	v = why("127.0.0.1", 8080);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	snap.sockets.v[0].exclusive = IU_NO;
	snap.sockets.v[0].reuseaddr = IU_NO;
	v = why("127.0.0.1", 8080);
	assert_int_equal(v.status, IU_STATUS_FREE); /* one account: it works, and shadows */
	assert_true(says(&v.warnings, "shadowed: server1.exe"));
	snap.processes.v[0].user = "PC\\bob";
	v = why("127.0.0.1", 8080);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUSIVE_USE);
	assert_true(blocker_says(&v, "another account"));
	snap.processes.v[0].user = "PC\\alice";
	snap.sockets.v[0].exclusive = IU_YES;
	v = why("127.0.0.1", 8080);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUSIVE_USE);
	assert_true(blocker_says(&v, "no matter of rights"));
	(void)state;
}

static void test_options(void **state)
{
	struct iu_question q = ask("0.0.0.0", 8080);
	struct iu_verdict v;

	row("127.0.0.1", 8080, 77);
	process(77, "node.exe", "PC\\alice");
	v = why_question(q); /* the case that surprises: it works, and loopback goes to node */
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_true(says(&v.warnings, "shadowed: node.exe (pid 77) has 127.0.0.1:8080"));
	snap.seen &= ~(uint32_t)IU_FACT_BOUND;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_true(says(&v.warnings, "node.exe (pid 77)"));
	snap.seen |= IU_FACT_BOUND;
	q.options.exclusive = true;
	v = why_question(q);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	q.options.reuseaddr = true; /* both: WSAEINVAL */
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.error_number, IU_WSAEINVAL);
	q.options.exclusive = false;
	snap.sockets.v[0].local = addr("0.0.0.0");
	v = why_question(q); /* R over an unknown wildcard */
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	snap.sockets.v[0].reuseaddr = snap.sockets.v[0].exclusive = IU_NO;
	v = why_question(q);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES); /* with SO_REUSEADDR never 10048 */
	snap.sockets.v[0].reuseaddr = IU_YES;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_FREE); /* the hijack that no call reports */
	assert_true(says(&v.warnings, "shadowed: node.exe"));
	(void)state;
}

static void test_two_holders(void **state)
{
	struct iu_verdict v;

	row("0.0.0.0", 80, 10);
	row("0.0.0.0", 80, 20);
	process(10, "com.docker.backend.exe", NULL);
	process(20, "svchost.exe", NULL);
	service("iphlpsvc", 20);
	v = why(NULL, 80);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.blockers.n, 2);
	assert_true(says(&v.warnings, "shadowed: 2 holders share this port"));
	assert_int_equal(v.cause, IU_CAUSE_CONTAINER_PORT);
	assert_string_equal(line(&v, IU_REMEDY_STOP_CONTAINER), "docker ps --filter publish=80");
	(void)state;
}

/* With no socket a plain bind() does not mind what connections left; an exclusive one may. */
static void test_closing(void **state)
{
	struct iu_question q = ask("0.0.0.0", 8080);
	struct iu_socket *s = row("192.0.2.7", 8080, 0);
	struct iu_verdict v;

	s->state = IU_STATE_TIME_WAIT;
	s->inode = 0;
	snap.holds.n = 0;
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	q.options.exclusive = true;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.cause, IU_CAUSE_TIME_WAIT);
	assert_non_null(remedy(&v, IU_REMEDY_WAIT));
	assert_null(remedy(&v, IU_REMEDY_SET_REUSEADDR));
	q.symptom.from_capture = IU_WSAEADDRINUSE;
	v = why_question(q);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	snap.sockets.v[0].state = IU_STATE_ESTABLISHED;
	q.symptom.from_capture = 0;
	v = why_question(q);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	(void)state;
}

static void test_excluded(void **state)
{
	struct iu_verdict v;

	exclude(50000, 50059, true);
	exclude(50060, 50159, false);
	exclude(44620, 48715, false);
	exclude(5357, 5357, false);
	assert_int_equal(why(NULL, 50030).status, IU_STATUS_FREE); /* by hand: bind() works */
	v = why(NULL, 50100);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUDED_RANGE);
	assert_int_equal(v.blockers.n, 0);
	assert_non_null(strstr(v.headline, "50060-50159"));
	assert_true(says(&v.evidence, "WinNAT"));
	assert_string_equal(line(&v, IU_REMEDY_EXCLUDE_PORT),
		"cmd /c net stop winnat & netsh int ipv4 add excludedportrange protocol=tcp startport=50100 numberofports=1 store=persistent & net start winnat");
	assert_true(remedy(&v, IU_REMEDY_EXCLUDE_PORT)->needs_root);
	assert_null(remedy(&v, IU_REMEDY_RESTORE_RANGE));
	v = why(NULL, 50150); /* the first beyond the block */
	assert_non_null(strstr(remedy(&v, IU_REMEDY_USE_PORT)->summary, "50160"));
	v = why(NULL, 45000);
	assert_true(says(&v.evidence, "WSL in mirrored mode"));
	assert_non_null(strstr(line(&v, IU_REMEDY_EXCLUDE_PORT), "wsl --shutdown"));
	v = why(NULL, 5357);
	assert_true(says(&v.evidence, "HTTP.sys"));
	/* the list is per protocol */
	{
		struct iu_question q = ask(NULL, 50100);

		q.target.protocol = IU_PROTOCOL_UDP;
		assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	}
	/* the dynamic range that begins at 1024: the root cause */
	range(1024, 64999);
	exclude(2950, 3049, false);
	v = why(NULL, 3000);
	assert_true(says(&v.evidence, "root cause: the dynamic range is 1024-64999"));
	assert_string_equal(line(&v, IU_REMEDY_RESTORE_RANGE),
		"netsh int ipv4 set dynamicport tcp start=49152 num=16384");
	(void)state;
}

static void test_http_sys(void **state)
{
	struct iu_verdict v;

	row("0.0.0.0", 80, 4);
	row("::", 80, 4);
	v = why(NULL, 80);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_HTTP_SYS);
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS)); /* never pid 4 */
	assert_non_null(strstr(line(&v, IU_REMEDY_STOP_SERVICE), "show servicestate"));
	exclude(80, 80, false);
	v = why(NULL, 80);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_HTTP_SYS);
	assert_int_equal(v.blockers.v[0].certain, IU_YES);
	service("W3SVC", 700);
	v = why(NULL, 80);
	assert_string_equal(line(&v, IU_REMEDY_STOP_SERVICE), "net stop W3SVC");
	assert_string_equal(line(&v, IU_REMEDY_DISABLE_SERVICE),
		"sc.exe config W3SVC start= disabled");
	assert_non_null(remedy(&v, IU_REMEDY_BIND_ADDRESS));
	url("HTTP://+:80/116B50EB-ECE2-41AC-8429-9F9E963361B7/", NULL, 0);
	v = why(NULL, 80);
	assert_string_equal(line(&v, IU_REMEDY_STOP_SERVICE), "net stop PeerDistSvc");
	assert_non_null(strstr(v.headline, "BranchCache"));
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	/* not elevated, no list: the message decides which code it was */
	snap.seen &= ~(uint32_t)IU_FACT_EXCLUSIONS;
	snap.windows.exclusions.n = 0;
	v = why(NULL, 80);
	assert_true(says(&v.caveats, "WSAEACCES (10013)"));
	v = why_told(NULL, 80, IU_WSAEACCES);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_HTTP_SYS);
	(void)state;
}

/* A program that asked HTTP.sys by itself; and only `netsh http show servicestate` at hand. */
static void test_http_program(void **state)
{
	struct iu_verdict v;

	url("HTTP://+:5005/TEMPORARY_LISTEN_ADDRESSES/X/", "Request queue 1", 900);
	process(900, "wcfhost.exe", "PC\\alice");
	snap.seen = IU_FACT_HTTP;
	v = why(NULL, 5005);
	assert_int_equal(v.cause, IU_CAUSE_HTTP_SYS);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_true(says(&v.evidence, "a WCF program"));
	assert_string_equal(line(&v, IU_REMEDY_STOP_PROCESS), "taskkill /PID 900");
	snap.windows.http_queues.v[0].servers.v[0].pid = IU_WINDOWS_SYSTEM_PID;
	v = why(NULL, 5005);
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS)); /* never pid 4 */
	assert_int_equal(iu_http_url_port("HTTPS://[::1]:8443:192.0.2.7/x"), 8443);
	assert_int_equal(iu_http_url_port("http://+:80"), 80);
	assert_int_equal(iu_http_url_port("https://host/x"), 443);
	assert_int_equal(iu_http_url_port("http://host:99999/"), 0);
	assert_int_equal(iu_http_url_port("http://host:8x/"), 0);
	assert_int_equal(iu_http_url_port("[::"), 0);
	(void)state;
}

/* Microsoft KB 943710. */
static void test_alg(void **state)
{
	struct iu_verdict v;

	service("ALG", 1500);
	service("SharedAccess", 1020);
	snap.windows.version = 5u << 16 | 2u << 8;
	v = why(NULL, 5010);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_ALG_RESERVED);
	assert_true(says(&v.evidence, "5001-5032"));
	assert_string_equal(line(&v, IU_REMEDY_STOP_SERVICE), "net stop ALG");
	assert_non_null(strstr(remedy(&v, IU_REMEDY_STOP_SERVICE)->summary, "FTP"));
	assert_string_equal(line(&v, IU_REMEDY_DISABLE_SERVICE),
		"sc.exe config ALG start= disabled");
	assert_int_equal(why(NULL, 5000).status, IU_STATUS_FREE);
	assert_int_equal(why(NULL, 5033).status, IU_STATUS_FREE);
	/* not documented for newer systems */
	snap.windows.version = 10u << 16;
	v = why(NULL, 5032);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.cause, IU_CAUSE_ALG_RESERVED);
	v = why_told(NULL, 5010, IU_WSAEADDRINUSE);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_ALG_RESERVED);
	/* without Internet Connection Sharing nothing is reserved */
	snap.windows.services.v[1].state = IU_SERVICE_STOPPED;
	snap.windows.services.v[1].pid = 0;
	assert_int_equal(why(NULL, 5010).status, IU_STATUS_FREE);
	/* its own row names it */
	row("0.0.0.0", 5010, 1500);
	process(1500, "alg.exe", NULL);
	v = why(NULL, 5010);
	assert_int_equal(v.cause, IU_CAUSE_ALG_RESERVED);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	(void)state;
}

/* Microsoft Q261194: the Web service does not start, and somebody else has port 80. */
static void test_event_115(void **state)
{
	struct iu_verdict v;

	row("0.0.0.0", 80, 640);
	process(640, "MSProxy.exe", NULL);
	event("W3SVC", 115, 10048, 80);
	v = why(NULL, 80);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_OTHER_PROGRAM);
	assert_non_null(strstr(v.headline, "MSProxy.exe (pid 640)"));
	assert_true(says(&v.evidence, "event log: W3SVC 115"));
	assert_false(says(&v.caveats, "IISADMIN")); /* not on Windows 10 */
	assert_string_equal(line(&v, IU_REMEDY_STOP_PROCESS), "taskkill /PID 640");
	snap.windows.version = 0;
	v = why(NULL, 80);
	assert_true(says(&v.caveats, "IISADMIN"));
	/* 34 00 00 00: no port conflict at all */
	snap.windows.events.v[0].code = 52;
	v = why(NULL, 80);
	assert_true(says(&v.caveats, "no port conflict"));
	assert_true(iu_event_no_conflict(52));
	assert_false(iu_event_no_conflict(10048));
	assert_non_null(iu_event_row("Microsoft-Windows-HttpEvent", 15005));
	(void)state;
}

static void test_service(void **state)
{
	struct iu_service *s;
	struct iu_verdict v;

	row("0.0.0.0", 3389, 1200);
	row("0.0.0.0", 9000, 1300);
	process(1200, "svchost.exe", NULL);
	process(1300, "svchost.exe", NULL);
	s = service("TermService", 1200);
	s->display = "Remote Desktop Services";
	v = why(NULL, 3389);
	assert_int_equal(v.cause, IU_CAUSE_SERVICE);
	assert_non_null(strstr(v.headline, "the service TermService (svchost.exe (pid 1200)) listens on all IPv4 addresses"));
	assert_string_equal(v.blockers.v[0].socket.unit, "TermService");
	assert_string_equal(line(&v, IU_REMEDY_STOP_SERVICE), "net stop TermService");
	/* several in one process, none of them known for the port */
	service("One", 1300)->shared = true;
	service("Two", 1300)->shared = true;
	v = why(NULL, 9000);
	assert_int_equal(v.cause, IU_CAUSE_SERVICE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	assert_string_equal(line(&v, IU_REMEDY_STOP_SERVICE), "netstat -anob");
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS));
	(void)state;
}

static void test_stand_ins(void **state)
{
	struct iu_port_proxy *proxy;
	struct iu_verdict v;

	row("0.0.0.0", 4000, 20);
	row("127.0.0.1", 3000, 30);
	row("0.0.0.0", 7000, 4711);
	row("0.0.0.0", 445, 4);
	process(20, "svchost.exe", NULL);
	process(30, "wslrelay.exe", "PC\\alice");
	process(50, "helper.exe", "PC\\alice")->ppid = 4711;
	service("iphlpsvc", 20);
	service("Other", 20);
	proxy = iu_list_add(&snap.arena, &snap.windows.port_proxies);
	*proxy = (struct iu_port_proxy){addr("0.0.0.0"), 4000, "192.0.2.100", 4000};
	v = why(NULL, 4000);
	assert_int_equal(v.cause, IU_CAUSE_PORT_PROXY);
	assert_string_equal(line(&v, IU_REMEDY_DELETE_PORTPROXY),
		"netsh interface portproxy delete v4tov4 listenport=4000 listenaddress=0.0.0.0");
	v = why("127.0.0.1", 3000);
	assert_int_equal(v.cause, IU_CAUSE_PORT_FORWARD);
	assert_string_equal(line(&v, IU_REMEDY_STOP_PROCESS),
		"wsl -u root -e ss -ltnp sport = :3000");
	v = why(NULL, 7000);
	assert_int_equal(v.cause, IU_CAUSE_ORPHANED_HANDLE);
	assert_string_equal(line(&v, IU_REMEDY_STOP_PROCESS), "taskkill /PID 50");
	v = why(NULL, 445);
	assert_int_equal(v.cause, IU_CAUSE_KERNEL_SOCKET);
	assert_string_equal(line(&v, IU_REMEDY_KERNEL_HINT), "net stop LanmanServer");
	/* where processes were not looked at nobody is called gone */
	snap.seen &= ~(uint32_t)IU_FACT_HOLDERS;
	assert_int_not_equal(why(NULL, 7000).cause, IU_CAUSE_ORPHANED_HANDLE);
	(void)state;
}

/* The code in the message says what it cannot be. */
static void test_udp(void **state)
{
	struct iu_question q = ask(NULL, 5353);
	struct iu_verdict v;
	struct iu_socket *s;

	q.target.protocol = IU_PROTOCOL_UDP;
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	snap.seen &= ~(uint32_t)(IU_FACT_TCP | IU_FACT_BOUND); /* they say nothing about UDP */
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	s = row("0.0.0.0", 5353, 20);
	s->protocol = IU_PROTOCOL_UDP;
	s->state = IU_STATE_BOUND;
	process(20, "svchost.exe", NULL);
	service("Dnscache", 20);
	v = why_question(q);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_SERVICE);
	snap.sockets.v[0].reuseaddr = IU_YES; /* mDNS: everybody who asks the same way may join */
	q.options.reuseaddr = true;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_true(says(&v.warnings, "shadowed: svchost.exe"));
	snap.seen &= ~(uint32_t)IU_FACT_UDP;
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	q.target.address = addr("255.255.255.255");
	q.target.family = IU_FAMILY_IPV4;
	v = why_question(q);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	(void)state;
}

static void test_told(void **state)
{
	uint32_t all = snap.seen;
	struct iu_verdict v;

	/* everything seen, nothing there: the message is older than the look */
	v = why_told("0.0.0.0", 3000, IU_WSAEADDRINUSE);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	snap.seen = all & ~(uint32_t)IU_FACT_EXCLUSIONS;
	v = why_told("0.0.0.0", 3000, IU_WSAEACCES);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUDED_RANGE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	assert_true(has_gap(&v, "show excludedportrange"));
	snap.seen = all & ~(uint32_t)IU_FACT_BOUND;
	v = why_told("0.0.0.0", 3000, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_POLICY_DENIED);
	v = why_told("0.0.0.0", 3000, IU_WSAEADDRINUSE);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_HIDDEN_HOLDER);
	/* 10013 on a wildcard that somebody listens on: only with SO_REUSEADDR */
	row("0.0.0.0", 8000, 60);
	process(60, "app.exe", "PC\\alice");
	v = why_told("0.0.0.0", 8000, IU_WSAEACCES);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUSIVE_USE);
	assert_true(says(&v.caveats, "SO_REUSEADDR"));
	/* 10048 on a specific address is never due to a wildcard holder */
	v = why_told("127.0.0.1", 8000, IU_WSAEADDRINUSE);
	assert_int_equal(v.cause, IU_CAUSE_HIDDEN_HOLDER);
	v = why_told("127.0.0.1", 8000, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUSIVE_USE);
	v = why_told("198.51.100.1", 8000, 10049);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.cause, IU_CAUSE_ADDRESS_NOT_LOCAL);
	/* an errno of Linux says nothing about Windows */
	v = why_told("0.0.0.0", 8000, EADDRINUSE);
	assert_error(&v, IU_STATUS_IN_USE, IU_WSAEADDRINUSE);
	(void)state;
}

static void test_exhausted(void **state)
{
	struct iu_question q = ask("0.0.0.0", 0);
	struct iu_verdict v;
	uint16_t port;

	range(50000, 50009);
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	process(60, "leaky.exe", NULL);
	for (port = 50000; port <= 50009; port++) {
		struct iu_socket *s = row("192.0.2.7", port, 60);

		s->state = IU_STATE_CLOSE_WAIT;
	}
	event("Tcpip", 4231, 0, 0);
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.error_number, IU_WSAENOBUFS);
	assert_string_equal(v.error, "WSAENOBUFS");
	assert_int_equal(v.cause, IU_CAUSE_EPHEMERAL_EXHAUSTED);
	assert_true(blocker_says(&v, "leaky.exe"));
	assert_true(says(&v.evidence, "4231"));
	q.target.port = 443;
	q.symptom.connects = true;
	q.symptom.from_capture = IU_WSAEADDRINUSE;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_EPHEMERAL_EXHAUSTED);
	assert_int_equal(v.operation, IU_OPERATION_CONNECT);
	(void)state;
}

static struct iu_probe *probe(const char *address, uint16_t port, int result)
{
	put_probe(&snap, address, port, false, result);
	snap.probes.v[snap.probes.n - 1].v6only = IU_UNKNOWN;
	return &snap.probes.v[snap.probes.n - 1];
}

/* The excluded ranges could not be seen: with --probe the wildcard and the neighbours are asked. */
static void test_probe_block(void **state)
{
	struct iu_question q = ask("127.0.0.1", 3000);
	struct iu_probes wanted = {0};
	struct iu_verdict v;
	size_t i;

	q.how.probe = IU_PROBE_ALWAYS;
	snap.seen &= ~(uint32_t)(IU_FACT_BOUND | IU_FACT_EXCLUSIONS);
	assert_int_equal(iu_probes_wanted(&arena, &q, &snap, &wanted), 0);
	assert_int_equal(wanted.n, 6); /* the one that was asked for, and 2998-3002 on the wildcard */
	for (i = 1; i < wanted.n; i++)
		assert_int_equal(wanted.v[i].port, 2997 + i);
	q.how.probe = IU_PROBE_AUTO;
	wanted.n = 0;
	assert_int_equal(iu_probes_wanted(&arena, &q, &snap, &wanted), 0);
	assert_int_equal(wanted.n, 1); /* others' ports only for who insists */
	q.how.probe = IU_PROBE_ALWAYS;
	probe("127.0.0.1", 3000, IU_WSAEACCES);
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUDED_RANGE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	/* the port at the end of a block */
	probe("0.0.0.0", 3000, IU_WSAEACCES);
	probe("0.0.0.0", 2999, IU_WSAEACCES);
	probe("0.0.0.0", 2998, IU_WSAEACCES);
	probe("0.0.0.0", 3001, 0);
	v = why_question(q);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUDED_RANGE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	assert_true(says(&v.evidence, "a whole block"));
	/* a gap in it: this port alone */
	snap.probes.v[2].result = 0;
	v = why_question(q);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	assert_false(says(&v.evidence, "a whole block"));
	/* in use for the wildcard, denied below it: somebody has it exclusively */
	snap.probes.v[1].result = IU_WSAEADDRINUSE;
	v = why_question(q);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_HIDDEN_HOLDER);
	snap.probes.v[1].result = 0;
	assert_int_equal(why_question(q).cause, IU_CAUSE_POLICY_DENIED);
	(void)state;
}

static void test_probe(void **state)
{
	struct iu_verdict v;

	snap.seen &= ~(uint32_t)(IU_FACT_BOUND | IU_FACT_EXCLUSIONS);
	probe("0.0.0.0", 3000, 0);
	v = why("0.0.0.0", 3000);
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	snap.probes.v[0].result = IU_WSAEACCES;
	v = why("0.0.0.0", 3000);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_string_equal(v.probe, "WSAEACCES");
	assert_int_equal(v.cause, IU_CAUSE_EXCLUDED_RANGE);
	row("0.0.0.0", 3000, 60);
	snap.probes.v[0].result = IU_WSAEADDRINUSE;
	v = why("0.0.0.0", 3000);
	assert_int_equal(v.cause, IU_CAUSE_ORPHANED_HANDLE); /* no process has that pid */
	process(60, "app.exe", NULL);
	v = why("0.0.0.0", 3000);
	assert_int_equal(v.confidence, IU_CONFIDENCE_PROVEN);
	snap.probes.v[0].result = 0;
	v = why("0.0.0.0", 3000);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN); /* rules and system disagree */
	snap.windows.wine = true;
	v = why("0.0.0.0", 3000);
	assert_int_equal(v.status, IU_STATUS_FREE); /* Wine's rules are its own */
	(void)state;
}

/* ---- words ---- */

static bool has_linux_words(const char *text)
{
	static const char *const words[] = {"root", "SIGTERM", "kill -", "systemctl", "sysctl", "/proc",
		"descriptor", "netns", "namespace", "setcap", "errno 98", " EADDRINUSE", "(98)",
		"kernel list"};
	size_t i;

	for (i = 0; text && i < IU_COUNT(words); i++)
		if (strstr(text, words[i])) {
			/* "view=requestq", "root cause" and `wsl -u root` are Windows' own */
			if (!strcmp(words[i], "root") &&
				(strstr(text, "root cause") || strstr(text, "-u root")))
				continue;
			print_message("# \"%s\" in: %s\n", words[i], text);
			return true;
		}
	return false;
}

static void check_words(const struct iu_question *q)
{
	struct iu_verdict v = decide(&arena, q, &snap);
	struct iu_explanation explanation;
	size_t i, k;

	assert_int_equal(iu_describe(&arena, q, &snap, &v, &explanation), 0);
	assert_false(has_linux_words(explanation.headline));
	for (i = 0; i < explanation.parts.n; i++)
		for (k = 0; k < explanation.parts.v[i].lines.n; k++)
			assert_false(has_linux_words(explanation.parts.v[i].lines.v[k]));
	for (i = 0; i < explanation.steps.n; i++) {
		assert_false(has_linux_words(explanation.steps.v[i].text));
		assert_false(has_linux_words(explanation.steps.v[i].command));
	}
}

static void test_words(void **state)
{
	static const uint16_t ports[] = {80, 445, 3000, 3389, 4000, 5010, 7000, 8080, 8090, 8091,
		50100};
	size_t i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < IU_COUNT(ports); i++) {
			struct iu_question q = ask(round ? "127.0.0.1" : NULL, ports[i]);

			check_words(&q);
			q.symptom.from_capture = round ? IU_WSAEACCES : IU_WSAEADDRINUSE;
			check_words(&q);
		}
		row("0.0.0.0", 80, 4);
		row("0.0.0.0", 445, 4);
		row("0.0.0.0", 3389, 20);
		row("0.0.0.0", 7000, 4711);
		row("0.0.0.0", 8080, 60);
		row("0.0.0.0", 8090, -1)->inode = 0;
		row("0.0.0.0", 8091, 60)->state = IU_STATE_BOUND;
		process(20, "svchost.exe", NULL);
		process(60, "a b&c.exe", "PC\\bob");
		service("TermService", 20);
		exclude(50000, 50099, false);
		exclude(50100, 50199, false);
	}
	(void)state;
}

static void test_explanation(void **state)
{
	struct iu_question q = ask(NULL, 50100);
	struct iu_verdict v;
	struct iu_explanation explanation;
	size_t i;
	bool command = false;

	exclude(50060, 50159, false);
	v = decide(&arena, &q, &snap);
	assert_int_equal(iu_describe(&arena, &q, &snap, &v, &explanation), 0);
	assert_string_equal(explanation.headline,
		"Port 50100/tcp may not be bound: Windows has excluded the ports 50060-50159 (WSAEACCES).");
	for (i = 0; i < explanation.steps.n; i++)
		command |= explanation.steps.v[i].command &&
			   !strcmp(explanation.steps.v[i].command,
				   "cmd /c \"net stop winnat & netsh int ipv4 add excludedportrange protocol=tcp startport=50100 numberofports=1 store=persistent & net start winnat\"");
	assert_true(command);
	assert_non_null(strstr(explanation.steps.v[0].text, "(as administrator)"));
	(void)state;
}

/* A capture may name a service as it likes: what is printed to be copied must not do more. */
static void test_hostile_names(void **state)
{
	static const char *const names[] = {"x\" & calc & \"", "a;calc", "a$(calc)", "%COMSPEC%",
		"a\ncalc", "\xe2\x80\x99;calc", "MSSQL$SQLEXPRESS"};
	size_t i;

	for (i = 0; i < IU_COUNT(names); i++) {
		struct iu_question q = ask(NULL, 6000);
		struct iu_verdict v;
		struct iu_explanation explanation;
		const char *command, *summary;

		row("0.0.0.0", 6000, 30);
		process(30, names[i], NULL);
		service(names[i], 30);
		v = decide(&arena, &q, &snap);
		assert_int_equal(iu_describe(&arena, &q, &snap, &v, &explanation), 0);
		command = explanation.steps.v[0].command;
		summary = remedy(&v, IU_REMEDY_DISABLE_SERVICE)->summary;
		print_message("# %s | %s\n", command, summary);
		assert_null(strpbrk(command, "\n%`"));
		assert_null(strstr(command, "$("));
		assert_null(strstr(command, "\" &"));
		assert_true(!strchr(command, ';') || strchr(command, '"'));
		assert_null(strpbrk(summary, "\n"));
		assert_null(strstr(summary, "-Name a;"));
		tear_down(state);
		set_up(state);
	}
	(void)state;
}

/* ---- the three articles, word for word ---- */

/* A explanation without its "who", as people read it; long lines are not wrapped here. */
static const char *told(uint16_t port)
{
	struct iu_question q = ask(NULL, port);
	struct iu_verdict v = decide(&arena, &q, &snap);
	struct iu_explanation explanation;
	const char *text, *line;
	size_t i, k, len;

	assert_int_equal(iu_describe(&arena, &q, &snap, &v, &explanation), 0);
	text = iu_arena_printf(&arena, "%s\n", explanation.headline);
	for (i = 0; i < explanation.parts.n; i++)
		for (k = 0; k < explanation.parts.v[i].lines.n; k++)
			text = iu_arena_printf(&arena, "%s%s: %s\n", text,
				explanation.parts.v[i].label, explanation.parts.v[i].lines.v[k]);
	for (i = 0; i < explanation.steps.n; i++)
		text = iu_arena_printf(&arena, "%s%zu. %s\n%s%s%s", text, i + 1,
			explanation.steps.v[i].text, explanation.steps.v[i].command ? "   " : "",
			explanation.steps.v[i].command ? explanation.steps.v[i].command : "",
			explanation.steps.v[i].command ? "\n" : "");
	for (line = text; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		print_message("# %.*s\n", (int)len, line);
	}
	return text;
}

static void test_articles(void **state)
{
	struct iu_process *server;

	/* KB 943710 */
	service("ALG", 1500)->start = IU_SERVICE_START_DEMAND;
	service("SharedAccess", 1020);
	snap.windows.version = 5u << 16 | 2u << 8;
	assert_string_equal(told(5010),
		"Port 5010/tcp is in use: the Application Layer Gateway service reserves TCP 5001-5032.\n"
		"but: For a wildcard address Windows may report it only in listen().\n"
		"but: this is likely, not proven\n"
		"cause: alg-reserved (likely): Windows: the Application Layer Gateway service reserves TCP 5001-5032 for Internet Connection Sharing\n"
		"cause: the Application Layer Gateway service (ALG) reserves TCP 5001-5032 while Internet Connection Sharing is on, by design (Microsoft KB 943710)\n"
		"cause: ALG and SharedAccess (Internet Connection Sharing) both run\n"
		"rule: bind() fails with WSAEADDRINUSE (10048)\n"
		"1. stop the service ALG; FTP through the shared connection stops working; it is back after the next start of Windows if it starts by itself (PowerShell: Stop-Service -Name ALG) (as administrator)\n"
		"   net stop ALG\n"
		"2. keep ALG from starting again; undo: sc.exe config ALG start= demand (PowerShell: Set-Service -Name ALG -StartupType Disabled) (as administrator)\n"
		"   sc.exe config ALG start= disabled\n"
		"3. use a free port\n"
		"   5033\n");
	/* Q261194, on Windows XP */
	snap.windows.version = 5u << 16 | 1u << 8;
	row("0.0.0.0", 80, 640);
	process(640, "MSProxy.exe", NULL);
	event("W3SVC", 115, 10048, 80);
	assert_string_equal(told(80),
		"Port 80/tcp is in use: MSProxy.exe (pid 640) listens on all IPv4 addresses.\n"
		"who: MSProxy.exe\t(pid 640)\n"
		"why: both want all addresses\n"
		"but: For a wildcard address Windows may report it only in listen().\n"
		"but: On IIS before 6.0 stop IISADMIN first (net stop iisadmin /y), then netstat shows who else listens; resetting TCP/IP helps only right after IIS 5 was installed over IIS 4.\n"
		"but: this is likely, not proven\n"
		"cause: other-program (likely): another program listens or is bound there, and runs\n"
		"cause: event log: W3SVC 115 of 2023-11-14 22:13:20 UTC, the Web service could not bind a site to its address: 10048, the address is in use\n"
		"cause: MSProxy.exe (pid 640) listens on 0.0.0.0:80\n"
		"rule: bind() to 0.0.0.0:80 fails with WSAEADDRINUSE (10048): both want all addresses\n"
		"1. stop MSProxy.exe (pid 640); with /F at once, and what is not saved is lost (PowerShell: Stop-Process -Id 640) (as administrator)\n"
		"   taskkill /PID 640\n"
		"2. use a free port\n"
		"   81\n");
	/* "netstat -nao", then tasklist */
	row("0.0.0.0", 8080, 50396);
	server = process(50396, "server1.exe", "PC\\alice");
	server->started = TEST_NOW - 7300;
	assert_string_equal(told(8080),
		"Port 8080/tcp is in use: server1.exe (pid 50396) listens on all IPv4 addresses.\n"
		"who: server1.exe\t(pid 50396, user PC\\alice, running for 2 h)\n"
		"why: both want all addresses\n"
		"but: For a wildcard address Windows may report it only in listen().\n"
		"but: this is likely, not proven\n"
		"cause: other-program (likely): another program listens or is bound there, and runs\n"
		"cause: server1.exe (pid 50396) listens on 0.0.0.0:8080\n"
		"rule: bind() to 0.0.0.0:8080 fails with WSAEADDRINUSE (10048): both want all addresses\n"
		"since: server1.exe (pid 50396): 2023-11-14 20:11:40 UTC, 2 h ago\n"
		"1. stop server1.exe (pid 50396); with /F at once, and what is not saved is lost (PowerShell: Stop-Process -Id 50396)\n"
		"   taskkill /PID 50396\n"
		"2. use a free port\n"
		"   8081\n");
	(void)state;
}

/* ---- plans ---- */

static struct iu_plan plan(uint16_t port, struct iu_plan_rules rules)
{
	struct iu_question q = ask(NULL, port);
	struct iu_verdict v = decide(&arena, &q, &snap);
	struct iu_plan p;

	assert_int_equal(iu_plan(&arena, &q, &snap, &snap, &v, &rules, &p), 0);
	print_message("# %s\n", p.headline);
	return p;
}

static void test_plan(void **state)
{
	const int32_t ancestors[] = {61};
	struct iu_plan_rules rules = {.grace_seconds = 5};
	struct iu_process *app;
	struct iu_service *s;
	struct iu_plan p;

	row("0.0.0.0", 8080, 60);
	row("127.0.0.1", 9090, 60);
	row("0.0.0.0", 80, 4);
	row("0.0.0.0", 3389, 20);
	row("0.0.0.0", 6000, 30);
	row("0.0.0.0", 135, 40);
	app = process(60, "app.exe", "PC\\alice");
	app->exe = "C:\\app\\app.exe";
	app->start_ticks = 1234567;
	process(20, "svchost.exe", NULL);
	process(30, "svc.exe", NULL);
	process(40, "svchost.exe", NULL);
	p = plan(8080, rules);
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_int_equal(p.steps.n, 1);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_TERMINATE);
	assert_int_equal(p.steps.v[0].lever.process.pid, 60);
	assert_int_equal(p.steps.v[0].lever.process.start_ticks, 1234567);
	assert_string_equal(p.steps.v[0].lever.process.path, "C:\\app\\app.exe");
	assert_int_equal(p.steps.v[0].lever.process.port, 8080);
	assert_false(p.steps.v[0].kill);
	assert_true(says(&p.steps.v[0].serves, "127.0.0.1:9090"));
	rules.force = true;
	p = plan(8080, rules);
	assert_true(p.steps.v[0].kill);
	rules.force = false;
	/* ancestors, other accounts, the pid itself */
	rules.ancestors = ancestors;
	rules.ancestor_count = 1;
	snap.processes.v[0].pid = 61;
	snap.holds.v[0].pid = 61;
	assert_int_equal(plan(8080, rules).kind, IU_PLAN_REFUSED);
	rules.ancestor_count = 0;
	snap.processes.v[0].user = "PC\\bob";
	assert_int_equal(plan(8080, rules).kind, IU_PLAN_REFUSED);
	snap.processes.v[0].user = "PC\\alice";
	snap.host.pid = 61;
	assert_int_not_equal(plan(8080, rules).kind, IU_PLAN_READY);
	snap.host.pid = 0;
	snap.processes.v[0].name = "lsass.exe";
	assert_int_equal(plan(8080, rules).kind, IU_PLAN_REFUSED);
	/* pid 4, and a svchost of which no service is known */
	p = plan(80, rules);
	assert_int_equal(p.kind, IU_PLAN_REFUSED);
	assert_int_equal(p.steps.n, 0);
	assert_int_equal(plan(3389, rules).kind, IU_PLAN_REFUSED);
	/* services: with what depends on them; never those that everything needs */
	s = service("MyServer", 30);
	*(const char **)iu_list_add(&snap.arena, &s->dependents) = "MyAgent";
	p = plan(6000, rules);
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_STOP_SERVICE);
	assert_string_equal(p.steps.v[0].lever.service.name, "MyServer");
	assert_int_equal(p.steps.v[0].lever.service.pid, 30);
	assert_string_equal(p.steps.v[0].lever.service.dependents.v[0], "MyAgent");
	assert_true(says(&p.steps.v[0].losses, "MyAgent"));
	s->dependents.v[0] = "LanmanServer";
	assert_int_equal(plan(6000, rules).kind, IU_PLAN_REFUSED);
	service("RpcSs", 40);
	assert_int_equal(plan(135, rules).kind, IU_PLAN_REFUSED);
	service("W3SVC", 700);
	p = plan(80, rules);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_STOP_SERVICE);
	assert_string_equal(p.steps.v[0].lever.service.name, "W3SVC");
	/* rules and ranges */
	exclude(50000, 50099, false);
	assert_int_equal(plan(50010, rules).kind, IU_PLAN_REFUSED); /* WSL loses its network */
	rules.force = true;
	p = plan(50010, rules);
	rules.force = false;
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_EXCLUDE_PORT);
	assert_int_equal(p.steps.v[0].risk, IU_RISK_HIGH);
	assert_int_equal(p.steps.v[0].lever.exclusion.first, 50010);
	assert_int_equal(p.steps.v[0].lever.exclusion.count, 1);
	exclude(47001, 47001, false);
	assert_int_equal(plan(47001, rules).kind, IU_PLAN_REFUSED);
	(void)state;
}

static void hold(uint64_t inode, int32_t pid)
{
	struct iu_hold *slot = iu_list_add(&snap.arena, &snap.holds);

	*slot = (struct iu_hold){.inode = inode, .pid = pid, .fd = -1};
}

/* The owner is gone: children are a guess, and who is seen to have the handle is none. */
static void test_orphan(void **state)
{
	const struct iu_plan_rules rules = {.grace_seconds = 5};
	struct iu_verdict v;
	struct iu_plan p;
	uint64_t inode = row("0.0.0.0", 7000, 4711)->inode;

	process(50, "child.exe", "PC\\alice")->ppid = 4711;
	process(51, "heir.exe", "PC\\alice")->ppid = 4711;
	v = why(NULL, 7000);
	assert_int_equal(v.cause, IU_CAUSE_ORPHANED_HANDLE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	assert_string_equal(line(&v, IU_REMEDY_STOP_PROCESS), "taskkill /PID 50 /PID 51");
	p = plan(7000, rules);
	assert_int_equal(p.kind, IU_PLAN_REFUSED);
	assert_int_equal(p.steps.n, 0);
	/* its handles were looked at */
	hold(inode, 51);
	v = why(NULL, 7000);
	assert_int_equal(v.cause, IU_CAUSE_ORPHANED_HANDLE);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_PROVEN);
	assert_non_null(strstr(v.headline, "heir.exe (pid 51) has the socket still"));
	assert_true(says(&v.blockers.v[0].evidence, "heir.exe (pid 51) has a handle"));
	assert_false(says(&v.blockers.v[0].evidence, "child.exe"));
	assert_string_equal(line(&v, IU_REMEDY_STOP_PROCESS), "taskkill /PID 51");
	p = plan(7000, rules);
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_int_equal(p.steps.n, 1);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_TERMINATE);
	assert_int_equal(p.steps.v[0].lever.process.pid, 51);
	assert_int_equal(p.steps.v[0].lever.process.port, 7000);
	/* all that have it, or nobody */
	hold(inode, 52);
	process(52, "second.exe", "PC\\alice");
	assert_int_equal(plan(7000, rules).steps.n, 2);
	snap.processes.v[2].user = "PC\\bob";
	assert_int_equal(plan(7000, rules).kind, IU_PLAN_REFUSED);
	snap.processes.v[2].user = "PC\\alice";
	service("Backup", 52);
	p = plan(7000, rules);
	assert_int_equal(p.kind, IU_PLAN_REFUSED);
	assert_string_equal(p.refusals.v[0].next, "net stop Backup");
	(void)state;
}

/* What another program has set was read, or could not be: then the gap counts where it matters. */
static void test_options_read(void **state)
{
	struct iu_question q = ask("0.0.0.0", 7000);
	struct iu_verdict v;
	struct iu_socket *s = row("0.0.0.0", 7000, 60);

	process(60, "app.exe", "PC\\alice");
	q.options.reuseaddr = true;
	iu_snapshot_gap(&snap, IU_FACT_OPTIONS, 60, "the options of the sockets of pid 60",
		"its handles may not be looked at", "run inuse as administrator");
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.gaps.n, 1);
	q.options.reuseaddr = false;
	assert_int_equal(why_question(q).gaps.n, 0); /* it is in the way whatever it has set */
	q.options.reuseaddr = true;
	s->options_source = IU_SOURCE_READ;
	s->reuseaddr = IU_YES;
	s->exclusive = IU_NO;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_int_equal(v.blockers.n, 0);
	s->reuseaddr = IU_NO;
	s->exclusive = IU_YES;
	v = why_question(q);
	assert_error(&v, IU_STATUS_DENIED, IU_WSAEACCES);
	assert_int_equal(v.cause, IU_CAUSE_EXCLUSIVE_USE);
	assert_int_equal(v.blockers.v[0].certain, IU_YES);
	(void)state;
}

static bool tells(const char *label, const char *text)
{
	struct iu_question q = ask(NULL, 6000);
	struct iu_verdict v = decide(&arena, &q, &snap);
	struct iu_explanation explanation;
	size_t i, k;

	assert_int_equal(iu_describe(&arena, &q, &snap, &v, &explanation), 0);
	for (i = 0; i < explanation.parts.n; i++)
		for (k = 0; k < explanation.parts.v[i].lines.n; k++)
			if (!strcmp(explanation.parts.v[i].label, label) &&
				strstr(explanation.parts.v[i].lines.v[k], text))
				return true;
	return false;
}

/* Several services in one process: the socket's own mark says which, and when it was bound. */
static void test_service_tag(void **state)
{
	const struct iu_plan_rules rules = {.grace_seconds = 5};
	struct iu_socket *s = row("0.0.0.0", 6000, 20);
	struct iu_verdict v;
	struct iu_plan p;

	process(20, "svchost.exe", NULL);
	service("First", 20);
	service("Second", 20);
	v = why(NULL, 6000);
	assert_int_equal(v.cause, IU_CAUSE_SERVICE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	assert_int_equal(plan(6000, rules).kind, IU_PLAN_REFUSED);
	assert_false(tells("since", "0.0.0.0:6000"));
	s->unit = "second";
	s->since = TEST_NOW - 120;
	v = why(NULL, 6000);
	assert_int_equal(v.cause, IU_CAUSE_SERVICE);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_PROVEN);
	assert_string_equal(v.blockers.v[0].socket.unit, "Second");
	assert_true(says(&v.blockers.v[0].evidence, "in the same process live First"));
	assert_string_equal(line(&v, IU_REMEDY_STOP_SERVICE), "net stop Second");
	p = plan(6000, rules);
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_string_equal(p.steps.v[0].lever.service.name, "Second");
	assert_true(tells("since", "0.0.0.0:6000: "));
	assert_true(tells("since", ", 2 min ago"));
	/* a service of another process is not believed */
	s->unit = "Elsewhere";
	service("Elsewhere", 21);
	assert_int_equal(why(NULL, 6000).confidence, IU_CONFIDENCE_POSSIBLE);
	(void)state;
}

/* A session's copy is made anew at each sign-in: what is disabled is its template. */
static void test_per_user_service(void **state)
{
	struct iu_plan_rules rules = {.grace_seconds = 5, .disable = true};
	struct iu_service *s;
	struct iu_verdict v;
	struct iu_plan p;

	row("0.0.0.0", 6000, 20);
	process(20, "svchost.exe", "PC\\alice");
	s = service("CDPUserSvc_3f2a1", 20);
	s->of_template = "CDPUserSvc";
	s->delayed = true;
	v = why(NULL, 6000);
	assert_string_equal(line(&v, IU_REMEDY_STOP_SERVICE), "net stop CDPUserSvc_3f2a1");
	assert_string_equal(line(&v, IU_REMEDY_DISABLE_SERVICE),
		"sc.exe config CDPUserSvc start= disabled");
	assert_non_null(strstr(remedy(&v, IU_REMEDY_DISABLE_SERVICE)->summary,
		"sc.exe config CDPUserSvc start= delayed-auto"));
	p = plan(6000, rules);
	assert_int_equal(p.steps.n, 2);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_DISABLE_SERVICE);
	assert_string_equal(p.steps.v[0].lever.service.name, "CDPUserSvc");
	assert_non_null(strstr(p.steps.v[0].what, "from the next sign-in on"));
	assert_string_equal(p.steps.v[1].lever.service.name, "CDPUserSvc_3f2a1");
	(void)state;
}

/* "*" and 0.0.0.0 are two rules to netsh, and a name tells no table. */
static void test_proxy_words(void **state)
{
	struct iu_port_proxy *proxy = iu_list_add(&snap.arena, &snap.windows.port_proxies);
	struct iu_verdict v;

	*proxy = (struct iu_port_proxy){addr("0.0.0.0"), 4000, "server.example", 80, true, IU_YES};
	row("0.0.0.0", 4000, 20);
	process(20, "svchost.exe", NULL);
	service("iphlpsvc", 20);
	v = why(NULL, 4000);
	assert_string_equal(line(&v, IU_REMEDY_DELETE_PORTPROXY),
		"netsh interface portproxy delete v4tov6 listenport=4000 listenaddress=*");
	(void)state;
}

/* Antivirus and VPN drivers listen as pid 4 as well. */
static void test_kernel_listeners(void **state)
{
	struct iu_verdict v;

	row("0.0.0.0", 43210, 4);
	v = why(NULL, 43210);
	assert_int_equal(v.cause, IU_CAUSE_HTTP_SYS);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_POSSIBLE);
	assert_true(says(&v.blockers.v[0].evidence, "antivirus, VPN"));
	exclude(43210, 43210, false); /* as HTTP.sys does */
	v = why(NULL, 43210);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_LIKELY);
	/* not seen: nothing speaks against it */
	snap.windows.exclusions.n = 0;
	snap.seen &= ~(uint32_t)IU_FACT_HTTP;
	v = why(NULL, 43210);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_LIKELY);
	(void)state;
}

static void test_protected_names(void **state)
{
	static const char *const names[] = {"dockerd.exe", "vmcompute.exe", "vmwp.exe", "conhost.exe",
		"WindowsTerminal.exe", "sihost.exe", "com.docker.service", "vmmemCmZygote", "lsass.exe"};
	struct iu_plan_rules rules = {.grace_seconds = 5, .force = true};
	uint16_t port = 6100;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++, port++) {
		row("127.0.0.1", port, 1000 + (int32_t)i);
		process(1000 + (int32_t)i, names[i], "PC\\alice");
		assert_int_equal(plan(port, rules).steps.n, 0);
	}
	(void)state;
}

static void test_plan_proxy(void **state)
{
	struct iu_plan_rules rules = {.grace_seconds = 5};
	struct iu_port_proxy *proxy = iu_list_add(&snap.arena, &snap.windows.port_proxies);
	struct iu_plan p;

	*proxy = (struct iu_port_proxy){addr("::"), 4000, "192.0.2.100", 4001};
	row("::", 4000, 20);
	process(20, "svchost.exe", NULL);
	service("iphlpsvc", 20);
	p = plan(4000, rules);
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_DELETE_PORTPROXY);
	assert_string_equal(p.steps.v[0].lever.proxy.table, "v6tov4");
	assert_int_equal(p.steps.v[0].lever.proxy.connect_port, 4001);
	row("0.0.0.0", 5000, 30);
	process(30, "com.docker.backend.exe", NULL);
	p = plan(5000, rules);
	assert_int_equal(p.kind, IU_PLAN_REFUSED);
	assert_non_null(strstr(p.refusals.v[0].next, "docker ps --filter publish="));
	row("127.0.0.1", 5001, 31);
	process(31, "wslrelay.exe", "PC\\alice");
	{
		struct iu_question q = ask("127.0.0.1", 5001);
		struct iu_verdict v = decide(&arena, &q, &snap);

		assert_int_equal(iu_plan(&arena, &q, &snap, NULL, &v, &rules, &p), 0);
	}
	assert_int_equal(p.kind, IU_PLAN_REFUSED);
	assert_non_null(strstr(p.refusals.v[0].next, "inside WSL"));
	(void)state;
}

/* ---- needs and probes ---- */

static void test_needs(void **state)
{
	struct iu_question q = ask(NULL, 8080);
	struct iu_questions list = {&q, 1, 1};
	struct iu_needs needs;
	struct iu_probes probes = {0};

	snap.seen &= ~(uint32_t)(IU_FACT_SERVICES | IU_FACT_HTTP | IU_FACT_PROXIES);
	assert_int_equal(iu_needs_next(&arena, &list, &snap, &needs), 0);
	assert_int_equal(needs.facts, 0); /* nothing is there: nobody to name */
	row("0.0.0.0", 8080, 60);
	assert_int_equal(iu_needs_next(&arena, &list, &snap, &needs), 0);
	assert_true(needs.facts & IU_FACT_SERVICES && needs.facts & IU_FACT_HOLDERS &&
		    needs.facts & IU_FACT_HTTP && needs.facts & IU_FACT_PROXIES);
	assert_int_equal(needs.inodes.n, 1);
	snap.seen |= IU_FACT_SERVICES;
	assert_int_equal(iu_needs_next(&arena, &list, &snap, &needs), 0);
	assert_int_equal(needs.facts, 0);
	/* a port nobody has may be tried, also where other lists are missing */
	snap.sockets.n = snap.holds.n = 0;
	snap.seen &= ~(uint32_t)(IU_FACT_BOUND | IU_FACT_EXCLUSIONS);
	q.options.exclusive = true;
	assert_int_equal(iu_probes_wanted(&arena, &q, &snap, &probes), 0);
	assert_int_equal(probes.n, 2);
	assert_true(probes.v[0].exclusive);
	(void)state;
}

/* ---- never a wrong "free" ---- */

static uint32_t seed = 20261122;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static const char *const fd_candidates[] = {"0.0.0.0", "127.0.0.1", "192.0.2.7", "::", "::1"};

static void random_machine(void)
{
	static const uint32_t facts[] = {IU_FACT_TCP, IU_FACT_BOUND, IU_FACT_EXCLUSIONS,
		IU_FACT_SERVICES, IU_FACT_HTTP, IU_FACT_PROXIES, IU_FACT_HOLDERS};
	size_t i, n = draw(4);

	for (i = 0; i < n; i++) {
		struct iu_socket *s = row(fd_candidates[draw(IU_COUNT(fd_candidates))],
			(uint16_t)(5000 + draw(4)), (int32_t)(draw(3) ? 60 + draw(3) : 4));

		s->reuseaddr = (enum iu_tri)draw(3);
		s->exclusive = s->reuseaddr == IU_YES ? IU_NO : (enum iu_tri)draw(3);
		s->v6only = (enum iu_tri)draw(3);
		if (!draw(4))
			s->state = (enum iu_state)(IU_STATE_BOUND + draw(10));
	}
	for (i = 0; i < 3; i++)
		if (draw(2))
			process((int32_t)(60 + i), "a.exe", draw(2) ? "PC\\alice" : "PC\\bob");
	if (!draw(3))
		exclude((uint16_t)(4990 + draw(13)), 5099, draw(2));
	if (!draw(3))
		service("ALG", 90);
	if (!draw(3))
		service("SharedAccess", 91);
	if (!draw(4))
		url("HTTP://+:5002/x/", "q", 60);
	for (i = 0; i < IU_COUNT(facts); i++)
		if (!draw(6))
			snap.seen &= ~facts[i];
}

/* What must be true of "free", worked out by hand from the rows; no part of the engine is used. */
static const char *wrong_free(const struct iu_question *q)
{
	const uint32_t needed = IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_EXCLUSIONS;
	size_t i;

	if ((snap.seen & needed) != needed)
		return "something was not seen";
	for (i = 0; i < snap.windows.exclusions.n; i++)
		if (!snap.windows.exclusions.v[i].administered &&
			q->target.port >= snap.windows.exclusions.v[i].first &&
			q->target.port <= snap.windows.exclusions.v[i].last)
			return "the port is excluded";
	for (i = 0; i < snap.sockets.n; i++) {
		const struct iu_socket *s = &snap.sockets.v[i];
		bool same = iu_address_equal(&s->local, &q->target.address);

		if (s->port != q->target.port || !same ||
			(s->state != IU_STATE_LISTEN && s->state != IU_STATE_BOUND))
			continue;
		/* one address twice: only SO_REUSEADDR on both sides lets it pass */
		if (!(q->options.reuseaddr && s->reuseaddr != IU_NO && s->exclusive != IU_YES) &&
			!(q->options.reuseaddr && !iu_address_is_wildcard(&s->local) &&
				s->reuseaddr == IU_YES))
			return "the same address is taken";
		if (q->options.exclusive)
			return "exclusive, and somebody is there";
	}
	return NULL;
}

static bool has_dual_stack(void)
{
	size_t i;

	for (i = 0; i < snap.sockets.n; i++)
		if (snap.sockets.v[i].v6only == IU_NO)
			return true;
	return false;
}

/* Whatever the machine, nobody is told in Linux's words, and pid 4 is no target. */
static void check_acts(const struct iu_question *q, const struct iu_verdict *v)
{
	const struct iu_plan_rules rules = {.grace_seconds = 5, .force = draw(2)};
	struct iu_plan p;
	size_t i;

	check_words(q);
	assert_int_equal(iu_plan(&arena, q, &snap, &snap, v, &rules, &p), 0);
	assert_true(v->status != IU_STATUS_FREE || p.kind == IU_PLAN_NOTHING);
	assert_true(!p.refusals.n || !p.steps.n);
	for (i = 0; i < p.steps.n; i++) {
		if (p.steps.v[i].lever.kind == IU_STEP_TERMINATE)
			assert_int_not_equal(
				p.steps.v[i].lever.process.pid, IU_WINDOWS_SYSTEM_PID);
		assert_false(has_linux_words(p.steps.v[i].what));
	}
	for (i = 0; i < p.refusals.n; i++)
		assert_false(has_linux_words(p.refusals.v[i].why));
}

static void test_random(void **state)
{
	unsigned int round, freed = 0, failed = 0;

	for (round = 0; round < 20000; round++) {
		struct iu_question q = ask(fd_candidates[draw(IU_COUNT(fd_candidates))],
			(uint16_t)(5000 + draw(4)));
		const char *wrong;
		struct iu_verdict v;

		q.options.reuseaddr = !draw(4);
		q.options.exclusive = !q.options.reuseaddr && !draw(4);
		random_machine();
		put_local(&snap, "::1", 128);
		v = decide(&arena, &q, &snap);
		wrong = v.status == IU_STATUS_FREE ? wrong_free(&q) : NULL;
		freed += v.status == IU_STATUS_FREE;
		failed += v.status == IU_STATUS_IN_USE || v.status == IU_STATUS_DENIED;
		if (wrong)
			fail_msg("round %u: free, but %s", round, wrong);
		if (v.status == IU_STATUS_FREE)
			assert_int_equal(v.error_number, 0);
		/* a wildcard with SO_REUSEADDR never gets 10048 from a socket, a plain one never 10013 */
		if (v.error_number && iu_address_is_wildcard(&q.target.address) && v.blockers.n &&
			v.blockers.v[0].cause != IU_CAUSE_HTTP_SYS && !q.options.exclusive &&
			q.target.address.family == IU_FAMILY_IPV4 && !snap.windows.exclusions.n &&
			v.cause == v.blockers.v[0].cause && !has_dual_stack())
			assert_int_equal(v.error_number,
				q.options.reuseaddr ? IU_WSAEACCES : IU_WSAEADDRINUSE);
		if (round % 8 == 0)
			check_acts(&q, &v);
		iu_snapshot_free(&snap);
		iu_arena_free(&arena);
		set_up(state);
	}
	print_message("# %u rounds: %u free, %u in use or denied\n", round, freed, failed);
	assert_true(freed > 500 && failed > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
		T(nothing_there), T(other_program), T(options), T(two_holders), T(closing), T(excluded),
		T(http_sys), T(http_program), T(alg), T(event_115), T(service), T(stand_ins),
		T(told), T(udp), T(exhausted), T(probe), T(words), T(explanation), T(articles), T(hostile_names), T(plan), T(orphan),
		T(options_read), T(service_tag), T(probe_block), T(plan_proxy),
		T(per_user_service), T(proxy_words), T(kernel_listeners), T(protected_names),
		T(needs), T(random),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
