/* tests/unit/engine/test-decide.c - statuses, errno orders, causes and what helps */
#include "engine/causes/cause.h"
#include "scene.h"

static struct iu_snapshot snap;
static struct iu_arena arena;

static int set_up(void **state)
{
	machine(&snap);
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

static struct iu_verdict why(const char *address, uint16_t port)
{
	struct iu_question q = ask(address, port);
	struct iu_verdict v = decide(&arena, &q, &snap);

	print_message("# %s\n", v.headline);
	return v;
}

static struct iu_verdict why_question(struct iu_question q)
{
	struct iu_verdict v = decide(&arena, &q, &snap);

	print_message("# %s\n", v.headline);
	return v;
}

static const struct iu_remedy *remedy_of(
	const char *address, enum iu_remedy_id id, struct iu_verdict *ret_verdict)
{
	*ret_verdict = why(address, TEST_PORT);
	return remedy(ret_verdict, id);
}

static void test_nothing_there(void **state)
{
	struct iu_verdict v = why("127.0.0.1", TEST_PORT);

	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	assert_null(v.error);
	assert_null(v.probe);
	assert_int_equal(v.operation, IU_OPERATION_NONE);
	assert_int_equal(v.cause, IU_CAUSE_NONE);
	put_probe(&snap, "127.0.0.1", TEST_PORT, false, 0);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.confidence, IU_CONFIDENCE_PROVEN);
	assert_string_equal(v.probe, "success");
	(void)state;
}

/* "Free" is never said where something could not be seen. */
static void test_coverage(void **state)
{
	struct iu_verdict v;

	snap.seen &= ~(uint32_t)IU_FACT_BOUND;
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.gaps.n, 1);
	put_probe(&snap, "127.0.0.1", TEST_PORT, false, EADDRINUSE);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_HIDDEN_HOLDER);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	snap.probes.v[0].result = 0;
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	/* holders that could not be seen change nothing about it */
	snap.probes.n = 0;
	snap.seen = SEEN_ALL & ~(uint32_t)IU_FACT_HOLDERS;
	assert_int_equal(why("127.0.0.1", TEST_PORT).status, IU_STATUS_FREE);
	(void)state;
}

static void test_disagreement(void **state)
{
	struct iu_verdict v;

	put_probe(&snap, "127.0.0.1", TEST_PORT, false, EADDRINUSE);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_string_equal(v.probe, "EADDRINUSE");
	assert_true(v.caveats.n >= 2);
	/* inside WSL that is an answer: the other side has it */
	snap.host.wsl = true;
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_WSL_HOST);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	assert_int_equal(v.evidence.n, 1);
	assert_non_null(strstr(command_line(&arena, remedy(&v, IU_REMEDY_WINDOWS_HINT)),
		"cmd.exe /c netstat -anoq & "));
	snap.sysctls.port_first = 44620;
	snap.sysctls.port_last = 48715;
	snap.seen &= ~(uint32_t)IU_FACT_BOUND;
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_WSL_HOST);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	assert_non_null(strstr(v.evidence.v[1], "mirrored"));
	snap.seen = SEEN_ALL;
	snap.host.wsl = false;
	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	snap.probes.v[0].result = 0;
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	/* a filter that refuses is an answer, not a disagreement */
	snap.probes.v[0].result = EPERM;
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_DENIED);
	assert_string_equal(v.error, "EPERM");
	(void)state;
}

static void test_other_program(void **state)
{
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "python3", 77);
	v = why(NULL, TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_string_equal(v.error, "EADDRINUSE");
	assert_int_equal(v.error_number, EADDRINUSE);
	assert_int_equal(v.operation, IU_OPERATION_BIND);
	assert_int_equal(v.cause, IU_CAUSE_OTHER_PROGRAM);
	assert_int_equal(v.blockers.n, 1);
	assert_int_equal(v.blockers.v[0].rule, IU_RULE_BOTH_WILDCARD);
	assert_int_equal(v.blockers.v[0].sharing, IU_SHARING_NOT_ASKED);
	assert_int_equal(v.blockers.v[0].certain, IU_YES);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	assert_string_equal(v.headline,
		"Port 8080/tcp is in use: python3 (pid 4242) listens on all IPv4 addresses.");
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_PROCESS)), "kill 4242");
	assert_false(remedy(&v, IU_REMEDY_STOP_PROCESS)->needs_root);
	assert_null(remedy(&v, IU_REMEDY_STOP_UNIT));
	assert_null(remedy(&v, IU_REMEDY_BIND_ADDRESS));
	put_probe(&snap, "0.0.0.0", TEST_PORT, false, EADDRINUSE);
	put_probe(&snap, "::", TEST_PORT, false, EADDRINUSE);
	v = why(NULL, TEST_PORT);
	assert_int_equal(v.confidence, IU_CONFIDENCE_PROVEN);
	(void)state;
}

/* The specific holder leaves other addresses free. */
static void test_bind_address(void **state)
{
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.53", IU_STATE_LISTEN));
	put_process(&snap, 500, "resolved", 77);
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.blockers.v[0].rule, IU_RULE_ADDRESS_UNDER_WILDCARD);
	assert_non_null(remedy(&v, IU_REMEDY_BIND_ADDRESS));
	assert_non_null(strstr(remedy(&v, IU_REMEDY_BIND_ADDRESS)->summary, "192.0.2.7:8080"));
	assert_int_equal(why("127.0.0.1", TEST_PORT).status, IU_STATUS_FREE);
	(void)state;
}

static void test_use_port(void **state)
{
	struct iu_socket next = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_LISTEN);
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_LISTEN));
	put_process(&snap, 4242, "python3", 77);
	next.port = TEST_PORT + 1;
	put_socket(&snap, next);
	v = why("127.0.0.1", TEST_PORT);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_USE_PORT)->summary, "8082"));
	assert_non_null(strstr(remedy(&v, IU_REMEDY_USE_PORT)->summary, "nobody has it"));
	assert_int_equal(remedy(&v, IU_REMEDY_USE_PORT)->tried, IU_YES); /* by the rules */
	put_probe(&snap, "127.0.0.1", TEST_PORT + 2, false, 0);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(remedy(&v, IU_REMEDY_USE_PORT)->tried, IU_YES);
	snap.probes.v[0].result = EADDRINUSE;
	v = why("127.0.0.1", TEST_PORT);
	assert_null(remedy(&v, IU_REMEDY_USE_PORT));
	(void)state;
}

