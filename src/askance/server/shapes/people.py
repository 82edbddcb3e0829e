"""Who is asking, and who is let in.  Floor 6."""

from typing import Annotated

from pydantic import Field

from askance.server.shapes.shape import Name, Role, Shape


class Me(Shape):
    """Who is asking.  local: one person on this machine, who may do everything."""

    name: str
    admin: bool
    local: bool
    version: str


class Credentials(Shape):
    name: Name
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class NewInvitation(Shape):
    campaign: str = Field(description="The campaign that it lets in to")
    role: Role = "annotator"
    days: Annotated[int, Field(ge=1, le=90)] = 7


class Invitation(Shape):
    """token: shown this once; only its hash is kept."""

    token: str
    campaign: str
    role: Role
    until: float


class Acceptance(Shape):
    token: Annotated[str, Field(max_length=200)]
    name: Name
    password: Annotated[str, Field(min_length=10, max_length=1000)]


class NewToken(Shape):
    what: Annotated[str, Field(min_length=1, max_length=100, description="What it is for")]


class Token(Shape):
    """For programs: `Authorization: Bearer ...`.  secret: shown when it is made, and never again."""

    id: str
    what: str
    made: float
    secret: str | None = None


class Part(Shape):
    role: Role


class Member(Shape):
    name: str
    role: Role
