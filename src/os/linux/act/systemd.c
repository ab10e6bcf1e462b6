/* os/linux/act/systemd.c - units of the system's and of a user's systemd, through sd-bus */
#include "os/linux/act/systemd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/act/identity.h"
#include "os/linux/act/sd-bus.h"
#include "os/os.h"

#define MANAGER	     "org.freedesktop.systemd1"
#define OBJECT	     "/org/freedesktop/systemd1"
#define MANAGER_FACE "org.freedesktop.systemd1.Manager"
#define UNIT_FACE    "org.freedesktop.systemd1.Unit"
#define SERVICE_FACE "org.freedesktop.systemd1.Service"
#define SOCKET_FACE  "org.freedesktop.systemd1.Socket"
/* Units have 90 s to end by default (TimeoutStopSec=). */
#define STOP_MS	     120000
#define LOOK_MS	     50
#define NAMES_MAX    16
/* libsystemd would wait 90 s for a bus that hangs and 25 s for an answer: a look goes on without, an act fails. */
#define ASK_MS	     400
#define ACT_MS	     5000

static void close_bus(sd_bus *bus)
{
	sd_bus_close(bus);
	sd_bus_unref(bus);
}

/* Takes @bus. The greetings of both sides are no call, so the time for a call does not end them. */
static int greet(sd_bus *bus, int64_t deadline, sd_bus **ret_bus)
{
	int ret = 0;

	while (ret >= 0 && sd_bus_is_ready(bus) == 0) {
		int64_t left = deadline - iu_os_now_ms();

		ret = sd_bus_process(bus, NULL);
		if (ret == 0)
			ret = left <= 0 ? -ETIMEDOUT : sd_bus_wait(bus, (uint64_t)left * 1000);
	}
	if (ret >= 0)
		ret = sd_bus_is_ready(bus) < 0 ? -ENOTCONN : 0;
	if (ret < 0) {
		close_bus(bus);
		return ret;
	}
	*ret_bus = bus;
	return 0;
}

/* systemd's own socket needs no message bus, but only root and the user itself may use it. */
static int open_private(const char *path, int64_t deadline, sd_bus **ret_bus)
{
	char address[256];
	sd_bus *bus = NULL;
	int ret = sd_bus_new(&bus);

	snprintf(address, sizeof(address), "unix:path=%s", path);
	if (ret >= 0)
		ret = sd_bus_set_address(bus, address);
	if (ret >= 0)
		ret = sd_bus_start(bus);
	if (ret < 0) {
		sd_bus_unref(bus);
		return ret;
	}
	return greet(bus, deadline, ret_bus);
}

static int open_shared(int (*open)(sd_bus **), int64_t deadline, sd_bus **ret_bus)
{
	sd_bus *bus = NULL;
	int ret = open(&bus);

	return ret < 0 ? ret : greet(bus, deadline, ret_bus);
}

static int open_system(int64_t deadline, sd_bus **ret_bus)
{
	int ret = geteuid() == 0 ? open_private("/run/systemd/private", deadline, ret_bus) : -EACCES;

	/* Where systemd itself does not answer, no bus between makes it. */
	return ret >= 0 || ret == -ETIMEDOUT ? ret : open_shared(sd_bus_open_system, deadline, ret_bus);
}

static int open_user(uint32_t uid, int64_t deadline, sd_bus **ret_bus)
{
	char path[64];

	if (uid == geteuid() && secure_getenv("DBUS_SESSION_BUS_ADDRESS") &&
		open_shared(sd_bus_open_user, deadline, ret_bus) >= 0)
		return 0;
	snprintf(path, sizeof(path), "/run/user/%u/systemd/private", (unsigned int)uid);
	return open_private(path, deadline, ret_bus);
}

/* @ms: for the bus to greet, and then for each answer. */
static int open_bus(bool user, uint32_t uid, int64_t ms, sd_bus **ret_bus)
{
	int64_t deadline = iu_os_now_ms() + ms;
	int ret;

	if (!iu_sd_bus())
		return -ENOTSUP;
	ret = user ? open_user(uid, deadline, ret_bus) : open_system(deadline, ret_bus);
	if (ret < 0)
		return ret;
	ret = sd_bus_set_method_call_timeout(*ret_bus, (uint64_t)ms * 1000);
	if (ret < 0)
		close_bus(*ret_bus);
	return ret;
}

