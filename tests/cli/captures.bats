#!/usr/bin/env bats
# captures.bats - what was pasted from another machine, and the answers that come out of it

load common

setup() {
	folder=$(mktemp -d)
	cd "$folder"
}

teardown() {
	rm -rf "$folder"
}

# "ask TARGET FILE…": why TARGET from these captures, with all that is behind it.
ask() {
	local target=$1 from=()
	shift
	for file in "$@"; do from+=(--from "$CAPTURES/$file"); done
	run "$INUSE" why -v "${from[@]}" "$target"
}

@test "the first article: port 5010 while the Application Layer Gateway serves a shared connection" {
	ask 5010 articles/alg-tasklist.txt
	expect 0
	says "the Application Layer Gateway service reserves TCP 5001-5032"
	says "alg-reserved"
	says "WSAEADDRINUSE (10048)"
	says "net stop ALG"
	says "sc.exe config ALG start= disabled"
	says "FTP through the shared connection stops working"
	ask 5033 articles/alg-tasklist.txt
	expect 3
	says_not "alg-reserved"
}

@test "the second article: netstat -nao and tasklist name server1.exe" {
	ask 8080 articles/server1-netstat.txt articles/server1-tasklist.txt
	expect 0
	says "server1.exe (pid 50396) listens on all IPv4 addresses"
	says "other-program"
	says "taskkill /PID 50396"
	cat "$CAPTURES/articles/server1-tasklist.txt" "$CAPTURES/articles/server1-netstat.txt" >both
	run "$INUSE" why --from both 8080
	expect 0
	says "server1.exe (pid 50396)"
}

@test "the third article: event 115, and another program on port 80" {
	ask 80 articles/event115.txt
	expect 0
	says "wspsrv.exe (pid 2044) listens on all IPv4 addresses"
	says "W3SVC 115"
	says "10048"
	says "IISADMIN"
}

@test "the third article: the event alone, as a message and as a capture" {
	text='Could not bind instance 1.  The data is the error code.'
	run "$INUSE" error "$text"
	expect 0
	says "event 115 of W3SVC: the Web service could not bind a site to its address"
	says "40 27 00 00 there is 10048, the address is in use"
	run "$INUSE" error "$text Data: 0000: 41 27 00 00"
	expect 0
	says "its data is the error code: 10049, the address is not one of this machine"
	run "$INUSE" why "$text"
	expect 3
	says "80/tcp"
	says "event 115 of W3SVC"
	echo "$text" >event
	run "$INUSE" why --from event 80
	expect 3
	says "Event 115 of W3SVC"
	says "netstat -ano"
}

