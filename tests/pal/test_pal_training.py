"""Training, and the file that it leaves: the same seed the same policy, read back to the same decisions."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from askance.errors import BadConfig
from askance.pal import FEATURES, Plan, Trained, read, train, write

X, Y = load_digits(return_X_y=True)
SMALL = Plan(episodes=8, side=8, arrivals=120, before=50)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(X[:500], Y[:500], 0.2, seed=3, plan=SMALL)


def test_the_same_seed_gives_the_same_policy(trained: Trained) -> None:
    again, other = (train(X[:500], Y[:500], 0.2, seed=seed, plan=SMALL) for seed in (3, 4))
    assert all((a == b).all() for a, b in zip(trained.network.parts, again.network.parts, strict=True))
    assert not (trained.network.w1 == other.network.w1).all()


def test_what_is_written_is_read_back_to_the_last_bit(trained: Trained, tmp_path: Path) -> None:
    write(tmp_path / "p.json", trained)
    back = read(tmp_path / "p.json")
    assert all((a == b).all() for a, b in zip(trained.network.parts, back.network.parts, strict=True))
    assert (back.budget, back.episodes, back.arrivals, back.seed) == (0.2, 8, 120, 3)
    assert (tmp_path / "p.json").stat().st_size < 10_000


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"kind": "other"}, "no policy of PAL"),
        ({"version": 7}, "a policy of version 7"),
        ({"features": list(FEATURES)[1:]}, "looks at other features"),
        ({"budget": None}, "does not say for which budget"),
        ({"budget": 1.5}, "does not say for which budget"),
        ({"b1": [1.0]}, "weights of the policy"),
        ({"b2": ["x", 1]}, "weights of the policy"),
        ({"w2": [[1.0, 2.0], [3.0]]}, "weights of the policy"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(trained: Trained, tmp_path: Path, change: dict, part: str) -> None:
    place = tmp_path / "p.json"
    write(place, trained)
    place.write_text(json.dumps(json.loads(place.read_text()) | change))
    with pytest.raises(BadConfig, match=part):
        read(place)


def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"\x80\x04pickle")
    (tmp_path / "list.json").write_text("[1, 2]")
    for name, part in (("no.json", "cannot read the policy"), ("p.json", "it is not JSON"), ("list.json", "no policy")):
        with pytest.raises(BadConfig, match=part):
            read(tmp_path / name)


@pytest.mark.parametrize(
    ("x", "y", "budget", "part"),
    [
        (X[:200], Y[:200], 0.0, "above 0 and up to 1, not 0"),
        (X[:200], Y[:200], 2, "not 2"),
        (X[:50], Y[:50], 0.1, "too few for episodes"),
        (X[:200], Y[:200] * 0, 0.1, "at least two classes"),
        (np.where(X[:200] > 15, np.nan, X[:200]), Y[:200], 0.1, "finite numbers"),
    ],
)
def test_what_cannot_be_trained_on_says_so(x: np.ndarray, y: np.ndarray, budget: float, part: str) -> None:
    with pytest.raises(BadConfig, match=part):
        train(x, y, budget)
