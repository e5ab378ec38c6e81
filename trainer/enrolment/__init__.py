"""Who learns what, and by when."""
