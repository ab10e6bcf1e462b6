/* knowledge/error-words.c - how runtimes and systems in many languages write these errors */
#include "base/compat.h"
#include "knowledge/errors.h"

#define ANY IU_ERROR_ANY
#define UNX IU_ERROR_LINUX /* glibc's own translations; macOS does not translate */
#define WIN IU_ERROR_WINDOWS

static const struct iu_error_alias aliases[] = {
	{"AddrInUse", "Rust, Deno", IU_ERROR_ADDRINUSE, ANY},
	{"AddressAlreadyInUse", ".NET", IU_ERROR_ADDRINUSE, ANY},
	{"AddressInUse", "Zig", IU_ERROR_ADDRINUSE, ANY},
	{"AddressInUseError", "Qt", IU_ERROR_ADDRINUSE, ANY},
	{"PortInUseException", "Spring Boot", IU_ERROR_ADDRINUSE, ANY},
	{"PermissionDenied", "Rust, Deno", IU_ERROR_ACCES, ANY},
	{"AddrNotAvailable", "Rust, Deno", IU_ERROR_ADDRNOTAVAIL, ANY},
	{"AddressNotAvailable", ".NET", IU_ERROR_ADDRNOTAVAIL, ANY},
	{"AddressFamilyNotSupported", ".NET", IU_ERROR_AFNOSUPPORT, ANY},
	{"NoBufferSpaceAvailable", ".NET", IU_ERROR_NOBUFS, ANY},
	{"ConnectionRefused", "Rust, Deno, .NET", IU_ERROR_CONNREFUSED, ANY},
};

/*
 * Longer phrases first where one contains another. Windows texts are Microsoft's, as programs
 * printed them; Linux ones are glibc's catalogues. First letters are left out where they are not
 * ASCII: some runtimes print the text in lower case.
 */
