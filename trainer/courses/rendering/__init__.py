"""From Markdown to the tree that HTML is written from."""
