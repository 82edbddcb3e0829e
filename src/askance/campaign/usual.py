"""What is chosen by when nobody says; docs/cli.md has the measurements behind it.  Floor 5."""


def usual_strategy(has: frozenset[str]) -> str:
    """For a model that has learned from labels.  has: the signals that it gives."""
    if "probs" in has:
        return "dbal" if "embeddings" in has else "margin"
    return usual_warmup(has)


def usual_warmup(has: frozenset[str]) -> str:
    """Before anything is learned: what a network says of its own classes is no guide to other people's."""
    return "typiclust" if "embeddings" in has else "random"
