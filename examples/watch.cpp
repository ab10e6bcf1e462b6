// watch.cpp - waits in an event loop until a target can be bound; C++20
//
// c++ -std=c++20 watch.cpp $(pkg-config --cflags --libs inuse) -o watch && ./watch 8080
#include <inuse/inuse.h>

#include <array>
#include <cstdio>
#include <memory>
#include <poll.h>

using Watch = std::unique_ptr<inuse_watch, decltype(&inuse_watch_free)>;

int main(int argc, char **argv)
{
	std::array<char, 200> complaint{};
	inuse_options options = INUSE_OPTIONS_INIT;
	inuse_watch *made = nullptr;

	options.complaint = complaint.data();
	options.complaint_size = complaint.size();
	if (inuse_watch_new(argc > 1 ? argv[1] : "8080", &options, false, &made) < 0) {
		std::fprintf(stderr, "watch: %s\n", complaint.data());
		return 1;
	}
	const Watch watch{made, inuse_watch_free};

	for (;;) {
		// here an event loop waits for its own descriptors as well: uv_poll_t, sd_event_add_io()
		pollfd ready{.fd = inuse_watch_fd(watch.get()), .events = POLLIN, .revents = 0};

		if (poll(&ready, 1, -1) < 0)
			continue;
		switch (int result = inuse_watch_check(watch.get())) {
		case INUSE_WAITED_DONE:
			std::puts("it can be bound now");
			return 0;
		case INUSE_WAITED_TIME_UP:
			std::printf("%s\n", inuse_watch_headline(watch.get()));
			std::fflush(stdout);
			break;
		default:
			std::fprintf(stderr, "watch: %s\n", inuse_error_text(result));
			return 1;
		}
	}
}
