"""Every screen in a browser: what one does there, and that anybody can use it (axe), light, dark and on a phone."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from page_server import TOPICS, make
from sqlalchemy import select
from visits import Visit, serving, visits

from askance.campaign import Campaign
from askance.store.schema import label, verdict

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
SCREENS = ("", "grid", "map", "review", "dashboard", "settings")
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 860}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 860}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 780}, "has_touch": True},
}


def rows(v: Visit, what: Any) -> list[Any]:
    with closing(Campaign.open(v.site.root / f"{v.name}.askance")) as campaign, campaign.store.reading() as db:
        return list(db.execute(what))


def usable(v: Visit) -> None:
    """No serious or critical violation of axe's rules, and nothing beyond the edge of the window."""
    if not AXE.exists():
        pytest.skip(f"axe is not there ({AXE}): cd web && npm ci")
    v.page.wait_for_function("() => !document.body.innerText.includes('Loading …')")
    if not v.page.evaluate("() => 'axe' in window"):
        v.page.evaluate(AXE.read_text("utf-8"))
    found = v.page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")["violations"]
    grave = [f for f in found if f["impact"] in ("serious", "critical")]
    assert not grave, [(v.page.url, f["id"], n["target"], n["failureSummary"]) for f in grave for n in f["nodes"]]
    wide = v.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{v.page.url} is {wide} px wider than the window"


def test_a_suggestion_is_hidden_until_it_is_asked_for(visit: Callable[..., Visit]) -> None:
    """And accepted by enter; what was shown is kept with the answer."""
    v = visit("suggested", spec="learned")
    first = v.item
    assert v.page.locator(".suggested, .guesses").count() == 0
    v.press("0")
    second = v.after(first)
    v.press("Enter")
    suggested = v.page.locator(".choice[data-suggested=true]")
    suggested.wait_for()
    guess = suggested.get_attribute("aria-keyshortcuts")
    assert v.item == second
    v.press("Enter")
    v.after(second)
    assert v.page.locator(".suggested, .guesses").count() == 0
    v.saved()
    more = {r.sample: json.loads(r.more) for r in rows(v, select(label).where(label.c.who == "ann"))}
    assert (more[first]["shown"], more[second]["shown"]) == (False, True)
    assert v.site.kept("suggested")[second] == guess


def test_the_grid_confirms_all_but_the_marked_ones_at_once(visit: Callable[..., Visit]) -> None:
    v = visit("gridded", "grid", spec="learned")
    before = v.site.kept("gridded")
    v.page.get_by_label("Class").select_option("3")
    v.page.get_by_role("button", name="Get up to").click()
    cells = v.page.locator(".grid button")
    cells.first.wait_for()
    n = cells.count()
    assert n > 10
    cells.nth(0).focus()
    v.press("ArrowRight", "Space", "ArrowRight", "Enter")
    assert v.page.locator(".grid button[aria-pressed=true]").count() == 2
    v.press("Control+Enter")
    v.says(f"{n - 2} are labelled 3")
    new = {s: value for s, value in v.site.kept("gridded").items() if s not in before}
    assert list(new.values()) == ["3"] * (n - 2)


def test_a_line_around_dots_of_the_map_asks_about_them_next(visit: Callable[..., Visit]) -> None:
    v = visit("mapped", "map", spec="learned")
    box = v.page.locator("canvas").bounding_box()
    mouse = v.page.mouse
    corners = [(0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6)]
    mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    mouse.down()
    for x, y in corners:
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    mouse.up()
    v.page.get_by_text("without a label are chosen").wait_for()
    v.press("Enter")
    v.says("will be asked about next")
    v.press("l")
    v.page.wait_for_selector("main.item:not([data-item=''])")
    v.says("picked on the map")


def test_a_reviewer_decides_by_one_key_and_takes_it_back(visit: Callable[..., Visit]) -> None:
    v = visit("reviewed", "review", spec="learned")
    status = v.page.locator("main [role=status]").first
    v.page.locator(".said .card").first.wait_for()
    total = int(status.inner_text().split()[0])
    assert total > 2
    v.press("o", "4")
    v.says("Decided: 4")
    (decided,) = rows(v, select(verdict))
    assert decided.value == "4"
    v.press("Backspace")
    v.says("Taken back")
    assert rows(v, select(verdict)) == []


