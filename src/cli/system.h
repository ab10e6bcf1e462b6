/* cli/system.h - what the command line asks of the system it runs on */
#ifndef IU_CLI_SYSTEM_H
#define IU_CLI_SYSTEM_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

/**
 * iu_system_prepare() - broken pipes become errors of write, closed descriptors are taken
 *
 * With descriptor 1 closed the next socket or file would get its number, and the answer would be
 * written into it. On Windows the arguments become UTF-8 and consoles show UTF-8 and colours.
 */
void iu_system_prepare(int *argc, char ***argv);

/* Where something exists: help, man page and completions of another system do not show it. */
enum iu_system_kind { IU_ON_LINUX = 1, IU_ON_WINDOWS = 2 };

/** iu_system_kind() - which system this program is for. */
enum iu_system_kind iu_system_kind(void);

/** iu_system_restore() - undoes iu_system_prepare(), for a program that takes this process. */
void iu_system_restore(void);

/**
 * iu_system_end_like() - the exit code of a status of iu_run_start(); by a signal it ends us, too
 * Returns: the code; 128 + the signal where that does not end us.
 */
int iu_system_end_like(int status);

/** iu_system_is_open() - whether a descriptor is open (not looked at on Windows). */
bool iu_system_is_open(int fd);

/** iu_system_open() - opens FILE for writing, anew; returns a descriptor or -1 with errno. */
int iu_system_open(const char *file);

/** iu_system_terminal() - the terminal to ask on, or -1. */
int iu_system_terminal(void);

/** iu_system_ask_on() - iu_system_ask() on a descriptor of iu_system_terminal(). */
int iu_system_ask_on(int terminal, const char *question);

/** iu_system_is_terminal() - whether results go to a terminal. */
bool iu_system_is_terminal(void);

/** iu_system_has_keys() - whether standard input is a terminal. */
bool iu_system_has_keys(void);

/* Where something is written to: results, or what else there is to say. */
enum iu_stream { IU_STREAM_RESULTS, IU_STREAM_MESSAGES };

/** iu_system_wants_color() - whether it is a terminal with colours, and NO_COLOR is not set. */
bool iu_system_wants_color(enum iu_stream stream);

/** iu_system_columns() - the width of the terminal, or COLUMNS; 0: no limit. */
unsigned int iu_system_columns(enum iu_stream stream);

/** iu_system_home() - the folder that shells write as ~, or NULL. */
const char *iu_system_home(void);

/** iu_system_clock() - seconds that the local time of day is ahead of UTC now. */
int32_t iu_system_clock(void);

/** iu_system_has_utf8() - whether readers see UTF-8, as the locale says: without, our "…" is "...". */
bool iu_system_has_utf8(void);

/**
 * iu_system_write() - writes text; messages at once, results when stdio does
 *
 * A console of Windows is told characters: its code page belongs to every program on it, and stays.
 * Returns: false with errno.
 */
bool iu_system_write(enum iu_stream stream, const char *text, size_t len);

/** iu_system_cry() - writes past every buffer, while the thread that has them hangs. */
void iu_system_cry(enum iu_stream stream, const char *message);

/** iu_system_says_progress() - whether messages go to a terminal, so that a line may be rewritten. */
bool iu_system_says_progress(void);

/**
 * iu_system_ask() - asks a question on the terminal, whatever the standard streams are
 * Returns: 1: yes, 0: no (the default), -1: there is no terminal.
 */
int iu_system_ask(const char *question);

/** iu_system_catch() - from now on Ctrl-C and SIGTERM are only noted. */
void iu_system_catch(void);

/** iu_system_caught() - the number of the signal that came, 0: none. */
int iu_system_caught(void);

/**
 * iu_system_exec() - becomes a program that gets a socket as descriptor 3, as systemd passes it
 * @argv: NULL-terminated
 *
 * Windows has no such custom: there the socket is closed, the program started and waited for.
 * Returns: only when it failed: an errno.
 */
int iu_system_exec(char *const argv[], int fd);

/** iu_system_here() - the path of the directory we run in; false: it has none any more. */
bool iu_system_here(struct iu_text *ret_path);

/** iu_system_directory() - the absolute path of a directory; false: there is none. */
bool iu_system_directory(const char *name, struct iu_text *ret_path);

/**
 * iu_system_create() - a new file that only the user may read
 * Returns: the stream, or NULL with errno; EEXIST: something is there already, a link counts too.
 */
FILE *iu_system_create(const char *path);

/**
 * iu_system_replace() - puts a whole file in place of another, or of none; everybody may read it
 *
 * It is written beside it under a name that does not end as that one does, and renamed: a reader meets the
 * old one or the new one. Returns: false with errno; nothing has changed then.
 */
bool iu_system_replace(const char *path, const char *bytes, size_t len);

#endif
