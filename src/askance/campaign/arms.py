"""A batch from several strategies: runs a chooser in a round, and writes down what it must remember.  Floor 5."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from askance import meta, metrics
from askance.among import Among, choosing
from askance.campaign.plan import as_ids, round_seed
from askance.meta.past import Point, answered
from askance.meta.pshea import in_play
from askance.metrics.intervals import Z
from askance.select import Batch
from askance.signals import Signals

if TYPE_CHECKING:
    from askance.campaign.choose import Moment

Arms = Mapping[str, Any]  # Round.arms


def drawn_among(
    now: "Moment", chooser: Among, pick: Callable[[Any], Batch], said: Signals, free: np.ndarray, k: int
) -> tuple[Batch, tuple[str, ...], Arms]:
    """The batch, why each sample is in it, and the record.

    pick  a strategy to its own batch of k free samples; said: what the learner says of all that `random` draws from
    """
    names = [repr(arm) for arm in chooser.arms]
    past = past_of(now, chooser, said)
    odds = meta.odds_of(chooser, past)
    own = [
        None if name == "random" or not p else pick(arm) for name, p, arm in zip(names, odds, chooser.arms, strict=True)
    ]
    offers = [None if b is None else b.ids for b in own]
    drawn = meta.draw(odds, offers, np.sort(said.ids), free, k, round_seed(now.plan.seed, now.number))
    batch, why = _joined(drawn, own, names, set(free.tolist()))
    record = meta.Kept(tuple(odds.tolist()), drawn, len(said), past.left, past.accuracy, past.curves)
    return batch, why, meta.plain(names, record)


def past_of(now: "Moment", chooser: Among, said: Signals | None = None) -> meta.Past:
    """said: what the learner says of the samples with labels; then the past knows how good it is on the draws."""
    plan, known = now.plan, now.known
    whole = plan.budget or len(plan.shares.train) + len(plan.shares.validation)
    so_far = len({*known.labels, *known.pending})
    arms = [repr(arm) for arm in chooser.arms]
    past = meta.past(arms, now.past, now.learned, horizon=whole - plan.warmup, left=whole - so_far, curves=now.curves)
    return past if said is None else meta.judged(past, right(now, said), len(said))


def right(now: "Moment", said: Signals) -> dict[int, bool]:
    """{id: whether the model that was just fitted knows it} of the samples with labels."""
    guess = said["probs"].argmax(1)
    pairs = zip(said.ids.tolist(), guess.tolist(), strict=True)
    return {i: now.learner.classes[c] == now.learned[i] for i, c in pairs if i in now.learned}


def _joined(
    drawn: tuple[meta.Draw, ...], own: list[Batch | None], names: list[str], free: set[int]
) -> tuple[Batch, tuple[str, ...]]:
    """The draws that gave a free sample for the first time, with the utility and the reason of their arm."""
    said = [
        {} if b is None else dict(zip(b.ids.tolist(), zip(b.utility, b.why, strict=True), strict=True)) for b in own
    ]
    first: dict[int, meta.Draw] = {}
    for d in drawn:
        if d.id in free:
            first.setdefault(d.id, d)
    found = [said[d.arm].get(d.id, (0.0, "drawn at random")) for d in first.values()]
    why = tuple(f"{names[d.arm]}: {reason}" for d, (_, reason) in zip(first.values(), found, strict=True))
    return Batch(np.array([*first], np.uint64), np.array([u for u, _ in found], np.float64)), why


def own_curves(now: "Moment") -> dict[str, Point]:
    """{arm: (labels, accuracy, its standard error)} of models fitted on the warm-up and on what each arm asked.

    It fits the learner, so it comes before the fit that counts.  Empty unless the chooser measures, and once a single
    arm is in play; an arm whose labels are all of one class is left out.
    """
    chooser = choosing(now.plan.strategy)
    judged = now.known.validation & now.known.labels.keys()
    if chooser is None or not chooser.form.measures or not judged:
        return {}
    past = past_of(now, chooser)
    alive = in_play(past)
    ours = {d.id for k in past.rounds for d in k.draws}
    shared = {i for i in now.learned if i not in ours}
    own = {arm: {d.id for _, d in answered(past) if past.arms[d.arm] == arm} for arm in alive if len(alive) > 1}
    points = {arm: _measured(now, shared | asked, judged) for arm, asked in own.items()}
    return {arm: point for arm, point in points.items() if point is not None}


def _measured(now: "Moment", ids: set[int], judged: frozenset[int] | set[int]) -> Point | None:
    mine = as_ids(ids & now.learned.keys())
    labels = [now.learned[i] for i in mine.tolist()]
    if len(set(labels)) < 2:
        return None
    pool, learner = now.plan.pool, now.learner
    learner.fit(pool.take(mine), labels, seed=now.plan.seed)
    said = learner.signals(pool.take(as_ids(set(judged))), frozenset({"probs"}))
    guesses = np.array(learner.classes, dtype=object)[said["probs"].argmax(1)]
    found = metrics.accuracy([now.known.labels[i] for i in said.ids.tolist()], list(guesses))
    return len(mine), found.value, (found.high - found.low) / (2 * Z)
