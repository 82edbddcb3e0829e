"""The whole idea in one file: read it top to bottom, run it with `python -m askance.toy`.

No store, no server, nothing imported from the rest of the package: numpy, and scikit-learn for the digits and the
model.  The real thing keeps the same five words: a *learner* gives *signals*, a *strategy* of scorers and selectors
turns them into *picks*, an *oracle* answers, and the loop goes round.
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

# ---------------------------------------------------------------- signals: what a model says, one row a sample


def learn(x: np.ndarray, y: np.ndarray) -> LogisticRegression:
    """A model from what is labelled so far.  Any model will do that can say how sure it is."""
    return LogisticRegression(C=1.0, max_iter=300).fit(x, y)


def signals(model: LogisticRegression, x: np.ndarray) -> dict[str, np.ndarray]:
    """probs (N, C): the class probabilities.  embeddings (N, D): where samples that look alike lie close together."""
    return {"probs": model.predict_proba(x), "embeddings": x}


# ---------------------------------------------------------------- scorers: how much is there to learn from each?


def entropy(probs: np.ndarray) -> np.ndarray:
    """How spread out the prediction is.  0 where the model is sure."""
    logs = np.log(probs, where=probs > 0, out=np.zeros_like(probs))  # 0 log 0 is 0
    return -(probs * logs).sum(1)


def margin(probs: np.ndarray) -> np.ndarray:
    """How close the two likeliest classes are.  Near 1: the model cannot decide between two."""
    two = np.sort(probs, 1)[:, -2:]
    return 1 - (two[:, 1] - two[:, 0])


# ---------------------------------------------------------------- selectors: which of them together?


def top(utility: np.ndarray, k: int, noise: np.ndarray) -> np.ndarray:
    """The k best.  Equal ones are drawn, or the order of the pool would decide who is asked."""
    return np.lexsort((noise, -utility))[:k]


def spread(embeddings: np.ndarray, weight: np.ndarray, k: int) -> np.ndarray:
    """One sample from each of k clusters: the k best alone are often twins of one another."""
    clusters = KMeans(k, n_init=1, random_state=0).fit(embeddings, sample_weight=weight + 1e-9)
    distance = clusters.transform(embeddings)
    picks: list[int] = []
    for centre in range(k):  # the nearest that is not taken yet, so that no sample is asked about twice
        order = np.argsort(distance[:, centre])
        picks.append(next(int(row) for row in order if row not in picks))
    return np.array(picks)


# ---------------------------------------------------------------- strategies: a scorer, then a selector


def random(said: dict[str, np.ndarray], k: int, noise: np.ndarray) -> np.ndarray:
    """The control.  What does not beat this is not worth having."""
    return top(np.zeros(len(noise)), k, noise)


def margin_top(said: dict[str, np.ndarray], k: int, noise: np.ndarray) -> np.ndarray:
    return top(margin(said["probs"]), k, noise)


def entropy_top(said: dict[str, np.ndarray], k: int, noise: np.ndarray) -> np.ndarray:
    return top(entropy(said["probs"]), k, noise)


def dbal(said: dict[str, np.ndarray], k: int, noise: np.ndarray) -> np.ndarray:
    """Diverse mini-batches (Zhdanov 2019): keep the 10 k most uncertain, then one from each of k clusters of them."""
    utility = margin(said["probs"])
    kept = top(utility, 10 * k, noise)
    return kept[spread(said["embeddings"][kept], utility[kept], k)]


# ---------------------------------------------------------------- the loop: ask, tell, fit, score, select


def run(strategy, pool: np.ndarray, oracle, test, *, seed: int, batch: int = 10, budget: int = 150):  # type: ignore[no-untyped-def]
    """Yields (labels so far, accuracy on samples that are never asked about)."""
    rng = np.random.default_rng(seed)
    noise = rng.random(len(pool))
    labels: dict[int, int] = {int(row): oracle(row) for row in top(np.zeros(len(pool)), 2 * batch, noise)}  # warm-up
    while True:
        known = np.array(sorted(labels))
        model = learn(pool[known], np.array([labels[row] for row in known]))  # fit
        yield len(labels), model.score(*test)
        if len(labels) >= budget:
            return
        free = np.setdiff1d(np.arange(len(pool)), known)
        said = signals(model, pool[free])  # score
        for row in free[strategy(said, batch, noise[free])]:  # select, ask
            labels[int(row)] = oracle(row)  # tell


def main() -> None:
    x, y = load_digits(return_X_y=True)
    x = x / 16.0
    print("accuracy on 600 test digits, mean of 5 seeds\n\nlabels  " + "  ".join(f"{n:>6}" for n in range(20, 151, 10)))
    for strategy in (random, entropy_top, margin_top, dbal):
        curves = []
        for seed in range(5):
            order = np.random.default_rng(seed).permutation(len(x))
            pool, test = order[:-600], order[-600:]
            answers = y[pool]
            curve = run(strategy, x[pool], lambda row, a=answers: int(a[row]), (x[test], y[test]), seed=seed)
            curves.append([accuracy for _, accuracy in curve])
        print(f"{strategy.__name__:11}" + "  ".join(f"{a:6.3f}" for a in np.mean(curves, 0)))


if __name__ == "__main__":
    main()
