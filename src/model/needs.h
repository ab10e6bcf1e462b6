/* model/needs.h - which facts a question needs */
#ifndef IU_MODEL_NEEDS_H
#define IU_MODEL_NEEDS_H

#include "model/address.h"
#include "model/snapshot.h"

struct iu_endpoint {
	enum iu_protocol protocol;
	struct iu_address address; /* family ANY: every one */
	uint16_t port;
};

/* How long one look may take, and who may end it. What is left out then is a gap. */
struct iu_budget {
	int64_t most_ms;     /* 0: as long as it takes */
	int64_t deadline_ms; /* of the look that runs, on the clock of iu_os_now_ms() */
	bool (*stopped)(void *context); /* NULL: nobody */
	void *context;
	const char *cut; /* why it was cut short; NULL: it was not */
};

/*
 * Filled by the engine (pure), served by the collectors. Everything is allocated in the arena of
 * whoever asks; collectors borrow it for the call.
 */
struct iu_needs {
	uint32_t facts; /* IU_FACT_* */
	/* Ports whose sockets are wanted, sorted; none and all_ports false: no port at all. */
	IU_LIST(struct iu_port_range) ports;
	/* The TCP ports that are asked for themselves; their neighbours are in `ports` only. */
	IU_LIST(uint16_t) asked;
	/* They may be bound for a moment where that can change nothing: a socket on them refuses it. */
	bool may_bind;
	bool every; /* no socket is only counted with others like it */
	bool first; /* a listener is enough, and one holder of each socket */
	bool all_ports;
	bool connections; /* all_ports: also what is connected or in TIME-WAIT (list --all) */
	/* Sockets whose holders are wanted, sorted; all_inodes: of every socket. */
	IU_LIST(uint64_t) inodes;
	bool all_inodes;
	bool brief; /* of processes only what a row of a table shows: name, user, unit, age, directory, command */
	bool names; /* brief, and without directory and command: there are too many */
	bool automatic;   /* all_ports: also which ports the system chose; of single ports always */
	bool starters;    /* whether those above a holder would start it again: it may be ended */
	bool own_process; /* the one that looks may be a holder too: it asks for itself (libinuse) */
	/*
	 * Only calls that every server makes: files, sockets, netlink. Others (bpf, kcmp, pidfd_getfd,
	 * open_by_handle_at, name services) may end a program whose sandbox does not know them.
	 */
	bool plain;
	bool leaves_nothing; /* nothing is kept in bpffs for the next look */
	int32_t asker; /* of IU_FACT_POLICY: whose cgroup it is; 0: our own */
	/* What IU_FACT_AROUND looks for. */
	IU_LIST(struct iu_endpoint) around;
	IU_LIST(struct iu_path) paths; /* only path, path_len, root_pid are read */
	struct iu_budget *budget; /* NULL: none */
};

/** iu_needs_port() - whether the sockets of a port are wanted. */
bool iu_needs_port(const struct iu_needs *needs, uint16_t port);

/** iu_needs_sort_inodes() - to be called once all are there: in their order, each once. */
void iu_needs_sort_inodes(struct iu_needs *needs);

/** iu_needs_inode() - whether holders of a socket are wanted. */
bool iu_needs_inode(const struct iu_needs *needs, uint64_t inode);

/** iu_needs_is_listing() - whether everything is wanted, and of descriptors only that they are there. */
bool iu_needs_is_listing(const struct iu_needs *needs);

#endif