static const struct iu_error_phrase phrases[] = {
	{"only one usage of each socket address", "en", IU_ERROR_ADDRINUSE, WIN},
	{"normalerweise darf jede socketadresse", "de", IU_ERROR_ADDRINUSE, WIN},
	{"une seule utilisation de chaque adresse de socket", "fr", IU_ERROR_ADDRINUSE, WIN},
	{"solo se permite un uso de cada direcci", "es", IU_ERROR_ADDRINUSE, WIN},
	{"un solo utilizzo di ogni indirizzo", "it", IU_ERROR_ADDRINUSE, WIN},
	{"permitida apenas uma utiliza", "pt", IU_ERROR_ADDRINUSE, WIN},
	{"通常每个套接字地址", "zh", IU_ERROR_ADDRINUSE, WIN},
	{"通常、各ソケット アドレスに対して", "ja", IU_ERROR_ADDRINUSE, WIN},
	{"бычно разрешается только одно использование адреса сокета", "ru", IU_ERROR_ADDRINUSE, WIN},

	{"access a socket in a way forbidden by its access permissions", "en", IU_ERROR_ACCES, WIN},
	{"der zugriff auf einen socket war aufgrund der zugriffsrechte", "de", IU_ERROR_ACCES, WIN},
	{"un socket de manière interdite par ses autorisations", "fr", IU_ERROR_ACCES, WIN},
	{"intento de acceso a un socket no permitido", "es", IU_ERROR_ACCES, WIN},
	{"tentativo di accesso al socket con modalit", "it", IU_ERROR_ACCES, WIN},
	{"tentativa de acesso a um soquete de uma maneira", "pt", IU_ERROR_ACCES, WIN},
	{"访问权限不允许的方式做了一个访问套接字的尝试", "zh", IU_ERROR_ACCES, WIN},
	{"アクセス許可で禁じられた方法でソケットに", "ja", IU_ERROR_ACCES, WIN},
	{"доступа к сокету методом, запрещенным", "ru", IU_ERROR_ACCES, WIN},

	{"requested address is not valid in its context", "en", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"die angeforderte adresse ist in diesem kontext", "de", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"est pas valide dans son contexte", "fr", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"n solicitada no es válida en este contexto", "es", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"o solicitado não é válido no contexto", "pt", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"在其上下文中，该请求的地址无效", "zh", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"要求したアドレスのコンテキストが無効です", "ja", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"ребуемый адрес для своего контекста неверен", "ru", IU_ERROR_ADDRNOTAVAIL, WIN},

	{"lacked sufficient buffer space or because a queue was full", "en", IU_ERROR_NOBUFS, WIN},
	{"由于系统缓冲区空间不足或队列已满", "zh", IU_ERROR_NOBUFS, WIN},
	{"буфер слишком мал или очередь переполнена", "ru", IU_ERROR_NOBUFS, WIN},

	{"because it is being used by another process", "en", IU_ERROR_SHARING, WIN},
	{"da sie von einem anderen prozess verwendet wird", "de", IU_ERROR_SHARING, WIN},
	{"ce fichier est utilisé par un autre processus", "fr", IU_ERROR_SHARING, WIN},
	{"porque está siendo utilizado por otro proceso", "es", IU_ERROR_SHARING, WIN},
	{"il file è utilizzato da un altro processo", "it", IU_ERROR_SHARING, WIN},
	{"está sendo usado por outro processo", "pt", IU_ERROR_SHARING, WIN},
	{"另一个程序正在使用此文件，进程无法访问", "zh", IU_ERROR_SHARING, WIN},
	{"プロセスはファイルにアクセスできません", "ja", IU_ERROR_SHARING, WIN},
	{"так как этот файл занят другим процессом", "ru", IU_ERROR_SHARING, WIN},

	/* Java has the English text on every system, on Windows with the call behind it. */
	{"address already in use: bind", "en", IU_ERROR_ADDRINUSE, WIN},
	{"address already in use: jvm_bind", "en", IU_ERROR_ADDRINUSE, WIN},
	{"address already in use: net_bind", "en", IU_ERROR_ADDRINUSE, WIN},
	{"address already in use: connect", "en", IU_ERROR_ADDRINUSE, WIN},
	{"exception: permission denied: bind", "en", IU_ERROR_ACCES, WIN},
	{"exception: permission denied: connect", "en", IU_ERROR_ACCES, WIN},
	{"cannot assign requested address: bind", "en", IU_ERROR_ADDRNOTAVAIL, WIN},
	{"cannot assign requested address: jvm_bind", "en", IU_ERROR_ADDRNOTAVAIL, WIN},

	{"address already in use", "en", IU_ERROR_ADDRINUSE, ANY},
	{"address in use", "en", IU_ERROR_ADDRINUSE, ANY},
	/* QEMU does not print the errno, and checks the rule's form before */
	{"could not set up host forwarding rule", "en", IU_ERROR_ADDRINUSE, ANY},
	{"port is already allocated", "en", IU_ERROR_ADDRINUSE, ANY},
	{"cannot assign requested address", "en", IU_ERROR_ADDRNOTAVAIL, ANY},
	{"can't assign requested address", "en", IU_ERROR_ADDRNOTAVAIL, IU_ERROR_BSD},
	{"address not available", "en", IU_ERROR_ADDRNOTAVAIL, ANY},
	{"permission denied", "en", IU_ERROR_ACCES, ANY},
	/* of rootlesskit and podman's rootlessport, of servers that look before they bind */
	{"cannot expose privileged port", "en", IU_ERROR_ACCES, UNX},
	{"requires elevated privileges", "en", IU_ERROR_ACCES, UNX},
	{"requires root privileges", "en", IU_ERROR_ACCES, UNX},
	{"operation not permitted", "en", IU_ERROR_PERM, ANY},
	{"address family not supported", "en", IU_ERROR_AFNOSUPPORT, ANY},
	{"no buffer space available", "en", IU_ERROR_NOBUFS, ANY},
	{"connection refused", "en", IU_ERROR_CONNREFUSED, ANY},
	{"too many open files", "en", IU_ERROR_MFILE, ANY},
	{"socket operation on non-socket", "en", IU_ERROR_NOTSOCK, ANY},
	{"bad file descriptor", "en", IU_ERROR_BADF, ANY},
	{"operation not supported", "en", IU_ERROR_OPNOTSUPP, ANY},
	{"invalid argument", "en", IU_ERROR_INVAL, ANY},
	{"an invalid argument was supplied", "en", IU_ERROR_INVAL, WIN},

	{"die adresse wird bereits verwendet", "de", IU_ERROR_ADDRINUSE, UNX},
	{"adresse déjà utilisée", "fr", IU_ERROR_ADDRINUSE, UNX},
	{"la dirección ya se está usando", "es", IU_ERROR_ADDRINUSE, UNX},
	{"indirizzo già in uso", "it", IU_ERROR_ADDRINUSE, UNX},
	{"endereço já em uso", "pt", IU_ERROR_ADDRINUSE, UNX},
	{"地址已在使用", "zh", IU_ERROR_ADDRINUSE, UNX},
	{"アドレスは既に使用中です", "ja", IU_ERROR_ADDRINUSE, UNX},
	{"дрес уже используется", "ru", IU_ERROR_ADDRINUSE, UNX},
	{"keine berechtigung", "de", IU_ERROR_ACCES, UNX},
	{"permission non accordée", "fr", IU_ERROR_ACCES, UNX},
	{"permiso denegado", "es", IU_ERROR_ACCES, UNX},
	{"permesso negato", "it", IU_ERROR_ACCES, UNX},
	{"permissão negada", "pt", IU_ERROR_ACCES, UNX},
	{"权限不够", "zh", IU_ERROR_ACCES, UNX},
	{"許可がありません", "ja", IU_ERROR_ACCES, UNX},
	{"тказано в доступе", "ru", IU_ERROR_ACCES, UNX},
	{"die angeforderte adresse kann nicht zugewiesen werden", "de", IU_ERROR_ADDRNOTAVAIL, UNX},
	{"ne peut attribuer l'adresse demandée", "fr", IU_ERROR_ADDRNOTAVAIL, UNX},
	{"no se puede asignar la dirección solicitada", "es", IU_ERROR_ADDRNOTAVAIL, UNX},
	{"impossibile assegnare l'indirizzo richiesto", "it", IU_ERROR_ADDRNOTAVAIL, UNX},
	{"não foi possível acessar o endereço requisitado", "pt", IU_ERROR_ADDRNOTAVAIL, UNX},
	{"无法指定被请求的地址", "zh", IU_ERROR_ADDRNOTAVAIL, UNX},
	{"要求アドレスに割り当てられません", "ja", IU_ERROR_ADDRNOTAVAIL, UNX},
	{"евозможно назначить запрошенный адрес", "ru", IU_ERROR_ADDRNOTAVAIL, UNX},
};

const struct iu_error_alias *iu_error_aliases(size_t *ret_count)
{
	*ret_count = IU_COUNT(aliases);
	return aliases;
}

const struct iu_error_phrase *iu_error_phrases(size_t *ret_count)
{
	*ret_count = IU_COUNT(phrases);
	return phrases;
}
