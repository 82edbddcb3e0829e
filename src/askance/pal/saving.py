"""A trained policy as a file of JSON: a few kB that anyone can read, and nothing in it is ever run.  Floor 1."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from askance.errors import BadConfig
from askance.pal.network import Network
from askance.pal.state import FEATURES

KIND, VERSION = "askance pal", 1
PARTS = ("w1", "b1", "w2", "b2")


@dataclass(frozen=True)
class Trained:
    """The network with what it was trained for: the share of arrivals, how many episodes of how many arrivals."""

    network: Network
    budget: float
    episodes: int
    arrivals: int
    seed: int


def write(path: Path, trained: Trained) -> None:
    facts = {"kind": KIND, "version": VERSION, "features": FEATURES}
    facts |= {name: getattr(trained, name) for name in ("budget", "episodes", "arrivals", "seed")}
    parts = {name: getattr(trained.network, name).tolist() for name in PARTS}
    path.write_text(json.dumps(facts | parts, allow_nan=False) + "\n", "utf-8")


def read(path: Path) -> Trained:
    """What `write` wrote; anything else is a BadConfig that says what is wrong with it."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except OSError as e:
        raise BadConfig(f"cannot read the policy {path}: {e.strerror}; `askance pal` makes one") from None
    except ValueError:
        raise BadConfig(f"{path} is no policy: it is not JSON; `askance pal` makes one") from None
    if not isinstance(stored, dict) or stored.get("kind") != KIND:
        raise BadConfig(f"{path} is no policy of PAL; `askance pal` makes one")
    if stored.get("version") != VERSION or stored.get("features") != list(FEATURES):
        raise BadConfig(
            f"{path} is a policy of version {stored.get('version')!r}, which looks at other features than version "
            f"{VERSION}; train it anew with `askance pal`"
        )
    return _trained(stored, path)


def _trained(stored: dict[str, Any], path: Path) -> Trained:
    good = {name: type(stored.get(name)) is int for name in ("episodes", "arrivals", "seed")}
    good["budget"] = type(stored.get("budget")) in (int, float) and 0 < stored["budget"] <= 1
    if not all(good.values()):
        missing = next(name for name in ("budget", *good) if not good[name])
        raise BadConfig(f"the policy {path} does not say for which {missing} it was trained; train it anew")
    try:
        w1, b1, w2, b2 = (np.array(stored[name], np.float64) for name in PARTS)
        fit = w1.shape == (len(FEATURES), len(b1)) and w2.shape == (len(b1), 2) and b2.shape == (2,)
        sound = fit and b1.ndim == 1 and all(np.isfinite(a).all() for a in (w1, b1, w2, b2))
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise BadConfig(f"the weights of the policy {path} are damaged; train it anew with `askance pal`")
    return Trained(Network(w1, b1, w2, b2), stored["budget"], stored["episodes"], stored["arrivals"], stored["seed"])
