"""How fast tornterm is, measured against its peers and against what the machine can do."""
