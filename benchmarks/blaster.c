/* Sends frames of 4 KiB as fast as a socket takes them, to show what the load client can take.
 *
 * Prints its port, waits for a connection and one byte on it, sends as many MiB as it is told and
 * ends. Usage: blaster MEBIBYTES */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAYLOAD = 4096, HEAD = 4, FRAMES = 16 };

int main(int count, char **arguments)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	static char block[FRAMES * (HEAD + PAYLOAD)];
	int listener = socket(AF_INET, SOCK_STREAM, 0), client;
	long left = count > 1 ? atol(arguments[1]) * 16 : 0;
	char byte;

	for (int i = 0; i < FRAMES; i++) {
		char *frame = block + i * (HEAD + PAYLOAD);

		memcpy(frame, "\x82\x7e\x10\x00", HEAD);
		memset(frame + HEAD, 'x', PAYLOAD);
	}
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1))
		return perror("blaster"), 1;
	getsockname(listener, (struct sockaddr *)&address, &length);
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	client = accept(listener, NULL, NULL);
	if (read(client, &byte, 1) != 1)
		return 1;
	while (left-- > 0)
		for (size_t at = 0; at < sizeof block;) {
			ssize_t sent = write(client, block + at, sizeof block - at);

			if (sent < 0)
				return 1;
			at += sent;
		}
	/* What was acknowledged has to be read, or closing resets the connection. */
	shutdown(client, SHUT_WR);
	while (read(client, block, sizeof block) > 0)
		;
	return 0;
}
