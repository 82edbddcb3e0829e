"""Samples that do not belong: who asks about them, and what holding them back costs.

    python benchmarks/messy.py find             which gates find the strays, before anything is labelled
    python benchmarks/messy.py run [SET ...]    the campaigns; what is done already is skipped
    python benchmarks/messy.py rare             what a gate does to a rare class that does belong
    python benchmarks/messy.py                  the tables of docs/messy-data.md, from what is kept in messy_data/

Every pool has 5 % strays: Spanish tweets among English ones, photos of other things among cats and dogs.  Test samples
are never strays.  Every strategy begins with the same 40 samples drawn at random; then it asks about 20 at a time until
300 questions are asked.  What a person says of a stray:

    labelled   what it says by itself: the sentiment of a Spanish tweet; hateful or not: "neither"
    skipped    nothing; the question is spent all the same
    named      "none of these", a class like the others, which test samples are never of

10 seeds draw the strays and the first 40.  --work FOLDER keeps features of photos between runs.
"""

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from study.learner import Logistic
from study.sets import DATA, SETS, opened, scaled

from askance.history import History, Metric
from askance.learners.tfidf import TfidfLearner
from askance.metrics import aubc, compare, compare_all
from askance.metrics.intervals import t_interval
from askance.pools.held import HeldPool
from askance.protocols import Learner
from askance.samples import Samples, objects
from askance.signals import Signals
from askance.simulate import simulate
from askance.spec import parse
from askance.view import View

KEPT = Path(__file__).parent / "messy_data" / "runs.csv"
SEEDS = range(10)
SHARE = 0.05  # of the pool that is strays
WARMUP, BATCH, BUDGET = 40, 20, 300
NONE = "none of these"

GATED = "typical | gate(share=0.1) | "
STRATEGIES = {
    "random": "random",
    "entropy": "entropy",
    "margin": "margin",
    "dbal": "dbal",
    "information density": "information_density",
    "gated entropy": GATED + "entropy",
    "gated margin": GATED + "margin",
    "gated dbal": GATED + "dbal",
    "entropy * typical": "entropy * typical",
    "entropy, gate: crowded": "crowded | gate(share=0.1) | entropy",
    "entropy, gate: mahalanobis": "mahalanobis | gate(share=0.1) | entropy",
    "entropy, gate: familiar": "familiar | gate(share=0.1) | entropy",
    "margin * near_errors": "margin * near_errors",
    "gated margin * near_errors": GATED + "margin * near_errors",
}
NAMED = {
    "random": "random",
    "entropy": "entropy",
    "gated entropy": GATED + "entropy",
    "entropy, gate: mahalanobis": f"mahalanobis(exclude='{NONE}') | gate(share=0.1) | entropy",
    "entropy, gate: familiar": f"familiar(exclude='{NONE}') | gate(share=0.1) | entropy",
    "entropy, gate: belongs": f"belongs(exclude='{NONE}') | gate(share=0.1) | entropy",
    "entropy * belongs": f"entropy * belongs(exclude='{NONE}')",
}
PHOTOS = {
    **{name: STRATEGIES[name] for name in ("random", "entropy", "margin", "dbal", "gated entropy", "gated margin")},
    "entropy, gate: typical, unit": "unit_length | " + GATED + "entropy",
    "entropy, gate: crowded": "crowded | gate(share=0.1) | entropy",
    "entropy, gate: familiar": "familiar | gate(share=0.1) | entropy",
    "entropy, gate: mahalanobis": "mahalanobis | gate(share=0.1) | entropy",
    "entropy, gate: mahalanobis, unit": "mahalanobis(unit=True) | gate(share=0.1) | entropy",
}
EXCLUDED = {
    **NAMED,
    "entropy, gate: typical, unit": PHOTOS["entropy, gate: typical, unit"],
    "entropy, gate: mahalanobis, unit": f"mahalanobis(exclude='{NONE}', unit=True) | gate(share=0.1) | entropy",
}
FEW = {name: STRATEGIES[name] for name in ("random", "entropy", "margin", "gated entropy", "gated margin")}
BASE = {n: n.replace("gated ", "").split(",")[0].split(" * ")[0] for n in (*STRATEGIES, *PHOTOS, *EXCLUDED)}
BASE |= {"gated margin * near_errors": "margin * near_errors"}


