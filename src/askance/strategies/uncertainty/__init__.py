"""Scorers that look at one prediction."""
