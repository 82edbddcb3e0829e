"""What is sent to exhaust the server: heads and bodies without end, a byte a minute, depth, files anybody may read."""

import json
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import API, PASSWORD, Served, answer, at, fault, tasks

from askance.errors import BadConfig
from askance.server import guard, patience
from askance.server.people import People
from askance.server.serve import bound, configured
from askance.server.shapes.shape import DEEPEST


@pytest.fixture
def port(team: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A real server on a real socket, that waits for less long than usual."""
    import uvicorn

    monkeypatch.setattr(patience, "HEAD", 1.0)
    monkeypatch.setattr(guard, "NEXT", 1.0)
    server = uvicorn.Server(configured(team.app, "127.0.0.1", 0))
    listening = bound("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(20)
    listening.close()


def connected(port: int, *said: bytes) -> socket.socket:
    s = socket.create_connection(("127.0.0.1", port), 20)
    for part in said:
        s.sendall(part)
    return s


def answered(s: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    found = b""
    try:
        while part := s.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    s.close()
    return found


HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


def test_connections_that_say_nothing_or_never_finish_are_given_up(port: int) -> None:
    """Slowloris: and whoever comes meanwhile is answered at once."""
    slow = [connected(port, said) for said in (b"", b"G", HEAD, HEAD + b"x-a: b\r\n") for _ in range(30)]
    began = time.monotonic()
    assert b"200 OK" in answered(connected(port, HEAD + b"Connection: close\r\n\r\n"))
    assert {answered(s) for s in slow} == {b""}
    assert time.monotonic() - began < 15


def test_a_head_that_trickles_is_given_up_however_often_something_comes(port: int) -> None:
    s, began = connected(port, HEAD), time.monotonic()
    with pytest.raises(OSError):  # noqa: PT012
        while time.monotonic() - began < 15:
            s.sendall(b"x-a: b\r\n")
            time.sleep(0.1)
    assert time.monotonic() - began < 15
    s.close()


def test_a_connection_that_goes_on_is_kept(port: int) -> None:
    s = connected(port)
    for _ in range(4):
        s.sendall(HEAD + b"\r\n")
        said = b""
        while not said.endswith(b"}"):
            said += s.recv(65536)
        assert b"200 OK" in said
        time.sleep(0.4)
    s.sendall(HEAD[:20])  # and a head that begins and stays away is given up here too
    assert answered(s) == b""


def test_a_head_without_end_is_refused(port: int) -> None:
    said = answered(connected(port, HEAD + b"x-a: " + b"b" * patience.LARGEST_HEAD))
    assert said.startswith(b"HTTP/1.1 400")


def test_a_body_that_stays_away_is_given_up_with_a_sentence(port: int, team: Served) -> None:
    team.of("ann")
    head = f"POST {at('one', 'queue')} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {team.tokens['ann']}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    said = answered(connected(port, head.encode()))
    assert said.startswith(b"HTTP/1.1 400")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["error"]["code"] == "too_slow"


@pytest.mark.parametrize(
    "smuggled", [b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n" * 2]
)
def test_two_lengths_are_no_way_to_smuggle_a_request(port: int, smuggled: bytes) -> None:
    head = HEAD.replace(b"GET", b"POST") + smuggled + b"\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    said = answered(connected(port, head))
    assert said.count(b"HTTP/1.1") <= 2
    assert b"askance_labels" not in said


@pytest.mark.parametrize("depth", [DEEPEST + 2, 300, 600, 900, 950, 980, 2000])
@pytest.mark.parametrize("opens", ["[", '{"a":'])
def test_what_is_too_deep_is_an_error_of_the_sender(team: Served, depth: int, opens: str) -> None:
    ann = team.of("ann")
    value = opens * depth + "1" + ("]" if opens == "[" else "}") * depth
    body = f'{{"answers":[{{"key":"deep-key-1","id":"{tasks(ann)[0]["id"]}","value":{value}}}]}}'
    said = ann.post(at("one", "answers"), content=body.encode(), headers={"content-type": "application/json"})
    assert said.status_code in (400, 422), said.text
    fault(said, said.status_code)


@pytest.mark.parametrize("value", ['[1, "\\ud800"]', '[[1, "a\\u0000"]]', '{"a": [0.5, {"b": "\\udfff"}]}'])
def test_text_that_cannot_be_kept_hides_behind_no_number(team: Served, value: str) -> None:
    ann = team.of("ann")
    body = f'{{"answers":[{{"key":"odd-key-1","id":"{tasks(ann)[0]["id"]}","value":{value}}}]}}'
    said = ann.post(at("one", "answers"), content=body.encode(), headers={"content-type": "application/json"})
    assert "whole Unicode" in fault(said, 422, "invalid")


def test_answers_and_samples_of_one_request_are_counted(team: Served) -> None:
    ann = team.of("ann")
    task = tasks(ann)[0]
    many = {"answers": answer(task)["answers"] * 501}
    fault(ann.post(at("one", "answers"), json=many), 422, "invalid")
    fault(ann.post(at("one", "heartbeat"), json={"ids": [task["id"]] * 201}), 422, "invalid")
    fault(ann.post(at("one", "skips"), json={"key": "skip-key-1", "id": task["id"], "why": "x" * 501}), 422, "invalid")
    fault(ann.put(at("one", f"samples/{task['id']}/remark"), json={"note": "x" * 5001}), 422, "invalid")


def test_the_accounts_are_in_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    people = People(f"sqlite:///{tmp_path / 'server.db'}")
    people.add("ann", PASSWORD)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    people.close()
    assert set(modes.values()) == {0o600}, modes


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a\\b", "/"])
def test_nobody_has_a_name_that_no_address_can_hold(tmp_path: Path, name: str) -> None:
    """An owner could never put them out again."""
    people = People(f"sqlite:///{tmp_path / 'server.db'}")
    with pytest.raises(BadConfig, match="no / or"):
        people.add(name, PASSWORD)
    people.close()


def test_a_guessed_invitation_costs_no_hash(team: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing a password takes a tenth of a second and 64 MB: not for anybody who asks."""

    def hashed(*given: object) -> None:
        raise AssertionError("a password was hashed")

    monkeypatch.setattr("askance.server.people._hasher", hashed)
    body = {"token": "guessed", "name": "new", "password": PASSWORD}
    fault(team.client().post(f"{API}/invitations/accept", json=body), 404, "no_invitation")


def test_who_is_let_out_hears_no_more(team: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of events is open for hours: whether one may listen is asked again and again."""
    from askance.server.routes import live

    looks, real = [0], live.state

    def state(*given: Any) -> Any:
        looks[0] += 1
        if looks[0] == 3:
            assert team.house.people
            team.house.people.let_out("one", "ann")
        return real(*given)

    monkeypatch.setattr(live, "EVERY", 0.01)
    monkeypatch.setattr(live, "state", state)
    said = team.of("ann").get(at("one", "events"))  # it would never come back
    assert said.text.count("event: state") == 1
    assert looks == [3]


def test_small_answers_do_not_wait_for_an_acknowledgement() -> None:
    """asyncio sets TCP_NODELAY where the protocol says TCP; without, an answer takes 40 ms and more."""
    with bound("127.0.0.1", 0) as listening:
        listening.listen(1)
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as taken:
            assert (listening.proto, taken.proto) == (socket.IPPROTO_TCP, socket.IPPROTO_TCP)


def test_an_address_that_is_taken_is_one_sentence(port: int) -> None:
    with pytest.raises(BadConfig, match=f"cannot listen on 127.0.0.1, port {port}: Address already in use"):
        bound("127.0.0.1", port)
