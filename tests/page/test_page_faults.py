"""What goes wrong between a person and the server, and that nothing which they did is lost by it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from page_server import TOPICS, make
from sqlalchemy import delete
from visits import OFFLINE, Site, Visit, serving, visits

from askance.server.people import People, secret

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"


def test_undo_goes_back_across_answers_that_the_server_has(visit: Callable[..., Visit]) -> None:
    v = visit("undone", spec="news")
    done = v.label(4, lambda i, _: [str(1 + i)])
    v.saved()
    for id in reversed(done[1:]):
        v.press("Backspace")
        v.asked(id)
    assert set(v.site.kept("undone")) == {done[0]}
    v.says(f"was: {TOPICS[1]}")
    again = v.label(3, lambda i, _: ["4"])
    v.saved()
    assert again[0] == done[1]
    assert v.site.kept("undone") == {done[0]: TOPICS[0], **dict.fromkeys(again, TOPICS[3])}


def test_undo_brings_a_skip_back_and_an_answer_of_before_the_reload(visit: Callable[..., Visit]) -> None:
    v = visit("reloaded", spec="news")
    (first,) = v.label(1, lambda i, _: ["2"])
    v.saved()
    (second,) = v.label(1, lambda i, _: ["Space"])
    v.saved()
    v.page.reload()
    v.asked()
    for id in (second, first):
        v.press("Backspace")
        v.asked(id)
    assert v.site.kept("reloaded") == {}


def test_an_answer_of_the_history_gets_another_answer(visit: Callable[..., Visit]) -> None:
    v = visit("revisited", spec="news")
    first, second = v.label(2, lambda i, _: ["1"])
    now = v.item
    v.press("ArrowLeft", "ArrowLeft")
    v.asked(first)
    v.press("3")
    v.asked(now)
    v.saved()
    assert v.site.kept("revisited") == {first: TOPICS[2], second: TOPICS[0]}


def test_ten_seconds_offline_lose_nothing(visit: Callable[..., Visit]) -> None:
    """What is at hand is answered meanwhile; the page says that it waits, and goes on by itself."""
    v = visit("offline", spec="news")
    for pattern in (OFFLINE, "events"):
        v.expect(pattern)
    v.label(3, lambda i, _: ["1"])
    v.saved()
    before = v.site.kept("offline")
    v.page.context.set_offline(True)
    gone, said = time.monotonic(), {}
    while v.item:
        id, n = v.item, 1 + len(said) % 4
        v.press(str(n))
        said[id] = TOPICS[n - 1]
        v.page.wait_for_function("id => document.querySelector('main.item').dataset.item !== id", arg=id)
    assert len(said) >= 2
    v.says(f"{len(said)} unsent")
    v.page.get_by_text("the server was not reached").first.wait_for()
    time.sleep(max(0.0, 10 - (time.monotonic() - gone)))
    assert v.site.kept("offline") == before
    v.page.context.set_offline(False)
    v.after("")
    v.saved()
    assert v.site.kept("offline") == {**before, **said}
    rest = v.label(2, lambda i, _: ["2"])
    v.saved()
    assert set(v.site.kept("offline")) == {*before, *said, *rest}


def test_answers_of_a_closed_tab_are_sent_by_the_next(visit: Callable[..., Visit]) -> None:
    v = visit("closed", spec="news")
    v.expect(OFFLINE)
    v.page.context.set_offline(True)
    id = v.item
    v.press("2")
    v.says("1 unsent")
    v.page.close()
    v.page.context.set_offline(False)
    again = visit("closed", beside=v)
    again.saved()
    assert v.site.kept("closed") == {id: TOPICS[1]}
    assert again.item != id


def test_two_tabs_of_one_person_and_an_answer_that_the_server_refuses(visit: Callable[..., Visit]) -> None:
    """The second tab skips what the first one has answered: that is said, kept, and settled by hand."""
    one = visit("tabs", spec="news")
    two = visit("tabs", beside=one)
    two.expect("409")
    assert one.item == two.item
    (id,) = one.label(1, lambda i, _: ["1"])
    one.saved()
    two.press("Space")
    two.after(id)
    two.says("1 not accepted")
    two.page.reload()
    two.says("1 not accepted")
    two.page.get_by_text("1 not accepted").click()
    two.says("take that back first")
    two.page.get_by_text("Seen; remove it").click()
    two.says("All is settled")
    assert one.site.kept("tabs") == {id: TOPICS[0]}


def test_a_server_that_is_started_again_gets_what_the_browser_kept(browser: Any, tmp_path: Path) -> None:
    """`askance label`, ended while its page is open, and once more: the same port, and so the same browser storage."""
    command = ("-m", "askance", "label", str(make(tmp_path, "news")), "--no-browser", "--who", "ann")
    with serving(tmp_path, *command) as site, visits(browser, site) as visit:
        v = visit("news")
        v.expect(OFFLINE)
        (first,) = v.label(1, lambda i, _: ["1"])
        v.saved()
        storage = v.page.context
        second = v.item
        storage.route("**/answers", lambda route: route.abort())  # as if the server had just gone
        v.press("2")
        v.says("1 unsent")
        state = storage.storage_state()
    with serving(tmp_path, *command) as again, visits(browser, again) as visit:
        assert again.url == site.url
        w = visit("news", storage_state=state)
        w.saved()
        assert again.kept("news") == {first: TOPICS[0], second: TOPICS[1]}


def test_without_its_token_the_page_says_what_to_open(browser: Any, site: Site) -> None:
    with visits(browser, Site(site.root, site.url)) as visit:
        v = visit("news", "settings")
        v.expect("401")
        v.says("open the address that `askance label` has printed")
        assert v.page.get_by_label("Password").count() == 0


HALF = {
    "names": (["ArrowRight", "2"], ".marked sub", "ORG"),
    "summaries": ([*"half of a sum"], "textarea", ""),
    "strength": ([*"12"], "input[aria-label=Number]", ""),
    "boxes": (["p", "Shift+ArrowRight", "Shift+ArrowDown", "p"], ".shape text", "cell"),
}


@pytest.mark.parametrize("name", sorted(HALF))
def test_what_is_half_done_is_there_after_a_reload(visit: Callable[..., Visit], name: str) -> None:
    keys, where, words = HALF[name]
    v = visit(f"half-{name}", spec=name)
    id = v.item
    v.press(*keys)

    def there() -> str:
        at = v.page.locator(where).first
        at.wait_for()
        return str(at.text_content() if words else at.input_value())

    before = there()
    assert before == (words or "".join(keys))
    v.page.reload()
    v.asked()
    assert (v.item, there()) == (id, before)
    v.press("Enter")
    v.after(id)
    v.saved()
    assert len(v.site.kept(f"half-{name}")) == 1


# ---- with accounts


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`askance serve` with the accounts olga, owner, and zoe, who has a part in nothing yet."""
    root = tmp_path_factory.mktemp("team")
    make(root, "news")
    with closing(People(f"sqlite:///{root / 'server.db'}")) as people:
        for who in ("olga", "zoe"):
            people.add(who, PASSWORD, admin=who == "olga")
        people.let_in("news", "zoe", "annotator")
    with serving(root, "-m", "askance", "serve", str(root), "--port", "0", "--no-worker") as site:
        yield site


