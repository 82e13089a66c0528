"""Configuration: one model per table, one place per key."""
