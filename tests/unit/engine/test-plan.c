/* test-plan.c - from verdicts to plans: every lever, every refusal, nobody else touched */
#include "scene.h"

#include "engine/plan.h"
#include "engine/remedies.h"

static struct iu_arena arena;
static struct iu_snapshot snap, all;
static struct iu_plan_rules rules;
static int32_t ancestors[] = {9999, 4200, 300};

static int setup(void **state)
{
	(void)state;
	machine(&snap);
	iu_snapshot_init(&all);
	rules = (struct iu_plan_rules){.grace_seconds = 5,
		.ancestors = ancestors,
		.ancestor_count = 3,
		.uids = {TEST_UID},
		.uid_count = 1};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iu_snapshot_free(&snap);
	iu_snapshot_free(&all);
	iu_arena_free(&arena);
	return 0;
}

static struct iu_plan plan_of(const struct iu_question *q)
{
	struct iu_verdict v = decide(&arena, q, &snap);
	struct iu_explanation explanation;
	struct iu_plan p;
	size_t i;

	assert_int_equal(iu_plan(&arena, q, &snap, &all, &v, &rules, &p), 0);
	assert_non_null(p.headline);
	assert_int_equal(iu_plan_tell(&arena, &snap, &p, &v, &explanation), 0);
	printf("# %s: %s: %s\n", iu_cause_name(v.cause) ? iu_cause_name(v.cause) : "-",
		iu_plan_kind_name(p.kind), p.headline);
	for (i = 0; i < p.steps.n; i++)
		printf("#   %s: %s\n", iu_step_name(p.steps.v[i].lever.kind), p.steps.v[i].what);
	for (i = 0; i < p.refusals.n; i++)
		printf("#   refused: %s: %s\n", p.refusals.v[i].what, p.refusals.v[i].why);
	return p;
}

static struct iu_plan plan_port(void)
{
	struct iu_question q = ask(NULL, TEST_PORT);

	return plan_of(&q);
}

static struct iu_process *listener(int32_t pid, const char *name)
{
	struct iu_process *p;
	struct iu_file_id *file;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN))->cookie = 4711;
	p = put_process(&snap, pid, name, 77);
	p->exe = "/usr/bin/server";
	p->start_ticks = 1234;
	file = iu_list_add(&snap.arena, &p->files);
	assert_non_null(file);
	*file = (struct iu_file_id){.dev = 8, .ino = 99};
	return p;
}

static const char *words(const struct iu_strings *list)
{
	const char *line = "";
	size_t i;

	for (i = 0; i < list->n; i++)
		line = iu_arena_printf(&arena, "%s%s%s", line, i ? " " : "", list->v[i]);
	return line;
}

static void refused(const struct iu_plan *p, const char *why)
{
	assert_int_equal(p->kind, IU_PLAN_REFUSED);
	assert_int_equal(p->steps.n, 0);
	assert_true(p->refusals.n > 0);
	if (!strstr(p->refusals.v[0].why, why))
		fail_msg("\"%s\" does not say \"%s\"", p->refusals.v[0].why, why);
}

static void only_step(const struct iu_plan *p, enum iu_step_kind kind, const char *command)
{
	assert_int_equal(p->kind, IU_PLAN_READY);
	assert_int_equal(p->steps.n, 1);
	assert_int_equal(p->steps.v[0].lever.kind, kind);
	assert_string_equal(words(&p->steps.v[0].lever.argv), command);
}

/* ---- levers ---- */

static void test_nothing(void **state)
{
	struct iu_plan p = plan_port();

	assert_int_equal(p.kind, IU_PLAN_NOTHING);
	assert_int_equal(p.steps.n, 0);
	(void)state;
}

static void test_process(void **state)
{
	struct iu_plan p;

	listener(4242, "node");
	p = plan_port();
	only_step(&p, IU_STEP_TERMINATE, "kill 4242");
	assert_int_equal(p.steps.v[0].lever.process.pid, 4242);
	assert_int_equal(p.steps.v[0].lever.process.start_ticks, 1234);
	assert_int_equal(p.steps.v[0].lever.process.inode, 77);
	assert_int_equal(p.steps.v[0].lever.process.cookie, 4711);
	assert_int_equal(p.steps.v[0].lever.process.fd, 3);
	assert_true(p.steps.v[0].lever.process.exe_known);
	assert_int_equal(p.steps.v[0].lever.process.exe.ino, 99);
	assert_false(p.steps.v[0].kill);
	rules.force = true;
	p = plan_port();
	assert_true(p.steps.v[0].kill);
	assert_non_null(strstr(p.steps.v[0].what, "SIGKILL"));
	(void)state;
}

