/* tests/unit/knowledge/test-errors.c - the tables of errors, and what is read out of texts */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compat.h"
#include "input/error-text.h"

static const char *const space_names[] = {[IU_SPACE_LINUX] = "linux", [IU_SPACE_BSD] = "bsd",
	[IU_SPACE_WINSOCK] = "winsock", [IU_SPACE_WIN32] = "win32", [IU_SPACE_HRESULT] = "hresult",
	[IU_SPACE_NTSTATUS] = "ntstatus", [IU_SPACE_UCRT] = "ucrt", [IU_SPACE_LIBUV] = "libuv"};

/* This machine's own header is the judge of the Linux numbers. */
static void test_linux_numbers(void **state)
{
	static const struct {
		const char *name;
		int value;
	} here[] = {
		{"EADDRINUSE", EADDRINUSE}, {"EACCES", EACCES}, {"EADDRNOTAVAIL", EADDRNOTAVAIL},
		{"EPERM", EPERM}, {"EINVAL", EINVAL}, {"EAFNOSUPPORT", EAFNOSUPPORT},
		{"ENOBUFS", ENOBUFS}, {"ECONNREFUSED", ECONNREFUSED}, {"ENOTSOCK", ENOTSOCK},
		{"EBADF", EBADF}, {"EOPNOTSUPP", EOPNOTSUPP}, {"EPROTONOSUPPORT", EPROTONOSUPPORT},
		{"EMFILE", EMFILE}, {"ENOENT", ENOENT}, {"ENODEV", ENODEV}, {"EIO", EIO},
		{"EPIPE", EPIPE}, {"ENOSYS", ENOSYS}, {"EIDRM", EIDRM}, {"EL2NSYNC", EL2NSYNC},
		{"EL3RST", EL3RST}, {"ELNRNG", ELNRNG}, {"EUNATCH", EUNATCH}, {"EBADE", EBADE},
		{"ENOANO", ENOANO}, {"ENODATA", ENODATA}, {"ENETDOWN", ENETDOWN},
		{"ENETUNREACH", ENETUNREACH}, {"ENETRESET", ENETRESET}, {"ENOTCONN", ENOTCONN},
		{"ENAVAIL", ENAVAIL}, {"EKEYREVOKED", EKEYREVOKED}, {"EOWNERDEAD", EOWNERDEAD},
	};
	size_t count, found = 0;
	const struct iu_error_number *numbers = iu_error_numbers(&count);

	for (size_t i = 0; i < count; i++) {
		bool known = false;

		if (numbers[i].space != IU_SPACE_LINUX)
			continue;
		for (size_t k = 0; k < IU_COUNT(here); k++)
			if (!strcmp(here[k].name, numbers[i].name)) {
				assert_int_equal(numbers[i].value, here[k].value);
				known = true;
			}
		if (!known)
			print_message("# not checked: %s\n", numbers[i].name);
		assert_true(known);
		found++;
	}
	print_message("# %zu errno numbers compared with errno.h\n", found);
	(void)state;
}

/* winerror.h: Winsock is 10000 + BSD's number, an HRESULT of a Win32 code is 0x80070000 + code. */
static void test_windows_numbers(void **state)
{
	size_t count;
	const struct iu_error_number *numbers = iu_error_numbers(&count);

	for (size_t i = 0; i < count; i++) {
		const struct iu_error_number *bsd = iu_error_number_in(numbers[i].id, IU_SPACE_BSD);
		const struct iu_error_number *win32 = iu_error_number_in(numbers[i].id, IU_SPACE_WIN32);
		const struct iu_error_number *sock = iu_error_number_in(numbers[i].id, IU_SPACE_WINSOCK);
		int64_t code = numbers[i].value - 0x80070000;

		if (numbers[i].space == IU_SPACE_WINSOCK && numbers[i].value < 10090)
			assert_int_equal(numbers[i].value, 10000 + bsd->value);
		if (numbers[i].space == IU_SPACE_HRESULT)
			assert_true((win32 && win32->value == code) || (sock && sock->value == code));
		if (numbers[i].space == IU_SPACE_NTSTATUS)
			assert_int_equal(numbers[i].value >> 28, 0xc);
	}
	(void)state;
}

