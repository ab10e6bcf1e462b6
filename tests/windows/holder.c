/* windows/holder.c - holds a port on Windows in the ways the tests need, or tries to bind one */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVE_MS 120000 /* nobody is left behind, whatever becomes of the test */
#define END_MS  120000 /* a program under Wine on a busy machine ends sooner */

static const char *service_name;
static int service_port;
static SERVICE_STATUS_HANDLE status_handle;
static HANDLE stopped;

/*
 * Wine knows the owner of a socket only once its process has the Unix descriptor: an option that is
 * set on the client's side fetches it. On Windows the calls do no harm.
 */
static void own(SOCKET s, int type)
{
	DWORD value = 1;
	int len = sizeof(value);

	if (type == SOCK_STREAM)
		setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&value, sizeof(value));
	else
		getsockopt(s, IPPROTO_IP, IP_TTL, (char *)&value, &len);
}

/*
 * Options: D none, R SO_REUSEADDR, E SO_EXCLUSIVEADDRUSE, B both stacks, X both and exclusive.
 * Returns the error, 0: bound.
 */
static int hold(int type, const char *address, int port, char option, int listens, SOCKET *ret)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((u_short)port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((u_short)port)};
	int is_six = strchr(address, ':') != NULL, error = 0;
	SOCKET s = socket(is_six ? AF_INET6 : AF_INET, type, 0);
	DWORD yes = 1, no = 0;

	if (inet_pton(is_six ? AF_INET6 : AF_INET, address,
		    is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr) != 1)
		return WSAEINVAL;
	if (option == 'R')
		setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&yes, sizeof(yes));
	if (option == 'B' || option == 'X')
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&no, sizeof(no));
	if (option == 'E' || option == 'X')
		setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&yes, sizeof(yes));
	if (bind(s, is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four,
		    is_six ? sizeof(six) : sizeof(four)))
		error = WSAGetLastError();
	else if (listens && listen(s, 16))
		error = WSAGetLastError();
	if (error)
		closesocket(s);
	else
		own(s, type);
	*ret = s;
	return error;
}

/* tcp|udp ADDRESS PORT D|R|E|B|X listen|bound|try */
static int plain(char **argv)
{
	SOCKET s;
	int type = strcmp(argv[0], "udp") ? SOCK_STREAM : SOCK_DGRAM;
	int error = hold(type, argv[1], atoi(argv[2]), argv[3][0], !strcmp(argv[4], "listen"), &s);

	if (error || !strcmp(argv[4], "try")) {
		printf("error %d\n", error);
		if (error) /* as Go says it */
			fprintf(stderr, "listen tcp %s:%s: bind: error %d: Only one usage of each socket "
				"address (protocol/network address/port) is normally permitted.\n",
				argv[1], argv[2], error);
		return error ? 1 : 0;
	}
	printf("ready %lu\n", GetCurrentProcessId());
	fflush(stdout);
	Sleep(LIVE_MS);
	return 0;
}

/* ---- a service ---- */

static void say(DWORD state)
{
	SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
		.dwCurrentState = state,
		.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0,
		.dwWaitHint = 500};

	SetServiceStatus(status_handle, &status);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *context)
{
	(void)type;
	(void)data;
	(void)context;
	if (code == SERVICE_CONTROL_STOP) {
		say(SERVICE_STOP_PENDING);
		SetEvent(stopped);
	}
	return NO_ERROR;
}

static void WINAPI serve(DWORD argc, char **argv)
{
	SOCKET s;

	(void)argc;
	(void)argv;
	stopped = CreateEventA(NULL, TRUE, FALSE, NULL);
	status_handle = RegisterServiceCtrlHandlerExA(service_name, control, NULL);
	if (hold(SOCK_STREAM, "0.0.0.0", service_port, 'D', 1, &s) == 0) {
		say(SERVICE_RUNNING);
		WaitForSingleObject(stopped, LIVE_MS);
		Sleep(300); /* so that somebody has to wait for it */
		closesocket(s);
	}
	say(SERVICE_STOPPED);
}

