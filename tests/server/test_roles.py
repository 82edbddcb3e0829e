"""Who may do what: every route × every role × a campaign of others'.  A route that is new must be listed here."""

from typing import Any

import pytest
from fastapi.routing import APIRoute
from served import API, PASSWORD, Served, at, fault

from askance.server.access import needs_of

SAMPLE = "0123456789abcdef"
FILL = {"{sample}": SAMPLE, "{name}": "nobody-there", "{id}": "no-such-token"}

# What each route takes, least first: nobody (no account), signed in, annotator, reviewer, owner, admin.
TAKES = {
    "GET /healthz": "nobody",
    "GET /metrics": "admin",
    "POST /session": "nobody",
    "DELETE /session": "signed in",
    "POST /invitations/accept": "nobody",
    "GET /me": "signed in",
    "GET /tokens": "signed in",
    "POST /tokens": "signed in",
    "DELETE /tokens/{id}": "signed in",
    "GET /campaigns": "signed in",
    "POST /select": "signed in",
    "POST /select/file": "signed in",
    "GET /formats": "signed in",
    "GET /campaigns/{campaign}": "annotator",
    "PATCH /campaigns/{campaign}": "owner",
    "POST /campaigns/{campaign}/queue": "annotator",
    "POST /campaigns/{campaign}/heartbeat": "annotator",
    "POST /campaigns/{campaign}/release": "annotator",
    "POST /campaigns/{campaign}/answers": "annotator",
    "POST /campaigns/{campaign}/skips": "annotator",
    "POST /campaigns/{campaign}/undo": "annotator",
    "GET /campaigns/{campaign}/history": "annotator",
    "PUT /campaigns/{campaign}/samples/{sample}/remark": "annotator",
    "GET /campaigns/{campaign}/media/{sample}": "annotator",
    "GET /campaigns/{campaign}/samples/{sample}": "reviewer",
    "GET /campaigns/{campaign}/samples/{sample}/neighbours": "annotator",
    "GET /campaigns/{campaign}/samples/{sample}/peaks": "annotator",
    "PUT /campaigns/{campaign}/samples/{sample}/decision": "reviewer",
    "GET /campaigns/{campaign}/map": "annotator",
    "POST /campaigns/{campaign}/grid": "annotator",
    "POST /campaigns/{campaign}/wishes": "annotator",
    "GET /campaigns/{campaign}/disagreements": "reviewer",
    "GET /campaigns/{campaign}/log": "reviewer",
    "GET /campaigns/{campaign}/gold": "owner",
    "PUT /campaigns/{campaign}/gold": "owner",
    "POST /campaigns/{campaign}/gold/import": "owner",
    "GET /campaigns/{campaign}/dashboard": "annotator",
    "POST /campaigns/{campaign}/train": "owner",
    "GET /campaigns/{campaign}/events": "annotator",
    "GET /campaigns/{campaign}/export": "reviewer",
    "POST /campaigns/{campaign}/import": "owner",
    "GET /campaigns/{campaign}/members": "owner",
    "PUT /campaigns/{campaign}/members/{name}": "owner",
    "DELETE /campaigns/{campaign}/members/{name}": "owner",
    "POST /campaigns/{campaign}/invitations": "owner",
}
ORDER = ("nobody", "signed in", "annotator", "reviewer", "owner", "admin")
IS = {"": "nobody", "otto": "signed in", "ann": "annotator", "rita": "reviewer", "olga": "owner", "root": "admin"}
PAGE = {"/", "/c/{rest:path}", "/join", f"{API}/openapi.json", "/assets"}  # the same for everybody: no data in them


def listed(app: Any) -> dict[str, Any]:
    return {
        f"{method} {path.removeprefix(API)}": operation
        for path, methods in app.openapi()["paths"].items()
        for method, operation in ((m.upper(), o) for m, o in methods.items())
    }


def test_every_route_is_listed_here(team: Served) -> None:
    assert set(listed(team.app)) == set(TAKES)


@pytest.mark.parametrize("route", [r for r in TAKES if not r.endswith("/events")])
def test_a_route_serves_those_it_is_for_and_nobody_else(team: Served, route: str) -> None:
    """In a campaign of theirs.  Whoever may is not told 401 or 403, nor 404 of the campaign, whatever else is wrong."""
    method, path = called(route, "one")
    for who, role in IS.items():
        client = team.of(who) if who else team.client()
        said = client.request(method, path, json={})
        if ORDER.index(role) >= ORDER.index(TAKES[route]):
            assert said.status_code not in (403, 421, 500), (who, said.text)
            assert said.status_code != 401 or route == "POST /session", (who, said.text)
            assert "no_campaign" not in said.text, (who, said.text)
        elif role == "nobody":
            fault(said, 401, "who_are_you")
        elif role == "signed in" and "{campaign}" in route:
            fault(said, 404, "no_campaign")
        else:
            fault(said, 403, "not_yours")


