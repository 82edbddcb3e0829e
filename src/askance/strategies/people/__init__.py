"""Where several people label: whether to ask about a new sample, or again about one that has labels."""
