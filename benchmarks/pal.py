"""PAL carried to other sets: trained on a source, judged on a target that had no part in it, at equal budget.

    python benchmarks/pal.py [../shared/data] [--only SOURCE] [--table]
    python benchmarks/pal.py --ours      trains the policy that comes along, on scikit-learn's digits

Prints the tables of docs/pal.md; what each pair gave is kept in benchmarks/pal_data, and --table prints that again.
Five policies a source, each trained with a seed of its own, and for each two streams of the target, reshuffled: 1,000
arrivals of which a tenth may be asked about, two labelled samples a class to begin with, and a logistic regression that
learns each answer at once.  Its accuracy on the target's held-out rows is taken after every label, and two policies are
compared after as many labels as both have spent.  The settings were chosen on the sources alone, see docs/pal.md.
"""

import argparse
import csv
import gzip
import json
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.kernel_approximation import RBFSampler

from askance import ops, pal
from askance.metrics import compare, holm
from askance.pal.episodes import Pool
from askance.pal.training import split
from askance.policies import parse_policy
from askance.signals import Signals
from askance.stream import stream

SEEDS, STREAMS, BUDGET, ARRIVALS, START, HELD = range(5), 2, 0.1, 1000, 2, 0.4
HERE = Path(__file__).resolve()
KEPT = HERE.parent / "pal_data"
OURS = HERE.parents[1] / "src" / "askance" / "pal" / "digits.json"
OTHERS = {  # what each is called in the tables
    "random": "random",
    "always uncertain": "fixed(at=0.5)",
    "uncertain, moving bar": "variable",
    "uncertain, quantile": "quantile",
    "always the first": "fixed(at=0.0)",
}
Rows = tuple[np.ndarray, np.ndarray]  # x (N, D) float, y (N,)


def digits(data: Path) -> Rows:
    return load_digits(return_X_y=True)


def table(data: Path, name: str) -> Rows:
    with gzip.open(data / "tabular" / f"{name}.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    columns = [c for c in rows[0] if c not in ("split", "label")]
    return np.array([[float(r[c]) for c in columns] for r in rows]), np.array([r["label"] for r in rows])


def segment(data: Path) -> Rows:
    return table(data, "segment")


def phoneme(data: Path) -> Rows:
    x, y = table(data, "phoneme")
    plain = (x - x.mean(0)) / x.std(0)
    return RBFSampler(gamma=0.5 / x.shape[1], n_components=100, random_state=0).fit_transform(plain), y


def fashion(data: Path) -> Rows:
    with np.load(data / "fashion_mnist" / "fashion_mnist.npz") as file:
        x, y = file["x_train"][:4000].reshape(4000, -1) / 255.0, file["y_train"][:4000]
    return PCA(50, random_state=0).fit_transform(x), y


def cats_dogs(data: Path) -> Rows:
    """Embeddings of the smallest MobileNet, their 64 first principal components."""
    from askance.learners.backbones import open_backbone
    from askance.learners.cache import FeatureCache
    from askance.learners.pipeline import features
    from askance.samples import Samples, objects

    backbone = open_backbone(f"onnx:{data / 'pretrained' / 'mobilenet_v1_0.25_128.onnx'}")
    with tempfile.TemporaryDirectory() as folder:
        wanted = {"Cat": 1200, "Dog": 1200}
        with tarfile.open(data / "cats_dogs" / "cats_dogs_96px.tar.xz") as tar:
            for member in tar:
                kind = Path(member.name).parent.name
                if member.isfile() and wanted.get(kind, 0):
                    wanted[kind] -= 1
                    tar.extract(member, folder, filter="data")
                if not any(wanted.values()):
                    break
        paths = sorted(str(p) for p in Path(folder).rglob("*.jpg"))
        samples = Samples(np.arange(len(paths), dtype=np.uint64), "image", objects(paths), objects(paths))
        found = features(backbone, samples, ("embedding",), FeatureCache(Path(folder) / "cache"))
    y = np.array([Path(paths[i]).parent.name for i in found.ids.tolist()])
    return PCA(64, random_state=0).fit_transform(found.outputs["embedding"]), y


def words(data: Path, vectors: str, texts: list[str]) -> np.ndarray:
    """(N, D) the mean vector of the words that are known."""
    with np.load(data / "word_vectors" / vectors) as file:
        look = dict(zip(file["words"].tolist(), file["vectors"].astype(np.float64), strict=True))
    nothing = np.zeros(len(next(iter(look.values()))))
    cleaned = ("".join(c if c.isalnum() else " " for c in text.lower()).split() for text in texts)
    return np.array([np.mean([look[w] for w in known if w in look] or [nothing], 0) for known in cleaned])


def ag_news(data: Path) -> Rows:
    with gzip.open(data / "ag_news" / "pool.csv.gz", "rt") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(4000), strict=False)]
    return words(data, "glove_6b_50d_5k.npz", [r["text"] for r in rows]), np.array([r["label"] for r in rows])


def hate_tweets(data: Path) -> Rows:
    with gzip.open(data / "hate_tweets" / "tweets.csv.gz", "rt") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(6000), strict=False)]
    return words(data, "glove_twitter_25d_12k.npz", [r["tweet"] for r in rows]), np.array([r["label"] for r in rows])


PAIRS = {  # source -> targets
    digits: (phoneme, cats_dogs),
    segment: (fashion,),
    ag_news: (hate_tweets,),
}