@dataclass(frozen=True)
class Messy:
    """samples in the order of their ids, 0 to N - 1; truth: what the sample says by itself; stray (N,) bool."""

    samples: Samples
    truth: np.ndarray
    stray: np.ndarray
    test: np.ndarray
    learner: Callable[[], Learner]

    def key(self, kind: str) -> HeldPool:
        said = objects(self.truth.tolist())
        if kind != "labelled":
            said[self.stray] = None if kind == "skipped" else NONE
        return HeldPool(self.samples, said)


@dataclass(frozen=True)
class Row:
    """One campaign.  strays: share of them among the questions after the warm-up; area and last: of the accuracy over
    the questions, and after the last; b_: the same of balanced accuracy."""

    set: str
    key: str
    strategy: str
    seed: int
    strays: float
    area: float
    last: float
    b_area: float
    b_last: float
    seconds: float

    @property
    def name(self) -> tuple[str, str, str, int]:
        return self.set, self.key, self.strategy, self.seed


# ---------------------------------------------------------------- the sets


def tweets(seed: int, work: Path) -> Messy:
    """Sentiment: 2,163 English tweets and 114 Spanish ones; 870 English ones to test on."""
    frame = _table("tweets_multilingual/tweets.csv.gz")
    english = frame[frame.lang == "english"]
    pool, test = english[english.split != "test"], english[english.split == "test"]
    return _texts(pool.text, pool.label, _spanish(len(pool), seed), None, test.text, test.label)


def hate(seed: int, work: Path) -> Messy:
    """Hate and offence: 3,800 English tweets and 200 Spanish ones; 1,500 English ones to test on."""
    frame = _table("hate_tweets/tweets.csv.gz")
    frame = frame.iloc[np.random.default_rng(seed + 100).permutation(len(frame))[:5300]]
    pool, test = frame.iloc[:3800], frame.iloc[3800:]
    return _texts(pool.tweet, pool.label, _spanish(len(pool), seed), "neither", test.tweet, test.label)


def photos(seed: int, work: Path) -> Messy:
    """Cats and dogs, 2,000 photos, and 105 small ones of aeroplanes, frogs, lorries ...; 1,000 to test on."""
    x, y, other = _pictures(work)
    order = np.random.default_rng(seed + 100).permutation(len(x))
    away = other[np.random.default_rng(seed).permutation(len(other))[: strays_for(2000)]]
    rows = scaled(np.concatenate([x[order], away]))
    stray = np.arange(len(rows)) >= len(x)
    ids = np.arange(len(rows), dtype=np.uint64)
    truth = np.concatenate([y[order], ["dog"] * len(away)])
    return Messy(_samples("array", rows), truth, stray, ids[2000:3000], lambda: Logistic(10))


def strays_for(n: int) -> int:
    return round(n * SHARE / (1 - SHARE))


@lru_cache
def _table(file: str) -> Any:
    import pandas as pd

    return pd.read_csv(DATA / file)


def _spanish(n: int, seed: int) -> Any:
    frame = _table("tweets_multilingual/tweets.csv.gz")
    frame = frame[frame.lang == "spanish"]
    return frame.iloc[np.random.default_rng(seed).permutation(len(frame))[: strays_for(n)]]


def _texts(text: Any, label: Any, strays: Any, called: str | None, test: Any, test_label: Any) -> Messy:
    every = [*text, *strays.text, *test]
    labels = [*label, *(strays.label if called is None else [called] * len(strays)), *test_label]
    place = np.arange(len(every))
    stray = (place >= len(text)) & (place < len(text) + len(strays))
    return Messy(
        _samples("text", objects([str(t) for t in every])),
        np.array([str(v) for v in labels], dtype=object),
        stray,
        place[len(text) + len(strays) :].astype(np.uint64),
        TfidfLearner,
    )


def _samples(kind: Any, data: np.ndarray) -> Samples:
    return Samples(np.arange(len(data), dtype=np.uint64), kind, data, objects([str(i) for i in range(len(data))]))