/* The rules are asked again with each option, on either side. */
static void test_asked_again(void **state)
{
	struct iu_question q = ask("::", TEST_PORT);
	struct iu_interface *lan;
	struct iu_socket *s;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "web", 77);
	v = why_question(q);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_SET_V6ONLY)->summary, "on the IPv6 socket"));
	assert_int_equal(remedy(&v, IU_REMEDY_SET_V6ONLY)->tried, IU_YES);
	assert_null(remedy(&v, IU_REMEDY_SET_REUSEPORT));
	q.options.v6only = IU_YES;
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	/* the other way round it is the holder's option; a port without address wants IPv4 as well */
	*s = sock(IU_PROTOCOL_TCP, "::", IU_STATE_LISTEN);
	q = ask("0.0.0.0", TEST_PORT);
	v = why_question(q);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_SET_V6ONLY)->summary, "in web (pid 4242)"));
	assert_int_equal(remedy(&v, IU_REMEDY_SET_V6ONLY)->tried, IU_UNKNOWN); /* only its restart would tell */
	v = why(NULL, TEST_PORT);
	assert_null(remedy(&v, IU_REMEDY_SET_V6ONLY));
	/* SO_REUSEPORT where the holder has it, or where only the holder lacks it */
	*s = sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN);
	s->reuseport = IU_YES;
	v = why_question(q);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_SET_REUSEPORT)->summary, "the sockets there have it"));
	/* a device of its own, where the holder keeps to one; it is part of its address */
	s->reuseport = IU_NO;
	s->ifindex = 7;
	s->device = "virbr0";
	lan = iu_list_add(&snap.arena, &snap.interfaces);
	*lan = (struct iu_interface){.ifindex = 7, .name = "virbr0", .up = true};
	lan = iu_list_add(&snap.arena, &snap.interfaces);
	*lan = (struct iu_interface){.ifindex = 8, .name = "lan0", .up = true};
	v = why_question(q);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_BIND_DEVICE)->summary, "lan0"));
	assert_int_equal(remedy(&v, IU_REMEDY_BIND_DEVICE)->tried, IU_YES);
	*iu_list_add(&snap.arena, &snap.bind_programs) = (struct iu_bind_program){.id = 1};
	v = why_question(q);
	assert_int_equal(remedy(&v, IU_REMEDY_BIND_DEVICE)->tried, IU_UNKNOWN); /* they may say something else */
	snap.bind_programs.n = 0;
	assert_non_null(strstr(v.headline, "0.0.0.0%virbr0:8080"));
	(void)state;
}

/* Another port is no DNS, a group has no other address, and what harms nobody goes first. */
static void test_fixed_protocols(void **state)
{
	struct iu_question q = ask("0.0.0.0", 53);
	struct iu_socket *s;
	struct iu_process *p;
	struct iu_verdict v;

	q.target.protocol = IU_PROTOCOL_UDP;
	snap.host.uid = 0;
	snap.host.cap_net_bind = IU_YES;
	s = put_socket(&snap, sock(IU_PROTOCOL_UDP, "127.0.0.53", IU_STATE_BOUND));
	s->port = 53;
	p = put_process(&snap, 410, "systemd-resolve", 77);
	p->exe = "/usr/lib/systemd/systemd-resolved";
	p->uid = 101;
	v = why_question(q);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_BIND_ADDRESS);
	assert_int_equal(v.remedies.v[1].id, IU_REMEDY_RESTART_SERVICE);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_RESTART_SERVICE)),
		"systemctl restart systemd-resolved");
	assert_null(remedy(&v, IU_REMEDY_USE_PORT));
	q = ask("224.0.0.251", 5353);
	q.target.protocol = IU_PROTOCOL_UDP;
	s->port = 5353;
	s->local = addr("0.0.0.0");
	p->exe = "/usr/bin/avahi";
	v = why_question(q);
	assert_null(remedy(&v, IU_REMEDY_BIND_ADDRESS));
	assert_null(remedy(&v, IU_REMEDY_USE_PORT));
	assert_non_null(strstr(remedy(&v, IU_REMEDY_SET_REUSEADDR)->summary, "the group"));
	(void)state;
}

/* What is to be typed next asks the same question: with the options of the asking socket. */
static void test_options_kept(void **state)
{
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	const struct iu_strings *words;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "web", 77);
	q.options.reuseaddr = true;
	q.options.device = "lan0";
	v = why_question(q);
	words = &remedy(&v, IU_REMEDY_STOP_PROCESS)->command;
	assert_int_equal(words->n, 6);
	assert_string_equal(words->v[2], "--reuseaddr");
	assert_string_equal(words->v[4], "lan0");
	(void)state;
}

/* What `inuse free` leaves alone for what it is, is not offered as that. */
static void test_left_alone(void **state)
{
	struct iu_process *p;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "dbus-daemon", 77);
	assert_null(remedy_of("0.0.0.0", IU_REMEDY_STOP_PROCESS, &v));
	p->name = "tmux: server";
	assert_non_null(strstr(remedy_of("0.0.0.0", IU_REMEDY_STOP_PROCESS, &v)->summary, "tmux list-panes"));
	assert_int_equal(remedy(&v, IU_REMEDY_STOP_PROCESS)->command.n, 0);
	p->name = "PM2 v5.3.0: God";
	assert_non_null(strstr(remedy_of("0.0.0.0", IU_REMEDY_STOP_PROCESS, &v)->summary, "pm2 stop NAME"));
	assert_int_equal(remedy(&v, IU_REMEDY_STOP_PROCESS)->command.n, 0);
	p->name = "node";
	assert_non_null(remedy_of("0.0.0.0", IU_REMEDY_STOP_PROCESS, &v));
	(void)state;
}

