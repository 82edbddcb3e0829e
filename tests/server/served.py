"""What the server's tests work with: an application, clients for whoever is named, and the bodies that they send."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from askance.server.access import House
from askance.server.people import FOREVER, person
from askance.store.effects import put

API = "/api/v1"
TOKEN = "the-token-of-the-address"
PASSWORD = "correct horse battery"
QUESTIONS = 24
ROLES = {"olga": "owner", "rita": "reviewer", "ann": "annotator", "bob": "annotator"}
EVERYBODY = ("root", "otto", *ROLES)  # root: the administrator; otto: a member of another campaign alone


@dataclass
class Served:
    """An application over a folder of its own, and clients for whoever is named."""

    root: Path
    house: House
    app: FastAPI
    clients: list[TestClient] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, **headers: str) -> TestClient:
        made = TestClient(self.app, "http://localhost", raise_server_exceptions=False, headers=headers)
        self.clients.append(made)
        return made

    def of(self, who: str) -> TestClient:
        """A program of theirs, with a token."""
        if who not in self.tokens:
            assert self.house.people
            self.tokens[who] = self.house.people.give("token", who, "tests", 0)[1]
        return self.client(authorization=f"Bearer {self.tokens[who]}")

    def annotators(self, n: int, campaign: str = "one") -> list[TestClient]:
        """n people more, who may answer."""
        people = self.house.people
        assert people
        for who in (f"person-{i}" for i in range(n)):
            with people._writing() as db:
                put(db, person, [{"name": who, "password": "-", "admin": False, "made": FOREVER}])
            people.let_in(campaign, who, "annotator")
        return [self.of(f"person-{i}") for i in range(n)]

    def desk(self, name: str = "one") -> Any:
        return self.house.hall.desk(name)

    def close(self) -> None:
        self.house.bench.close()
        self.house.hall.close()
        if self.house.people:
            self.house.people.close()


def at(campaign: str, rest: str = "") -> str:
    return f"{API}/campaigns/{campaign}{'/' + rest if rest else ''}"


_KEYS = iter(range(10**9))


def answer(task: dict[str, Any], value: Any = "x", key: str = "", **more: Any) -> dict[str, Any]:
    """The body of one answer."""
    return {"answers": [{"key": key or f"test-key-{next(_KEYS)}", "id": task["id"], "value": value, **more}]}


def tasks(client: TestClient, campaign: str = "one", n: int = 5, have: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    said = client.post(at(campaign, "queue"), json={"n": n, "have": list(have)})
    assert said.status_code == 200, said.text
    found: list[dict[str, Any]] = said.json()["tasks"]
    return found


def fault(said: Any, status: int, code: str = "") -> str:
    """-> the sentence of an answer that is an error of this status, in the one shape that errors have."""
    assert said.status_code == status, (said.status_code, said.text)
    body = said.json()
    assert set(body) == {"error"}, body
    assert set(body["error"]) == {"code", "message", "request_id"}, body
    assert body["error"]["request_id"] == said.headers["x-request-id"], body
    assert body["error"]["message"]
    assert "Traceback" not in said.text
    assert not code or body["error"]["code"] == code, body
    return str(body["error"]["message"])
