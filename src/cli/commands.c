/* cli/commands.c - the rows of commands, options, target forms and exit codes */
#include "cli/commands.h"

#include <string.h>

#include "base/compat.h"

static const struct iu_command commands[IU_COMMAND_COUNT] = {
	[IU_COMMAND_WHY] =
		{
			.id = IU_COMMAND_WHY,
			.name = "why",
			.operands = "TARGET…",
			.summary = "would bind() and listen() fail, who is in the way, what helps",
			.description =
				"Says for each TARGET whether a program could bind it now. If not: "
				"which socket is in the way, which program, unit or container "
				"holds it, by which rule it blocks, and what helps. The options "
				"tell what the program that asks sets on its own socket.",
			.examples =
				{
					{"inuse 8080", "why can nothing listen on port 8080?"},
					{"inuse why --reuseaddr 127.0.0.1:8080/tcp",
						"the same, for a server that sets SO_REUSEADDR"},
					{"inuse 53/udp /run/app.sock",
						"several targets, one answer each"},
					{"inuse 'listen tcp :8080: bind: address already in use'",
						"the error message as it was printed"},
					{"./server 2>&1 | inuse -",
						"the same, straight out of the program"},
					{"inuse --for ./server 8080",
						"is it a copy of the same program?"},
					{"inuse --json 3000-3010", "one JSON document per line"},
				},
		},
	[IU_COMMAND_LIST] =
		{
			.id = IU_COMMAND_LIST,
			.name = "list",
			.operands = "[FILTER…]",
			.summary =
				"every bound socket with its holder: listening, bound, UDP, UNIX",
			.description =
				"Shows the sockets that take a port or a name away from others. A "
				"FILTER is a TARGET, an address, an interface, or one of the words "
				"tcp, udp and unix; several of them are alternatives.",
			.examples =
				{
					{"inuse", "everything that is bound"},
					{"inuse list tcp --user www-data",
						"TCP sockets of one user"},
					{"inuse list 8000-8999 127.0.0.1",
						"some ports, and everything on the loopback "
						"address"},
					{"inuse list --process nginx --json", "for a script"},
				},
		},
	[IU_COMMAND_FREE] =
		{
			.id = IU_COMMAND_FREE,
			.name = "free",
			.operands = "TARGET…",
			.summary = "make it bindable: shows the plan, asks, acts, proves it",
			.description =
				"Shows what stands in the way of each TARGET and what would be done: "
				"the unit, the container or the process that is asked to end, what "
				"else it serves, what is lost. Then it asks on the terminal; scripts "
				"say --yes. Nothing is ever done to clients of the port, to a pid "
				"that meanwhile belongs to another process, to pid 1, to the shell "
				"and session it runs in, or to what is on the list of protected "
				"programs (/etc/inuse/protected, ~/.config/inuse/protected). The "
				"processes of another user are left alone unless --user names that "
				"user. In the end the same question is asked again.",
			.examples =
				{
					{"inuse free 8080", "shows the plan and asks"},
					{"inuse free --dry-run 8080", "only shows it"},
					{"inuse free --yes --json 8080", "for a script"},
					{"sudo inuse free --user postgres 5432",
						"another user's program has to be named"},
					{"inuse free --yes --force --grace 10 8080",
						"SIGKILL when 10 s after SIGTERM it has not ended"},
				},
		},
	[IU_COMMAND_WAIT] =
		{
			.id = IU_COMMAND_WAIT,
			.name = "wait",
			.operands = "TARGET…",
			.summary = "return when it can be bound, or when something listens there",
			.description =
				"Returns the moment all TARGETs can be bound at once, with --listening "
				"the moment somebody listens at each. On a terminal it says what it waits "
				"for and how long at most.",
			.examples =
				{
					{"inuse wait 8080 && ./server", "start as soon as it can"},
					{"./server & inuse wait --listening --timeout 10 8080",
						"go on when the server is up"},
				},
		},
	[IU_COMMAND_PICK] =
		{
			.id = IU_COMMAND_PICK,
			.name = "pick",
			.operands = "[-- CMD…]",
			.summary = "a port that can be bound, and that nobody gets by accident",
			.description =
				"Prints a port that can be bound now for all addresses of both "
				"families, outside of the range that the system gives to connections, "
				"not reserved, nobody's by custom, and not refused by browsers. "
				"--hold keeps it bound and starts CMD with it: as descriptor 3, told by "
				"LISTEN_FDS as systemd does it, and as {} in the arguments of CMD. "
				"Without {} CMD uses that socket (TCP listens already), and nobody else gets in. "
				"With {} CMD binds the port itself, and has to set SO_REUSEADDR for "
				"that (servers in Go, Java, Node and most others do): Linux lets "
				"nobody bind beside a held port without it. That also means that "
				"another program which asks for this very port with SO_REUSEADDR "
				"could come first; no other pick gives it away.",
			.examples =
				{
					{"inuse pick", "some port"},
					{"inuse pick --near 8080", "the nearest to 8080"},
					{"inuse pick --for .", "the same again for this project"},
					{"inuse pick --hold -- ./server --port {}",
						"nobody can take it in between"},
				},
		},
	[IU_COMMAND_ERROR] =
		{
			.id = IU_COMMAND_ERROR,
			.name = "error",
			.operands = "CODE|NAME|MESSAGE…",
			.summary = "what an error of bind(), listen() or connect() means on each system",
			.description =
				"Takes a number (98, 10048, 0x80072740, -4091), a name "
				"(EADDRINUSE, WSAEACCES, STATUS_SHARING_VIOLATION) or a message, "
				"also in other languages, and says what it means on Linux, Windows, "
				"macOS and BSD: which call gives it, which causes it has, those met "
				"most often first, and what to ask next. It looks at nothing, so it "
				"answers for every machine. - reads a message from standard input. "
				"The exit code is 1 where the error is not known.",
			.examples =
				{
					{"inuse error 98", "on Linux, and what 98 is elsewhere"},
					{"inuse error WSAEACCES", "an error of Windows"},
					{"inuse error 0x80070020", "what IIS and HTTP.sys say"},
					{"inuse error 'bind: Address already in use'",
						"a message"},
				},
		},
	[IU_COMMAND_REPORT] =
		{
			.id = IU_COMMAND_REPORT,
			.name = "report",
			.operands = "[TARGET…]",
			.summary = "a capture of this machine as one JSON file, that --from reads",
			.description =
				"Writes down all sockets of this machine with their holders, "
				"options, addresses and limits: inuse why --from FILE and inuse "
				"list --from FILE then answer from it, on any machine. What only "
				"a look at the TARGET itself tells is recorded for each TARGET "
				"given: what the kernel says to a bind() of our own, asked under "
				"the rules of why, and what lies at the path of a UNIX socket. "
				"The file contains names of users and programs, command lines, "
				"paths and addresses; --redact takes out what is private.",
			.examples =
				{
					{"inuse report -o machine.json", "everything"},
					{"inuse report --redact -o machine.json 8080 /run/app.sock",
						"for somebody else, about these two"},
					{"inuse why --from machine.json 8080",
						"the answer from the file"},
					{"ssh server inuse report 8080 | inuse why --from - 8080",
						"another machine's answer"},
				},
		},
	[IU_COMMAND_RUN] =
		{
			.id = IU_COMMAND_RUN,
			.name = "run",
			.operands = "-- CMD…",
			.summary = "run a program; when its bind() or listen() fails, say why",
			.description =
				"Becomes CMD: same process, terminal, exit code and signals. Whenever "
				"bind() or listen() of CMD, or of a program that it starts, fails, "
				"standard error tells why, once for each cause, before the program goes "
				"on. One of --wait, --next, --reuseaddr and --free helps as well. "
				"Without root, setuid programs get no more rights under it "
				"(no_new_privs). Binds made through io_uring are not seen.",
			.examples =
				{
					{"inuse run -- npm start", "explained where it happens"},
					{"inuse run --wait 90 -- ./server",
						"starts as soon as the port can be bound"},
					{"inuse run --next --port-file port -- ./server",
						"the next free port instead, written to a file"},
					{"inuse run --free -- ./server",
						"asks, then ends whoever is in the way"},
				},
		},
	[IU_COMMAND_HELP] =
		{
			.id = IU_COMMAND_HELP,
			.name = "help",
			.operands = "[COMMAND]",
			.summary = "what a command does and which options it takes",
			.description = "The same as COMMAND --help.",
			.examples = {{"inuse help why", "the options of why"}},
		},
};

