/*
 * tests/unit/knowledge/messages.h - what programs and runtimes print, and what is in it
 *
 * Texts as the programs print them: run here, or out of bug reports and their sources. Endpoints:
 * "a, b"; "": none is named. Error: as test-messages.c describes it, name and whose it is.
 */
#ifndef IU_TESTS_MESSAGES_H
#define IU_TESTS_MESSAGES_H

struct row {
	const char *program, *text, *endpoints, *error;
};

static const struct row rows[] = {
	/* JavaScript */
	{"Node.js", "node:events:502\n      throw er; // Unhandled 'error' event\n      ^\n\n"
		"Error: listen EADDRINUSE: address already in use :::3000\n"
		"    at Server.setupListenHandle [as _listen2] (node:net:1908:16)\n"
		"    at listenInCluster (node:net:1965:12)\n"
		"Emitted 'error' event on Server instance at:\n"
		"    at emitErrorNT (node:net:1944:8) {\n  code: 'EADDRINUSE',\n  errno: -98,\n"
		"  syscall: 'listen',\n  address: '::',\n  port: 3000\n}",
		"[::]:3000", "EADDRINUSE linux 98"},
	{"Node.js on Windows", "Error: listen EADDRINUSE: address already in use 0.0.0.0:3000\n"
		"  code: 'EADDRINUSE',\n  errno: -4091,\n  syscall: 'listen',\n"
		"  address: '0.0.0.0',\n  port: 3000\n}",
		"0.0.0.0:3000", "EADDRINUSE windows -4091"},
	{"Node.js on macOS", "Error: listen EADDRINUSE: address already in use :::3000\n"
		"  errno: -48,\n  code: 'EADDRINUSE',\n", "[::]:3000", "EADDRINUSE bsd 48"},
	{"Node.js, datagrams", "Error: bind EADDRINUSE 127.0.0.1:18053\n    at node:dgram:373:20\n"
		"    at process.processTicksAndRejections (node:internal/process/task_queues:83:21)\n"
		"  errno: -98,\n  code: 'EADDRINUSE',\n  syscall: 'bind'",
		"127.0.0.1:18053/udp", "EADDRINUSE linux 98"},
	{"Node.js, socket path",
		"Error: listen EADDRINUSE: address already in use /tmp/real/x.sock\n"
		"    at Server.listen (node:net:2084:5)", "unix:/tmp/real/x.sock", "EADDRINUSE any"},
	{"Node.js inspector", "Starting inspector on 127.0.0.1:9229 failed: address already in use",
		"127.0.0.1:9229", "EADDRINUSE any"},
	{"Deno", "error: Uncaught (in promise) AddrInUse: Address already in use (os error 98)\n"
		"    at listen (ext:deno_net/01_net.js:480:35)\n    at Object.serve "
		"(ext:deno_http/00_serve.ts:594:16)", "", "EADDRINUSE linux 98"},
	{"Bun", "error: Failed to start server. Is port 3000 in use?\n syscall: \"listen\",\n"
		"   errno: 0,\n    code: \"EADDRINUSE\"\n\n      at /app/index.ts:12:21",
		":3000", "EADDRINUSE any"},
	{"Next.js", " ⨯ Failed to start server\nError: listen EADDRINUSE: address already in use "
		":::3000\n    at <unknown> (Error: listen EADDRINUSE: address already in use :::3000)",
		"[::]:3000", "EADDRINUSE any"},
	{"Next.js, next port", " ⚠ Port 3000 is in use, trying 3001 instead.", ":3000", ""},
	{"Vite", "error when starting dev server:\nError: Port 5173 is already in use\n"
		"    at Server.onError (file:///app/node_modules/vite/dist/node/chunks/dep-C6uTJdX2.js:45596:18)",
		":5173", ""},
	{"webpack-dev-server", "<e> [webpack-dev-server] Error: listen EADDRINUSE: address already in use 127.0.0.1:8080\n"
		"[webpack-cli] Error: listen EADDRINUSE: address already in use 127.0.0.1:8080",
		"127.0.0.1:8080", "EADDRINUSE any"},
	{"Create React App", "Something is already running on port 3000.", ":3000", ""},
	{"Angular", "? Port 4200 is already in use.\nWould you like to use a different port? (Y/n)",
		":4200", ""},
	{"Metro", "error listen EADDRINUSE: address already in use :::8081.\n"
		"Error: listen EADDRINUSE: address already in use :::8081",
		"[::]:8081", "EADDRINUSE any"},
	{"pm2", "0|app  | Error: listen EADDRINUSE: address already in use :::8080\n"
		"0|app  |     at Server.setupListenHandle [as _listen2] (node:net:1463:16)",
		"[::]:8080", "EADDRINUSE any"},
	/* Python */
	{"Python", "Traceback (most recent call last):\n  File \"/srv/app.py\", line 5, in <module>\n"
		"    sock.bind((\"localhost\", 8000))\nOSError: [Errno 98] Address already in use",
		"localhost:8000", "EADDRINUSE linux 98"},
	{"Python http.server", "  File \"/usr/lib/python3.11/http/server.py\", line 136, in server_bind\n"
		"    socketserver.TCPServer.server_bind(self)\n"
		"  File \"/usr/lib/python3.11/socketserver.py\", line 472, in server_bind\n"
		"    self.socket.bind(self.server_address)\nOSError: [Errno 98] Address already in use",
		"", "EADDRINUSE linux 98"},
	{"asyncio", "OSError: [Errno 98] error while attempting to bind on address ('::1', 18080, 0, 0): "
		"address already in use", "[::1]:18080", "EADDRINUSE linux 98"},
	{"uvicorn", "INFO:     Application startup complete.\nERROR:    [Errno 98] error while "
		"attempting to bind on address ('127.0.0.1', 8000): address already in use\n"
		"INFO:     Waiting for application shutdown.", "127.0.0.1:8000", "EADDRINUSE linux 98"},
	{"uvicorn on Windows", "ERROR:    [Errno 10048] error while attempting to bind on address "
		"('127.0.0.1', 8000): normalmente é permitida apenas uma utilização de cada "
		"endereço de soquete (protocolo/endereço de rede/porta)",
		"127.0.0.1:8000", "EADDRINUSE windows 10048"},
	{"gunicorn", "[2024-01-01 12:00:00 +0000] [1234] [INFO] Starting gunicorn 21.2.0\n"
		"[2024-01-01 12:00:00 +0000] [1234] [ERROR] Connection in use: ('127.0.0.1', 8000)\n"
		"[2024-01-01 12:00:00 +0000] [1234] [ERROR] Retrying in 1 second.",
		"127.0.0.1:8000", ""},
	{"gunicorn, socket path",
		"[2024-01-01 12:00:00 +0000] [77] [ERROR] Connection in use: /run/gunicorn.sock",
		"unix:/run/gunicorn.sock", ""},
	{"Flask", " * Serving Flask app 'app'\n * Debug mode: off\nAddress already in use\n"
		"Port 5000 is in use by another program. Either identify and stop that program, or "
		"start the server with a different port.", ":5000", "EADDRINUSE any"},
	{"Django", "Watching for file changes with StatReloader\nDjango version 5.0.1, using settings "
		"'shop.settings'\nStarting development server at http://127.0.0.1:8000/\n"
		"Quit the server with CONTROL-C.\nError: That port is already in use.",
		"127.0.0.1:8000", ""},
	{"Twisted", "twisted.internet.error.CannotListenError: Couldn't listen on any:10000: "
		"[Errno 98] Address already in use.", ":10000", "EADDRINUSE linux 98"},
	{"aiohttp", "OSError: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8080): "
		"address already in use", "0.0.0.0:8080", "EADDRINUSE linux 98"},
	{"Jupyter", "[I 2024-01-01 12:00:00.000 ServerApp] The port 8888 is already in use, trying "
		"another port.", ":8888", ""},
	{"Streamlit", "Port 8501 is already in use", ":8501", ""},
	{"TensorBoard", "E0101 12:00:00.000000 140735 program.py:298] TensorBoard could not bind to "
		"port 6006, it was already in use", ":6006", ""},
	{"supervisord", "Error: Another program is already listening on a port that one of our HTTP "
		"servers is configured to use.  Shut this program down first before starting supervisord.",
		"", ""},
	/* Go */
	{"Go", "2024/01/02 12:34:56 main.go:45: listen tcp :9090: bind: address already in use\n"
		"exit status 1", ":9090", "EADDRINUSE any"},
	{"Caddy", "Error: loading initial config: loading new config: starting caddy administration "
		"endpoint: listen tcp 127.0.0.1:2019: bind: address already in use",
		"127.0.0.1:2019", "EADDRINUSE any"},
	{"Prometheus", "ts=2024-01-01T12:00:00.000Z caller=main.go:1180 level=error msg=\"Unable to start "
		"web listener\" err=\"listen tcp 0.0.0.0:9090: bind: address already in use\"",
		"0.0.0.0:9090", "EADDRINUSE any"},
	{"etcd", "{\"level\":\"fatal\",\"ts\":\"2024-01-01T12:00:00.123Z\",\"caller\":\"etcdmain/etcd.go:204\","
		"\"msg\":\"discovery failed\",\"error\":\"listen tcp 127.0.0.1:2380: bind: address already in "
		"use\",\"stacktrace\":\"main.main\\n\\t/go/src/etcd/main.go:32\"}",
		"127.0.0.1:2380", "EADDRINUSE any"},
	{"Vault", "Error initializing listener of type tcp: listen tcp4 0.0.0.0:8200: bind: address "
		"already in use", "0.0.0.0:8200", "EADDRINUSE any"},
	{"Traefik", "2024-01-01T12:00:00Z ERR github.com/traefik/traefik/v3/cmd/traefik/traefik.go:266 > "
		"Command error error=\"command traefik error: error while building entryPoint web: error "
		"preparing server: error opening listener: listen tcp :80: bind: permission denied\"",
		":80", "EACCES any"},
	{"Ollama", "Error: listen tcp 127.0.0.1:11434: bind: address already in use",
		"127.0.0.1:11434", "EADDRINUSE any"},
	{"Go on Windows", "listen tcp 0.0.0.0:8080: bind: Only one usage of each socket address "
		"(protocol/network address/port) is normally permitted.",
		"0.0.0.0:8080", "EADDRINUSE windows"},
	/* Rust */
	{"Rust", "thread 'main' (31379) panicked at t.rs:1:59:\ncalled `Result::unwrap()` on an `Err` "
		"value: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }\n"
		"   0: __rustc::rust_begin_unwind\n             at /rustc/59807/library/std/src/panicking.rs:689:5",
		"", "EADDRINUSE linux 98"},
	{"hyper", "error binding to 127.0.0.1:8545: error creating server listener: Address already in "
		"use (os error 98)", "127.0.0.1:8545", "EADDRINUSE linux 98"},
	{"Rust on Windows", "error creating server listener: Обычно "
		"разрешается "
		"только. (os error 10048) port=9821",
		":9821", "EADDRINUSE windows 10048"},
	/* Java */
	{"Java", "Exception in thread \"main\" java.net.BindException: Address already in use\n"
		"\tat java.base/sun.nio.ch.Net.bind0(Native Method)\n"
		"\tat java.base/sun.nio.ch.Net.bind(Net.java:555)\n\tat T.main(T.java:1)",
		"", "EADDRINUSE any"},
	{"Java on Windows", "java.net.BindException: Address already in use: bind\n"
		"\tat sun.nio.ch.Net.bind0(Native Method)\n\tat sun.nio.ch.Net.bind(Net.java:461)",
		"", "EADDRINUSE windows"},
	{"Java debugger", "ERROR: transport error 202: bind failed: Address already in use\n"
		"ERROR: JDWP Transport dt_socket failed to initialize, TRANSPORT_INIT(510)\n"
		"JDWP exit error AGENT_ERROR_TRANSPORT_INIT(197): No transports initialized "
		"[./src/jdk.jdwp.agent/share/native/libjdwp/debugInit.c:744]", "", "EADDRINUSE any"},
	{"Spring Boot", "***************************\nAPPLICATION FAILED TO START\n"
		"***************************\n\nDescription:\n\nWeb server failed to start. Port 8080 "
		"was already in use.\n\nAction:\n\nIdentify and stop the process that's listening on port "
		"8080 or configure this application to listen on another port.", ":8080", ""},
	{"Tomcat", "SEVERE [main] org.apache.catalina.core.StandardService.initInternal Failed to "
		"initialize connector [Connector[HTTP/1.1-8080]]\njava.net.BindException: Address already "
		"in use\n\tat sun.nio.ch.Net.bind(Net.java:433)", ":8080", "EADDRINUSE any"},
	{"Tomcat, old", "SEVERE: Error initializing endpoint\njava.net.BindException: Address already "
		"in use: JVM_Bind <null>:8080", ":8080", "EADDRINUSE windows"},
	{"Jetty", "java.io.IOException: Failed to bind to /0.0.0.0:8080\n"
		"Caused by: java.net.BindException: Address already in use", "0.0.0.0:8080",
		"EADDRINUSE any"},
	{"Netty", "io.netty.channel.unix.Errors$NativeIoException: bind(..) failed: Address already in use",
		"", "EADDRINUSE any"},
	{"Vert.x", "SEVERE: Failed in deploying verticle\njava.net.BindException: Address already in use: "
		"/0.0.0.0:8888", "0.0.0.0:8888", "EADDRINUSE any"},
	{"Minecraft", "[12:00:00] [Server thread/WARN]: **** FAILED TO BIND TO PORT!\n"
		"[12:00:00] [Server thread/WARN]: The exception was: java.net.BindException: Address "
		"already in use: bind\n[12:00:00] [Server thread/INFO]: Starting Minecraft server on *:25565",
		":25565", "EADDRINUSE windows"},
	{"Elasticsearch", "BindTransportException[Failed to bind to 127.0.0.1:[9300-9400]]; nested: "
		"BindException[Address already in use];", "127.0.0.1:9300", "EADDRINUSE any"},
	{"Elasticsearch, one port", "uncaught exception in thread [main]\n"
		"BindHttpException[Failed to bind to [9200]]; nested: BindException[Address already in use];",
		":9200", "EADDRINUSE any"},
	{"Kafka", "[2024-01-01 12:00:00,123] ERROR [KafkaServer id=0] Fatal error during KafkaServer startup. "
		"Prepare to shutdown (kafka.server.KafkaServer)\norg.apache.kafka.common.KafkaException: "
		"Socket server failed to bind to 0.0.0.0:9092: Address already in use.",
		"0.0.0.0:9092", "EADDRINUSE any"},
	{"ActiveMQ", "java.io.IOException: Failed to bind to server socket: tcp://0.0.0.0:61616?maximumConnections=1000"
		"&wireFormat.maxFrameSize=104857600 due to: java.net.BindException: Address already in use: JVM_Bind",
		"0.0.0.0:61616", "EADDRINUSE windows"},
	{"Jenkins", "java.io.IOException: Failed to start Jetty\nCaused by: java.io.IOException: Failed to "
		"bind to 0.0.0.0/0.0.0.0:8080\nCaused by: java.net.BindException: Address already in use",
		"0.0.0.0:8080", "EADDRINUSE any"},
	/* .NET and Windows */
	{"Kestrel", "System.IO.IOException: Failed to bind to address http://127.0.0.1:5000: address already "
		"in use.\n ---> Microsoft.AspNetCore.Connections.AddressInUseException: Address already in use\n"
		" ---> System.Net.Sockets.SocketException (98): Address already in use",
		"127.0.0.1:5000", "EADDRINUSE linux 98"},
	{"Kestrel on Windows", "System.Net.Sockets.SocketException (10013): An attempt was made to access a "
		"socket in a way forbidden by its access permissions.\n   at "
		"Microsoft.AspNetCore.Server.Kestrel.Core.Internal.AddressBinder: http://localhost:5000",
		"localhost:5000", "EACCES windows 10013"},
	{"IIS Express", "Failed to register URL \"http://localhost:56481/\" for site \"MB5\" application "
		"\"/\". Error description: The process cannot access the file because it is being used by "
		"another process. (0x80070020)", "localhost:56481", "ERROR_SHARING_VIOLATION windows 0x80070020"},
	{"HTTP.sys event 15005", "Unable to bind to the underlying transport for [::]:443. The IP Listen-Only "
		"list may contain a reference to an interface which may not exist on this machine. The data "
		"field contains the error number.", "[::]:443", ""},
	{"HttpListener", "System.Net.HttpListenerException (32): The process cannot access the file because "
		"it is being used by another process. Prefix: http://*:8080/", ":8080",
		"ERROR_SHARING_VIOLATION windows 32"},
	/* Ruby, PHP, Erlang and others */
	{"Ruby", "/usr/lib/ruby/3.1.0/socket.rb:201:in `bind': Address already in use - bind(2) for "
		"127.0.0.1:18080 (Errno::EADDRINUSE)", "127.0.0.1:18080", "EADDRINUSE any"},
	{"Ruby, socket path", "-e:1:in `initialize': Address already in use - connect(2) for /run/app/x.sock (Errno::EADDRINUSE)",
		"unix:/run/app/x.sock", "EADDRINUSE any"},
	{"puma", "Puma starting in single mode...\n* Puma version: 6.4.2\nbundler: failed to load command: "
		"puma\n/gems/puma-6.4.2/lib/puma/binder.rb:342:in `initialize': Address already in use - "
		"bind(2) for \"0.0.0.0\" port 3000 (Errno::EADDRINUSE)", "0.0.0.0:3000", "EADDRINUSE any"},
	{"unicorn", "E, [2024-01-01T12:00:00.123456 #1234] ERROR -- : adding listener failed addr=0.0.0.0:8080 "
		"(in use)", "0.0.0.0:8080", ""},
	{"PHP", "[Mon Jan  1 12:00:00 2024] Failed to listen on localhost:8000 (reason: Address already "
		"in use)", "localhost:8000", "EADDRINUSE any"},
	{"php-fpm", "[08-Nov-2024 18:19:00] ERROR: unable to bind listening socket for address '0.0.0.0:9000': "
		"Address already in use (98)\n[08-Nov-2024 18:19:00] ERROR: FPM initialization failed",
		"0.0.0.0:9000", "EADDRINUSE linux 98"},
	{"php-fpm, socket path", "ERROR: Another FPM instance seems to already listen on "
		"/run/php/php8.2-fpm.sock", "unix:/run/php/php8.2-fpm.sock", ""},
	{"Phoenix", "[error] Failed to start Ranch listener CoWall.Endpoint.HTTP in :ranch_tcp:listen([port: "
		"4000]) for reason :eaddrinuse (address already in use)", ":4000", "EADDRINUSE any"},
	{"RabbitMQ", "{\"init terminating in do_boot\",{error,{could_not_start_listener,\"::\",5672,{{shutdown,"
		"{failed_to_start_child,{ranch_embedded_sup,{acceptor,{0,0,0,0,0,0,0,0},5672}},{listen_error,"
		"{acceptor,{0,0,0,0,0,0,0,0},5672},eaddrinuse}}}}}}", "[::]:5672", "EADDRINUSE any"},
	{"Erlang", "{\"init terminating in do_boot\",{{badmatch,{error,eaddrinuse}},[{srv,start,2,"
		"[{file,\"srv.erl\"},{line,18080}]}]}}", "", "EADDRINUSE any"},
	{"Dart", "Unhandled exception:\nSocketException: Failed to create server socket (OS Error: Address "
		"already in use, errno = 98), address = 0.0.0.0, port = 8080", "0.0.0.0:8080", "EADDRINUSE linux 98"},
	{"SwiftNIO", "Fatal error: Error raised at top level: bind(descriptor:ptr:bytes:): Address already in "
		"use (errno: 48)", "", "EADDRINUSE bsd 48"},
	{"Haskell", "server: Network.Socket.bind: resource busy (Address already in use)", "", "EADDRINUSE any"},
	{"OCaml", "Fatal error: exception Unix.Unix_error(Unix.EADDRINUSE, \"bind\", \"\")", "", "EADDRINUSE any"},
	{"Crystal", "Unhandled exception: Could not bind to '0.0.0.0:3000': Address already in use "
		"(Socket::BindError)", "0.0.0.0:3000", "EADDRINUSE any"},
	{"Julia", "ERROR: LoadError: IOError: listen: address already in use (EADDRINUSE)", "", "EADDRINUSE any"},
	{"R", "createTcpServer: address already in use\nError in initialize(...) : Failed to create server",
		"", "EADDRINUSE any"},
	{"Perl", "cannot listen: IO::Socket::INET: Address already in use at server.pl line 12.",
		"", "EADDRINUSE any"},
	{"Lua", "lua5.4: (command line):1: address already in use\nstack traceback:\n\t[C]: in function 'assert'\n"
		"\t(command line):1: in main chunk", "", "EADDRINUSE any"},
	{"Tcl", "couldn't open socket: address already in use", "", "EADDRINUSE any"},
	{"Boost.Asio", "terminate called after throwing an instance of 'boost::system::system_error'\n"
		"  what():  bind: Address already in use [system:98 at /usr/include/boost/asio/detail/"
		"reactive_socket_service.hpp:161 in function 'bind']", "", "EADDRINUSE linux 98"},
	/* web servers */
	{"nginx", "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n"
		"nginx: [emerg] bind() to [::]:443 failed (98: Address already in use)\n"
		"nginx: [emerg] still could not bind()", "0.0.0.0:80, [::]:443", "EADDRINUSE linux 98"},
	{"nginx, log", "2024/01/01 12:34:56 [emerg] 1234#1234: bind() to unix:/run/x.sock failed (98: Address "
		"already in use)", "unix:/run/x.sock", "EADDRINUSE linux 98"},
	{"Apache", "(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80\n"
		"(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80\n"
		"no listening sockets available, shutting down\nAH00015: Unable to open logs",
		"[::]:80, 0.0.0.0:80", "EADDRINUSE linux 98"},
	{"Apache on Windows", "(OS 10048)Only one usage of each socket address (protocol/network address/port) "
		"is normally permitted.  : AH00072: make_sock: could not bind to address 0.0.0.0:80",
		"0.0.0.0:80", "EADDRINUSE windows 10048"},
	{"HAProxy", "[ALERT]    (2066) : Binding [/etc/haproxy/haproxy.cfg:34] for proxy web: cannot bind socket "
		"(Address already in use) for [10.0.53.2:53]\n[ALERT]    (2066) : [/usr/sbin/haproxy.main()] "
		"Some protocols failed to start their listeners! Exiting.", "10.0.53.2:53", "EADDRINUSE any"},
	{"HAProxy, old", "[ALERT] 213/135403 (26245) : Starting proxy socks5: cannot bind socket [0.0.0.0:8889]",
		"0.0.0.0:8889", ""},
	{"Envoy", "[2024-01-01 12:00:00.123][1][critical][main] [source/server/server.cc:117] error initializing "
		"configuration '/etc/envoy.yaml': cannot bind '0.0.0.0:10000': Address already in use",
		"0.0.0.0:10000", "EADDRINUSE any"},
	{"lighttpd", "2026-11-22 01:46:07: (network.c.537) can't bind to socket: 0.0.0.0:18080: Address already in use",
		"0.0.0.0:18080", "EADDRINUSE any"},
	{"Squid", "2010/11/10 01:04:20| commBind: Cannot bind socket FD 16 to [::]:8080: (98) Address already in "
		"use\nFATAL: Cannot open HTTP Port", "[::]:8080", "EADDRINUSE linux 98"},
	/* databases and queues */
	{"Redis", "1234:M 01 Jan 2024 12:00:00.000 # Warning: Could not create server TCP listening socket "
		"*:6379: bind: Address already in use\n1234:M 01 Jan 2024 12:00:00.000 # Failed listening on "
		"port 6379 (tcp), aborting.", ":6379", "EADDRINUSE any"},
	{"PostgreSQL", "2024-01-01 12:00:00.000 UTC [1234] LOG:  could not bind IPv4 address \"127.0.0.1\": Address "
		"already in use\n2024-01-01 12:00:00.000 UTC [1234] HINT:  Is another postmaster already running "
		"on port 5432? If not, wait a few seconds and retry.\nFATAL:  could not create any TCP/IP sockets",
		"127.0.0.1:5432", "EADDRINUSE any"},
	{"MySQL", "2024-01-01T12:00:00.123456Z 0 [ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP "
		"port: Address already in use\n2024-01-01T12:00:00.123456Z 0 [ERROR] [MY-010257] [Server] Do you "
		"already have another mysqld server running on port: 3306 ?", ":3306", "EADDRINUSE any"},
	{"MongoDB", "{\"t\":{\"$date\":\"2021-03-09T07:59:14.642-07:00\"},\"s\":\"E\",  \"c\":\"STORAGE\",  \"id\":20568,   "
		"\"ctx\":\"initandlisten\",\"msg\":\"Error setting up listener\",\"attr\":{\"error\":{\"code\":9001,"
		"\"codeName\":\"SocketException\",\"errmsg\":\"Address already in use\"}}}", "", "EADDRINUSE any"},
	{"MongoDB, newer", "{\"t\":{\"$date\":\"2025-04-18T22:44:09.346-04:00\"},\"s\":\"E\",  \"c\":\"CONTROL\",  \"id\":20568,   "
		"\"ctx\":\"initandlisten\",\"msg\":\"Error setting up listener\",\"attr\":{\"error\":{\"code\":9001,"
		"\"codeName\":\"SocketException\",\"errmsg\":\"127.0.0.1:60912 :: caused by :: setup bind :: caused by :: "
		"An attempt was made to access a socket in a way forbidden by its access permissions.\"}}}",
		"127.0.0.1:60912", "EACCES windows"},
	{"memcached", "bind(): Address already in use\nfailed to listen on TCP port 11211: Address already in use",
		":11211", "EADDRINUSE any"},
	{"memcached, one address", "failed to listen on one of interface(s) 127.0.0.1: Address already in use",
		"", "EADDRINUSE any"},
	{"Mosquitto", "1704110400: Opening ipv4 listen socket on port 1883.\n1704110400: Error: Address already in use",
		":1883", "EADDRINUSE any"},
	/* containers, clusters, services */
	{"Docker", "docker: Error response from daemon: driver failed programming external connectivity on "
		"endpoint web (8f2a9c): Bind for 0.0.0.0:8080 failed: port is already allocated.",
		"0.0.0.0:8080", "EADDRINUSE any"},
	{"Docker, kernel", "docker: Error response from daemon: failed to set up container networking: driver failed "
		"programming external connectivity on endpoint web (4b1d): failed to bind host port for "
		"0.0.0.0:80:172.17.0.2:80/tcp: address already in use", "0.0.0.0:80", "EADDRINUSE any"},
	{"Docker Desktop", "ports are not available: exposing port TCP 0.0.0.0:54320 -> 127.0.0.1:0: listen tcp "
		"0.0.0.0:54320: bind: Der Zugriff auf einen Socket war aufgrund der Zugriffsrechte des Sockets "
		"unzulässig.", "0.0.0.0:54320", "EACCES windows"},
	{"Docker, UDP", "exposing port UDP 0.0.0.0:5353 -> 0.0.0.0:0: listen udp 0.0.0.0:5353: bind: address already "
		"in use", "0.0.0.0:5353/udp", "EADDRINUSE any"},
	{"Podman", "Error: rootlessport listen tcp 0.0.0.0:8080: bind: address already in use",
		"0.0.0.0:8080", "EADDRINUSE any"},
	{"rootlessport", "Error: rootlessport cannot expose privileged port 80, you can add "
		"'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf (currently 1024), or choose a larger port "
		"number (>= 1024)", ":80", "EACCES linux"},
	{"kubectl", "Unable to listen on port 8080: Listeners failed to create with the following errors: [unable "
		"to create listener: Error listen tcp4 127.0.0.1:8080: bind: address already in use unable to create "
		"listener: Error listen tcp6 [::1]:8080: bind: address already in use]\nerror: unable to listen on any "
		"of the requested ports: [{8080 80}]", "127.0.0.1:8080, [::1]:8080", "EADDRINUSE any"},
	{"kubelet", "E0101 12:00:00.000000    1234 server.go:152] \"Failed to listen and serve\" err=\"listen tcp "
		"0.0.0.0:10250: bind: address already in use\"", "0.0.0.0:10250", "EADDRINUSE any"},
	{"kubeadm", "[preflight] Some fatal errors occurred:\n\t[ERROR Port-6443]: Port 6443 is in use\n"
		"\t[ERROR Port-10250]: Port 10250 is in use", ":6443, :10250", ""},
	{"systemd", "systemd[1]: sshd.socket: Failed to create listening socket ([::]:22): Address already in use\n"
		"systemd[1]: sshd.socket: Failed to listen on sockets: Address already in use",
		"[::]:22", "EADDRINUSE any"},
	{"systemd-socket-activate", "Failed to listen on 127.0.0.1:18080: Address already in use\n"
		"Failed to open '127.0.0.1:18080': Address already in use", "127.0.0.1:18080", "EADDRINUSE any"},
	{"QEMU", "qemu-system-x86_64: -netdev user,id=n0,hostfwd=tcp:127.0.0.1:18080-:22: Could not set up host "
		"forwarding rule 'tcp:127.0.0.1:18080-:22'", "127.0.0.1:18080", "EADDRINUSE any"},
	{"QEMU, any address", "qemu-system-x86_64: -netdev user,id=net0,hostfwd=tcp::2222-:22: Could not set up host "
		"forwarding rule 'tcp::2222-:22'", ":2222", "EADDRINUSE any"},
	{"QEMU monitor", "qemu-system-x86_64: -monitor tcp:127.0.0.1:18080,server,nowait: Failed to find an available "
		"port: Address already in use", "127.0.0.1:18080", "EADDRINUSE any"},
	/* network services and tools */
	{"ssh -L", "bind [127.0.0.1]:18080: Address already in use\nchannel_setup_fwd_listener_tcpip: cannot listen to "
		"port: 18080\nCould not request local forwarding.", "127.0.0.1:18080", "EADDRINUSE any"},
	{"ssh -R", "Warning: remote port forwarding failed for listen port 8080", ":8080", ""},
	{"sshd", "Jan  1 12:00:00 host sshd[1234]: error: Bind to port 22 on 0.0.0.0 failed: Address already in use.\n"
		"Jan  1 12:00:00 host sshd[1234]: error: Bind to port 22 on :: failed: Address already in use.\n"
		"fatal: Cannot bind any address.", "0.0.0.0:22, [::]:22", "EADDRINUSE any"},
	{"dnsmasq", "dnsmasq: failed to create listening socket for port 53: Address already in use",
		":53/*", "EADDRINUSE any"},
	{"dnsmasq, one address", "dnsmasq: failed to create listening socket for 127.0.0.1: Address already in use",
		"127.0.0.1:53/*", "EADDRINUSE any"},
	{"named", "01-Jan-2024 12:00:00.000 could not listen on UDP socket: address in use\n"
		"01-Jan-2024 12:00:00.000 creating IPv4 interface lo failed; interface ignored\n"
		"01-Jan-2024 12:00:00.000 couldn't add command channel 127.0.0.1#953: address in use",
		"127.0.0.1:953", "EADDRINUSE any"},
	{"OpenVPN", "TCP/UDP: Socket bind failed on local address [AF_INET]192.168.0.240:1194: Cannot assign requested "
		"address (errno=99)", "192.168.0.240:1194/*", "EADDRNOTAVAIL linux 99"},
	{"OpenVPN, any address", "2024-01-01 12:00:00 TCP/UDP: Socket bind failed on local address [AF_INET][undef]:1194: "
		"Address already in use (errno=98)", ":1194/*", "EADDRINUSE linux 98"},
	{"Exim", "2007-07-09 12:13:14 socket bind() to port 25 for address 127.0.0.1 failed: Address already in use: "
		"daemon abandoned", "127.0.0.1:25", "EADDRINUSE any"},
	{"Postfix", "postfix/master[1234]: fatal: bind 0.0.0.0 port 25: Address already in use",
		"0.0.0.0:25", "EADDRINUSE any"},
	{"Dovecot", "Error: service(imap-login): listen(*, 143) failed: Address already in use\n"
		"Fatal: Failed to start listeners", ":143", "EADDRINUSE any"},
	{"Samba", "bind failed on port 445 socket_addr = 0.0.0.0.\nError = Address already in use",
		"0.0.0.0:445", "EADDRINUSE any"},
	{"rsyslog", "rsyslogd: imudp: bind() to 0.0.0.0:514 (udp) failed: Address already in use",
		"0.0.0.0:514/udp", "EADDRINUSE any"},
	{"socat", "2026/11/22 01:40:59 socat[30130] E bind(5, {AF=2 127.0.0.1:18080}, 16): Address already in use",
		"127.0.0.1:18080", "EADDRINUSE any"},
	{"ncat", "Ncat: bind to 0.0.0.0:8080: Address already in use. QUITTING.", "0.0.0.0:8080", "EADDRINUSE any"},
	{"iperf3", "iperf3: error - unable to start listener for connections: Address already in use",
		"", "EADDRINUSE any"},
	{"strace", "bind(3, {sa_family=AF_INET6, sin6_port=htons(8080), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "
		"\"::\", &sin6_addr), sin6_scope_id=0}, 28) = -1 EADDRINUSE (Address already in use)",
		":8080", "EADDRINUSE any"},
	{"adb", "* daemon not running; starting now at tcp:5037\nADB server didn't ACK\nerror: could not install "
		"*smartsocket* listener: Address already in use", ":5037", "EADDRINUSE any"},
	/* desktops */
	{"Chrome", "[1234:1234:0101/120000.123456:ERROR:socket_posix.cc(145)] bind() failed: Address already in use (98)\n"
		"[1234:1234:0101/120000.123456:ERROR:devtools_http_handler.cc(311)] Cannot start http server for devtools.",
		"", "EADDRINUSE linux 98"},
	{"Chrome on Windows", "[7020:9128:0101/120000.123:ERROR:net\\socket\\tcp_socket_win.cc:530] bind() returned an error: "
		"Only one usage of each socket address (protocol/network address/port) is normally permitted. (0x2740)",
		"", "EADDRINUSE windows 10048"},
	{"X11", "Fatal server error:\n(EE) Server is already active for display 0\n"
		"\tIf this server is no longer running, remove /tmp/.X0-lock\n\tand start again.",
		"unix:/tmp/.X0-lock, unix:/tmp/.X11-unix/X0, unix:@/tmp/.X11-unix/X0", ""},
	{"X11, transport", "_XSERVTransSocketUNIXCreateListener: ...SocketCreateListener() failed\n"
		"_XSERVTransMakeAllCOTSServerListeners: server already running", "", ""},
};

#endif
