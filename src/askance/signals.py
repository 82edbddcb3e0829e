"""Signals: what a model says about samples, named arrays with one row a sample.  Floor 1."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadSignal, MissingSignal

Array = np.ndarray

# A signal that is absent is derived from one that is present, the first way that is possible.
DERIVED: dict[str, tuple[tuple[str, Callable[[Array], Array]], ...]] = {
    "probs": (("members", lambda m: m.mean(1)), ("logits", ops.softmax)),
    "prediction": (("outputs", lambda o: o.mean(1)),),
}

# What each well-known signal looks like; others are a plug-in's own, with any shape of at least one dimension.
SHAPES = {
    "probs": "(N, C)",
    "members": "(N, S, C)",
    "logits": "(N, C)",
    "embeddings": "(N, D)",
    "loss": "(N,)",
    "prediction": "(N,)",
    "variance": "(N,)",
    "hidden": "(N, W)",
    "course": "(N, S, C)",
}


@dataclass(frozen=True)
class Signals:
    """Struct of arrays: ids (N,) uint64; columns {"probs": (N, C), "members": (N, S, C), "embeddings": (N, D), ...}.

    `inner` holds the same names one level down (boxes, tokens, pixels): M rows, with `offsets` (N + 1,) saying which
    belong to whom.  `skipped` {id: why} are samples that were asked for and could not be read.  Torch tensors are
    taken as they are where they are on the CPU (no copy), and copied where they are on a GPU.
    """

    ids: Array
    columns: Mapping[str, Array] = field(default_factory=dict)
    inner: "Signals | None" = None
    offsets: Array | None = None
    skipped: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", as_ids(self.ids))
        object.__setattr__(self, "columns", {name: ops.as_numpy(a) for name, a in self.columns.items()})
        for name, a in self.columns.items():
            check_shape(name, a, len(self.ids))
        if self.inner is not None:
            check_offsets(self.offsets, len(self.ids), len(self.inner))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def names(self) -> frozenset[str]:
        have = set(self.columns) | ({"inner"} if self.inner is not None else set())
        return frozenset(have | {name for name, ways in DERIVED.items() if any(src in have for src, _ in ways)})

    def __getitem__(self, name: str) -> Array:
        if name in self.columns:
            return self.columns[name]
        for source, derive in DERIVED.get(name, ()):
            if source in self.columns:
                return derive(self.columns[source])
        raise MissingSignal(f"there is no signal {name!r}; there is {listed(self.names)}")

    def take(self, rows: Array) -> "Signals":
        """The given rows, (m,) int positions or an (N,) bool mask, in the order given."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        columns = {name: a[rows] for name, a in self.columns.items()}
        if self.inner is None or self.offsets is None:
            return Signals(self.ids[rows], columns)
        counts = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(counts)])
        flat = np.repeat(self.offsets[:-1][rows] - offsets[:-1], counts) + np.arange(offsets[-1])
        return Signals(self.ids[rows], columns, self.inner.take(flat), offsets)

    def with_(self, **columns: Array) -> "Signals":
        return Signals(self.ids, {**self.columns, **columns}, self.inner, self.offsets, self.skipped)


def concat(parts: Sequence[Signals]) -> Signals:
    """One after another; columns that only some parts have are left out."""
    shared = set.intersection(*(set(p.columns) for p in parts))
    ids = np.concatenate([p.ids for p in parts])
    columns = {name: np.concatenate([p.columns[name] for p in parts]) for name in parts[0].columns if name in shared}
    skipped = {i: why for p in parts for i, why in p.skipped.items()}
    inner = [p.inner for p in parts if p.inner is not None]
    if len(inner) < len(parts):
        return Signals(ids, columns, skipped=skipped)
    counts = np.concatenate([np.diff(p.offsets) for p in parts if p.offsets is not None])
    return Signals(ids, columns, concat(inner), np.concatenate([[0], np.cumsum(counts)]), skipped)


def as_ids(ids: Any) -> Array:
    """(N,) uint64; whole numbers are taken, anything else is an error."""
    a = ops.as_numpy(ids)
    if a.ndim != 1 or (a.dtype.kind not in "ui" and a.size):
        raise BadSignal(f"ids must be (N,) whole numbers below 2**64, not {a.dtype} of shape {a.shape}")
    if a.dtype.kind == "i" and a.size and a.min() < 0:
        raise BadSignal(f"ids must not be negative; row {int(a.argmin())} has {int(a.min())}")
    return a.astype(np.uint64, copy=False)


def check_shape(name: str, a: Array, rows: int) -> None:
    wanted = SHAPES.get(name, "(N, ...)")
    if a.ndim == 0 or (name in SHAPES and a.ndim != wanted.count(",") + (wanted != "(N,)")):
        raise BadSignal(f"{name} must have shape {wanted}, not {a.shape}")
    if len(a) != rows:
        raise BadSignal(f"{name} has {len(a)} rows for {rows} samples")


