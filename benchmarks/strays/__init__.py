"""What benchmarks/messy.py is made of: the pools with strays, the campaigns, the gates, and the tables."""
