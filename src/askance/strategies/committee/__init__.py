"""Disagreement between the members of a committee, or draws of a dropout network."""