/* A socket that the asker was started with is neither bound twice nor in its code. */
static void test_handed_over(void **state)
{
	static const int32_t line[] = {4242};
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "app", 77);
	q.asker.line = line;
	q.asker.count = 1;
	v = why_question(q);
	assert_null(strstr(remedy(&v, IU_REMEDY_FIX_PROGRAM)->summary, "LISTEN_FDS"));
	q.asker.handed = 1;
	v = why_question(q);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_FIX_PROGRAM)->summary, "descriptor 3 (LISTEN_FDS)"));
	(void)state;
}

/* Workers of one command are none that runs already; what a shell started may be anything. */
static void test_sisters(void **state)
{
	static const int32_t line[] = {5001, 5000};
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	struct iu_parent *parent;
	struct iu_process *p;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "node", 77);
	p->exe = "/usr/bin/node";
	*iu_list_add(&snap.arena, &p->parents) = (struct iu_parent){5000, "node"};
	parent = &p->parents.v[p->parents.n - 1];
	q.asker.line = line;
	q.asker.count = 2;
	q.asker.exe = "/usr/bin/node";
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_OWN_SOCKET);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_FIX_PROGRAM)->summary, "workers of one command"));
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS));
	q.asker.exe = "/usr/bin/vite"; /* another program of that command */
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	q.asker.exe = "/usr/bin/node";
	parent->name = "bash";
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

/* A port that a variable hands down: nobody runs already, and it is given to one program. */
static void test_variable(void **state)
{
	static const int32_t line[] = {5001};
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "java", 77);
	q.asker.line = line;
	q.asker.count = 1;
	q.asker.variable = "JAVA_TOOL_OPTIONS";
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_OTHER_PROGRAM);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_FIX_PROGRAM);
	assert_non_null(strstr(v.remedies.v[0].summary, "JAVA_TOOL_OPTIONS gives port"));
	(void)state;
}

/* A server that reloads wants another address of the port that it has; its log has its number. */
static void test_reload(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "nginx", 77);
	q.symptom.from_message.given = true;
	q.symptom.from_message.pid = 4242;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_OWN_SOCKET);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_FIX_PROGRAM)->summary, "restart it instead"));
	q.symptom.from_message.pid = 4243;
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

/* Docker's own list: no socket is there, and it is no errno of the kernel. */
static void test_engine_list(void **state)
{
	struct iu_question q = ask("0.0.0.0", 49161);
	struct iu_verdict v;

	q.symptom.from_message.given = q.symptom.from_message.engine_list = true;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_CONTAINER_PORT);
	assert_null(v.error);
	assert_string_equal(command_line(&arena, &v.remedies.v[0]), "docker ps -a --filter publish=49161");
	(void)state;
}

static void test_units(void **state)
{
	struct iu_process *p;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "nginx", 77);
	p->unit = "nginx.service";
	p->cgroup = "/system.slice/nginx.service";
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_STOP_UNIT);
	assert_string_equal(
		command_line(&arena, &v.remedies.v[0]), "systemctl stop nginx.service");
	assert_true(v.remedies.v[0].needs_root);
	p->unit = "web.service";
	p->cgroup = "/user.slice/user-1000.slice/user@1000.service/app.slice/web.service";
	v = why("0.0.0.0", TEST_PORT);
	assert_string_equal(
		command_line(&arena, &v.remedies.v[0]), "systemctl --user stop web.service");
	assert_false(v.remedies.v[0].needs_root);
	p->unit = "session-4.scope";
	v = why("0.0.0.0", TEST_PORT);
	assert_null(remedy(&v, IU_REMEDY_STOP_UNIT));
	p->unit = "user@1000.service";
	v = why("0.0.0.0", TEST_PORT);
	assert_null(remedy(&v, IU_REMEDY_STOP_UNIT));
	(void)state;
}

static void test_kill_rules(void **state)
{
	struct iu_process *p;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 1, "oddinit", 77);
	p = put_process(&snap, 9999, "inuse", 77); /* ourselves */
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.blockers.v[0].holds.n, 1);
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS));
	/* the leader of a pool first, whatever the order of the descriptors */
	p = put_process(&snap, 50, "worker", 77);
	p->ppid = 40;
	p = put_process(&snap, 40, "master", 77);
	p->ppid = 30;
	p->uid = 0;
	v = why("0.0.0.0", TEST_PORT);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_PROCESS)), "kill 40 50");
	assert_true(remedy(&v, IU_REMEDY_STOP_PROCESS)->needs_root);
	(void)state;
}

static void test_already_running(void **state)
{
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	struct iu_process *p;
	struct iu_file_id *file;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "app", 77);
	file = iu_list_add(&snap.arena, &p->files);
	*file = (struct iu_file_id){5, 6};
	q.asker.program = "/usr/bin/app";
	q.asker.program_known = true;
	q.asker.program_dev = 5;
	q.asker.program_ino = 6;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_ALREADY_RUNNING);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_REUSE_INSTANCE);
	q.asker.program_ino = 7;
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

/* The same server, started twice: the file alone is not enough where the directory is known. */
static void test_running_elsewhere(void **state)
{
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	struct iu_process *p;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "python3", 77);
	*iu_list_add(&snap.arena, &p->files) = (struct iu_file_id){5, 5};
	*iu_list_add(&snap.arena, &p->files) = (struct iu_file_id){5, 6};
	q.asker.program = "server.py";
	q.asker.program_known = true;
	q.asker.program_dev = 5;
	q.asker.program_ino = 6;
	q.asker.directory = "/home/alice/shop";
	p->cwd = "/home/alice/shop";
	assert_int_equal(why_question(q).cause, IU_CAUSE_ALREADY_RUNNING);
	p->cwd = "/home/alice/blog";
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	p->cwd = NULL;
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

