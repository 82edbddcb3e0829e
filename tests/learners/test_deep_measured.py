"""docs/deep-measured.md shows what was measured, and what the benchmarks count is counted rightly."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
dropout_images, learning_loss, retuning = map(import_module, ("dropout_images", "learning_loss", "retuning"))
PAGE = (ROOT / "docs" / "deep-measured.md").read_text("utf-8")


@pytest.mark.parametrize("benchmark", [dropout_images, learning_loss, retuning])
def test_the_page_holds_the_tables_of_the_kept_runs(benchmark, capsys):
    benchmark.table()
    printed = [line for line in capsys.readouterr().out.splitlines() if line]
    assert len(printed) > 4
    assert [line for line in printed if line not in PAGE] == []


def test_labels_until_an_error_is_reached_once_and_twice_in_a_row():
    row = dropout_images.Row("usual", "bald", 0, [0.2, 0.05, 0.06, 0.04, 0.05, 0.5], 1.0)
    assert [dropout_images.reached(row, 0.05, n) for n in (1, 2, 3)] == [30, 60, np.inf]


def test_concordance_counts_pairs():
    """Of the pairs with different losses, (0, 1) (0, 2) (1, 3) (2, 3) (0, 3): three right, one tied, one wrong."""
    assert learning_loss.concordance(np.array([1.0, 2, 2, 3]), np.array([1.0, 1, 5, 3])) == pytest.approx(3.5 / 5)