static void test_rows(void **state)
{
	for (int id = IU_ERROR_OTHER + 1; id < IU_ERROR_COUNT; id++) {
		const struct iu_error_row *row = iu_error_row((enum iu_error_id)id);
		size_t told = 0;

		assert_non_null(row);
		assert_int_equal(row->id, id);
		for (int s = 0; s < IU_ERROR_SYSTEMS; s++) {
			const struct iu_error_meaning *m = &row->on[s];

			if (!m->sentence)
				continue;
			told++;
			assert_true(strlen(m->sentence) > 10 && m->calls);
			for (size_t c = 0; m->causes[c]; c++) {
				assert_true(c + 1 < IU_ERROR_CAUSES_MAX);
				if (!iu_error_cause_sentence(m->causes[c], (enum iu_error_system)s))
					print_message("# no cause: %s\n", m->causes[c]);
				assert_non_null(iu_error_cause_sentence(
					m->causes[c], (enum iu_error_system)s));
			}
		}
		print_message("# %s: %zu systems\n", row->name, told);
		assert_true(told > 0);
	}
	assert_null(iu_error_row(IU_ERROR_OTHER));
	assert_null(iu_error_row(IU_ERROR_COUNT));
	(void)state;
}

/* "EADDRINUSE windows winsock 10048; …": what was read, those of bind()'s errors. */
static void describe(const struct iu_error_readings *readings, char *text, size_t size)
{
	static const char *const systems[] = {"linux", "windows", "bsd", "any"};
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < readings->n; i++) {
		const struct iu_error_reading *r = &readings->v[i];
		const struct iu_error_row *row = iu_error_row(r->id);

		if (!row)
			continue;
		n += (size_t)snprintf(text + n, size - n, "%s%s %s", n ? "; " : "", row->name,
			systems[r->system]);
		if (r->number)
			n += (size_t)snprintf(text + n, size - n, " %s %lld",
				space_names[r->number->space], (long long)r->number->value);
		if (r->phrase)
			n += (size_t)snprintf(text + n, size - n, " %s", r->phrase->language);
	}
}

