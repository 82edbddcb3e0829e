"""Who may speak to the server at all: hosts, origins, sizes; and what every answer tells the browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from served import API, PASSWORD, TOKEN, Served, answer, at, fault, tasks

from askance.server import guard
from askance.server.access import COOKIE

BROWSER = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}


def signed_in(team: Served, who: str = "ann") -> TestClient:
    """A browser with the cookie of a session."""
    browser = team.client(**BROWSER)
    assert browser.post(f"{API}/session", json={"name": who, "password": PASSWORD}).status_code == 200
    return browser


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:80",
        "127.0.0.1.nip.io",
        "",
        "localhost@evil.example",
        "[::1]evil.example",
        "localhost:80:80",
        "localhost evil",
        "127.0.0.2",
        "0.0.0.0",
        "localhost:port",
    ],
)
def test_a_name_that_is_not_ours_is_not_answered(alone: Served, host: str) -> None:
    """DNS rebinding: the page of evil.example has its name point to 127.0.0.1, and is of one origin with us then."""
    for path in ("/", f"{API}/me", "/healthz", f"/?token={TOKEN}"):
        said = alone.client(host=host).get(path, follow_redirects=False)
        fault(said, 421, "wrong_host")
        assert "set-cookie" not in said.headers


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765", "[::1]", "LOCALHOST"])
def test_our_own_names_are(alone: Served, host: str) -> None:
    assert alone.client(host=host).get("/healthz").json() == {"status": "ok"}


def test_two_host_headers_are_none(alone: Served) -> None:
    said = alone.client().get("/healthz", headers=[("host", "localhost"), ("host", "evil.example")])
    fault(said, 421, "wrong_host")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://localhost", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_with_a_cookie_comes_from_our_own_page_or_not_at_all(
    team: Served, headers: dict[str, str], method: str
) -> None:
    cookie = signed_in(team).cookies[COOKIE]
    evil = team.client(**headers, cookie=f"{COOKIE}={cookie}")
    fault(evil.request(method, at("one", "undo")), 403, "wrong_origin")


def test_our_own_page_and_a_program_with_a_token_may_write(team: Served) -> None:
    page = signed_in(team)
    task = tasks(page)[0]
    assert page.post(at("one", "answers"), json=answer(task)).status_code == 200
    program = team.of("ann")
    assert program.post(at("one", "undo"), headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_no_header_lets_another_site_read(team: Served) -> None:
    page = signed_in(team)
    for method in ("GET", "OPTIONS"):
        said = page.request(method, at("one"), headers={"origin": "http://evil.example"})
        assert not [h for h in said.headers if h.startswith("access-control-")]


WANTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": guard.CSP,
}


def answers_of_all_sorts(team: Served) -> Iterator[Any]:
    ann, stranger = team.of("ann"), team.client()
    yield stranger.get("/")
    yield stranger.get("/c/anything/at/all")
    yield stranger.get("/healthz")
    yield stranger.get("/nothing")
    yield stranger.get(f"{API}/me")
    yield stranger.get(f"{API}/openapi.json")
    yield stranger.get("/healthz", headers={"host": "evil.example"})
    yield ann.get(at("one"))
    yield ann.post(at("one"))  # another method
    yield ann.post(at("one", "queue"), content=b"{")
    yield ann.post(at("one", "queue"), content=b"x" * (guard.MOST + 1))
    yield team.of("rita").get(at("one", "export"))
    yield team.of("root").get("/metrics")


def test_every_answer_carries_every_header(team: Served) -> None:
    ids = set()
    for said in answers_of_all_sorts(team):
        for name, value in WANTED.items():
            assert said.headers.get_list(name) == [value], (said.request.url, name)
        assert said.headers["cache-control"]
        ids.add(said.headers["x-request-id"])
    assert len(ids) == 13


@pytest.mark.parametrize("directive", ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
def test_the_policy_runs_nothing_but_ours(directive: str) -> None:
    assert directive in guard.CSP.split("; ")
    assert "unsafe-eval" not in guard.CSP
    assert guard.CSP.count("unsafe-inline") == 1, "of styles alone"


def test_a_fault_of_ours_has_the_shape_and_the_headers_and_says_nothing_of_how(
    team: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from askance.server.desk import Desk

    def broken(self: Desk, who: str, n: int) -> None:
        raise RuntimeError("the secret is 1234")

    monkeypatch.setattr(Desk, "history", broken)
    said = team.of("ann").get(at("one", "history"))
    message = fault(said, 500, "fault")
    assert "1234" not in said.text
    assert "RuntimeError" not in said.text
    assert "request_id" in message
    for name, value in WANTED.items():
        assert said.headers[name] == value
    assert said.headers["x-request-id"] in caplog.text
    assert "the secret is 1234" in caplog.text


def test_a_request_says_its_size_or_ends_at_the_limit(team: Served) -> None:
    ann = team.of("ann")
    fault(ann.post(at("one", "queue"), content=b" " * (guard.MOST + 1)), 413, "too_large")
    fault(ann.post(at("one", "queue"), headers={"content-length": "9" * 30}), 413, "too_large")
    fault(ann.post(at("one", "queue"), headers={"content-length": "-1"}), 413, "too_large")
    sent = [0]

    def endless() -> Iterator[bytes]:
        while sent[0] < 4 * guard.MOST:
            sent[0] += 1 << 20
            yield b" " * (1 << 20)

    fault(ann.post(at("one", "queue"), content=endless()), 413, "too_large")


def test_what_is_no_json_or_too_deep_is_an_error_of_the_sender(team: Served) -> None:
    ann = team.of("ann")
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"n":' * 50_000, b"NaN", b'{"n": ' + b"9" * 5000 + b"}"):
        said = ann.post(at("one", "queue"), content=body, headers={"content-type": "application/json"})
        fault(said, said.status_code)
        assert said.status_code in (400, 422), (body[:20], said.status_code)
    task = tasks(ann)[0]
    deep = b'{"answers":[{"key":"deep-key-1","id":"%s","value":%s}]}' % (task["id"].encode(), b"[" * 900 + b"]" * 900)
    said = ann.post(at("one", "answers"), content=deep, headers={"content-type": "application/json"})
    assert said.status_code in (400, 422), said.text


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "x\\udfff"])
def test_text_that_no_file_can_hold_is_refused(team: Served, text: str) -> None:
    ann = team.of("ann")
    task = tasks(ann)[0]
    for path, body in (
        ("skips", f'{{"key":"odd-key-1","id":"{task["id"]}","why":"{text}"}}'),
        ("answers", f'{{"answers":[{{"key":"odd-key-2","id":"{task["id"]}","value":"{text}"}}]}}'),
        ("answers", f'{{"answers":[{{"key":"odd-key-3","id":"{task["id"]}","value":"x","suggested":"{text}"}}]}}'),
    ):
        said = ann.post(at("one", path), content=body.encode(), headers={"content-type": "application/json"})
        fault(said, 422)
    said = ann.put(
        at("one", f"samples/{task['id']}/remark"),
        content=f'{{"note":"{text}"}}'.encode(),
        headers={"content-type": "application/json"},
    )
    fault(said, 422)


def test_an_address_with_the_character_0_is_refused(team: Served) -> None:
    fault(team.of("olga").put(at("one", "members/a%00b"), json={"role": "owner"}), 422, "invalid")
    fault(team.of("ann").post(at("one", "grid?label=%00")), 422, "invalid")


def test_the_log_is_json_with_the_request_id_and_no_secret(team: Served, caplog: pytest.LogCaptureFixture) -> None:
    import json
    import logging

    with caplog.at_level(logging.INFO, "askance.server"):
        said = team.of("ann").get(at("one"), params={"token": "not-to-be-logged"})
    line = json.loads(caplog.messages[-1])
    assert line["id"] == said.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", at("one"), 200)
    assert "not-to-be-logged" not in caplog.text
    assert team.tokens["ann"] not in caplog.text


def test_reading_changes_nothing(team: Served) -> None:
    """CVE-2024-37306 was a GET that did something."""
    from test_roles import TAKES, called

    def rows() -> int:
        return int(team.desk().newest())

    before = rows()
    root = team.of("root")
    for route in TAKES:
        method, path = called(route, "one")
        if method == "GET" and not path.endswith("/events"):
            root.get(path)
    assert rows() == before
    assert not (team.root / "one.askance" / "train.now").exists()