static void test_unit(void **state)
{
	struct iu_process *holder = listener(4242, "nginx");
	struct iu_unit_facts *facts;
	struct iu_plan p;

	holder->cgroup = "/system.slice/web.service";
	holder->unit = "web.service";
	p = plan_port();
	only_step(&p, IU_STEP_STOP_UNIT, "systemctl stop web.service");
	assert_false(p.steps.v[0].lever.unit.user);
	assert_true(p.steps.v[0].lever.needs_root);
	facts = iu_list_add(&arena, &rules.units);
	*facts = (struct iu_unit_facts){
		.name = "web.service", .restart = "always", .triggered_by = "web.socket"};
	p = plan_port();
	assert_non_null(strstr(words(&p.steps.v[0].losses), "Restart=always"));
	assert_non_null(strstr(words(&p.steps.v[0].losses), "web.socket would start it again"));
	(void)state;
}

static void test_user_unit(void **state)
{
	struct iu_process *holder = listener(4242, "web");
	struct iu_plan p;

	holder->cgroup = "/user.slice/user-1000.slice/user@1000.service/app.slice/web.service";
	holder->unit = "web.service";
	p = plan_port();
	only_step(&p, IU_STEP_STOP_UNIT, "systemctl --user stop web.service");
	assert_true(p.steps.v[0].lever.unit.user);
	assert_int_equal(p.steps.v[0].lever.unit.uid, 1000);
	/* root is heard by another user's systemd … */
	snap.host.uid = 0;
	snap.host.privileged = true;
	p = plan_port();
	only_step(&p, IU_STEP_STOP_UNIT, "systemctl --user --machine=1000@.host stop web.service");
	assert_int_equal(p.steps.v[0].lever.unit.uid, 1000);
	/* … and who has only the capabilities is not: the process itself */
	snap.host.uid = 1001;
	p = plan_port();
	only_step(&p, IU_STEP_TERMINATE, "kill 4242");
	(void)state;
}

/* A unit that carries us, or much else, is not stopped for one of its processes. */
static void test_unit_spared(void **state)
{
	static const char *const units[] = {"ssh.service", "cron.service", "user@1000.service",
		"session-2.scope", "ours.service"};
	struct iu_process *holder = listener(4242, "web");
	const char **name = iu_list_add(&arena, &rules.protected_names);
	struct iu_plan p;
	size_t i;

	*name = "mine.service";
	rules.own_unit = "ours.service";
	for (i = 0; i < IU_COUNT(units); i++) {
		holder->cgroup = iu_arena_printf(&arena, "/system.slice/%s", units[i]);
		holder->unit = units[i];
		p = plan_port();
		only_step(&p, IU_STEP_TERMINATE, "kill 4242");
	}
	/* whoever lists a unit means what runs in it */
	holder->unit = "mine.service";
	p = plan_port();
	refused(&p, "your own list of protected programs names mine.service");
	(void)state;
}

static void test_container(void **state)
{
	static const char id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct iu_process *holder = listener(4242, "web");
	const char **name;
	struct iu_plan p;

	holder->container = id;
	holder->engine = "docker";
	p = plan_port();
	/* who has told no name may be gone, and then nothing but the process is left to be ended */
	assert_int_equal(p.steps.n, 2);
	assert_int_equal(p.steps.v[1].lever.kind, IU_STEP_TERMINATE);
	assert_true(p.steps.v[1].if_it_stays);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_STOP_CONTAINER);
	assert_string_equal(p.steps.v[0].lever.container.id, id);
	assert_string_equal(p.steps.v[0].lever.container.program, "docker");
	holder->engine = "podman";
	p = plan_port();
	assert_string_equal(p.steps.v[0].lever.container.program, "podman");
	holder->engine = "cri-o";
	p = plan_port();
	refused(&p, "no safe way");
	/* a rootless engine obeys its user, not even root */
	holder->engine = "podman";
	holder->cgroup = "/user.slice/user-1001.slice/user@1001.service/user.slice/libpod-x.scope";
	p = plan_port();
	refused(&p, "obeys that user only");
	holder->cgroup = "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-x.scope";
	p = plan_port();
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_STOP_CONTAINER);
	holder->container_name = "shop";
	p = plan_port();
	assert_int_equal(p.steps.n, 1);
	assert_non_null(strstr(p.steps.v[0].what, "stop the container shop (0123456789ab) of podman"));
	name = iu_list_add(&arena, &rules.protected_names);
	*name = "shop";
	p = plan_port();
	refused(&p, "names shop");
	rules.protected_names.n = 0;
	/* inside of it the program is one like any other */
	rules.own_container = id;
	p = plan_port();
	only_step(&p, IU_STEP_TERMINATE, "kill 4242");
	(void)state;
}

