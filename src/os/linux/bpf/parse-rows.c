/* os/linux/bpf/parse-rows.c - takes a stream of rows apart */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/bpf.h"

int iu_rows_parse(const void *bytes, size_t len, iu_bpf_sink *sink, void *context,
	size_t *ret_used)
{
	static const size_t sizes[] = {
		[IU_ROW_HOLD] = sizeof(struct iu_row_hold),
		[IU_ROW_MAPPED] = sizeof(struct iu_row_hold),
		[IU_ROW_REGISTERED] = sizeof(struct iu_row_hold),
		[IU_ROW_SOCKET] = sizeof(struct iu_row_socket),
		[IU_ROW_IN_FLIGHT] = sizeof(struct iu_row_flight),
	};
	union {
		struct iu_row_head head;
		struct iu_row_hold hold;
		struct iu_row_socket socket;
		struct iu_row_flight flight;
	} row;
	size_t at = 0;
	int ret = 0;

	while (ret >= 0 && len - at >= sizeof(row.head)) {
		memcpy(&row.head, (const char *)bytes + at, sizeof(row.head));
		if (row.head.kind >= IU_COUNT(sizes) || row.head.size != sizes[row.head.kind] ||
			row.head.size == 0)
			return IU_E_PROTO;
		if (len - at < row.head.size)
			break;
		memcpy(&row, (const char *)bytes + at, row.head.size);
		ret = sink(context, &row.head);
		at += row.head.size;
	}
	*ret_used = at;
	return ret < 0 ? ret : 0;
}
