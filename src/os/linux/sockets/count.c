/* os/linux/sockets/count.c - how many sockets there are, without looking at any */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "os/linux/file.h"
#include "os/os.h"

int64_t iu_os_socket_count(void)
{
	static const char label[] = "sockets: used ";
	char text[64]; /* the first line */

	if (iu_file_read(AT_FDCWD, "/proc/self/net/sockstat", text, sizeof(text)) < 0 ||
		strncmp(text, label, sizeof(label) - 1) != 0)
		return -1;
	return strtol(text + sizeof(label) - 1, NULL, 10);
}
