"""askance select with a network and what trains beside it: the unlabelled rest of the pool is offered to it."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from extras import extra

extra("torch")
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 photos, ten of which have a label."""
    folder = tmp_path_factory.mktemp("colours")
    rng = np.random.default_rng(0)
    (folder / "photos").mkdir()
    rows = []
    for n in range(30):
        pixels = np.clip(rng.normal([200, 60, 60] if n % 2 else [60, 60, 200], 40, (16, 16, 3)), 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / "photos" / f"{n:02}.png")
        rows.append({"item": f"{n:02}.png", "label": "red" if n % 2 else "blue"})
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["item", "label"])
        writer.writeheader()
        writer.writerows(rows[:10])
    return folder


@pytest.mark.parametrize(
    ("add", "strategy"),
    [
        ("vaal&vaal.on=embeddings", "vaal"),
        ("deepfool&deepfool.steps=1", "deepfool"),
        ("", "isal"),
        ("", "discriminative"),
        ("", "coregcn"),
    ],
)
def test_the_commands_of_the_page(askance, colours: Path, add: str, strategy: str) -> None:
    learner = f"cnn?epochs=2&add={add}"
    ask = ("select", colours / "photos", "-k", 5, "--labels", colours / "labels.csv", "--strategy", strategy)
    found = askance(*ask, "--learner", learner, "--no-sheet", "--json")
    assert found.code == 0, found.err
    picks = found.data["picks"]
    assert len({p["item"] for p in picks}) == 5
    assert not {p["item"] for p in picks} & {f"{n:02}.png" for n in range(10)}
    assert not add or np.ptp([p["utility"] for p in picks]) > 0
