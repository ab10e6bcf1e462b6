/* causes.h - the stage functions of scenes that need more than sockets held by processes */
#ifndef SCENES_CAUSES_H
#define SCENES_CAUSES_H

#include "stage.h"

/* Left-overs of connections on port 4000, or %p. */
int stage_open_connection(struct stage *stage);
int stage_open_connection6(struct stage *stage);
int stage_fin_wait1(struct stage *stage);
int stage_fin_wait2(struct stage *stage);
int stage_last_ack(struct stage *stage);
int stage_time_wait(struct stage *stage);
int stage_time_wait_reuse(struct stage *stage);
int stage_time_wait_many(struct stage *stage);
int stage_half_closed(struct stage *stage);
int stage_fixed_client(struct stage *stage);
int stage_reset_client(struct stage *stage);
int stage_shut_listener(struct stage *stage);
int stage_outbound(struct stage *stage);
int stage_outbound_udp(struct stage *stage);

/* Processes in odd states. */
int stage_suspended(struct stage *stage);
int stage_frozen(struct stage *stage);
int stage_inherited(struct stage *stage);
int stage_handed_tcp(struct stage *stage);
int stage_handed_copy(struct stage *stage);
int stage_handed_daemon(struct stage *stage);
int stage_handed_udp(struct stage *stage);
int stage_handed_path(struct stage *stage);
int stage_handed_datagram(struct stage *stage);
int stage_handed_name(struct stage *stage);
int stage_named_socat(struct stage *stage);
int stage_pasta(struct stage *stage);
int stage_slirp(struct stage *stage);
int stage_named_docker_proxy(struct stage *stage);
int stage_socat_server(struct stage *stage);
int stage_prefork(struct stage *stage);
int stage_many_workers(struct stage *stage);
int stage_shared(struct stage *stage);
int stage_epoll(struct stage *stage);
int stage_busy(struct stage *stage);
int stage_child_and_server(struct stage *stage);
int stage_left_polling(struct stage *stage);
int stage_left_udp(struct stage *stage);
int stage_private_table(struct stage *stage);
int stage_zombie_leader(struct stage *stage);
int stage_registered(struct stage *stage);
int stage_closed_in_accept(struct stage *stage);

/* Real programs. */
int stage_program_path(struct stage *stage);
int stage_hostile_name(struct stage *stage);
int stage_script(struct stage *stage);
int stage_socket_activate(struct stage *stage);
int stage_inetd(struct stage *stage);
int stage_docker_proxy(struct stage *stage);
int stage_kubectl(struct stage *stage);
int stage_socat(struct stage *stage);
int stage_ssh(struct stage *stage);
int stage_ssh_remote(struct stage *stage);

/* Units, containers, namespaces, limits. */
int stage_unit(struct stage *stage);
int stage_user_unit(struct stage *stage);
int stage_podman(struct stage *stage);
int stage_kubernetes(struct stage *stage);
int stage_container(struct stage *stage);
int stage_other_netns(struct stage *stage);
int stage_unix_other_netns(struct stage *stage);
int stage_exhausted(struct stage *stage);
int stage_exhausted_udp(struct stage *stage);
int stage_all_reserved(struct stage *stage);
int stage_nonlocal(struct stage *stage);
int stage_local_route(struct stage *stage);
int stage_low_start(struct stage *stage);
int stage_bindv6only(struct stage *stage);
int stage_tentative(struct stage *stage);
int stage_second_device(struct stage *stage);

/* What lies at a path. */
int stage_stale(struct stage *stage);
int stage_regular(struct stage *stage);
int stage_directory(struct stage *stage);
int stage_dangling(struct stage *stage);

#endif
