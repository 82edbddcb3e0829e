"""Networks under the contract of learners: one on arrays, one on photos."""

import atexit
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import numpy as np
import pytest
from contract import CHECKS, Case, same_in_another_process
from PIL import Image

from askance import ops
from askance.learners.torch import make_torch_learner
from askance.samples import Samples, objects
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

N = 52
CLASS = np.arange(N) % 3
RNG = np.random.default_rng(0)
OPTIONS = {"epochs": "12", "batch": "16", "rate": "0.02", "passes": "4", "size": "16"}


def photo_files() -> list[str]:
    """Red, green and blue noise, as PNG."""
    folder = Path(mkdtemp(prefix="askance-photos-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    for n, c in enumerate(CLASS):
        pixels = RNG.integers(0, 120, (20, 24, 3), dtype=np.uint8)
        pixels[:, :, c] += 100
        Image.fromarray(pixels).save(folder / f"{n}.png")
    return [str(folder / f"{n}.png") for n in range(N)]


def case(factory: str, kind: str, data: np.ndarray) -> Case:
    every = Samples(ops.key_ids(0, N), kind, data, objects([f"row {n}" for n in range(N)]))  # type: ignore[arg-type]
    labels = ["abc"[c] for c in CLASS[:40]]
    known, unseen = every.take(np.arange(40)), every.take(np.arange(40, N))
    return Case(
        lambda: make_torch_learner(f"torch:tiny_nets:{factory}", OPTIONS, None), known, labels, unseen, rtol=1e-5
    )


CASES = {
    "arrays": case("dense", "array", RNG.normal(size=(N, 4)) + 2 * np.eye(3, 4)[CLASS]),
    "photos": case("convolved", "image", objects(photo_files())),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("name", CASES)
def test_contract(name, check, tmp_path):
    check(CASES[name], tmp_path)


def test_same_in_another_process(tmp_path):
    same_in_another_process(__name__, __file__, CASES, tmp_path)
