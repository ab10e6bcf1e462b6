/* captures/lines.h - pasted text of any encoding as clean lines, and their words */
#ifndef IU_CAPTURES_LINES_H
#define IU_CAPTURES_LINES_H

#include "base/arena.h"
#include "base/span.h"
#include "model/address.h"

struct iu_lines {
	struct iu_span *v; /* without line end and without blanks at the end */
	size_t n, cap;
	const char *end;    /* of the last line, with its blanks */
	bool open;          /* nothing ended the last line: it may be cut */
};

/* More lines than this no capture of one machine has; a line costs memory even when empty. */
#define IU_LINES_MAX 2000000

/* More words than this no row has that is read word by word. */
#define IU_WORDS_MAX 48

struct iu_phrase {
	struct iu_span v[IU_WORDS_MAX];
	size_t n;
};

/* Where in a text the reading of lines is; its first piece begins with zeroes behind the text. */
struct iu_lines_cursor {
	const char *text;
	size_t len;
	int encoding; /* of the line before */
};

/**
 * iu_lines_take() - as many lines as begin within the next @bytes of a text; at least one
 * @at: is behind them afterwards
 * Otherwise as iu_lines_make().
 */
int iu_lines_take(struct iu_arena *arena, struct iu_lines_cursor *at, size_t bytes,
	struct iu_lines *ret_lines);

/**
 * iu_lines_make() - the lines of a text, freed of what terminals, editors, mail and logs put around it
 * @arena: owns everything in *ret_lines; nothing of @text is kept
 *
 * UTF-16 of both byte orders becomes UTF-8, line by line, with or without a byte order mark: files
 * are put together from several programs. NULs, byte order marks and colour codes go away; tabs
 * and no-break spaces become blanks; CR LF, CR CR LF and CR end a line. Bytes from 0x80 on are kept
 * as they are: of an unknown code page only ASCII can be read. What lies around a line and inside
 * of JSON is in damage.h.
 * Returns: 0, IU_E_LIMIT: more than IU_LINES_MAX, IU_E_NOMEM.
 */
int iu_lines_make(
	struct iu_arena *arena, const char *text, size_t len, struct iu_lines *ret_lines);

/** iu_words_split() - the words of a line between blanks; those beyond IU_WORDS_MAX are left. */
void iu_words_split(struct iu_span line, struct iu_phrase *ret_words);

/** iu_padding() - how many blanks stood at the end of line @at: tools pad, a cut line has none. */
size_t iu_padding(const struct iu_lines *lines, size_t at);

/** iu_has_gap() - two blanks in a row inside the line: its columns were not squeezed together. */
bool iu_has_gap(struct iu_span line);

/** iu_rule_groups() - how many groups of @c a line of nothing but @c and blanks has; else 0. */
size_t iu_rule_groups(struct iu_span line, char c);

/* ---- endpoints ---- */

struct iu_capture_endpoint {
	struct iu_address address; /* ANY: a star, or a name */
	uint16_t port;
	bool star;       /* the address is "*" */
	bool port_star;  /* the port is "*" */
	bool named;      /* address or port is a name */
	bool local_host; /* … "localhost" */
	struct iu_span port_name; /* len 0: the port is a number */
	struct iu_span device;    /* "127.0.0.53%lo:53": lo; len 0: none */
};

/**
 * iu_capture_endpoint() - "0.0.0.0:80", "[::]:80", "[fe80::1%12]:80", "*:*", ":::80", "*:http"
 * Returns: false when it is none of that shape.
 */
bool iu_capture_endpoint(struct iu_span word, struct iu_capture_endpoint *ret);

/** iu_capture_endpoint_dotted() - the same as BSD writes it: "127.0.0.1.80", "*.80", "*.*", "::1.80". */
bool iu_capture_endpoint_dotted(struct iu_span word, struct iu_capture_endpoint *ret);

#endif
