"""What every learner must pass, as plain functions over a Case.

A test module holds CASES, {name: Case}, and runs them:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
    @pytest.mark.parametrize("name", CASES)
    def test_contract(name, check, tmp_path):
        check(CASES[name], tmp_path)

and, for all its cases at once, `same_in_another_process(__name__, __file__, CASES, tmp_path)`.
"""

import copy
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from askance.errors import BadLearner, MissingSignal
from askance.learners import Prepared
from askance.protocols import FitReport, Learner
from askance.samples import Samples
from askance.signals import Signals, check_values

SEED = 3


@dataclass(frozen=True)
class Case:
    """A learner to check: `make` gives one that has learned nothing, `samples` (about 40, with `labels`) it learns
    from, `unseen` (about 10) it has never met.  `rtol`: what differs by less is the same.
    `learns`: False where a fit changes nothing.
    """

    make: Callable[[], Learner]
    samples: Samples
    labels: Sequence[str]
    unseen: Samples
    rtol: float = 1e-6
    learns: bool = True


def ready(case: Case) -> Learner:
    """Prepared where it wants to be, not fitted."""
    learner = case.make()
    if isinstance(learner, Prepared):
        learner.prepare(case.samples)
    return learner


def fitted(case: Case, seed: int = SEED) -> Learner:
    learner = ready(case)
    learner.fit(case.samples, case.labels, seed=seed)
    return learner


def asked(learner: Learner, samples: Samples) -> Signals:
    return learner.signals(samples, learner.provides)


REFERENCE: dict[int, tuple[Case, Signals]] = {}


def reference(case: Case) -> Signals:
    """What the case says of the unseen, fitted once."""
    if id(case) not in REFERENCE:
        REFERENCE[id(case)] = (case, asked(fitted(case), case.unseen))
    return REFERENCE[id(case)][1]


def check_provides_is_what_it_gives(case: Case, tmp: Path) -> None:
    learner = ready(case)
    assert isinstance(learner, Learner)
    assert learner.cold <= learner.provides
    cold = learner.signals(case.samples, learner.cold)
    assert learner.cold <= cold.names
    for name in learner.provides - learner.cold:
        with pytest.raises((MissingSignal, BadLearner)):
            learner.signals(case.samples, frozenset({name}))
    learner.fit(case.samples, case.labels, seed=SEED)
    together = asked(learner, case.samples)
    assert learner.provides <= together.names
    check_values(together, together.names)
    for name in learner.provides:
        alone = learner.signals(case.samples, frozenset({name}))
        same_arrays(alone[name], together[name], case.rtol)
    with pytest.raises(MissingSignal, match="no_such_signal"):
        learner.signals(case.samples, frozenset({"no_such_signal"}))


def check_classes_are_sorted(case: Case, tmp: Path) -> None:
    learner = fitted(case)
    assert learner.classes == tuple(sorted(set(map(str, case.labels))))
    signals = asked(learner, case.unseen)
    assert list(signals.ids) == list(case.unseen.ids)
    for name in {"probs", "members"} & signals.names:
        assert signals[name].shape[-1] == len(learner.classes)
        np.testing.assert_allclose(signals[name].sum(-1), 1, atol=1e-5)
        assert signals[name].min() >= 0


def check_fit_reports(case: Case, tmp: Path) -> None:
    report = ready(case).fit(case.samples, case.labels, seed=SEED, validation=(case.samples, case.labels))
    assert isinstance(report, FitReport)
    assert report.validation["n"] == len(case.samples)
    assert report.seconds >= 0
    commonest = max(list(case.labels).count(c) for c in set(case.labels)) / len(case.labels)
    assert not case.learns or commonest < report.validation["accuracy"] <= 1


def check_sample_order_is_irrelevant(case: Case, tmp: Path) -> None:
    order = np.random.default_rng(0).permutation(len(case.samples))
    learner = case.make()
    if isinstance(learner, Prepared):
        learner.prepare(case.samples.take(order))
    learner.fit(case.samples.take(order), [case.labels[n] for n in order], seed=SEED)
    same_signals(asked(learner, case.unseen), reference(case), case.rtol)
    shuffled, straight = asked(learner, case.samples.take(order)), asked(learner, case.samples)
    for name in learner.provides:
        same_arrays(shuffled[name], straight[name][order], case.rtol)


def check_fit_forgets(case: Case, tmp: Path) -> None:
    """A fit is on the labels that it is given, and not on those of the fit before."""
    learner = ready(case)
    half = np.arange(len(case.samples)) % 2 == 0
    learner.fit(case.samples.take(half), [case.labels[n] for n in np.flatnonzero(half)], seed=SEED + 1)
    learner.fit(case.samples, case.labels, seed=SEED)
    same_signals(asked(learner, case.unseen), reference(case), case.rtol)


def check_fit_without_prepare_forgets(case: Case, tmp: Path) -> None:
    if not isinstance(case.make(), Prepared) or not case.learns:
        return
    half = np.arange(len(case.samples)) % 2 == 0
    twice, once = case.make(), case.make()
    twice.fit(case.samples.take(half), [case.labels[n] for n in np.flatnonzero(half)], seed=SEED + 1)
    twice.fit(case.samples, case.labels, seed=SEED)
    once.fit(case.samples, case.labels, seed=SEED)
    same_signals(asked(twice, case.unseen), asked(once, case.unseen), case.rtol)