/* Two scripts of one interpreter are two programs; a worker and a project are known by the folder. */
static void test_running_interpreter(void **state)
{
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	struct iu_process *p;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "python3", 77);
	*iu_list_add(&snap.arena, &p->files) = (struct iu_file_id){5, 5};
	p->cwd = "/home/alice/shop";
	q.asker.program = "/usr/bin/python3.11";
	q.asker.program_known = true;
	q.asker.program_dev = 5;
	q.asker.program_ino = 5;
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	q.asker.program = "app.py";
	q.asker.program_ino = 7;
	q.asker.folder = "/home/alice/shop";
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	put_argument(&snap, p, "-c");
	put_argument(&snap, p,
		"from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)");
	put_argument(&snap, p, "--multiprocessing-fork");
	assert_int_equal(why_question(q).cause, IU_CAUSE_ALREADY_RUNNING);
	q.asker.folder = "/home/alice/blog";
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	p->command.n = 1;
	q.asker.folder = "/home/alice/shop";
	q.asker.folder_only = true;
	assert_int_equal(why_question(q).cause, IU_CAUSE_ALREADY_RUNNING);
	(void)state;
}

/* The asker itself, what started it and what it started are one command; its neighbours are not. */
static void test_own_socket(void **state)
{
	static const int32_t line[] = {4243, 4242};
	struct iu_question q = ask("0.0.0.0", TEST_PORT);
	struct iu_process *p;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "node", 77);
	q.asker.line = line;
	q.asker.count = 2;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_OWN_SOCKET);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_PROVEN);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_FIX_PROGRAM);
	q.asker.count = 1; /* the other one is no part of the command */
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	*iu_list_add(&snap.arena, &p->parents) = (struct iu_parent){4243, "sh"};
	assert_int_equal(why_question(q).cause, IU_CAUSE_OWN_SOCKET);
	q.asker.count = 0;
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

static void test_suspended(void **state)
{
	struct iu_process *p;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "node", 77);
	p->state = IU_PROCESS_STOPPED;
	p->tty = 34816;
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_SUSPENDED_PROCESS);
	assert_string_equal(
		command_line(&arena, remedy(&v, IU_REMEDY_RESUME_JOB)), "kill -CONT 4242");
	assert_non_null(strstr(remedy(&v, IU_REMEDY_RESUME_JOB)->summary, "fg"));
	/* one that runs can answer */
	put_process(&snap, 4243, "node", 77);
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

static void test_inherited(void **state)
{
	struct iu_socket *s;
	struct iu_process *p;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "sleep", 77);
	p->ppid = 1;
	p->pgid = 4100;
	s->waited_on = IU_NO;
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_INHERITED_DESCRIPTOR);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	assert_non_null(remedy(&v, IU_REMEDY_CLOSE_ON_EXEC));
	s->waited_on = IU_UNKNOWN;
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	s->waited_on = IU_NO;
	p->sid = p->pgid = 4242; /* a daemon: perhaps it meant to have it */
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, snap.host.init_is_manager > 0 ? IU_CAUSE_INHERITED_DESCRIPTOR
								: IU_CAUSE_OTHER_PROGRAM);
	snap.host.init_is_manager = 1;
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_INHERITED_DESCRIPTOR);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	p->unit = "web.service"; /* which a service manager started so */
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	p->ppid = 4200; /* whoever started it lives: its program knows no bind(), and that is enough */
	p->unit = NULL;
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	p->binds = IU_NO;
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_INHERITED_DESCRIPTOR);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY);
	assert_null(strstr(v.headline, "listens on"));
	p->binds = IU_YES; /* node closes its sockets on exec(): this one is from somewhere else */
	p->exe = "/usr/bin/node";
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_INHERITED_DESCRIPTOR);
	p->exe = "/usr/bin/java";
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	p->cgroup = "/system.slice/cron.service";
	s->cgroup = "/system.slice/web.service";
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_INHERITED_DESCRIPTOR);
	(void)state;
}

static void test_bound_not_listening(void **state)
{
	struct iu_socket *s;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_BOUND));
	put_process(&snap, 4242, "client", 77);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_BOUND_NOT_LISTENING);
	assert_null(remedy(&v, IU_REMEDY_SET_REUSEADDR)); /* the holder did not set it */
	s->reuseaddr = IU_YES;
	v = why("127.0.0.1", TEST_PORT);
	assert_non_null(remedy(&v, IU_REMEDY_SET_REUSEADDR));
	s->protocol = IU_PROTOCOL_UDP;
	struct iu_question q = ask("127.0.0.1", TEST_PORT);

	q.target.protocol = IU_PROTOCOL_UDP;
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

static void test_connections(void **state)
{
	struct iu_socket *s;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_ESTABLISHED));
	s->peer = addr("127.0.0.1");
	s->peer_port = 50000;
	s->explicit_port = IU_NO;
	put_process(&snap, 4242, "app", 77);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_OPEN_CONNECTION);
	/* inside the system's range it went out */
	s->port = 40000;
	s->peer_port = 443;
	v = why("127.0.0.1", 40000);
	assert_int_equal(v.cause, IU_CAUSE_OUTBOUND_CONNECTION);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_LIKELY);
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS));
	assert_non_null(remedy(&v, IU_REMEDY_RETRY));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_RESERVE_PORT)),
		"sysctl -w net.ipv4.ip_local_reserved_ports=40000");
	assert_true(remedy(&v, IU_REMEDY_RESERVE_PORT)->needs_root);
	/* a program that chose the port itself is no accident */
	s->explicit_port = IU_YES;
	assert_int_equal(why("127.0.0.1", 40000).cause, IU_CAUSE_OPEN_CONNECTION);
	(void)state;
}

static void test_reserved_ports_kept(void **state)
{
	struct iu_socket *s;
	struct iu_reserved *r;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_SYN_SENT));
	s->port = 40000;
	s->explicit_port = IU_NO;
	r = iu_list_add(&snap.arena, &snap.sysctls.reserved);
	*r = (struct iu_reserved){50000, 50010};
	v = why("127.0.0.1", 40000);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_RESERVE_PORT)),
		"sysctl -w net.ipv4.ip_local_reserved_ports=50000-50010,40000");
	(void)state;
}

