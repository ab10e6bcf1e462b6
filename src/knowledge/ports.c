/* knowledge/ports.c - ports that are better not chosen for a server of one's own */
#include "knowledge/ports.h"

#include <stddef.h>
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/span.h"

#define BROWSERS "a port that browsers refuse to open"

/*
 * Above 1023 only. The browsers' ports are the "bad ports" of the Fetch standard
 * (fetch.spec.whatwg.org, "port blocking").
 */
static const struct {
	uint16_t port;
	const char *by;
} rows[] = {
	{1080, "SOCKS"}, {1194, "OpenVPN"}, {1433, "SQL Server"}, {1521, "Oracle"},
	{1719, BROWSERS}, {1720, BROWSERS}, {1723, BROWSERS}, {1883, "MQTT"},
	{1900, "SSDP"}, {2049, BROWSERS}, {2181, "ZooKeeper"}, {2375, "Docker"},
	{2376, "Docker"}, {2379, "etcd"}, {2380, "etcd"}, {3000, "development servers"},
	{3001, "development servers"}, {3128, "Squid"}, {3260, "iSCSI"}, {3306, "MySQL"},
	{3389, "RDP"}, {3478, "STUN"}, {3659, BROWSERS}, {4000, "development servers"},
	{4045, BROWSERS}, {4190, BROWSERS}, {4200, "Angular"}, {4222, "NATS"},
	{4321, "development servers"}, {4443, "HTTPS"}, {4444, "Selenium"}, {5000, "Flask, AirPlay"},
	{5001, "development servers"}, {5037, "adb"}, {5060, BROWSERS}, {5061, BROWSERS},
	{5173, "Vite"}, {5174, "Vite"}, {5353, "mDNS"}, {5432, "PostgreSQL"},
	{5433, "PostgreSQL"}, {5555, "adb"}, {5601, "Kibana"}, {5671, "AMQP"},
	{5672, "AMQP"}, {5900, "VNC"}, {5901, "VNC"}, {5984, "CouchDB"},
	{6000, BROWSERS}, {6379, "Redis"}, {6380, "Redis"}, {6443, "Kubernetes"},
	{6566, BROWSERS}, {6665, BROWSERS}, {6666, BROWSERS}, {6667, BROWSERS},
	{6668, BROWSERS}, {6669, BROWSERS}, {6679, BROWSERS}, {6697, BROWSERS},
	{7000, "Cassandra, AirPlay"}, {7001, "WebLogic"}, {7474, "Neo4j"}, {7687, "Neo4j"},
	{7777, "development servers"}, {8000, "development servers"}, {8008, "HTTP"},
	{8009, "AJP"}, {8080, "HTTP"}, {8081, "HTTP"}, {8086, "InfluxDB"}, {8088, "HTTP"},
	{8125, "StatsD"}, {8200, "Vault"}, {8443, "HTTPS"}, {8500, "Consul"}, {8787, "RStudio"},
	{8888, "Jupyter"}, {9000, "development servers"}, {9042, "Cassandra"}, {9090, "Prometheus"},
	{9091, "Prometheus"}, {9092, "Kafka"}, {9093, "Alertmanager"}, {9100, "node_exporter"},
	{9200, "Elasticsearch"}, {9222, "Chrome's debugger"}, {9229, "Node's debugger"},
	{9300, "Elasticsearch"}, {9418, "git"}, {9999, "development servers"}, {10000, "Webmin"},
	{10080, BROWSERS}, {10250, "Kubernetes"}, {10255, "Kubernetes"}, {11211, "memcached"},
	{15672, "RabbitMQ"}, {25565, "Minecraft"}, {27017, "MongoDB"}, {27018, "MongoDB"},
	{50051, "gRPC"}, {51820, "WireGuard"},
};

const char *iu_port_taken_by(uint16_t port)
{
	if (port < 1024)
		return "a well-known port";
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].port == port)
			return rows[i].by;
	return NULL;
}

bool iu_port_is_fixed(uint16_t port, enum iu_protocol protocol)
{
	static const struct {
		uint16_t port;
		bool tcp;
	} fixed[] = {
		{25, true},    /* mail between servers */
		{53, true},    /* DNS */
		{67, false}, {68, false}, {546, false}, {547, false}, /* DHCP */
		{69, false},   /* TFTP, as boot loaders use it */
		{111, true},   /* rpcbind */
		{123, false},  /* NTP */
		{137, false}, {138, false}, {139, true}, {445, true}, /* NetBIOS, SMB */
		{500, false}, {4500, false}, /* IKE */
		{1900, false}, {3702, false}, /* SSDP, WS-Discovery */
		{5353, false}, {5355, true},  /* mDNS, LLMNR */
	};

	for (size_t i = 0; i < IU_COUNT(fixed); i++)
		if (fixed[i].port == port && (protocol == IU_PROTOCOL_UDP || fixed[i].tcp))
			return true;
	return false;
}