@test "a captured machine is helped with its own tools" {
	for row in "docker-backend 80:docker ps" "netstat-ab-host 8080:taskkill /IM ApplicationWebServer.exe" \
		"netstat-grep-dnsmasq 53:kill 1360" "lsof-openocd 6666:kill 22020" "docker-ps 8080:docker stop shop-web-1" \
		"podman-ps 8080:podman stop quirky_bell" "list-sockets 22:systemctl stop ssh.socket" \
		"init-escaped 6720:systemctl list-sockets" "line-in-a-sentence 53:taskkill /PID 12010" \
		"kubectl-get-svc 30080:kubectl edit svc/web" "macos-netstat 8809:lsof -nP -iTCP:8809" \
		"netstat-an-no-pid 80:netstat -ano" "rpcbind-dash 111:ss -tlnp"; do
		ask "$(cut -d: -f1 <<<"${row#* }")" "pasted/${row%% *}.txt"
		expect 0
		says "${row#*:}"
		says_not "inuse free"
		says_not "inuse wait"
	done
}

@test "which switch of netstat was missing" {
	ask 80 pasted/netstat-an-no-pid.txt
	says "netstat was run without -o"
	ask 8080 pasted/netstat-ab-host.txt
	says 'names programs, and numbers only with -o'
}

@test "the samples: who is in the way, in any language and encoding" {
	for file in en de-cp850 fr-cp850 ja-utf8 ru-cp866 zh-gbk powershell-utf16le; do
		ask 8080 windows/netstat-ano-$file.txt windows/tasklist-svc-en.csv
		expect 0
		says "java.exe (pid 15320)"
	done
	ask 8050 windows/netstat-ano-en.txt windows/excludedportrange-tcp-zh-gbk.txt
	expect 0
	says "excluded-range"
	says "WSAEACCES (10013)"
	ask 50010 windows/netstat-ano-en.txt windows/excludedportrange-tcp-en.txt
	expect 3
	ask 5357 windows/netstat-ano-en.txt windows/http-servicestate-requestq-en.txt
	expect 0
	says "http-sys"
	ask 4000 windows/portproxy-all-en.txt windows/tasklist-svc-en.csv
	expect 0
	says "port-proxy"
	ask 9000 windows/netstat-anoq-bound-en.txt
	expect 0
	says "bound-not-listening"
	ask 80 windows/netstat-hijack-two-holders-en.txt windows/tasklist-svc-en.csv
	expect 0
	says "com.docker.backend.exe"
	says "svchost.exe (pid 9676)"
	says "4 holders share this port"
	ask 443 windows/event-http-15005.xml windows/netstat-ano-en.txt
	expect 3
	says "15005"
}

@test "a port that no pasted list has is not called free, and the answer says what to add" {
	ask 8081 windows/netstat-ano-en.txt
	expect 3
	says 'run `netstat -anoq` and add its output'
	ask 9999 windows/netstat-anoq-bound-en.txt windows/excludedportrange-tcp-en.txt windows/tasklist-svc-en.csv windows/http-servicestate-session-en.txt
	expect 3
	says "a copied list may lack lines without a trace"
	ask 8085 linux/ss-ltn.txt
	expect 3
	says 'run `sudo ss -tulpane` and add its output'
	ask 5302/udp linux/proc-net-udp.txt
	expect 3
}

@test "Linux: a listener is in the way, whatever tool listed it" {
	for file in ss-tulpane ss-ltn ss-tan netstat-tulpn netstat-anp lsof-nP-i proc-net-tcp; do
		ask 127.0.0.1:8080 linux/$file.txt
		expect 0
		says "127.0.0.1:8080"
	done
	ask 8081 linux/ss-tulpane.txt
	says "python3 (pid 31865)"
	ask unix:/run/app.sock linux/ss-xpane.txt
	says "/run/app.sock"
	ask 8080 linux/ss-ltn.txt
	says 'the captures name no process'
}

@test "what is no capture is refused in one line" {
	echo "hello, world" >none
	run "$INUSE" why --from none 80
	expect 2
	[ "${#lines[@]}" -eq 1 ]
	says '"none" is no capture that can be read'
	: >empty
	run "$INUSE" why --from empty 80
	complains '"empty" is empty: it captured nothing'
	ask 80 windows/netstat-anob-not-elevated-en.txt
	expect 2
	says "opened as administrator"
	ask 80 windows/netstat-ano-en.txt linux/ss-ltn.txt
	expect 2
	says "comes from another system"
	in_net '"$INUSE" report -o r.json 80'
	run "$INUSE" why --from r.json --from "$CAPTURES/linux/ss-ltn.txt" 80
	expect 2
	says "give it alone"
}

# "live COMMAND pids|sockets": what a tool shows of real sockets is what we see ourselves.
live() {
	cat >hold.py <<-'END'
		import os, socket, time
		def listen(family, address, v6only=None):
		    s = socket.socket(family)
		    if v6only is not None:
		        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
		    s.bind(address)
		    s.listen()
		    return s
		held = [listen(socket.AF_INET, ("127.0.0.1", 8080)), listen(socket.AF_INET6, ("::", 8081), 0),
		        listen(socket.AF_INET6, ("::", 8082), 1), listen(socket.AF_INET, ("0.0.0.0", 8083))]
		held += [socket.create_connection(("127.0.0.1", 8083))]
		open("ready", "w").close()
		time.sleep(60)
	END
	rm -f ready
	in_net '
		python3 hold.py & pid=$!
		for i in $(seq 100); do [ -e ready ] && break; sleep 0.1; done
		"$INUSE" list --json tcp >ours
		'"$1"' >theirs
		kill $pid'
	"$INUSE" list --json --from theirs tcp >read
	python3 - "$2" <<-'END'
		import json, sys
		def rows(name):
		    found = []
		    for line in open(name):
		        document = json.loads(line)
		        for s in document["sockets"]:
		            holders = [h["pid"] for h in s["holders"]] if sys.argv[1] == "pids" else []
		            found.append((s["protocol"], s["address"], s["port"], s["state"], holders))
		    return sorted(found)
		ours, read = rows("ours"), rows("read")
		print("#", *ours, sep="\n# ")
		assert len(ours) >= 4, ours
		assert ours == read, (ours, read)
	END
}

@test "real sockets: what ss, netstat, lsof and /proc show is read as we see it" {
	live 'ss -tlnp' pids
	live 'ss -tulpane' pids
	live 'netstat -tlnp' pids
	live 'lsof -nP -iTCP -sTCP:LISTEN' pids
	live 'cat /proc/net/tcp /proc/net/tcp6' sockets
}