static void say_unreachable(int ret, struct iu_step_result *result)
{
	if (ret == -ETIMEDOUT)
		iu_result_say(result, IU_RESULT_FAILED, ETIMEDOUT, "systemd does not answer (waited %d s)",
			ACT_MS / 1000);
	else
		iu_result_say(result,
			ret == -EACCES || ret == -EPERM ? IU_RESULT_DENIED : IU_RESULT_FAILED, -ret,
			"systemd cannot be reached: %s", iu_os_error_name(-ret));
}

static int object_of(sd_bus *bus, const char *unit, char **ret_object, sd_bus_error *error)
{
	sd_bus_message *reply = NULL;
	const char *object;
	int ret = sd_bus_call_method(
		bus, MANAGER, OBJECT, MANAGER_FACE, "LoadUnit", error, &reply, "s", unit);

	if (ret >= 0)
		ret = sd_bus_message_read(reply, "o", &object);
	if (ret >= 0) {
		*ret_object = strdup(object);
		ret = *ret_object ? 0 : -ENOMEM;
	}
	sd_bus_message_unref(reply);
	return ret;
}

/* > 0: it is; < 0: no answer. */
static int is_down(sd_bus *bus, const char *unit)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char *object = NULL, *state = NULL;
	int ret = object_of(bus, unit, &object, &error);
	int down;

	if (ret >= 0)
		ret = sd_bus_get_property_string(
			bus, MANAGER, object, UNIT_FACE, "ActiveState", &error, &state);
	if (ret >= 0)
		down = !strcmp(state, "inactive") || !strcmp(state, "failed");
	else
		down = ret == -ETIMEDOUT ? ret : 0;
	sd_bus_error_free(&error);
	free(object);
	free(state);
	return down;
}

static int ask_stop(sd_bus *bus, const char *unit, struct iu_step_result *result)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int ret = sd_bus_call_method(
		bus, MANAGER, OBJECT, MANAGER_FACE, "StopUnit", &error, NULL, "ss", unit, "replace");

	if (ret < 0) {
		bool denied = ret == -EACCES || ret == -EPERM ||
			      sd_bus_error_has_name(&error,
				      "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired");
		bool unknown = sd_bus_error_has_name(
			&error, "org.freedesktop.systemd1.NoSuchUnit");

		iu_result_say(result,
			denied ? IU_RESULT_DENIED : unknown ? IU_RESULT_GONE : IU_RESULT_FAILED, -ret,
			"systemd: %.150s", error.message ? error.message : iu_os_error_name(-ret));
	}
	sd_bus_error_free(&error);
	return ret;
}

/* The name in a cgroup's path may be anybody's; systemd knows whose processes are its own. */
static bool unit_is(sd_bus *bus, const char *object, const struct iu_step_unit *unit)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char **names = NULL;
	bool same = false;

	if (sd_bus_get_property_strv(bus, MANAGER, object, UNIT_FACE, "Names", &error, &names) < 0)
		names = NULL;
	for (size_t i = 0; names && names[i]; i++) {
		same |= !strcmp(names[i], unit->name) ||
			(unit->second && !strcmp(names[i], unit->second));
		free(names[i]);
	}
	free(names);
	sd_bus_error_free(&error);
	return same;
}