static void test_proxy(void **state)
{
	struct iu_process *holder = listener(700, "docker-proxy");
	struct iu_plan p;

	holder->exe = "/usr/bin/docker-proxy";
	put_argument(&snap, holder, "-container-ip");
	put_argument(&snap, holder, "172.17.0.2");
	holder->uid = 0;
	rules.uids[rules.uid_count++] = 0;
	p = plan_port();
	assert_int_equal(p.steps.n, 1);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_STOP_CONTAINER);
	assert_null(p.steps.v[0].lever.container.id);
	assert_string_equal(p.steps.v[0].lever.container.program, "docker");
	assert_int_equal(p.steps.v[0].lever.container.port, TEST_PORT);
	/* no engine is its parent any more: nobody else can end it */
	holder->left_over = IU_YES;
	p = plan_port();
	only_step(&p, IU_STEP_TERMINATE, "kill 700");
	holder->left_over = IU_NO;
	p = plan_port();
	assert_int_equal(p.steps.n, 1);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_STOP_CONTAINER);
	/* of a network namespace that cannot be looked at: the engine first, then the process */
	holder->left_over = IU_UNKNOWN;
	holder->exe = "/usr/lib/podman/rootlessport";
	holder->command.v[0] = "rootlessport";
	p = plan_port();
	assert_int_equal(p.steps.n, 2);
	assert_string_equal(p.steps.v[0].lever.container.program, "podman");
	assert_int_equal(p.steps.v[1].lever.kind, IU_STEP_TERMINATE);
	assert_true(p.steps.v[1].if_it_stays);
	holder->exe = "/usr/bin/docker-proxy";
	/* what publishes a port for a rootless container */
	holder->uid = 1001;
	p = plan_port();
	refused(&p, "obeys that user only");
	(void)state;
}

static void test_activation(void **state)
{
	struct iu_process *manager = listener(1, "systemd");
	struct iu_plan p;

	manager->uid = 0;
	manager->exe = "/usr/lib/systemd/systemd";
	snap.sockets.v[0].unit = "web.socket";
	p = plan_port();
	only_step(&p, IU_STEP_STOP_UNIT, "systemctl stop web.socket");
	snap.sockets.v[0].unit = NULL;
	p = plan_port();
	refused(&p, "for which unit could not be told");
	rules.activator = (struct iu_step_unit){.name = "app.socket", .second = "app.service"};
	p = plan_port();
	only_step(&p, IU_STEP_STOP_UNIT, "systemctl stop app.socket app.service");
	snap.sockets.v[0].unit = "dbus.socket";
	p = plan_port();
	refused(&p, "message bus");
	(void)state;
}

static void test_suspended(void **state)
{
	struct iu_plan p;

	listener(4242, "vim")->state = IU_PROCESS_STOPPED;
	p = plan_port();
	only_step(&p, IU_STEP_TERMINATE, "kill 4242");
	assert_true(p.steps.v[0].lever.process.resume);
	assert_non_null(strstr(words(&p.hints), "kill -CONT 4242"));
	(void)state;
}

static void test_prefork(void **state)
{
	struct iu_process *leader;
	struct iu_plan p;

	listener(50, "nginx")->ppid = 40; /* a worker comes first in the list */
	put_process(&snap, 51, "nginx", 77)->ppid = 40;
	leader = put_process(&snap, 40, "nginx", 77);
	leader->ppid = 1;
	iu_snapshot_process(&snap, 50);
	snap.processes.v[0].uid = 33; /* workers of another user belong to their leader */
	p = plan_port();
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_int_equal(p.steps.n, 3);
	assert_int_equal(p.steps.v[0].lever.process.pid, 40);
	assert_false(p.steps.v[0].if_it_stays);
	assert_true(p.steps.v[1].if_it_stays);
	assert_true(p.steps.v[2].if_it_stays);
	(void)state;
}

