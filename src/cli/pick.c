/* cli/pick.c - inuse pick: a port that can be bound, printed or handed to a program */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "os/os.h"
#include "session/pick.h"

#define COUNT_MOST   1000
#define PLACE	     "{}"
#define NOT_STARTED  127 /* as shells say it */

static int read_range(const char *text, struct iu_pick *pick)
{
	const char *dash = strchr(text, '-');
	unsigned long first, last;
	char start[16];
	size_t n = dash ? (size_t)(dash - text) : 0;

	if (!dash || n >= sizeof(start)) {
		iu_complain("--range takes two ports, for example 8000-8999, not ", text, "");
		return IU_EXIT_USAGE;
	}
	memcpy(start, text, n);
	start[n] = '\0';
	if (iu_number_read("range", start, 1, 65535, &first) ||
		iu_number_read("range", dash + 1, 1, 65535, &last))
		return IU_EXIT_USAGE;
	if (first > last) {
		iu_complain("--range begins after its end: ", text, "");
		return IU_EXIT_USAGE;
	}
	pick->first = (uint16_t)first;
	pick->last = (uint16_t)last;
	return 0;
}

static int read_pick(const struct iu_arguments *arguments, struct iu_text *directory,
	unsigned long *count, struct iu_pick *pick)
{
	unsigned long port = 0;
	int code = 0;

	*count = 1;
	pick->udp = arguments->udp;
	if (arguments->near)
		code = iu_number_read("near", arguments->near, 1, 65535, &port);
	pick->near = (uint16_t)port;
	if (code == 0 && arguments->range)
		code = read_range(arguments->range, pick);
	if (code == 0 && arguments->count)
		code = iu_number_read("count", arguments->count, 1, COUNT_MOST, count);
	if (code || !arguments->program)
		return code;
	if (!iu_system_directory(arguments->program, directory)) {
		iu_complain("there is no directory ", arguments->program, "");
		return IU_EXIT_USAGE;
	}
	pick->for_directory = directory->data;
	return 0;
}

static const char *check(const struct iu_invocation *invocation, unsigned long count)
{
	const struct iu_arguments *arguments = &invocation->arguments;

	if (arguments->hold && !invocation->count)
		return "--hold needs a CMD: inuse pick --hold -- CMD…";
	if (!arguments->hold && invocation->count)
		return "pick takes no TARGET; a CMD needs --hold: inuse pick --hold -- CMD…";
	if (arguments->hold && count > 1)
		return "--hold hands over one port, not several";
	if (arguments->hold && arguments->json)
		return "--hold prints nothing, so it takes no --json";
	return NULL;
}

static int complain_none(void)
{
	iu_complain("no port there can be bound", NULL, "");
	return IU_EXIT_NO;
}

static bool put(const struct iu_arguments *arguments, const uint16_t *ports, size_t count)
{
	struct iu_text text = {0};
	json_t *root, *list;
	bool good;

	if (!arguments->json) {
		for (size_t i = 0; i < count; i++)
			iu_text_printf(&text, "%u\n", (unsigned int)ports[i]);
		good = iu_write(&text);
		iu_text_free(&text);
		return good;
	}
	list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(ports[i]));
	root = json_pack("{s:s, s:s, s:o}", "schema", "inuse.pick/1", "protocol",
		arguments->udp ? "udp" : "tcp", "ports", list);
	return iu_write_json(root);
}

static int print_ports(
	const struct iu_arguments *arguments, struct iu_pick_run *picking, unsigned long count)
{
	uint16_t ports[COUNT_MOST];
	int ret = iu_pick_run_several(picking, count, false, ports, NULL);

	if (ret == IU_E_NOENT)
		return complain_none();
	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	return ret >= 0 && put(arguments, ports, count) ? 0 : IU_EXIT_UNKNOWN;
}