@pytest.mark.parametrize("route", [r for r in TAKES if "{campaign}" in r])
def test_a_campaign_of_others_is_as_one_that_is_not_there(team: Served, route: str) -> None:
    """Also for an owner elsewhere; and the answer is the same, so that it does not say which there are."""
    for who in ("ann", "rita", "olga"):
        told = []
        for campaign in ("other", "nothing-at-all"):
            method, path = called(route, campaign)
            told.append(fault(team.of(who).request(method, path, json={}), 404, "no_campaign").replace(campaign, "*"))
        assert told[0] == told[1]


def called(route: str, campaign: str) -> tuple[str, str]:
    method, path = route.split()
    for what, by in {**FILL, "{campaign}": campaign}.items():
        path = path.replace(what, by)
    return method, path if path in ("/healthz", "/metrics") else API + path


def test_no_route_goes_without_saying_what_it_takes(team: Served) -> None:
    """Deny by default: a route that forgets its dependency fails here, whatever it is called."""
    from askance.server.app import ROUTERS
    from askance.server.routes import health

    found: dict[str, list[str]] = {}
    for room in (*ROUTERS, health):
        for route in room.router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods:
                found[f"{method} {route.path}"] = needs_of(route)
    assert set(found) == set(TAKES)
    for name, needs in found.items():
        assert needs == ([] if TAKES[name] == "nobody" else [TAKES[name]]), name


def test_the_schema_says_who_may_and_how_they_say_who_they_are(team: Served) -> None:
    schema = team.of("root").get(f"{API}/openapi.json").json()
    assert set(schema["components"]["securitySchemes"]) == {"token", "session"}
    for name, operation in listed(team.app).items():
        assert operation["x-role"] == TAKES[name], name
        assert operation["security"] == ([] if TAKES[name] == "nobody" else [{"token": []}, {"session": []}]), name


def test_nothing_else_is_mounted(team: Served) -> None:
    paths = {getattr(r, "path", None) for r in team.app.routes} - {None, "/healthz", "/metrics"}
    assert {p for p in paths if p and not p.startswith(f"{API}/")} <= PAGE, paths


def test_somebody_who_was_let_out_is_out_at_once(team: Served) -> None:
    ann = team.of("ann")
    assert ann.get(at("one")).status_code == 200
    assert team.of("olga").delete(at("one", "members/ann")).status_code == 204
    fault(ann.get(at("one")), 404, "no_campaign")
    fault(team.of("olga").delete(at("one", "members/ann")), 404, "no_member")


def test_an_owner_gives_roles_in_their_own_campaign_alone(team: Served) -> None:
    olga = team.of("olga")
    assert olga.put(at("one", "members/otto"), json={"role": "reviewer"}).json() == {"name": "otto", "role": "reviewer"}
    assert team.of("otto").get(at("one")).json()["role"] == "reviewer"
    fault(olga.put(at("one", "members/nobody-there"), json={"role": "reviewer"}), 404, "no_person")
    fault(olga.put(at("one", "members/otto"), json={"role": "admin"}), 422, "invalid")
    body = {"campaign": "other", "role": "owner"}
    assert "not other" in fault(olga.post(at("one", "invitations"), json=body), 422, "wrong_campaign")


def test_nobody_becomes_an_administrator_over_http(team: Served) -> None:
    token = team.of("olga").post(at("one", "invitations"), json={"campaign": "one", "role": "owner"}).json()["token"]
    new = {"token": token, "name": "new", "password": PASSWORD}
    fault(team.client().post(f"{API}/invitations/accept", json={**new, "admin": True}), 422, "invalid")
    assert team.client().post(f"{API}/invitations/accept", json=new).json()["admin"] is False


def test_tokens_are_ones_own(team: Served) -> None:
    ann, bob = team.of("ann"), team.of("bob")
    mine = ann.post(f"{API}/tokens", json={"what": "a program"}).json()
    assert mine["id"] in {t["id"] for t in ann.get(f"{API}/tokens").json()}
    assert mine["id"] not in {t["id"] for t in bob.get(f"{API}/tokens").json()}
    fault(bob.delete(f"{API}/tokens/{mine['id']}"), 404, "no_token")
    other = team.client(authorization=f"Bearer {mine['secret']}")
    assert other.get(f"{API}/me").json()["name"] == "ann"
    assert ann.delete(f"{API}/tokens/{mine['id']}").status_code == 204
    fault(other.get(f"{API}/me"), 401, "who_are_you")


def test_history_and_undo_are_ones_own(team: Served) -> None:
    from served import answer, tasks

    ann, bob = team.of("ann"), team.of("bob")
    ann.post(at("one", "answers"), json=answer(tasks(ann)[0]))
    assert bob.get(at("one", "history")).json() == {"done": []}
    fault(bob.post(at("one", "undo")), 409)
    assert len(ann.get(at("one", "history")).json()["done"]) == 1


def test_metrics_tell_of_every_campaign_to_the_administrator(team: Served) -> None:
    said = team.of("root").get("/metrics").text
    assert 'askance_labels{campaign="one"} 0.0' in said
    assert 'askance_questions{campaign="other",state="pending"} 24.0' in said