static const struct {
	const char *text, *read;
} texts[] = {
	/* numbers */
	{"98", "EADDRINUSE linux linux 98"},
	{"-98", "EADDRINUSE linux linux 98"},
	{"0x62", "EADDRINUSE linux linux 98"},
	{"48", "EADDRINUSE bsd bsd 48"},
	{"100", "EADDRINUSE windows ucrt 100"},
	{"10048", "EADDRINUSE windows winsock 10048"},
	{"0x2740", "EADDRINUSE windows winsock 10048"},
	{"0x80072740", "EADDRINUSE windows hresult 2147952448"},
	{"0X80072740", "EADDRINUSE windows hresult 2147952448"},
	{"-2147014848", "EADDRINUSE windows hresult 2147952448"},
	{"2147952448", "EADDRINUSE windows hresult 2147952448"},
	{"0xffffffff80072740", "EADDRINUSE windows hresult 2147952448"},
	{"0xC000020A", "EADDRINUSE windows ntstatus 3221225994"},
	{"-1073741302", "EADDRINUSE windows ntstatus 3221225994"},
	{"-4091", "EADDRINUSE windows libuv -4091"},
	{"4091", ""},
	{"13", "EACCES any linux 13"},
	{"10013", "EACCES windows winsock 10013"},
	{"0x8007271D", "EACCES windows hresult 2147952413"},
	{"99", "EADDRNOTAVAIL linux linux 99"},
	{"49", "EADDRNOTAVAIL bsd bsd 49"},
	{"10049", "EADDRNOTAVAIL windows winsock 10049"},
	{"10055", "ENOBUFS windows winsock 10055"},
	{"32", "ERROR_SHARING_VIOLATION windows win32 32"},
	{"0x80070020", "ERROR_SHARING_VIOLATION windows hresult 2147942432"},
	{"183", "ERROR_ALREADY_EXISTS windows win32 183"},
	{"1168", "ERROR_NOT_FOUND windows win32 1168"},
	{"5", "ERROR_ACCESS_DENIED windows win32 5"},
	{"1", "EPERM any linux 1"},
	{"0", ""},
	{"12345", ""},
	{"0xffffffffffffffffffffff", ""},
	{"99999999999999999999999", ""},
	/* names */
	{"EADDRINUSE", "EADDRINUSE any"},
	{"eaddrinuse", "EADDRINUSE any"},
	{" EADDRINUSE ", "EADDRINUSE any"},
	{"'EADDRINUSE'", "EADDRINUSE any"},
	{"Errno::EADDRINUSE", "EADDRINUSE any"},
	{"syscall.EADDRINUSE", "EADDRINUSE any"},
	{"WSAEADDRINUSE", "EADDRINUSE windows winsock 10048"},
	{"wsaeacces", "EACCES windows winsock 10013"},
	{"STATUS_ADDRESS_ALREADY_EXISTS", "EADDRINUSE windows ntstatus 3221225994"},
	{"STATUS_SHARING_VIOLATION", "ERROR_SHARING_VIOLATION windows ntstatus 3221225539"},
	{"STATUS_ADDRESS_ALREADY_ASSOCIATED", "EADDRINUSE windows ntstatus 3221226040"},
	{"ERROR_SHARING_VIOLATION", "ERROR_SHARING_VIOLATION windows win32 32"},
	{"SocketError.AddressAlreadyInUse", "EADDRINUSE any"},
	{"AddrInUse", "EADDRINUSE any"},
	{"EADDRINUS", ""},
	{"EPIPE", ""},
	{"hello", ""},
	{"", ""},
	/* messages: numbers that stand where errors stand */
	{"OSError: [Errno 98] Address already in use", "EADDRINUSE linux linux 98 en"},
	{"OSError: [Errno 48] Address already in use", "EADDRINUSE bsd bsd 48 en"},
	{"OSError: [WinError 10048] Only one usage of each socket address (protocol/network "
	 "address/port) is normally permitted", "EADDRINUSE windows winsock 10048 en"},
	{"PermissionError: [WinError 10013] An attempt was made to access a socket in a way forbidden "
	 "by its access permissions", "EACCES windows winsock 10013 en"},
	{"PermissionError: [Errno 13] Permission denied", "EACCES any linux 13 en"},
	{"Address already in use (os error 98)", "EADDRINUSE linux linux 98 en"},
	{"Address already in use (os error 48)", "EADDRINUSE bsd bsd 48 en"},
	{"(os error 10048)", "EADDRINUSE windows winsock 10048"},
	{"The process cannot access the file because it is being used by another process. (os error 32)",
		"ERROR_SHARING_VIOLATION windows win32 32 en"},
	{"nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
		"EADDRINUSE linux linux 98 en"},
	{"nginx: [emerg] bind() to 0.0.0.0:80 failed (48: Address already in use)",
		"EADDRINUSE bsd bsd 48 en"},
	{"bind() to 0.0.0.0:80 failed (10013: An attempt was made to access a socket in a way "
	 "forbidden by its access permissions)", "EACCES windows winsock 10013 en"},
	{"(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80",
		"EADDRINUSE linux linux 98 en"},
	{"(13)Permission denied: AH00072: make_sock: could not bind to address [::]:80",
		"EACCES any linux 13 en"},
	{"(OS 10048)Only one usage of each socket address (protocol/network address/port) is normally "
	 "permitted.  : AH00072: make_sock: could not bind to address 0.0.0.0:80",
		"EADDRINUSE windows winsock 10048 en"},
	{"System.Net.Sockets.SocketException (98): Address already in use",
		"EADDRINUSE linux linux 98 en"},
	{"System.Net.Sockets.SocketException (10013): An attempt was made to access a socket in a way "
	 "forbidden by its access permissions.", "EACCES windows winsock 10013 en"},
	{"bind: Address already in use [system:98]", "EADDRINUSE linux linux 98 en"},
	{"{ code: 'EADDRINUSE', errno: -98, syscall: 'listen', port: 3000 }",
		"EADDRINUSE linux linux 98"},
	{"{ code: 'EADDRINUSE', errno: -48, syscall: 'listen', port: 3000 }", "EADDRINUSE bsd bsd 48"},
	{"{ code: 'EADDRINUSE', errno: -4091, syscall: 'listen', port: 3000 }",
		"EADDRINUSE windows libuv -4091"},
	{"Error: listen EADDRINUSE: address already in use :::3000", "EADDRINUSE any en"},
	{"SocketException: OS Error: Address already in use, errno = 98, address = 0.0.0.0",
		"EADDRINUSE linux linux 98 en"},
	{"The process cannot access the file because it is being used by another process. (0x80070020)",
		"ERROR_SHARING_VIOLATION windows hresult 2147942432 en"},
	{"Access is denied. (0x80070005)", "ERROR_ACCESS_DENIED windows hresult 2147942405"},
	{"java.net.BindException: Address already in use: bind", "EADDRINUSE windows en"},
	{"java.net.BindException: Address already in use: JVM_Bind <null>:8080", "EADDRINUSE windows en"},
	{"java.net.SocketException: Permission denied: bind", "EACCES windows en"},
	{"Permission denied: bind 0.0.0.0:80", "EACCES any en"},
	{"java.net.BindException: Address already in use (Bind failed)", "EADDRINUSE any en"},
	{"java.net.BindException: Cannot assign requested address", "EADDRNOTAVAIL any en"},
	{"listen tcp :80: bind: permission denied", "EACCES any en"},
	{"bind: Can't assign requested address", "EADDRNOTAVAIL bsd en"},
	{"Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }",
		"EADDRINUSE linux linux 98 en"},
	{"{error,eaddrinuse}", "EADDRINUSE any"},
	{"bind() to 10.0.0.5:80 failed (99: Cannot assign requested address)",
		"EADDRNOTAVAIL linux linux 99 en"},
	/* Windows in other languages, as programs printed them */
	{"bind: Normalerweise darf jede Socketadresse (Protokoll, Netzwerkadresse oder Anschluss) nur "
	 "jeweils einmal verwendet werden.", "EADDRINUSE windows de"},
	{"bind : Une seule utilisation de chaque adresse de socket (protocole/adresse réseau/port) est "
	 "habituellement autorisée.", "EADDRINUSE windows fr"},
	{"bind: Solo se permite un uso de cada dirección de socket (protocolo/dirección de red/puerto)",
		"EADDRINUSE windows es"},
	{"bind: Di norma è consentito un solo utilizzo di ogni indirizzo di socket",
		"EADDRINUSE windows it"},
	{"normalmente é permitida apenas uma utilização de cada endereço de soquete",
		"EADDRINUSE windows pt"},
	{"OSError: [WinError 10048] 通常每个套接字地址(协议/网络地址/端口)只允许使用一次。",
		"EADDRINUSE windows winsock 10048 zh"},
	{"bind() returned an error: 通常每个套接字地址(协议/网络地址/端口)只允许使用一次。 (0x2740)",
		"EADDRINUSE windows winsock 10048 zh"},
	{"通常、各ソケット アドレスに対してプロトコル、ネットワーク アドレス、またはポートのどれか 1 "
	 "つのみを使用できます。", "EADDRINUSE windows ja"},
	{"обычно разрешается только одно использование адреса сокета (протокол/сетевой адрес/порт)",
		"EADDRINUSE windows ru"},
	{"Обычно разрешается только одно использование адреса сокета", "EADDRINUSE windows ru"},
	{"bind: Der Zugriff auf einen Socket war aufgrund der Zugriffsrechte des Sockets unzulässig.",
		"EACCES windows de"},
	{"Une tentative d'accès à un socket de manière interdite par ses autorisations d'accès a été "
	 "tentée", "EACCES windows fr"},
	{"bind: Intento de acceso a un socket no permitido por sus permisos de acceso.",
		"EACCES windows es"},
	{"Tentativo di accesso al socket con modalità non consentite", "EACCES windows it"},
	{"Foi feita uma tentativa de acesso a um soquete de uma maneira que é proibida pelas "
	 "permissões de acesso.", "EACCES windows pt"},
	{"[WinError 10013] 以一种访问权限不允许的方式做了一个访问套接字的尝试。",
		"EACCES windows winsock 10013 zh"},
	{"アクセス許可で禁じられた方法でソケットにアクセスしようとしました。", "EACCES windows ja"},
	{"Сделана попытка доступа к сокету методом, запрещенным правами доступа", "EACCES windows ru"},
	{"dial tcp :0: bind: An operation on a socket could not be performed because the system lacked "
	 "sufficient buffer space or because a queue was full.", "ENOBUFS windows en"},
	/* Linux in other languages: glibc's catalogues */
	{"bind: Die Adresse wird bereits verwendet", "EADDRINUSE linux de"},
	{"bind: Adresse déjà utilisée", "EADDRINUSE linux fr"},
	{"bind: La dirección ya se está usando", "EADDRINUSE linux es"},
	{"bind: Indirizzo già in uso", "EADDRINUSE linux it"},
	{"bind: Endereço já em uso", "EADDRINUSE linux pt"},
	{"bind: 地址已在使用", "EADDRINUSE linux zh"},
	{"bind: アドレスは既に使用中です", "EADDRINUSE linux ja"},
	{"bind: Адрес уже используется", "EADDRINUSE linux ru"},
	{"The service could not bind instance 1. The data is the error code.\nData:\n"
	 "0000: 40 27 00 00               @'..    ", "EADDRINUSE windows winsock 10048"},
	{"Data:\n0000: 1d 27 00 00", "EACCES windows winsock 10013"},
	{"Data:\n0000: 34 00 00 00   4...", "ERROR_DUP_NAME windows win32 52"},
	{"Data:\n0000: 62 00 00 00", ""},
	{"0000: 40 27 00", ""},
	/* no errors, although there are numbers */
	{"server exited with code 1", ""},
	{"status 48, pid 98, line 13", ""},
	{"listening on 0.0.0.0:10048 and 127.0.0.1:98", ""},
	{"started 10013 workers in 98 ms", ""},
	{"2024-01-13 12:13:48.098 [98] INFO ready (13)", ""},
	{"GET /98 HTTP/1.1 200 10048", ""},
	{"at Server.listen (net.js:98:13)", ""},
};

