"""What several commands begin with: the pool, the labels, the learner, each from what the user typed.  Floor 6."""

import os
from collections.abc import Mapping
from hashlib import blake2b
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
    from askance.pools import read_answers

    from_file = read_answers(file, pool) if file is not None else {}
    return {**(pool.answers() if own else {}), **from_file}


def apart(cache: Path | None, source: str, id_column: str) -> Path | None:
    """Keys that a column gives are distinct in their own pool only, so its features get a folder of their own."""
    if cache is None or not id_column:
        return cache
    return cache / blake2b(os.path.abspath(source).encode(), digest_size=8).hexdigest()


def learner(text: str, pool: Pool, cache: Path | None, strict: bool) -> Learner | None:
    """The learner, prepared; None where the pool holds what a model said already and there is nothing to learn."""
    from askance.learners import Prepared
    from askance.learners.precomputed import PrecomputedLearner
    from askance.learners.spec import make_learner

    if not text:
        return None
    made = make_learner(text, pool_kind=pool.kind, cache=cache, strict=strict)
    if isinstance(made, PrecomputedLearner):
        made.prepare(pool.take(pool.ids[:1]))  # it looks at the columns alone, so that the pool may be of any size
    elif isinstance(made, Prepared):
        made.prepare(pool.take(pool.ids))
    return made


def learner_text(text: str, pool: Pool, labels: Mapping[int, str]) -> str:
    """What was asked for, else the default; "" where the pool's own signals are all that is needed."""
    from askance.learners.spec import default_learner
    from askance.signals import Signals

    if text or not len(pool):
        return text
    if pool.kind == "signals":
        given = pool.take(pool.ids[:1]).data
        learns = labels and isinstance(given, Signals) and "probs" not in given.names
        return default_learner("signals") if learns else ""
    return default_learner(pool.kind)
