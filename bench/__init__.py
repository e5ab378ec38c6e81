"""What `make bench` runs: every budget of the product, measured."""
