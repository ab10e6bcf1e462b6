/* knowledge/workers.c - processes that a main program starts to work for it, by what they show */
#include "knowledge/workers.h"

#include <string.h>

#include "base/compat.h"

/* What a word of the command line contains. */
static const struct {
	const char *word, *what;
	bool hides; /* the words are the same for every program */
} rows[] = {
	{"--multiprocessing-fork", "a worker of Python's multiprocessing (uvicorn --reload starts such, too)",
		true},
	{"multiprocessing.spawn", "a worker of Python's multiprocessing (uvicorn --reload starts such, too)",
		true},
	{"multiprocessing.forkserver", "a fork server of Python's multiprocessing", true},
	{"multiprocessing.resource_tracker", "a helper of Python's multiprocessing", true},
	{"gunicorn: worker", "a worker of gunicorn", false},
	{"puma: cluster worker", "a worker of Puma", false},
	{"unicorn worker", "a worker of Unicorn", false},
	{"uWSGI worker", "a worker of uWSGI", false},
	{"nginx: worker process", "a worker of nginx", false},
	{"php-fpm: pool", "a worker of PHP-FPM", false},
	{"celeryd: ", "a worker of Celery", false},
	{"jest-worker/", "a worker of Jest", false},
	{"webpack-dev-server/", "a part of webpack's development server", false},
};

static size_t row_of(const struct iu_process *process)
{
	for (size_t k = 0; k < process->command.n; k++)
		for (size_t i = 0; process->command.v[k] && i < IU_COUNT(rows); i++)
			if (strstr(process->command.v[k], rows[i].word))
				return i;
	return IU_COUNT(rows);
}

const char *iu_worker_of(const struct iu_process *process)
{
	size_t i = row_of(process);

	return i < IU_COUNT(rows) ? rows[i].what : NULL;
}

bool iu_worker_hides(const struct iu_process *process)
{
	size_t i = row_of(process);

	return i < IU_COUNT(rows) && rows[i].hides;
}
