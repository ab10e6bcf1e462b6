/* engine/redact.c - a snapshot without what is private */
#include "engine/redact.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "engine/pseudonym.h"
#include "knowledge/proxies.h"
#include "knowledge/unix-types.h"
#include "model/question.h"
#include "model/snapshot-texts.h"

#define FIRST_PERSON 1000  /* below: accounts of the system, whose names are those of programs */
#define NOBODY	     65534
#define NAME_BYTES   256 /* a longer name is nobody's */

struct redaction {
	const struct iu_people *people;
	struct iu_pseudonymes aliases;
	struct iu_snapshot *snapshot;
	struct iu_text scratch;
};

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* ---- what is private ---- */

/* Users may be called so, but cgroups and paths would lose their sense without these words. */
static bool is_common(const char *name, size_t len)
{
	static const char *const words[] = {"root", "user", "users", "system", "app", "apps", "home",
		"session", "init", "machine", "slice", "service", "scope", "socket", "docker",
		"localhost", "localdomain", "linux", "windows", "tcp", "udp", "unix", "run", "tmp",
		"var", "usr", "bin", "pid", "port", "lo"};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], name, len))
			return true;
	return len < 2;
}

/* A home that is somewhere else ("/srv/people/alice"): its last part, of the longest one that fits. */
static size_t listed_home(const struct redaction *r, const char *path, size_t len, size_t *ret_at)
{
	size_t best = 0;

	for (size_t i = 0; r->people && i < r->people->homes.n; i++) {
		const char *home = r->people->homes.v[i];
		size_t n = strlen(home), from = n;

		if (n <= best || n > len || memcmp(path, home, n) != 0 || (n < len && !is_slash(path[n])))
			continue;
		while (from && !is_slash(home[from - 1]))
			from--;
		best = n;
		*ret_at = from;
	}
	return best ? best - *ret_at : 0;
}

/* "/home/alice", "C:\Users\alice": the name at @path + *ret_at. 0: no home. */
static size_t home_name(
	const struct redaction *r, const char *path, size_t len, size_t *ret_at)
{
	static const char *const places[] = {"home", "Users", "users"};
	size_t at, n = listed_home(r, path, len, ret_at);

	if (n)
		return n;
	for (at = 0; at + 1 < len; at++) {
		if (!is_slash(path[at]))
			continue;
		for (size_t i = 0; i < IU_COUNT(places); i++) {
			n = strlen(places[i]);
			if (len - at <= n + 2 || memcmp(path + at + 1, places[i], n) != 0 ||
				!is_slash(path[at + 1 + n]))
				continue;
			*ret_at = at + n + 2;
			for (n = 0; *ret_at + n < len && !is_slash(path[*ret_at + n]); n++)
				;
			if (n)
				return n;
		}
	}
	return 0;
}

/* Accounts that are the same everywhere. */
static bool is_everywhere(const char *user)
{
	static const char *const kept[] = {"root", "SYSTEM", "Everyone", "NT AUTHORITY\\",
		"NT SERVICE\\", "BUILTIN\\"};

	for (size_t i = 0; i < IU_COUNT(kept); i++) {
		size_t n = strlen(kept[i]);

		if (!strncmp(user, kept[i], n) && (!user[n] || kept[i][n - 1] == '\\'))
			return true;
	}
	return false;
}

static int learn(struct redaction *r, enum iu_pseudonym_kind kind, const char *name, size_t len)
{
	return is_common(name, len) || iu_pseudonym(&r->aliases, kind, name, len) ? 0 : IU_E_NOMEM;
}

/* The uid that belongs to a "user" member; -1: none is known. */
static int64_t uid_of(const struct iu_member *member)
{
	if (same(member->group, "host"))
		return ((const struct iu_host *)member->owner)->uid;
	if (same(member->group, "sockets"))
		return ((const struct iu_socket *)member->owner)->uid;
	if (same(member->group, "processes"))
		return ((const struct iu_process *)member->owner)->uid;
	if (same(member->group, "paths"))
		return ((const struct iu_path *)member->owner)->uid;
	return -1;
}

static int learn_host(struct redaction *r, const char *name)
{
	size_t label = strcspn(name, ".");
	int error = learn(r, IU_PSEUDONYM_HOST, name, strlen(name));

	return error || !name[label] ? error : learn(r, IU_PSEUDONYM_HOST, name, label);
}