bool iu_systemd_has(
	const struct iu_step_unit *unit, int32_t pid, struct iu_step_result *ret_result)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *object = NULL;
	sd_bus *bus = NULL;
	bool has = false;
	int ret = open_bus(unit->user, unit->uid, ACT_MS, &bus);

	if (ret < 0) {
		say_unreachable(ret, ret_result);
		return false;
	}
	ret = sd_bus_call_method(bus, MANAGER, OBJECT, MANAGER_FACE, "GetUnitByPID", &error, &reply, "u",
		(uint32_t)pid);
	if (ret >= 0)
		ret = sd_bus_message_read(reply, "o", &object);
	if (ret >= 0)
		has = unit_is(bus, object, unit);
	if (ret == -ETIMEDOUT)
		say_unreachable(ret, ret_result);
	else if (!has)
		iu_result_say(ret_result, IU_RESULT_CHANGED, 0,
			"systemd does not say that pid %d is of %.100s", (int)pid, unit->name);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	close_bus(bus);
	return has;
}

static int are_down(sd_bus *bus, const struct iu_step_unit *unit)
{
	int down = is_down(bus, unit->name);

	return down > 0 && unit->second ? is_down(bus, unit->second) : down;
}

static int wait_down(sd_bus *bus, const struct iu_step_unit *unit)
{
	int64_t deadline = iu_os_now_ms() + STOP_MS;
	int down;

	while ((down = are_down(bus, unit)) == 0 && iu_os_now_ms() <= deadline)
		usleep(LOOK_MS * 1000);
	return down;
}

void iu_systemd_stop(const struct iu_step_unit *unit, struct iu_step_result *ret_result)
{
	sd_bus *bus = NULL;
	int ret = open_bus(unit->user, unit->uid, ACT_MS, &bus);

	if (ret < 0) {
		say_unreachable(ret, ret_result);
		return;
	}
	/* The socket unit first: it would start the service again. */
	ret = ask_stop(bus, unit->name, ret_result);
	if (ret >= 0 && unit->second)
		ret = ask_stop(bus, unit->second, ret_result);
	if (ret >= 0)
		ret = wait_down(bus, unit);
	if (ret > 0)
		iu_result_say(ret_result, IU_RESULT_DONE, 0, "%s", "");
	else if (ret == -ETIMEDOUT)
		say_unreachable(ret, ret_result);
	else if (ret == 0)
		iu_result_say(ret_result, IU_RESULT_FAILED, ETIMEDOUT,
			"the unit was told to stop and has not in %d s", STOP_MS / 1000);
	close_bus(bus);
}

static const char *property(struct iu_arena *arena, sd_bus *bus, const char *object,
	const char *face, const char *name)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *text = NULL;
	char *value = NULL;

	if (sd_bus_get_property_string(bus, MANAGER, object, face, name, &error, &value) >= 0)
		text = iu_arena_strdup(arena, value);
	sd_bus_error_free(&error);
	free(value);
	return text;
}

static const char *triggers(struct iu_arena *arena, sd_bus *bus, const char *object)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *text = NULL;
	char **list = NULL;

	if (sd_bus_get_property_strv(
		    bus, MANAGER, object, UNIT_FACE, "TriggeredBy", &error, &list) < 0)
		list = NULL;
	for (size_t i = 0; list && list[i]; i++) {
		if (i < NAMES_MAX)
			text = iu_arena_printf(
				arena, "%s%s%s", text ? text : "", text ? " " : "", list[i]);
		free(list[i]);
	}
	free(list);
	sd_bus_error_free(&error);
	return text;
}

int iu_os_unit_facts(struct iu_arena *arena, struct iu_unit_facts *facts)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char *object = NULL;
	sd_bus *bus = NULL;
	int ret = open_bus(facts->user, facts->uid, ASK_MS, &bus);

	if (ret < 0)
		return ret == -ETIMEDOUT ? IU_E_AGAIN : IU_E_NOTSUP;
	ret = object_of(bus, facts->name, &object, &error);
	if (ret >= 0) {
		facts->restart = property(arena, bus, object, SERVICE_FACE, "Restart");
		facts->triggered_by = triggers(arena, bus, object);
	}
	sd_bus_error_free(&error);
	free(object);
	close_bus(bus);
	if (ret < 0)
		return ret == -ETIMEDOUT ? IU_E_AGAIN : IU_E_NOENT;
	return arena->failed ? IU_E_NOMEM : 0;
}

/* ---- which socket unit listens there ---- */

