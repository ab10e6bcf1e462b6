/* tui/help.h - what the keys do */
#ifndef IU_TUI_HELP_H
#define IU_TUI_HELP_H

/** iu_help_text() - all of it, in lines of 76 columns at most. Static. */
const char *iu_help_text(void);

#endif
