"""Sets that had no part in choosing the default: its check on data it was not picked by."""

from pathlib import Path

import numpy as np

from study.sets import DATA, LSA, SETS, Rows, Set, _encoded, _texts, drawn, opened

CS = (1.0, 3.0, 10.0, 30.0, 100.0)
LOOKS = 5  # random samples of which C is chosen
LOOK = 100  # labels in each


def _table(name: str):
    def read(work: Path) -> Rows:
        import pandas as pd

        frame = pd.read_csv(DATA / "tabular" / f"{name}.csv.gz").drop(columns="split")
        return _encoded(frame.assign(label=frame["label"].astype(str)))

    return read


def banking77(work: Path) -> Rows:
    return _texts("banking77/banking77.csv.gz", "text", 5000)


def sst2(work: Path) -> Rows:
    return _texts("sst2/sst2.csv.gz", "text", 5000)


def emotion(work: Path) -> Rows:
    import pandas as pd

    from askance.learners.vocabulary import read_vocabulary

    frame = pd.read_csv(DATA / "tweeteval" / "tweeteval_emotion_offensive.csv.gz")
    frame = frame[frame["task"] == "emotion"]
    frame = frame.iloc[drawn(len(frame), min(5000, len(frame)))]
    words, vectors = read_vocabulary(frame["text"].astype(str).to_numpy(object), 128)
    return words.embeddings(vectors), frame["label"].astype(str).to_numpy(str)


TABLE = "table, numbers and words in 0/1 columns"
HELD_OUT = {
    s.name: s
    for s in (
        Set("phoneme", "table, 5 numbers", _table("phoneme"), 10, 10, 200, 0),
        Set("german_credit", TABLE, _table("german_credit"), 10, 10, 200, 0),
        Set("pima_diabetes", "table, 8 numbers", _table("pima_diabetes"), 10, 10, 200, 0),
        Set("banking77", LSA, banking77, 100, 50, 800, 0),
        Set("sst2", LSA, sst2, 25, 25, 400, 0),
        Set("emotion", LSA, emotion, 25, 25, 400, 0, uneven=True),
        Set("fashion_mnist", SETS["fashion_mnist"].what, SETS["fashion_mnist"].read, 20, 20, 400, 0),
        Set("cifar10", SETS["cifar10"].what, SETS["cifar10"].read, 20, 20, 400, 0),
    )
}


def chosen_c(of: Set, work: Path) -> float:
    """The C that does best on what is left of a set after a few random samples of it: the same for all strategies."""
    from askance import ops
    from askance.learners.logistic import fit_softmax
    from study.learner import scores

    pool = opened(of, work)
    x, names = pool.samples.data.astype(np.float64), np.array(list(pool.answers().values()))
    classes, y = np.unique(names, return_inverse=True)
    right = np.zeros(len(CS))
    for look in range(LOOKS):
        order = np.random.default_rng(10_000 + look).permutation(len(x))
        some, rest = order[: max(LOOK, 2 * len(classes))], order[-2000:]
        seen, target = np.unique(y[some], return_inverse=True)
        for n, c in enumerate(CS):
            said = ops.softmax(scores(x[rest], fit_softmax(x[some], target, c, None, None, 1e-4))).argmax(1)
            right[n] += (seen[said] == y[rest]).mean()
    return CS[int(right.argmax())]
