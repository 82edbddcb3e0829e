"""One label out of several people's: how often it is right, and how good a model is that learns from it.

    python benchmarks/annotators.py

Prints the tables of docs/annotators.md: the digits of scikit-learn, 400 to label and 900 to test on, five simulated
people whose skill differs (or is the same), each asked about three in five; 10 seeds.  The model is a linear one; for
CROWDLAB it speaks out of fold, having learned the majority's labels.
"""

import numpy as np
from sklearn.datasets import load_digits

from askance import ops
from askance.annotators import Answers, crowdlab, dawid_skene, gather, glad, majority
from askance.learners import make_learner
from askance.learners.out_of_fold import out_of_fold
from askance.metrics import compare
from askance.protocols import Learner
from askance.samples import Samples, objects

SEEDS = range(10)
LABELLED, TESTED = 400, 900
SHARE = 0.6  # of the samples that each person is asked about
CROWDS = {"skills differ": (0.95, 0.8, 0.6, 0.4, 0.2), "skills alike": (0.6, 0.6, 0.6, 0.6, 0.6)}
METHODS = ("majority", "dawid_skene", "dawid_skene, smoothing 0", "glad", "crowdlab", "the truth")


def learner() -> Learner:
    return make_learner("sklearn:LogisticRegression(C=0.01, max_iter=200)", pool_kind="array")


def draw(seed: int) -> tuple[Samples, list[str], Samples, list[str]]:
    """What is labelled and what is tested on, with the truth of both."""
    x, y = load_digits(return_X_y=True)
    ids = ops.key_ids(0, len(x))
    every = Samples(ids, "array", x, objects([str(n) for n in range(len(x))]))
    order = np.argsort(ops.noise(seed, ids))
    a, b = order[:LABELLED], order[LABELLED : LABELLED + TESTED]
    return every.take(a), [str(c) for c in y[a]], every.take(b), [str(c) for c in y[b]]


def answers(samples: Samples, truth: list[str], skills: tuple[float, ...], seed: int) -> Answers:
    """Each person is right with their skill, and else says any other digit alike."""
    rng = np.random.default_rng(seed)
    rows = []
    for i, label in zip(samples.ids.tolist(), truth, strict=True):
        for j, skill in enumerate(skills):
            said = int(label) if rng.random() < skill else (int(label) + int(rng.integers(1, 10))) % 10
            if rng.random() < SHARE:
                rows.append((i, f"person {j}", str(said)))
    return gather(rows, samples.ids, [str(c) for c in range(10)])


def aggregated(told: Answers, samples: Samples, truth: list[str]) -> dict[str, dict[int, str]]:
    """{method: {id: label}}"""
    simple = majority(told).labels
    held = samples.take(np.isin(samples.ids, np.fromiter(simple, np.uint64)))
    judged = out_of_fold(learner(), held, [simple[i] for i in held.ids.tolist()])
    probs = np.full((len(told.ids), 10), 0.1)  # a sample that nobody answered is not judged
    columns = [told.classes.index(c) for c in judged.classes]
    probs[np.searchsorted(told.ids, judged.ids)] = 0.0
    probs[np.ix_(np.searchsorted(told.ids, judged.ids), columns)] = judged.probs
    return {
        "majority": simple,
        "dawid_skene": dawid_skene(told).consensus.labels,
        "dawid_skene, smoothing 0": dawid_skene(told, smoothing=0.0).consensus.labels,
        "glad": glad(told).consensus.labels,
        "crowdlab": crowdlab(told, probs).consensus.labels,
        "the truth": {i: c for i, c in zip(samples.ids.tolist(), truth, strict=True) if i in simple},
    }


def measured(
    labels: dict[int, str], samples: Samples, truth: list[str], test: Samples, wanted: list[str]
) -> list[float]:
    """Accuracy of the labels, and of a model that learned them."""
    right = dict(zip(samples.ids.tolist(), truth, strict=True))
    known = samples.take(np.isin(samples.ids, np.fromiter(labels, np.uint64)))
    model = learner()
    model.fit(known, [labels[i] for i in known.ids.tolist()])
    said = model.signals(test, frozenset({"probs"}))["probs"].argmax(1)
    hits = np.array(model.classes)[said] == np.array(wanted)
    return [float(np.mean([labels[i] == right[i] for i in labels])), float(hits.mean())]


def main() -> None:
    for name, skills in CROWDS.items():
        runs: dict[str, list[list[float]]] = {method: [] for method in METHODS}
        for seed in SEEDS:
            samples, truth, test, wanted = draw(seed)
            told = answers(samples, truth, skills, seed)
            for method, labels in aggregated(told, samples, truth).items():
                runs[method].append(measured(labels, samples, truth, test, wanted))
        print(f"\n{name}: right in {', '.join(map(str, skills))} of their answers\n")
        print("| method | labels right | more than the majority | model right | more than the majority's |")
        print("|---|---|---|---|---|")
        base = np.array(runs["majority"])
        for method in METHODS:
            found = np.array(runs[method])
            cells = [f"{found[:, c].mean():.3f} | {gain(found[:, c], base[:, c], method)}" for c in (0, 1)]
            print(f"| {method} | {' | '.join(cells)} |", flush=True)


def gain(a: np.ndarray, b: np.ndarray, method: str) -> str:
    """The paired difference with its 95 % interval."""
    if method == "majority":
        return ""
    found = compare(a, b)
    return f"{found.difference:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


if __name__ == "__main__":
    main()
