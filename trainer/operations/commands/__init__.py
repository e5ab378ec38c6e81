"""What the operator and the worker change."""