static int run_service(char **argv)
{
	SERVICE_TABLE_ENTRYA table[] = {{argv[0], serve}, {NULL, NULL}};

	service_name = argv[0];
	service_port = atoi(argv[1]);
	return StartServiceCtrlDispatcherA(table) ? 0 : 1;
}

/* install NAME PORT: creates and starts it */
static int install(char **argv)
{
	char path[MAX_PATH], line[MAX_PATH + 64];
	SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS), service;

	GetModuleFileNameA(NULL, path, sizeof(path));
	snprintf(line, sizeof(line), "\"%s\" service %s %s", path, argv[0], argv[1]);
	service = CreateServiceA(manager, argv[0], argv[0], SERVICE_ALL_ACCESS,
		SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, line, NULL, NULL,
		NULL, NULL, NULL);
	if (!service) {
		printf("error %lu\n", GetLastError());
		return 1;
	}
	for (int i = 0; i < 100; i++) {
		SERVICE_STATUS status = {0};

		if (i == 0 && !StartServiceA(service, 0, NULL)) {
			printf("error %lu\n", GetLastError());
			return 1;
		}
		QueryServiceStatus(service, &status);
		if (status.dwCurrentState == SERVICE_RUNNING) {
			printf("running\n");
			return 0;
		}
		Sleep(50);
	}
	printf("error: it does not run\n");
	return 1;
}

/* state NAME: "running demand" */
static int state(char **argv)
{
	static const char *const starts[] = {"boot", "system", "auto", "demand", "disabled"};
	SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
	SC_HANDLE service = OpenServiceA(manager, argv[0], SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG);
	union {
		QUERY_SERVICE_CONFIGA config;
		char bytes[8192];
	} config;
	SERVICE_STATUS status;
	DWORD n;

	if (!service || !QueryServiceStatus(service, &status) ||
		!QueryServiceConfigA(service, &config.config, sizeof(config), &n)) {
		printf("error %lu\n", GetLastError());
		return 1;
	}
	printf("%s %s\n", status.dwCurrentState == SERVICE_STOPPED ? "stopped" : "running",
		starts[config.config.dwStartType]);
	return 0;
}

static int remove_service(char **argv)
{
	SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
	SC_HANDLE service = OpenServiceA(manager, argv[0], SERVICE_ALL_ACCESS);
	char path[MAX_PATH], room[8192];
	QUERY_SERVICE_CONFIGA *config = (QUERY_SERVICE_CONFIGA *)room;
	SERVICE_STATUS status;
	DWORD n;

	GetModuleFileNameA(NULL, path, sizeof(path));
	/* a service of that name that Windows or somebody else has made stays */
	if (!service || !QueryServiceConfigA(service, config, sizeof(room), &n) ||
		!strstr(config->lpBinaryPathName, path)) {
		printf("not ours\n");
		return 1;
	}
	ControlService(service, SERVICE_CONTROL_STOP, &status);
	return DeleteService(service) ? 0 : 1;
}

/* ---- a window, a console ---- */

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM w, LPARAM l)
{
	if (message == WM_CLOSE)
		ExitProcess(77);
	return DefWindowProcA(window, message, w, l);
}

/* window PORT: ends by WM_CLOSE with 77 */
static int window(char **argv)
{
	WNDCLASSA class = {.lpfnWndProc = on_message, .lpszClassName = "inuse-test"};
	MSG message;
	SOCKET s;

	if (hold(SOCK_STREAM, "127.0.0.1", atoi(argv[0]), 'D', 1, &s))
		return 1;
	RegisterClassA(&class);
	if (!CreateWindowA("inuse-test", "test", WS_OVERLAPPEDWINDOW | WS_VISIBLE, 0, 0, 10, 10, NULL,
		    NULL, NULL, NULL)) {
		printf("error: no window\n");
		return 1;
	}
	printf("ready %lu\n", GetCurrentProcessId());
	fflush(stdout);
	SetTimer(NULL, 0, LIVE_MS, NULL);
	while (GetMessageA(&message, NULL, 0, 0) > 0 && message.message != WM_TIMER)
		DispatchMessageA(&message);
	return 0;
}