def sign_in(page: Any, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_session_that_ends_loses_nothing(browser: Any, team: Site) -> None:
    """Answers wait until somebody has signed in again in another tab; so does what is half written."""
    with visits(browser, team) as visit:
        v = visit("news", "settings")
        v.expect("401")
        sign_in(v.page, "zoe", "wrong horse battery")
        v.says("the name or the password is wrong")
        sign_in(v.page, "zoe")
        v.says("For you, in this browser")
        v.go()
        before = v.label(1, lambda i, _: ["1"])
        v.saved()
        with closing(People(f"sqlite:///{team.root / 'server.db'}")) as people, people.engine.begin() as db:
            db.execute(delete(secret).where(secret.c.kind == "session"))
        meanwhile = v.item
        v.press("2")
        v.says("sign in again")
        assert list(team.kept("news", "zoe")) == before
        with v.page.context.expect_page() as opened:
            v.page.get_by_role("link", name="sign in again").click()
        other = opened.value
        sign_in(other, "zoe")
        other.wait_for_selector("main ul.cards")
        other.close()
        v.page.bring_to_front()
        v.page.evaluate("dispatchEvent(new Event('focus'))")  # a browser without a screen sends none
        v.saved()
        assert team.kept("news", "zoe") == {before[0]: TOPICS[0], meanwhile: TOPICS[1]}
        rest = v.label(3, lambda i, _: ["3"])
        v.saved()
        assert set(team.kept("news", "zoe")) == {*before, meanwhile, *rest}


def test_an_invitation_lets_one_person_in(browser: Any, team: Site) -> None:
    with visits(browser, team) as visit:
        v = visit("news", "settings")
        v.expect("401")
        sign_in(v.page, "olga")
        v.page.get_by_role("button", name="Make an invitation").click()
        link = v.page.get_by_label("Invitation").input_value()
        w = visit("news", "settings")
        w.expect("401")
        w.page.goto(link)
        w.page.get_by_label("Name").fill("newcomer")
        w.page.get_by_label("Password").fill(PASSWORD)
        w.page.get_by_role("button", name="Join").click()
        w.page.get_by_role("link", name="news", exact=True).click()
        w.asked()
        assert w.page.get_by_role("link", name="Review").count() == 0
        done = w.label(2, lambda i, _: ["4"])
        w.saved()
        assert list(team.kept("news", "newcomer")) == done
