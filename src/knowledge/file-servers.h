/* knowledge/file-servers.h - programs that give folders of this machine to others */
#ifndef IU_KNOWLEDGE_FILE_SERVERS_H
#define IU_KNOWLEDGE_FILE_SERVERS_H

#define IU_FILE_SERVER_CONFIGS 4

/* What a program gives away stands in its arguments, or in a configuration whose name may stand there. */
struct iu_file_server {
	const char *start;			     /* of its name */
	const char *type;			     /* the file system that others have of it: "9p" */
	const char *option, *long_option;	     /* with the name of its configuration: "-s"; NULL: none */
	const char *configs[IU_FILE_SERVER_CONFIGS]; /* those it reads without one */
};

/**
 * iu_file_server() - the row of a program
 * @name: as in /proc/PID/comm.
 * Returns: a static row, or NULL: no such program is known.
 */
const struct iu_file_server *iu_file_server(const char *name);

#endif
