"""Several people on one campaign: how often the label that counts is right, by rule and overlap, and what it costs.

    python benchmarks/teams.py [--seeds 10]
    python benchmarks/teams.py --priors      # how smoothing and trust of Dawid-Skene were chosen
    python benchmarks/teams.py --speed       # what reading 100,000 samples takes, in seconds of processor time

Prints the tables of docs/teams.md.  The digits of scikit-learn, 600 to label and 900 to test on.  Eight simulated
people, each with a confusion matrix of their own: right in 55 to 97 of a hundred answers, half of their mistakes made
between two digits that they mix up, and one of them answers at random.  Everybody is asked about as many samples, drawn
anew with each seed.  The answers go into a campaign's database, and what counts is read from it as a campaign reads it,
by each rule in turn.  Gold: each person has also answered 20 questions whose answer is known, which Dawid-Skene then
knows.
"""

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable
from heapq import nsmallest
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sqlalchemy import Connection

from askance import ops
from askance.annotators import dawid_skene, gather, round_robin
from askance.campaign import Config, reading
from askance.campaign.consensus import consensus
from askance.campaign.settings import change
from askance.labels import parse_kind
from askance.metrics import compare
from askance.ops import hex_id
from askance.server.agreeing import agreement
from askance.store import Store
from askance.store.effects import put
from askance.store.schema import label

LABELLED, TESTED, ASKED, GOLD = 600, 900, 600, 20
SKILLS = (0.97, 0.93, 0.9, 0.85, 0.8, 0.7, 0.55, 0.1)
PEOPLE = [f"person {j}" for j in range(len(SKILLS))]
RULES = ("first", "majority", "dawid_skene")
Told = dict[str, dict[int, str]]


def confusions(rng: np.random.Generator) -> np.ndarray:
    """(J, 10, 10): how often person j says l of a c.  The last one says anything."""
    out = np.empty((len(SKILLS), 10, 10))
    for j, skill in enumerate(SKILLS):
        out[j] = (1 - skill) / 2 / 9 * (1 - np.eye(10)) + skill * np.eye(10)
        pairs, mixed = rng.permutation(10).reshape(5, 2), np.empty(10, int)
        mixed[pairs.ravel()] = pairs[:, ::-1].ravel()
        out[j, np.arange(10), mixed] += (1 - skill) / 2
    out[-1] = 0.1
    return out


class Crowd:
    """What everybody would say of every sample, under one seed."""

    def __init__(self, seed: int):
        x, y = load_digits(return_X_y=True)
        order = np.random.default_rng(seed).permutation(len(x))
        self.x, self.y = x[order], y[order]
        self.ids = ops.key_ids(0, len(x), seed)
        rng = np.random.default_rng(1000 + seed)
        how = confusions(rng)
        self.said = np.array([[rng.choice(10, p=how[j, c]) for j in range(len(SKILLS))] for c in self.y])
        self.seed = seed

    def answers(self, samples: int, overlap: int) -> list[tuple[int, str, str]]:
        """(row, who, what they say), in the order in which it comes."""
        rng = np.random.default_rng(2000 + 10 * self.seed + overlap)
        turns = round_robin(PEOPLE, samples, overlap)
        mixed = [turns[n] for n in rng.permutation(samples)]
        rows = [(n, PEOPLE.index(who)) for n, each in enumerate(mixed) for who in rng.permutation(each)]
        return [(n, PEOPLE[j], str(self.said[n, j])) for n, j in rows]


def counted(crowd: Crowd, samples: int, overlap: int) -> tuple[int, Told]:
    """-> how many answers it took, and {rule: {row: label}} as a campaign reads it."""
    told = crowd.answers(samples, overlap)
    row = {int(i): n for n, i in enumerate(crowd.ids)}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'c.db'}")
        store.create()
        with store.writing() as db:
            config = Config(classes=tuple("0123456789")).text()
            store.record(db, "create", "olga", {"config": config, "samples": str(samples)})
            for n, who, value in told:
                body = {"sample": hex_id(crowd.ids[n]), "value": value, "counted": True}
                store.record(db, "label", who, body)
        found = {rule: by_rule(store, rule) for rule in RULES}
        with store.writing() as db:
            test(store, db, crowd)
        found["dawid_skene with gold"] = by_rule(store, "dawid_skene")
        store.close()
    return len(told), {rule: {row[i]: v for i, v in labels.items()} for rule, labels in found.items()}


def by_rule(store: Store, rule: str) -> dict[int, str]:
    with store.writing() as db:
        change(store, db, "olga", {"aggregate": rule})
    with store.reading() as db:
        return reading.labels(db)


def test(store: Store, db: object, crowd: Crowd) -> None:
    """Everybody answers the gold questions, which are the last samples."""
    rows = range(len(crowd.y) - GOLD, len(crowd.y))
    known = {hex_id(crowd.ids[n]): str(crowd.y[n]) for n in rows}
    store.record(db, "gold", "olga", {"answers": known})  # type: ignore[arg-type]
    for j, who in enumerate(PEOPLE):
        place = [[hex_id(crowd.ids[n]), "", 0, 0] for n in rows]
        store.record(db, "trial", who, {"samples": place, "until": 9e9})  # type: ignore[arg-type]
        for n in rows:
            body = {"sample": hex_id(crowd.ids[n]), "value": str(crowd.said[n, j]), "counted": False, "gold": "untold"}
            store.record(db, "label", who, body)  # type: ignore[arg-type]


def model(crowd: Crowd, labels: dict[int, str]) -> float:
    """Accuracy of a linear model that learned them."""
    rows = sorted(labels)
    warnings.simplefilter("ignore", ConvergenceWarning)  # 200 steps are what docs/annotators.md has
    fit = LogisticRegression(C=0.01, max_iter=200).fit(crowd.x[rows], [labels[n] for n in rows])
    test = slice(LABELLED, LABELLED + TESTED)
    return float((fit.predict(crowd.x[test]) == crowd.y[test].astype(str)).mean())