static struct iu_socket time_wait(const char *address, int64_t timer)
{
	struct iu_socket s = sock(IU_PROTOCOL_TCP, address, IU_STATE_TIME_WAIT);

	s.mini = true;
	s.inode = 0;
	s.uid_known = false;
	s.timer_ms = timer;
	s.reuseaddr = s.reuseport = s.v6only = IU_UNKNOWN;
	return s;
}

static void test_time_wait(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);
	struct iu_verdict v;
	int i;

	for (i = 0; i < 200; i++)
		put_socket(&snap, time_wait("127.0.0.1", 1000 + 200 * i));
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_TIME_WAIT);
	assert_int_equal(v.blockers.n, 1);
	assert_int_equal(v.blockers.v[0].representative, 200);
	assert_int_equal(v.blockers.v[0].socket.timer_ms, 40800);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_WAIT)->summary, "41 s"));
	assert_int_equal(remedy(&v, IU_REMEDY_SET_REUSEADDR)->tried, IU_UNKNOWN);
	put_probe(&snap, "127.0.0.1", TEST_PORT, true, 0);
	v = why_question(q);
	assert_int_equal(remedy(&v, IU_REMEDY_SET_REUSEADDR)->tried, IU_YES);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_SET_REUSEADDR)->summary, "helps now"));
	snap.probes.v[0].result = EADDRINUSE;
	v = why_question(q);
	assert_int_equal(remedy(&v, IU_REMEDY_SET_REUSEADDR)->tried, IU_NO);
	assert_non_null(strstr(remedy(&v, IU_REMEDY_SET_REUSEADDR)->summary, "next restart"));
	/* asked with the option: what the dead program set decides, and nobody sees it */
	snap.probes.n = 0;
	q.options.reuseaddr = true;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.blockers.v[0].certain, IU_UNKNOWN);
	assert_int_equal(v.blockers.v[0].sharing, IU_SHARING_OPTIONS_UNKNOWN);
	put_probe(&snap, "127.0.0.1", TEST_PORT, true, EADDRINUSE);
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.blockers.v[0].certain, IU_YES);
	(void)state;
}

static void test_closing(void **state)
{
	struct iu_socket *s;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_FIN_WAIT1));
	s->inode = 0;
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_CLOSING_CONNECTION);
	assert_non_null(remedy(&v, IU_REMEDY_WAIT));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_DESTROY_SOCKET)),
		"ss -K -t state fin-wait-1 sport = :8080");
	s->inode = 77; /* a live program has it */
	put_process(&snap, 4242, "app", 77);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_OPEN_CONNECTION);
	(void)state;
}

static void test_reuseport(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);
	struct iu_socket *s;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_LISTEN));
	put_process(&snap, 4242, "app", 77);
	q.options.reuseport = true;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_REUSEPORT_MISMATCH);
	assert_non_null(remedy(&v, IU_REMEDY_SET_REUSEPORT));
	assert_null(remedy(&v, IU_REMEDY_SAME_USER));
	s->reuseport = IU_YES;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_true(v.warnings.n == 1); /* somebody else answers too */
	assert_non_null(strstr(v.warnings.v[0], "shadowed"));
	q.options.uid_given = true;
	q.options.uid = 33;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_REUSEPORT_MISMATCH);
	assert_non_null(remedy(&v, IU_REMEDY_SAME_USER));
	q.options.reuseport = false;
	assert_int_equal(why_question(q).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

static void test_takers(void **state)
{
	struct iu_process *p;
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 1, "systemd", 77);
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_SOCKET_ACTIVATION);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_UNIT)),
		"systemctl list-sockets --all");
	p = put_process(&snap, 600, "sshd", 77);
	p->unit = "ssh.service";
	p->cgroup = "/system.slice/ssh.service";
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_SOCKET_ACTIVATION);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_UNIT)),
		"systemctl stop ssh.socket ssh.service");
	snap.processes.v[0].name = "initd";
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	snap.holds.n = snap.processes.n = 0;
	p = put_process(&snap, 700, "docker-proxy", 77);
	put_argument(&snap, p, "-container-ip");
	put_argument(&snap, p, "172.17.0.2");
	put_argument(&snap, p, "-container-port");
	put_argument(&snap, p, "80");
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_CONTAINER_PORT);
	assert_non_null(strstr(v.blockers.v[0].evidence.v[1], "172.17.0.2"));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_CONTAINER)),
		"docker ps --filter publish=8080");
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS)); /* never the proxy */
	snap.holds.n = snap.processes.n = 0;
	p = put_process(&snap, 701, "nginx", 77);
	p->container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	p->engine = "podman";
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_CONTAINER_PORT);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_CONTAINER)),
		"podman stop 0123456789ab");
	snap.holds.n = snap.processes.n = 0;
	p = put_process(&snap, 702, "kubectl", 77);
	put_argument(&snap, p, "port-forward");
	v = why("0.0.0.0", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_PORT_FORWARD);
	p->command.n = 1;
	assert_int_equal(why("0.0.0.0", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

static void test_hidden(void **state)
{
	struct iu_unreadable *u;
	struct iu_socket *s;
	struct iu_verdict v;

	snap.seen &= ~(uint32_t)IU_FACT_HOLDERS;
	iu_snapshot_gap(&snap, IU_FACT_HOLDERS, 55, "descriptors of pid 55", "EACCES", "run as root");
	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_LISTEN));
	s->uid = 33;
	s->user = "www-data";
	s->unit = "web.service";
	s->cgroup = "/system.slice/web.service";
	u = iu_list_add(&snap.arena, &snap.unreadable);
	*u = (struct iu_unreadable){.pid = 55, .name = "nginx", .cgroup = s->cgroup, .why = "EACCES"};
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_HIDDEN_HOLDER);
	assert_int_equal(v.blockers.v[0].candidates.n, 1);
	assert_int_equal(v.gaps.n, 1);
	assert_non_null(strstr(v.headline, "www-data"));
	assert_string_equal(
		command_line(&arena, remedy(&v, IU_REMEDY_RUN_AS_ROOT)), "sudo inuse TARGET");
	/* the root of all cgroups names nobody, and a uid that differs neither */
	s->cgroup = u->cgroup = "/";
	u->uid_known = true;
	u->uid = 34;
	assert_int_equal(why("127.0.0.1", TEST_PORT).blockers.v[0].candidates.n, 0);
	u->uid = 33;
	assert_int_equal(why("127.0.0.1", TEST_PORT).blockers.v[0].candidates.n, 1);
	/* a directory that both have to do with tells more than the cgroup; of equals the older comes first */
	for (int i = 0; i < 3; i++)
		*iu_list_add(&snap.arena, &snap.unreadable) = (struct iu_unreadable){.pid = 60 + i,
			.name = "node", .uid_known = true, .uid = 33, .start_ticks = 90 - (uint64_t)i,
			.nearby = i < 2, .why = "EACCES"};
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.blockers.v[0].candidates.n, 4);
	assert_int_equal(snap.unreadable.v[v.blockers.v[0].candidates.v[0]].pid, 61);
	assert_int_equal(snap.unreadable.v[v.blockers.v[0].candidates.v[1]].pid, 60);
	put_process(&snap, 4242, "nginx", 77);
	assert_int_equal(why("127.0.0.1", TEST_PORT).cause, IU_CAUSE_OTHER_PROGRAM);
	(void)state;
}

