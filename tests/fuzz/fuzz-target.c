/* fuzz-target.c - any bytes as a TARGET: one clean complaint, or questions that read back alike */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "input/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

/* Names whose first letter decides whether they are known. */
static int find_service(void *context, const char *name, enum iu_protocol protocol, uint16_t *ret)
{
	*ret = 80;
	return name[0] == 'u' && protocol == IU_PROTOCOL_TCP ? IU_E_NOENT : 0;
}

static int find_host(void *context, const char *name, struct iu_address *ret, size_t max)
{
	ret[0] = iu_address_ipv4(0x7f000001);
	return name[0] == 'h' ? 1 : IU_E_NOENT;
}

static int find_interface(void *context, const char *name, struct iu_address *ret, size_t max)
{
	ret[0] = (struct iu_address){.family = IU_FAMILY_IPV6, .bytes = {0xfe, 0x80, [15] = 1}};
	ret[0].scope = 7;
	return name[0] == 'e' ? 1 : IU_E_NOENT;
}

static int find_index(void *context, const char *name, uint32_t *ret)
{
	*ret = 7;
	return 0;
}

static const struct iu_names names = {
	.service = find_service,
	.host = find_host,
	.interface = find_interface,
	.ifindex = find_index,
	.user = find_index,
};

static int ask(struct iu_arena *arena, const char *text, size_t len, struct iu_questions *questions,
	struct iu_text *complaint, struct iu_target *target)
{
	static const struct iu_options options = {0};
	int ret = iu_target_parse(arena, text, len, target, complaint);

	return ret < 0 ? ret
		       : iu_target_questions(arena, target, &names, &options, questions, complaint);
}

static void check_complaint(const struct iu_text *complaint)
{
	check(complaint->len > 0 && !complaint->failed && complaint->len < 1000);
	for (size_t i = 0; i < complaint->len; i++)
		check((unsigned char)complaint->data[i] >= ' ' && complaint->data[i] != 0x7f);
}

/* The canonical text of a question is a target that asks the same question. */
static void check_back(const struct iu_question *question)
{
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	struct iu_target target;

	check(ask(&arena, question->target.text, strlen(question->target.text), &questions,
		      &complaint, &target) == 1);
	check(!strcmp(questions.v[0].target.text, question->target.text));
	check(questions.v[0].target.port == question->target.port &&
		questions.v[0].target.family == question->target.family);
	check(questions.v[0].target.protocol == question->target.protocol);
	check(iu_address_equal(&questions.v[0].target.address, &question->target.address));
	check(questions.v[0].target.path_len == question->target.path_len);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	struct iu_target target;
	int ret = ask(&arena, (const char *)data, size, &questions, &complaint, &target);

	check(ret >= 0 || ret == IU_E_INPUT);
	if (ret == IU_E_INPUT)
		check_complaint(&complaint);
	else
		check(complaint.len == 0 && (size_t)ret == questions.n);
	for (size_t i = 0; ret > 0 && i < questions.n && i < 4; i++)
		check_back(&questions.v[i]);
	if (ret > 0)
		check_back(&questions.v[questions.n - 1]);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
	return 0;
}
