/* session/questions.h - questions out of what was given: a TARGET, a message, a failed socket */
#ifndef IU_SESSION_QUESTIONS_H
#define IU_SESSION_QUESTIONS_H

#include "base/text.h"
#include "knowledge/errors.h"
#include "model/name-tables.h"
#include "model/process.h"
#include "model/question.h"
#include "model/verdict.h"

/**
 * iu_questions_from_text() - the questions of one TARGET, or of a message that names endpoints
 * @names: of the machine that is asked about
 * @options: what the asking socket sets; copied into each question
 * @out: receives them; the list grows in @arena
 * @complaint: on IU_E_INPUT receives one line
 * Returns: 0; IU_E_INPUT; IU_E_NOENT: "-", the caller's to read; IU_E_NOMEM.
 */
int iu_questions_from_text(struct iu_arena *arena, const struct iu_names *names, const char *text,
	const struct iu_options *options, struct iu_questions *out, struct iu_text *complaint);

/**
 * iu_questions_from_message() - the questions of the first of @count texts that names endpoints
 * @nothing: the complaint where none does
 * Returns: 0, IU_E_INPUT, IU_E_NOMEM.
 */
int iu_questions_from_message(struct iu_arena *arena, const struct iu_names *names,
	const struct iu_text texts[], size_t count, const char *nothing,
	const struct iu_options *options, struct iu_questions *out, struct iu_text *complaint);

/** iu_questions_set_error() - gives the questions of messages the error's number on that system. */
void iu_questions_set_error(struct iu_questions *questions, enum iu_error_system system);

/** iu_questions_system() - the system of a captured machine, whose numbers its messages have. */
enum iu_error_system iu_questions_system(const struct iu_snapshot *snapshot);

/**
 * iu_questions_all_bind() - whether all of them ask for a bind() on this machine
 * @complaint: where not, receives one line
 */
bool iu_questions_all_bind(const struct iu_questions *questions, struct iu_text *complaint);

/** iu_questions_all_here() - whether all of them are about sockets that can be looked at; @complaint as above */
bool iu_questions_all_here(const struct iu_questions *questions, struct iu_text *complaint);

/**
 * iu_questions_is_message() - whether words that were given apart read as one message
 * @joined: all of them; @first: the first one, which is no target by itself then
 */
bool iu_questions_is_message(const struct iu_names *names, const char *joined, const char *first);

/**
 * iu_questions_from_socket() - that of a socket of our own process whose bind(), listen() or connect() failed
 * @address: a struct sockaddr of @len bytes, as the call was given it
 * @operation: IU_OPERATION_NONE: listen() where there is no address, else bind()
 * @error: the errno it failed with
 *
 * Where the call itself is wrong (no socket, no address, a length that fits none), that is the answer.
 * Returns: 0; IU_E_INPUT: and @error is not what such a call is told; IU_E_NOTSUP: it is of another
 * network namespace; IU_E_NOMEM, IU_E_*.
 */
int iu_questions_from_socket(struct iu_arena *arena, int fd, const void *address, size_t len,
	enum iu_operation operation, int error, struct iu_question *ret_question, struct iu_text *complaint);

/** iu_questions_set_program() - says which program asks: what somebody calls it, and its file. */
void iu_questions_set_program(
	const char *program, const struct iu_file_id *file, struct iu_questions *questions);

/** iu_questions_set_folder() - says in which folder that file lies, or that a folder was named. */
void iu_questions_set_folder(const char *folder, bool only, struct iu_questions *questions);

/**
 * iu_questions_set_self() - says that the program of our own process asks, where that can be told
 * Returns: 0, IU_E_NOMEM.
 */
int iu_questions_set_self(struct iu_arena *arena, struct iu_questions *questions);

#endif
