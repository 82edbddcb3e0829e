"""A round as JSON text and back.  Its picks are kept as tasks, one row each.  Floor 5."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from askance.history import Metric, Pick, Round
from askance.protocols import FitReport, Verdict


def to_text(round: Round) -> str:
    """NaN is written as NaN, which Python reads back."""
    return json.dumps(asdict(replace(round, picks=())), default=_plain)


def from_text(text: str, picks: tuple[Pick, ...]) -> Round:
    data: dict[str, Any] = json.loads(text)
    fit = data.pop("fit")
    return Round(
        **{
            **data,
            "picks": picks,
            "fit": fit and FitReport(**{**fit, "epochs": tuple(fit["epochs"])}),
            "metrics": {name: Metric(**m) for name, m in data["metrics"].items()},
            "stop_set": tuple(data["stop_set"]),
            "foreseen": tuple(data.get("foreseen", ())),
            "verdicts": tuple(Verdict(**v) for v in data["verdicts"]),
            "control": _control(data.get("control", {})),
        }
    )


def _control(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "metrics": {name: Metric(**m) for name, m in found["metrics"].items()}} if found else {}


def _plain(value: Any) -> Any:
    """What a learner may have put into its report, as JSON has it."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value) if isinstance(value, Path) else repr(value)