static void put_closing(enum iu_state state, bool mini, int64_t timer)
{
	struct iu_socket s = sock(IU_PROTOCOL_TCP, "127.0.0.1", state);

	s.inode = 0;
	s.uid_known = false;
	s.mini = mini;
	s.cookie = 5;
	s.peer = addr("127.0.0.1");
	s.peer_port = 50000;
	s.timer_ms = timer;
	put_socket(&snap, s);
}

static void test_time_wait(void **state)
{
	struct iu_plan p;

	put_closing(IU_STATE_TIME_WAIT, true, 23000);
	p = plan_port();
	only_step(&p, IU_STEP_WAIT, "");
	assert_in_range(p.steps.v[0].wait_ms, 23000, 26000);
	assert_non_null(strstr(words(&p.hints), "SO_REUSEADDR"));
	assert_non_null(strstr(words(&p.hints), "serverSocket.setReuseAddress(true);"));
	rules.force = true; /* without the right to: still only waiting */
	p = plan_port();
	only_step(&p, IU_STEP_WAIT, "");
	snap.host.cap_net_admin = IU_YES;
	p = plan_port();
	only_step(&p, IU_STEP_DESTROY, "");
	assert_int_equal(p.steps.v[0].lever.sockets.n, 1);
	assert_int_equal(p.steps.v[0].lever.sockets.v[0].cookie, 5);
	(void)state;
}

/* A kernel timer of an orphan is a retransmission: it says nothing about the end. */
static void test_orphan(void **state)
{
	struct iu_plan p;

	put_closing(IU_STATE_FIN_WAIT1, false, 200);
	p = plan_port();
	only_step(&p, IU_STEP_WAIT, "");
	assert_int_equal(p.steps.v[0].wait_ms, -1);
	rules.force = true;
	snap.host.cap_net_admin = IU_YES;
	snap.host.kernel = 6u << 16 | 10u << 8 | 255;
	p = plan_port();
	only_step(&p, IU_STEP_WAIT, "");
	snap.host.kernel = 6u << 16 | 11u << 8;
	p = plan_port();
	only_step(&p, IU_STEP_DESTROY, "");
	(void)state;
}

/* SOCK_DESTROY never meets a listener, a live connection, or another port. */
static void test_destroy_only_closing(void **state)
{
	struct iu_socket other = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_TIME_WAIT);
	struct iu_plan p;

	put_closing(IU_STATE_TIME_WAIT, true, 1000);
	put_closing(IU_STATE_FIN_WAIT1, false, 1000);
	other.port = TEST_PORT + 1;
	other.inode = 0;
	other.mini = true;
	put_socket(&snap, other);
	rules.force = true;
	snap.host.cap_net_admin = IU_YES;
	p = plan_port();
	only_step(&p, IU_STEP_DESTROY, "");
	assert_int_equal(p.steps.v[0].lever.sockets.n, 2);
	/* older kernels would keep the orphan for ever */
	snap.host.kernel = 6u << 16 | 1u << 8;
	p = plan_port();
	only_step(&p, IU_STEP_DESTROY, "");
	assert_int_equal(p.steps.v[0].lever.sockets.n, 1);
	assert_int_equal(p.steps.v[0].lever.sockets.v[0].state, IU_STATE_TIME_WAIT);
	(void)state;
}

static struct iu_path *put_path(enum iu_file_kind kind, enum iu_tri alive)
{
	struct iu_path *path = iu_list_add(&snap.arena, &snap.paths);

	assert_non_null(path);
	*path = (struct iu_path){.path = "/run/app.sock",
		.path_len = 13,
		.kind = kind,
		.alive = alive,
		.uid = TEST_UID,
		.dev = 3,
		.ino = 4};
	return path;
}

static void test_file(void **state)
{
	struct iu_question q = {.target.text = "/run/app.sock",
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = "/run/app.sock",
		.target.path_len = 13};
	struct iu_path *path = put_path(IU_FILE_SOCKET, IU_NO);
	struct iu_plan p = plan_of(&q);

	only_step(&p, IU_STEP_REMOVE_FILE, "rm -- /run/app.sock");
	assert_int_equal(p.steps.v[0].lever.file.dev, 3);
	assert_int_equal(p.steps.v[0].lever.file.ino, 4);
	path->kind = IU_FILE_REGULAR;
	p = plan_of(&q);
	refused(&p, "it is no socket");
	(void)state;
}

