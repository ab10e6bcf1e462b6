/* test-iana.c - ports by name: the table is in order, and has what captures show */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/compat.h"
#include "knowledge/iana-names.h"
#include "knowledge/iana.h"

static void table_is_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < IU_COUNT(iu_iana_names); i++) {
		const struct iu_iana_name *a = &iu_iana_names[i - 1], *b = &iu_iana_names[i];
		int difference = strcmp(a->name, b->name);

		/* the same name twice: each for protocols that the other has not */
		if (difference > 0 || (difference == 0 && (a->protocols & b->protocols)))
			print_message("# %s stands before %s\n", a->name, b->name);
		assert_true(difference < 0 || (difference == 0 && !(a->protocols & b->protocols)));
		assert_true(b->port && b->protocols);
	}
	print_message("# %zu names in order\n", IU_COUNT(iu_iana_names));
}

static void names_mean_ports(void **state)
{
	static const struct {
		const char *name;
		enum iu_protocol protocol;
		uint16_t port; /* 0: no such name */
	} rows[] = {
		{"hbci", IU_PROTOCOL_TCP, 3000}, {"terabase", IU_PROTOCOL_TCP, 4000},
		{"commplex-main", IU_PROTOCOL_TCP, 5000}, {"afs3-fileserver", IU_PROTOCOL_TCP, 7000},
		{"irdmi", IU_PROTOCOL_TCP, 8000}, {"sunproxyadmin", IU_PROTOCOL_TCP, 8081},
		{"ddi-tcp-1", IU_PROTOCOL_TCP, 8888}, {"ddi-tcp-1", IU_PROTOCOL_UDP, 0},
		{"cslistener", IU_PROTOCOL_TCP, 9000}, {"websm", IU_PROTOCOL_TCP, 9090},
		{"vrml-multi-use", IU_PROTOCOL_TCP, 4200}, {"pcsync-https", IU_PROTOCOL_TCP, 8443},
		{"dec-notes", IU_PROTOCOL_TCP, 3333}, {"eforward", IU_PROTOCOL_TCP, 2181},
		{"amqp", IU_PROTOCOL_TCP, 5672}, {"XmlIpcRegSvc", IU_PROTOCOL_TCP, 9092},
		{"http-alt", IU_PROTOCOL_TCP, 8080}, {"http", IU_PROTOCOL_TCP, 80},
		{"domain", IU_PROTOCOL_UDP, 53}, {"mdns", IU_PROTOCOL_UDP, 5353},
		{"ntp", IU_PROTOCOL_UDP, 123}, {"syslog", IU_PROTOCOL_UDP, 514},
		{"login", IU_PROTOCOL_TCP, 513}, {"who", IU_PROTOCOL_UDP, 513},
		{"no-such-name", IU_PROTOCOL_TCP, 0}, {"", IU_PROTOCOL_TCP, 0},
		{"a-name-of-more-than-fifteen", IU_PROTOCOL_TCP, 0}, {"HTTP", IU_PROTOCOL_TCP, 0},
	};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		uint16_t port = iu_iana_port(iu_span_of(rows[i].name), rows[i].protocol);

		print_message("# %s/%s: %u\n", rows[i].name,
			rows[i].protocol == IU_PROTOCOL_UDP ? "udp" : "tcp", port);
		assert_int_equal(port, rows[i].port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_sorted),
		cmocka_unit_test(names_mean_ports),
	};

	return cmocka_run_group_tests_name("IANA names", tests, NULL, NULL);
}
