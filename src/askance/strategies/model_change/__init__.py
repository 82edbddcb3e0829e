"""How much a label would change the model, or what it would do to its error."""
