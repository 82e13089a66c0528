"""Files between the page and the file system, as the account that a session's program runs as."""
