"""Which gates find the strays before anything is labelled, and what a gate does to a rare class that does belong."""

from pathlib import Path
from typing import Any

import numpy as np
from study.learner import Logistic
from study.sets import SETS, opened

from askance.learners import Prepared
from askance.metrics import aubc, compare
from askance.pools.held import HeldPool
from askance.samples import objects
from askance.signals import Signals
from askance.spec import parse
from askance.view import View
from strays.campaigns import curve, simulated
from strays.plan import BATCH, GATED, SEEDS
from strays.sets import MESSY, Messy, numbered
from strays.tables import percent, said


def find(work: Path) -> None:
    """AUC of strays against the others, and the share of them that a gate of 10 % holds back, nothing labelled."""
    from sklearn.metrics import roc_auc_score

    print("| set | gate | area under ROC | strays held back by a gate of 10 % |\n|---|---|---|---|")
    gates = (
        "typical",
        "typical(near=0)",
        "unit_length | typical",
        "crowded",
        "mahalanobis",
        "mahalanobis(unit=True)",
        "density",
    )
    for of, make in MESSY.items():
        found: dict[str, list[tuple[float, float]]] = {g: [] for g in gates}
        for seed in SEEDS:
            messy = make(seed, work)
            view = cold(messy)
            stray = messy.stray[view.signals.ids.astype(int)]
            for g in gates:
                u = parse(g)(view).get("utility")
                lowest = np.argsort(u)[: len(u) // 10]
                found[g].append((float(roc_auc_score(stray, -u)), float(stray[lowest].sum() / stray.sum())))
        for g, pairs in found.items():
            a, b = np.array(pairs).T
            print(f"| {of} | `{g}` | {a.mean():.3f} | {percent(b.tolist())} |", flush=True)


def cold(messy: Messy) -> View:
    """All that may be asked about, with the embeddings there are before any label."""
    learner = messy.learner()
    if isinstance(learner, Prepared):
        learner.prepare(messy.samples)
    free = ~np.isin(messy.samples.ids, messy.test)
    given = learner.signals(messy.samples.take(free), frozenset({"embeddings"}))
    return View(given, BATCH)


RARE = ("digits", "ag_news", "cifar10", "fashion_mnist")
FIRST = 2  # classes of each, by name


def rare(work: Path) -> None:
    """One class after the other is thinned out to 3 % of the pool: how much of it a gate of 10 % holds back."""
    print("| set | rare class | held back | entropy asks about | gated entropy | balanced accuracy less ungated |")
    print("|---|---|---|---|---|---|")
    for of in RARE:
        with open_features(of, work) as z:
            x, y = z["x"], z["y"].astype(str)
        for c in np.unique(y)[:FIRST]:
            found = np.array([thinned(x, y, c, SETS[of].c, seed) for seed in SEEDS])
            gain = compare(found[:, 4], found[:, 3])
            shares = " | ".join(f"{100 * v:.1f} %" for v in found[:, :3].mean(0))
            print(f"| {of} | {c} | {shares} | {said(gain, gain.t_p)} |", flush=True)


def open_features(of: str, work: Path) -> Any:
    opened(SETS[of], work)
    return np.load(work / f"{of}.npz")


def thinned(x: np.ndarray, y: np.ndarray, c: str, strength: float, seed: int) -> tuple[float, ...]:
    """Share of the class held back; its share of what entropy asks about, without and with the gate; both areas."""
    order = np.random.default_rng(seed).permutation(len(y))[:3000]
    test, train = order[: len(order) // 3], order[len(order) // 3 :]
    few, rest = train[y[train] == c], train[y[train] != c]
    few = few[: max(round(len(rest) * 0.03 / 0.97), 1)]
    samples = numbered("array", x[np.concatenate([few, rest, test])])
    pool = HeldPool(samples, objects(y[np.concatenate([few, rest, test])].tolist()))
    askable = samples.ids[: len(few) + len(rest)]
    view = View(Signals(askable, {"embeddings": samples.data[: len(askable)]}), BATCH)
    kept = parse("typical | gate(share=0.1)")(view).signals.ids
    found = []
    for text in ("entropy", GATED + "entropy"):
        h = simulated(pool, lambda: Logistic(strength), text, seed, samples.ids[len(askable) :])
        asked, _, balanced = curve(h)
        picks = np.array([p.id for r in h.rounds[1:] for p in r.picks])
        found.append((float((picks < len(few)).mean()), aubc(asked, balanced)))
    (plain, plain_area), (gated, gated_area) = found
    return 1 - float((kept < len(few)).mean()) * len(kept) / len(few), plain, gated, plain_area, gated_area
