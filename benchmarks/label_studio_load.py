"""The same two waits in Label Studio: the next task, and a submitted annotation.

python3 -m venv /tmp/ls && /tmp/ls/bin/pip install label-studio
python benchmarks/label_studio_load.py /tmp/ls/bin/label-studio            # 1 and 20 people
python benchmarks/server_load.py --people 1 20 --kills 0                   # ours, beside it

Its own server on SQLite, its default, in a process and a folder of its own; tasks are rows of text with two choices.
Each simulated annotator asks for the next task, thinks for about a second and submits; all of them use the one account
that it is started with, so nothing is said of how it shares tasks out.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

TASKS, TOKEN = 2_000, "0123456789abcdef0123456789abcdef01234567"
CONFIG = (
    '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="x"/><Choice value="y"/>'
    "</Choices></View>"
)
CHOICE = [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["x"]}}]


@dataclass
class Seen:
    """Seconds of each request, and what went wrong."""

    next: list[float] = field(default_factory=list)
    submit: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def label_studio(program: str) -> Iterator[str]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        words = [program, "start", "--no-browser", "--port", str(port), "--internal-host", "127.0.0.1"]
        words += ["--data-dir", folder, "--username", "a@example.com", "--password", "askance-123"]
        words += ["--user-token", TOKEN, "--enable-legacy-api-token"]
        kept = os.environ | {"LATEST_VERSION_CHECK": "false", "COLLECT_ANALYTICS": "false"}
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=kept)
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.monotonic() + 180
            while time.monotonic() < until and process.poll() is None:
                try:
                    if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.5)
            else:
                raise SystemExit(f"{program} did not start")
            yield url
        finally:
            process.terminate()
            process.wait(30)


def project(url: str) -> int:
    with httpx.Client(base_url=url, headers={"authorization": f"Token {TOKEN}"}, timeout=300) as http:
        made = http.post("/api/projects", json={"title": "load", "label_config": CONFIG})
        made.raise_for_status()
        id = int(made.json()["id"])
        for n in range(0, TASKS, 250):
            rows = [{"text": f"row {i}"} for i in range(n, n + 250)]
            http.post(f"/api/projects/{id}/import", json=rows).raise_for_status()
    return id


async def annotate(url: str, project: int, n: int, until: float, think: float, seen: Seen) -> None:
    draw = random.Random(n)
    await asyncio.sleep(draw.random() * think)
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Token {TOKEN}"}, timeout=60) as http:
        while time.monotonic() < until:
            task = await timed(http.get(f"/api/projects/{project}/next"), seen.next, seen)
            if not task:
                await asyncio.sleep(0.2)
                continue
            id = int(task["id"])
            await asyncio.sleep(think * (0.5 + draw.random()))
            body = {"result": CHOICE, "lead_time": think}
            await timed(http.post(f"/api/tasks/{id}/annotations/", json=body), seen.submit, seen)


async def timed(request: Any, spent: list[float], seen: Seen) -> Any:
    began = time.perf_counter()
    try:
        said = await request
    except httpx.TransportError as e:
        seen.errors.append(type(e).__name__)
        return None
    spent.append(time.perf_counter() - began)
    if not said.is_success:
        seen.errors.append(f"{said.status_code} {said.text[:100]}")
        return None
    return said.json()


async def people(url: str, id: int, n: int, seconds: float, think: float) -> Seen:
    seen, until = Seen(), time.monotonic() + seconds
    await asyncio.gather(*(annotate(url, id, i, until, think, seen) for i in range(n)))
    return seen


def row(n: int, seen: Seen, seconds: float) -> dict[str, Any]:
    def ms(spent: list[float], q: float) -> float:
        return round(1000 * float(np.percentile(spent, q)), 1) if spent else float("nan")

    return {
        "run": f"Label Studio, {n} people",
        "answers": len(seen.submit),
        "a second": round(len(seen.submit) / seconds, 1),
        "submit p50": ms(seen.submit, 50),
        "p95": ms(seen.submit, 95),
        "p99": ms(seen.submit, 99),
        "next p50": ms(seen.next, 50),
        "next p99": ms(seen.next, 99),
        "errors": len(seen.errors),
        "load": round(os.getloadavg()[0], 1),
        "said": sorted(set(seen.errors))[:3],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="label-studio, as installed in an environment of its own")
    parser.add_argument("--people", type=int, nargs="*", default=[1, 20])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=1.0, help="seconds that a person thinks, on average")
    given = parser.parse_args()
    if not Path(given.program).is_file():
        raise SystemExit(f"there is no {given.program}")
    found = []
    for n in given.people:
        with label_studio(given.program) as url:
            id = project(url)
            found.append(row(n, asyncio.run(people(url, id, n, given.seconds, given.think)), given.seconds))
        print(json.dumps(found[-1]), flush=True)
    names = [k for k in found[0] if k != "said"]
    print("| " + " | ".join(names) + " |\n|" + "---|" * len(names))
    for r in found:
        print("| " + " | ".join(str(r[k]) for k in names) + " |")


if __name__ == "__main__":
    main()
