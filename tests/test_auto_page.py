"""docs/auto.md says what its runs say, and the default loses nowhere among them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import auto
from study import kept
from study.tables import RANDOM, compared, complete, verdict


def test_the_page_is_current() -> None:
    assert auto.PAGE.read_text(encoding="utf-8") == auto.page(), "run: python benchmarks/auto.py page"


def test_the_default_is_nowhere_significantly_worse_than_random() -> None:
    chosen_by, held_out = complete(kept.load(kept.Row, "runs")), auto.held_out()
    assert len(chosen_by) == 6
    assert set(held_out) == set(auto.HELD_OUT)
    for groups in (chosen_by, held_out):
        for name, group in groups.items():
            assert len(group[RANDOM]) == 10
            assert verdict(compared(group)[auto.OURS]) != "loses", name