def check_offsets(offsets: Array | None, rows: int, inner_rows: int) -> None:
    if offsets is None or len(offsets) != rows + 1 or offsets[0] != 0 or offsets[-1] != inner_rows:
        raise BadSignal(f"offsets must be ({rows + 1},), from 0 to the {inner_rows} inner rows")
    if (np.diff(offsets) < 0).any():
        raise BadSignal("offsets must not go down")


def sources(names: frozenset[str]) -> frozenset[str]:
    """The signals themselves, and those that they can be derived from."""
    return names | {source for name in names for source, _ in DERIVED.get(name, ())}


def check_values(signals: Signals, names: frozenset[str]) -> None:
    """NaN, infinite values and rows that are not probabilities, each with the signal, the row and the sample."""
    if "members" in names and "members" in signals.columns:
        check_committee(signals.columns["members"])
    for name in sorted(sources(names) & set(signals.columns)):
        _check_column(name, signals.columns[name], signals.ids)
    if signals.inner is not None and "inner" in names:
        check_values(signals.inner, frozenset(signals.inner.columns))


def check_committee(members: Array) -> None:
    """One alone has nobody to disagree with.  members (N, S, C)."""
    if members.shape[1] < 2:
        raise BadSignal(
            f"disagreement takes a committee of at least 2 members, and members {members.shape} has "
            f"{members.shape[1]}; ask for more with `?members=8` after a learner"
        )


def _check_column(name: str, a: Array, ids: Array) -> None:
    if a.dtype.kind not in "fiub":
        raise BadSignal(f"{name} must hold numbers, not {a.dtype}")
    wrong = ops.first_bad_probs(a) if name in ("probs", "members") else None
    if wrong is None and name in ("probs", "members"):
        return  # rows that sum to 1 are finite as well: one pass over the memory serves both
    row = ops.first_bad_row(a)
    if row is not None:
        raise BadSignal(f"{name} has NaN or infinite values, first in row {row} (sample {ops.hex_id(ids[row])})")
    if name == "variance" and a.size and a.min() < 0:
        row = int(a.argmin())
        raise BadSignal(f"variance is below 0: row {row} (sample {ops.hex_id(ids[row])}) has {a[row]:g}")
    if wrong is not None:
        row, why = wrong
        raise BadSignal(f"{name} are not probabilities: row {row} (sample {ops.hex_id(ids[row])}) {why}")


# Who can give a signal, for the message that says it is missing.
GIVERS = {
    "probs": "any classifier",
    "members": "a committee (`?members=8` after a learner) or a network with dropout",
    "embeddings": "a frozen backbone, a network, tfidf, or feature columns",
    "logits": "a network",
    "loss": "a network with the add-on learning_loss: `cnn?add=learning_loss`",
    "labelled_like": "a network with a discriminator beside it: `cnn?add=vaal`, `add=ta_vaal` or `add=mal`",
    "critic": "a network with the add-on waal: `cnn?add=waal`",
    "boundary": "a network with the add-on deepfool: `cnn?add=deepfool`",
    "flip": "a network with the add-on bim: `cnn?add=bim`",
    "pull": "a network with the add-on input_gradient: `cnn?add=input_gradient`",
    "course": "a network with the add-on dynamics: `cnn?add=dynamics`",
    "synthetic": "a network inside asal: `asal:cnn`",
    "decision": "a scikit-learn classifier with a decision_function",
    "prediction": "a learner of numbers: ridge, gp, mlp or regressor:Name(...)",
    "variance": "a learner of numbers that knows it: ridge or gp",
    "outputs": "a committee of a learner of numbers: ridge, a forest, or `?members=8` after mlp or regressor:Name(...)",
    "hidden": "mlp, or a forest or gradient boosting as regressor:Name(...)",
    "inner": "a learner of boxes, tokens or pixels",
    "history": "a campaign or a simulation, which keep what each round predicted",
    "frequencies": "a learner that counts the labels nearby (`epistemic_nearby` counts them itself)",
}


def check_names(signals: Signals, needs: frozenset[str], who: object, whose: str = "the learner gives") -> None:
    """A MissingSignal naming what is missing, what there is, and who could give it."""
    missing = sorted(needs - signals.names)
    if missing:
        hints = "; ".join(f"{m} comes from {GIVERS[m]}" for m in missing if m in GIVERS)
        raise MissingSignal(
            f"{who} needs {', '.join(missing)}; {whose} {listed(signals.names)}" + (f" ({hints})" if hints else "")
        )


def listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) if names else "none"
