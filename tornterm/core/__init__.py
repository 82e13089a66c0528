"""The sans-I/O heart: no event loop, no file descriptors, no wall clock (time is an argument)."""