static void test_exhausted(void **state)
{
	struct iu_verdict v;
	int port;

	snap.sysctls.port_first = 40000;
	snap.sysctls.port_last = 40099;
	for (port = 40000; port < 40100; port++) {
		struct iu_socket s = time_wait("127.0.0.1", 5000);

		s.port = (uint16_t)port;
		if (port >= 40090) {
			s = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_ESTABLISHED);
			s.port = (uint16_t)port;
			s.inode = (uint64_t)port;
			put_process(&snap, 4242, "crawler", s.inode);
		}
		put_socket(&snap, s);
	}
	v = why("127.0.0.1", 0);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_EPHEMERAL_EXHAUSTED);
	assert_int_equal(v.blockers.n, 2);
	assert_int_equal(v.blockers.v[0].representative, 90);
	assert_int_equal(v.blockers.v[1].representative, 10);
	assert_int_equal(v.blockers.v[0].rule, IU_RULE_RANGE_FULL);
	assert_int_equal(v.blockers.v[0].evidence.n, 3);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_WIDEN_RANGE)),
		"sysctl -w net.ipv4.ip_local_port_range=10000 65535");
	snap.sockets.n--;
	assert_int_equal(why("127.0.0.1", 0).status, IU_STATUS_FREE);
	snap.sysctls.port_first = -1;
	assert_int_equal(why("127.0.0.1", 0).status, IU_STATUS_UNKNOWN);
	(void)state;
}

static void test_errno_order(void **state)
{
	struct iu_verdict v;

	v = why("127.0.0.1", 80);
	assert_int_equal(v.status, IU_STATUS_DENIED);
	assert_string_equal(v.error, "EACCES");
	assert_int_equal(v.cause, IU_CAUSE_PRIVILEGED_PORT);
	assert_non_null(remedy(&v, IU_REMEDY_GRANT_CAPABILITY));
	assert_int_equal(remedy(&v, IU_REMEDY_GRANT_CAPABILITY)->tried, IU_UNKNOWN);
	/* IPv4 looks at the address first, IPv6 at the port */
	v = why("198.51.100.1", 80);
	assert_string_equal(v.error, "EADDRNOTAVAIL");
	assert_int_equal(v.cause, IU_CAUSE_ADDRESS_NOT_LOCAL);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	v = why("2001:db8::1", 80);
	assert_string_equal(v.error, "EACCES");
	v = why("2001:db8::1", TEST_PORT);
	assert_string_equal(v.error, "EADDRNOTAVAIL");
	/* both before any socket */
	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	snap.sockets.v[0].port = 80;
	v = why("127.0.0.1", 80);
	assert_string_equal(v.error, "EACCES");
	assert_int_equal(v.blockers.n, 0);
	assert_string_equal(v.headline, "Port 80/tcp is in use by uid 1000, and alice may not bind ports below 1024.");
	assert_int_equal(v.caveats.n, 0); /* the headline says it */
	assert_int_equal(remedy(&v, IU_REMEDY_GRANT_CAPABILITY)->tried, IU_NO);
	assert_int_equal(remedy(&v, IU_REMEDY_LOWER_UNPRIVILEGED_START)->tried, IU_NO);
	snap.host.cap_net_bind = IU_YES;
	assert_string_equal(why("127.0.0.1", 80).error, "EADDRINUSE");
	v = why("fe80::1", TEST_PORT);
	assert_string_equal(v.error, "EINVAL");
	(void)state;
}

static void test_addresses(void **state)
{
	struct iu_verdict v;
	struct iu_question q;

	assert_int_equal(why("127.9.9.9", TEST_PORT).status, IU_STATUS_FREE);
	assert_int_equal(why("224.0.0.251", TEST_PORT).status, IU_STATUS_FREE);
	assert_int_equal(why("::ffff:192.0.2.7", TEST_PORT).status, IU_STATUS_FREE);
	q = ask("::ffff:192.0.2.7", TEST_PORT);
	q.options.v6only = IU_YES;
	assert_string_equal(why_question(q).error, "EINVAL");
	snap.sysctls.nonlocal_bind4 = 1;
	assert_int_equal(why("198.51.100.1", TEST_PORT).status, IU_STATUS_FREE);
	snap.sysctls.nonlocal_bind4 = 0;
	snap.seen &= ~(uint32_t)IU_FACT_ADDRESSES;
	assert_int_equal(why("198.51.100.1", TEST_PORT).status, IU_STATUS_UNKNOWN);
	snap.seen = SEEN_ALL;
	snap.locals.v[2].tentative = true;
	v = why("::1", TEST_PORT);
	assert_int_equal(v.cause, IU_CAUSE_ADDRESS_TENTATIVE);
	assert_non_null(remedy(&v, IU_REMEDY_WAIT));
	snap.host.ipv6 = IU_NO;
	assert_string_equal(why("::", TEST_PORT).error, "EAFNOSUPPORT");
	assert_int_equal(why(NULL, TEST_PORT).status, IU_STATUS_FREE);
	/* a namespace without any IPv4 address has no table that could refuse one */
	snap.locals.n = 0;
	assert_int_equal(why("9.9.9.9", TEST_PORT).status, IU_STATUS_FREE);
	(void)state;
}

