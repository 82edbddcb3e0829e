"""Schemathesis over the whole OpenAPI schema: no fault of ours, and every answer is one that the schema describes."""

import re
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from served import API, Served, answer, at, tasks

from askance.campaign import landscape

ENDLESS = re.compile(r"/events$")  # test_live reads it
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
USUAL = {
    "campaign": ["one", "pair", "other"],
    "name": ["labels.csv", "ann", "otto"],
    "format": ["csv", "coco", "jsonl"],
}
HOW = settings(
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=5,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def lively(team: Served) -> Served:
    """With answers, disagreement, skips, remarks, gold, a map: so that there is something to answer with."""
    ann, bob, rita = team.of("ann"), team.of("bob"), team.of("rita")
    for n, task in enumerate(tasks(ann, "pair", 6)):
        ann.post(at("pair", "answers"), json=answer(task, "xy"[n % 2], ms=900))
    for task in tasks(bob, "pair", 4):
        bob.post(at("pair", "answers"), json=answer(task, "y"))
    for n, task in enumerate(tasks(ann, "one", 3)):
        ann.post(at("one", "answers"), json=answer(task, "xy"[n % 2]))
        ann.put(at("one", f"samples/{task['id']}/remark"), json={"flagged": True, "note": "hm"})
    ann.post(at("one", "skips"), json={"key": "skip-key-1", "id": tasks(ann)[0]["id"], "why": "dark"})
    first = rita.get(at("pair", "disagreements")).json()["items"][0]["id"]
    assert rita.put(at("pair", f"samples/{first}/decision"), json={"value": "x", "gold": True}).status_code == 200
    for name in ("one", "pair"):
        desk = team.desk(name)
        desk.campaign.step()
        landscape.write(desk.folder, landscape.survey(desk.campaign.learner, desk.campaign.pool, 1))
    return team


def known(served: Served) -> dict[str, list[str]]:
    """Values of parameters that mean something, so that routes are gone into and not only refused."""
    return {**USUAL, "sample": [t["id"] for t in tasks(served.of("olga"), "one", 3)]}


def hammer(served: Served, who: str, how: settings) -> int:
    """Calls every operation with whatever its schema allows and forbids.  -> how many answers were looked at."""
    count, values = 0, known(served)
    served.of(who)
    head = {"Authorization": f"Bearer {served.tokens[who]}", "Host": "localhost"}
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", served.app, headers=head)

    def check(case: Case) -> None:
        nonlocal count
        count += 1
        for name in case.path_parameters if count % 4 else ():
            if name in values:
                case.path_parameters[name] = values[name][count % len(values[name])]
        said = case.call(headers=head)
        case.validate_response(said, checks=CHECKS)
        if said.status_code >= 400:
            assert set(said.json()) == {"error"}, said.text
            assert set(said.json()["error"]) == {"code", "message", "request_id"}
        assert said.headers["x-content-type-options"]

    for found in schema.get_all_operations():
        operation = found.ok()
        if ENDLESS.search(operation.path):
            continue

        for mode in schemathesis.GenerationMode:

            def sent(case: Case) -> None:
                check(case)

            with suppress(Unsatisfiable):  # where there is nothing to send, nothing of it can be wrong
                how(given(case=operation.as_strategy(generation_mode=mode))(sent))()
    return count


def test_every_route_answers_as_the_schema_says_whatever_it_is_sent(lively: Served) -> None:
    assert hammer(lively, "olga", HOW) > 200


@pytest.mark.slow
@pytest.mark.parametrize("who", ["root", "olga", "ann"])
def test_every_route_and_much_more_of_it(lively: Served, who: str) -> None:
    assert hammer(lively, who, settings(HOW, max_examples=60, derandomize=False)) > 2000
