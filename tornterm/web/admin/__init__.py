"""What administrators see and do: live tables, the audit stream, an hour's history, reloading."""
