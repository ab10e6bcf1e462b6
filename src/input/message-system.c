/* input/message-system.c - the system that a message is from, by what stands around the error */
#include "input/message-system.h"

#include "base/char.h"
#include "base/compat.h"

/* Words that one system only has; the first that is found counts, those of Windows first. */
static const struct {
	const char *word;
	enum iu_error_system system;
} words[] = {
	{"windows-gnu", IU_ERROR_WINDOWS}, {"windows-msvc", IU_ERROR_WINDOWS},
	{"x86_64-windows", IU_ERROR_WINDOWS}, {"x64-windows", IU_ERROR_WINDOWS},
	{"win32-x64", IU_ERROR_WINDOWS}, {"w64-mingw32", IU_ERROR_WINDOWS},
	{"compiled by visual c++", IU_ERROR_WINDOWS}, {"compiled by msvc", IU_ERROR_WINDOWS},
	{"microsoft windows [", IU_ERROR_WINDOWS}, {"httplistener", IU_ERROR_WINDOWS},
	{"failed to listen on prefix", IU_ERROR_WINDOWS},
	{"conflicts with an existing registration", IU_ERROR_WINDOWS},
	{"http.sys", IU_ERROR_WINDOWS}, {"httpsys", IU_ERROR_WINDOWS}, {"winsock", IU_ERROR_WINDOWS},
	{"hresult", IU_ERROR_WINDOWS}, {"wsagetlasterror", IU_ERROR_WINDOWS},
	{".exe:", IU_ERROR_WINDOWS}, {".exe ", IU_ERROR_WINDOWS}, {".exe\"", IU_ERROR_WINDOWS},
	{".psm1", IU_ERROR_WINDOWS}, {"ps c:", IU_ERROR_WINDOWS}, {"iis express", IU_ERROR_WINDOWS},
	{"\\windows\\", IU_ERROR_WINDOWS}, {"\\appdata\\", IU_ERROR_WINDOWS},
	{"program files", IU_ERROR_WINDOWS},
	{"-linux-gnu", IU_ERROR_LINUX}, {"-linux-musl", IU_ERROR_LINUX}, {"systemd[", IU_ERROR_LINUX},
	{"/usr/lib/python", IU_ERROR_LINUX}, {"/usr/lib/x86_64", IU_ERROR_LINUX},
	{"linux-x64", IU_ERROR_LINUX}, {"/home/", IU_ERROR_LINUX}, {"/proc/", IU_ERROR_LINUX},
	{"darwin", IU_ERROR_BSD}, {"macos,", IU_ERROR_BSD}, {"on macos", IU_ERROR_BSD},
	{"/opt/homebrew/", IU_ERROR_BSD}, {"/usr/local/cellar/", IU_ERROR_BSD},
	{"freebsd", IU_ERROR_BSD},
};

/* "C:\\Users", "D:/tools": a letter, a colon and a slash, at the beginning of a word. */
static bool has_drive(struct iu_span text)
{
	for (size_t at = 0; at + 3 < text.len; at++)
		if (text.text[at + 1] == ':' && text.text[at + 2] == '\\' &&
			iu_char_is_letter(text.text[at]) &&
			(at == 0 || !iu_char_is_word(text.text[at - 1])))
			return true;
	return false;
}

enum iu_error_system iu_message_system_read(struct iu_span text)
{
	if (has_drive(text))
		return IU_ERROR_WINDOWS;
	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (iu_span_find(text, words[i].word) < text.len)
			return words[i].system;
	/* "/users/" is a path of many web servers. */
	return iu_span_find_exact(text, "/Users/") < text.len ? IU_ERROR_BSD : IU_ERROR_ANY;
}

bool iu_message_system_likely(struct iu_span text)
{
	static const char *const forms[] = {"listen eacces", "bind eacces", "-4092"};

	/* libuv has numbers of its own on Windows only. */
	if (iu_span_find(text, "errno: -13") < text.len)
		return false;
	for (size_t i = 0; i < IU_COUNT(forms); i++)
		if (iu_span_find(text, forms[i]) < text.len)
			return true;
	return false;
}