/* "DOMAIN\alice" of Windows is a person; of other systems the number tells. */
static int learn_user(struct redaction *r, const char *user, int64_t uid)
{
	const char *name = strrchr(user, '\\');

	if (name && !is_everywhere(user))
		return learn(r, IU_PSEUDONYM_USER, name + 1, strlen(name + 1));
	return uid >= FIRST_PERSON && uid != NOBODY
		? learn(r, IU_PSEUDONYM_USER, user, strlen(user)) : 0;
}

/* First round: names that have to go wherever they stand. */
static int collect(void *context, const struct iu_member *member)
{
	struct redaction *r = context;
	size_t at, n;

	if (!member->text)
		return 0;
	if (same(member->key, "hostname"))
		return learn_host(r, *member->text);
	if (same(member->key, "user"))
		return learn_user(r, *member->text, uid_of(member));
	if (same(member->key, "group"))
		return learn_user(r, *member->text,
			((const struct iu_path *)member->owner)->gid);
	n = member->len ? *member->len : strlen(*member->text);
	n = home_name(r, *member->text, n, &at);
	return n ? learn(r, IU_PSEUDONYM_USER, *member->text + at, n) : 0;
}

/* ---- texts ---- */

static const char *known(const struct redaction *r, const char *text, size_t len)
{
	const char *alias = iu_pseudonym_known(&r->aliases, IU_PSEUDONYM_USER, text, len);

	if (is_common(text, len))
		return NULL;
	return alias ? alias : iu_pseudonym_known(&r->aliases, IU_PSEUDONYM_HOST, text, len);
}

static bool is_address_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
	       c == '.' || c == ':';
}

/* An address at the start of @text, perhaps with a port behind it. Returns how many bytes. */
static size_t find_address(const char *text, size_t len, struct iu_address *ret_address)
{
	size_t n = 0, end;

	while (n < len && n < IU_ADDRESS_TEXT && is_address_byte(text[n]))
		n++;
	for (end = n; end >= 2; end--)
		if (iu_address_parse(text, end, ret_address) >= 0)
			return end;
	return 0;
}

static int put_address(struct redaction *r, struct iu_address *address)
{
	char text[IU_ADDRESS_TEXT];
	int error = iu_pseudonym_address(&r->aliases, address);

	iu_text_add(&r->scratch, iu_address_format(address, text));
	return error;
}

/* Names of people are words with "-" and "." in them, too: the longest known one counts. */
static size_t find_name(
	const struct redaction *r, const char *text, size_t len, const char **ret_alias)
{
	size_t n = 0, best = 0;

	*ret_alias = NULL;
	len = len < NAME_BYTES ? len : NAME_BYTES;
	while (n < len) {
		const char *alias;

		while (n < len && is_word_byte(text[n]))
			n++;
		alias = known(r, text, n);
		if (alias) {
			best = n;
			*ret_alias = alias;
		}
		while (n < len && memchr("-._@", text[n], 4))
			n++;
		if (n < len && !is_word_byte(text[n]))
			break;
	}
	return best;
}

static bool is_mail_byte(char c)
{
	return is_word_byte(c) || memchr("._%+-", c, 5);
}

/* "web@1.service" is a unit and no address of a person. */
static bool is_unit_kind(const char *text, size_t len)
{
	static const char *const kinds[] = {"service", "socket", "scope", "slice", "mount", "timer",
		"target", "path", "swap", "device", "automount"};

	for (size_t i = 0; i < IU_COUNT(kinds); i++)
		if (strlen(kinds[i]) == len && !memcmp(kinds[i], text, len))
			return true;
	return false;
}

/* An e-mail address at the start of @text: it is private as a whole. Returns how many bytes. */
static size_t find_mail(const char *text, size_t len)
{
	size_t n = 0, at, dot = 0;

	while (n < len && n < NAME_BYTES && is_mail_byte(text[n]))
		n++;
	if (!n || n == len || text[n] != '@')
		return 0;
	for (at = ++n; n < len && n < NAME_BYTES && is_mail_byte(text[n]); n++)
		dot = text[n] == '.' ? n : dot;
	if (dot <= at || n - dot < 3 || is_unit_kind(text + dot + 1, n - dot - 1))
		return 0;
	return n;
}

