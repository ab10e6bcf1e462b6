/* os/linux/bpf/mode.h - what may be done to have BPF programs in the kernel */
#ifndef IU_OS_LINUX_BPF_MODE_H
#define IU_OS_LINUX_BPF_MODE_H

enum iu_bpf_mode {
	IU_BPF_AVOID,   /* nothing: not one bpf() */
	IU_BPF_PRIVATE, /* load them, or take what another run has kept */
	IU_BPF_KEEP,    /* and keep them for the next run */
};

#endif
