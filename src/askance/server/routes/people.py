"""Signing in, tokens, invitations, members.  Floor 6."""

from fastapi import APIRouter, Request, Response

from askance import __version__
from askance.server import shapes
from askance.server.access import COOKIE, house
from askance.server.people import DAY, People
from askance.server.refused import Refused
from askance.server.routes import HERE, Anybody, Owner

router = APIRouter(tags=["people"])
OPEN = ("/session", "/invitations/accept")  # the only routes for people who are not signed in yet


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
    keys = (f"name:{given.name}", _from(request))
    house(request).attempts.begin(*keys)
    who = people.who(given.name, given.password)
    if who is None:
        raise Refused(401, "who_are_you", "the name or the password is wrong")
    house(request).attempts.succeeded(*keys)
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
    people = accounts(request)
    house(request).attempts.begin(_from(request))
    who = people.accept(given.token, given.name, given.password)
    if who is None:
        raise Refused(404, "no_invitation", "this invitation is used up, too old, or none; ask for another")
    house(request).attempts.succeeded(_from(request))
    _begin(people, who.name, request, response)
    return shapes.Me(name=who.name, admin=who.admin, local=False, version=__version__)


def _from(request: Request) -> str:
    return f"from:{request.client.host if request.client else ''}"


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


@router.put(HERE + "/members/{name}")
def let_in(at: Owner, name: str, part: shapes.Part, request: Request) -> shapes.Member:
    """Gives somebody who has an account a role here, or another one."""
    people = accounts(request)
    if not people.known(name):
        raise Refused(404, "no_person", f"nobody is called {name!r} here; an invitation makes an account")
    people.let_in(at.desk.id, name, part.role)
    return shapes.Member(name=name, role=part.role)


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
