"""Recordings over HTTP: whole, by ranges, by what is in the file and not by its name; outlines; what is broken."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from served import TOKEN, answer, at, fault, tasks

from askance.campaign import Campaign, Config, PoolConfig
from askance.pools import open_pool
from askance.server.access import House
from askance.server.app import create_app
from askance.server.hall import Hall
from askance.server.people import Person
from askance.server.ranges import asked
from extras import extra
from waves import tone, wav_bytes, write

PLAIN = wav_bytes(tone(440))
KINDS: dict[str, tuple[bytes, str]] = {
    "plain.wav": (PLAIN, "audio/wav"),
    "bytes.wav": (wav_bytes(tone(500), bits=8), "audio/wav"),
    "deep.wav": (wav_bytes(tone(600), bits=24), "audio/wav"),
    "float.wav": (wav_bytes(tone(700), bits=32, code=3), "audio/wav"),
    "five.wav": (wav_bytes(np.hstack([tone(440 + 9 * n) for n in range(5)])), "made"),
    "double.wav": (wav_bytes(tone(800), bits=64, code=3), "made"),
    "slow.wav": (wav_bytes(tone(90, 1, 1000), 1000), "made"),
}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[TestClient]:
    """One person's server over a campaign of the recordings of KINDS, which are transcribed."""
    for name, (data, _) in KINDS.items():
        (tmp_path / "calls").mkdir(exist_ok=True)
        (tmp_path / "calls" / name).write_bytes(data)
    pool = PoolConfig(str(tmp_path / "calls"))
    campaign = Campaign.create(
        tmp_path / "hall/calls.askance", Config(pool, labels="text(empty=True)", warmup=7, batch=2)
    )
    campaign.step()
    campaign.close()
    house = House(Hall(tmp_path / "hall"), None, Person("me", True), TOKEN)
    app = create_app(house, frozenset({"localhost"}))
    with TestClient(app, "http://localhost", headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client
    house.bench.close()
    house.hall.close()


def contents(page: TestClient) -> dict[str, dict[str, Any]]:
    return {t["content"]["name"]: {**t["content"], "id": t["id"]} for t in tasks(page, "calls", 7)}


def test_a_question_has_the_address_and_the_length(page: TestClient) -> None:
    found = contents(page)
    assert set(found) == set(KINDS)
    plain = found["plain.wav"]
    assert plain["kind"] == "audio"
    assert plain["seconds"] == 0.3
    assert plain["audio"] == f"{at('calls')}/media/{plain['id']}"
    assert page.get(at("calls")).json()["content"] == "audio"


def test_what_browsers_play_is_served_as_it_is_and_the_rest_as_our_own(page: TestClient) -> None:
    for name, content in contents(page).items():
        data, kind = KINDS[name]
        said = page.get(content["audio"])
        assert said.status_code == 200
        assert said.headers["content-type"] == "audio/wav"
        assert said.headers["x-content-type-options"] == "nosniff"
        assert said.headers["accept-ranges"] == "bytes"
        if kind != "made":
            assert said.content == data
            continue
        with wave.open(io.BytesIO(said.content)) as made:
            assert made.getsampwidth() == 2
            assert made.getnchannels() <= 2
            assert made.getnframes() / made.getframerate() == content["seconds"]


def test_the_policy_of_the_page_plays_its_own_media_and_nobody_elses(page: TestClient) -> None:
    policy = dict(part.strip().split(" ", 1) for part in page.get("/").headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["media-src"] in ("'self'", "'self' blob:")


def test_five_channels_become_their_mean(page: TestClient) -> None:
    said = page.get(contents(page)["five.wav"]["audio"])
    with wave.open(io.BytesIO(said.content)) as made:
        assert made.getnchannels() == 2
        played = np.frombuffer(made.readframes(2400), "<i2").reshape(-1, 2) / 32767
    mean = np.mean([tone(440 + 9 * n)[:, 0] for n in range(5)], axis=0)
    np.testing.assert_allclose(played, np.c_[mean, mean], atol=1e-4)


RANGES = {
    "bytes=0-99": (0, 100),
    "bytes=100-": (100, len(PLAIN)),
    "bytes=-50": (len(PLAIN) - 50, len(PLAIN)),
    "bytes=10-9999999": (10, len(PLAIN)),
    f"bytes={len(PLAIN) - 1}-": (len(PLAIN) - 1, len(PLAIN)),
    "bytes=-99999999": (0, len(PLAIN)),
}


def test_ranges(page: TestClient) -> None:
    place = contents(page)["plain.wav"]["audio"]
    for header, (start, stop) in RANGES.items():
        said = page.get(place, headers={"range": header})
        assert said.status_code == 206, header
        assert said.content == PLAIN[start:stop]
        assert said.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(PLAIN)}"
        assert said.headers["content-length"] == str(stop - start)
    for header in (f"bytes={len(PLAIN)}-", "bytes=999999-1000000", "bytes=-0"):
        said = page.get(place, headers={"range": header})
        fault(said, 416)
        assert said.headers["content-range"] == f"bytes */{len(PLAIN)}"
    many = "bytes=" + ",".join(f"{n}-{n}" for n in range(500))
    for header in ("bytes=5-2", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b", many, "bytes=" + "0" * 6000 + "-"):
        said = page.get(place, headers={"range": header})
        assert (said.status_code, said.content) == (200, PLAIN), header


def test_a_range_of_what_has_changed_meanwhile_is_all_of_it(page: TestClient) -> None:
    place = contents(page)["plain.wav"]["audio"]
    tag = page.get(place).headers["etag"]
    assert page.get(place, headers={"range": "bytes=0-9", "if-range": tag}).status_code == 206
    assert page.get(place, headers={"range": "bytes=0-9", "if-range": '"other"'}).content == PLAIN


def test_ranges_of_nothing_and_of_one() -> None:
    assert asked("bytes=0-0", 1) == (0, 1)
    for header in ("bytes=0-0", "bytes=-1", "bytes=0-"):
        with pytest.raises(ValueError, match="not in a file of 0 bytes"):
            asked(header, 0)


def test_outlines_are_made_once_and_again_where_they_are_damaged(page: TestClient, tmp_path: Path) -> None:
    id = contents(page)["plain.wav"]["id"]
    first = page.get(at("calls", f"samples/{id}/peaks")).json()
    assert first["seconds"] == 0.3
    assert len(first["low"]) == len(first["high"]) == 1200
    assert max(first["high"]) == 64 == -min(first["low"])
    kept = tmp_path / f"hall/calls.askance/cache/sounds/{id}.json"
    kept.write_bytes(kept.read_bytes()[:50])
    assert page.get(at("calls", f"samples/{id}/peaks")).json() == first


def test_one_that_is_gone_or_broken_holds_up_nobody_and_does_not_say_where_it_lay(
    page: TestClient, tmp_path: Path
) -> None:
    found = contents(page)
    (tmp_path / "calls/plain.wav").write_bytes(b"RIFF")
    (tmp_path / "calls/five.wav").unlink()
    for name in ("plain.wav", "five.wav"):
        for rest in (f"media/{found[name]['id']}", f"samples/{found[name]['id']}/peaks"):
            said = fault(page.get(at("calls", rest)), 404, "no_sound")
            assert str(tmp_path) not in said
    again = tasks(page, "calls", 7)
    assert len(again) == 7
    assert not list((tmp_path / "hall/calls.askance/cache/sounds").glob(".*"))


def test_what_only_has_the_name_of_a_recording_is_never_served(page: TestClient, tmp_path: Path) -> None:
    """A page in place of a recording, after the pool was opened."""
    found = contents(page)
    (tmp_path / "calls/plain.wav").write_text("<html><script>alert(1)</script>")
    said = page.get(found["plain.wav"]["audio"])
    fault(said, 404, "no_sound")
    assert said.headers["content-type"] == "application/json"


def test_a_packed_recording_is_told_by_its_bytes(page: TestClient, tmp_path: Path) -> None:
    soundfile = extra("soundfile")
    found = contents(page)
    soundfile.write(tmp_path / "calls/plain.flac", tone(440)[:, 0], 8000)
    (tmp_path / "calls/plain.flac").replace(tmp_path / "calls/plain.wav")
    said = page.get(found["plain.wav"]["audio"])
    assert said.headers["content-type"] == "audio/flac"
    assert said.content[:4] == b"fLaC"


def test_transcripts_are_told_and_silence_is_one(page: TestClient) -> None:
    first, second = tasks(page, "calls", 2)
    assert page.post(at("calls", "answers"), json=answer(first, "hoo  hoo\n")).json()["kept"][0]["value"] == "hoo  hoo"
    assert page.post(at("calls", "answers"), json=answer(second, "")).json()["kept"][0]["value"] == ""


def test_a_recording_at_a_url_is_played_from_our_own_copy(tmp_path: Path) -> None:
    """The server fetches it: a browser is never sent elsewhere."""
    import fsspec

    with fsspec.open("memory://far/a.wav", "wb") as file:
        file.write(PLAIN)
    write(tmp_path / "near.wav", tone(300))
    (tmp_path / "t.csv").write_text("file\nmemory://far/a.wav\nnear.wav\n")
    assert open_pool(tmp_path / "t.csv", path="file").kind == "audio"
    config = Config(PoolConfig(str(tmp_path / "t.csv"), path="file"), labels="text", warmup=2, batch=1)
    campaign = Campaign.create(tmp_path / "hall/far.askance", config)
    campaign.step()
    campaign.close()
    house = House(Hall(tmp_path / "hall"), None, Person("me", True), TOKEN)
    app = create_app(house, frozenset({"localhost"}))
    with TestClient(app, "http://localhost", headers={"authorization": f"Bearer {TOKEN}"}) as client:
        far = next(t for t in tasks(client, "far", 2) if t["content"]["name"].startswith("memory"))
        with wave.open(io.BytesIO(client.get(far["content"]["audio"]).content)) as made:
            assert made.getnframes() == 2400
    house.bench.close()
    house.hall.close()
