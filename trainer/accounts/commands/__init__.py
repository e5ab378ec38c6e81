"""Accounts made and changed, sign-ins opened and ended, guesses slowed down."""
