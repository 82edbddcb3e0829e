"""Signing in and out, sessions, invitations, tokens; and what is kept of secrets."""

import sqlite3
import threading
from typing import Any

import pytest
from served import API, PASSWORD, TOKEN, Served, at, fault

from askance.errors import BadConfig, Conflict
from askance.server.access import COOKIE, local_cookie
from askance.server.attempts import ATTEMPTS, WINDOW, Attempts
from askance.server.people import DAY, People, hashed
from askance.server.refused import Refused

PAGE = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}


def cookie_flags(said: Any) -> dict[str, str]:
    first, *rest = said.headers["set-cookie"].split("; ")
    return {"value": first.partition("=")[2]} | {k.lower(): v for k, _, v in (r.partition("=") for r in rest)}


def sign_in(team: Served, who: str = "ann", password: str = PASSWORD) -> Any:
    return team.client(**PAGE).post(f"{API}/session", json={"name": who, "password": password})


# ---- one person


def test_the_token_of_the_address_is_exchanged_for_a_cookie(alone: Served) -> None:
    browser = alone.client()
    said = browser.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (said.status_code, said.headers["location"]) == (303, "/")
    flags = cookie_flags(said)
    assert {"httponly", "samesite", "path"} <= flags.keys()
    assert flags["samesite"].lower() == "strict"
    assert TOKEN not in said.headers["set-cookie"], "what the browser keeps does not open the address"
    assert browser.get(f"{API}/me").json()["local"] is True


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "\u00fc"])
def test_a_wrong_token_opens_nothing(alone: Served, token: str) -> None:
    said = alone.client().get("/", params={"token": token}, follow_redirects=False)
    assert "set-cookie" not in said.headers
    for name in (COOKIE, local_cookie(TOKEN)):
        fault(alone.client(cookie=f"{name}={hashed(token)}").get(f"{API}/me"), 401)
    fault(alone.client(authorization=b"Bearer " + token.encode("latin-1")).get(f"{API}/me"), 401)


def test_the_token_is_no_cookie_and_the_cookie_no_token(alone: Served) -> None:
    browser = alone.client()
    browser.get(f"/?token={TOKEN}")
    (kept,) = browser.cookies.values()
    fault(alone.client(authorization=f"Bearer {kept}").get(f"{API}/me"), 401)
    fault(alone.client(cookie=f"{local_cookie(TOKEN)}={TOKEN}").get(f"{API}/me"), 401)


def test_two_pages_on_one_machine_do_not_sign_each_other_out(alone: Served) -> None:
    """A browser sends the cookies of every port to every port."""
    browser = alone.client()
    browser.get(f"/?token={TOKEN}")
    ((name, value),) = browser.cookies.items()
    assert name == local_cookie(TOKEN) != local_cookie(TOKEN + "x")
    both = alone.client(cookie=f"{local_cookie(TOKEN + 'x')}=other; {name}={value}; {COOKIE}=of a server")
    assert both.get(f"{API}/me").json()["local"] is True


def test_one_persons_server_has_no_accounts(alone: Served) -> None:
    client = alone.client(**PAGE)
    fault(client.post(f"{API}/session", json={"name": "me", "password": PASSWORD}), 404, "no_accounts")
    fault(alone.of("me").get(f"{API}/tokens"), 404, "no_accounts")


# ---- accounts


def test_a_session_is_a_cookie_that_scripts_cannot_read_and_ends_when_it_is_told(team: Served) -> None:
    said = sign_in(team)
    flags = cookie_flags(said)
    assert {"httponly", "samesite"} <= flags.keys()
    assert flags["samesite"].lower() == "strict"
    assert "secure" not in flags, "this is http"
    browser = team.client(**PAGE, cookie=f"{COOKIE}={flags['value']}")
    assert browser.get(f"{API}/me").json()["name"] == "ann"
    assert browser.delete(f"{API}/session").status_code == 204
    fault(browser.get(f"{API}/me"), 401)


def test_over_https_the_cookie_is_for_https_alone(team: Served) -> None:
    from fastapi.testclient import TestClient

    browser = TestClient(team.app, "https://localhost", headers={**PAGE, "origin": "https://localhost"})
    said = browser.post(f"{API}/session", json={"name": "ann", "password": PASSWORD})
    assert "secure" in cookie_flags(said)


def test_a_session_that_somebody_else_chose_is_not_taken_over(team: Served) -> None:
    """Session fixation: the cookie that was there before is nobody's after."""
    chosen = "0" * 43
    browser = team.client(**PAGE, cookie=f"{COOKIE}={chosen}")
    said = browser.post(f"{API}/session", json={"name": "ann", "password": PASSWORD})
    assert cookie_flags(said)["value"] != chosen
    fault(team.client(cookie=f"{COOKIE}={chosen}").get(f"{API}/me"), 401)
    assert cookie_flags(sign_in(team))["value"] != cookie_flags(said)["value"]


def test_a_wrong_name_and_a_wrong_password_are_told_alike(team: Served) -> None:
    told = {fault(sign_in(team, who, "not the password"), 401) for who in ("ann", "nobody-at-all")}
    assert len(told) == 1


def test_after_so_many_wrong_attempts_the_right_one_is_not_tried_either(team: Served) -> None:
    for _ in range(ATTEMPTS):
        fault(sign_in(team, "ann", "not the password"), 401)
    assert "try again in" in fault(sign_in(team), 429, "too_many")