@lru_cache
def _pictures(work: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """128 main directions of MobileNetV2 at 96 px: of cats and dogs (3000, 128), what they are, and of 1,000 others."""
    kept = work / "messy_photos.npz"
    if not kept.exists():
        pets, y = _embedded(work, "cats_dogs/cats_dogs_96px.tar.xz", 3000, lambda name: True)
        other, _ = _embedded(work, "cifar10/cifar10_jpeg.tar.xz", 1000, lambda name: name not in ("cat", "dog"))
        both = np.concatenate([pets, other]).astype(np.float64)
        both -= both.mean(0)
        axes = np.linalg.eigh(both.T @ both)[1][:, ::-1][:, :128]
        np.savez(kept, x=(both @ axes)[: len(pets)], y=y, other=(both @ axes)[len(pets) :])
    with np.load(kept) as z:
        return z["x"], np.char.lower(z["y"].astype(str)), z["other"]


def _embedded(work: Path, archive: str, count: int, wanted: Callable[[str], bool]) -> tuple[np.ndarray, np.ndarray]:
    import tarfile

    from askance.learners.backbones import open_backbone
    from askance.learners.cache import FeatureCache
    from askance.learners.pipeline import features

    with tarfile.open(DATA / archive) as tar:
        members = sorted((m for m in tar.getmembers() if m.isfile()), key=lambda m: m.name)
        members = [m for m in members if wanted(Path(m.name).parent.name)]
        rows = np.sort(np.random.default_rng(2026).permutation(len(members))[:count])
        tar.extractall(work / "photos", [members[i] for i in rows], filter="data")
    paths = [work / "photos" / members[i].name for i in rows]
    places = objects([str(p) for p in paths])
    model = open_backbone(f"onnx:{DATA / 'pretrained' / 'mobilenet_v2_1.0_224.onnx'}?size=96")
    samples = Samples(np.arange(len(paths), dtype=np.uint64), "image", places, places)
    found = features(model, samples, ("embedding",), FeatureCache(work / "cache" / ("messy_" + archive[:5])))
    return found.outputs["embedding"], np.array([p.parent.name for p in paths])[found.ids.astype(int)]


MESSY = {"tweets": tweets, "hate": hate, "photos": photos}
PLAN = (
    ("tweets", "labelled", STRATEGIES),
    ("tweets", "skipped", FEW),
    ("hate", "labelled", FEW),
    ("photos", "skipped", PHOTOS),
    ("photos", "named", EXCLUDED),
)
UNEVEN = {"hate"}  # balanced accuracy is the measure


# ---------------------------------------------------------------- the campaigns


def campaign(of: str, key: str, name: str, text: str, seed: int, work: Path) -> Row:
    began = process_time()
    messy = MESSY[of](seed, work)
    pool = messy.key(key)
    history = simulated(pool, messy.learner, text, seed, messy.test)
    asked, plain, balanced = curve(history)
    picks = np.array([p.id for r in history.rounds[1:] for p in r.picks])[: BUDGET - WARMUP]
    strays = float(messy.stray[picks].mean())
    found = (strays, aubc(asked, plain), plain[-1], aubc(asked, balanced), balanced[-1], process_time() - began)
    return Row(of, key, name, seed, *(round(v, 5) for v in found))


def simulated(pool: HeldPool, learner: Callable[[], Learner], text: str, seed: int, test: np.ndarray) -> History:
    return simulate(
        pool,
        learner,
        text,
        pool.answers(),
        batch=BATCH,
        warmup=WARMUP,
        budget=BUDGET,
        seed=seed,
        test=test,
        measure=both,
    )


def curve(history: History) -> tuple[list[int], list[float], list[float]]:
    """What was measured after so many questions, answered or not."""
    asked, rows = 0, []
    for r in history.rounds:
        if r.metrics and asked <= BUDGET:
            rows.append((asked, r.metrics["accuracy@test"].value, r.metrics["balanced@test"].value))
        asked += len(r.picks)
    a, b, c = zip(*rows, strict=True)
    return list(a), list(b), list(c)


def both(truth: Sequence[str], probs: np.ndarray, classes: Sequence[str], share: str) -> Mapping[str, Metric]:
    right = np.array(truth) == np.array(classes)[probs.argmax(1)]
    by_class = [right[np.array(truth) == c].mean() for c in sorted(set(truth))]
    found = {"accuracy": float(right.mean()), "balanced": float(np.mean(by_class))}
    return {f"{name}@{share}": Metric(v, v, v, len(right)) for name, v in found.items()}


def run(sets: Sequence[str], work: Path) -> None:
    done = {r.name for r in rows()}
    for of, key, strategies in PLAN:
        for seed in SEEDS:
            for name, text in strategies.items():
                if (not sets or of in sets) and (of, key, name, seed) not in done:
                    keep(campaign(of, key, name, text, seed, work))


def keep(row: Row) -> None:
    new = not KEPT.exists()
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        if new:
            out.writerow([f.name for f in fields(Row)])
        out.writerow(asdict(row).values())


def rows() -> list[Row]:
    if not KEPT.exists():
        return []
    with KEPT.open(newline="") as file:
        return [_row(r) for r in csv.DictReader(file)]


def _row(r: Mapping[str, str]) -> Row:
    numbers = {f.name: float(r[f.name]) for f in fields(Row)[4:]}
    return Row(r["set"], r["key"], r["strategy"], int(r["seed"]), **numbers)


# ---------------------------------------------------------------- the tables


def tables(kept: Sequence[Row]) -> Iterator[str]:
    for of, key, strategies in PLAN:
        mine = {
            n: sorted((r for r in kept if (r.set, r.key, r.strategy) == (of, key, n)), key=lambda r: r.seed)
            for n in strategies
        }
        mine = {n: found for n, found in mine.items() if found}
        seeds = set.intersection(*({r.seed for r in found} for found in mine.values())) if mine else set()
        mine = {n: [r for r in found if r.seed in seeds] for n, found in mine.items()}
        if seeds:
            yield f"\n{of}, strays {key}, {len(seeds)} seeds"
            yield from table(mine, of in UNEVEN)


def table(mine: Mapping[str, Sequence[Row]], uneven: bool) -> Iterator[str]:
    """Paired differences of the area, Holm over the table against random; against the ungated one by itself."""
    what = "balanced accuracy" if uneven else "accuracy"
    area = {n: [r.b_area if uneven else r.area for r in found] for n, found in mine.items()}
    last = {n: [r.b_last if uneven else r.last for r in found] for n, found in mine.items()}
    to_random = compare_all(area, "random")
    yield f"\n| strategy | strays asked about | {what}: area | after {BUDGET} | less random's area | less the ungated |"
    yield "|---|---|---|---|---|---|"
    for n, found in mine.items():
        away = f"{percent([r.strays for r in found])}"
        against = "" if n == "random" else said(to_random[n], to_random[n].holm_p)
        base = compare(area[n], area[BASE[n]]) if BASE[n] != n and BASE[n] in area else None
        yield (
            f"| {n} | {away} | {np.mean(area[n]):.3f} | {np.mean(last[n]):.3f} | {against} | "
            f"{'' if base is None else said(base, base.t_p)} |"
        )


def percent(values: Sequence[float]) -> str:
    mean, low, high = t_interval([100 * v for v in values])
    return f"{mean:.1f} % ({max(low, 0):.1f} to {high:.1f})"


def said(c: Any, p: float) -> str:
    mark = "**" if p < 0.05 else ""
    return f"{mark}{c.difference:+.3f}{mark} ({c.low:+.3f} to {c.high:+.3f})"


# ---------------------------------------------------------------- finding strays, and losing rare classes


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
    if hasattr(learner, "prepare"):
        learner.prepare(messy.samples)
    free = ~np.isin(messy.samples.ids, messy.test)
    said_ = learner.signals(messy.samples.take(free), frozenset({"embeddings"}))
    return View(said_, BATCH)


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
    samples = _samples("array", x[np.concatenate([few, rest, test])])
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="tables", choices=("tables", "find", "run", "rare"))
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--work", type=Path, default=Path("/tmp/askance_messy"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    match given.what:
        case "find":
            find(given.work)
        case "run":
            run(given.sets, given.work)
        case "rare":
            rare(given.work)
        case _:
            print("\n".join(tables(rows())))


if __name__ == "__main__":
    main()
