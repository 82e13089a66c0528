"""Pseudo-terminals: the only code that touches file descriptors, processes and terminado."""
