/* os/windows/process/service-tags.c - which service of a process made a socket, by the tag of its row */
#include "os/windows/process/service-tags.h"

#include "base/err.h"
#include "os/windows/scan.h"
#include "os/windows/system.h"

#define NAME_FROM_TAG 1 /* what is asked for */
#define TAG_OF_SERVICE 1 /* what has that tag */
#define NAME_UNITS    257 /* the longest name of a service is 256 */

/* TAG_INFO_NAME_FROM_TAG on 64 bits; source: Process Hacker's subprocesstag.h. */
struct tag_question {
	DWORD pid, tag; /* asked */
	DWORD type;     /* told */
	wchar_t *name;  /* told; LocalFree() */
};

_Static_assert(sizeof(struct tag_question) == 24, "as on 64 bits");

const char *iu_system_tag_name(void *context, struct iu_arena *arena, int32_t pid, uint32_t tag)
{
	DWORD(WINAPI * query)(const wchar_t *, int, void *);
	struct tag_question question = {.pid = (DWORD)pid, .tag = tag};
	const char *name = NULL;

	(void)context;
	iu_api_into(L"advapi32.dll", query, "I_QueryTagInformation");
	if (!query || query(NULL, NAME_FROM_TAG, &question) != ERROR_SUCCESS || !question.name)
		return NULL;
	if (question.type == TAG_OF_SERVICE)
		name = iu_utf8_n(arena, question.name, wcsnlen(question.name, NAME_UNITS));
	LocalFree(question.name);
	return name;
}

int iu_name_tagged(struct iu_snapshot *snapshot, iu_tag_name *name, void *context)
{
	struct iu_sockets *sockets = &snapshot->sockets;

	for (size_t i = 0; i < sockets->n; i++) {
		struct iu_socket *s = &sockets->v[i], *same;
		int32_t pid = iu_owner_of(s->inode);
		size_t k = 0;

		if (!s->service_tag || s->unit || pid <= IU_WINDOWS_SYSTEM_PID)
			continue;
		while (k < i && (sockets->v[k].service_tag != s->service_tag ||
					iu_owner_of(sockets->v[k].inode) != pid))
			k++;
		same = &sockets->v[k];
		s->unit = k < i ? same->unit : name(context, &snapshot->arena, pid, s->service_tag);
	}
	return snapshot->arena.failed ? IU_E_NOMEM : 0;
}
