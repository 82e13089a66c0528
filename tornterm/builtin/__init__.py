"""First-party plugins; they import only what anybody's plugin may import."""