static BOOL WINAPI on_event(DWORD event)
{
	if (event == CTRL_C_EVENT)
		ExitProcess(78);
	return FALSE;
}

/* console PORT: has a console of its own and ends by Ctrl-C with 78 */
static int console(char **argv)
{
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	char line[32];
	DWORD n;
	SOCKET s;

	if (hold(SOCK_STREAM, "127.0.0.1", atoi(argv[0]), 'D', 1, &s))
		return 1;
	FreeConsole();
	if (!AllocConsole())
		return 1;
	SetConsoleCtrlHandler(on_event, TRUE);
	n = (DWORD)snprintf(line, sizeof(line), "ready %lu\n", GetCurrentProcessId());
	WriteFile(out, line, n, &n, NULL);
	Sleep(LIVE_MS);
	return 0;
}

/* here PORT: on the console that it is given; ends by Ctrl-C with 78 */
static int here(char **argv)
{
	SOCKET s;

	if (hold(SOCK_STREAM, "127.0.0.1", atoi(argv[0]), 'D', 1, &s))
		return 1;
	SetConsoleCtrlHandler(on_event, TRUE);
	Sleep(LIVE_MS);
	return 0;
}

static HANDLE start(char *line)
{
	STARTUPINFOA start = {.cb = sizeof(start)};
	PROCESS_INFORMATION child;

	if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child)) {
		printf("error %lu: %s\n", GetLastError(), line);
		exit(1);
	}
	return child.hProcess;
}

/*
 * beside PORT PROGRAM: `console PORT` and then `PROGRAM free --yes 127.0.0.1:PORT`, both as our
 * children: Wine sends Ctrl-C within a process group only, Windows to the whole console.
 */
static int beside(char **argv)
{
	char path[MAX_PATH], line[2 * MAX_PATH];
	HANDLE held, other;
	DWORD code;
	SOCKET s;

	GetModuleFileNameA(NULL, path, sizeof(path));
	snprintf(line, sizeof(line), "\"%s\" console %s", path, argv[0]);
	held = start(line);
	for (int i = 0; i < 100 && hold(SOCK_STREAM, "127.0.0.1", atoi(argv[0]), 'D', 0, &s) == 0; i++) {
		closesocket(s);
		Sleep(100);
	}
	Sleep(500); /* its console comes after its socket */
	snprintf(line, sizeof(line), "\"%s\" free --yes 127.0.0.1:%s", argv[1], argv[0]);
	other = start(line);
	WaitForSingleObject(other, LIVE_MS / 2);
	GetExitCodeProcess(other, &code);
	printf("free %lu\n", code);
	WaitForSingleObject(held, 1000);
	GetExitCodeProcess(held, &code);
	printf("holder %lu\n", code);
	TerminateProcess(held, 1);
	return 0;
}

/* The rest of the words as one line: none of the tests' words needs quotes but the program. */
static void join(char **argv, char *line, size_t room)
{
	size_t n = (size_t)snprintf(line, room, "\"%s\"", argv[0]);

	for (argv++; *argv && n < room; argv++)
		n += (size_t)snprintf(line + n, room - n, " %s", *argv);
}

static BOOL WINAPI ignore(DWORD event)
{
	return event == CTRL_C_EVENT;
}

