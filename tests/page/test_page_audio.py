"""Recordings in a browser: played, wound, named, transcribed and cut into segments by keys alone."""

import json
from collections.abc import Callable
from contextlib import closing

import pytest
from page_server import make
from sqlalchemy import update
from test_page_screens import LOOKS, usable
from visits import Site, Visit

from askance.campaign import Campaign, landscape
from askance.store.schema import task

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 900}
SOUND = "document.querySelector('.player audio')"
READY = f"() => {SOUND} && {SOUND}.readyState >= 2"
N = 50


def at(v: Visit) -> float:
    return float(v.page.evaluate(f"{SOUND}.currentTime"))


def playing(v: Visit, wanted: bool) -> None:
    v.page.wait_for_function(f"() => {SOUND}.paused === {str(not wanted).lower()}")


def test_one_class_of_fifty_recordings(visit: Callable[..., Visit]) -> None:
    v = visit("calls", spec="calls", viewport=DESK)
    done = v.label(N, lambda i, _: [str(1 + i % 2)])
    v.saved()
    kept = v.site.kept("calls")
    assert [kept[id] for id in done] == [("rising", "falling")[i % 2] for i in range(N)]


def test_space_plays_arrows_wind_brackets_set_the_speed(visit: Callable[..., Visit]) -> None:
    v = visit("played", spec="calls", viewport=DESK)
    v.page.wait_for_function(READY)
    item = v.item
    v.press(" ")
    playing(v, True)
    v.page.wait_for_function(f"() => {SOUND}.currentTime > 0.2")
    v.press(" ")
    playing(v, False)
    v.press("Home", "ArrowRight")
    assert at(v) == pytest.approx(2, abs=0.05)
    v.press("Shift+ArrowLeft", "Shift+ArrowLeft")
    assert at(v) == pytest.approx(1.8, abs=0.05)
    v.press("ArrowRight", "ArrowRight")  # not beyond the end
    assert at(v) == pytest.approx(3, abs=0.05)
    v.press("]", "]")
    assert v.page.evaluate(f"{SOUND}.playbackRate") == 1.5
    assert v.item == item  # nothing was skipped
    v.press("n")  # which skips here, as space plays
    assert v.after(item) != item
    v.page.wait_for_function(READY)
    assert v.page.evaluate(f"{SOUND}.playbackRate") == 1.5
    v.press("b")
    v.saved()


def test_the_outline_is_drawn_and_a_click_seeks(visit: Callable[..., Visit]) -> None:
    v = visit("drawn", spec="calls", viewport=DESK)
    v.page.wait_for_function(READY)
    inked = "c => { const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return p.some(x => x) }"
    v.page.wait_for_function(f"() => ({inked})(document.querySelector('.player canvas'))")
    box = v.page.locator(".track").bounding_box()
    v.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    assert at(v) == pytest.approx(1.5, abs=0.05)
    assert v.page.locator(".track").get_attribute("aria-valuetext") == "1.5 s of 3.0 s"


def test_it_is_looked_at_from_near_where_it_plays(visit: Callable[..., Visit]) -> None:
    v = visit("near", spec="calls", viewport=DESK)
    v.page.wait_for_function(READY)
    v.press("ArrowRight", "+", "+")
    v.says("4× as near")
    box = v.page.locator(".track").bounding_box()
    v.page.mouse.click(box["x"] + 2, box["y"] + 20)  # the left edge: two thirds of what is seen before 2 s
    assert at(v) == pytest.approx(1.5, abs=0.05)
    v.press("Home")  # and the view turns back to where it plays
    head = v.page.locator(".playhead").bounding_box()
    assert abs(head["x"] - box["x"]) < 4
    v.press("*")
    v.says("all of it")


def test_transcripts_are_typed_while_it_plays(visit: Callable[..., Visit]) -> None:
    v = visit("transcripts", spec="transcripts", viewport=DESK)
    v.page.wait_for_function(READY)
    item = v.item
    v.press(*"up and", "Control+ ")
    playing(v, True)
    v.press(*" away", "Control+ ")
    playing(v, False)
    v.press("Control+.", "Enter")
    assert v.after(item) != item
    done = [item, *v.label(9, lambda i, _: [*f"no {i}", "Enter"])]
    v.saved()
    kept = v.site.kept("transcripts")
    assert [kept[id] for id in done] == ["up and away", *(f"no {i}" for i in range(9))]