def played(pool: Pool, order: np.ndarray, text: str, seed: int) -> list[float]:
    """Held-out accuracy before the stream and after every label that was asked for."""
    start = START * pool.classes
    model = pal.Fast(pool.x.shape[1], pool.classes, len(order))
    model.learn(pool.x[order[:start]], pool.y[order[:start]])
    held = np.concatenate([pool.held_x, np.ones((len(pool.held_x), 1))], 1)
    curve = [model.score(held, pool.held_y)]
    rest = order[start:].tolist()

    def arrivals() -> Iterator[Signals]:
        for row in rest:  # each is judged by the model of its moment
            yield Signals(ops.key_ids(row, 1), {"probs": model.probs(pool.x[[row]]), "embeddings": pool.x[[row]]})

    for row, decision in zip(rest, stream("margin", arrivals(), parse_policy(text), seed=seed), strict=True):
        if decision.ask:
            model.learn(pool.x[[row]], pool.y[[row]])
            curve.append(model.score(held, pool.held_y))
    return curve


def carried(source: Rows, targets: dict[str, Rows], folder: Path) -> dict[str, list[dict[str, list[float]]]]:
    """{target: [{policy: its curve}, a stream each]}, two streams for every seed."""
    found: dict[str, list[dict[str, list[float]]]] = {name: [] for name in targets}
    for seed in SEEDS:
        file = folder / f"{seed}.json"
        pal.write(file, pal.train(*source, BUDGET, seed))
        texts = {"pal": f"pal(path={str(file)!r})", **OTHERS}
        for name, target in targets.items():
            for n in range(STREAMS):
                rng = np.random.default_rng([seed, n])
                pool = split(*target, HELD, rng)
                order = rng.permutation(len(pool.y))[: START * pool.classes + ARRIVALS]
                found[name].append({who: played(pool, order, text, seed) for who, text in texts.items()})
        print(f"  seed {seed}: {time.process_time():.0f} CPU seconds so far", flush=True)
    return found


def measured(runs: list[dict[str, list[float]]], other: str) -> tuple[list[float], list[float]]:
    """PAL less the other, after as many labels as both spent: at the end, and in the mean of all; a seed each."""
    final, mean = [], []
    for run in runs:
        both = min(len(run["pal"]), len(run[other]))
        final.append(run["pal"][both - 1] - run[other][both - 1])
        mean.append(float(np.mean(run["pal"][:both]) - np.mean(run[other][:both])))
    return [list(np.reshape(v, (-1, STREAMS)).mean(1)) for v in (final, mean)]  # type: ignore[return-value]


Runs = list[dict[str, list[float]]]  # a stream each: {policy: its curve}


def tables(kept: dict[str, Runs]) -> str:
    """Accuracies and labels, and PAL against each other policy.  kept: {"source → target": runs}"""
    return "\n".join([*spending(kept), "", *differences(kept), "", *together(kept)])


def spending(kept: dict[str, Runs]) -> Iterator[str]:
    yield "| source → target | policy | labels spent | accuracy at the end | mean accuracy |"
    yield "|---|---|---|---|---|"
    for name, runs in kept.items():
        for who in ("pal", *OTHERS):
            spent = np.mean([len(r[who]) - 1 for r in runs])
            end, mean = (np.mean([f(r[who]) for r in runs]) for f in (lambda c: c[-1], np.mean))
            yield f"| {name} | {who} | {spent:.0f} | {end:.3f} | {mean:.3f} |"


def differences(kept: dict[str, Runs]) -> Iterator[str]:
    """p: of the paired t test, all of the table corrected together (Holm)."""
    yield "| source → target | PAL less | at the end (95 % interval) | p | mean of all labels (95 % interval) | p |"
    yield "|---|---|---|---|---|---|"
    rows = [(name, who, n) for name in kept for who in OTHERS for n in (0, 1)]
    found = [compare(d, [0.0] * len(d)) for d in (measured(kept[name], who)[n] for name, who, n in rows)]
    cells = [
        f"{c.difference:+.3f} ({c.low:+.3f} to {c.high:+.3f}) | {p:.2g}"
        for c, p in zip(found, holm([c.t_p for c in found]), strict=True)
    ]
    for place in range(0, len(rows), 2):
        name, who, _ = rows[place]
        yield f"| {name} | {who} | {cells[place]} | {cells[place + 1]} |"


def together(kept: dict[str, Runs]) -> Iterator[str]:
    """The mean over the targets, a seed each; not corrected."""
    yield f"| PAL less, mean of {len(kept)} targets | at the end (95 % interval) | mean of all labels (95 % interval) |"
    yield "|---|---|---|"
    for who in OTHERS:
        seeds = np.mean([measured(runs, who) for runs in kept.values()], 0)  # (2, seeds)
        found = [compare(list(d), [0.0] * len(d)) for d in seeds]
        yield f"| {who} | " + " | ".join(f"{c.difference:+.3f} ({c.low:+.3f} to {c.high:+.3f})" for c in found) + " |"


def read_kept() -> dict[str, Runs]:
    return {p.stem.replace("-", " → "): json.loads(p.read_text()) for p in sorted(KEPT.glob("*.json"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--only", metavar="SOURCE", default="")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--ours", action="store_true")
    said = parser.parse_args()
    if said.ours:
        return pal.write(OURS, pal.train(*digits(said.data), BUDGET, seed=0))
    for source, targets in {} if said.table else PAIRS.items():
        if said.only in ("", source.__name__):
            print(source.__name__, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                found = carried(source(said.data), {t.__name__: t(said.data) for t in targets}, Path(folder))
            for name, runs in found.items():
                rounded = [{who: [round(v, 4) for v in curve] for who, curve in run.items()} for run in runs]
                (KEPT / f"{source.__name__}-{name}.json").write_text(json.dumps(rounded) + "\n")
    return print(tables(read_kept()))


if __name__ == "__main__":
    main()
