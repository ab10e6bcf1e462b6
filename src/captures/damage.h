/* captures/damage.h - what mail, logs, Markdown and JSON put around the lines of a capture */
#ifndef IU_CAPTURES_DAMAGE_H
#define IU_CAPTURES_DAMAGE_H

#include "base/arena.h"
#include "base/span.h"

/**
 * iu_damage_strip() - a line without what others wrote before and behind it
 *
 * In front: marks of quoting ("> ", "| "), the names of services that compose and kubectl print, what
 * journals, the kubelet and `docker logs -t` begin a line with. At the ends: marks of code. What
 * follows keeps its blanks: columns stand where they stood.
 */
struct iu_span iu_damage_strip(struct iu_span line);

/** iu_damage_unescape() - takes the signs away that Markdown escapes with, in place. Returns: bytes left. */
size_t iu_damage_unescape(char *line, size_t len);

/* Room for what was wrapped; kept from line to line. */
struct iu_damage_room {
	char *v;
	size_t size;
};

/**
 * iu_damage_unwrap() - the text inside a line of JSON
 * @room: zero at first; its memory is the arena's
 * @ret_text: the strings of it, each with an end of line: one alone, those of a list, and those that
 * logs have under "log", "message" and the like
 * Returns: 1, 0: it is no such line, IU_E_NOMEM.
 */
int iu_damage_unwrap(struct iu_arena *arena, struct iu_span line, struct iu_damage_room *room,
	struct iu_span *ret_text);

#endif