def test_a_guess_is_what_a_transcript_begins_from_once_it_may_be_seen(visit: Callable[..., Visit], site: Site) -> None:
    place = make(site.root, "transcripts", "guessed")
    with closing(Campaign.open(place)) as campaign, campaign.store.writing() as db:
        db.execute(update(task).values(guesses='[["up and awry", 0.9]]'))
    v = visit("guessed", spec="transcripts", viewport=DESK)
    first, field = v.item, v.page.get_by_label("Your answer")
    assert field.input_value() == ""  # hidden until it is asked for
    v.press("Escape", "s")
    v.page.wait_for_function("() => document.querySelector('textarea').value === 'up and awry'")
    v.press("e", "End", "Backspace", "Backspace", *"ay", "Enter")
    second = v.after(first)
    v.press(*"mine", "Escape", "s")
    v.page.get_by_text("90 %").wait_for()
    assert field.input_value() == "mine"  # what was typed stays
    v.press("e", "Enter")
    v.after(second)
    v.saved()
    assert [v.site.kept("guessed")[id] for id in (first, second)] == ["up and away", "mine"]


def test_segments_by_keys_and_by_mouse(visit: Callable[..., Visit]) -> None:
    v = visit("heard", spec="heard", viewport=DESK)
    v.page.wait_for_function(READY)
    item = v.item
    v.press("Home", "Shift+ArrowRight", "Shift+ArrowRight", "i", "ArrowRight", "Shift+ArrowLeft", "o", "1")
    box = v.page.locator(".track").bounding_box()
    v.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 40)
    v.page.mouse.down()
    v.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 50, steps=4)
    v.page.mouse.up()
    v.press("2", "i", "o", "x", ",", "2", "Enter")  # the last of them is renamed to what it was; an empty one goes
    v.after(item)
    v.saved()
    first, second = json.loads(v.site.kept("heard")[item])
    assert first == {"start": pytest.approx(0.2, abs=0.02), "end": pytest.approx(2.1, abs=0.02), "label": "rising"}
    assert second == {"start": pytest.approx(2.25, abs=0.03), "end": pytest.approx(2.7, abs=0.03), "label": "falling"}
    again = v.item
    v.press("Enter")  # nothing heard
    v.after(again)
    v.saved()
    assert v.site.kept("heard")[again] == "[]"


@pytest.mark.parametrize("name", ["calls", "transcripts", "heard"])
@pytest.mark.parametrize("look", LOOKS)
def test_anybody_can_use_it(visit: Callable[..., Visit], name: str, look: str) -> None:
    v = visit(f"{name}-{look}", spec=name, **LOOKS[look])
    v.page.wait_for_function(READY)
    if name == "heard":
        v.press("i", "ArrowRight", "o", "1", "i", "ArrowRight", "o")
    usable(v)


def test_recordings_are_heard_in_lists_one_at_a_time(visit: Callable[..., Visit], site: Site) -> None:
    """Beside the question, those most like it; in the grid, without marking them."""
    with closing(Campaign.open(make(site.root, "listened"))) as campaign:
        said = [(t, ("rising", "falling")[n % 2]) for n, t in enumerate(campaign.ask("zoe", 60))]
        campaign.tell_many("zoe", said)
        campaign.step()
        landscape.write(campaign.folder.root, landscape.survey(campaign.learner, campaign.pool, 1))
    v = visit("listened", viewport=DESK)
    heard = "() => [...document.querySelectorAll('.alike audio, .grid audio')].map((a) => !a.paused)"
    for number in (0, 1):
        v.page.locator(".alike .hear").nth(number).click()
        v.page.wait_for_function(f"() => ({heard})()[{number}]")
    assert v.page.evaluate(heard).count(True) == 1
    v.go("grid")
    v.page.get_by_role("button", name="Get up to").click()
    v.page.locator(".grid .hear").first.click()
    v.page.wait_for_function(f"() => ({heard})()[0]")
    assert v.page.locator(".grid button[aria-pressed=true]").count() == 0
    usable(v)