/* Every private name and public address inside of @text, which is appended to the scratch. */
static int add_clean(struct redaction *r, const char *text, size_t len)
{
	struct iu_address address;
	size_t i = 0, n;
	int error = 0;

	while (i < len && error == 0) {
		const char *alias;

		n = find_address(text + i, len - i, &address);
		if (n) {
			error = put_address(r, &address);
			i += n;
			continue;
		}
		n = find_mail(text + i, len - i);
		if (n) {
			alias = iu_pseudonym(&r->aliases, IU_PSEUDONYM_USER, text + i, n);
			iu_text_add(&r->scratch, alias);
			error = alias ? 0 : IU_E_NOMEM;
			i += n;
			continue;
		}
		n = find_name(r, text + i, len - i, &alias);
		if (n) {
			iu_text_add(&r->scratch, alias);
			i += n;
			continue;
		}
		do
			iu_text_addn(&r->scratch, text + i, 1);
		while (is_word_byte(text[i++]) && i < len && is_word_byte(text[i]));
	}
	return error;
}

static int add_program(struct redaction *r, const char *name, size_t len)
{
	char copy[NAME_BYTES];

	if (len >= sizeof(copy))
		return add_clean(r, name, len);
	memcpy(copy, name, len);
	copy[len] = '\0';
	if (!iu_proxy_program(copy))
		return add_clean(r, name, len);
	iu_text_addn(&r->scratch, name, len);
	return 0;
}

/* Below a home directory every part of a path is private, but the program at its end. */
static int add_path(struct redaction *r, const char *path, size_t len, bool keep_last)
{
	size_t at = 0, n, last = len;
	int error;

	n = home_name(r, path, len, &at);
	if (!n && len >= 6 && !memcmp(path, "/root/", 6)) {
		at = 1;
		n = 4;
	}
	while (keep_last && last > at + n && !is_slash(path[last - 1]))
		last--;
	if (!n) {
		error = add_clean(r, path, last);
		return error ? error : add_program(r, path + last, len - last);
	}
	error = add_clean(r, path, at + n);
	for (at += n; at < len && error == 0; at += n) {
		n = 0;
		if (is_slash(path[at])) {
			iu_text_addn(&r->scratch, path + at, 1);
			n = 1;
			continue;
		}
		while (at + n < len && !is_slash(path[at + n]))
			n++;
		if (at >= last) {
			error = add_program(r, path + at, n);
		} else {
			const char *alias = iu_pseudonym(&r->aliases, IU_PSEUDONYM_PART, path + at, n);

			iu_text_add(&r->scratch, alias);
			error = alias ? 0 : IU_E_NOMEM;
		}
	}
	return error;
}

static const char *take_scratch(struct redaction *r, struct iu_arena *arena, size_t *ret_len)
{
	const char *text = r->scratch.failed ? NULL
		: iu_arena_strndup(arena, r->scratch.data ? r->scratch.data : "", r->scratch.len);

	*ret_len = r->scratch.len;
	r->scratch.len = 0;
	return text;
}

static int set(struct redaction *r, const struct iu_member *member, int error)
{
	size_t len;
	const char *text = take_scratch(r, &r->snapshot->arena, &len);

	if (error || !text)
		return error ? error : IU_E_NOMEM;
	*member->text = text;
	if (member->len)
		*member->len = len;
	return 0;
}

static int set_alias(struct redaction *r, const struct iu_member *member, enum iu_pseudonym_kind kind)
{
	const char *alias = iu_pseudonym(&r->aliases, kind, *member->text, strlen(*member->text));

	if (!alias)
		return IU_E_NOMEM;
	iu_text_add(&r->scratch, alias);
	return set(r, member, 0);
}

/* ---- members with rules of their own ---- */

static int clean_plain(struct redaction *r, const struct iu_member *member)
{
	size_t len = member->len ? *member->len : strlen(*member->text);

	return set(r, member, add_clean(r, *member->text, len));
}

static int clean_user(struct redaction *r, const struct iu_member *member)
{
	return is_everywhere(*member->text) ? 0 : set_alias(r, member, IU_PSEUDONYM_USER);
}

static int clean_host(struct redaction *r, const struct iu_member *member)
{
	struct iu_address address;
	size_t len = strlen(*member->text);

	if (iu_address_parse(*member->text, len, &address) >= 0)
		return set(r, member, put_address(r, &address));
	return same(*member->text, "localhost") ? 0 : set_alias(r, member, IU_PSEUDONYM_HOST);
}

