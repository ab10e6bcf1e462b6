/* input/message-patterns.c - what only one program prints so, a row each */
#include "input/message-patterns.h"

#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/span.h"

/* What the general shapes of message.c do not read, or would read as something else. */
static const struct iu_message_pattern patterns[] = {
	{"Tomcat", "connector[http/1.1-", IU_PATTERN_PORT, 0},
	{"Tomcat", "connector[ajp/1.3-", IU_PATTERN_PORT, 0},
	{"Tomcat", "\"http-nio-", IU_PATTERN_PORT, 0},
	{"Tomcat", "\"http-apr-", IU_PATTERN_PORT, 0},
	{"Tomcat", "\"http-bio-", IU_PATTERN_PORT, 0},
	{"Tomcat", "\"https-jsse-nio-", IU_PATTERN_PORT, 0},
	{"Tomcat", "\"https-openssl-nio-", IU_PATTERN_PORT, 0},
	{"Elasticsearch, OpenSearch", "failed to bind to [", IU_PATTERN_PORT, 0},
	{"X11", "already active for display ", IU_PATTERN_DISPLAY, 0},
	{"Node.js: TCP says \"listen\"", "bind eaddrinuse", IU_PATTERN_UDP, 0},
	{"Node.js: TCP says \"listen\"", "bind eacces", IU_PATTERN_UDP, 0},
	{"adb", "*smartsocket* listener", IU_PATTERN_DEFAULT, 5037},
};

static const char *const words[] = {
	"address already in use",
	"already in use",
	"is in use",
	"port in use",
	"address in use",
	"connection in use",
	"was in use",
	"being used by another",
	"already being used",
	"already allocated",
	"already used",
	"only one usage",
	"eaddrinuse",
	"addrinuse",
	"eaddrnotavail",
	"eacces",
	"wsaeacces",
	"10048",
	"10013",
	"10049",
	"0x80072740",
	"0x8007271d",
	"0x80070020",
	"errno 98",
	"errno 48",
	"error 98",
	"(98)",
	"(98:",
	"cannot bind",
	"can't bind",
	"could not bind",
	"couldn't bind",
	"failed to bind",
	"unable to bind",
	"bind failed",
	"failed to listen",
	"cannot listen",
	"could not listen",
	"unable to listen",
	"can't listen",
	"bind:",
	"bind(",
	"bind for ",
	"listen tcp",
	"listen udp",
	"listen unix",
	"permission denied",
	"cannot assign requested",
	"can't assign requested",
	"ports are not available",
	"forbidden by its access",
	"failed to register url",
	"bind to address",
	"binding to",
	"cannot bind '",
	"not valid in its context",
	"could not set up host forwarding",
	"couldn't listen",
	"unable to start listener",
	"already active for display",
	"seems to already listen",
	"in use)",
	/* Windows */
	"normalerweise darf jede socketadresse",
	"une seule utilisation de chaque adresse",
	"solo se permite un uso de cada direcci",
	"un solo utilizzo di ogni indirizzo",
	"permitida apenas uma utiliza",
	"通常每个套接字地址",
	"各ソケット アドレスに対して",
	"разрешается только одно использование адреса",
	"zugriffsrechte des sockets",
	"un socket de manière interdite",
	"a un socket no permitido",
	"al socket con modalit",
	"a um soquete de uma maneira",
	"做了一个访问套接字的尝试",
	"禁じられた方法でソケットに",
	"доступа к сокету методом",
	/* glibc */
	"die adresse wird bereits verwendet",
	"adresse déjà utilisée",
	"ya se está usando",
	"indirizzo già in uso",
	"endereço já em uso",
	"地址已在使用",
	"アドレスは既に使用中",
	"дрес уже используется",
};

const struct iu_message_pattern *iu_message_patterns(size_t *ret_count)
{
	*ret_count = IU_COUNT(patterns);
	return patterns;
}

/* Numbers of errors are found within others, and as ports: "item 510048", "10.0.0.9:10048". */
static bool stands_alone(struct iu_span line, size_t at, const char *word)
{
	size_t end = at + strlen(word);
	bool number = iu_char_is_digit(word[0]) && iu_char_is_digit(word[strlen(word) - 1]);

	if (!number)
		return true;
	if (at && (iu_char_is_word(line.text[at - 1]) || strchr(":.-/", line.text[at - 1])))
		return false;
	return end >= line.len ||
	       !(iu_char_is_word(line.text[end]) || strchr(".-/", line.text[end]));
}

static uint64_t second_bit(char c)
{
	return UINT64_C(1) << ((unsigned char)c & 63);
}

bool iu_message_suspect(const char *line, size_t len)
{
	struct iu_span s = {line, len};
	/* By the first byte which second bytes follow it: a log of 100 MB is looked at so. */
	uint64_t begins[256] = {0};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		begins[(unsigned char)words[i][0]] |= second_bit(words[i][1]);
	for (size_t at = 0; at + 1 < len; at++) {
		char c = iu_char_lower(line[at]);

		if (!(begins[(unsigned char)c] & second_bit(iu_char_lower(line[at + 1]))))
			continue;
		for (size_t i = 0; i < IU_COUNT(words); i++)
			if (c == words[i][0] && iu_span_at(s, at, words[i]) &&
				stands_alone(s, at, words[i]))
				return true;
	}
	return false;
}
