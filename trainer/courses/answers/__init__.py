"""What a typed response is compared with: words, patterns and numbers."""
