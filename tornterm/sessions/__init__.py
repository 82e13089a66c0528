"""Sessions: a terminal with an owner, tokens, attachments, limits and an end."""
