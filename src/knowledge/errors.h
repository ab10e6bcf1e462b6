/* knowledge/errors.h - the errors of bind(), listen() and connect() on each system, a row each */
#ifndef IU_KNOWLEDGE_ERRORS_H
#define IU_KNOWLEDGE_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum iu_error_system { IU_ERROR_LINUX, IU_ERROR_WINDOWS, IU_ERROR_BSD, IU_ERROR_SYSTEMS };

/* Whose number it is: the same number says different things in different spaces. */
enum iu_error_space {
	IU_SPACE_LINUX,	   /* errno of Linux on x86, ARM, RISC-V, POWER, s390 */
	IU_SPACE_BSD,	   /* errno of macOS and the BSDs */
	IU_SPACE_WINSOCK,  /* WSAGetLastError() */
	IU_SPACE_WIN32,	   /* GetLastError() */
	IU_SPACE_HRESULT,
	IU_SPACE_NTSTATUS, /* of the kernel and HTTP.sys */
	IU_SPACE_UCRT,	   /* errno of the Windows C runtime */
	IU_SPACE_LIBUV,	   /* Node.js on Windows */
	IU_SPACE_COUNT
};

enum iu_error_id {
	IU_ERROR_OTHER, /* a number that is in use for something that has nothing to do with bind() */
	IU_ERROR_ADDRINUSE,
	IU_ERROR_ACCES,
	IU_ERROR_ADDRNOTAVAIL,
	IU_ERROR_PERM,
	IU_ERROR_INVAL,
	IU_ERROR_AFNOSUPPORT,
	IU_ERROR_NOBUFS,
	IU_ERROR_SHARING,
	IU_ERROR_EXISTS,
	IU_ERROR_DENIED,
	IU_ERROR_NOT_FOUND,
	IU_ERROR_DUP_NAME,
	IU_ERROR_CONNREFUSED,
	IU_ERROR_NOTSOCK,
	IU_ERROR_BADF,
	IU_ERROR_OPNOTSUPP,
	IU_ERROR_PROTONOSUPPORT,
	IU_ERROR_MFILE,
	IU_ERROR_NOENT,
	IU_ERROR_NODEV,
	IU_ERROR_NOTINITIALISED,
	IU_ERROR_COUNT
};

#define IU_ERROR_CAUSES_MAX 12

/* What one error means on one system. */
struct iu_error_meaning {
	const char *sentence; /* NULL: that system's calls do not give it */
	const char *calls;    /* which call gives it, and when */
	const char *careful;  /* what it is taken for, and is not; or NULL */
	const char *causes[IU_ERROR_CAUSES_MAX]; /* names of the contract, the most often met first */
};

struct iu_error_row {
	enum iu_error_id id;
	const char *name;    /* as most people write it: "EADDRINUSE" */
	const char *summary; /* what it is, after "98 is EADDRINUSE on Linux: " */
	struct iu_error_meaning on[IU_ERROR_SYSTEMS];
};

/* A number of a space. Of IU_ERROR_OTHER: what stands between bind()'s errors. */
struct iu_error_number {
	enum iu_error_space space;
	int64_t value;	  /* HRESULT and NTSTATUS without sign */
	const char *name; /* "WSAEADDRINUSE" */
	enum iu_error_id id;
};

/** iu_error_row() - the row of an error; NULL for IU_ERROR_OTHER. Static. */
const struct iu_error_row *iu_error_row(enum iu_error_id id);

/** iu_error_numbers() - all rows of numbers. Static. */
const struct iu_error_number *iu_error_numbers(size_t *ret_count);

/** iu_error_number_in() - the number of @id in a space, the most common one; or NULL. Static. */
const struct iu_error_number *iu_error_number_in(enum iu_error_id id, enum iu_error_space space);

/** iu_error_space_name() - "linux-errno"; iu_error_space_of() - whose numbers they are. Static. */
const char *iu_error_space_name(enum iu_error_space space);
enum iu_error_system iu_error_space_of(enum iu_error_space space);

/** iu_error_space_title() - "HRESULT"; NULL where the name of the error tells it. Static. */
const char *iu_error_space_title(enum iu_error_space space);

/** iu_error_space_hex() - whether its numbers are written in hexadecimal. */
bool iu_error_space_hex(enum iu_error_space space);

/** iu_error_system_name() - "linux"; iu_error_system_title() - "macOS and BSD". Static. */
const char *iu_error_system_name(enum iu_error_system system);
const char *iu_error_system_title(enum iu_error_system system);

/** iu_error_system_of() - the system of that name; IU_ERROR_ANY: none, or NULL. */
enum iu_error_system iu_error_system_of(const char *name);

/** iu_error_cause_sentence() - what a cause of the contract is there; NULL: none. Static. */
const char *iu_error_cause_sentence(const char *cause, enum iu_error_system system);

/* ---- names and words that are no system's own ---- */

#define IU_ERROR_ANY IU_ERROR_SYSTEMS /* not told which system */

/* A word for it, in the language of a runtime: "AddrInUse". */
struct iu_error_alias {
	const char *name, *whose;
	enum iu_error_id id;
	enum iu_error_system system; /* IU_ERROR_ANY: on every system */
};

/* A system's own text, in the part that all its versions have; ASCII letters are lower case. */
struct iu_error_phrase {
	const char *text, *language;
	enum iu_error_id id;
	enum iu_error_system system;
};

/** iu_error_aliases(), iu_error_phrases() - all rows, longer phrases first. Static. */
const struct iu_error_alias *iu_error_aliases(size_t *ret_count);
const struct iu_error_phrase *iu_error_phrases(size_t *ret_count);

#endif
