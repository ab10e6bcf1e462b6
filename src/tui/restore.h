/* tui/restore.h - what gives the terminal back, for whoever ends the program unforeseen */
#ifndef IU_TUI_RESTORE_H
#define IU_TUI_RESTORE_H

/**
 * iu_restore_prepare() - before anything of the terminal is changed
 * Returns: 0, IU_E_NOTSUP: its kind ($TERM) is not known, IU_E_NOMEM.
 */
int iu_restore_prepare(void);

#endif
