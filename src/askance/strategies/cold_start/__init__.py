"""First batches, before anything is labelled."""
