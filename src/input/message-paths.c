/* input/message-paths.c - socket paths in a message */
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "input/message-shapes.h"
#include "model/question.h"

static bool is_path_byte(char c)
{
	return (unsigned char)c > ' ' && !strchr("\"'`()<>,;|", c);
}

/* Words in front of a path that make it a socket's. */
static const char *const in_front[] = {"unix ", "unixpacket ", "unixgram ", "listenstream=", "listendatagram=",
	"listensequentialpacket=", "unix:", "unix://", "unix address \"",
	"unix socket ", "unix socket \"", "unix socket '", "unix domain socket ",
	"unix domain socket \"", "unix domain socket '", "in use ", "sun_path=\"", "sun_path=@\"",
	"bind() to ", "connect() to ", "socket='", "socket=\"", "socket=", "socket: ", "socket '",
	"socket \"", "socket file ", "socket file '", "socket path ", "on socket ", "socket at ",
	"bind to path ", "controlsocket ", "mux listener ",
	"because of ", "econnrefused ", "enoent ", "connect eacces ", "path='", "path=\"", "through socket '"};

static const char *const no_sockets[] = {".lock", ".c", ".pid", ".py", ".js", ".ts", ".go", ".rb",
	".rs", ".cpp", ".cc", ".conf", ".cfg", ".ini", ".log", ".yml", ".yaml", ".json", ".java", ".php"};

static const char *const sockets[] = {".sock", ".socket", ".ipc", ".sock.0", ".ctl"};

/* "git@host.example:22": so ssh names the sockets of its connections. */
static bool is_connection(struct iu_span path)
{
	size_t at = iu_span_find(path, "@");

	for (; at + 1 < path.len; at++)
		if (path.text[at] == ':' && iu_char_is_digit(path.text[at + 1]))
			return true;
	return false;
}

/* A path that is a socket's by its name, or by the words in front of it. */
static bool is_socket_path(struct iu_span line, size_t at, struct iu_span path)
{
	for (size_t i = 0; i < IU_COUNT(no_sockets); i++)
		if (iu_span_ends(path, no_sockets[i]))
			return false;
	for (size_t i = 0; i < IU_COUNT(in_front); i++)
		if (iu_span_before(line, at, in_front[i]))
			return true;
	for (size_t i = 0; i < IU_COUNT(sockets); i++)
		if (iu_span_ends(path, sockets[i]))
			return true;
	return iu_span_find(path, "/.s.pgsql.") < path.len || iu_span_find(path, "/.x11-unix/x") < path.len ||
	       is_connection(path);
}

void iu_message_paths_scan(struct iu_message_scan *scan, struct iu_span line)
{
	for (size_t at = 0; at < line.len; at++) {
		struct iu_span path = {line.text + at, 0};
		bool abstract = line.text[at] == '@' || iu_span_before(line, at, "sun_path=@\"");

		if (line.text[at] != '/' && !abstract)
			continue;
		if (abstract && at && iu_char_is_word(line.text[at - 1]))
			continue; /* "getty@tty1.socket" is a unit's name */
		if (!abstract && at && !strchr(" \t\"'`(<=:[", line.text[at - 1]))
			if (!iu_span_before(line, at, "unix://"))
				continue;
		while (at + path.len < line.len && path.len < IU_MESSAGE_REACH &&
			is_path_byte(line.text[at + path.len]))
			path.len++;
		while (path.len && strchr(".:]", path.text[path.len - 1]))
			path.len--;
		if (path.len < 2 || path.len > IU_UNIX_PATH_MAX || path.text[1] == '/' ||
			!is_socket_path(line, at, path))
			continue;
		iu_message_found_keep_path(
			scan, at, abstract && path.text[0] != '@' ? "unix:@" : "unix:", path);
		at += path.len - 1;
	}
}
