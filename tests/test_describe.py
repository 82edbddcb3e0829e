"""The registry as data, and the page that is made from it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from askance import describe
from askance.errors import BadStrategy
from askance.strategy import ATOMS, RECIPES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "strategies.md"


def test_the_page_is_current() -> None:
    wanted = "python -m askance.describe > docs/strategies.md"
    assert PAGE.read_text() == describe.markdown(), f"docs/strategies.md is old; run: {wanted}"


def test_every_name_has_an_entry_and_every_entry_is_json() -> None:
    found = {e.name: e for e in describe.entries()}
    assert set(found) == {*RECIPES.names(), *ATOMS.names()}
    json.dumps([asdict(e) for e in found.values()], allow_nan=False)
    assert all(e.summary and e.paper and e.cost for e in found.values())


def test_an_entry_says_what_is_needed_and_what_can_be_set() -> None:
    e = describe.entry("dbal")
    assert (e.kind, e.family, e.shards, e.stream, e.boxes, e.part) == (
        "selector",
        "hybrid",
        "exact",
        False,
        False,
        False,
    )
    assert e.needs == ("embeddings", "probs")
    assert e.parameters == (describe.Parameter("beta", 10, 1, None),)


@pytest.mark.parametrize(
    ("name", "kind", "shards", "stream", "boxes", "part"),
    [
        ("margin", "scorer", "exact", True, True, False),
        ("random", "scorer", "exact", True, False, False),
        ("density", "scorer", "approximate", False, False, False),
        ("kcenter", "greedy selector", "lockstep", False, False, False),
        ("badge", "greedy selector", "lockstep", False, False, False),
        ("typiclust", "selector", "approximate", False, False, False),
        ("gradients", "embedder", "", False, False, True),
    ],
)
def test_what_each_sort_can_do(name: str, kind: str, shards: str, stream: bool, boxes: bool, part: bool) -> None:
    e = describe.entry(name)
    assert (e.kind, e.shards, e.stream, e.boxes, e.part) == (kind, shards, stream, boxes, part)


def test_a_typo_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadStrategy, match="did you mean 'typiclust'"):
        describe.entry("typiclus")
