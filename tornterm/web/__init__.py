"""The web side: Tornado handlers and the page."""