def test_attempts_are_counted_however_many_come_at_once() -> None:
    clock, passed = [0.0], []
    attempts = Attempts(lambda: clock[0])

    def attempt() -> None:
        try:
            attempts.begin("name:ann")
            passed.append(1)
        except Refused:
            pass

    threads = [threading.Thread(target=attempt) for _ in range(40)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(passed) == ATTEMPTS
    clock[0] = WINDOW
    attempt()
    assert len(passed) == ATTEMPTS + 1, "and again after a while"


def test_right_attempts_are_not_counted() -> None:
    attempts = Attempts(lambda: 0.0)
    for _ in range(5 * ATTEMPTS):
        attempts.begin("name:ann", "from:here")
        attempts.succeeded("name:ann", "from:here")
    for _ in range(ATTEMPTS):
        attempts.begin("name:ann", "from:here")
    with pytest.raises(Refused):
        attempts.begin("name:ann", "from:here")


def test_a_database_that_is_stolen_opens_nothing(team: Served) -> None:
    people = team.house.people
    assert people
    session = cookie_flags(sign_in(team))["value"]
    token = people.give("token", "ann", "x", 0)[1]
    invitation = people.invite("one", "owner", "root", 7)[0]
    team.close()
    with sqlite3.connect(team.root / "server.db") as db:
        text = "\n".join(db.iterdump())
    for secret in (session, token, invitation, PASSWORD):
        assert secret not in text
        assert secret == PASSWORD or hashed(secret) in text
    assert text.count("$argon2id$") == 6
    for stolen in (hashed(session), hashed(token)):
        fault(team.client(cookie=f"{COOKIE}={stolen}").get(f"{API}/me"), 401)
        fault(team.client(authorization=f"Bearer {stolen}").get(f"{API}/me"), 401)


def test_a_secret_of_one_kind_is_none_of_another(team: Served) -> None:
    people = team.house.people
    assert people
    session, invitation = people.give("session", "root")[1], people.invite("one", "owner", "root", 7)[0]
    for secret in (session, invitation):
        fault(team.client(authorization=f"Bearer {secret}").get(f"{API}/me"), 401)
    token = people.give("token", "root", "x", 0)[1]
    for secret in (token, invitation):
        fault(team.client(cookie=f"{COOKIE}={secret}").get(f"{API}/me"), 401)


def test_what_is_too_old_serves_no_longer(team: Served) -> None:
    people = team.house.people
    assert people
    session, invitation = people.give("session", "ann")[1], people.invite("one", "annotator", "olga", 7)[0]
    now = people.clock()
    people.clock = lambda: now + 31 * DAY
    fault(team.client(cookie=f"{COOKIE}={session}").get(f"{API}/me"), 401)
    assert people.accept(invitation, "new", PASSWORD) is None


# ---- invitations


def invite(team: Served, role: str = "annotator") -> str:
    body = {"campaign": "one", "role": role}
    token: str = team.of("olga").post(at("one", "invitations"), json=body).json()["token"]
    return token


def accept(team: Served, token: str, name: str = "new", password: str = PASSWORD) -> Any:
    body = {"token": token, "name": name, "password": password}
    return team.client().post(f"{API}/invitations/accept", json=body)


def test_an_invitation_makes_one_account_with_its_role(team: Served) -> None:
    token = invite(team, "reviewer")
    said = accept(team, token)
    assert said.json()["name"] == "new"
    browser = team.client(cookie=f"{COOKIE}={cookie_flags(said)['value']}")
    assert browser.get(at("one")).json()["role"] == "reviewer"
    fault(browser.get(at("other")), 404)
    assert "used up" in fault(accept(team, token, "another"), 404, "no_invitation")


def test_nobody_makes_an_account_without_one(team: Served) -> None:
    fault(accept(team, "no-such-invitation"), 404, "no_invitation")
    assert all(f"{API}/{name}" not in team.app.openapi()["paths"] for name in ("users", "signup", "register"))


def test_a_name_that_is_taken_leaves_the_invitation_and_the_other_account_alone(team: Served) -> None:
    token = invite(team)
    assert "is taken" in fault(accept(team, token, "root"), 409)
    assert "is taken" in fault(accept(team, token, " root "), 409)
    fault(accept(team, token, "new", "short"), 422)
    assert accept(team, token).status_code == 200


def test_two_who_accept_at_once_are_one_account(team: Served) -> None:
    people, made = team.house.people, []
    assert people
    token, _ = people.invite("one", "annotator", "olga", 7)
    start = threading.Barrier(4)

    def take(name: str) -> None:
        start.wait()
        made.append(people.accept(token, name, PASSWORD))

    threads = [threading.Thread(target=take, args=(f"new-{n}",)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    there = [p.name for p in made if p]
    assert len(there) == 1
    assert [n for n in range(4) if people.known(f"new-{n}")] == [int(there[0][-1])]


def test_a_password_that_is_set_ends_every_session(team: Served) -> None:
    session = cookie_flags(sign_in(team))["value"]
    people = team.house.people
    assert people
    people.set_password("ann", "another password")
    fault(team.client(cookie=f"{COOKIE}={session}").get(f"{API}/me"), 401)
    fault(sign_in(team), 401)
    assert sign_in(team, "ann", "another password").status_code == 200


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x00b", "\u202eann"])
def test_a_name_that_cannot_be_shown_is_no_name(tmp_path: Any, name: str) -> None:
    people = People(f"sqlite:///{tmp_path / 'server.db'}")
    with pytest.raises(BadConfig, match="name must be text"):
        people.add(name, PASSWORD)
    with pytest.raises(BadConfig, match="at least 10"):
        people.add("ann", "short")
    people.add("ann", PASSWORD)
    with pytest.raises(Conflict, match="'ann' is taken"):
        people.add("ann", PASSWORD)
    people.close()
