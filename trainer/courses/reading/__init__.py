"""From bytes to lines and settings whose places in the file are known."""
