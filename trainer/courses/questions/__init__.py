"""From the lines under a heading to one question and its key."""
