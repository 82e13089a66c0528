/* Answers each key in two writes, 2 ms apart, as an editor does that draws a status line. */
#include <unistd.h>

int main(void)
{
	char key;

	while (read(0, &key, 1) == 1) {
		if (write(1, ".", 1) != 1)
			return 1;
		usleep(2000);
		if (write(1, &key, 1) != 1)
			return 1;
	}
}
