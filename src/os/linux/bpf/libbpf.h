/* os/linux/bpf/libbpf.h - libbpf, loaded when it is first needed */
#ifndef IU_OS_LINUX_BPF_LIBBPF_H
#define IU_OS_LINUX_BPF_LIBBPF_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define IU_LIBBPF(X) \
	X(bpf_iter_create) \
	X(bpf_link__destroy) \
	X(bpf_link__fd) \
	X(bpf_map__set_max_entries) \
	X(bpf_map__update_elem) \
	X(bpf_map_create) \
	X(bpf_object__attach_skeleton) \
	X(bpf_object__destroy_skeleton) \
	X(bpf_object__detach_skeleton) \
	X(bpf_object__load_skeleton) \
	X(bpf_object__open_skeleton) \
	X(bpf_program__attach_iter) \
	X(bpf_program__set_autoload) \
	X(btf__find_by_name_kind) \
	X(btf__free) \
	X(btf__load_vmlinux_btf) \
	X(btf__name_by_offset) \
	X(btf__type_by_id) \
	X(libbpf_set_print)

struct iu_libbpf {
#define X(name) __typeof__(name) *name;
	IU_LIBBPF(X)
#undef X
};

/** iu_libbpf() - the functions; NULL: libbpf is not installed. Safe in several threads. */
const struct iu_libbpf *iu_libbpf(void);

#define bpf_iter_create               (iu_libbpf()->bpf_iter_create)
#define bpf_link__destroy             (iu_libbpf()->bpf_link__destroy)
#define bpf_link__fd                  (iu_libbpf()->bpf_link__fd)
#define bpf_map__set_max_entries      (iu_libbpf()->bpf_map__set_max_entries)
#define bpf_map__update_elem          (iu_libbpf()->bpf_map__update_elem)
#define bpf_map_create                (iu_libbpf()->bpf_map_create)
#define bpf_object__attach_skeleton   (iu_libbpf()->bpf_object__attach_skeleton)
#define bpf_object__destroy_skeleton  (iu_libbpf()->bpf_object__destroy_skeleton)
#define bpf_object__detach_skeleton   (iu_libbpf()->bpf_object__detach_skeleton)
#define bpf_object__load_skeleton     (iu_libbpf()->bpf_object__load_skeleton)
#define bpf_object__open_skeleton     (iu_libbpf()->bpf_object__open_skeleton)
#define bpf_program__attach_iter      (iu_libbpf()->bpf_program__attach_iter)
#define bpf_program__set_autoload     (iu_libbpf()->bpf_program__set_autoload)
#define btf__find_by_name_kind        (iu_libbpf()->btf__find_by_name_kind)
#define btf__free                     (iu_libbpf()->btf__free)
#define btf__load_vmlinux_btf         (iu_libbpf()->btf__load_vmlinux_btf)
#define btf__name_by_offset           (iu_libbpf()->btf__name_by_offset)
#define btf__type_by_id               (iu_libbpf()->btf__type_by_id)
#define libbpf_set_print              (iu_libbpf()->libbpf_set_print)

#endif
