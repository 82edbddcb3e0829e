"""Settings chosen anew for the labels that there are, by Optuna.  Floor 4.

Huseljic et al. 2023 lost up to 40 points of accuracy at 2,000 labels to settings that were good for another number.
What is judged by is held back from the labels paid for, and the first trial is always the settings as they were given.
Few are held back, and of several trials one looks best by luck: where the settings that were given may be good,
choose=clear keeps them unless another's loss is lower by more than the standard error of the difference, sample by
sample, after the rule by which Breiman et al. 1984 choose among trees.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from askance.errors import BadLearner, MissingExtra
from askance.learners import saving
from askance.learners.torch.settings import Settings
from askance.progress import bar

AROUND = 30.0  # rates and decays are looked for from the given one divided by this to the given one times this
LEAST = 1e-6  # below it a decay does nothing
Trial = Mapping[str, Any]


@dataclass(frozen=True)
class Space:
    """What may be chosen: a rate and a decay around those given, the schedule, and for photos whether to augment."""

    plan: Settings
    photos: bool

    def given(self) -> dict[str, Any]:
        plan = self.plan
        said: dict[str, Any] = {"rate": plan.rate, "decay": max(plan.decay, LEAST), "schedule": plan.schedule}
        return said | ({"augment": plan.augment} if self.photos else {})

    def asked(self, trial: Any) -> dict[str, Any]:
        """trial: optuna's, which says what to try next"""
        given = self.given()
        said = {
            "rate": trial.suggest_float("rate", given["rate"] / AROUND, min(given["rate"] * AROUND, 10), log=True),
            "decay": trial.suggest_float("decay", given["decay"] / AROUND, min(given["decay"] * AROUND, 10), log=True),
            "schedule": trial.suggest_categorical("schedule", ["constant", "cosine"]),
        }
        return said | ({"augment": trial.suggest_categorical("augment", [True, False])} if self.photos else {})


def tuned(
    space: Space, seed: int, losses: Callable[[Settings], np.ndarray], path: Path | None = None
) -> tuple[Settings, dict[str, Any]]:
    """(the plan of least loss or, as the plan has it, the given one where no other is clearly better; what to report).

    losses: of a fit, of each sample that was held back (m,), or one inf where it went astray.

    path  where the trials are written down one by one: a tuning that was killed goes on after the last, to the same end
    """
    optuna = _optuna()
    known = _read(path)
    with _quiet(optuna), bar("tuning", space.plan.tune) as done:
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed % 2**32))
        study.enqueue_trial(space.given())
        found: list[np.ndarray] = []
        for n in range(space.plan.tune):
            trial = study.ask()
            wanted = space.asked(trial)
            found.append(known[n] if n < len(known) else losses(replace(space.plan, **wanted)))
            value = float(found[-1].mean())
            study.tell(trial, value if np.isfinite(value) else 1e30)
            if path is not None and n >= len(known):
                path.parent.mkdir(parents=True, exist_ok=True)
                text = json.dumps([one.tolist() for one in found]).encode()
                saving.whole(path, lambda file, text=text: file.write(text))  # type: ignore[misc]
            done(n + 1)
        values = [float(one.mean()) for one in found]
        if not np.isfinite(values).any():
            raise BadLearner(
                f"none of the {len(values)} trials came to a good end; try a rate below {space.plan.rate:g}"
            )
        best = int(np.argmin(values))
        if space.plan.choose == "clear" and not clearly(found[0], found[best]):
            best = 0
        params = study.trials[best].params
    said = {"trials": len(values), "tuned_loss": values[best], "given_loss": values[0]}
    return replace(space.plan, **params), params | said


def clearly(given: np.ndarray, other: np.ndarray) -> bool:
    """Whether the other's mean loss is lower by more than the standard error of the difference.  (m,) each, paired."""
    if not np.isfinite(given).all():
        return True
    gain = given - other
    return len(gain) > 1 and bool(gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)))


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise MissingExtra("tune= needs optuna; install it with: pip install askance[tune]") from None
    return optuna


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _read(path: Path | None) -> list[np.ndarray]:
    """The losses of the trials so far; a file that is damaged only costs time."""
    try:
        return [] if path is None else [np.array(one, np.float64).reshape(-1) for one in json.loads(path.read_bytes())]
    except (OSError, ValueError, TypeError):
        return []
