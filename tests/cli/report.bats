#!/usr/bin/env bats
# report.bats - what is written down, how, and what --from makes of it

load common

setup() {
	folder=$(mktemp -d)
	cd "$folder"
}

teardown() {
	rm -rf "$folder"
}

# "lacks FILE PATTERN"
lacks() {
	if grep -E -- "$2" "$1"; then
		echo "# still there: $2"
		return 1
	fi
}

@test "a report is one document of the schema, and says who wrote it when" {
	run in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" report 8080 /tmp/x.sock >a.json; code=$?; kill $pid; exit $code'
	expect 0
	tr -d '\n' <a.json | python3 "$VALIDATE" snapshot
	python3 - <<-'END'
		import json, re
		d = json.load(open("a.json"))
		assert d["schema"] == "inuse.snapshot/1" and d["report"]["redacted"] is False, d["report"]
		assert d["report"]["targets"] == ["8080/tcp", "/tmp/x.sock"], d["report"]
		assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", d["report"]["recorded"]), d["report"]
		assert [p for p in d["probes"] if p["port"] == 8080 and p["done"] and p["result"] == 98], d["probes"]
	END
}

@test "the answer from the file is the same, and tells where it comes from" {
	in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" why --json 8080 >live; "$INUSE" report -o r.json 8080; kill $pid'
	run "$INUSE" why --json --from r.json 8080
	expect 0
	echo "$output" >again
	python3 - <<-'END'
		import json
		live, again = json.load(open("live")), json.load(open("again"))
		assert live.pop("from") is None
		origin = again.pop("from")
		assert origin["files"] == ["r.json"] and origin["recorded"], origin
		# what helps there is done with that machine's own tools, for `inuse free` acts on this one
		for a, b in zip(live["remedies"], again["remedies"]):
		    if "inuse" in a["command"][:2]:
		        assert "inuse" not in b["command"], b
		        a["command"] = b["command"]
		assert live == again, (live, again)
	END
	run "$INUSE" why --from r.json 8080
	expect 0
	says "from   r.json, recorded on $(uname -n) at 20"
	run "$INUSE" why --from - 8080 <r.json
	expect 0
	says "from   standard input, recorded on"
	run "$INUSE" list --from r.json 8080
	expect 0
	says "holder"
	says "From r.json, recorded on"
	run "$INUSE" list --json --from r.json
	expect 0
	python3 "$VALIDATE" list <<<"$output"
	run "$INUSE" why --from r.json 81
	expect 1
}

@test "-o makes a file for the user alone, and overwrites nothing" {
	umask 000
	run "$INUSE" report -o r.json
	expect 0
	[ -z "$output" ]
	[ "$(stat -c %a r.json)" = 600 ]
	cp r.json before
	run "$INUSE" report -o r.json
	expect 1
	says 'cannot create "r.json": it exists already; nothing is overwritten, give another name'
	cmp r.json before
	ln -s "$folder/elsewhere" link
	run "$INUSE" report -o link
	expect 1
	[ ! -e elsewhere ]
	run "$INUSE" report -o no/such/folder
	expect 1
	says "No such file or directory"
	run "$INUSE" report -o -
	expect 0
	says '"schema":"inuse.snapshot/1"'
}

@test "half a report is no report" {
	run bash -c '"$INUSE" report >/dev/full'
	expect 1
	says "cannot write the report: No space left on device"
	if [ "$(id -u)" = 0 ]; then
		run unshare -m bash -c 'mkdir t && mount -t tmpfs -o size=4k none t && head -c 3000 /dev/zero >t/fill && "$INUSE" report -o t/r.json; code=$?; ls t; exit $code'
		expect 1
		says_not "r.json"$'\n'"r"
		[ "${lines[-1]}" = fill ]
	fi
}

