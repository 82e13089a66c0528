/* limit-c: copies terminals to plain sockets, one shell per connection, and does nothing else.
 *
 * No web terminal can be faster for long: there is no frame, no log and no limit here. Prints its
 * port. Reads stop while a socket is full, so memory stays flat. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BUFFER = 65536, EVENTS = 256 };

/* One direction of one connection: what was read from `from` and not yet written to `to`. */
struct copy {
	int from, to;
	struct copy *back;
	size_t begin, end;
	char data[BUFFER];
};

static int epoll;

static void watch(struct copy *copy, int operation)
{
	/* A descriptor is read by one copy and written by the other. */
	struct copy *back = copy->back;
	struct epoll_event event = {.data.ptr = copy};

	event.events = (copy->begin == copy->end ? EPOLLIN : 0) |
		       (back->begin < back->end ? EPOLLOUT : 0);
	epoll_ctl(epoll, operation, copy->from, &event);
}

static int flush(struct copy *copy)
{
	ssize_t count = write(copy->to, copy->data + copy->begin, copy->end - copy->begin);

	if (count > 0)
		copy->begin += count;
	if (copy->begin == copy->end)
		copy->begin = copy->end = 0;
	return count > 0;
}

static void start(int client)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct copy *out = calloc(1, sizeof *out), *in = calloc(1, sizeof *in);
	int terminal, on = 1;

	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (forkpty(&terminal, NULL, NULL, &size) == 0) {
		setenv("PS1", "$ ", 1);
		setenv("TERM", "xterm-256color", 1);
		execl("/bin/bash", "bash", "--norc", "--noprofile", (char *)NULL);
		_exit(127);
	}
	fcntl(terminal, F_SETFL, O_NONBLOCK);
	fcntl(terminal, F_SETFD, FD_CLOEXEC);
	*out = (struct copy){.from = terminal, .to = client, .back = in};
	*in = (struct copy){.from = client, .to = terminal, .back = out};
	watch(out, EPOLL_CTL_ADD);
	watch(in, EPOLL_CTL_ADD);
}

static void move(struct copy *copy, unsigned events)
{
	struct copy *back = copy->back;
	ssize_t count = 1;

	if (events & EPOLLOUT)
		flush(back);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		if (copy->begin == copy->end) {
			count = read(copy->from, copy->data, BUFFER);
			copy->begin = 0;
			copy->end = count > 0 ? count : 0;
		}
		if (copy->end)
			flush(copy);
	}
	if (count == 0 || (events & (EPOLLHUP | EPOLLERR))) {
		/* Both ends go; the few kilobytes of the pair are left to the end of the run. */
		close(copy->from);
		close(copy->to);
		return;
	}
	watch(copy, EPOLL_CTL_MOD);
	watch(back, EPOLL_CTL_MOD);
}

int main(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	struct epoll_event events[EVENTS], listening = {.events = EPOLLIN};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096))
		return perror("limit-c"), 1;
	getsockname(listener, (struct sockaddr *)&address, &length);
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &listening);
	for (;;) {
		int ready = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < ready; i++) {
			if (events[i].data.ptr) {
				move(events[i].data.ptr, events[i].events);
				continue;
			}
			int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
			if (client >= 0)
				start(client);
		}
	}
}
