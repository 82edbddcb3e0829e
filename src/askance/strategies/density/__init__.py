"""How typical a sample is of the pool."""
