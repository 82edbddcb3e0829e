"""docs/pitfalls.md names tests that exist, and leaves out nothing that was found."""

import ast
import re
from pathlib import Path

import pytest

from askance.contract import CHECKS
from broken import BROKEN

TESTS = Path(__file__).resolve().parent
PAGE = (TESTS.parent / "docs" / "pitfalls.md").read_text(encoding="utf-8")
FOUND = TESTS.parents[1] / "shared" / "reference" / "pitfalls.md"
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| |")]


def functions(*files: Path) -> set[str]:
    """Names of all functions and methods."""
    trees = (ast.parse(f.read_text(encoding="utf-8")) for f in files)
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def named(prefix: str) -> set[str]:
    return set(re.findall(rf"`{prefix}(\w+)`", PAGE))


def test_every_test_on_the_page_exists() -> None:
    there = {name for name in functions(*TESTS.rglob("test_*.py")) if name.startswith("test_")}
    wanted = {f"test_{name}" for name in named("test_")}
    assert len(wanted) > 60
    assert wanted - there == set()


def test_every_check_and_every_broken_strategy_on_the_page_exists() -> None:
    assert named("contract:") - set(CHECKS) == set()
    assert named("broken:") - set(BROKEN) == set()
    assert named("learner:") - functions(TESTS / "learners" / "contract.py") == set()
    assert min(len(named(p)) for p in ("contract:", "broken:", "learner:")) >= 2


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[2].strip()[:40])
def test_every_row_says_what_holds_it_or_why_nothing_does(row: str) -> None:
    last = row.rstrip(" |").split(" | ")[-1]
    assert re.search(
        r"`(test_|contract:|broken:|learner:)\w+`|cannot happen: |not built yet \(issue \d\)|not held", last
    )


@pytest.mark.data
def test_nothing_that_was_found_is_left_out() -> None:
    """As many rows as there are items, section by section."""
    if not FOUND.exists():
        pytest.skip(f"{FOUND} lies beside the project, not in it")
    items = [re.findall(r"^(?:\d+\.|-) ", part, re.M) for part in re.split(r"^#+ .*$", FOUND.read_text(), flags=re.M)]
    wanted = [len(found) for found in items if found]
    parts = re.split(r"^## ", PAGE, flags=re.M)[1:]
    rows = [len([r for r in part.splitlines() if r.startswith("| ") and not r.startswith("| |")]) for part in parts]
    assert rows[:-1] == wanted
    assert rows[-1] == len("abcdefghijklmn")