/* interrupt MS PROGRAM WORD...: starts it on a console of our own, and presses Ctrl-C after so long */
static int interrupt(char **argv)
{
	char line[2048];
	HANDLE child;
	DWORD code = 0;

	join(argv + 1, line, sizeof(line));
	FreeConsole();
	AllocConsole();
	SetConsoleCtrlHandler(ignore, TRUE);
	child = start(line);
	if (WaitForSingleObject(child, (DWORD)atoi(argv[0])) != WAIT_TIMEOUT) {
		GetExitCodeProcess(child, &code);
		printf("early %lu\n", code);
		return 1;
	}
	if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
		printf("no event: error %lu\n", GetLastError());
	if (WaitForSingleObject(child, END_MS) == WAIT_TIMEOUT) {
		printf("it goes on\n");
		TerminateProcess(child, 1);
		return 1;
	}
	GetExitCodeProcess(child, &code);
	printf("code %lu\n", code);
	return 0;
}

static void print_screen(HANDLE screen)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	char row[512];
	DWORD n;

	GetConsoleScreenBufferInfo(screen, &info);
	for (SHORT y = 0; y <= info.dwCursorPosition.Y; y++) {
		DWORD width = (DWORD)info.dwSize.X < sizeof(row) ? (DWORD)info.dwSize.X : sizeof(row);

		if (!ReadConsoleOutputCharacterA(screen, row, width, (COORD){0, y}, &n))
			return;
		/* a full row goes on in the next one */
		printf("%.*s%s", (int)n, row, n && row[n - 1] == ' ' ? "\n" : "");
	}
}

/* screen TEXT PROGRAM WORD...: runs it on a console of our own that says TEXT, then prints its screen */
static int screen(char **argv)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};
	STARTUPINFOA streams = {.cb = sizeof(streams), .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION child;
	char line[2048];
	DWORD n, code = 0;

	join(argv + 1, line, sizeof(line));
	FreeConsole();
	AllocConsole();
	streams.hStdInput = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE,
		FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
	streams.hStdOutput = streams.hStdError = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE,
		FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
	/* what stood there before is no business of the command's; then, as from a prompt */
	WriteFile(streams.hStdOutput, argv[0], (DWORD)strlen(argv[0]), &n, NULL);
	WriteFile(streams.hStdOutput, "\r\nprompt>\r\n", 11, &n, NULL);
	if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &streams, &child))
		return 1;
	WaitForSingleObject(child.hProcess, END_MS);
	GetExitCodeProcess(child.hProcess, &code);
	print_screen(streams.hStdOutput);
	printf("code %lu\n", code);
	return 0;
}

/* page: the code page and the mode of the console that it is on */
static int page(char **argv)
{
	HANDLE out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
		NULL, OPEN_EXISTING, 0, NULL);
	DWORD mode = 0;

	(void)argv;
	GetConsoleMode(out, &mode);
	printf("page %u mode %lu\n", GetConsoleOutputCP(), mode);
	fflush(stdout);
	return 0;
}

/* pages PROGRAM WORD...: on a console of our own with page 850; what that is before and afterwards */
static int pages(char **argv)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};
	STARTUPINFOA streams = {.cb = sizeof(streams), .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION child;
	char line[2048];

	join(argv, line, sizeof(line));
	FreeConsole();
	AllocConsole();
	SetConsoleOutputCP(850);
	streams.hStdOutput = streams.hStdError = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE,
		FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
	SetConsoleMode(streams.hStdOutput, ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT);
	page(NULL);
	if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &streams, &child))
		return 1;
	WaitForSingleObject(child.hProcess, END_MS);
	page(NULL);
	print_screen(streams.hStdOutput);
	return 0;
}

/* one FILE PROGRAM WORD...: runs it with one handle of a file as both of its streams */
static int one_file(char **argv)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};
	STARTUPINFOA streams = {.cb = sizeof(streams), .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION child;
	char line[2048];
	DWORD code = 0;

	join(argv + 1, line, sizeof(line));
	streams.hStdOutput = streams.hStdError = CreateFileA(argv[0], FILE_APPEND_DATA | SYNCHRONIZE,
		FILE_SHARE_READ, &inherited, CREATE_ALWAYS, 0, NULL);
	if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &streams, &child))
		return 1;
	WaitForSingleObject(child.hProcess, END_MS);
	GetExitCodeProcess(child.hProcess, &code);
	printf("code %lu\n", code);
	return 0;
}