/* A live server of a path: it first, then the file it leaves behind. */
static void test_file_after(void **state)
{
	struct iu_question q = {.target.text = "/run/app.sock",
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = "/run/app.sock",
		.target.path_len = 13};
	struct iu_socket s = {.protocol = IU_PROTOCOL_UNIX,
		.family = IU_FAMILY_UNIX,
		.state = IU_STATE_LISTEN,
		.inode = 77,
		.path = "/run/app.sock",
		.path_len = 13,
		.unix_type = IU_UNIX_STREAM,
		.file_dev = 3,
		.file_ino = 4,
		.uid = TEST_UID,
		.uid_known = true};
	struct iu_plan p;

	put_path(IU_FILE_SOCKET, IU_YES);
	put_socket(&snap, s);
	put_process(&snap, 4242, "app", 77);
	p = plan_of(&q);
	assert_int_equal(p.steps.n, 2);
	assert_int_equal(p.steps.v[0].lever.kind, IU_STEP_TERMINATE);
	assert_int_equal(p.steps.v[1].lever.kind, IU_STEP_REMOVE_FILE);
	assert_true(p.steps.v[1].if_it_stays);
	assert_int_equal(p.steps.v[1].lever.file.ino, 4);
	(void)state;
}

static void test_serves(void **state)
{
	struct iu_socket other = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_LISTEN);
	struct iu_plan p;

	listener(4242, "node");
	put_socket(&all, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	other.port = 9229;
	other.inode = 88;
	put_socket(&all, other);
	put_process(&all, 4242, "node", 77);
	put_process(&all, 4242, "node", 88);
	put_process(&all, 4300, "other", 99);
	p = plan_port();
	assert_string_equal(words(&p.steps.v[0].serves), "tcp 127.0.0.1:9229");
	(void)state;
}

/* ---- refusals ---- */

static void test_refuse_pids(void **state)
{
	static const struct {
		int32_t pid;
		const char *name, *why;
	} rows[] = {
		{1, "myinit", "pid 1"},
		{9999, "inuse", "inuse"},
		{4200, "zsh", "its own shell"},
		{300, "sshd", "its own shell"},
		{77, "systemd", "systemd"},
		{78, "dbus-daemon", "message bus"},
		{79, "sshd", "remote sessions"},
		{80, "gnome-shell", "graphical session"},
		{81, "precious", "your own list"},
	};
	const char **name = iu_list_add(&arena, &rules.protected_names);
	size_t i;

	*name = "precious";
	for (i = 0; i < IU_COUNT(rows); i++) {
		struct iu_plan p;

		teardown(NULL);
		arena = (struct iu_arena){0};
		setup(NULL);
		name = iu_list_add(&arena, &rules.protected_names);
		*name = "precious";
		listener(rows[i].pid, rows[i].name)->ppid = 2000;
		if (rows[i].pid == 9999)
			snap.host.pid = 1234; /* else it is never shown as a holder */
		p = plan_port();
		refused(&p, rows[i].why);
	}
	(void)state;
}

static void test_refuse_kernel_thread(void **state)
{
	struct iu_process *p = listener(90, "kworker");
	struct iu_plan plan;

	p->exe = NULL;
	p->command.n = 0;
	p->ppid = 2;
	plan = plan_port();
	refused(&plan, "thread of the kernel");
	(void)state;
}

static void test_refuse_other_user(void **state)
{
	struct iu_process *holder = listener(4242, "postgres");
	struct iu_plan p;

	holder->uid = 70;
	holder->user = "postgres";
	p = plan_port();
	refused(&p, "only root may stop it");
	snap.host.uid = 0;
	snap.host.privileged = true;
	p = plan_port();
	refused(&p, "belongs to postgres");
	assert_non_null(strstr(p.refusals.v[0].next, "--user postgres"));
	rules.uids[rules.uid_count++] = 70;
	p = plan_port();
	only_step(&p, IU_STEP_TERMINATE, "kill 4242");
	(void)state;
}

