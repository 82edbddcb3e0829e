"""The routes, one room of them a file; every one names what it takes (access.py).  Floor 6."""

from typing import Annotated, Any

from fastapi import Depends

from askance.server.access import Admin, At, SignedIn, Visit
from askance.server.people import Person
from askance.server.shapes import Problem

Annotator = Annotated[Visit, Depends(At("annotator"))]
Reviewer = Annotated[Visit, Depends(At("reviewer"))]
Owner = Annotated[Visit, Depends(At("owner"))]
Everything = Annotated[Person, Depends(Admin())]
Anybody = Annotated[Person, Depends(SignedIn())]

MEANS = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "Not yours to do",
    404: "There is no such thing, or not for you",
    409: "It does not fit what has happened meanwhile",
    413: "Too large",
    421: "This server does not answer for that host",
    422: "A value is wrong; the message says which and what would be right",
    429: "Too many attempts",
    500: "A fault of ours; the log has the request_id",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {n: {"model": Problem, "description": d} for n, d in MEANS.items()}
HERE = "/campaigns/{campaign}"