#define FIELD(name) offsetof(struct iu_arguments, name)

static const struct iu_option options[] = {
	{"reuseaddr", 0, IU_OPTION_SWITCH, NULL, NULL,
		"ask for a socket that sets SO_REUSEADDR; run: set it, and say whether it helped",
		IU_FOR_TARGETS | IU_FOR_RUN, FIELD(reuseaddr)},
	{"reuseport", 0, IU_OPTION_SWITCH, NULL, NULL, "ask for a socket that sets SO_REUSEPORT", IU_FOR_TARGETS,
		FIELD(reuseport)},
	{"v6only", 0, IU_OPTION_SWITCH, NULL, NULL, "ask for an IPv6 socket that sets IPV6_V6ONLY", IU_FOR_TARGETS,
		FIELD(v6only)},
	{"exclusive", 0, IU_OPTION_SWITCH, NULL, NULL,
		"ask for a socket that sets SO_EXCLUSIVEADDRUSE (Windows only)", IU_FOR_WHY,
		FIELD(exclusive)},
	{"device", 0, IU_OPTION_WORD, "IF", NULL,
		"ask for a socket that is bound to the network interface IF (SO_BINDTODEVICE)",
		IU_FOR_TARGETS, FIELD(device)},
	{"user", 'u', IU_OPTION_WORD, "NAME|UID", NULL, 
		"why: ask as that user; list: only sockets of that user; free: that user's programs "
		"may be ended",
		IU_FOR_WHY | IU_FOR_LIST | IU_FOR_FREE | IU_FOR_RUN, FIELD(user)},
	{"for", 0, IU_OPTION_WORD, "PROGRAM|DIR", NULL,
		"why: the program that wants the port: a holder that runs the same file is \"already "
		"running\"; pick: the same port again for that directory",
		IU_FOR_WHY | IU_FOR_PICK, FIELD(program)},
	{"probe", 0, IU_OPTION_SWITCH, NULL, NULL,
		"always ask the kernel with a bind() of our own (never listen(), closed at once; "
		"never on UNIX paths)",
		IU_FOR_WHY, FIELD(probe)},
	{"no-probe", 0, IU_OPTION_SWITCH, NULL, NULL,
		"never ask the kernel; without --probe and --no-probe only where asking can change "
		"nothing",
		IU_FOR_WHY, FIELD(no_probe)},
	{"first", 0, IU_OPTION_SWITCH, NULL, NULL,
		"be content with the first listener and its first holder where looking for all of them "
		"takes long; what was not looked at is said",
		IU_FOR_WHY, FIELD(first)},
	{"from", 0, IU_OPTION_WORDS, "FILE…", NULL,
		"answer from a capture of another machine or time (inuse report) instead of this "
		"machine; - is standard input; may be given several times",
		IU_FOR_WHY | IU_FOR_LIST | IU_FOR_REPORT, FIELD(from)},
	{"process", 'p', IU_OPTION_WORD, "NAME", NULL, "only sockets held by programs of that name, or by that PID",
		IU_FOR_LIST, FIELD(process)},
	{"unit", 0, IU_OPTION_WORD, "NAME", NULL, "only sockets of that systemd unit or container", IU_FOR_LIST,
		FIELD(unit)},
	{"protocol", 0, IU_OPTION_WORD, "tcp|udp|unix", "tcp|udp|unix", "only sockets of that protocol",
		IU_FOR_LIST, FIELD(protocol)},
	{"all", 'a', IU_OPTION_SWITCH, NULL, NULL, "connections and TIME-WAIT too", IU_FOR_LIST, FIELD(all)},
	{"yes", 'y', IU_OPTION_SWITCH, NULL, NULL, "do it without asking", IU_FOR_FREE | IU_FOR_RUN, FIELD(yes)},
	{"dry-run", 'n', IU_OPTION_SWITCH, NULL, NULL, "only show the plan", IU_FOR_FREE, FIELD(dry_run)},
	{"grace", 0, IU_OPTION_WORD, "SECONDS", NULL, "so long a process may take to end: 5 by default",
		IU_FOR_FREE | IU_FOR_RUN, FIELD(grace)},
	{"force", 0, IU_OPTION_SWITCH, NULL, NULL,
		"kill what has not ended by then; as root drop closed connections at once",
		IU_FOR_FREE | IU_FOR_RUN, FIELD(force)},
	{"disable", 0, IU_OPTION_SWITCH, NULL, NULL, "Windows: keep a service that is stopped from starting again",
		IU_FOR_FREE, FIELD(disable)},
	{"undo", 0, IU_OPTION_SWITCH, NULL, NULL, "Windows: give back the start types that --disable changed",
		IU_FOR_FREE, FIELD(undo)},
	{"listening", 0, IU_OPTION_SWITCH, NULL, NULL, "wait until something listens there", IU_FOR_WAIT,
		FIELD(listening)},
	{"timeout", 0, IU_OPTION_WORD, "SECONDS", NULL, "give up after that time, with exit code 1", IU_FOR_WAIT,
		FIELD(timeout)},
	{"wait", 0, IU_OPTION_WORD, "SECONDS", NULL, "hold the call until the port can be bound, so long at most",
		IU_FOR_RUN, FIELD(wait)},
	{"next", 0, IU_OPTION_SWITCH, NULL, NULL, "bind the next free port instead, and say which", IU_FOR_RUN,
		FIELD(next)},
	{"free", 0, IU_OPTION_SWITCH, NULL, NULL, "free the port as `inuse free` does, with its questions", IU_FOR_RUN,
		FIELD(free_it)},
	{"port-file", 0, IU_OPTION_WORD, "FILE", NULL, "write the port that was bound into FILE", IU_FOR_RUN,
		FIELD(port_file)},
	{"port-fd", 0, IU_OPTION_WORD, "N", NULL, "write the port that was bound to the open descriptor N",
		IU_FOR_RUN, FIELD(port_fd)},
	{"near", 0, IU_OPTION_WORD, "PORT", NULL, "the nearest port to that one", IU_FOR_PICK, FIELD(near)},
	{"range", 0, IU_OPTION_WORD, "A-B", NULL, "the first port of that range", IU_FOR_PICK, FIELD(range)},
	{"udp", 0, IU_OPTION_SWITCH, NULL, NULL, "a UDP port", IU_FOR_PICK, FIELD(udp)},
	{"count", 0, IU_OPTION_WORD, "N", NULL, "so many different ports, one a line", IU_FOR_PICK, FIELD(count)},
	{"hold", 0, IU_OPTION_SWITCH, NULL, NULL, "keep the port bound, and start CMD with it", IU_FOR_PICK,
		FIELD(hold)},
	{"output", 'o', IU_OPTION_WORD, "FILE", NULL,
		"write to FILE, which must not exist yet and only you may read; - (the default) is "
		"standard output",
		IU_FOR_REPORT, FIELD(output)},
	{"redact", 0, IU_OPTION_SWITCH, NULL, NULL,
		"without names of users and of the host, arguments of commands, public addresses and "
		"home directories; the same thing gets the same name instead everywhere",
		IU_FOR_REPORT, FIELD(redact)},
	{"lines", 0, IU_OPTION_SWITCH, NULL, NULL,
		"with --json: each socket in a document and a line of its own, and what could not be "
		"seen in the last one",
		IU_FOR_LIST, FIELD(lines)},
	{"json", 'j', IU_OPTION_SWITCH, NULL, NULL, "JSON, one document per line", IU_FOR_ALL & ~IU_FOR_HELP,
		FIELD(json)},
	{"color", 0, IU_OPTION_WORD, "auto|always|never", "auto|always|never",
		"colours: auto (the default) means on a terminal and without NO_COLOR", IU_FOR_ALL,
		FIELD(color)},
	{"quiet", 'q', IU_OPTION_SWITCH, NULL, NULL, "the first sentence only; wait and pick: nothing but the result", IU_FOR_ALL & ~IU_FOR_HELP,
		FIELD(quiet)},
	{"help", 'h', IU_OPTION_SWITCH, NULL, NULL, "show this help", IU_FOR_ALL, FIELD(help)},
	{"version", 'V', IU_OPTION_SWITCH, NULL, NULL, "show the version", IU_FOR_ALL, FIELD(version)},
};