/* One holder that must not be touched: none of them is. */
static void test_all_or_nothing(void **state)
{
	struct iu_plan p;

	listener(4242, "node");
	put_process(&snap, 4200, "zsh", 77);
	p = plan_port();
	refused(&p, "its own shell");
	(void)state;
}

static void test_refuse_causes(void **state)
{
	struct iu_question q = ask("203.0.113.9", TEST_PORT);
	struct iu_plan p = plan_of(&q);

	refused(&p, "not one of this machine");
	q = ask(NULL, 80);
	p = plan_of(&q);
	refused(&p, "right that is missing");
	(void)state;
}

static void test_refuse_outbound(void **state)
{
	struct iu_socket s = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_ESTABLISHED);
	struct iu_question q = ask("127.0.0.1", 40000);
	struct iu_plan p;

	s.port = 40000;
	s.peer = addr("127.0.0.1");
	s.peer_port = 443;
	s.explicit_port = IU_NO;
	put_socket(&snap, s);
	put_process(&snap, 4242, "curl", 77);
	p = plan_of(&q);
	refused(&p, "a client was given this port");
	(void)state;
}

static void test_refuse_hidden(void **state)
{
	struct iu_plan p;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	snap.seen &= ~(uint32_t)IU_FACT_HOLDERS;
	p = plan_port();
	refused(&p, "cannot be seen");
	(void)state;
}

/* A client connected to the port has another local port: it is no blocker and no target. */
static void test_clients_spared(void **state)
{
	struct iu_socket client = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_ESTABLISHED);
	struct iu_plan p;

	listener(4242, "node");
	client.port = 50123;
	client.peer = addr("127.0.0.1");
	client.peer_port = TEST_PORT;
	client.inode = 600;
	put_socket(&snap, client);
	put_process(&snap, 5000, "firefox", 600);
	p = plan_port();
	only_step(&p, IU_STEP_TERMINATE, "kill 4242");
	(void)state;
}

/* ---- who comes back ---- */

static void put_parent(struct iu_process *process, int32_t pid, const char *name)
{
	struct iu_parent *parent = iu_list_add(&snap.arena, &process->parents);

	assert_non_null(parent);
	*parent = (struct iu_parent){.pid = pid, .name = name};
}

static void test_respawn(void **state)
{
	struct iu_process *holder = listener(4242, "node");
	struct iu_question q = ask(NULL, TEST_PORT);
	struct iu_snapshot before = snap;
	struct iu_verdict v;
	struct iu_plan p;
	const char *text;

	put_parent(holder, 600, "supervisord");
	p = plan_of(&q);
	assert_true(p.steps.v[0].comes_back);
	assert_non_null(strstr(words(&p.steps.v[0].losses), "supervisorctl"));
	v = decide(&arena, &q, &snap);
	assert_int_equal(iu_plan_respawned(&arena, &p, &rules, &snap, &snap, &v, &text), 0);
	assert_null(text); /* the same process is no new one */
	machine(&snap);
	holder = listener(5000, "node");
	holder->start_ticks = 1300;
	put_parent(holder, 600, "supervisord");
	v = decide(&arena, &q, &snap);
	assert_int_equal(iu_plan_respawned(&arena, &p, &rules, &before, &snap, &v, &text), 0);
	printf("# %s\n", text);
	assert_non_null(strstr(text, "node (pid 5000)"));
	assert_non_null(strstr(text, "supervisorctl stop NAME"));
	holder->start_ticks = 9; /* a master that opened it again after its worker was ended */
	assert_int_equal(iu_plan_respawned(&arena, &p, &rules, &before, &snap, &v, &text), 0);
	assert_non_null(strstr(text, "it ran before"));
	iu_snapshot_free(&before);
	(void)state;
}

