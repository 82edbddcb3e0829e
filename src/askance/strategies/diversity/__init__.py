"""Selectors that spread a batch out."""
