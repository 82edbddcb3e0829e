"""The drawings of what each strategy picks are current, complete, and can be read."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from askance import describe
from askance.report import families
from askance.report.plane import plane

PAGE = Path(__file__).resolve().parents[2] / "docs" / "strategies.md"
FOLDER = PAGE.parent / "images" / "families"
PICTURES = describe.pictures()


def panels(svg: str) -> list[str]:
    """The lines with the picks.  What lies behind them comes from a fit, whose last digits are the machine's."""
    return [line for line in svg.splitlines() if line.startswith('<g id="picks-')]


@pytest.mark.parametrize("picture", PICTURES, ids=[p.name for p in PICTURES])
def test_a_drawing_is_current(picture: describe.Picture) -> None:
    kept = (FOLDER / f"{picture.name}.svg").read_text(encoding="utf-8")
    assert panels(kept) == panels(families.drawing(picture)), "a strategy picks otherwise than drawn; run: make docs"


def test_drawings_are_small_well_formed_and_all_there() -> None:
    files = sorted(FOLDER.glob("*"))
    assert [f.name for f in files] == sorted(f"{p.name}.svg" for p in PICTURES)
    for f in files:
        assert f.stat().st_size < 60_000
        assert ElementTree.parse(f).getroot().tag.endswith("svg")


def test_every_strategy_is_drawn_once() -> None:
    drawn = [name for p in PICTURES for shown in p.panels for name in (shown.entry.name, *shown.also)]
    assert len(set(drawn)) == len(drawn)
    for e in describe.entries():
        assert bool(describe.why_not_drawn(e)) != (e.name in drawn) or e.part, e.name
    assert describe.why_not_drawn(describe.entry("per_cost"))
    assert f"`per_cost`: {describe.NOT_DRAWN['per_cost']}" in PAGE.read_text()


def test_the_page_shows_them_all_and_says_what_to_see() -> None:
    linked = re.findall(r"!\[.+\]\(images/families/(\w+)\.svg\)", PAGE.read_text())
    assert linked == [p.name for p in PICTURES]
    assert {p.family for p in PICTURES} <= set(describe.SEEN)


def test_the_page_tells_the_size_of_the_pool() -> None:
    here = plane()
    assert here.pool.names == describe.DRAWN_FROM
    assert f"one pool of {len(here.pool)} samples" in describe.INTRODUCTION
    assert f"{len(here.labeled)}\nsamples are labelled" in describe.INTRODUCTION


def test_the_far_group_is_where_the_model_is_in_doubt() -> None:
    here = plane()
    far, near = here.doubt(np.array([[3.7, -1.7]])), here.doubt(here.labeled["embeddings"])
    assert far[0] > 0.8 > 0.6 > near.mean()


def test_picks_make_room_for_each_other() -> None:
    at = np.concatenate([np.zeros((10, 2)), [[families.WIDE, families.HIGH]]])
    seen = families.apart(at)
    gaps = np.sqrt(((seen[:, None] - seen) ** 2).sum(2))[np.triu_indices(len(seen), 1)]
    assert gaps.min() > 9
    assert (seen >= 8).all()
    assert (seen <= np.array([families.WIDE, families.HIGH]) - 8).all()
