/* knowledge/http-urls.h - whose URLs HTTP.sys has registered */
#ifndef IU_KNOWLEDGE_HTTP_URLS_H
#define IU_KNOWLEDGE_HTTP_URLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iu_http_owner {
	const char *part;    /* occurs in the path of the URL, in any case */
	const char *service; /* as `net stop` takes it; NULL: whichever program serves it */
	const char *what;
};

/** iu_http_owner() - the row that fits a URL, or NULL. Static. */
const struct iu_http_owner *iu_http_owner(const char *url);

/**
 * iu_http_url_port() - the port of "HTTP://+:80/x", "https://[::]:443:[::]/", "http://host/"
 * Returns: the port, 0: none could be read.
 */
uint16_t iu_http_url_port(const char *url);

#endif
