"""What a learner keeps on disk: arrays as .npz, all else as JSON, nothing pickled.  Floor 4."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from askance.errors import BadLearner

ARRAYS, FACTS = "arrays.npz", "learner.json"


def write(folder: Path, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Both files, each whole or not at all.  The facts come last: where they are, the arrays are too."""
    folder.mkdir(parents=True, exist_ok=True)
    whole(folder / ARRAYS, lambda file: np.savez(file, allow_pickle=False, **arrays))
    whole(folder / FACTS, lambda file: file.write(json.dumps(facts, indent=1, ensure_ascii=False).encode()))


def read(folder: Path, what: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Facts and arrays of a learner that calls itself `what` in its facts; anything else is a BadLearner."""
    try:
        facts = json.loads((folder / FACTS).read_bytes())
        with np.load(folder / ARRAYS, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError) as e:
        raise BadLearner(f"cannot load a learner from {folder}: {e}") from None
    if facts.get("learner") != what:
        raise BadLearner(f"{folder} holds the learner {facts.get('learner')!r}, not {what!r}")
    return facts, arrays


def whole(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Writes beside `path` and moves it there, so that nobody ever reads half a file."""
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
