/* captures/formats.h - one parser a format; the rows are in captures.c */
#ifndef IU_CAPTURES_FORMATS_H
#define IU_CAPTURES_FORMATS_H

#include "base/text.h"
#include "model/snapshot.h"

/*
 * A parser sees one whole file of foreign bytes. It adds to the snapshot, which has what the files
 * before it said, and owns every string it gets in the snapshot's arena. It sets `seen` bits only
 * for what the capture shows completely, and records as gaps what another capture would tell.
 */
struct iu_capture_format {
	const char *name; /* "a report of inuse": for complaints */
	/* By shape, not by words. Quick: it is asked of every file, in the order of the rows. */
	bool (*looks_like)(const char *text, size_t len);
	/*
	 * Returns: 0, IU_E_INPUT (with what and where in @complaint, without the file's name),
	 * IU_E_NOMEM.
	 */
	int (*read)(const char *text, size_t len, struct iu_snapshot *snapshot,
		struct iu_text *complaint);
};

/** iu_capture_report - inuse.snapshot/1, as `inuse report` writes it: all of one machine. */
extern const struct iu_capture_format iu_capture_report;

#endif
