/* tests/fuzz/driver.c - replays a corpus into a fuzz target, then seeded mutations of it */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * usage: fuzz-NAME NAME CORPUS-FOLDER [MUTATIONS [SEED]]
 *
 * The same inputs on every run: the numbers come from a fixed seed and files are taken in the order
 * of their names. The target runs in a child, so that a crash or a hang is reported with the input
 * that did it; build with -Db_sanitize=address,undefined to make reads past the end crash, too.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUTS_MAX  1024
#define INPUT_MAX   65536
#define MUTATIONS   20000
#define SECONDS_MAX 120
#define STEPS_MAX   8

struct input {
	char *name;
	uint8_t *bytes;
	size_t size;
};

/* Written by the child before each input, read by the parent after its death. */
struct progress {
	size_t input, mutation;
	bool done;
};

static struct input inputs[INPUTS_MAX];
static size_t input_count;
static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32);
}

static size_t below(size_t limit)
{
	return limit == 0 ? 0 : number() % limit;
}

static bool read_input(const char *folder, const char *name)
{
	struct input *input = &inputs[input_count];
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file)
		return false;
	input->bytes = malloc(INPUT_MAX);
	input->name = strdup(name);
	if (!input->bytes || !input->name)
		abort();
	input->size = fread(input->bytes, 1, INPUT_MAX, file);
	fclose(file);
	input_count++;
	return true;
}

static bool read_corpus(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort), i;
	bool good = n >= 0;

	for (i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.' && input_count < INPUTS_MAX)
			good &= read_input(folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return good;
}

/* A copy of exactly this size: the first byte behind it is out of bounds. */
static void run(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static size_t cut(uint8_t *bytes, size_t size)
{
	size_t at = below(size), len = 1 + below(size - at);

	memmove(bytes + at, bytes + at + len, size - at - len);
	return size - len;
}

static size_t repeat(uint8_t *bytes, size_t size)
{
	size_t at = below(size), len = 1 + below(size - at);

	if (size + len > INPUT_MAX)
		return size;
	memmove(bytes + at + len, bytes + at, size - at);
	return size + len;
}

static size_t splice(uint8_t *bytes, size_t size)
{
	const struct input *other = &inputs[below(input_count)];
	size_t at = below(size), from = below(other->size), len = other->size - from;

	if (at + len > INPUT_MAX)
		len = INPUT_MAX - at;
	memcpy(bytes + at, other->bytes + from, len);
	return at + len > size ? at + len : size;
}

static size_t put_number(uint8_t *bytes, size_t size)
{
	static const uint32_t odd[] = {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 0x7f, 0x80, 0xff, 0x100,
		0x7fff, 0x8000, 0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff};
	uint32_t value = odd[below(sizeof(odd) / sizeof(odd[0]))];
	size_t width = (size_t)1 << below(3);

	if (size < width)
		return size;
	memcpy(bytes + below(size - width + 1), &value, width);
	return size;
}

static size_t put_text(uint8_t *bytes, size_t size)
{
	static const char *const odd[] = {"\n", ":", "/", "@", "-", "(", ")", " ", "\t", "\033[31m",
		"0000000000000000000000", "18446744073709551616", "-1", "\\x2d", "..", "]", "\xff"};
	const char *text = odd[below(sizeof(odd) / sizeof(odd[0]))];
	size_t len = strlen(text), at = below(size + 1);

	if (size + len > INPUT_MAX)
		return size;
	memmove(bytes + at + len, bytes + at, size - at);
	memcpy(bytes + at, text, len);
	return size + len;
}

static size_t mutate(uint8_t *bytes, size_t size)
{
	size_t steps = 1 + below(STEPS_MAX);

	while (steps-- > 0) {
		switch (size == 0 ? 6 : below(8)) {
		case 0: bytes[below(size)] ^= (uint8_t)(1u << below(8)); break;
		case 1: bytes[below(size)] = (uint8_t)number(); break;
		case 2: size = cut(bytes, size); break;
		case 3: size = repeat(bytes, size); break;
		case 4: size = splice(bytes, size); break;
		case 5: size = put_number(bytes, size); break;
		case 6: size = put_text(bytes, size); break;
		case 7: size = below(size + 1); break;
		}
	}
	return size;
}

static void run_all(struct progress *progress, size_t mutations)
{
	uint8_t *bytes = malloc(INPUT_MAX);
	size_t i, m;

	if (!bytes)
		abort();
	alarm(SECONDS_MAX);
	for (i = 0; i < input_count; i++) {
		progress->input = i;
		run(inputs[i].bytes, inputs[i].size);
	}
	for (m = 1; m <= mutations; m++) {
		const struct input *input = &inputs[m % input_count];

		progress->input = m % input_count;
		progress->mutation = m;
		memcpy(bytes, input->bytes, input->size);
		run(bytes, mutate(bytes, input->size));
	}
	free(bytes);
	for (i = 0; i < input_count; i++) {
		free(inputs[i].bytes);
		free(inputs[i].name);
	}
	progress->done = true;
}

int main(int argc, char **argv)
{
	size_t mutations = argc > 3 ? strtoul(argv[3], NULL, 10) : MUTATIONS;
	struct progress *progress = mmap(
		NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 1;
	pid_t child;

	if (argc > 4) /* for long runs; never 0 */
		seed ^= strtoul(argv[4], NULL, 10) << 8;
	printf("1..1\n");
	if (argc < 3 || progress == MAP_FAILED || !read_corpus(argv[2]) || input_count == 0) {
		printf("not ok 1 - no corpus: %s NAME CORPUS-FOLDER [MUTATIONS [SEED]]\n", argv[0]);
		return 1;
	}
	fflush(stdout);
	child = fork();
	if (child == 0) {
		run_all(progress, mutations);
		return 0;
	}
	if (child > 0)
		waitpid(child, &status, 0);
	if (status == 0 && progress->done) {
		printf("ok 1 - %s: %zu inputs, %zu mutations\n", argv[1], input_count, mutations);
		return 0;
	}
	printf("not ok 1 - %s: input %s, mutation %zu, %s %d\n", argv[1],
		inputs[progress->input].name, progress->mutation,
		WIFSIGNALED(status) ? "signal" : "exit code",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return 1;
}
