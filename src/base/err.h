/* base/err.h - the one error language of the house */
#ifndef IU_BASE_ERR_H
#define IU_BASE_ERR_H

/*
 * Every function that can fail returns an int: >= 0 is good, < 0 is one of IU_E_*. Raw errno,
 * GetLastError and NTSTATUS are translated in one file per system (os/<system>/error.c).
 */
#define IU_ERRORS(X)                                                                               \
	X(NOMEM, 1, "out of memory")                                                               \
	X(INPUT, 2, "the input is wrong")                                                          \
	X(PROTO, 3, "malformed data")                                                              \
	X(ACCESS, 4, "permission denied")                                                          \
	X(NOENT, 5, "not found")                                                                   \
	X(GONE, 6, "vanished meanwhile")                                                           \
	X(AGAIN, 7, "interrupted")                                                                 \
	X(NOTSUP, 8, "not supported here")                                                         \
	X(LIMIT, 9, "too large")                                                                   \
	X(IO, 10, "input/output error")                                                            \
	X(SYSTEM, 11, "the system refused")

enum iu_error {
#define X(name, nr, text) IU_E_##name = -(nr),
	IU_ERRORS(X)
#undef X
};

/** iu_error_name() - "NOMEM" for IU_E_NOMEM; "UNKNOWN" for a number that is none of ours. Static. */
const char *iu_error_name(int error);

/** iu_error_text() - the sentence of an IU_E_* number. Static, never NULL. */
const char *iu_error_text(int error);

#endif
