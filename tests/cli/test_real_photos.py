"""The job of the DBAL article, on real photos with a real network."""

from pathlib import Path

import pytest
from PIL import Image


@pytest.mark.data
def test_twenty_photos_that_are_unsure_and_unlike(askance, cats_dogs: Path, shared_data, tmp_path: Path) -> None:
    network = shared_data("pretrained") / "mobilenet_v1_0.25_128.onnx"
    ask = ("select", cats_dogs, "-k", 20, "--learner", f"onnx:{network}?size=96", "--cache", tmp_path / "cache")
    found = askance(*ask, "--strategy", "dbal(beta=10)", "--sheet", tmp_path / "sheet.jpg", "--json").data
    assert found["pool"] == 400
    assert len({p["item"] for p in found["picks"]}) == 20
    ranks = [int(p["why"].split("rank ")[1].split()[0]) for p in found["picks"]]
    assert max(ranks) <= 200, "of the beta * k with the smallest margins"
    assert max(ranks) > 40, "and not simply the 20 with the smallest"
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.width > 1000
    again = askance(*ask, "--strategy", "dbal(beta=10)", "--no-sheet", "--json").data
    assert again["picks"] == found["picks"]
