/* tui/screen.h - the view on a terminal: draws it, and reads keys */
#ifndef IU_TUI_SCREEN_H
#define IU_TUI_SCREEN_H

#include "tui/view.h"

struct iu_screen;

/**
 * iu_screen_open() - takes the terminal of standard input and output
 * Returns: 0, IU_E_NOTSUP: its kind ($TERM) is not known, IU_E_NOMEM.
 */
int iu_screen_open(bool color, struct iu_screen **ret_screen);

/** iu_screen_size() - in columns and lines. */
void iu_screen_size(const struct iu_screen *screen, unsigned int *ret_width, unsigned int *ret_height);

/** iu_screen_draw() - what has changed since. */
void iu_screen_draw(struct iu_screen *screen, const struct iu_view *view);

/** iu_screen_redraw() - the next time all of it. */
void iu_screen_redraw(struct iu_screen *screen);

/* What somebody did. */
struct iu_input {
	enum { IU_INPUT_NOTHING, IU_INPUT_KEY, IU_INPUT_CLICK, IU_INPUT_RESIZE } kind;
	uint32_t key; /* a code point, or enum iu_key */
	unsigned int x, y;
};

/** iu_screen_input() - the next thing; never waits. */
struct iu_input iu_screen_input(struct iu_screen *screen);

/** iu_screen_copy() - hands a text to the terminal's clipboard (OSC 52). */
void iu_screen_copy(struct iu_screen *screen, const char *text);

/** iu_screen_beep() - a sound, or a flash. */
void iu_screen_beep(void);

/** iu_screen_close() - gives the terminal back; NULL is fine. */
void iu_screen_close(struct iu_screen *screen);

#endif
