/* base/near.c - which word was meant by one that is spelled wrongly */
#include "base/near.h"

#include <string.h>

#define NEAR_BYTES 32 /* longer than any name that is suggested */

/* How many letters have to be added, dropped, changed or exchanged with their neighbour. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_BYTES + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NEAR_BYTES || m > NEAR_BYTES)
		return NEAR_BYTES;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = before[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = before[j] + 1 < now[j - 1] + 1 ? before[j] + 1 : now[j - 1] + 1;
			if (change < now[j])
				now[j] = change;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				rows[(i + 1) % 3][j - 2] + 1 < now[j])
				now[j] = rows[(i + 1) % 3][j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

struct iu_near iu_near_begin(const char *written)
{
	/* with more wrong letters it is another word */
	return (struct iu_near){.written = written, .least = strlen(written) > 4 ? 3 : 2};
}

void iu_near_try(struct iu_near *near, const char *word)
{
	size_t wrong = distance(near->written, word);

	if (wrong < near->least && wrong < strlen(word)) {
		near->least = wrong;
		near->best = word;
	}
}
