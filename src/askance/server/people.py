"""Who there is, what they may do, and how they prove it: the server's own database.  Floor 6.

Passwords are hashed by Argon2id; tokens, sessions and invitations are random, and kept as hashes alone.
"""

import hashlib
import os
import secrets
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from askance.errors import BadConfig, Conflict
from askance.store.effects import put
from askance.store.engine import connect, options, plainly, use_wal

metadata = MetaData()
person = Table(
    "person",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("password", Text, nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("made", Float, nullable=False),
)
member = Table(
    "member",
    metadata,
    Column("campaign", String(200), primary_key=True),
    Column("person", String(100), primary_key=True),
    Column("role", String(10), nullable=False),
)
# Sessions (cookies), tokens (programs) and invitations: secrets that somebody holds, each by its hash.
secret = Table(
    "secret",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", String(32), nullable=False),
    Column("kind", String(10), nullable=False),  # session | token | invite
    Column("person", String(100), nullable=False),  # whose it is; of an invitation, who made it
    Column("what", Text, nullable=False),  # what a token is for; campaign and role of an invitation
    Column("made", Float, nullable=False),
    Column("until", Float, nullable=False),
)

ROLES = ("annotator", "reviewer", "owner")  # each may do what those before it may
DAY = 86_400.0
FOREVER = 4e9
SHORTEST = 10  # characters of a password


@dataclass(frozen=True)
class Person:
    name: str
    admin: bool = False


@dataclass(frozen=True)
class Invite:
    campaign: str
    role: str
    by: str
    until: float


# Asked with every request; made once, for building them costs more than running them.
_VISITOR = (
    select(person.c.name, person.c.admin, member.c.role)
    .join(secret, secret.c.person == person.c.name)
    .outerjoin(member, (member.c.person == person.c.name) & (member.c.campaign == bindparam("at")))
    .where(secret.c.hash == bindparam("hash"), secret.c.kind == bindparam("of"), secret.c.until > bindparam("now"))
)
_ROLE = select(member.c.role).where(member.c.campaign == bindparam("at"), member.c.person == bindparam("by"))


class People:
    """The people of one server."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time):
        _for_our_eyes_only(url)
        self.engine, self.clock = connect(url), clock
        self.near = self.engine.dialect.name == "sqlite"  # a reader of a file with a write-ahead log never waits
        with plainly("the server's database"):
            use_wal(self.engine)
            metadata.create_all(self.engine)

    def _writing(self) -> Any:
        return self.engine.execution_options(**options(self.engine, True)).begin()

    def close(self) -> None:
        self.engine.dispose()

    # ---- people

    def add(self, name: str, password: str, admin: bool = False) -> Person:
        """A name that is taken is a Conflict; a password that is too short a BadConfig."""
        row = _row(name, password, admin, self.clock())
        with plainly("the server's database"), self._writing() as db:
            _insert(db, row)
        return Person(row["name"], admin)

    def anybody(self) -> bool:
        with self.engine.begin() as db:
            return db.execute(select(person.c.name).limit(1)).first() is not None

    def known(self, name: str) -> bool:
        with self.engine.begin() as db:
            return db.execute(select(person.c.name).where(person.c.name == name)).first() is not None

    def who(self, name: str, password: str) -> Person | None:
        """The person, if the password is theirs.  A name that nobody has takes as long as a wrong password."""
        from argon2.exceptions import VerificationError

        with self.engine.begin() as db:
            row = db.execute(select(person).where(person.c.name == name)).first()
        try:
            _hasher().verify(row.password if row else _nobodys(), password)
        except VerificationError:
            return None
        return Person(row.name, bool(row.admin)) if row else None

    # ---- secrets

    def give(self, kind: str, who: str, what: str = "", seconds: float = 30 * DAY) -> tuple[str, str]:
        """A new one.  -> (its id, the secret itself, which is kept nowhere)"""
        token, id = secrets.token_urlsafe(32), uuid.uuid4().hex
        until = self.clock() + seconds if seconds else FOREVER
        row = {"hash": hashed(token), "id": id, "kind": kind, "person": who, "what": what, "made": self.clock()}
        with plainly("the server's database"), self._writing() as db:
            db.execute(delete(secret).where(secret.c.until < self.clock()))
            db.execute(insert(secret).values({**row, "until": until}))
        return id, token

    def holder(self, kind: str, token: str) -> Person | None:
        """As `visitor`, where it is about no campaign."""
        found = self.visitor(kind, token, "")
        return found[0] if found else None

    def visitor(self, kind: str, token: str, campaign: str) -> tuple[Person, str | None] | None:
        """Whose it is, while it lasts, and their role in the campaign: one question, asked with every request."""
        given = {"hash": hashed(token), "of": kind, "now": self.clock(), "at": campaign}
        with self.engine.begin() as db:
            found = db.execute(_VISITOR, given).first()
        return (Person(found.name, bool(found.admin)), "owner" if found.admin else found.role) if found else None

    def take(self, token: str, kind: str) -> None:
        with plainly("the server's database"), self._writing() as db:
            db.execute(delete(secret).where(secret.c.hash == hashed(token), secret.c.kind == kind))

    def tokens(self, who: str) -> list[Any]:
        with self.engine.begin() as db:
            mine = select(secret).where(secret.c.person == who, secret.c.kind == "token").order_by(secret.c.made)
            return list(db.execute(mine))

    def revoke(self, who: str, id: str) -> bool:
        with plainly("the server's database"), self._writing() as db:
            mine = (secret.c.id == id) & (secret.c.person == who) & (secret.c.kind == "token")
            return bool(db.execute(delete(secret).where(mine)).rowcount)

    # ---- campaigns

    def role(self, campaign: str, who: Person) -> str | None:
        if who.admin:
            return "owner"
        with self.engine.begin() as db:
            found: str | None = db.execute(_ROLE, {"at": campaign, "by": who.name}).scalar()
        return found

    def members(self, campaign: str) -> list[Any]:
        with self.engine.begin() as db:
            return list(db.execute(select(member).where(member.c.campaign == campaign).order_by(member.c.person)))

    def let_in(self, campaign: str, who: str, role: str) -> None:
        with plainly("the server's database"), self._writing() as db:
            put(db, member, [{"campaign": campaign, "person": who, "role": role}])

    def let_out(self, campaign: str, who: str) -> bool:
        with plainly("the server's database"), self._writing() as db:
            gone = delete(member).where(member.c.campaign == campaign, member.c.person == who)
            return bool(db.execute(gone).rowcount)

    def invite(self, campaign: str, role: str, by: str, days: int) -> tuple[str, float]:
        """-> (the token, until when it serves); it serves once."""
        _, token = self.give("invite", by, f"{role}:{campaign}", days * DAY)
        return token, self.clock() + days * DAY

    def accept(self, token: str, name: str, password: str) -> Person | None:
        """A new person with the invitation's role; None for an invitation that is used up, old, or none.

        A name that is taken is a Conflict, and the invitation can still be used.
        """
        with self.engine.begin() as db:
            if _invitation(db, token, self.clock()) is None:  # whoever guesses must not make us hash passwords
                return None
        row = _row(name, password, False, self.clock())  # before the database is held: hashing takes its time
        with plainly("the server's database"), self._writing() as db:
            found = _invitation(db, token, self.clock())
            if found is None:
                return None
            db.execute(delete(secret).where(secret.c.hash == hashed(token)))
            _insert(db, row)
            role, _, campaign = found.what.partition(":")
            put(db, member, [{"campaign": campaign, "person": row["name"], "role": role}])
        return Person(row["name"])

    def set_password(self, name: str, password: str) -> None:
        """Everybody who is signed in as them is signed out."""
        if len(password) < SHORTEST:
            raise BadConfig(f"a password has at least {SHORTEST} characters")
        with plainly("the server's database"), self._writing() as db:
            db.execute(update(person).where(person.c.name == name).values(password=_hasher().hash(password)))
            db.execute(delete(secret).where(secret.c.person == name, secret.c.kind == "session"))


def _row(name: str, password: str, admin: bool, now: float) -> dict[str, Any]:
    """A person that may be inserted."""
    name = name.strip()
    if not name or not name.isprintable():
        raise BadConfig("a person's name must be text that can be shown and is not empty")
    if {"/", "\\"} & set(name) or not name.strip("."):  # it stands in addresses: nobody could be put out again
        raise BadConfig("a person's name must have no / or \\ in it, and more than dots")
    if len(password) < SHORTEST:
        raise BadConfig(f"a password has at least {SHORTEST} characters")
    return {"name": name, "password": _hasher().hash(password), "admin": admin, "made": now}


def _for_our_eyes_only(url: str) -> None:
    """A new database file is the owner's alone: who reads it may try passwords on it at leisure."""
    path = url.removeprefix("sqlite:///")
    if path != url and path and not os.path.exists(path):
        with suppress(OSError):  # what is wrong with the place is said where it is opened
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _insert(db: Connection, row: dict[str, Any]) -> None:
    if db.execute(select(person.c.name).where(person.c.name == row["name"])).first():
        raise Conflict(f"the name {row['name']!r} is taken")
    db.execute(insert(person).values(row))


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has, so that an unknown name takes as long as a wrong password."""
    hash: str = _hasher().hash(secrets.token_hex())
    return hash


def _invitation(db: Connection, token: str, now: float) -> Any:
    wanted = (secret.c.hash == hashed(token)) & (secret.c.kind == "invite") & (secret.c.until > now)
    return db.execute(select(secret).where(wanted)).first()


def hashed(token: str) -> str:
    """A random token needs no salt and no slowness: it cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


def at_least(role: str | None, needed: str) -> bool:
    return role is not None and ROLES.index(role) >= ROLES.index(needed)
