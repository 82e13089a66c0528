"""What jupyter_server_terminals and terminado document, as their users find it here."""
