"""The contract itself: learners that are broken on purpose, each of which a check must catch."""

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import contract
import numpy as np
import pytest
from contract import Case
from test_contract_learners import ARRAY, CLASS, N

from askance.errors import AskanceError
from askance.learners.linear import LinearLearner
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals


class Wrapped:
    """A linear learner; those below change one thing."""

    def __init__(self) -> None:
        self.inside = LinearLearner()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inside, name)

    def fit(self, samples: Samples, labels: Sequence[str], **more: Any) -> FitReport:
        return self.inside.fit(samples, labels, **more)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        return self.inside.signals(samples, needs)


class PromisesMore(Wrapped):
    provides = frozenset({"probs", "embeddings", "loss"})


class NotProbabilities(Wrapped):
    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        found = super().signals(samples, needs)
        return Signals(found.ids, {name: a * 1.1 for name, a in found.columns.items()})


class FirstRowsOnly(Wrapped):
    def fit(self, samples: Samples, labels: Sequence[str], **more: Any) -> FitReport:
        return super().fit(samples.take(np.arange(20)), labels[:20], **{**more, "validation": None})


class GlobalRandom(Wrapped):
    def fit(self, samples: Samples, labels: Sequence[str], **more: Any) -> FitReport:
        return super().fit(samples, labels, **{**more, "seed": np.random.randint(1000)})  # noqa: NPY002


class Remembers(Wrapped):
    def __init__(self) -> None:
        super().__init__()
        self.before: dict[int, tuple[np.ndarray, str]] = {}

    def fit(self, samples: Samples, labels: Sequence[str], **more: Any) -> FitReport:
        self.before |= {int(i): (x, "a") for i, x in zip(samples.ids, samples.data, strict=True) if not self.before}
        data = np.concatenate([samples.data, *[x[None] for x, _ in self.before.values()]])
        names = [*labels, *[y for _, y in self.before.values()]]
        ids = np.concatenate([samples.ids, np.arange(len(self.before), dtype=np.uint64)])
        return super().fit(Samples(ids, "array", data, ids.astype(object)), names, **more)


class Mutates(Wrapped):
    def fit(self, samples: Samples, labels: Sequence[str], **more: Any) -> FitReport:
        samples.data[:] = samples.data * 2
        return super().fit(samples, labels, **more)


class Pickles(Wrapped):
    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "model.npz").write_bytes(pickle.dumps(self.inside))

    def load(self, folder: Path) -> None:
        self.inside = pickle.loads((folder / "model.npz").read_bytes())


class Neighbours(Wrapped):
    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        found = super().signals(samples, needs)
        return Signals(
            found.ids, {name: a - a.mean(0) if name == "embeddings" else a for name, a in found.columns.items()}
        )


BROKEN = {
    PromisesMore: contract.check_provides_is_what_it_gives,
    NotProbabilities: contract.check_provides_is_what_it_gives,
    FirstRowsOnly: contract.check_sample_order_is_irrelevant,
    GlobalRandom: contract.check_same_seed_same_model_and_global_random_state_left_alone,
    Remembers: contract.check_fit_forgets,
    Mutates: contract.check_inputs_are_not_mutated,
    Pickles: contract.check_save_and_load,
    Neighbours: contract.check_rows_do_not_depend_on_their_neighbours,
}


@pytest.mark.parametrize("learner", BROKEN, ids=lambda c: c.__name__)
def test_a_check_catches_it(learner: Callable[[], Any], tmp_path: Path) -> None:
    first, last = ARRAY.take(np.arange(40)), ARRAY.take(np.arange(40, N))
    labels = [("a", "b", "c")[c] for c in CLASS[:40]]
    sound = Case(LinearLearner, first, labels, last)
    BROKEN[learner](sound, tmp_path / "sound")  # type: ignore[operator]
    with pytest.raises((AssertionError, AskanceError, pytest.fail.Exception)):
        BROKEN[learner](Case(learner, first, labels, last), tmp_path / "broken")  # type: ignore[operator]
