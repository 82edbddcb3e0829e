"""Histories for the tests of the report: one made up, one of a real loop on scikit-learn's digits."""

import numpy as np

from askance import metrics
from askance.history import History, Metric, Pick, Round
from askance.protocols import FitReport, Verdict
from askance.stopping import judge


def made_up(
    rounds: int = 4,
    seed: int = 0,
    classes: tuple[str, ...] = ("cat", "dog"),
    gain: float = 0.0,
    strategy: str = "margin",
) -> History:
    """Everything that a round can have, for a network; round 0 is a warm-up."""
    return History(
        {"seed": seed, "strategy": strategy},
        tuple(_round(i, seed, classes, gain, strategy) for i in range(rounds)),
        10 * rounds,
        100,
    )


def _round(i: int, seed: int, classes: tuple[str, ...], gain: float, strategy: str) -> Round:
    n = 10 * (i + 1)
    picks = tuple(
        Pick(100 * i + r, f"photos/{100 * i + r}.jpg", r, 1 - r / 10, f"margin 0.{9 - r}, rank {r} of 90")
        for r in (1, 2, 3)
    )
    counts = {name: n // len(classes) for name in classes}
    if not i:
        return Round(0, n, 100 - n, picks, class_counts=counts, strategy="random", seconds={"select": 0.1})
    value = 0.6 + 0.05 * i + gain + 0.01 * ((seed * 7 + i * 3) % 5 - 2)
    epochs = tuple({"epoch": float(e), "loss": 1 / e, "val_loss": 1.2 / e, "accuracy": 1 - 0.5 / e} for e in (1, 2, 3))
    verdict = Verdict(i > 2, float(n), f"{n} of the 100 labels of the budget are used", "budget(labels=0)")
    return Round(
        i, n, 100 - n, picks, FitReport(epochs), {"accuracy@test": Metric(value, value - 0.03, value + 0.03, 500)},
        class_counts=counts, calibration={"ece": 0.1 / i, "bins": [[0.55, 0.5, 20], [0.9, 0.95, 80]]},
        verdicts=(verdict,), strategy=strategy, seconds={"train": 2.0 * i, "score": 1.0, "select": 0.2},
    )  # fmt: skip


def digits(strategy: str = "margin", seed: int = 0, rounds: int = 3, batch: int = 60) -> History:
    """A real loop: logistic regression on 1,797 handwritten digits, half of them held back as the test set."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    from askance.select import select
    from askance.signals import Signals

    x, y = load_digits(return_X_y=True)
    y, x = y.astype(str), x / 16
    order = np.random.default_rng(seed).permutation(len(x))
    test, pool = order[:800], order[800:]
    classes, labeled, past = tuple(np.unique(y)), list(pool[:60]), ()
    for number in range(1, rounds + 1):
        free = np.setdiff1d(pool, labeled)
        model = LogisticRegression(max_iter=25, tol=1e-2).fit(x[labeled], y[labeled])
        probs = model.predict_proba(x[test])
        batch_ = select(strategy, Signals(free.astype(np.uint64), {"probs": model.predict_proba(x[free])}), batch, seed)
        picks = tuple(
            Pick(int(i), f"row {i}", rank, float(u), why)
            for rank, (i, u, why) in enumerate(zip(batch_.ids, batch_.utility, batch_.why, strict=True), 1)
        )
        found = Round(
            number, len(labeled), len(free), picks, None, metrics.measure(y[test], probs, classes, "test"),
            tuple(model.predict(x[pool[:200]])), metrics.certainty(probs), metrics.class_balance(y[labeled], classes),
            metrics.calibration(y[test], probs, classes).plain(), (), strategy, {"train": 0.1, "score": 0.02},
        )  # fmt: skip
        history = History({"seed": seed, "strategy": strategy}, (*past, found), len(labeled), 300)
        past = (*past, Round(**{**vars(found), "verdicts": judge("budget | stabilizing(k=2)", history)}))
        labeled += [int(i) for i in batch_.ids]
    return History({"seed": seed, "strategy": strategy}, past, len(labeled), 300)
