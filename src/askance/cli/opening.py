"""What several commands begin with: the pool, the labels, the learner, each from what the user typed.  Floor 6."""

from collections.abc import Mapping
from pathlib import Path

from askance.cli.options import columns
from askance.protocols import Learner, Pool


def pool(
    source: str,
    text: str,
    path: str,
    features: str,
    id_column: str,
    label: str,
    signals: str,
    strict: bool,
    cache: Path | None,
) -> Pool:
    """'' is what an option holds that was not given."""
    from askance.pools import open_pool

    return open_pool(
        source,
        text=text or None,
        path=path or None,
        features=columns(features) or None,
        id=id_column or None,
        label=label or None,
        signals=signals or None,
        strict=strict,
        cache=cache,
    )


def answers(pool: Pool, file: Path | None, own: bool) -> Mapping[int, str]:
    """Labels of the pool itself where its column was named, and those of the file."""
    from askance.pools.answers import read_answers

    from_file = read_answers(file, pool) if file is not None else {}
    return {**(pool.answers() if own else {}), **from_file}


def learner(text: str, kind: str, cache: Path | None, labels: Mapping[int, str]) -> tuple[Learner | None, str]:
    """(the learner, its text); (None, "") where the pool is what a model said already."""
    if kind == "signals" and not text:
        return None, ""
    from askance.learners import default_learner, make_learner

    spec = text or default_learner(kind)
    return make_learner(spec, pool_kind=kind, cache=cache, classes=tuple(sorted(set(labels.values())))), spec
