"""PAL: when to ask in a stream, learned by reinforcement on one labelled set and carried to another.  Floor 1.

    trained = train(x, y, budget=0.1, seed=0)      # x (N, D) float, y (N,) names or numbers
    write(Path("pal.json"), trained)               # then: askance stream ... --policy "pal(path='pal.json')"

Fang, Li & Cohn 2017, "Learning how to Active Learn: A Deep Reinforcement Learning Approach".  `policies/pal.py` is the
policy that asks by what was trained here; docs/pal.md says what is kept from the paper and what is not.
"""

from askance.pal.episodes import Episodes, Pool, Step
from askance.pal.fast import Fast
from askance.pal.network import Network
from askance.pal.qlearning import Learning, targets
from askance.pal.replay import Replay
from askance.pal.saving import Trained, read, write
from askance.pal.state import FEATURES, confidence
from askance.pal.training import Plan, train

__all__ = [
    "FEATURES",
    "Episodes",
    "Fast",
    "Learning",
    "Network",
    "Plan",
    "Pool",
    "Replay",
    "Step",
    "Trained",
    "confidence",
    "read",
    "targets",
    "train",
    "write",
]
