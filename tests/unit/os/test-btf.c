/* tests/unit/os/test-btf.c - members in BTF: of a small kernel made for it, and of the one that runs */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "btf-kernel.h"
#include "btf-piece.h"

static unsigned char bytes[1 << 16];
static size_t len;

/* What the compiler says, where a member is no bit of a byte. */
static void test_small(void **state)
{
	static const struct {
		size_t place, wanted;
	} rows[] = {
#define ROW(name, structure, path)                                                                 \
	{offsetof(struct iu_quick_offsets, name), offsetof(struct structure, path)}
		ROW(task_tasks, task_struct, tasks), ROW(task_signal, task_struct, signal),
		ROW(task_tgid, task_struct, tgid), ROW(task_comm, task_struct, comm),
		ROW(task_cgroups, task_struct, cgroups), ROW(nsproxy_net, nsproxy, net_ns),
		ROW(net_hashinfo, net, ipv4.tcp_death_row.hashinfo), ROW(net_hash_mix, net, hash_mix),
		ROW(net_unix, net, unx.table.buckets), ROW(udp_mask, udp_table, mask),
		ROW(bucket_chain, inet_bind_hashbucket, chain), ROW(tb_owners, inet_bind_bucket, owners),
		ROW(tb_fastreuseport, inet_bind_bucket, fastreuseport),
		ROW(sk_saddr, sock_common, skc_rcv_saddr), ROW(sk_state, sock_common, skc_state),
		ROW(sk_cookie, sock_common, skc_cookie), ROW(sk_cgroup, sock, sk_cgrp_data.cgroup),
		ROW(wq_waiters, socket_wq, wait.head), ROW(poll_queue, poll_table_entry, wait_address),
		ROW(socket_ino, socket_alloc, vfs_inode.i_ino), ROW(file_count, file, f_count.counter),
		ROW(files_count, files_struct, count.counter), ROW(fdt_fd, fdtable, fd),
#undef ROW
	};
	struct iu_quick_kernel kernel = {0};
	uint32_t bits;
	size_t i;

	(void)state;
	assert_int_equal(find_in_piece(bytes, len, &kernel), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(&bits, (char *)&kernel.at + rows[i].place, sizeof(bits));
		print_message("# row %zu: bit %u, the compiler's byte %zu\n", i, bits, rows[i].wanted);
		assert_int_equal(bits, rows[i].wanted * 8);
	}
	/* bits of one byte, behind skc_state */
	assert_int_equal(kernel.at.sk_reuse, kernel.at.sk_state + 8);
	assert_int_equal(kernel.at.sk_reuseport, kernel.at.sk_reuse + 4);
	assert_int_equal(kernel.at.sk_v6only, kernel.at.sk_reuse + 5);
	/* what this kernel does not have */
	assert_int_equal(kernel.at.tb_bhash2, IU_QUICK_NONE);
	assert_int_equal(kernel.at.file_ref, IU_QUICK_NONE);
	assert_int_equal(kernel.at.net_udp, IU_QUICK_NONE);
	assert_true(kernel.iter_task_file > 0);
}

/* Cut anywhere, or with any byte changed, it gives an answer or none, and reads nothing beyond. */
static void test_broken(void **state)
{
	struct iu_quick_kernel kernel;
	unsigned char *copy;
	size_t i, refused = 0;

	(void)state;
	for (i = 0; i < len; i += 1 + i / 64) {
		copy = malloc(i + 1); /* a sanitizer sees what is read behind it */
		memcpy(copy, bytes, i);
		assert_true(find_in_piece(copy, i, &kernel) < 0);
		free(copy);
	}
	copy = malloc(len);
	for (i = 0; i < len; i++) {
		memcpy(copy, bytes, len);
		copy[i] ^= 0xff;
		refused += find_in_piece(copy, len, &kernel) < 0;
	}
	print_message("# %zu of %zu changed bytes make it none\n", refused, len);
	assert_true(refused > 100);
	free(copy);
}

static size_t read_stream(void *context, void *to, size_t size, uint64_t at)
{
	return fseek(context, (long)at, SEEK_SET) < 0 ? 0 : fread(to, 1, size, context);
}

static void test_running(void **state)
{
	FILE *file = fopen("/sys/kernel/btf/vmlinux", "r");
	const struct iu_btf_source source = {read_stream, file};
	struct iu_quick_kernel kernel;
	int result;

	(void)state;
	if (!file) {
		print_message("# SKIP this kernel has no BTF\n");
		skip();
	}
	result = iu_btf_find(&source, &kernel);
	fclose(file);
	print_message("# result %d, task_struct.tasks at bit %u\n", result, kernel.at.task_tasks);
	assert_int_equal(result, 0);
	assert_true(kernel.at.task_tasks > 0 && kernel.at.task_tasks % 64 == 0);
	assert_true((kernel.at.file_ref == IU_QUICK_NONE) != (kernel.at.file_count == IU_QUICK_NONE));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_running),
	};
	FILE *file;

	file = fopen(argc > 1 ? argv[1] : "", "r");
	if (!file) {
		perror("the small kernel's BTF");
		return 1;
	}
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
