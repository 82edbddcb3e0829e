"""Label Studio's HTTP API, as much of it as is needed here.  Floor 6."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx

from askance.errors import BadConfig, Conflict
from askance.progress import track

CHUNK = 250  # tasks of one request
PAGE = 200
SHORTEST = 3  # characters of a project's title
Json = Any


class Access(httpx.Auth):
    """A legacy token is sent as it is; a personal access token buys a short-lived one, again when that has run out."""

    requires_response_body = True

    def __init__(self, address: str, token: str):
        self.address, self.token, self.short = address, token, ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self.token.count(".") != 2:
            request.headers["authorization"] = f"Token {self.token}"
            yield request
            return
        if self.short:
            request.headers["authorization"] = f"Bearer {self.short}"
            if (yield request).status_code != 401:
                return
        answer = yield httpx.Request("POST", f"{self.address}/api/token/refresh", json={"refresh": self.token})
        if answer.is_success:
            self.short = str(answer.json().get("access", ""))
            request.headers["authorization"] = f"Bearer {self.short}"
        yield request


class LabelStudio:
    """address: as in http://localhost:8080; token: of the account's page "Access token" or "Personal access token"."""

    def __init__(self, address: str, token: str, timeout: float = 60.0):
        if not address.startswith(("http://", "https://")):
            raise BadConfig(f"{address!r} is no address of Label Studio; write it as http://localhost:8080")
        if not token:
            raise BadConfig("Label Studio wants a token: put it into LABEL_STUDIO_TOKEN or a file for --token-file")
        self.address = address.rstrip("/")
        self.http = httpx.Client(base_url=self.address, auth=Access(self.address, token), timeout=timeout)

    def close(self) -> None:
        self.http.close()

    def call(self, method: str, path: str, **more: Any) -> Json:
        """The answer's JSON; what it refuses is an error with its own words."""
        try:
            answer = self.http.request(method, path, **more)
        except httpx.TransportError as e:
            raise Conflict(f"Label Studio at {self.address} cannot be reached: {e or type(e).__name__}") from None
        if not answer.is_success:
            refuse(self.address, method, path, answer)
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise BadConfig(
                f"what answers at {self.address} is not Label Studio ({method} {path} is no JSON)"
            ) from None

    # ---- projects

    def version(self) -> str:
        return str(self.call("GET", "/api/version").get("release", "unknown"))

    def create(self, title: str, label_config: str) -> Mapping[str, Any]:
        """A project that hands tasks out in the order of their numbers."""
        named = title if len(title) >= SHORTEST else f"Askance {title}"
        body = {"title": named[:50], "label_config": label_config, "sampling": "Sequential sampling"}
        made: Mapping[str, Any] = self.call("POST", "/api/projects", json=body)
        return self.project(int(made["id"]))

    def project(self, id: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.call("GET", f"/api/projects/{id}")
        return found

    # ---- tasks

    def add(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> int:
        """-> how many there are more."""
        parts = [list(tasks[n : n + CHUNK]) for n in range(0, len(tasks), CHUNK)]
        path = f"/api/projects/{project}/import"
        return sum(int(self.call("POST", path, json=part)["task_count"]) for part in track(parts, "sending tasks"))

    def tasks(self, project: int) -> Iterator[Mapping[str, Any]]:
        """All, without what they hold in full."""
        page, total, seen = 1, 1, 0
        while seen < total:
            query = {"project": project, "page": page, "page_size": PAGE, "fields": "all"}
            found = self.call("GET", "/api/tasks", params=query)
            total, page, seen = int(found["total"]), page + 1, seen + len(found["tasks"])
            yield from found["tasks"]
            if not found["tasks"]:
                return

    def remove(self, tasks: Iterable[int]) -> None:
        for id in track(list(tasks), "removing tasks"):
            self.call("DELETE", f"/api/tasks/{id}")

    def upload(self, project: int, name: str, data: bytes) -> str:
        """A file for tasks to show.  -> the address of it there."""
        sent = self.call(
            "POST",
            f"/api/projects/{project}/import",
            params={"commit_to_project": "false"},
            files={"file": (name, data)},
        )
        if not sent.get("file_upload_ids"):
            raise BadConfig(f"Label Studio takes no file such as {name}")
        return "/data/" + str(self.call("GET", f"/api/import/file-upload/{sent['file_upload_ids'][0]}")["file"])

    # ---- annotations, people, models

    def export(self, project: int) -> list[dict[str, Any]]:
        """The tasks that have annotations, with those."""
        query = {"exportType": "JSON", "download_all_tasks": "false"}
        found: list[dict[str, Any]] = self.call("GET", f"/api/projects/{project}/export", params=query, timeout=600.0)
        return found

    def people(self) -> dict[int, str]:
        """{id: e-mail address}"""
        return {int(u["id"]): str(u["email"]) for u in self.call("GET", "/api/users")}

    def connect(self, project: int, address: str, title: str = "Askance") -> int:
        """Our backend, for it to ask and to tell.  -> its number there."""
        return int(self.call("POST", "/api/ml", json={"url": address, "project": project, "title": title})["id"])


def refuse(address: str, method: str, path: str, answer: httpx.Response) -> None:
    try:
        told = answer.json()
        said = str(told.get("validation_errors") or told.get("detail") or told)[:500]
    except (ValueError, AttributeError):
        said = "it says nothing that can be read"
    where = f"Label Studio at {address}: {method} {path}: {answer.status_code}"
    raise (Conflict if answer.status_code >= 500 else BadConfig)(f"{where}: {said}")
