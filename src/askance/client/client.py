"""A server, as whoever holds the token sees it.  Floor 6."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from askance.client.campaign import CampaignClient
from askance.client.wire import Wire
from askance.errors import BadConfig
from askance.server import shapes

# Operations of the schema that are not here, and why.
LEFT_OUT = {
    "POST /session": "a program has a token, and no password",
    "DELETE /session": "a program has a token, and no session",
    "POST /invitations/accept": "an account is made by a person, in the page",
}


class Client:
    """address: of the server, as in http://127.0.0.1:8765, or what `askance label` prints, which has the token in it.

    patience  seconds for which a request that was lost is sent again; timeout: for one answer
    """

    def __init__(self, address: str, token: str = "", *, patience: float = 30.0, timeout: float = 60.0):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise BadConfig(f"{address!r} is no address of a server; write it as http://127.0.0.1:8765")
        token = token or parse_qs(parts.query).get("token", [""])[0]
        headers = {"authorization": f"Bearer {token}"} if token else {}
        http = httpx.Client(base_url=f"{parts.scheme}://{parts.netloc}", headers=headers, timeout=timeout)
        self.wire = Wire(http, patience)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.wire.http.close()

    # ---- who and what there is

    def me(self) -> shapes.Me:
        """Who the token is of."""
        return self.wire.get("/me", shapes.Me)

    def campaigns(self) -> list[shapes.Summary]:
        """Those that you have a part in."""
        return self.wire.get("/campaigns", list[shapes.Summary])

    def campaign(self, name: str) -> CampaignClient:
        """One of them; nothing is asked of the server yet."""
        return CampaignClient(self.wire, name)

    def formats(self) -> list[shapes.FileFormat]:
        """What files of annotations can be read and written."""
        return self.wire.get("/formats", list[shapes.FileFormat])

    def health(self) -> bool:
        """Whether it is alive."""
        return bool(self.wire.get("//healthz", dict[str, str])["status"] == "ok")

    def metrics(self) -> str:
        """In the text format of Prometheus; for the administrator."""
        return self.wire.sent("GET", "//metrics").text

    # ---- tokens

    def tokens(self) -> list[shapes.Token]:
        return self.wire.get("/tokens", list[shapes.Token])

    def new_token(self, what: str) -> shapes.Token:
        """Another one of yours; its secret is shown this once."""
        return self.wire.call("POST", "/tokens", shapes.Token, body={"what": what}, once=True)

    def revoke(self, id: str) -> None:
        self.wire.call("DELETE", "/tokens/{id}", None, {"id": id}, once=True)

    # ---- one-shot selection

    def select(
        self,
        k: int,
        strategy: str = "auto",
        *,
        items: Sequence[str] = (),
        texts: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        learner: str = "",
        probs: Any = None,
        embeddings: Any = None,
        labeled_embeddings: Any = None,
        seed: int = 0,
    ) -> shapes.Picks:
        """The k most worth asking about, of texts or of samples with signals (rows of numbers, or NumPy arrays).

        More than some thousand rows go faster as a file: `select_file`.
        """
        given = {"probs": probs, "embeddings": embeddings, "labeled_embeddings": labeled_embeddings}
        body: dict[str, Any] = {"k": k, "strategy": strategy, "seed": seed, "learner": learner}
        body |= {"items": list(items), "texts": list(texts), "labels": dict(labels or {})}
        body |= {name: _rows(a) for name, a in given.items() if a is not None}
        return self.wire.call("POST", "/select", shapes.Picks, body=body)

    def select_file(
        self,
        path: str | Path,
        k: int,
        strategy: str = "",
        *,
        seed: int = 0,
        learner: str = "",
        text: str = "",
        features: str = "",
        id: str = "",
        label: str = "",
        signals: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> shapes.PicksOfFile:
        """`askance select` there: .npz, .npy, .parquet, .arrow, .csv, .jsonl, or a .zip of pictures."""
        place = Path(path)
        more = {"learner": learner, "text": text, "features": features, "id": id, "label": label, "signals": signals}
        return self.select_bytes(place.read_bytes(), place.name, k, strategy, seed=seed, labels=labels, **more)

    def select_bytes(
        self,
        data: bytes,
        name: str,
        k: int,
        strategy: str = "",
        *,
        seed: int = 0,
        learner: str = "",
        text: str = "",
        features: str = "",
        id: str = "",
        label: str = "",
        signals: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> shapes.PicksOfFile:
        """`select_file` of what is in memory; name: what it would be called as a file."""
        query = {"name": name, "k": k, "strategy": strategy, "seed": seed, "learner": learner, "text": text}
        query |= {"features": features, "id": id, "label": label, "signals": signals}
        query |= {"labels": json.dumps(dict(labels)) if labels else ""}
        return self.wire.call("POST", "/select/file", shapes.PicksOfFile, query=query, content=data)


def _rows(a: Any) -> Any:
    return a.tolist() if callable(getattr(a, "tolist", None)) else [list(row) for row in a]
