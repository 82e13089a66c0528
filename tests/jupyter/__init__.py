"""The terminal manager for Jupyter, in real servers."""
