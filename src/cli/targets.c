/* cli/targets.c - operands become questions */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "model/target.h"
#include "os/os.h"

#define OPERAND_COLUMNS 60

int iu_user_read(const char *user, const struct iu_names *names, uint32_t *ret_uid)
{
	uint64_t uid = 0;
	size_t n = strspn(user, "0123456789");

	if (names->user(names->context, user, ret_uid) >= 0)
		return 0;
	/* The largest number is no user: (uid_t)-1 means "nobody in particular" to the kernel. */
	for (size_t i = 0; i < n && uid < UINT32_MAX; i++)
		uid = uid * 10 + (uint64_t)(user[i] - '0');
	if (n && !user[n] && uid < UINT32_MAX) {
		*ret_uid = (uint32_t)uid;
		return 0;
	}
	iu_complain("unknown user ", user, names->recorded
		? ": the capture has no such name; give the number"
		: ": give a name of this system or a number");
	return IU_EXIT_USAGE;
}

int iu_number_read(const char *option, const char *text, unsigned long least, unsigned long most,
	unsigned long *ret_number)
{
	struct iu_text line = {0};
	unsigned long number = 0;
	size_t n = strspn(text, "0123456789");

	for (size_t i = 0; i < n && number <= most; i++)
		number = number * 10 + (unsigned long)(text[i] - '0');
	if (n && !text[n] && number >= least && number <= most) {
		*ret_number = number;
		return 0;
	}
	iu_text_printf(&line, "--%s takes a number from %lu to %lu, not \"", option, least, most);
	iu_text_foreign(&line, text, strlen(text), OPERAND_COLUMNS);
	iu_text_add(&line, "\"");
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

/* One operand being read. */
struct operand {
	struct iu_arena *arena;
	const struct iu_names *names;
	const struct iu_options *options;
	struct iu_questions *out;
	struct iu_text complaint; /* of the last endpoint that was refused */
	size_t taken;		  /* endpoints of a message that were taken */
};

static int take(struct operand *operand, const struct iu_target *target)
{
	return iu_target_questions(operand->arena, target, operand->names,
		operand->options, operand->out, &operand->complaint);
}

/* An endpoint of a message. One that is not of this machine (a peer, a URL) does no harm. */
static int visit(void *context, const char *text)
{
	struct operand *operand = context;
	struct iu_target target;
	int ret;

	operand->complaint.len = 0;
	ret = iu_target_parse(operand->arena, text, strlen(text), &target, &operand->complaint);
	if (ret >= 0)
		ret = take(operand, &target);
	operand->taken += ret > 0;
	return ret == IU_E_INPUT ? 0 : ret;
}

static int end_message(struct operand *operand, int found, const char *nothing)
{
	if (found < 0)
		return found;
	if (operand->taken)
		return 0;
	if (!found)
		iu_text_add(&operand->complaint, nothing);
	return IU_E_INPUT;
}

static int read_message(struct operand *operand, const char *text)
{
	int found = iu_message_targets(text, strlen(text), visit, operand);

	return end_message(operand, found,
		"this text names no port, address or socket path that could be asked for; write "
		"for example inuse 8080");
}

static int read_input(struct operand *operand)
{
	struct iu_text suspects = {0}, others = {0};
	int found = iu_input_read(&suspects, &others);

	if (found >= 0)
		found = iu_message_targets(suspects.data, suspects.len, visit, operand);
	if (!found)
		found = iu_message_targets(others.data, others.len, visit, operand);
	iu_text_free(&suspects);
	iu_text_free(&others);
	return end_message(operand, found,
		"standard input names no port, address or socket path that could be asked for");
}

static int read_operand(struct operand *operand, const char *text)
{
	struct iu_target target;
	int ret = iu_target_parse(operand->arena, text, strlen(text), &target, &operand->complaint);

	if (ret < 0)
		return ret;
	switch (target.kind) {
	case IU_TARGET_MESSAGE: return read_message(operand, text);
	case IU_TARGET_STDIN: return read_input(operand);
	case IU_TARGET_INET:
	case IU_TARGET_UNIX: break;
	}
	return take(operand, &target);
}

/* With several operands the complaint says which one it is about. */
static void complain(const struct iu_text *complaint, const char *text, size_t nr, size_t count)
{
	struct iu_text line = {0};

	if (count > 1) {
		iu_text_printf(&line, "target %zu, \"", nr);
		iu_text_foreign(&line, text, strlen(text), OPERAND_COLUMNS);
		iu_text_add(&line, "\": ");
	}
	iu_text_add(&line, complaint->data);
	line.failed = line.failed || complaint->failed;
	iu_complain_text(&line);
	iu_text_free(&line);
}

int iu_targets_read(struct iu_arena *arena, const struct iu_invocation *invocation,
	const struct iu_names *names, const struct iu_options *options, struct iu_questions *out)
{
	int ret = 0;

	for (size_t i = 0; i < invocation->count && ret >= 0; i++) {
		struct operand operand = {
			.arena = arena, .names = names, .options = options, .out = out};

		ret = read_operand(&operand, invocation->words[i]);
		if (ret == IU_E_INPUT)
			complain(
				&operand.complaint, invocation->words[i], i + 1, invocation->count);
		else if (ret < 0)
			iu_complain(iu_error_text(ret), NULL, "");
		iu_text_free(&operand.complaint);
	}
	if (ret >= 0)
		return 0;
	return ret == IU_E_INPUT ? IU_EXIT_USAGE : IU_EXIT_UNKNOWN;
}

int iu_targets_few(struct iu_arena *arena, const struct iu_invocation *invocation, size_t most,
	struct iu_questions *out)
{
	struct iu_options options;
	struct iu_text line = {0};
	int code = iu_socket_options_read(&invocation->arguments, iu_os_names(), &options);

	if (code == 0)
		code = iu_targets_read(arena, invocation, iu_os_names(), &options, out);
	if (code || out->n <= most)
		return code;
	iu_text_printf(&line, "%s takes at most %zu ports or paths at once",
		invocation->command->name, most);
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}
