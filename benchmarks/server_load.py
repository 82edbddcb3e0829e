"""Many people answer at once while a model learns behind them, and somebody pulls the plug.

python benchmarks/server_load.py                      # 20 and 50 people, then six kills with 10
python benchmarks/server_load.py --people 20 --seconds 15 --kills 0

Each simulated annotator holds five questions, thinks for about a second, and sends one answer at a time with a key of
its own; an answer that was not acknowledged is sent again with the same key.  The server is `askance serve` with its
worker, in processes of its own, on SQLite whose commits are on the disk.  After the kills (SIGKILL) every acknowledged
answer is looked for in the database: in its log once, and in its table.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from askance.campaign import Campaign, Config, PoolConfig, reading
from askance.server.people import People, person
from askance.store.effects import put

SAMPLES, BATCH, HELD = 20_000, 100, 5
HERE = "/api/v1/campaigns/load"


@dataclass
class Seen:
    """What the people saw.  acked: {key: (who, sample, value)} of what the server said it had kept."""

    submit: list[float] = field(default_factory=list)
    queue: list[float] = field(default_factory=list)
    acked: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    retries: int = 0
    waited: int = 0


def make(root: Path) -> None:
    """A campaign over SAMPLES rows of two classes, with its first questions."""
    draw = np.random.default_rng(1)
    kind = draw.integers(0, 2, SAMPLES)
    x = draw.normal(size=(SAMPLES, 4)) + kind[:, None]
    rows = "\n".join(f"{i}," + ",".join(f"{v:.4f}" for v in row) for i, row in enumerate(x))
    (root / "rows.csv").write_text(f"key,a,b,c,d\n{rows}\n")
    pool = PoolConfig(str(root / "rows.csv"), features=("a", "b", "c", "d"), id="key")
    usual = {"learner": "sklearn:LogisticRegression()", "strategy": "margin", "warmup_strategy": "random"}
    config = Config(pool=pool, classes=("x", "y"), batch=BATCH, warmup=4 * BATCH, stop_set=0, **usual)  # type: ignore[arg-type]
    campaign = Campaign.create(root / "load.askance", config)
    campaign.step()
    campaign.close()


def admit(root: Path, n: int) -> list[tuple[str, str]]:
    """n people who may answer.  -> [(name, token)]"""
    people = People(f"sqlite:///{root / 'server.db'}")
    names = [f"person-{i:02}" for i in range(n)]
    with people._writing() as db:
        put(db, person, [{"name": name, "password": "-", "admin": False, "made": time.time()} for name in names])
    found = []
    for name in names:
        people.let_in("load", name, "annotator")
        found.append((name, people.give("token", name, "load", 0)[1]))
    people.close()
    return found


def start(root: Path, port: int, worker: bool = True) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "askance", "serve", str(root), "--port", str(port)]
    server = subprocess.Popen(words + ([] if worker else ["--no-worker"]), stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                return server
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server did not start within a minute")


async def annotate(url: str, who: str, token: str, until: float, think: float, seen: Seen, killed: bool) -> None:
    """One person, until the time is over."""
    draw, n = random.Random(who), 0
    at_hand: list[str] = []
    await asyncio.sleep(draw.random() * think)
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30) as client:
        while time.monotonic() < until:
            if not at_hand:
                body = {"n": HELD, "have": at_hand}
                said = await send(client, "/queue", body, seen.queue, seen, killed, until)
                at_hand += [t["id"] for t in said["tasks"]] if said else []
            if not at_hand:
                seen.waited += 1
                await asyncio.sleep(0.2)
                continue
            await asyncio.sleep(think * (0.5 + draw.random()))
            sample, n = at_hand.pop(0), n + 1
            one = {"key": f"{who}-{until:.3f}-{n}", "id": sample, "value": draw.choice("xy"), "ms": int(think * 1000)}
            body = {"answers": [one]}
            if len(at_hand) < HELD - 1:  # as the page does: two at a time, with the answer
                body["want"] = {"n": HELD + 1, "have": [*at_hand, sample]}
            said = await send(client, "/answers", body, seen.submit, seen, killed, until + 20)
            if said:
                seen.acked[one["key"]] = (who, sample, one["value"])
                at_hand += [t["id"] for t in (said["queue"] or {"tasks": []})["tasks"]]


async def send(
    client: httpx.AsyncClient, path: str, body: Any, spent: list[float], seen: Seen, killed: bool, until: float
) -> Any:
    """Again and again while the server is down; None where it refused, or the time is over."""
    while True:
        began = time.perf_counter()
        try:
            said = await client.post(HERE + path, json=body)
        except httpx.TransportError as e:
            if not killed:
                seen.errors.append(f"{path}: {type(e).__name__}")
                return None
            seen.retries += 1
            if time.monotonic() > until:
                return None
            await asyncio.sleep(0.1)
            continue
        spent.append(time.perf_counter() - began)
        if said.status_code != 200:
            seen.errors.append(f"{path}: {said.status_code} {said.text[:200]}")
            return None
        return said.json()


async def people_answer(url: str, who: list[tuple[str, str]], seconds: float, think: float, killed: bool) -> Seen:
    seen, until = Seen(), time.monotonic() + seconds
    await asyncio.gather(*(annotate(url, name, token, until, think, seen, killed) for name, token in who))
    return seen


def looked_up(root: Path, seen: Seen) -> dict[str, int]:
    """What became of what was acknowledged, and of everything else."""
    campaign = Campaign.open(root / "load.askance")
    with campaign.store.reading() as db:
        told = [e for e in campaign.store.events(db) if e.kind == "label"]
        rounds = reading.rounds(db)
        healthy = db.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    before = campaign.labels()
    campaign.rebuild()
    alike = campaign.labels() == before
    campaign.close()
    log = {e.body["key"]: (e.who, e.body["sample"], e.body["value"]) for e in told}
    keys = Counter(e.body["key"] for e in told)
    samples = Counter(e.body["sample"] for e in told if e.body["counted"])
    return {
        "lost": sum(log.get(key) != what for key, what in seen.acked.items()),
        "doubled": sum(n > 1 for n in keys.values()) + sum(n > 1 for n in samples.values()),
        "models": sum(r.fit is not None for r in rounds),
        "damaged": int(not healthy) + int(not alike),
    }


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def load(n: int, seconds: float, think: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        root, port = Path(folder), free_port()
        make(root)
        who = admit(root, n)
        server = start(root, port)
        seen = asyncio.run(people_answer(f"http://127.0.0.1:{port}", who, seconds, think, False))
        server.terminate()
        server.wait(20)
        return row(f"{n} people", seen, seconds, looked_up(root, seen), 0)


def kills(n: int, times: int, think: float) -> dict[str, Any]:
    """The server dies `times` times, about every four seconds, and is started again at once."""
    with tempfile.TemporaryDirectory() as folder:
        root, port, began = Path(folder), free_port(), time.monotonic()
        make(root)
        who = admit(root, n)
        server = start(root, port)

        async def both() -> Seen:
            task = asyncio.create_task(people_answer(f"http://127.0.0.1:{port}", who, 8.0 * times + 4, think, True))
            nonlocal server
            for _ in range(times):
                await asyncio.sleep(random.Random(times).uniform(2, 4))
                os.kill(server.pid, signal.SIGKILL)
                server.wait()
                server = await asyncio.to_thread(start, root, port)
            return await task

        began = time.monotonic()
        seen = asyncio.run(both())
        spent = time.monotonic() - began
        server.terminate()
        server.wait(20)
        return row(f"{n} people, {times} kills", seen, spent, looked_up(root, seen), times)


def row(name: str, seen: Seen, seconds: float, found: dict[str, int], killed: int) -> dict[str, Any]:
    def ms(spent: list[float], q: float) -> float:
        return round(1000 * float(np.percentile(spent, q)), 1) if spent else float("nan")

    return {
        "run": name,
        "answers": len(seen.acked),
        "a second": round(len(seen.acked) / seconds, 1),
        "submit p50": ms(seen.submit, 50),
        "p95": ms(seen.submit, 95),
        "p99": ms(seen.submit, 99),
        "queue p50": ms(seen.queue, 50),
        "queue p99": ms(seen.queue, 99),
        "models": found["models"],
        "errors": len(seen.errors),
        "retries": seen.retries,
        "lost": found["lost"],
        "doubled": found["doubled"],
        "damaged": found["damaged"],
        "load": round(os.getloadavg()[0], 1),
        "said": sorted(set(seen.errors))[:3],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="*", default=[20, 50])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=1.0, help="seconds that a person thinks, on average")
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--killed-people", type=int, default=10)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before the first run", flush=True)
    found = []
    for n in given.people:
        found.append(load(n, given.seconds, given.think))
        print(json.dumps(found[-1]), flush=True)
    if given.kills:
        found.append(kills(given.killed_people, given.kills, given.think))
        print(json.dumps(found[-1]), flush=True)
    names = [k for k in (found[0] if found else {}) if k != "said"]
    print("| " + " | ".join(names) + " |\n|" + "---|" * len(names))
    for r in found:
        print("| " + " | ".join(str(r[k]) for k in names) + " |")


if __name__ == "__main__":
    main()
