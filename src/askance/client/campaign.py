"""One campaign of a server.  Floor 6."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from askance.client.wire import Wire, address, refused
from askance.errors import Conflict
from askance.server import shapes

Id = str | shapes.Task


@dataclass(frozen=True)
class State:
    """What `events` tells: labels so far, questions left, the model's version, whether it is learning."""

    labels: int
    left: int
    model: int
    training: bool


class CampaignClient:
    """Its methods are the routes; samples are named by their id, or by the task that asks about them."""

    def __init__(self, wire: Wire, name: str):
        self.wire, self.name = wire, name

    def _get(self, path: str, into: Any, /, sample: Id = "", **query: Any) -> Any:
        return self.wire.get(path, into, self._fill(sample=_id(sample)), **query)

    def _call(self, method: str, path: str, into: Any, body: Any = None, /, **more: Any) -> Any:
        return self.wire.call(method, path, into, self._fill(), body=body, **more)

    def _fill(self, **parts: str) -> dict[str, str]:
        return {"campaign": self.name, **parts}

    # ---- the campaign

    def about(self) -> shapes.Campaign:
        """Its kind of label, guideline, strategy, model and counts."""
        return self._get("/campaigns/{campaign}", shapes.Campaign)

    def change(self, *, guide: str | None = None, blind: bool | None = None) -> shapes.Campaign:
        """What an owner may set for the page."""
        body = {k: v for k, v in {"guide": guide, "blind": blind}.items() if v is not None}
        return self._call("PATCH", "/campaigns/{campaign}", shapes.Campaign, body)

    # ---- questions and answers

    def queue(self, n: int = 5, have: Sequence[Id] = ()) -> shapes.Queue:
        """Up to n of the best questions, leased to you; those that you have at hand are held, and not sent again."""
        body = {"n": n, "have": [_id(i) for i in have]}
        return self._call("POST", "/campaigns/{campaign}/queue", shapes.Queue, body)

    def heartbeat(self, ids: Sequence[Id]) -> shapes.Held:
        """Holds on to questions for ten minutes more."""
        return self._call("POST", "/campaigns/{campaign}/heartbeat", shapes.Held, {"ids": [_id(i) for i in ids]})

    def release(self, ids: Sequence[Id]) -> None:
        """Gives questions back to whoever comes next."""
        self._call("POST", "/campaigns/{campaign}/release", None, {"ids": [_id(i) for i in ids]})

    def answer(self, task: Id, value: Any, *, key: str = "", ms: int | None = None) -> shapes.Kept:
        """One answer.  key: what you call it; the same key again is the same answer.  ms: how long it took."""
        said = shapes.Answer(key=key or new_key(), id=_id(task), value=value, ms=ms)
        return self.answers([said]).kept[0]

    def answers(self, given: Sequence[shapes.Answer], want: shapes.Want | None = None) -> shapes.Receipt:
        """All of them or, where one is wrong, none; on the disk when this returns.  want: what to be handed next."""
        body: dict[str, Any] = {"answers": [a.model_dump(exclude_none=True) | {"value": a.value} for a in given]}
        body |= {"want": want.model_dump()} if want else {}
        return self._call("POST", "/campaigns/{campaign}/answers", shapes.Receipt, body)

    def skip(self, task: Id, why: str = "", *, key: str = "") -> None:
        """This question does not come to you again."""
        self._call("POST", "/campaigns/{campaign}/skips", None, {"key": key or new_key(), "id": _id(task), "why": why})

    def undo(self) -> shapes.Undone:
        """Takes back your latest answer or skip, and hands you the question again.  It is sent once."""
        return self._call("POST", "/campaigns/{campaign}/undo", shapes.Undone, once=True)

    def history(self, n: int = 20) -> list[shapes.Past]:
        """What you have done lately, newest first."""
        return list(self._get("/campaigns/{campaign}/history", shapes.History, n=n).done)

    def remark(self, sample: Id, *, flagged: bool = False, note: str = "") -> None:
        """A flag and a note of yours on a sample."""
        body = {"flagged": flagged, "note": note}
        path = "/campaigns/{campaign}/samples/{sample}/remark"
        self.wire.call("PUT", path, None, self._fill(sample=_id(sample)), body=body)

    # ---- looking

    def media(self, sample: Id, size: int = 0) -> bytes:
        """Its recording, or a JPEG of its picture; size: of the longer side, 0 for as large as is shown."""
        fill = self._fill(sample=_id(sample))
        return self.wire.sent("GET", "/campaigns/{campaign}/media/{sample}", fill, query={"size": size}).content

    def peaks(self, sample: Id) -> "shapes.Peaks":
        """The outline of a recording."""
        return self._get("/campaigns/{campaign}/samples/{sample}/peaks", shapes.Peaks, sample)

    def sample(self, sample: Id) -> shapes.Sample:
        """All that is known of it."""
        return self._get("/campaigns/{campaign}/samples/{sample}", shapes.Sample, sample)

    def neighbours(self, sample: Id, n: int = 3) -> list[shapes.Neighbour]:
        """The labelled samples most like it."""
        path = "/campaigns/{campaign}/samples/{sample}/neighbours"
        return list(self._get(path, shapes.Neighbours, sample, n=n).labelled)

    def map(self, n: int = 5000) -> shapes.Points:
        """The pool in a plane."""
        return self._get("/campaigns/{campaign}/map", shapes.Points, n=n)

    def grid(self, label: str, n: int = 60) -> shapes.Grid:
        """Samples that the model takes for one class, leased to you."""
        return self._call("POST", "/campaigns/{campaign}/grid", shapes.Grid, query={"label": label, "n": n})

    def wish(self, samples: Sequence[Id]) -> int:
        """Asks about these next.  -> how many were free."""
        body = {"ids": [_id(i) for i in samples]}
        return int(self._call("POST", "/campaigns/{campaign}/wishes", shapes.Wished, body).queued)

    # ---- review

    def disagreements(self, n: int = 50) -> shapes.Disagreements:
        return self._get("/campaigns/{campaign}/disagreements", shapes.Disagreements, n=n)

    def decide(self, sample: Id, value: Any, *, gold: bool = False) -> shapes.Sample:
        """Stands above all answers; None takes it back."""
        body, path = {"value": value, "gold": gold}, "/campaigns/{campaign}/samples/{sample}/decision"
        return self.wire.call("PUT", path, shapes.Sample, self._fill(sample=_id(sample)), body=body)

    def log(self, before: int = 0, n: int = 100) -> list[shapes.Entry]:
        """Who did what, newest first."""
        return list(self._get("/campaigns/{campaign}/log", shapes.Log, before=before, n=n).entries)

    def dashboard(self) -> shapes.Dashboard:
        return self._get("/campaigns/{campaign}/dashboard", shapes.Dashboard)

    def train(self) -> bool:
        """Asks for a model on the labels so far.  -> whether one is being made already."""
        return bool(self._call("POST", "/campaigns/{campaign}/train", shapes.Started).training)

    def events(self) -> Iterator[State]:
        """How it stands, whenever that has changed; it ends when the connection does, and may be asked for again."""
        place, timeout = address("/campaigns/{campaign}/events", self._fill()), httpx.Timeout(10.0, read=60.0)
        try:
            with self.wire.http.stream("GET", place, timeout=timeout) as answer:
                if not answer.is_success:
                    answer.read()
                    refused(answer)
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        yield State(**json.loads(line.removeprefix("data: ")))
        except httpx.TransportError as e:
            raise Conflict(
                f"the events of {self.name} have ended: {e or type(e).__name__}; ask for them again"
            ) from None

    # ---- files

    def export(self, path: str | Path, format: str = "csv") -> list[shapes.Loss]:
        """Writes the labels to a file; a format that is a folder comes as a .zip.  -> what it could not carry."""
        answer = self.wire.sent("GET", "/campaigns/{campaign}/export", self._fill(), query={"format": format})
        place = Path(path)
        part = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.part")
        part.write_bytes(answer.content)
        part.replace(place)
        return [shapes.Loss(**loss) for loss in json.loads(answer.headers["askance-losses"])]

    def import_file(self, path: str | Path, format: str = "", question: str = "") -> shapes.Imported:
        """Labels of a file in any format that is read: all of them or none."""
        place = Path(path)
        query = {"name": place.name, "format": format, "question": question}
        return self._call(
            "POST", "/campaigns/{campaign}/import", shapes.Imported, query=query, content=place.read_bytes()
        )

    # ---- gold questions

    def gold(self, n: int = 100, skip: int = 0) -> shapes.GoldQuestions:
        """Questions whose answer is known, by name, and how people did on them."""
        return self._get("/campaigns/{campaign}/gold", shapes.GoldQuestions, n=n, skip=skip)

    def put_gold(self, answers: Mapping[str, Any]) -> shapes.GoldQuestions:
        """{sample: what is known of it}; None: it is gold no longer."""
        return self._call("PUT", "/campaigns/{campaign}/gold", shapes.GoldQuestions, {"answers": dict(answers)})

    def import_gold(self, path: str | Path) -> shapes.GoldQuestions:
        """What is known of samples, from a file in any format that labels are imported from."""
        place, query = Path(path), {"name": Path(path).name}
        return self._call(
            "POST", "/campaigns/{campaign}/gold/import", shapes.GoldQuestions, query=query, content=place.read_bytes()
        )

    # ---- people

    def members(self) -> list[shapes.Member]:
        return self._get("/campaigns/{campaign}/members", list[shapes.Member])

    def let_in(self, name: str, role: shapes.Role) -> shapes.Member:
        """Gives somebody who has an account a role here."""
        path, fill = "/campaigns/{campaign}/members/{name}", self._fill(name=name)
        return self.wire.call("PUT", path, shapes.Member, fill, body={"role": role})

    def let_out(self, name: str) -> None:
        path, fill = "/campaigns/{campaign}/members/{name}", self._fill(name=name)
        self.wire.call("DELETE", path, None, fill, once=True)

    def invite(self, role: shapes.Role = "annotator", days: int = 7) -> shapes.Invitation:
        """A link for one new person: its token is shown this once."""
        body = {"campaign": self.name, "role": role, "days": days}
        return self._call("POST", "/campaigns/{campaign}/invitations", shapes.Invitation, body, once=True)


def _id(sample: Id) -> str:
    return sample if isinstance(sample, str) else sample.id


def new_key() -> str:
    return uuid.uuid4().hex
