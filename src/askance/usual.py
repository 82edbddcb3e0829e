"""`auto`: what is chosen by when nobody names a strategy; docs/auto.md has the measurements behind it.  Floor 2."""

from collections.abc import Iterable

AUTO = "auto"


def usual_strategy(has: Iterable[str], fits: bool = True) -> str:
    """For a model that has learned from labels.  has: the signals that it gives; fits: the pool fits into memory.

    `uherding` looks at all samples at once.  `dbal` looks at all but the last few hundred one by one, so it gives the
    same picks out of core.  Where the model predicts numbers it is `lcmd_gradient` for a network whose layers are open
    (docs/regression-results.md), else `igs` (docs/regression.md).
    """
    there = with_derived(has)
    if {"probs", "embeddings"} <= there:
        return "uherding" if fits else "dbal"
    if {"prediction", "embeddings"} <= there and "probs" not in there:
        return "lcmd_gradient" if "layers" in there else "igs"
    return "margin" if "probs" in there else usual_warmup(there)


def usual_warmup(has: Iterable[str]) -> str:
    """Before anything is learned: what a network says of its own classes is no guide to other people's."""
    return "typiclust" if "embeddings" in set(has) else "random"


def named(strategy: str, has: Iterable[str], fits: bool = True, cold: bool = False) -> str:
    """The text itself; the usual one for '' and 'auto'.  cold: nothing has been learned yet."""
    if strategy.strip() not in ("", AUTO):
        return strategy
    return usual_warmup(has) if cold else usual_strategy(has, fits)


def with_derived(has: Iterable[str]) -> frozenset[str]:
    """With the signals that can be computed from these."""
    from askance.signals import DERIVED  # brings numpy, which `askance --help` does without

    there = frozenset(has)
    return there | {name for name, ways in DERIVED.items() if any(source in there for source, _ in ways)}