/* mixed LINES: one by one to both streams in turn */
static int mixed(char **argv)
{
	char line[32];
	DWORD n;

	for (int i = 0; i < atoi(argv[0]); i++) {
		n = (DWORD)snprintf(line, sizeof(line), "%d\n", i);
		WriteFile(GetStdHandle(i & 1 ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE), line, n, &n, NULL);
	}
	return 0;
}

/* say STREAM PORT LINES: prints LINES of something, then an error about the port, and fails */
static int say_error(char **argv)
{
	FILE *file = strcmp(argv[0], "out") ? stderr : stdout;

	for (int i = 0; i < atoi(argv[2]); i++)
		fprintf(file, "line %d of something else\n", i);
	fprintf(file, "listen tcp 127.0.0.1:%s: bind: Only one usage of each socket address "
		"(protocol/network address/port) is normally permitted.\n", argv[1]);
	return 7;
}

/* orphan PORT: binds, leaves the socket to a child and is gone; the child sits there */
static int orphan(char **argv)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((u_short)atoi(argv[0]))};
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	char path[MAX_PATH], line[MAX_PATH + 64];
	HANDLE child;

	inet_pton(AF_INET, "127.0.0.1", &name.sin_addr);
	SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	/* no own(): Wine's table then names nobody, as Windows' names who is gone */
	if (bind(s, (struct sockaddr *)&name, sizeof(name)) || listen(s, 4))
		return 1;
	GetModuleFileNameA(NULL, path, sizeof(path));
	snprintf(line, sizeof(line), "\"%s\" sit 0", path);
	child = start(line);
	printf("ready %lu %lu\n", GetCurrentProcessId(), GetProcessId(child));
	return 0;
}

static int sit(char **argv)
{
	(void)argv;
	Sleep(LIVE_MS);
	return 0;
}

/* time-wait PORT: leaves a connection that its own side closed first */
static int time_wait(char **argv)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((u_short)atoi(argv[0]))};
	SOCKET s, c = socket(AF_INET, SOCK_STREAM, 0), a;

	inet_pton(AF_INET, "127.0.0.1", &name.sin_addr);
	if (hold(SOCK_STREAM, "127.0.0.1", atoi(argv[0]), 'D', 1, &s) ||
		connect(c, (struct sockaddr *)&name, sizeof(name)))
		return 1;
	a = accept(s, NULL, NULL);
	closesocket(a);
	Sleep(100);
	closesocket(c);
	closesocket(s);
	printf("ready %lu\n", GetCurrentProcessId());
	return 0;
}

static const struct {
	const char *name;
	int words; /* after the name; -1: any number */
	int (*run)(char **argv);
} modes[] = {
	{"tcp", 4, plain},	  {"udp", 4, plain},   {"service", 2, run_service},
	{"install", 2, install},  {"state", 1, state}, {"remove", 1, remove_service},
	{"window", 1, window},	  {"console", 1, console}, {"time-wait", 1, time_wait},
	{"beside", 2, beside},	  {"orphan", 1, orphan},   {"sit", 1, sit},
	{"interrupt", -1, interrupt}, {"screen", -1, screen}, {"say", 3, say_error},
	{"here", 1, here}, {"one", -1, one_file}, {"page", 0, page}, {"pages", -1, pages}, {"mixed", 1, mixed},
};

int main(int argc, char **argv)
{
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if ((modes[i].words < 0 ? argc > 3 : argc == modes[i].words + 2) && !strcmp(argv[1], modes[i].name))
			return modes[i].run(argv + (modes[i].run == plain ? 1 : 2));
	fprintf(stderr, "usage: see the modes in windows/holder.c\n");
	return 2;
}
