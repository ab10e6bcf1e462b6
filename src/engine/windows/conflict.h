/* engine/windows/conflict.h - who blocks whom on Windows, purely by sockets and options */
#ifndef IU_ENGINE_WINDOWS_CONFLICT_H
#define IU_ENGINE_WINDOWS_CONFLICT_H

#include "engine/conflict.h"

/* What bind() may say; several bits where it depends on what nobody saw. */
enum iu_bind_result {
	IU_BIND_OK = 1,
	IU_BIND_INUSE = 2,  /* WSAEADDRINUSE, 10048 */
	IU_BIND_ACCESS = 4, /* WSAEACCES, 10013 */
};
#define IU_BIND_FAILS (IU_BIND_INUSE | IU_BIND_ACCESS)

enum iu_bind_option {
	IU_BIND_PLAIN,     /* none of both options */
	IU_BIND_REUSE,     /* SO_REUSEADDR */
	IU_BIND_EXCLUSIVE, /* SO_EXCLUSIVEADDRUSE */
};

struct iu_bind_kind {
	enum iu_bind_option option;
	bool wildcard; /* else the same specific address */
};

/**
 * iu_windows_bind() - one cell of Microsoft's table: bind() of @second after that of @first
 * @same_account: both sockets belong to one account
 *
 * "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE" (Winsock, a table for one account and one for two)
 * and "Sharing Transport Addresses" (Winsock Kernel, one table with CHECK cells) agree, but for one
 * cell, where both errors are returned. Server 2003 and later. Returns: IU_BIND_* bits.
 */
unsigned int iu_windows_bind(
	struct iu_bind_kind first, struct iu_bind_kind second, enum iu_tri same_account);

/** iu_windows_bind_old() - the same for Windows XP and before, where only the options count. */
unsigned int iu_windows_bind_old(enum iu_bind_option first, enum iu_bind_option second);

/** iu_windows_same_account() - whether two names mean one account; NULL is nobody known. */
enum iu_tri iu_windows_same_account(const char *a, const char *b);

/** iu_windows_conflict() - whether holder @s stands in the way of @r. */
struct iu_conflict iu_windows_conflict(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel);

/** iu_windows_outcome() - what bind() of @r would say; cache and order matter nowhere. */
struct iu_outcome iu_windows_outcome(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel);

/**
 * iu_windows_conflict_infer() - what follows for sockets of one port from each other, marked as inferred
 * @in_range: whether the system may have chosen the port by itself
 *
 * Options that the table does not let coexist are ruled out; a connection beside a listener was
 * accepted, one without on a port of the dynamic range went out.
 */
void iu_windows_conflict_infer(
	struct iu_sockets *sockets, enum iu_tri in_range, const struct iu_kernel *kernel);

#endif
