"""What a draw has brought, from 0 to 1: the figure that bandits learn from.  Floor 2.

accuracy   of the model that was fitted after it, weighted by importance (Hsu & Lin 2015): all draws of a round alike
surprise   1 where the model that chose the sample thought it of another class, else 0
balance    how rare its class was: labels of the rarest class over labels of this one, each plus 1 (after TAILOR,
           Zhang et al. 2023, whose formula is another)
"""

from collections import Counter

from askance.errors import BadStrategy
from askance.meta.past import Draw, Past, asked

REWARDS = ("accuracy", "surprise", "balance")
Rewarded = tuple[int, Draw, float]  # (round, draw, reward)


def rewarded(past: Past, how: str) -> list[Rewarded]:
    """Every draw that has brought something by now."""
    match how:
        case "accuracy":
            return _by_accuracy(past)
        case "surprise":
            seen = [(r, d) for r, d in asked(past) if d.id in past.foreseen]
            return [(r, d, float(past.foreseen[d.id] != past.labels[d.id])) for r, d in seen]
    return _by_balance(past)


def _by_accuracy(past: Past) -> list[Rewarded]:
    """A round's draws are paid by what the next round's model is worth."""
    if "random" not in past.arms:
        raise BadStrategy(
            "the reward 'accuracy' is that on the whole pool, so every sample needs a chance: name `random` among the "
            "strategies too"
        )
    worth = [k.accuracy for k in past.rounds[1:]] + [past.accuracy]
    pairs = [(r, d, worth[r]) for r, k in enumerate(past.rounds) for d in k.draws if d.id in past.labels]
    return [(r, d, w) for r, d, w in pairs if w is not None]


def _by_balance(past: Past) -> list[Rewarded]:
    """Counted as things stood before the round; samples of no round of this chooser are the warm-up's."""
    rounds: dict[int, list[Draw]] = {}
    for r, d in asked(past):
        rounds.setdefault(r, []).append(d)
    ours = {d.id for draws in rounds.values() for d in draws}
    counts = Counter(label for i, label in past.labels.items() if i not in ours)
    classes = sorted(set(past.labels.values()))
    out = []
    for r in sorted(rounds):
        rarest = min(counts[c] for c in classes) + 1
        out += [(r, d, rarest / (counts[past.labels[d.id]] + 1)) for d in rounds[r]]
        counts.update(past.labels[d.id] for d in rounds[r])
    return out
