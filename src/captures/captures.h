/* captures/captures.h - what was seen of another machine becomes a snapshot */
#ifndef IU_CAPTURES_CAPTURES_H
#define IU_CAPTURES_CAPTURES_H

#include "base/text.h"
#include "model/name-tables.h"
#include "model/snapshot.h"

/* One file as it was given; borrowed. */
struct iu_capture {
	const char *name; /* for complaints; "-" is standard input */
	const char *text; /* @len bytes of any content */
	size_t len;
};

/* All files together are not larger than this; what is larger is no capture of one machine. */
#define IU_CAPTURES_MAX (256u << 20)

/**
 * iu_captures_read() - the snapshot that one or several captures of one machine describe
 * @captures: at least one; in any order and mixture
 * @ret_snapshot: takes a new snapshot, to be freed with iu_snapshot_free()
 * @complaint: on IU_E_INPUT receives one line: which file, what is wrong, what would be right
 *
 * Nothing of the machine that reads gets into it. What no capture shows stays "not known", and a
 * fact's bit in `seen` is set only where a capture shows all of it.
 * Returns: 0, IU_E_INPUT, IU_E_NOMEM.
 */
int iu_captures_read(const struct iu_capture *captures, size_t count,
	struct iu_snapshot *ret_snapshot, struct iu_text *complaint);

/**
 * iu_captures_names() - the name tables of the captured machine, in place of iu_os_names()
 * @snapshot: borrowed by *ret_names
 *
 * Interfaces, their addresses and users as far as they were captured. Services are IANA's,
 * which mean the same port everywhere; hosts are not known: "localhost" is, to every reader of targets.
 */
void iu_captures_names(const struct iu_snapshot *snapshot, struct iu_names *ret_names);

/**
 * iu_captures_program() - the file that --for PROGRAM means on the captured machine
 *
 * An absolute path is compared with the paths of executables, anything else by its last part with
 * theirs and with the scripts that interpreters were started with. The first process counts.
 * Returns: 0, IU_E_NOENT: no captured process runs it.
 */
int iu_captures_program(
	const struct iu_snapshot *snapshot, const char *program, struct iu_file_id *ret_file);

#endif
