/* os/linux/stream.h - the sockets of a long listing in portions */
#ifndef IU_OS_LINUX_STREAM_H
#define IU_OS_LINUX_STREAM_H

#include "os/linux/scan.h"
#include "os/os.h"

struct iu_stream;

/** iu_stream_open(), iu_stream_close() - for one iu_os_stream(). NULL: out of memory. */
struct iu_stream *iu_stream_open(
	const struct iu_needs *needs, const struct iu_portions *portions);
void iu_stream_close(struct iu_stream *stream);

/** iu_stream_begun() - whether a portion has gone already; NULL is fine. */
bool iu_stream_begun(const struct iu_stream *stream);

/**
 * iu_stream_room() - after each socket that was added: passes a full portion on
 * Returns: 1: it has gone, the snapshot has no sockets any more; 0; IU_E_* of the one who takes them
 */
int iu_stream_room(struct iu_scan *scan);

/** iu_stream_end() - passes the last portion on. Returns: 0, IU_E_*. */
int iu_stream_end(struct iu_scan *scan);

#endif
