"""From the body of a lesson to typed blocks."""
