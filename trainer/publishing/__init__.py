"""Immutable versions of courses: publish, switch, look back."""
