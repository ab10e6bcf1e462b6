/* cli/error.c - inuse error: what an error means on each system */
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "session/error-meaning.h"

#define ASKED_COLUMNS 60

static int complain_unknown(const struct iu_error_answer *meaning)
{
	struct iu_text line = {0};

	iu_text_add(&line, "\"");
	iu_text_foreign(&line, meaning->asked, meaning->len, ASKED_COLUMNS);
	iu_text_add(&line, meaning->readings.is_message
			? "\" names no error that is known here; write a number or a name, for "
			  "example inuse error 10048"
			: "\" is no error of Linux, Windows, macOS or BSD that bind(), listen() or "
			  "connect() gives");
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_NO;
}

static bool put_text(
	const struct iu_arguments *arguments, struct iu_error_answer *meaning, bool first)
{
	struct iu_style style = iu_options_style(arguments);
	struct iu_text text = {0}, out = {0};
	int ret = iu_error_meaning_text(meaning, &style, &text);
	bool good = false;

	iu_text_add(&out, first || style.quiet ? "" : "\n");
	iu_text_addn(&out, text.data, text.len);
	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	else
		good = iu_write(&out);
	iu_text_free(&text);
	iu_text_free(&out);
	return good;
}

static int ask(const struct iu_arguments *arguments, const char *text, size_t len, bool first)
{
	struct iu_error_answer meaning;
	int code = IU_EXIT_UNKNOWN, ret = iu_error_meaning_read(text, len, &meaning);

	if (ret < 0 && ret != IU_E_NOENT)
		iu_complain(iu_error_text(ret), NULL, "");
	else if (arguments->json ? iu_write_json(iu_error_meaning_json(&meaning))
				 : ret < 0 || put_text(arguments, &meaning, first))
		code = ret < 0 ? complain_unknown(&meaning) : IU_EXIT_DONE;
	iu_error_meaning_end(&meaning);
	return code;
}

static int ask_input(const struct iu_arguments *arguments)
{
	struct iu_text suspects = {0}, others = {0};
	int code = IU_EXIT_UNKNOWN, ret = iu_input_read(&suspects, &others);
	const struct iu_text *text = suspects.len ? &suspects : &others;

	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	else if (!text->len)
		iu_complain("standard input names no error", NULL, "");
	else
		code = ask(arguments, text->data, text->len, true);
	if (ret >= 0 && !text->len)
		code = IU_EXIT_NO;
	iu_text_free(&suspects);
	iu_text_free(&others);
	return code;
}

static bool is_code(const char *word)
{
	struct iu_error_readings readings;

	iu_error_read(word, strlen(word), &readings);
	return !readings.is_message;
}

/* Without quotes a message comes as many words; several codes are several questions. */
static int ask_words(const struct iu_invocation *invocation)
{
	struct iu_text text = {0};
	bool codes = true;
	int code = IU_EXIT_DONE, one;

	for (size_t i = 0; i < invocation->count; i++)
		codes = codes && is_code(invocation->words[i]);
	for (size_t i = 0; codes && i < invocation->count; i++) {
		one = ask(&invocation->arguments, invocation->words[i],
			strlen(invocation->words[i]), i == 0);
		code = one > code ? one : code;
	}
	if (codes)
		return code;
	for (size_t i = 0; i < invocation->count; i++) {
		iu_text_add(&text, i ? " " : "");
		iu_text_addn(&text, invocation->words[i], strlen(invocation->words[i]));
	}
	code = IU_EXIT_UNKNOWN;
	if (text.failed)
		iu_complain(iu_error_text(IU_E_NOMEM), NULL, "");
	else
		code = ask(&invocation->arguments, text.data, text.len, true);
	iu_text_free(&text);
	return code;
}

static int run_command(const struct iu_invocation *invocation)
{
	bool any = false;

	for (size_t i = 0; i < invocation->count; i++)
		any |= invocation->words[i][0] != '\0';
	if (!any) {
		iu_complain("error needs a number, a name or a message, for example: inuse error 98",
			NULL, "");
		return IU_EXIT_USAGE;
	}
	if (invocation->count == 1 && !strcmp(invocation->words[0], "-"))
		return ask_input(&invocation->arguments);
	return ask_words(invocation);
}

const struct iu_command iu_command_error = {
	.name = "error",
	.operands = "CODE|NAME|MESSAGE…",
	.summary = "what an error means on each system",
	.description =
		"Takes a number (98, 10048, 0x80072740, -4091), a name (EADDRINUSE, WSAEACCES, "
		"STATUS_SHARING_VIOLATION) or a message, also in other languages, and says what "
		"it means on Linux, Windows, macOS and BSD: which call gives it, which causes "
		"it has, those met most often first, and what to ask next. It looks at nothing, "
		"so it answers for every machine. - reads a message from standard input. The "
		"exit code is 1 where the error is not known.",
	.examples = {
		{"inuse error 98", "on Linux, and what 98 is elsewhere"},
		{"inuse error WSAEACCES", "an error of Windows"},
		{"inuse error 0x80070020", "what IIS and HTTP.sys say"},
		{"inuse error 'bind: Address already in use'", "a message"},
	},
	.options = {
		{IU_OPTION_JSON}, {IU_OPTION_VERBOSE}, {IU_OPTION_QUIET}, IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_ERROR,
	.takes_negatives = true,
	.run = run_command,
};
