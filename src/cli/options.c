/* cli/options.c - a command line, read after the option table */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "base/compat.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "os/os.h"

#define FIRST_VALUE 256 /* beyond every letter */
#define NEGATIVES_MAX 8

/* The options as getopt_long() reads them. */
struct table {
	struct option longs[IU_OPTION_END];
	char letters[2 * IU_OPTION_END + 12];
};

static void make_table(struct table *table)
{
	char *letter = table->letters;

	*table = (struct table){0};
	*letter++ = ':';
	for (int option = IU_OPTION_NONE + 1; option < IU_OPTION_END; option++) {
		const struct iu_option *row = iu_option_row(option);

		table->longs[option - 1] = (struct option){.name = row->name,
			.has_arg = row->value == IU_VALUE_NONE ? no_argument : required_argument,
			.val = FIRST_VALUE + option};
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		if (row->value != IU_VALUE_NONE)
			*letter++ = ':';
	}
	memcpy(letter, "0123456789", 11); /* no options: negative numbers are operands */
}

/* The option behind a value of getopt_long(); IU_OPTION_NONE: there is none. */
static int option_of(int value)
{
	for (int option = IU_OPTION_NONE + 1; option < IU_OPTION_END; option++)
		if (value == FIRST_VALUE + option ||
			(value && value == iu_option_row(option)->letter))
			return option;
	return IU_OPTION_NONE;
}

/* "tcp" of "tcp|udp|unix". */
static bool is_choice(const char *choices, const char *word)
{
	size_t n = strlen(word);

	while (choices) {
		if (n && !strncmp(choices, word, n) && (choices[n] == '|' || !choices[n]))
			return true;
		choices = strchr(choices, '|');
		choices += choices != NULL;
	}
	return false;
}

