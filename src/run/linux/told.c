/* run/linux/told.c - what was told already, in memory that workers share */
#include "run/linux/told.h"

/* The slot of @key, or the free one where it belongs; SLOTS: the table is full. */
static size_t slot_of(const struct iu_run_told *told, uint64_t key)
{
	for (size_t i = 0; i < IU_RUN_TOLD_SLOTS; i++) {
		size_t at = (size_t)((key + i) % IU_RUN_TOLD_SLOTS);
		uint64_t there = __atomic_load_n(&told->key[at], __ATOMIC_ACQUIRE);

		if (there == key || !there)
			return at;
	}
	return IU_RUN_TOLD_SLOTS;
}

bool iu_run_told_claim(struct iu_run_told *told, uint64_t key)
{
	for (;;) {
		size_t at = slot_of(told, key);
		uint64_t none = 0;

		if (at == IU_RUN_TOLD_SLOTS)
			return false;
		if (__atomic_load_n(&told->key[at], __ATOMIC_ACQUIRE) == key)
			return false;
		if (__atomic_compare_exchange_n(&told->key[at], &none, key, false,
			    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
	}
}

bool iu_run_told_has(const struct iu_run_told *told, uint64_t key)
{
	size_t at = slot_of(told, key);

	return at < IU_RUN_TOLD_SLOTS &&
	       __atomic_load_n(&told->key[at], __ATOMIC_ACQUIRE) == key;
}

void iu_run_told_put(struct iu_run_told *told, uint64_t key, int64_t value)
{
	size_t at;

	(void)iu_run_told_claim(told, key);
	at = slot_of(told, key);
	if (at < IU_RUN_TOLD_SLOTS)
		__atomic_store_n(&told->value[at], value, __ATOMIC_RELEASE);
}

int64_t iu_run_told_get(const struct iu_run_told *told, uint64_t key)
{
	size_t at = slot_of(told, key);

	if (!iu_run_told_has(told, key))
		return 0;
	return __atomic_load_n(&told->value[at], __ATOMIC_ACQUIRE);
}

uint64_t iu_run_told_key(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint64_t h = seed ? seed : 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 1099511628211u;
	return h ? h : 1;
}

uint64_t iu_run_told_explained_key(uint32_t n)
{
	const uint32_t words[] = {'n', n};

	return iu_run_told_key(0, words, sizeof(words));
}

uint64_t iu_run_told_moved_key(enum iu_protocol protocol, uint16_t port)
{
	const uint32_t words[] = {'m', (uint32_t)protocol, port};

	return iu_run_told_key(0, words, sizeof(words));
}