def quality(crowd: Crowd, labels: dict[int, str]) -> float:
    return float(np.mean([value == str(crowd.y[n]) for n, value in labels.items()]))


def said(values: list[float], base: list[float]) -> str:
    more = compare(values, base)
    gap = "" if values == base else f"{more.difference:+.3f} ({more.low:+.3f} to {more.high:+.3f})"
    return f"{np.mean(values):.3f} | {gap}"


def priors() -> None:
    """Labels right at overlap 1, 2 and 3, without and with gold, on seeds that the other tables do not have."""
    crowds = [Crowd(s) for s in range(100, 105)]
    print("| smoothing | trust | 1 | 1, gold | 2 | 2, gold | 3 | 3, gold |\n|---|---|---|---|---|---|---|---|")
    for smoothing, trust in ((1.0, 0.0), (0.1, 3.0), (0.1, 10.0), (0.5, 5.0), (0.5, 15.0), (1.0, 10.0), (1.0, 30.0)):
        row = [
            float(np.mean([by_prior(c, overlap, gold, smoothing, trust) for c in crowds]))
            for overlap in (1, 2, 3)
            for gold in (0, GOLD)
        ]
        print(f"| {smoothing} | {trust} | " + " | ".join(f"{v:.3f}" for v in row) + " |", flush=True)


def by_prior(crowd: Crowd, overlap: int, gold: int, smoothing: float, trust: float) -> float:
    rows = range(len(crowd.y) - gold, len(crowd.y))
    tests = [(n, who, str(crowd.said[n, j])) for n in rows for j, who in enumerate(PEOPLE)]
    told = gather(crowd.answers(LABELLED, overlap) + tests)
    known = {n: str(crowd.y[n]) for n in rows}
    found = dawid_skene(told, smoothing=smoothing, trust=trust, tolerance=1e-7, known=known).consensus.labels
    return quality(crowd, {n: v for n, v in found.items() if n < LABELLED})


def speed() -> None:
    """100,000 samples with two or three answers each of twelve people, three classes."""
    draw = np.random.default_rng(0)
    rows = []
    for i in range(100_000):
        for j in draw.choice(12, 2 + i % 2, replace=False):
            value = "abc"[i % 3 if draw.random() < 0.87 else draw.integers(3)]
            row = {"sample": hex_id(i), "who": f"person {j}", "value": value, "counted": True, "at": float(len(rows))}
            rows.append(row | {"seq": len(rows), "more": None, "gold": False})
    for rule in ("majority", "dawid_skene"):
        with tempfile.TemporaryDirectory() as folder:
            store = Store(f"sqlite:///{Path(folder) / 'c.db'}")
            store.create()
            with store.writing() as db:
                config = Config(classes=("a", "b", "c"), aggregate=rule).text()
                store.record(db, "create", "olga", {"config": config, "samples": "100000"})
                put(db, label, rows)
            timed(store, rule, len(rows))


def timed(store: Store, rule: str, answers: int) -> None:
    def seconds(read: Callable[[Connection], object]) -> float:
        start = time.process_time()
        with store.reading() as db:
            read(db)
        return time.process_time() - start

    def page(db: Connection) -> int:
        found = {k: one for k, one in consensus(db).items() if one.differing and not one.decided}
        return len(nsmallest(50, found, key=lambda k: (found[k].lead, -found[k].answers, k)))

    first, again, review = seconds(reading.labels), seconds(reading.labels), seconds(page)
    with store.writing() as db:
        store.record(db, "review", "rita", {"sample": hex_id(7), "value": "a"})
    after = seconds(reading.labels)
    agreed = seconds(lambda db: agreement(db, parse_kind("class", ("a", "b", "c"))))
    print(
        f"{rule}, {answers:,} answers: {first:.2f} s, again {again:.3f} s, after one more {after:.2f} s; "
        f"the page of disagreements {review:.3f} s, agreement {agreed:.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--priors", action="store_true")
    parser.add_argument("--speed", action="store_true")
    wanted = parser.parse_args()
    if wanted.priors or wanted.speed:
        return priors() if wanted.priors else speed()
    return tables(range(wanted.seeds))


def tables(seeds: range) -> None:
    crowds = [Crowd(s) for s in seeds]
    print("| overlap | answers | rule | labels right | more than the first answer |\n|---|---|---|---|---|")
    for overlap in (1, 2, 3):
        done = [counted(c, LABELLED, overlap) for c in crowds]
        right = {rule: [quality(c, t[rule]) for c, (_, t) in zip(crowds, done, strict=True)] for rule in done[0][1]}
        for rule, values in right.items():
            print(f"| {overlap} | {done[0][0]:,} | {rule} | {said(values, right['first'])} |", flush=True)
    print(f"\nThe same {ASKED} answers, spent on more samples or on more answers to each:\n")
    print("| overlap | samples | rule | labels right | model right | more than with overlap 1 |")
    print("|---|---|---|---|---|---|")
    base: list[float] = []
    for overlap in (1, 2, 3):
        done = [counted(c, ASKED // overlap, overlap) for c in crowds]
        for rule in ("majority", "dawid_skene", "dawid_skene with gold"):
            good = [quality(c, t[rule]) for c, (_, t) in zip(crowds, done, strict=True)]
            learned = [model(c, t[rule]) for c, (_, t) in zip(crowds, done, strict=True)]
            base = base or learned
            print(
                f"| {overlap} | {ASKED // overlap} | {rule} | {np.mean(good):.3f} | {said(learned, base)} |", flush=True
            )


if __name__ == "__main__":
    main()
