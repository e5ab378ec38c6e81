"""What holds of attempts, as pure functions of plain values."""
