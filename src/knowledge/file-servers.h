/* knowledge/file-servers.h - programs that give folders of this machine to others */
#ifndef IU_KNOWLEDGE_FILE_SERVERS_H
#define IU_KNOWLEDGE_FILE_SERVERS_H

/**
 * iu_file_server() - the file system that others have of what this program gives away
 * @name: as in /proc/PID/comm. What it gives away stands in its arguments.
 * Returns: a static string ("9p"), or NULL: no such program is known.
 */
const char *iu_file_server(const char *name);

#endif
