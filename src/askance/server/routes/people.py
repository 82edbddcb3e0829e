"""Signing in, tokens, invitations, members.  Floor 6."""

import time
from collections import OrderedDict
from threading import Lock

from fastapi import APIRouter, Request, Response

from askance import __version__
from askance.server import shapes
from askance.server.access import COOKIE, Refused, house
from askance.server.people import DAY, People
from askance.server.routes import HERE, Anybody, Owner

router = APIRouter(tags=["people"])
OPEN = ("/session", "/invitations/accept")  # the only routes for people who are not signed in yet
ATTEMPTS, WINDOW = 8, 300.0  # a name or an address may be wrong so often in so many seconds


class Attempts:
    """How often a sign-in failed lately, by name and by address."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def check(self, *keys: str) -> None:
        now = time.monotonic()
        with self._lock:
            for key in keys:
                recent = [t for t in self._failed.get(key, []) if now - t < WINDOW]
                if len(recent) >= ATTEMPTS:
                    wait = int(WINDOW - (now - recent[0])) + 1
                    raise Refused(429, "too_many", f"too many wrong attempts; try again in {wait} s")

    def failed(self, *keys: str) -> None:
        with self._lock:
            for key in keys:
                kept = self._failed.setdefault(key, [])
                kept.append(time.monotonic())
                del kept[:-ATTEMPTS]
            while len(self._failed) > 10_000:
                self._failed.popitem(last=False)


ATTEMPTED = Attempts()


def accounts(request: Request) -> People:
    people = house(request).people
    if people is None:
        raise Refused(404, "no_accounts", "there are no accounts where one person labels; see `askance serve`")
    return people


@router.get("/me")
def me(who: Anybody, request: Request) -> shapes.Me:
    """Who you are to this server."""
    return shapes.Me(name=who.name, admin=who.admin, local=house(request).local is not None, version=__version__)


@router.post("/session")
def sign_in(given: shapes.Credentials, request: Request, response: Response) -> shapes.Me:
    """With a name and a password; a cookie that scripts cannot read holds the session."""
    people = accounts(request)
    keys = (f"name:{given.name}", f"from:{request.client.host if request.client else ''}")
    ATTEMPTED.check(*keys)
    who = people.who(given.name, given.password)
    if who is None:
        ATTEMPTED.failed(*keys)
        raise Refused(401, "who_are_you", "the name or the password is wrong")
    _begin(people, who.name, request, response)
    return shapes.Me(name=who.name, admin=who.admin, local=False, version=__version__)


@router.delete("/session", status_code=204)
def sign_out(who: Anybody, request: Request, response: Response) -> None:
    """Ends the session."""
    if house(request).people:
        accounts(request).take(request.cookies.get(COOKIE, ""), "session")
    response.delete_cookie(COOKIE)


@router.post("/invitations/accept")
def accept(given: shapes.Acceptance, request: Request, response: Response) -> shapes.Me:
    """A new account, for whoever holds the invitation; it serves once."""
    people, keys = accounts(request), (f"from:{request.client.host if request.client else ''}",)
    ATTEMPTED.check(*keys)
    who = people.accept(given.token, given.name, given.password)
    if who is None:
        ATTEMPTED.failed(*keys)
        raise Refused(404, "no_invitation", "this invitation is used up, too old, or none; ask for another")
    _begin(people, who.name, request, response)
    return shapes.Me(name=who.name, admin=who.admin, local=False, version=__version__)


def _begin(people: People, who: str, request: Request, response: Response) -> None:
    _, token = people.give("session", who)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, max_age=int(30 * DAY), httponly=True, samesite="strict", secure=secure)


@router.get("/tokens")
def tokens(who: Anybody, request: Request) -> list[shapes.Token]:
    """Yours, without their secrets."""
    return [shapes.Token(id=t.id, what=t.what, made=t.made) for t in accounts(request).tokens(who.name)]


@router.post("/tokens", status_code=201)
def new_token(who: Anybody, given: shapes.NewToken, request: Request) -> shapes.Token:
    """For a program of yours; the secret is shown this once."""
    people = accounts(request)
    id, secret = people.give("token", who.name, given.what, 0)
    return shapes.Token(id=id, what=given.what, made=people.clock(), secret=secret)


@router.delete("/tokens/{id}", status_code=204)
def revoke(who: Anybody, id: str, request: Request) -> None:
    """It serves no longer."""
    if not accounts(request).revoke(who.name, id):
        raise Refused(404, "no_token", "you have no such token")


@router.get(HERE + "/members")
def members(at: Owner, request: Request) -> list[shapes.Member]:
    """Who may do what here; administrators, who may do everything, are not listed."""
    return [shapes.Member(name=m.person, role=m.role) for m in accounts(request).members(at.desk.id)]


@router.delete(HERE + "/members/{name}", status_code=204)
def let_out(at: Owner, name: str, request: Request) -> None:
    """They may not come back; what they answered stays."""
    if not accounts(request).let_out(at.desk.id, name):
        raise Refused(404, "no_member", f"{name!r} is no member of {at.desk.id}")


@router.post(HERE + "/invitations", status_code=201)
def invite(at: Owner, given: shapes.NewInvitation, request: Request) -> shapes.Invitation:
    """A link for one new person; it serves once, and is shown this once."""
    if given.campaign != at.desk.id:
        raise Refused(422, "wrong_campaign", f"an invitation made here is to {at.desk.id}, not {given.campaign}")
    token, until = accounts(request).invite(at.desk.id, given.role, at.who, given.days)
    return shapes.Invitation(token=token, campaign=at.desk.id, role=given.role, until=until)