/* A port without an address asks twice; the worse answer counts. */
static void test_family_any(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	struct iu_socket *s;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "::1", IU_STATE_LISTEN));
	s->v6only = IU_YES;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.blockers.v[0].rule, IU_RULE_ADDRESS_UNDER_WILDCARD);
	assert_int_equal(why("0.0.0.0", TEST_PORT).status, IU_STATUS_FREE);
	s->local = addr("127.0.0.1");
	s->family = IU_FAMILY_IPV4;
	v = why_question(q);
	assert_int_equal(v.blockers.n, 1);
	assert_int_equal(v.blockers.v[0].rule, IU_RULE_ADDRESS_UNDER_WILDCARD);
	v = why("::", TEST_PORT);
	assert_int_equal(v.blockers.v[0].rule, IU_RULE_IPV4_UNDER_DUAL_STACK);
	snap.sysctls.bindv6only = 1;
	assert_int_equal(why("::", TEST_PORT).status, IU_STATUS_FREE);
	(void)state;
}

static void test_shadowed(void **state)
{
	struct iu_socket *s;
	struct iu_verdict v;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "::1", IU_STATE_LISTEN));
	s->v6only = IU_YES;
	put_process(&snap, 4242, "vite", 77);
	v = why("127.0.0.1", TEST_PORT);
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_int_equal(v.warnings.n, 1);
	assert_non_null(strstr(v.warnings.v[0], "vite (pid 4242)"));
	s->local = addr("fd00::1");
	assert_int_equal(why("127.0.0.1", TEST_PORT).warnings.n, 0);
	(void)state;
}

static struct iu_path *put_path(const char *path, enum iu_file_kind kind, enum iu_tri alive)
{
	struct iu_path *p = iu_list_add(&snap.arena, &snap.paths);

	*p = (struct iu_path){.path = path, .path_len = strlen(path), .kind = kind,
		.dev = 8, .ino = 9, .uid = TEST_UID, .alive = alive};
	return p;
}

static struct iu_question ask_path(const char *path, bool abstract)
{
	return (struct iu_question){.target.text = path,
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = path,
		.target.path_len = strlen(path),
		.target.abstract = abstract};
}

static void test_paths(void **state)
{
	struct iu_question q = ask_path("/run/a b.sock", false);
	struct iu_path *p = put_path("/run/a b.sock", IU_FILE_SOCKET, IU_NO);
	struct iu_socket s = {.protocol = IU_PROTOCOL_UNIX,
		.family = IU_FAMILY_UNIX,
		.state = IU_STATE_LISTEN,
		.inode = 77,
		.path = q.target.path,
		.path_len = q.target.path_len,
		.unix_type = IU_UNIX_STREAM,
		.file_dev = 8,
		.file_ino = 10,
		.timer_ms = -1};
	struct iu_verdict v;

	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_STALE_SOCKET_FILE);
	assert_int_equal(v.blockers.v[0].socket.state, IU_STATE_FILE);
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_REMOVE_SOCKET_FILE)),
		"rm -- /run/a b.sock");
	/* the name alone proves nothing: another file had it before */
	put_socket(&snap, s);
	put_process(&snap, 4242, "app", 77);
	assert_int_equal(why_question(q).cause, IU_CAUSE_STALE_SOCKET_FILE);
	snap.sockets.v[0].file_ino = 9;
	p->alive = IU_YES;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_OTHER_PROGRAM);
	assert_int_equal(v.confidence, IU_CONFIDENCE_PROVEN);
	snap.sockets.n = 0;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_HIDDEN_HOLDER);
	assert_non_null(strstr(v.headline, "network namespace"));
	p->alive = IU_UNKNOWN;
	p->kind = IU_FILE_REGULAR;
	v = why_question(q);
	assert_int_equal(v.cause, IU_CAUSE_PATH_EXISTS);
	assert_null(remedy(&v, IU_REMEDY_REMOVE_SOCKET_FILE));
	p->lstat_errno = ENOENT;
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	/* a program that was refused is no freer for what the one who asks may */
	q.symptom.from_message.given = true;
	q.symptom.from_capture = EACCES;
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_DENIED);
	assert_string_equal(v.error, "EACCES");
	q.symptom = (struct iu_symptom){0};
	p->parent_errno = EACCES;
	assert_int_equal(why_question(q).status, IU_STATUS_DENIED);
	p->parent_errno = EROFS;
	assert_int_equal(why_question(q).status, IU_STATUS_UNAVAILABLE);
	p->parent_errno = ENOENT;
	v = why_question(q);
	assert_string_equal(v.error, "ENOENT");
	assert_int_equal(v.cause, IU_CAUSE_NONE);
	snap.paths.n = 0;
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	(void)state;
}

