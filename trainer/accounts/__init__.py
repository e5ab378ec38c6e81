"""Who people are, where they are posted, how they sign in and what they may do."""