@test "--redact: names, arguments, homes and public addresses are gone, the verdict is not" {
	[ "$(id -u)" = 0 ] || skip "needs root for another user and another host name"
	[ -x /usr/bin/python3 ] || skip "needs a python3 that other users may run"
	run unshare -m -u -n bash -c '
		ip link set lo up; ip address add 93.184.216.34/32 dev lo; hostname falke
		mount -t tmpfs none /home; mkdir -p /home/quitegone/geheimlabor; chown 12345 /home/quitegone
		echo "quitegone:x:12345:12345::/home/quitegone:/bin/sh" | cat /etc/passwd - >passwd
		mount --bind passwd /etc/passwd
		cd /home/quitegone/geheimlabor
		setpriv --reuid 12345 --regid 12345 --clear-groups /usr/bin/python3 -c "import socket, time; s = socket.create_server((\"93.184.216.34\", 8080)); print(1, flush=True); time.sleep(20)" --password=hunter2 >"$0/up" &
		pid=$!
		for i in $(seq 100); do [ -s "$0/up" ] && break; sleep 0.05; done
		cd "$0"
		"$INUSE" report --redact -o r.json 93.184.216.34:8080
		"$INUSE" report -o clear.json 93.184.216.34:8080
		"$INUSE" why --json 93.184.216.34:8080 >live
		kill $pid' "$folder"
	expect 0
	for secret in quitegone geheimlabor falke 93.184.216.34 hunter2 create_server; do
		grep -q "$secret" clear.json || { echo "# $secret was not recorded at all"; return 1; }
		lacks r.json "$secret"
	done
	target=$(python3 -c 'import json; print(json.load(open("r.json"))["report"]["targets"][0])')
	run "$INUSE" why --json --from r.json "$target"
	expect 0
	echo "$output" >again
	python3 - <<-'END'
		import json
		live, again = json.load(open("live"))["verdict"], json.load(open("again"))["verdict"]
		for key in "status", "operation", "errno", "error", "cause", "confidence", "probe":
		    assert live[key] == again[key], (key, live, again)
		assert live["cause"] == "other-program" and live["confidence"] == "proven", live
	END
	run "$INUSE" report --redact --from clear.json -o later.json 93.184.216.34:8080
	expect 0
	lacks later.json 'quitegone|geheimlabor|falke|93.184|hunter2'
	run "$INUSE" why --from later.json 240.0.0.1:8080
	expect 0
}

# A machine of which nothing is true here: other interface, user and service.
other_machine() {
	cat >other.json <<-'END'
		{"schema": "inuse.snapshot/1", "seen": ["host", "sysctls", "addresses", "tcp", "bound", "udp"],
		"host": {"os": "linux", "hostname": "web1", "kernel": 393472, "uid": 4000, "user": "otto", "now": 1767323045},
		"sysctls": {"port_first": 32768, "port_last": 60999, "unprivileged_port_start": 1024, "bindv6only": 0},
		"locals": [{"address": "10.9.8.7", "bits": 32, "ifindex": 7}],
		"interfaces": [{"ifindex": 7, "name": "wan7", "up": true}],
		"sockets": [{"protocol": "tcp", "family": "ipv4", "state": "listen", "local": "10.9.8.7", "port": 8080,
		"inode": 5, "uid": 4000, "uid_known": true, "user": "otto"}]}
	END
}

@test "nothing of this machine gets into an answer about another" {
	other_machine
	run "$INUSE" why --from other.json wan7:8080 10.9.8.7:http-alt --user otto --device wan7
	expect 0
	says "10.9.8.7:8080/tcp is in use"
	says "recorded on web1 at 2026-01-02 03:04:05 UTC"
	run "$INUSE" why --from other.json lo:8080
	complains 'unknown host "lo": the capture knows no interface of that name; give the address'
	run "$INUSE" why --from other.json "$(uname -n).:80"
	expect 2
	run "$INUSE" why --from other.json --user root 8080
	complains 'unknown user "root": the capture has no such name; give the number'
	run "$INUSE" why --from other.json --device lo 8080
	complains 'there is no network interface "lo" in the capture'
	run "$INUSE" why --from other.json x11:80
	expect 2
	run "$INUSE" why --from other.json 127.0.0.1:81
	says "EADDRNOTAVAIL" || says "not an address"
	run "$INUSE" why --json --from other.json 80
	says '"uid":4000'
	says '"privileged":false'
	says '"probe":null'
	run "$INUSE" why --json --from other.json localhost:8080
	expect 0 || expect 3
	# An answer about another machine asks this one nothing: no socket is made, no process looked at.
	if command -v strace >/dev/null; then
		strace -f -o calls -e trace=socket,bind,connect,bpf,pidfd_open,getdents64 "$INUSE" why --from other.json 8080 http wan7:1 >/dev/null || true
		run grep -vE '^[0-9]+ +(\+\+\+|---)' calls
		[ -z "$output" ] || { echo "$output"; return 1; }
	fi
}

@test "a path that was not recorded is unknown, and the answer says what to do" {
	other_machine
	run "$INUSE" why --from other.json /run/app.sock
	expect 3
	says "it was not recorded"
	says "inuse report /run/app.sock"
}

