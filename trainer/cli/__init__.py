"""Commands for the operator, the author and the officer."""