/* @word with every {} replaced by the port; NULL: out of memory. */
static char *fill_in(struct iu_arena *arena, const char *word, int port)
{
	struct iu_text text = {0};
	const char *place;
	char *filled;

	while ((place = strstr(word, PLACE))) {
		iu_text_addn(&text, word, (size_t)(place - word));
		iu_text_printf(&text, "%d", port);
		word = place + strlen(PLACE);
	}
	iu_text_add(&text, word);
	filled = text.failed ? NULL : iu_arena_strdup(arena, text.data ? text.data : "");
	iu_text_free(&text);
	return filled;
}

static int hand_over(const struct iu_invocation *invocation, struct iu_pick_run *picking)
{
	struct iu_arena arena = {0};
	char **argv = iu_arena_alloc(&arena, (invocation->count + 1) * sizeof(*argv));
	bool binds_itself = false;
	int hold, port, error = ENOMEM;

	for (size_t i = 0; i < invocation->count; i++)
		binds_itself |= strstr(invocation->words[i], PLACE) != NULL;
	port = iu_pick_run_next(picking, !binds_itself, &hold);
	if (port < 0) {
		iu_arena_free(&arena);
		return complain_none();
	}
	for (size_t i = 0; argv && i < invocation->count; i++)
		argv[i] = fill_in(&arena, invocation->words[i], port);
	if (!arena.failed)
		error = iu_system_exec(argv, hold);
	iu_complain("cannot start ", invocation->words[0], "");
	iu_complain(strerror(error), NULL, "");
	iu_arena_free(&arena);
	return NOT_STARTED;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct iu_pick pick = {0};
	struct iu_pick_run picking;
	struct iu_text directory = {0};
	unsigned long count;
	const char *wrong;
	int code = read_pick(&invocation->arguments, &directory, &count, &pick);

	wrong = code ? NULL : check(invocation, count);
	if (wrong) {
		iu_complain(wrong, NULL, "");
		code = IU_EXIT_USAGE;
	}
	if (code == 0 && iu_pick_run_start(&pick, &picking) < 0) {
		iu_complain("the port ranges of this system cannot be read", NULL, "");
		code = IU_EXIT_UNKNOWN;
	} else if (code == 0) {
		code = invocation->arguments.hold ? hand_over(invocation, &picking)
						  : print_ports(&invocation->arguments, &picking, count);
		iu_pick_run_end(&picking);
	}
	iu_text_free(&directory);
	return code;
}

const struct iu_command iu_command_pick = {
	.name = "pick",
	.operands = "[-- CMD…]",
	.summary = "print a free port that nothing else will pick",
	.description =
		"Prints a port that can be bound now for all addresses of both families, "
		"outside of the range that the system gives to connections, not reserved, "
		"nobody's by custom, and not refused by browsers. --hold keeps it bound and "
		"starts CMD with it: as descriptor 3, told by LISTEN_FDS as systemd does it, "
		"and as {} in the arguments of CMD. Without {} CMD uses that socket (TCP "
		"listens already), and nobody else gets in. With {} CMD binds the port itself, "
		"and has to set SO_REUSEADDR for that (servers in Go, Java, Node and most "
		"others do): Linux lets nobody bind beside a held port without it. That also "
		"means that another program which asks for this very port with SO_REUSEADDR "
		"could come first; no other pick gives it away.",
	.examples = {
		{"inuse pick", "some port"},
		{"inuse pick --near 8080", "the nearest to 8080"},
		{"inuse pick --for .", "the same again for this project"},
		{"inuse pick --hold -- ./server --port {}", "nobody can take it in between"},
	},
	.options = {
		{IU_OPTION_FOR, "the same port again for that directory", .argument = "DIR"},
		{IU_OPTION_NEAR, "the nearest port to that one"},
		{IU_OPTION_RANGE, "the first free port of that range"},
		{IU_OPTION_UDP, "a UDP port"},
		{IU_OPTION_COUNT, "print N ports", ", all different, one a line"},
		{IU_OPTION_HOLD, "keep the port bound, and start CMD with it"},
		{IU_OPTION_JSON}, {IU_OPTION_VERBOSE},
		{IU_OPTION_QUIET, "nothing but the result"},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_PROGRAM,
	.run = run_command,
};
