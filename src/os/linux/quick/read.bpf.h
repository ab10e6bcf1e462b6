// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/quick/read.bpf.h - numbers out of the kernel's memory, for BPF programs */
#ifndef IU_OS_LINUX_QUICK_READ_BPF_H
#define IU_OS_LINUX_QUICK_READ_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define TCP_TIME_WAIT 6
#define TCP_CLOSE     7
#define TCP_LISTEN    10
#define UNIX_BUCKETS  512 /* UNIX_HASH_SIZE */
#define S_IFMT	      0170000
#define S_IFSOCK      0140000
#define POINTER	      sizeof(__u64)

/* How many bits are set. */
static __always_inline __u32 count_bits(__u32 bits)
{
	bits -= bits >> 1 & 0x55555555;
	bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f;
	return bits * 0x01010101 >> 24;
}

/* @bits: where it lies behind @from. What cannot be read reads as 0. */
static __always_inline __u64 read_pointer(__u64 from, __u32 bits)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)(from + (bits >> 3)));
	return value;
}

static __always_inline __u32 read_u32(__u64 from, __u32 bits)
{
	__u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)(from + (bits >> 3)));
	return value;
}

static __always_inline __u16 read_u16(__u64 from, __u32 bits)
{
	__u16 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)(from + (bits >> 3)));
	return value;
}

/* From a bit on, so that members of one bit are read as well as whole bytes. */
static __always_inline __u8 read_u8(__u64 from, __u32 bits)
{
	__u8 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)(from + (bits >> 3)));
	return value >> (bits & 7);
}

#endif