static int add_value(const struct iu_option *row, const char *value, struct iu_values *values)
{
	struct iu_text line = {0};

	if (values->n < IU_VALUES_MAX) {
		values->v[values->n++] = value;
		return 0;
	}
	iu_text_printf(&line, "--%s may be given at most %d times", row->name, IU_VALUES_MAX);
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

static int store(const struct iu_option *row, const char *value, struct iu_arguments *arguments)
{
	char *field = (char *)arguments + row->offset;
	const bool yes = true;
	struct iu_text line = {0};

	if (row->choices && !is_choice(row->choices, value)) {
		iu_text_printf(&line, "--%s takes %s, not \"", row->name, row->choices);
		iu_text_foreign(&line, value, strlen(value), 40);
		iu_text_add(&line, "\"");
		iu_complain_text(&line);
		iu_text_free(&line);
		return IU_EXIT_USAGE;
	}
	switch (row->value) {
	case IU_VALUE_NONE: memcpy(field, &yes, sizeof(yes)); return 0;
	case IU_VALUE_ONE: memcpy(field, &value, sizeof(value)); return 0;
	case IU_VALUE_MANY: return add_value(row, value, (struct iu_values *)(void *)field);
	}
	return IU_EXIT_USAGE;
}

/* What getopt did not take: @word as written, @value the option it belongs to, if any. */
static int refuse_option(int result, int value, const char *word)
{
	const struct iu_option *row = iu_option_row(option_of(value)), *near;
	struct iu_text line = {0};
	char letter[3] = {'-', (char)value, '\0'};
	char name[64];
	size_t n;

	if (row->name) {
		if (result == ':')
			iu_text_printf(&line, "--%s needs a value: --%s %s", row->name, row->name,
				row->argument);
		else
			iu_text_printf(&line, "--%s takes no value", row->name);
	} else {
		iu_text_add(&line, "unknown option ");
		if (value)
			word = letter;
		iu_text_foreign(&line, word, strlen(word), 40);
		n = strcspn(word + 2, "=");
		if (!value && n < sizeof(name)) {
			memcpy(name, word + 2, n);
			name[n] = '\0';
			near = iu_option_near(name);
			if (near)
				iu_text_printf(&line, ": did you mean --%s?", near->name);
		}
		iu_text_add(&line, line.data && strchr(line.data, '?') ? "" : "; see inuse --help");
	}
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

int iu_options_check(const struct iu_invocation *invocation, const struct iu_command *command)
{
	const bool *given = invocation->given;

	for (int option = IU_OPTION_NONE + 1; option < IU_OPTION_END; option++) {
		struct iu_text line = {0};

		if (!given[option] || iu_command_takes(command, option))
			continue;
		iu_text_printf(&line, "%s takes no option --%s; see inuse %s --help",
			command->name, iu_option_row(option)->name, command->name);
		iu_complain_text(&line);
		iu_text_free(&line);
		return IU_EXIT_USAGE;
	}
	return 0;
}

/* A bare word is looked at before it is clear whose options have to be right. */
static int check(const struct iu_invocation *invocation)
{
	if (iu_words_may_name_program(invocation))
		return 0;
	return iu_options_check(invocation, invocation->command);
}

/* Operands that getopt() took for options: "inuse error -4091". */
struct negatives {
	char *words[NEGATIVES_MAX];
	size_t n, left; /* left: digits of the last one that are still to come */
};

/*
 * A digit of "-4091". The word is argv[optind] until getopt() gives its last letter, and then
 * argv[optind - 1]. Returns false when it is no number as a whole.
 */
static bool keep_negative(struct negatives *negatives, int digit, int argc, char **argv)
{
	char *last = negatives->n ? negatives->words[negatives->n - 1] : NULL;
	char *word = argv[optind - 1];
	size_t n;

	if (negatives->left) {
		negatives->left--;
		return true;
	}
	if (word == last || word[0] != '-' || word[1] != digit || word[2])
		word = optind < argc ? argv[optind] : NULL;
	n = word && word[0] == '-' ? strspn(word + 1, "0123456789") : 0;
	if (!n || word[1 + n] || negatives->n == NEGATIVES_MAX)
		return false;
	negatives->words[negatives->n++] = word;
	negatives->left = n - 1;
	return true;
}

/* Puts them behind the other operands; getopt() has moved all options to the front. */
static void return_negatives(const struct negatives *negatives, int argc, char **argv)
{
	size_t rest = (size_t)(argc - optind);

	optind -= (int)negatives->n;
	memmove(argv + optind, argv + optind + negatives->n, rest * sizeof(*argv));
	memcpy(argv + optind + rest, negatives->words, negatives->n * sizeof(*argv));
}

int iu_invocation_read(int argc, char **argv, struct iu_invocation *ret_invocation)
{
	struct iu_invocation invocation = {0};
	struct negatives negatives = {.n = 0};
	struct table table;
	int ret, option, code;

	make_table(&table);
	opterr = 0;
	optind = 0; /* glibc: start anew, also for a second call */
	while ((ret = getopt_long(argc, argv, table.letters, table.longs, NULL)) != -1) {
		if (ret >= '0' && ret <= '9') {
			if (keep_negative(&negatives, ret, argc, argv))
				continue;
			return refuse_option('?', ret, argv[optind - 1]);
		}
		option = option_of(ret);
		if (option == IU_OPTION_NONE || ret == '?' || ret == ':')
			return refuse_option(ret, optopt, argv[optind - 1]);
		invocation.given[option] = true;
		invocation.arguments.brief_help |= ret == 'h';
		code = store(iu_option_row(option), optarg, &invocation.arguments);
		if (code)
			return code;
	}
	return_negatives(&negatives, argc, argv);
	invocation.words = argv + optind;
	invocation.count = (size_t)(argc - optind);
	code = iu_words_choose(&invocation);
	if (code == 0 && negatives.n && !invocation.command->takes_negatives)
		return refuse_option('?', negatives.words[0][1], negatives.words[0]);
	if (code == 0 && !invocation.arguments.help && !invocation.arguments.version)
		code = check(&invocation);
	if (code == 0)
		*ret_invocation = invocation;
	return code;
}

struct iu_style iu_options_style(const struct iu_arguments *arguments)
{
	return iu_options_style_for(arguments, IU_STREAM_RESULTS);
}

struct iu_style iu_options_style_for(const struct iu_arguments *arguments, enum iu_stream stream)
{
	struct iu_style style = {
		.color = iu_system_wants_color(stream),
		.columns = iu_system_columns(stream),
		.quiet = arguments->quiet,
		.home = iu_system_home(),
		.verbose = arguments->verbose,
		.ascii = !iu_system_has_utf8(),
	};

	if (arguments->color && strcmp(arguments->color, "auto") != 0)
		style.color = !strcmp(arguments->color, "always");
	return style;
}

static int read_device(const char *device, const struct iu_names *names, struct iu_options *options)
{
	struct iu_text line = {0};

	if (names->ifindex(names->context, device, &options->ifindex) >= 0) {
		options->device = device;
		return 0;
	}
	iu_text_add(&line, "there is no network interface \"");
	iu_text_foreign(&line, device, strlen(device), 40);
	iu_text_add(&line, names->recorded ? "\" in the capture" : "\" here; there are: ");
	if (!names->recorded)
		iu_os_interfaces(&line);
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

int iu_options_socket(const struct iu_arguments *arguments, const struct iu_names *names,
	struct iu_options *ret_options)
{
	struct iu_options options = {
		.reuseaddr = arguments->reuseaddr,
		.reuseport = arguments->reuseport,
		.exclusive = arguments->exclusive,
		.v6only = arguments->v6only ? IU_YES : IU_UNKNOWN,
	};
	int code = 0;

	if (arguments->device)
		code = read_device(arguments->device, names, &options);
	if (code == 0)
		*ret_options = options;
	return code;
}
