/* engine/connect.h - why a connect() failed: who listens, which ports are left */
#ifndef IU_ENGINE_CONNECT_H
#define IU_ENGINE_CONNECT_H

#include "model/question.h"
#include "model/snapshot.h"
#include "model/verdict.h"

/** iu_connect_is() - whether it is connect() that failed */
bool iu_connect_is(const struct iu_question *question);

/**
 * iu_connect_look() - the bind() whose facts answer it
 * Who listens on that port, whatever the address; or for want of a local port every connection.
 */
void iu_connect_look(const struct iu_question *question, struct iu_question *ret_look);

/** iu_connect_matters() - whether the socket's holder would be named */
bool iu_connect_matters(const struct iu_question *question, const struct iu_socket *s);

/** iu_connect_decide() - the verdict */
void iu_connect_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict);

#endif