/* Names of programs that the rules know stay, even where somebody is called so. */
static int clean_program(struct redaction *r, const struct iu_member *member)
{
	return iu_proxy_program(*member->text) ? 0 : clean_plain(r, member);
}

static int clean_exe(struct redaction *r, const struct iu_member *member)
{
	return set(r, member, add_path(r, *member->text, strlen(*member->text), true));
}

static int clean_directory(struct redaction *r, const struct iu_member *member)
{
	return set(r, member, add_path(r, *member->text, strlen(*member->text), false));
}

/* Whether bind() takes the path depends on its length: short stays short, long stays long. */
static int add_socket_path(struct redaction *r, const char *path, size_t len)
{
	size_t from = r->scratch.len;
	int error = add_path(r, path, len, false);
	const char *alias;

	if (error == 0 && len <= IU_UNIX_PATH_MAX && r->scratch.len - from > IU_UNIX_PATH_MAX) {
		alias = iu_pseudonym(&r->aliases, IU_PSEUDONYM_PART, path, len);
		r->scratch.len = from;
		iu_text_add(&r->scratch, path[0] == '/' ? "/" : "");
		iu_text_add(&r->scratch, alias);
		error = alias ? 0 : IU_E_NOMEM;
	}
	while (error == 0 && !r->scratch.failed && len > IU_UNIX_PATH_MAX &&
		r->scratch.len - from <= IU_UNIX_PATH_MAX)
		iu_text_add(&r->scratch, "x");
	return error;
}

/* Whoever makes an abstract name puts into it what he likes: none of its words stays. */
static int add_abstract(struct redaction *r, const char *name, size_t len)
{
	const char *alias = iu_pseudonym(&r->aliases, IU_PSEUDONYM_PART, name, len);

	iu_text_add(&r->scratch, alias);
	return alias ? 0 : IU_E_NOMEM;
}

static int clean_path(struct redaction *r, const struct iu_member *member)
{
	bool abstract = same(member->group, "sockets") &&
			((const struct iu_socket *)member->owner)->abstract;

	if (abstract)
		return set(r, member, add_abstract(r, *member->text, *member->len));
	return set(r, member, add_socket_path(r, *member->text, *member->len));
}

/* The first word names the program, or is a title that the program wrote over it. */
static int clean_title(struct redaction *r, const struct iu_member *member)
{
	const struct iu_process *process = member->owner;
	const char *title = *member->text, *name = process->name ? process->name : "program";
	const char *plain_title = title + (*title == '-');

	if (!strncmp(title, "sshd: ", 6)) {
		iu_text_add(&r->scratch, title[6] == '/' ? "sshd: /" : "sshd: ");
		iu_text_add(&r->scratch, strstr(title, "[listener]") ? "[listener]" : "session");
		return set(r, member, 0);
	}
	if (same(iu_text_base_name(plain_title, "/"), name) ||
		(process->exe && same(iu_text_base_name(plain_title, "/"), iu_text_base_name(process->exe, "/"))))
		return clean_exe(r, member);
	iu_text_add(&r->scratch, name);
	return set(r, member, 0);
}

/* What a program does with the port is told by words that are in our own tables. */
static int clean_argument(struct redaction *r, const struct iu_member *member)
{
	const char *argument = *member->text, *word, *alias;
	bool start = true;

	if (!member->index)
		return clean_title(r, member);
	if (!*argument)
		return 0;
	word = iu_proxy_word(argument, &start);
	if (word && start && same(word, argument))
		return 0;
	alias = iu_pseudonym(&r->aliases, IU_PSEUDONYM_ARGUMENT, argument, strlen(argument));
	if (!alias)
		return IU_E_NOMEM;
	if (word && start)
		iu_text_add(&r->scratch, word);
	iu_text_add(&r->scratch, alias);
	if (word && !start) {
		iu_text_add(&r->scratch, "/");
		iu_text_add(&r->scratch, word);
	}
	return set(r, member, 0);
}

/* What people named, and what no rule reads. */
static int clean_word(struct redaction *r, const struct iu_member *member)
{
	const char *alias = iu_pseudonym(
		&r->aliases, IU_PSEUDONYM_ARGUMENT, *member->text, strlen(*member->text));

	if (!alias)
		return IU_E_NOMEM;
	iu_text_add(&r->scratch, alias);
	return set(r, member, 0);
}

