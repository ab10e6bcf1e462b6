/* os/linux/terminal.c - gives the terminal back, however the program ends */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/compat.h"
#include "os/os.h"

#define RESTORE_MAX 256

/* What a handler of signals may read; nothing else in the program has such a state. */
static struct {
	char bytes[RESTORE_MAX];
	size_t len;
	struct termios modes;
	bool has_modes;
	volatile sig_atomic_t armed, caught;
} terminal;

/* Of those that end a program by a fault, and of those by which somebody ends it. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static void give_back(void)
{
	ssize_t ignored;

	if (!terminal.armed)
		return;
	terminal.armed = 0;
	ignored = write(STDOUT_FILENO, terminal.bytes, terminal.len);
	(void)ignored;
	if (terminal.has_modes)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.modes);
}

static void die(int signal_number)
{
	give_back();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* The second one does not wait for the loop that looks at the first. */
static void note(int signal_number)
{
	if (terminal.caught)
		die(signal_number);
	terminal.caught = signal_number;
}

static void set(const int *signals, size_t n, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = handler == die ? SA_RESETHAND | SA_NODEFER : 0};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < n; i++)
		sigaction(signals[i], &action, NULL);
}

void iu_os_terminal_guard(const char *restore, size_t len)
{
	terminal.len = len < RESTORE_MAX ? len : 0;
	memcpy(terminal.bytes, restore, terminal.len);
	terminal.has_modes = tcgetattr(STDIN_FILENO, &terminal.modes) == 0;
	terminal.armed = 1;
	set(faults, IU_COUNT(faults), die);
	set(ends, IU_COUNT(ends), note);
	atexit(give_back);
}

void iu_os_terminal_given_back(void)
{
	terminal.armed = 0;
}

int iu_os_terminal_signal(void)
{
	return terminal.caught;
}
