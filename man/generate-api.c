/* generate-api.c - writes inuse(3) from inuse.h: its comments are the manual */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 512
#define LINES_MAX  2000

struct header {
	char lines[LINES_MAX][LINE_BYTES]; /* without their newline */
	size_t n;
};

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static int read_header(const char *path, struct header *header)
{
	FILE *file = fopen(path, "r");

	if (!file)
		return -1;
	while (header->n < LINES_MAX && fgets(header->lines[header->n], LINE_BYTES, file)) {
		char *line = header->lines[header->n++];

		line[strcspn(line, "\n")] = '\0';
	}
	fclose(file);
	return header->n && header->n < LINES_MAX ? 0 : -1;
}

/* What scdoc would take for markup is escaped. */
static void put_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("\\*_", text[i]))
			putchar('\\');
		putchar(text[i]);
	}
}

/* Tabs have no width of their own in a page. */
static void put_code(const char *line, const char *indent)
{
	fputs(indent, stdout);
	for (; *line; line++) {
		if (*line == '\t')
			fputs("    ", stdout);
		else
			putchar(*line);
	}
	putchar('\n');
}

/* One paragraph in the making. */
struct prose {
	const char *indent;
	bool open, code;
};

static void end_paragraph(struct prose *prose)
{
	if (prose->code)
		printf("%s```\n\n", prose->indent);
	else if (prose->open)
		fputs("\n\n", stdout);
	prose->open = prose->code = false;
}

static void add_words(struct prose *prose, const char *text, size_t len)
{
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (!len)
		return;
	if (prose->open) {
		putchar(' ');
	} else {
		fputs(prose->indent, stdout);
		/* a list, a table or a heading would begin with these */
		if (strchr("-[|]#.", *text))
			putchar('\\');
	}
	prose->open = true;
	put_text(text, len);
}

/* A line of a comment, without its asterisk: words, an example, a parameter, or the end of a paragraph. */
static void add_line(struct prose *prose, const char *text, size_t len, bool examples)
{
	const char *colon = memchr(text, ':', len);

	if (!len) {
		if (!prose->code)
			end_paragraph(prose);
		else
			putchar('\n');
		return;
	}
	if (*text == '\t' && examples) {
		if (!prose->code) {
			end_paragraph(prose);
			printf("%s```\n", prose->indent);
		}
		prose->code = true;
		put_code(text + 1, prose->indent);
		return;
	}
	if (prose->code)
		end_paragraph(prose);
	if (*text == '@' && colon) {
		end_paragraph(prose);
		printf("%s_", prose->indent);
		put_text(text + 1, (size_t)(colon - text) - 1);
		fputs("_:", stdout);
		prose->open = true;
		len -= (size_t)(colon + 1 - text);
		text = colon + 1;
	} else if (starts(text, "Returns:")) {
		end_paragraph(prose);
	}
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	add_words(prose, text, len);
}

/* The comment that begins in line @at; returns the line after it. @skip: that many bytes of the first. */
static size_t put_comment(const struct header *h, size_t at, const char *first, const char *indent,
	bool examples)
{
	struct prose prose = {.indent = indent};
	const char *text = first;
	bool last;

	do {
		size_t len = strlen(text);

		last = len >= 2 && strcmp(text + len - 2, "*/") == 0;
		add_line(&prose, text, last ? len - 2 - (len > 2 && text[len - 3] == ' ') : len,
			examples);
		at++;
		if (last || at >= h->n)
			break;
		text = h->lines[at];
		text += starts(text, " * ") ? 3 : starts(text, " */") ? 1 : 2 * !!*text;
	} while (!last);
	end_paragraph(&prose);
	return at;
}

/* Lines up to and with the one that ends in @end, as they are. */
static size_t put_block(const struct header *h, size_t at, const char *end)
{
	size_t len;

	puts("```");
	do {
		put_code(h->lines[at], "");
		len = strlen(h->lines[at]);
		at++;
	} while (at < h->n && (len < strlen(end) || strcmp(h->lines[at - 1] + len - strlen(end), end)));
	puts("```\n");
	return at;
}

/* "struct inuse_list; …": all that follow each other. */
static size_t put_names(const struct header *h, size_t at)
{
	puts("```");
	while (at < h->n && starts(h->lines[at], "struct ") && strchr(h->lines[at], ';'))
		put_code(h->lines[at++], "");
	puts("```\n");
	return at;
}

static void put_heading(const char *line)
{
	const char *title = line + strlen("/* ---- "), *end = strstr(title, " ----");

	fputs("# ", stdout);
	for (; end && title < end; title++)
		putchar(toupper((unsigned char)*title));
	fputs("\n\n", stdout);
}