def test_the_dashboard_has_the_curve_and_follows_the_answers(visit: Callable[..., Visit]) -> None:
    v = visit("followed", "dashboard", spec="learned")
    v.page.locator(".u-over").wait_for()
    v.says("95 % interval")
    v.says("Krippendorff")
    people = v.page.get_by_role("row")
    assert any("zoe" in r for r in people.all_inner_texts())
    other = visit("followed", beside=v)
    before = len(v.site.kept("followed"))
    other.label(1, lambda i, _: ["5"])
    other.saved()
    v.page.get_by_role("row", name=f"ann {before + 1} ").wait_for()


def test_a_new_model_is_told_quietly(browser: Any, tmp_path: Path) -> None:
    """`askance label` itself, whose worker learns from the first twenty answers while the next ones are given."""
    place = make(tmp_path, "digits")
    with (
        serving(tmp_path, "-m", "askance", "label", str(place), "--no-browser", "--who", "ann") as site,
        visits(browser, site) as visit,
    ):
        v = visit("digits")
        v.label(19, lambda i, _: [str(i % 10)])
        v.press("9")
        v.page.get_by_text("Model updated: version 1").wait_for(timeout=60_000)
        v.page.wait_for_selector("main.item:not([data-item=''])")
        v.label(3, lambda i, _: ["1"])
        v.saved()
        assert len(v.site.kept("digits")) == 23


def test_keys_can_be_changed_and_stay_changed(visit: Callable[..., Visit]) -> None:
    v = visit("keys", spec="news")
    v.press("?")
    v.page.get_by_label("label as World").click()
    v.press("Backspace")
    v.says("is taken by")
    v.page.get_by_label("label as World").click()
    v.press("q")
    v.press("Escape")
    v.page.reload()
    v.asked()
    id = v.item
    v.press("q")
    v.after(id)
    v.saved()
    assert v.site.kept("keys") == {id: TOPICS[0]}


def test_flag_and_note_are_kept(visit: Callable[..., Visit]) -> None:
    from askance.store.schema import remark

    v = visit("remarks", spec="news")
    id = v.item
    v.press("f", "c", *"odd one", "Enter")
    v.says("✎ odd one")
    v.saved()
    (said,) = rows(v, select(remark))
    assert (said.sample, bool(said.flagged), said.note) == (id, True, "odd one")


@pytest.mark.parametrize("look", LOOKS)
def test_every_screen_is_for_everybody(visit: Callable[..., Visit], look: str) -> None:
    v = visit("learned", **LOOKS[look])
    for screen in SCREENS:
        v.go(screen)
        if screen == "grid":
            v.page.get_by_role("button", name="Get up to").click()
            v.page.locator(".grid button").first.wait_for()
        usable(v)
    v.go()
    v.press("?")
    usable(v)
    v.page.goto(v.site.url)
    v.page.locator(".cards").wait_for()
    usable(v)


KINDS = ("news", "topics", "strength", "stars", "summaries", "names", "boxes", "better")


@pytest.mark.parametrize("look", LOOKS)
def test_every_kind_of_label_is_for_everybody(visit: Callable[..., Visit], look: str) -> None:
    v = visit(KINDS[0], **LOOKS[look])
    for name in KINDS:
        make(v.site.root, name)
        v.name = name
        v.go()
        usable(v)


def test_an_owner_sets_gold_questions_and_people_are_told_how_they_did(visit: Callable[..., Visit]) -> None:
    v = visit("gold", "settings", spec="news")
    v.page.get_by_label("Gold questions").fill("99")
    v.page.get_by_label("tell people at once").check()
    v.page.get_by_label("People who are asked").fill("2")
    v.page.locator("section", has_text="Several people").get_by_role("button", name="Save").click()
    v.says("Saved; it holds for the next questions")
    with closing(Campaign.open(v.site.root / "gold.askance")) as campaign:
        campaign.set_gold("zoe", dict.fromkeys(campaign.pool.ids[:40].tolist(), TOPICS[1]))
    v.go()
    v.label(3, lambda i, _: ["2"])
    v.says("you had it right")
    v.label(6, lambda i, _: ["1"])
    v.says("whose answer is known: Sports")
    v.saved()
    v.go("settings")
    assert v.page.get_by_label("People who are asked").input_value() == "2"