/* What nobody can try: by what the file system below it is. */
static void test_places(void **state)
{
	struct iu_question q = ask_path("/mnt/app.sock", false);
	struct iu_path *p = put_path("/mnt/app.sock", IU_FILE_NONE, IU_UNKNOWN);
	struct iu_verdict v;

	p->lstat_errno = ENOENT;
	p->parent_mode = 0755;
	p->fs_type = "ext4";
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	p->fs_no_blocks = true;
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	p->fs_no_inodes = true;
	v = why_question(q);
	assert_string_equal(v.error, "ENOSPC");
	assert_non_null(remedy(&v, IU_REMEDY_FREE_SPACE));
	p->fs_type = "cgroup2";
	v = why_question(q);
	assert_string_equal(v.error, "EPERM");
	assert_non_null(v.endless);
	p->fs_readonly = true;
	assert_string_equal(why_question(q).error, "EROFS");
	p->fs_readonly = p->fs_no_blocks = p->fs_no_inodes = false;
	p->fs_type = "fuse.sshfs";
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_non_null(v.endless);
	p->fs_type = "what will be";
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	p->fs_type = "ext4";
	q.options.uid_given = true;
	q.options.uid = 4321;
	p->parent_mode = 0750;
	p->parents_open = true;
	assert_string_equal(why_question(q).error, "EACCES");
	p->parent_mode = 0770;
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	p->parent_mode = 0777;
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	p->parents_open = false;
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	/* a file that others serve is never stale */
	q.options.uid_given = false;
	p->lstat_errno = 0;
	p->kind = IU_FILE_SOCKET;
	p->alive = IU_NO;
	assert_int_equal(why_question(q).cause, IU_CAUSE_STALE_SOCKET_FILE);
	p->shared = "fuse.sshfs";
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_HIDDEN_HOLDER);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	assert_null(remedy(&v, IU_REMEDY_REMOVE_SOCKET_FILE));
	p->unanswered = true;
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	(void)state;
}

static void test_abstract(void **state)
{
	struct iu_question q = ask_path("name", true);
	struct iu_socket *s = put_socket(&snap,
		(struct iu_socket){.protocol = IU_PROTOCOL_UNIX, .family = IU_FAMILY_UNIX,
			.state = IU_STATE_LISTEN, .inode = 77, .path = "name", .path_len = 4,
			.abstract = true, .unix_type = IU_UNIX_STREAM, .timer_ms = -1});
	struct iu_verdict v;

	put_process(&snap, 4242, "app", 77);
	v = why_question(q);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.blockers.v[0].rule, IU_RULE_NAME_TAKEN);
	s->unix_type = IU_UNIX_DGRAM;
	v = why_question(q);
	assert_int_equal(v.confidence, IU_CONFIDENCE_POSSIBLE);
	assert_int_equal(v.caveats.n, 1);
	/* who says the type, or was refused, asks for that very name; who asks for another type does not */
	q.target.unix_type = IU_UNIX_DGRAM;
	assert_int_equal(why_question(q).confidence, IU_CONFIDENCE_PROVEN);
	q.target.unix_type = IU_UNIX_SEQPACKET;
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	q.target.unix_type = IU_UNIX_UNKNOWN;
	q.symptom.from_message.given = true;
	q.symptom.from_capture = EADDRINUSE;
	assert_int_equal(why_question(q).confidence, IU_CONFIDENCE_PROVEN);
	q.symptom.from_message.given = false;
	q.symptom.from_capture = 0;
	s->path_len = 3;
	assert_int_equal(why_question(q).status, IU_STATUS_FREE);
	snap.seen &= ~(uint32_t)IU_FACT_UNIX;
	assert_int_equal(why_question(q).status, IU_STATUS_UNKNOWN);
	(void)state;
}

/* Out of memory anywhere is an error, never half a verdict. */
static void test_no_memory(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	size_t limit;
	int done = 0;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "python3", 77);
	for (limit = 1; limit < 40000; limit += 97) {
		struct iu_arena small = {.limit = limit};
		struct iu_verdict v;
		struct iu_explanation explanation;
		int err = iu_decide(&small, &q, &snap, &v);

		if (err == 0)
			err = iu_describe(&small, &q, &snap, &v, &explanation);
		assert_true(err <= 0);
		done += err == 0;
		small.limit = 0;
		iu_arena_free(&small);
	}
	assert_true(done > 0);
	(void)state;
}

/* A rule stands at its own place, and on each system it can find its cause or say it. */
static void test_rules(void **state)
{
	struct iu_snapshot snapshot = {0};
	const char *const systems[] = {"linux", "windows"};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(systems); i++) {
		snapshot.host.os = systems[i];
		for (int cause = IU_CAUSE_NONE; cause < IU_CAUSE_COUNT; cause++) {
			const struct iu_cause_rule *rule =
				iu_cause_rule(&snapshot, (enum iu_cause)cause);

			assert_int_equal(rule->cause, cause);
			assert_true(!cause || rule->applies || rule->evidence);
			assert_true(!rule->refusal.what == !rule->refusal.why);
		}
		assert_int_equal(iu_cause_rule(&snapshot, IU_CAUSE_COUNT)->cause, IU_CAUSE_NONE);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_there),
		TEST(test_coverage),
		TEST(test_disagreement),
		TEST(test_other_program),
		TEST(test_bind_address),
		TEST(test_use_port),
		TEST(test_asked_again),
		TEST(test_fixed_protocols),
		TEST(test_options_kept),
		TEST(test_engine_list),
		TEST(test_left_alone),
		TEST(test_handed_over), TEST(test_sisters), TEST(test_variable), TEST(test_reload),
		TEST(test_units),
		TEST(test_kill_rules),
		TEST(test_already_running),
		TEST(test_running_elsewhere),
		TEST(test_running_interpreter),
		TEST(test_own_socket),
		TEST(test_suspended),
		TEST(test_inherited),
		TEST(test_bound_not_listening),
		TEST(test_connections),
		TEST(test_reserved_ports_kept),
		TEST(test_time_wait),
		TEST(test_closing),
		TEST(test_reuseport),
		TEST(test_takers),
		TEST(test_hidden),
		TEST(test_rules),
		TEST(test_exhausted),
		TEST(test_errno_order),
		TEST(test_addresses),
		TEST(test_family_any),
		TEST(test_shadowed),
		TEST(test_paths),
		TEST(test_places),
		TEST(test_abstract),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
