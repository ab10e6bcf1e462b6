/* input/message-patterns.c - what only one program prints so, a row each */
#include "input/message-patterns.h"

#include "base/compat.h"

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

const char *const *iu_message_words(size_t *ret_count)
{
	*ret_count = IU_COUNT(words);
	return words;
}
