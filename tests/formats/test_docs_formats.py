"""The table of docs/formats.md is made from the registry, and the page's commands are real ones."""

from pathlib import Path

from askance.formats import FORMATS
from askance.formats.page import renewed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def test_the_table_is_current() -> None:
    text = PAGE.read_text("utf-8")
    assert text == renewed(text), "run: python -m askance.formats.page docs/formats.md"


def test_every_format_that_a_command_names_exists() -> None:
    words = [line.split() for line in PAGE.read_text("utf-8").splitlines() if line.startswith("askance convert")]
    named = [w[n + 1] for w in words for n, word in enumerate(w) if word in ("--to", "--from")]
    assert named
    assert set(named) <= set(FORMATS.names())