@test "bad captures: one line that says which file and what" {
	other_machine
	: >empty
	echo '{"schema":"inuse.why/1"}' >answer
	head -c 200 other.json >cut.json
	run "$INUSE" why --from nowhere 1
	complains 'cannot open the capture "nowhere": No such file or directory'
	run "$INUSE" why --from empty 1
	complains '"empty" is empty: it captured nothing'
	run "$INUSE" why --from answer 1
	complains '"answer" begins like a report of inuse, but cannot be read: schema: expected "inuse.snapshot/1", found a string "inuse.why/1"'
	run "$INUSE" why --from cut.json 1
	expect 2
	[ "${#lines[@]}" -eq 1 ]
	run "$INUSE" why --from other.json --from other.json 1
	complains '"other.json" begins like a report of inuse, but cannot be read: a report tells all of one machine; give it alone'
	run "$INUSE" why --from - - <other.json
	complains 'standard input can be read once only: give the others as files'
	run "$INUSE" why --probe --from other.json 1
	complains '--probe asks the kernel of this machine, and --from is about another one'
	run "$INUSE" free --from other.json 1
	complains 'free takes no option --from; see inuse free --help'
	run "$INUSE" why --from . 1
	expect 2
}

@test "captures are hostile bytes: no control character reaches the terminal" {
	in_net 'pid=$("$HOLD" 8080 holder); "$INUSE" report -o r.json 8080; kill $pid'
	python3 - <<-'END'
		import json
		def spoil(value, key=None):
		    if isinstance(value, dict):
		        return {k: spoil(v, k) for k, v in value.items()}
		    if isinstance(value, list):
		        return [spoil(v, key) for v in value]
		    keep = key in ("schema", "local", "peer", "address", "kind", "protocol", "family", "state",
		                   "options_source", "via", "seen", "fact", "os", "source", "unix_type")
		    return value if keep or not isinstance(value, str) else value + "\x1b[31m\n\u009b1mEVIL\u202e"
		d = spoil(json.load(open("r.json")))
		d["gaps"] = [{"fact": ["tcp"], "what": "a\x1b[31m\nb", "why": "c\x1b]0;x\x07", "lift": "d\x7f"}]
		json.dump(d, open("evil.json", "w"))
	END
	for words in "why 8080" "why --quiet 8080" "list" "list --all" "why 81"; do
		"$INUSE" $words --color never --from evil.json >out 2>&1 || true
		[ -s out ]
		if LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' out; then
			return 1
		fi
	done
	grep -q EVIL out || "$INUSE" list --from evil.json | grep -q EVIL
}

@test "a page is one file that loads nothing, and says what stands out" {
	in_net 'pid=$("$HOLD" 8080 holder); kill -STOP $pid; "$INUSE" report --html -o page.html 8080 9090; kill -KILL $pid'
	grep -q '^<!doctype html>$' page.html
	[ "$(stat -c %a page.html)" = 600 ]
	grep -q '<h3>Port 8080/tcp is in use: .* but is stopped' page.html
	grep -q '<h3>.*9090/tcp' page.html
	lacks page.html '(src|href)="[^#]|@import|url\([^#]|https?://[^w"]'
	run "$INUSE" report --html -o page.html
	expect 1
	says "it exists already"
}

@test "a page of a capture: the policy names the script and the style that are in it" {
	"$INUSE" report --html --from "$CAPTURES"/busy-machine.json >one.html
	"$INUSE" report --html --from "$CAPTURES"/busy-machine.json >two.html
	cmp one.html two.html
	python3 - <<-'END'
		import base64, hashlib, re
		page = open("one.html", newline="").read()
		policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
		for kind, text in ("script", re.search(r"<script>(.*?)</script>", page, re.S)[1]), ("style", re.search(r"<style>(.*?)</style>", page, re.S)[1]):
		    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
		    assert f"{kind}-src 'sha256-{digest}'" in policy, (kind, digest, policy)
		assert policy.startswith("default-src 'none'"), policy
	END
}

@test "a page without private names, and of another system's netstat" {
	printf 'Active Connections\r\n\r\n  Proto  Local Address  Foreign Address  State  PID\r\n  TCP    0.0.0.0:8080   0.0.0.0:0   LISTENING   4242\r\n' |
		"$INUSE" report --html --from - 8080 >windows.html
	grep -q '<h3>Port 8080/tcp is in use' windows.html
	in_net 'pid=$("$HOLD" 8080 holder)
		unshare --uts sh -c "echo private-7319 >/proc/sys/kernel/hostname; exec \"\$0\" report --html --redact -o page.html" "$INUSE"
		kill $pid'
	grep -q 'private names replaced' page.html
	lacks page.html private-7319
}

@test "a page and JSON exclude each other" {
	run "$INUSE" report --html --json
	expect 2
	says "one of the two"
}
