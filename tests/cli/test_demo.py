"""The demo, on fewer labels than it has at home."""

import re
from pathlib import Path

import numpy as np

from askance.campaign import Campaign
from askance.demo import demo, write_digits


def test_the_demo_leaves_a_campaign_and_a_report_and_runs_again(tmp_path: Path) -> None:
    shown = demo(tmp_path / "d", seeds=2, budget=50)
    assert shown.page.read_text().startswith("<!doctype html>")
    assert "random" in shown.page.read_text()
    campaign = Campaign.open(shown.campaign)
    assert len(campaign.labels()) == 50
    campaign.close()
    assert [(t.strategy, t.seed) for t in shown.trials] == [("dbal", 0), ("random", 0), ("dbal", 1), ("random", 1)]
    ours, control = (np.mean([t.at(50) for t in shown.trials if t.strategy == s]) for s in ("dbal", "random"))
    assert ours > control + 0.02
    (tmp_path / "d" / "mine.txt").write_text("keep me")
    again = demo(tmp_path / "d", seeds=1, budget=30)
    assert [t.curve()[1] for t in again.trials[:1]] == [shown.trials[0].curve()[1][:2]]
    assert (tmp_path / "d" / "mine.txt").read_text() == "keep me"


def test_the_digits_are_pictures_with_labels(tmp_path: Path) -> None:
    pool, labels = write_digits(tmp_path)
    pictures = np.load(pool)
    assert pictures.shape == (1797, 8, 8)
    assert (pictures.min(), pictures.max()) == (0.0, 1.0)
    assert re.fullmatch(r"name,label\n(\d+,\d\n){1797}", labels.read_text())