static void test_texts(void **state)
{
	size_t wrong = 0;

	for (size_t i = 0; i < IU_COUNT(texts); i++) {
		struct iu_error_readings readings;
		char read[512];

		iu_error_read(texts[i].text, strlen(texts[i].text), &readings);
		describe(&readings, read, sizeof(read));
		if (strcmp(read, texts[i].read) != 0) {
			print_message("# %s\n#   gave     %s\n#   expected %s\n", texts[i].text, read,
				texts[i].read);
			wrong++;
		}
	}
	print_message("# %zu texts\n", IU_COUNT(texts));
	assert_int_equal(wrong, 0);
	(void)state;
}

/* Every phrase and alias is found by itself, so none hides behind a shorter one. */
static void test_every_phrase(void **state)
{
	size_t count;
	const struct iu_error_phrase *phrases = iu_error_phrases(&count);
	const struct iu_error_alias *aliases;
	struct iu_error_readings readings;

	for (size_t i = 0; i < count; i++) {
		iu_error_read_message(phrases[i].text, strlen(phrases[i].text), &readings);
		if (readings.n != 1 || readings.v[0].phrase != &phrases[i])
			print_message("# %s\n", phrases[i].text);
		assert_int_equal(readings.n, 1);
		assert_ptr_equal(readings.v[0].phrase, &phrases[i]);
		for (const char *c = phrases[i].text; *c; c++)
			assert_false(*c >= 'A' && *c <= 'Z');
	}
	print_message("# %zu phrases\n", count);
	aliases = iu_error_aliases(&count);
	for (size_t i = 0; i < count; i++) {
		iu_error_read(aliases[i].name, strlen(aliases[i].name), &readings);
		assert_int_equal(readings.n, 1);
		assert_int_equal(readings.v[0].id, aliases[i].id);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linux_numbers),
		cmocka_unit_test(test_windows_numbers),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_every_phrase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
