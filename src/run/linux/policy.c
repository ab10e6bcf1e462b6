/* run/linux/policy.c - what becomes of a call that waits; pure */
#include "run/linux/policy.h"

#include <errno.h>

#include "base/compat.h"

/* Only where nothing that we may and the thread may not can make a difference. */
bool iu_run_may_perform(const struct iu_run_facts *facts)
{
	return facts->inet && facts->equal && !facts->domain;
}

static enum iu_run_way choose_bind(const struct iu_run_facts *facts)
{
	switch (facts->name) {
	case IU_RUN_NAME_FOREIGN: return IU_RUN_LET;
	case IU_RUN_NAME_PATH: return IU_RUN_LOOK;
	case IU_RUN_NAME_ABSTRACT: return facts->equal ? IU_RUN_TRY : IU_RUN_HELPER;
	case IU_RUN_NAME_INET: break;
	}
	if (!facts->inet)
		return IU_RUN_LET;
	if (facts->moved || (facts->policy == IU_RUN_REUSEADDR && facts->tcp))
		return IU_RUN_HELPER;
	if (iu_run_may_perform(facts) && !facts->privileged)
		return IU_RUN_PERFORM;
	/*
	 * A look-alike UDP socket that shares its port would be given datagrams meant for others, and
	 * as another user it may share what the thread may not: rules first.
	 */
	if (!facts->equal || (facts->shared && !facts->tcp))
		return IU_RUN_HELPER;
	return IU_RUN_TRY;
}

enum iu_run_way iu_run_choose(const struct iu_run_facts *facts)
{
	switch (facts->kind) {
	case IU_RUN_BIND: return choose_bind(facts);
	case IU_RUN_LISTEN: return iu_run_may_perform(facts) ? IU_RUN_PERFORM : IU_RUN_LET;
	case IU_RUN_RING:
	case IU_RUN_DOMAIN:
	case IU_RUN_OTHER:
	case IU_RUN_KINDS: break;
	}
	return IU_RUN_LET;
}

bool iu_run_explains(int error)
{
	static const int known[] = {EADDRINUSE, EACCES, EPERM, EADDRNOTAVAIL};

	for (size_t i = 0; i < IU_COUNT(known); i++)
		if (known[i] == error)
			return true;
	return false;
}

bool iu_run_waits(int error)
{
	return error == EADDRINUSE || error == EADDRNOTAVAIL;
}

/* The slot of @key, or the free one where it belongs; SLOTS: the table is full. */
static size_t slot_of(const struct iu_run_said *said, uint64_t key)
{
	for (size_t i = 0; i < IU_RUN_SAID_SLOTS; i++) {
		size_t at = (size_t)((key + i) % IU_RUN_SAID_SLOTS);
		uint64_t there = __atomic_load_n(&said->key[at], __ATOMIC_ACQUIRE);

		if (there == key || !there)
			return at;
	}
	return IU_RUN_SAID_SLOTS;
}

bool iu_run_said_claim(struct iu_run_said *said, uint64_t key)
{
	for (;;) {
		size_t at = slot_of(said, key);
		uint64_t none = 0;

		if (at == IU_RUN_SAID_SLOTS)
			return false;
		if (__atomic_load_n(&said->key[at], __ATOMIC_ACQUIRE) == key)
			return false;
		if (__atomic_compare_exchange_n(&said->key[at], &none, key, false,
			    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
	}
}

bool iu_run_said_has(const struct iu_run_said *said, uint64_t key)
{
	size_t at = slot_of(said, key);

	return at < IU_RUN_SAID_SLOTS &&
	       __atomic_load_n(&said->key[at], __ATOMIC_ACQUIRE) == key;
}

void iu_run_said_put(struct iu_run_said *said, uint64_t key, int64_t value)
{
	size_t at;

	(void)iu_run_said_claim(said, key);
	at = slot_of(said, key);
	if (at < IU_RUN_SAID_SLOTS)
		__atomic_store_n(&said->value[at], value, __ATOMIC_RELEASE);
}

int64_t iu_run_said_get(const struct iu_run_said *said, uint64_t key)
{
	size_t at = slot_of(said, key);

	if (!iu_run_said_has(said, key))
		return 0;
	return __atomic_load_n(&said->value[at], __ATOMIC_ACQUIRE);
}

uint64_t iu_run_key(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint64_t h = seed ? seed : 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 1099511628211u;
	return h ? h : 1;
}

uint64_t iu_run_told_key(uint32_t n)
{
	const uint32_t words[] = {'n', n};

	return iu_run_key(0, words, sizeof(words));
}

uint64_t iu_run_moved_key(enum iu_protocol protocol, uint16_t port)
{
	const uint32_t words[] = {'m', (uint32_t)protocol, port};

	return iu_run_key(0, words, sizeof(words));
}
