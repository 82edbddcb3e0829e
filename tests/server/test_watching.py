"""What whoever runs a server is told: lines of JSON, and counts for Prometheus."""

import json
import logging
import sys

import pytest
from served import Served

from askance.server.serve import Lines


def test_a_request_is_a_line_with_the_id_that_its_answer_carries(
    team: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "askance.server"):
        answer = team.of("ann").get("/api/v1/me")
    lines = [json.loads(Lines().format(r)) for r in caplog.records if r.name == "askance.server"]
    (line,) = [x for x in lines if x["id"] == answer.headers["x-request-id"]]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/me", 200)
    assert line["ms"] > 0
    assert line["at"].endswith("+00:00")


def test_a_fault_is_one_line_too() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("askance.server", logging.ERROR, "", 0, "fault in %s", ("abc",), sys.exc_info())
    said = Lines().format(record)
    assert "\n" not in said
    assert json.loads(said)["message"] == "fault in abc"
    assert "ValueError: two" in json.loads(said)["trace"]


def test_requests_are_counted_by_route_and_not_by_what_is_asked_for(team: Served) -> None:
    ann = team.of("ann")
    for _ in range(3):
        ann.get("/api/v1/me")
    ann.get("/api/v1/campaigns/nowhere")
    ann.get("/no/such/page")
    said = team.of("root").get("/metrics").text
    counts = [line for line in said.splitlines() if line.startswith("askance_request_seconds_count")]
    assert any('/me",status="200"} 3.0' in line for line in counts)  # some versions of FastAPI leave the prefix out
    assert any('/campaigns/{campaign}",status="404"} 1.0' in line for line in counts)
    assert "nowhere" not in said
    assert "/no/such/page" not in said
