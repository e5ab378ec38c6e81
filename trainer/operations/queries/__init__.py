"""What the operator asks of the database."""
