/* model/question.c - the names of calls */
#include "model/question.h"

#include "base/compat.h"

const char *iu_question_call_name(enum iu_call call)
{
	static const char *const names[] = {
		[IU_CALL_BIND] = "bind",
		[IU_CALL_REMOTE] = "bind",
		[IU_CALL_CONNECT] = "connect",
		[IU_CALL_ACCEPT] = "accept",
		[IU_CALL_SEND] = "sendto",
	};

	return (size_t)call < IU_COUNT(names) ? names[call] : NULL;
}
