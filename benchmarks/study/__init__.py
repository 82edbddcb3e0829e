"""What benchmarks/results.py is made of: the sets, the learner, the runs, and the page that tells of them."""