def check_save_and_load(case: Case, tmp: Path) -> None:
    learner, again = fitted(case), case.make()
    learner.save(tmp / "model")
    again.load(tmp / "model")
    assert again.classes == learner.classes
    assert again.provides == learner.provides
    same_signals(asked(again, case.unseen), asked(learner, case.unseen), case.rtol)
    for path in (p for p in (tmp / "model").rglob("*") if p.is_file()):
        assert path.suffix in {".json", ".npz", ".npy", ".safetensors", ".txt", ".toml", ".parquet"}, path
        start = path.read_bytes()[:2]
        assert not (start[:1] == b"\x80" and start[1:] in (b"\x02", b"\x03", b"\x04", b"\x05")), f"{path} is a pickle"


def check_load_says_what_is_wrong(case: Case, tmp: Path) -> None:
    with pytest.raises(BadLearner, match="nowhere"):
        case.make().load(tmp / "nowhere")


def check_one_class_alone(case: Case, tmp: Path) -> None:
    if case.learns:
        with pytest.raises(BadLearner, match="only"):
            ready(case).fit(case.samples, ["only"] * len(case.samples))


def check_labels_must_match(case: Case, tmp: Path) -> None:
    if case.learns:
        with pytest.raises(BadLearner, match=str(len(case.samples))):
            ready(case).fit(case.samples, list(case.labels)[:-1])


def check_inputs_are_not_mutated(case: Case, tmp: Path) -> None:
    samples, labels = copy.deepcopy(case.samples), list(case.labels)
    learner = fitted(case)
    asked(learner, case.samples)
    assert list(case.labels) == labels
    np.testing.assert_array_equal(case.samples.ids, samples.ids)
    now, before = case.samples.data, samples.data
    if isinstance(now, Signals):
        assert all(np.array_equal(now.columns[name], before.columns[name]) for name in now.columns)
    elif isinstance(now, np.ndarray):
        np.testing.assert_array_equal(now, before)
    else:
        assert now.equals(before)


def check_same_seed_same_model_and_global_random_state_left_alone(case: Case, tmp: Path) -> None:
    before = global_random_state()
    again = asked(fitted(case), case.unseen)
    assert global_random_state() == before
    np.random.seed(99)  # noqa: NPY002
    random.seed(99)
    same_signals(again, reference(case), case.rtol)
    same_signals(asked(fitted(case), case.unseen), again, case.rtol)


def global_random_state() -> list[object]:
    torch = sys.modules.get("torch")
    _, keys, *rest = np.random.get_state()  # noqa: NPY002
    return [np.asarray(keys).tobytes(), rest, random.getstate(), torch and torch.get_rng_state().numpy().tobytes()]


def check_labels_may_be_any_text(case: Case, tmp: Path) -> None:
    if not case.learns:
        return
    new = dict(zip(sorted(set(case.labels)), ["", "10", "9", "Ünï 猫\n", "~ z"], strict=False))
    learner = ready(case)
    learner.fit(case.samples, [new[label] for label in case.labels], seed=SEED)
    assert learner.classes == tuple(sorted(set(new.values())))
    signals, plain = asked(learner, case.unseen), reference(case)
    for name in {"probs", "members"} & signals.names:  # the new names sort as the old ones do
        same_arrays(signals[name], plain[name], max(case.rtol, 1e-5))


def check_no_samples(case: Case, tmp: Path) -> None:
    learner = fitted(case)
    full, none = asked(learner, case.unseen), asked(learner, case.unseen.take(np.zeros(0, np.int64)))
    assert len(none) == 0
    for name in learner.provides:
        assert none[name].shape == (0, *full[name].shape[1:])
    assert len(learner.signals(case.unseen, frozenset())) == len(case.unseen)


def check_rows_do_not_depend_on_their_neighbours(case: Case, tmp: Path) -> None:
    learner = fitted(case)
    every = asked(learner, case.unseen)
    for row in (0, len(case.unseen) - 1):
        alone = asked(learner, case.unseen.take(np.array([row])))
        for name in learner.provides:
            same_arrays(alone[name][0], every[name][row], max(case.rtol, 1e-5))


def check_other_kinds_are_refused(case: Case, tmp: Path) -> None:
    other = "text" if case.samples.kind == "image" else "image"
    samples = Samples(np.array([1, 2], np.uint64), other, np.array(["a", "b"], object), np.array(["a", "b"], object))
    with pytest.raises(BadLearner, match=other):
        fitted(case).signals(samples, frozenset({"probs"}) & case.make().provides or frozenset({"embeddings"}))


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_") and name != "check_values"]


def same_in_another_process(module: str, file: str, cases: Mapping[str, Case], tmp: Path) -> None:
    """Fits every case again in a new interpreter, with other hashes and another global seed."""
    code = "import sys; sys.path[:0] = sys.argv[1:3]; import contract; contract.write_all(sys.argv[3], sys.argv[4])"
    here = Path(file).resolve().parent
    run = [sys.executable, "-W", "error", "-c", code, str(here), str(here.parent), module, str(tmp)]
    subprocess.run(run, check=True, timeout=300, env={**os.environ, "PYTHONHASHSEED": "123"})
    for name, case in cases.items():
        signals = reference(case)
        assert signals.columns, f"{name} says nothing that could be compared"
        with np.load(tmp / f"{name}.npz") as there:
            for column in signals.columns:
                same_arrays(there[column], signals.columns[column], case.rtol)


def write_all(module: str, folder: str) -> None:
    np.random.seed(1)  # noqa: NPY002
    cases: Mapping[str, Case] = __import__(module).CASES
    for name, case in cases.items():
        np.savez(Path(folder) / f"{name}.npz", **asked(fitted(case), case.unseen).columns)


def same_signals(a: Signals, b: Signals, rtol: float) -> None:
    np.testing.assert_array_equal(a.ids, b.ids)
    assert a.columns.keys() == b.columns.keys()
    for name in a.columns:
        same_arrays(a.columns[name], b.columns[name], rtol)


def same_arrays(a: np.ndarray, b: np.ndarray, rtol: float) -> None:
    np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)