/* What hangs on a program spares it, and what stops its port alone is said. */
static void test_shared(void **state)
{
	static const char *const words_of[] = {"ssh", "-M", "-L", "8080:web:80", "alice@host"};
	struct iu_process *holder = listener(4242, "ssh");
	struct iu_plan p;

	holder->exe = "/usr/bin/ssh";
	for (size_t i = 0; i < IU_COUNT(words_of); i++)
		*iu_list_add(&snap.arena, &holder->command) = words_of[i];
	holder->control = "/run/ssh/x";
	p = plan_port();
	assert_int_equal(p.kind, IU_PLAN_READY);
	assert_non_null(strstr(words(&p.steps.v[0].losses), "its own session"));
	assert_non_null(strstr(words(&p.steps.v[0].losses), "-O cancel -L 8080:web:80"));
	holder->sessions = 2;
	p = plan_port();
	refused(&p, "2 other sessions use its connection");
	print_message("# %s\n", p.refusals.v[0].next);
	assert_non_null(strstr(p.refusals.v[0].next, "ssh -S /run/ssh/x -O cancel -L 8080:web:80"));
	holder->command.n = 2;
	p = plan_port();
	assert_non_null(strstr(p.refusals.v[0].next, "-O cancel -L 8080:HOST:PORT"));
	iu_snapshot_free(&snap);
	machine(&snap);
	holder = listener(4242, "code");
	holder->exe = "/usr/share/code/code";
	*iu_list_add(&snap.arena, &holder->command) = "code";
	*iu_list_add(&snap.arena, &holder->command) = "--type=utility";
	p = plan_port();
	refused(&p, "its windows and terminals would end");
	assert_non_null(strstr(p.refusals.v[0].next, "Ports view"));
	(void)state;
}

/* The engine's own API is none of a container's ports. */
static void test_engine_api(void **state)
{
	struct iu_process *holder = listener(4242, "dockerd");
	struct iu_question q = ask(NULL, TEST_PORT);

	holder->exe = "/usr/bin/dockerd";
	*iu_list_add(&snap.arena, &holder->command) = "dockerd";
	*iu_list_add(&snap.arena, &holder->command) = "-H";
	*iu_list_add(&snap.arena, &holder->command) = "tcp://0.0.0.0:8080";
	assert_int_equal(decide(&arena, &q, &snap).cause, IU_CAUSE_OTHER_PROGRAM);
	holder->command.v[holder->command.n - 1] = "tcp://0.0.0.0:2375";
	assert_int_equal(decide(&arena, &q, &snap).cause, IU_CAUSE_CONTAINER_PORT);
	(void)state;
}

