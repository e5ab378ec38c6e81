"""Reads of progress: one person on one course, and the report over all."""