/* Who has a port by custom; the TCP port of the first name is the service's. */
static const struct {
	uint16_t port;
	const char *names[5];
} customs[] = {
	{22, {"sshd"}}, {25, {"master", "exim4", "sendmail"}},
	{53, {"named", "unbound", "dnsmasq", "systemd-resolve", "coredns"}},
	{80, {"nginx", "apache2", "httpd", "caddy", "haproxy"}},
	{111, {"rpcbind"}}, {139, {"smbd"}}, {443, {"nginx", "apache2", "httpd", "caddy", "haproxy"}},
	{445, {"smbd"}}, {514, {"rsyslogd"}}, {631, {"cupsd"}}, {1883, {"mosquitto"}},
	{2375, {"dockerd"}}, {2376, {"dockerd"}}, {2379, {"etcd"}}, {3128, {"squid"}},
	{3306, {"mysqld", "mariadbd"}}, {5353, {"avahi-daemon"}}, {5432, {"postgres"}},
	{5672, {"beam.smp"}}, {5900, {"Xtigervnc", "Xvnc", "x11vnc", "vino-server"}},
	{6379, {"redis-server", "valkey-server"}}, {6443, {"kube-apiserver", "k3s-server"}},
	{8500, {"consul"}}, {9090, {"prometheus", "cockpit-tls"}}, {9100, {"node_exporter", "prometheus-node"}},
	{10250, {"kubelet"}}, {11211, {"memcached"}}, {11434, {"ollama"}}, {27017, {"mongod"}},
	{51820, {"wireguard"}},
};

bool iu_port_is_customary(const char *name, uint16_t port)
{
	for (size_t i = 0; name && i < IU_COUNT(customs); i++)
		for (size_t k = 0; customs[i].port == port && k < IU_COUNT(customs[i].names) &&
				   customs[i].names[k]; k++)
			if (!strcmp(customs[i].names[k], name))
				return true;
	return false;
}

/* Every program may serve the web: a port of it is not somebody's. */
static bool is_web(uint16_t port)
{
	return port == 80 || port == 443;
}

const char *iu_port_owner(uint16_t port)
{
	for (size_t i = 0; i < IU_COUNT(customs); i++)
		if (customs[i].port == port && !is_web(port))
			return customs[i].names[0];
	return NULL;
}

/* A unit is called like its program, but for an ending: "ssh" and sshd, "postgresql" and postgres. */
static bool is_called(const char *program, const char *unit, size_t len)
{
	size_t n = strlen(program), common = n < len ? n : len;

	return common >= 3 && !strncmp(program, unit, common) &&
	       (n == len || !strcmp(program + common, "d") || !strcmp(program + common, "-server") ||
		       (n < len && len - n == 2 && !strncmp(unit + n, "ql", 2)));
}

uint16_t iu_port_of_service(const char *unit)
{
	/* Those that mostly listen elsewhere than on their TCP port, or nowhere. */
	static const uint16_t seldom[] = {53, 443, 514, 2375, 2376, 5353, 51820};
	size_t len = strcspn(unit, ".@");
	bool left_out;

	for (size_t i = 0; i < IU_COUNT(customs); i++) {
		left_out = false;
		for (size_t k = 0; k < IU_COUNT(seldom); k++)
			left_out |= seldom[k] == customs[i].port;
		for (size_t k = 0; !left_out && k < IU_COUNT(customs[i].names) && customs[i].names[k]; k++)
			if (is_called(customs[i].names[k], unit, len))
				return customs[i].port;
	}
	return 0;
}

/* "-p8080": an option of one letter may have its value without a blank. */
static bool is_option(const char *text, size_t at)
{
	return at >= 2 && iu_char_is_letter(text[at - 1]) && text[at - 2] == '-' &&
	       (at == 2 || !text[at - 3] || text[at - 3] == ' ');
}

bool iu_port_is_word(const char *text, size_t len, uint16_t port)
{
	struct iu_span line = {text, len};
	uint64_t number;

	for (size_t at = 0; at < len; at++) {
		size_t n = iu_span_digits(line, at);

		if (!n)
			continue;
		if ((!at || !(iu_char_is_word(text[at - 1]) || text[at - 1] == '.') || is_option(text, at)) &&
			(at + n == len || !(iu_char_is_word(text[at + n]) || text[at + n] == '.')) &&
			iu_span_number((struct iu_span){text + at, n}, UINT16_MAX, &number) &&
			number == port)
			return true;
		at += n - 1;
	}
	return false;
}