/* In bold, its lines as one; what only a compiler wants to know is left out. */
static size_t put_prototype(const struct header *h, size_t at)
{
	static const char check[] = " INUSE_CHECK;";
	bool last = false;

	putchar('*');
	for (; at < h->n && !last; at++) {
		const char *line = h->lines[at] + strspn(h->lines[at], "\t");
		size_t len = strlen(line), cut = sizeof(check) - 1;

		last = strchr(line, ';') != NULL;
		if (len > cut && !strcmp(line + len - cut, check)) {
			put_text(line, len - cut);
			putchar(';');
		} else {
			put_text(line, len);
		}
		putchar(last ? '*' : ' ');
	}
	puts("\n");
	return at;
}

/* The prototype first, then what stands before it. */
static size_t put_function(const struct header *h, size_t at)
{
	size_t comment = at, after;
	const char *first = h->lines[at] + strlen("/**");

	while (at < h->n && !strstr(h->lines[at], "*/"))
		at++;
	after = put_prototype(h, at + 1);
	if (!*first)
		first = h->lines[++comment] + strlen(" *");
	first = strstr(first, " - ") ? strstr(first, " - ") + strlen(" - ") : first;
	put_comment(h, comment, first, "\t", false);
	return after;
}

/* Paragraphs of the comment at the top that readers of a page look for under a heading of their own. */
static const struct {
	const char *begins, *heading;
} parts[] = {
	{"Files:", "FILES"},
	{"Environment:", "ENVIRONMENT"},
	{"Threads:", "ATTRIBUTES"},
	{"Examples:", "EXAMPLES"},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* The part that a line begins; PARTS: none. */
static size_t part_of(const char *line)
{
	size_t i = 0;

	while (i < PARTS && !(starts(line, " * ") && starts(line + 3, parts[i].begins)))
		i++;
	return i;
}

/* The lines of the comment at the top that are of @part; PARTS: those of none. */
static void choose(const struct header *h, size_t part, struct header *chosen)
{
	size_t at = 3, now = PARTS;
	bool paragraph = true; /* one begins */

	chosen->n = 0;
	for (; at < h->n && !starts(h->lines[at], " */"); at++) {
		if (paragraph)
			now = part_of(h->lines[at]);
		paragraph = strlen(h->lines[at]) <= 2;
		if (now == part)
			memcpy(chosen->lines[chosen->n++], h->lines[at], LINE_BYTES);
	}
	memcpy(chosen->lines[chosen->n++], " */", 4);
}

static void put_part(const struct header *h, size_t part)
{
	static struct header chosen;
	size_t skip = part < PARTS ? strlen(parts[part].begins) + 1 : 0;

	choose(h, part, &chosen);
	if (chosen.n < 2)
		return;
	chosen.lines[0][3 + skip] = (char)toupper((unsigned char)chosen.lines[0][3 + skip]);
	printf("# %s\n\n", part < PARTS ? parts[part].heading : "DESCRIPTION");
	put_comment(&chosen, 0, chosen.lines[0] + 3 + skip, "", true);
}

static void put_page(const struct header *h)
{
	size_t at = 3;

	put_part(h, PARTS);
	while (at < h->n && !starts(h->lines[at], "/* ---- "))
		at++;
	while (at < h->n) {
		const char *line = h->lines[at];

		if (starts(line, "#ifdef __cplusplus"))
			break;
		if (starts(line, "/* ---- ")) {
			put_heading(line);
			at++;
		} else if (starts(line, "/**")) {
			at = put_function(h, at);
		} else if (starts(line, "/*")) {
			bool alone = !line[2];

			at = put_comment(h, at + alone, alone ? h->lines[at + 1] + 3 : line + 3, "",
				false);
		} else if (starts(line, "struct ") && strchr(line, ';')) {
			at = put_names(h, at);
		} else if (starts(line, "struct ") || starts(line, "enum ")) {
			at = put_block(h, at, "};");
		} else {
			at++;
		}
	}
	puts("# RETURN VALUE\n\nFunctions that return _int_ and can fail return a number that is not negative, as "
	     "described with each, or INUSE\\_ERROR\\_\\*. The others return what they are asked for; where there is "
	     "none, or for an object that is NULL: NULL, 0, \\-1, or the value of an enum that means not known.\n");
	for (size_t i = 0; i < PARTS; i++)
		put_part(h, i);
}

int main(int argc, char **argv)
{
	static struct header header;

	if (argc != 2 || read_header(argv[1], &header) < 0) {
		fputs("usage: generate-api inuse.h\n", stderr);
		return 2;
	}
	puts("inuse(3)\n\n# NAME\n\ninuse - why does bind() fail, who is in the way, what helps: the library\n");
	puts("# SYNOPSIS\n\n*#include <inuse/inuse.h>*\n\n*cc* _file.c_ *$(pkg-config --cflags --libs inuse)*\n");
	put_page(&header);
	puts("# SEE ALSO\n\n*inuse*(1), *bind*(2), *listen*(2), *socket*(7), *ip*(7), *unix*(7)");
	return fflush(stdout) == EOF || ferror(stdout) ? 1 : 0;
}