/* As systemd writes it in Listen: "/run/app.sock", "@name", "127.0.0.1:80", "[::]:80". */
static const char *listen_text(struct iu_arena *arena, const struct iu_socket *s)
{
	char text[IU_ADDRESS_TEXT];

	if (s->protocol == IU_PROTOCOL_UNIX)
		return iu_arena_printf(
			arena, "%s%.*s", s->abstract ? "@" : "", (int)s->path_len, s->path);
	return iu_arena_strdup(arena, iu_endpoint_format(&s->local, s->port, text));
}

static const char *listen_type(const struct iu_socket *s)
{
	if (s->protocol == IU_PROTOCOL_UDP || s->unix_type == IU_UNIX_DGRAM)
		return "Datagram";
	return s->unix_type == IU_UNIX_SEQPACKET ? "SequentialPacket" : "Stream";
}

/* < 0: no answer. */
static int unit_listens(sd_bus *bus, const char *object, const char *type, const char *address)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *its_type, *its_address;
	bool found = false;
	int ret = sd_bus_get_property(bus, MANAGER, object, SOCKET_FACE, "Listen", &error, &reply, "a(ss)");

	if (ret >= 0 && sd_bus_message_enter_container(reply, 'a', "(ss)") > 0)
		while (!found && sd_bus_message_read(reply, "(ss)", &its_type, &its_address) > 0)
			found = !strcmp(its_type, type) && !strcmp(its_address, address);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	return ret == -ETIMEDOUT ? ret : found;
}

static const char *first_triggered(struct iu_arena *arena, sd_bus *bus, const char *object)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *text = NULL;
	char **list = NULL;

	if (sd_bus_get_property_strv(bus, MANAGER, object, UNIT_FACE, "Triggers", &error, &list) < 0)
		list = NULL;
	for (size_t i = 0; list && list[i]; i++) {
		if (i == 0)
			text = iu_arena_strdup(arena, list[i]);
		free(list[i]);
	}
	free(list);
	sd_bus_error_free(&error);
	return text;
}

/* One of the units that the manager lists. */
static bool next_unit(sd_bus_message *list, const char **ret_name, const char **ret_object)
{
	const char *rest;

	return sd_bus_message_read(list, "(ssssssouso)", ret_name, &rest, &rest, &rest, &rest,
		       &rest, ret_object, NULL, &rest, &rest) > 0;
}

static int search_units(struct iu_arena *arena, sd_bus *bus, const struct iu_socket *s,
	struct iu_step_unit *ret_unit)
{
	const char *address = listen_text(arena, s), *name, *object;
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *list = NULL;
	int ret, found = IU_E_NOENT;

	if (!address)
		return IU_E_NOMEM;
	ret = sd_bus_call_method(bus, MANAGER, OBJECT, MANAGER_FACE, "ListUnitsByPatterns", &error,
		&list, "asas", 1, "active", 1, "*.socket");
	if (ret >= 0)
		ret = sd_bus_message_enter_container(list, 'a', "(ssssssouso)");
	if (ret == 0)
		ret = -ENOENT;
	while (ret >= 0 && found < 0 && next_unit(list, &name, &object)) {
		ret = unit_listens(bus, object, listen_type(s), address);
		if (ret <= 0)
			continue;
		ret_unit->name = iu_arena_strdup(arena, name);
		ret_unit->second = first_triggered(arena, bus, object);
		found = 0;
	}
	sd_bus_message_unref(list);
	sd_bus_error_free(&error);
	if (ret == -ETIMEDOUT)
		return IU_E_AGAIN;
	return arena->failed ? IU_E_NOMEM : found;
}

int iu_os_unit_listening(
	struct iu_arena *arena, const struct iu_socket *socket, struct iu_step_unit *unit)
{
	sd_bus *bus = NULL;
	int ret = open_bus(unit->user, unit->uid, ASK_MS, &bus);

	if (ret < 0)
		return ret == -ETIMEDOUT ? IU_E_AGAIN : IU_E_NOTSUP;
	ret = search_units(arena, bus, socket, unit);
	close_bus(bus);
	return ret;
}
