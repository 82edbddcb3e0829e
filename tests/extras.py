"""Packages that a test can do without: where one is not installed, the test is skipped and says how to get it."""

from importlib.util import find_spec
from types import ModuleType

import pytest

INSTALL = {
    "torch": "askance[torch]",
    "safetensors": "askance[torch]",
    "transformers": "askance[text]",
    "tokenizers": "askance[text]",
    "optuna": "askance[tune]",
    "keras": "askance[keras]",
    "skorch": "askance[skorch]",
    "lightning": "askance[lightning]",
    "accelerate": "askance[trainer]",
    "jax": "askance[jax]",
    "pandas": "askance[frames]",
    "polars": "askance[frames]",
    "soundfile": "askance[audio]",
    "psycopg": "askance[postgres]",
    "onnx": "askance[dev]",
    "pycocotools": "pycocotools",
}


def extra(module: str) -> ModuleType:
    """The module, imported; else the test, or the file of tests, is skipped."""
    made: ModuleType = pytest.importorskip(module, reason=_missing(module))
    return made


def installed(package: str) -> None:
    """As `extra`, and nothing is imported: Keras cannot be where no backend was chosen."""
    if find_spec(package) is None:
        pytest.skip(_missing(package))


def _missing(module: str) -> str:
    package = module.partition(".")[0]
    return f"{package} is not installed: pip install '{INSTALL[package]}'"
