/* run/linux/told.h - what was told already, in memory that workers share */
#ifndef IU_RUN_LINUX_TOLD_H
#define IU_RUN_LINUX_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/socket.h"

/* Open addressing; of a full table nothing more is told. */
#define IU_RUN_TOLD_SLOTS 256

#define IU_RUN_HELD_MAX 64

struct iu_run_told {
	uint64_t held[IU_RUN_HELD_MAX]; /* calls in the hands of workers; 0: none */
	uint64_t key[IU_RUN_TOLD_SLOTS]; /* 0: free */
	int64_t value[IU_RUN_TOLD_SLOTS];
};

/** iu_run_told_claim() - true for the one who comes first with @key. Safe between processes. */
bool iu_run_told_claim(struct iu_run_told *told, uint64_t key);

/** iu_run_told_has() - whether @key was claimed. */
bool iu_run_told_has(const struct iu_run_told *told, uint64_t key);

/** iu_run_told_put() - remembers a number with @key; iu_run_told_get() finds it, 0: none. */
void iu_run_told_put(struct iu_run_told *told, uint64_t key, int64_t value);
int64_t iu_run_told_get(const struct iu_run_told *told, uint64_t key);

/** iu_run_told_explained_key() - the keys of the explanations, the @n-th from 0. */
uint64_t iu_run_told_explained_key(uint32_t n);

/** iu_run_told_key() - a number of 64 bits for @len bytes, never 0; @seed: chains several. */
uint64_t iu_run_told_key(uint64_t seed, const void *bytes, size_t len);

/** iu_run_told_moved_key() - the key of the number that --next gave in place of @port. */
uint64_t iu_run_told_moved_key(enum iu_protocol protocol, uint16_t port);

#endif