static const struct iu_target_form target_forms[] = {
	{"8080  :8080  *:8080",
		"TCP port 8080, for the wildcard of both families: 0.0.0.0 and [::]"},
	{"127.0.0.1:8080  [::1]:8080", "that address"},
	{"localhost:8080  eth0:8080", "a name of the hosts file, or the addresses of an interface; "
				      "never looked up over the network"},
	{"8080/udp  udp:8080  53/*", "the protocol after or before the port; * is TCP and UDP"},
	{"http  http/tcp", "a service of the system's services database"},
	{"3000-3010  80,443", "several ports: one answer each"},
	{"http://localhost:3000/x", "the host and port of a URL"},
	{"/run/app.sock  ./app.sock  unix:app.sock", "the path of a UNIX socket"},
	{"@name", "an abstract UNIX name"},
	{"0  127.0.0.1:0", "any free port: is the ephemeral range exhausted?"},
	{"any other text",
		"an error message as a program printed it: the endpoint is read out of it"},
	{"-", "the same from standard input"},
};

static const struct iu_exit_code exit_codes[] = {
	{0, "yes: the bind fails, and here is the reason", "done"},
	{1, "no: nothing stands in the way", "not done"},
	{2, "the command line is wrong", "the command line is wrong"},
	{3, "could not tell: the reason is printed", "could not tell: the reason is printed"},
};

