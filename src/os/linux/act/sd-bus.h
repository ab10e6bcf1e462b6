/* os/linux/act/sd-bus.h - sd-bus, out of a libsystemd that is loaded when it is first needed */
#ifndef IU_OS_LINUX_ACT_SD_BUS_H
#define IU_OS_LINUX_ACT_SD_BUS_H

#include <systemd/sd-bus.h>

#define IU_SD_BUS(X)                                                                               \
	X(sd_bus_call_method)                                                                      \
	X(sd_bus_close)                                                                            \
	X(sd_bus_error_free)                                                                       \
	X(sd_bus_error_has_name)                                                                   \
	X(sd_bus_get_property)                                                                     \
	X(sd_bus_get_property_string)                                                              \
	X(sd_bus_get_property_strv)                                                                \
	X(sd_bus_is_ready)                                                                         \
	X(sd_bus_message_enter_container)                                                          \
	X(sd_bus_message_read)                                                                     \
	X(sd_bus_message_unref)                                                                    \
	X(sd_bus_new)                                                                              \
	X(sd_bus_open_system)                                                                      \
	X(sd_bus_open_user)                                                                        \
	X(sd_bus_process)                                                                          \
	X(sd_bus_set_address)                                                                      \
	X(sd_bus_set_method_call_timeout)                                                          \
	X(sd_bus_start)                                                                            \
	X(sd_bus_unref)                                                                            \
	X(sd_bus_wait)

struct iu_sd_bus {
#define X(name) __typeof__(name) *name;
	IU_SD_BUS(X)
#undef X
};

/** iu_sd_bus() - the functions; NULL: libsystemd is not installed. Safe in several threads. */
const struct iu_sd_bus *iu_sd_bus(void);

#define sd_bus_call_method             (iu_sd_bus()->sd_bus_call_method)
#define sd_bus_close                   (iu_sd_bus()->sd_bus_close)
#define sd_bus_error_free              (iu_sd_bus()->sd_bus_error_free)
#define sd_bus_error_has_name          (iu_sd_bus()->sd_bus_error_has_name)
#define sd_bus_get_property            (iu_sd_bus()->sd_bus_get_property)
#define sd_bus_get_property_string     (iu_sd_bus()->sd_bus_get_property_string)
#define sd_bus_get_property_strv       (iu_sd_bus()->sd_bus_get_property_strv)
#define sd_bus_is_ready                (iu_sd_bus()->sd_bus_is_ready)
#define sd_bus_message_enter_container (iu_sd_bus()->sd_bus_message_enter_container)
#define sd_bus_message_read            (iu_sd_bus()->sd_bus_message_read)
#define sd_bus_message_unref           (iu_sd_bus()->sd_bus_message_unref)
#define sd_bus_new                     (iu_sd_bus()->sd_bus_new)
#define sd_bus_open_system             (iu_sd_bus()->sd_bus_open_system)
#define sd_bus_open_user               (iu_sd_bus()->sd_bus_open_user)
#define sd_bus_process                 (iu_sd_bus()->sd_bus_process)
#define sd_bus_set_address             (iu_sd_bus()->sd_bus_set_address)
#define sd_bus_set_method_call_timeout (iu_sd_bus()->sd_bus_set_method_call_timeout)
#define sd_bus_start                   (iu_sd_bus()->sd_bus_start)
#define sd_bus_unref                   (iu_sd_bus()->sd_bus_unref)
#define sd_bus_wait                    (iu_sd_bus()->sd_bus_wait)

#endif
