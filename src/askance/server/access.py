"""Who is asking, and whether they may: every route names what it takes, and none goes without.  Floor 6."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from askance.server.attempts import Attempts
from askance.server.bench import Bench
from askance.server.desk import Desk
from askance.server.gauges import Requests
from askance.server.hall import Hall
from askance.server.people import People, Person, at_least
from askance.server.refused import Refused

COOKIE = "askance_session"


@dataclass(frozen=True)
class House:
    """What the routes work with.  local: the one person of this machine, where there are no accounts."""

    hall: Hall
    people: People | None
    local: Person | None
    token: str = ""
    attempts: Attempts = field(default_factory=Attempts)
    bench: Bench = field(default_factory=Bench)
    requests: Requests = field(default_factory=Requests)


@dataclass(frozen=True)
class Visit:
    """Somebody at a campaign's desk."""

    desk: Desk
    who: str
    role: str


def house(request: Request) -> House:
    found: House = request.app.state.house
    return found


def person(request: Request) -> Person:
    """Whoever holds the cookie or the token; else 401."""
    at, (kind, token) = house(request), shown(request)
    if at.local and _is_local(at, request, kind, token):
        return at.local
    found = at.people.holder(kind, token) if at.people and token else None
    if found is None:
        raise _stranger(at)
    return found


def shown(request: Request) -> tuple[str, str]:
    """What they show: ("token", a program's) or ("session", that of the cookie, "" for none)."""
    bearer = request.headers.get("authorization", "")
    if bearer.startswith("Bearer "):
        return "token", bearer.removeprefix("Bearer ").strip()
    return "session", request.cookies.get(COOKIE, "")


def _is_local(at: House, request: Request, kind: str, token: str) -> bool:
    """Whether it is the one person of this machine: by the token of the address, or the cookie that came of it."""
    if not at.local or not at.token:
        return False
    if kind == "token":
        return same(token, at.token)
    mine = request.cookies.get(local_cookie(at.token), "")
    return bool(mine) and same(mine, cookie_of(at.token))


def _stranger(at: House) -> Refused:
    if at.local:
        said = "this page is for one person: open the address that `askance label` has printed, with its token"
        return Refused(401, "no_token", said)
    return Refused(401, "who_are_you", "sign in first, or send a token; `askance label` prints an address with one")


class Admin:
    """The route is for whoever runs the server."""

    needs = "admin"

    def __call__(self, request: Request) -> Person:
        who = person(request)
        if not who.admin:
            raise Refused(403, "not_yours", "this is for the administrator of the server")
        return who


class SignedIn:
    """The route is for anybody who is signed in, and touches no campaign."""

    needs = "signed in"

    def __call__(self, request: Request) -> Person:
        return person(request)


class At:
    """The route is for people of the campaign in its path, with this role or a higher one."""

    def __init__(self, role: str):
        self.needs = role

    async def __call__(self, request: Request, campaign: str) -> Visit:
        """Here where it is a matter of microseconds; another thread costs more than a look into a file does."""
        at = house(request)
        quick = at.hall.is_open(campaign) and (at.people is None or at.people.near)
        return self.visit(request, campaign) if quick else await run_in_threadpool(self.visit, request, campaign)

    def visit(self, request: Request, campaign: str) -> Visit:
        at = house(request)
        who, role = _visitor(at, request, campaign)
        try:
            desk = at.hall.desk(campaign) if role else None
        except KeyError:
            desk = None
        if desk is None or role is None:  # whether it is there is not for strangers to know
            raise Refused(404, "no_campaign", f"there is no campaign {campaign!r} for you here")
        if not at_least(role, self.needs):
            raise Refused(403, "not_yours", f"this takes the role {self.needs}, and yours is {role}")
        return Visit(desk, who.name, role)


def _visitor(at: House, request: Request, campaign: str) -> tuple[Person, str | None]:
    """As `person`, with their role in the campaign, None for none."""
    if at.local or at.people is None:
        return person(request), "owner" if at.local else None
    kind, token = shown(request)
    found = at.people.visitor(kind, token, campaign) if token else None
    if found is None:
        raise _stranger(at)
    return found


def same(a: str, b: str) -> bool:
    """In a time that says nothing of where they differ."""
    import hmac

    return hmac.compare_digest(a.encode(), b.encode())


def local_cookie(token: str) -> str:
    """Its name: browsers keep no cookies apart by port, and two campaigns may be open on one machine."""
    import hashlib

    return f"{COOKIE}_{hashlib.sha256(b'name:' + token.encode()).hexdigest()[:8]}"


def cookie_of(token: str) -> str:
    """What the browser keeps in place of the token of the address."""
    import hashlib

    return hashlib.sha256(b"cookie:" + token.encode()).hexdigest()


def needs_of(route: Any) -> list[str]:
    """What a route's dependencies take: for the test that none goes without."""
    found = [d.call for d in route.dependant.dependencies]
    return [call.needs for call in found if isinstance(call, Admin | SignedIn | At)]