/* Who is no supervisor by name shows by what it does that it would start the program again. */
static void test_evidence(void)
{
	static const struct {
		const char *name;
		enum iu_tri waits, names, repeats;
		const char *mode, *told; /* NULL: nobody */
	} rows[] = {
		{"guard", IU_YES, IU_YES, IU_NO, NULL, "waits for it and may start it again"},
		{"guard", IU_YES, IU_NO, IU_YES, NULL, "waits for it and may start it again"},
		{"guard", IU_UNKNOWN, IU_YES, IU_UNKNOWN, NULL, "waits for it and may start it again"},
		{"guard", IU_YES, IU_NO, IU_NO, NULL, "lives and may start it again"},
		{"guard", IU_NO, IU_YES, IU_YES, NULL, "lives and may start it again"},
		{"node", IU_YES, IU_YES, IU_NO, "--watch", "node --watch (pid 600) starts it again when a file changes"},
		{"timeout", IU_YES, IU_YES, IU_NO, NULL, NULL},
		{"npm run dev", IU_YES, IU_NO, IU_YES, NULL, NULL},
		{"sshd", IU_YES, IU_NO, IU_YES, NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iu_process *holder = listener(4242, "node");
		struct iu_parent *parent;
		const char *told;
		struct iu_plan p;

		put_parent(holder, 600, rows[i].name);
		parent = &holder->parents.v[holder->parents.n - 1];
		parent->waits = rows[i].waits;
		parent->names = rows[i].names;
		parent->repeats = rows[i].repeats;
		parent->mode = rows[i].mode;
		p = plan_port();
		told = words(&p.steps.v[0].losses);
		print_message("# %s: %s\n", rows[i].name, told);
		assert_int_equal(p.steps.v[0].comes_back, rows[i].told != NULL);
		assert_true(!rows[i].told || strstr(told, rows[i].told));
		assert_true(!rows[i].told || p.steps.v[0].back_ms >= 2000);
		iu_snapshot_free(&snap);
		machine(&snap);
	}
}

/* A shell starts a program again only in a loop, and never the one that waits for inuse. */
static void test_shells(void **state)
{
	static const struct {
		int32_t pid;
		enum iu_tri loops;
		bool comes_back;
	} rows[] = {
		{600, IU_YES, true},
		{600, IU_UNKNOWN, true}, /* a capture of an older version */
		{600, IU_NO, false},
		{300, IU_YES, false}, /* it is above inuse */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iu_process *holder = listener(4242, "node");
		struct iu_plan p;

		put_parent(holder, rows[i].pid, "bash");
		holder->parents.v[holder->parents.n - 1].loops = rows[i].loops;
		p = plan_port();
		print_message("# shell %d: %s\n", (int)i, words(&p.steps.v[0].losses));
		assert_int_equal(p.steps.v[0].comes_back, rows[i].comes_back);
		iu_snapshot_free(&snap);
		machine(&snap);
	}
	/* above a shell that ends with it: whoever runs that one */
	{
		struct iu_process *holder = listener(4242, "python3");
		struct iu_plan p;

		put_parent(holder, 600, "sh");
		put_parent(holder, 601, "python3");
		holder->parents.v[holder->parents.n - 2].loops = IU_NO;
		holder->parents.v[holder->parents.n - 1].script = "guard";
		p = plan_port();
		print_message("# guard: %s\n", words(&p.steps.v[0].losses));
		assert_true(p.steps.v[0].comes_back);
		assert_non_null(strstr(words(&p.steps.v[0].losses), "guard (pid 601)"));
		iu_snapshot_free(&snap);
		machine(&snap);
	}
	test_evidence();
	listener(4242, "node");
	rules.ancestors_unknown = true;
	assert_int_equal(plan_port().kind, IU_PLAN_REFUSED);
	rules.ancestors_unknown = false;
}

/* What is asked before a plan, and told after its steps. */
static void test_words(void **state)
{
	struct iu_step steps[] = {{.lever = {.kind = IU_STEP_TERMINATE, .process = {.pid = 4242}}},
		{.lever = {.kind = IU_STEP_TERMINATE, .process = {.pid = 4243}}}};
	struct iu_step_result done = {.kind = IU_RESULT_DONE, .took_ms = 1234};
	struct iu_plan p = {.steps = {.v = steps, .n = 1}};

	(void)state;
	listener(4242, "node");
#define ASKS(text) assert_string_equal(iu_plan_words_question(&arena, &snap, &p), text)
	ASKS("Stop node (4242) of alice?");
	assert_string_equal(iu_plan_words_result(&arena, &snap, &steps[0], &done), "node (4242) ended after SIGTERM (1.2 s)");
	assert_string_equal(iu_plan_words_still(&arena, &snap, &steps[0]), "node (4242) is still running after SIGTERM");
	done.killed = true;
	assert_string_equal(iu_plan_words_result(&arena, &snap, &steps[0], &done), "node (4242) killed with SIGKILL (1.2 s)");
	done.kind = IU_RESULT_GONE;
	assert_string_equal(iu_plan_words_result(&arena, &snap, &steps[0], &done), "node (4242) had gone already");
	done.kind = IU_RESULT_FAILED;
	assert_null(iu_plan_words_result(&arena, &snap, &steps[0], &done));
	p.steps.n = 2;
	ASKS("Stop node (4242) of alice and 1 more?");
	steps[1].lever = (struct iu_lever){.kind = IU_STEP_DESTROY};
	ASKS("Do these 2 steps?");
	steps[0].lever = (struct iu_lever){.kind = IU_STEP_STOP_UNIT, .unit = {.name = "web.service"}};
	p.steps.n = 1;
	ASKS("Stop web.service?");
	steps[0].lever = (struct iu_lever){.kind = IU_STEP_REMOVE_FILE, .file = {.path = "/run/a b.sock"}};
	ASKS("Remove /run/a b.sock?");
	steps[0].lever = (struct iu_lever){.kind = IU_STEP_DESTROY};
	ASKS("Drop the old connection?");
#undef ASKS
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_nothing), T(test_process), T(test_unit), T(test_user_unit),
		T(test_unit_spared), T(test_container), T(test_proxy), T(test_activation),
		T(test_suspended), T(test_prefork), T(test_time_wait), T(test_orphan),
		T(test_destroy_only_closing), T(test_file), T(test_file_after), T(test_serves),
		T(test_refuse_pids), T(test_refuse_kernel_thread), T(test_refuse_other_user),
		T(test_all_or_nothing), T(test_refuse_causes), T(test_refuse_outbound),
		T(test_refuse_hidden), T(test_clients_spared), T(test_respawn),
		T(test_shells), T(test_shared), T(test_engine_api), T(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
