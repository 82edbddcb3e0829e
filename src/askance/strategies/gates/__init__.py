"""Samples that do not belong: how typical each is of the pool, and a gate that holds the least typical back."""
