"""What a label is expected to save: error, cost or a change of mind, after a refit."""