/* A group of NULL: in every group. What is not here is clean_plain(). */
static const struct {
	const char *group, *key;
	int (*clean)(struct redaction *r, const struct iu_member *member);
} rules[] = {
	{NULL, "user", clean_user},
	{NULL, "hostname", clean_host},
	{NULL, "connect_to", clean_host},
	{"processes", "name", clean_program},
	{"parents", "name", clean_program},
	{"unreadable", "name", clean_program},
	{"processes", "exe", clean_exe},
	{"processes", "cwd", clean_directory},
	{"processes", "control", clean_directory},
	{"processes", "command", clean_argument},
	{"processes", "image", clean_word},
	{"processes", "project", clean_word},
	{"processes", "service", clean_word},
	{"processes", "origin_from", clean_word},
	{"processes", "branch", clean_word},
	{"sockets", "path", clean_path},
	{"paths", "path", clean_path},
};

static int clean(void *context, const struct iu_member *member)
{
	struct redaction *r = context;

	if (member->address && same(member->group, "locals"))
		return iu_pseudonym_local(&r->aliases, (struct iu_local *)member->owner);
	if (member->address)
		return iu_pseudonym_address(&r->aliases, member->address);
	for (size_t i = 0; i < IU_COUNT(rules); i++)
		if ((!rules[i].group || same(rules[i].group, member->group)) &&
			same(rules[i].key, member->key))
			return rules[i].clean(r, member);
	return clean_plain(r, member);
}

/* ---- the targets that were recorded with it ---- */

static int clean_question(struct redaction *r, struct iu_arena *arena, struct iu_question *q)
{
	char text[IU_ADDRESS_TEXT];
	const char *path;
	int error;

	if (q->target.protocol != IU_PROTOCOL_UNIX) {
		if (q->target.family == IU_FAMILY_ANY)
			return 0;
		error = iu_pseudonym_address(&r->aliases, &q->target.address);
		q->target.text = iu_arena_printf(arena, "%s/%s",
			iu_endpoint_format(&q->target.address, q->target.port, text),
			iu_protocol_name(q->target.protocol));
		return q->target.text ? error : IU_E_NOMEM;
	}
	error = q->target.abstract ? add_abstract(r, q->target.path, q->target.path_len)
			    : add_socket_path(r, q->target.path, q->target.path_len);
	path = take_scratch(r, arena, &q->target.path_len);
	if (!path || error)
		return error ? error : IU_E_NOMEM;
	q->target.path = path;
	q->target.text = iu_arena_printf(arena, "%s%s%s",
		q->target.abstract ? iu_unix_type_prefix(q->target.unix_type) : "",
		q->target.abstract ? "@"
		: *path == '/'	   ? ""
				   : "unix:",
		path);
	return q->target.text ? 0 : IU_E_NOMEM;
}

static int learn_people(struct redaction *r)
{
	int error = 0;

	for (size_t i = 0; r->people && i < r->people->users.n && error == 0; i++)
		error = learn(r, IU_PSEUDONYM_USER, r->people->users.v[i],
			strlen(r->people->users.v[i]));
	return error;
}

int iu_redact(struct iu_arena *arena, struct iu_snapshot *snapshot,
	const struct iu_people *people, struct iu_questions *questions)
{
	struct iu_arena scratch = {0};
	struct redaction *r = iu_arena_alloc(&scratch, sizeof(*r));
	int error = r ? 0 : IU_E_NOMEM;

	if (error == 0) {
		r->aliases.arena = &scratch;
		r->snapshot = snapshot;
		r->people = people;
		error = learn_people(r);
	}
	if (error == 0) {
		error = iu_snapshot_members(snapshot, collect, r);
	}
	for (size_t i = 0; i < snapshot->locals.n && error == 0; i++)
		error = iu_pseudonym_route(&r->aliases, &snapshot->locals.v[i]);
	for (size_t i = 0; questions && i < questions->n && error == 0; i++)
		error = clean_question(r, arena, &questions->v[i]);
	if (error == 0)
		error = iu_snapshot_members(snapshot, clean, r);
	if (error == 0 && (scratch.failed || arena->failed || snapshot->arena.failed))
		error = IU_E_NOMEM;
	if (r)
		iu_text_free(&r->scratch);
	iu_arena_free(&scratch);
	return error;
}