/* Commands of later versions: read as a target each would give a baffling complaint. */
static const char *const later_commands[] = {
	"watch", "top", "metrics"};

const struct iu_command *iu_commands(size_t *ret_count)
{
	*ret_count = IU_COUNT(commands);
	return commands;
}

const struct iu_option *iu_options(size_t *ret_count)
{
	*ret_count = IU_COUNT(options);
	return options;
}

const struct iu_target_form *iu_target_forms(size_t *ret_count)
{
	*ret_count = IU_COUNT(target_forms);
	return target_forms;
}

const struct iu_exit_code *iu_exit_codes(size_t *ret_count)
{
	*ret_count = IU_COUNT(exit_codes);
	return exit_codes;
}

const struct iu_command *iu_command_find(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

bool iu_command_is_later(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(later_commands); i++)
		if (!strcmp(later_commands[i], name))
			return true;
	return false;
}

#define NEAR_BYTES 32 /* longer than any option */

/* How many letters have to be added, dropped, changed or exchanged with their neighbour. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_BYTES + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NEAR_BYTES || m > NEAR_BYTES)
		return NEAR_BYTES;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = before[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = before[j] + 1 < now[j - 1] + 1 ? before[j] + 1 : now[j - 1] + 1;
			if (change < now[j])
				now[j] = change;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				rows[(i + 1) % 3][j - 2] + 1 < now[j])
				now[j] = rows[(i + 1) % 3][j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

const struct iu_option *iu_option_near(const char *name, unsigned int for_commands)
{
	const struct iu_option *best = NULL;
	size_t least = strlen(name) > 4 ? 3 : 2; /* with more wrong letters it is another word */

	for (size_t i = 0; i < IU_COUNT(options); i++) {
		size_t wrong = distance(name, options[i].name);

		if ((options[i].commands & for_commands) && wrong < least &&
			wrong < strlen(options[i].name)) {
			least = wrong;
			best = &options[i];
		}
	}
	return best;
}
