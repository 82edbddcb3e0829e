"""Forms in a strategy's text: what reads, what prints, and what each mistake is told."""

import pickle

import numpy as np
import pytest

from askance.errors import BadStrategy
from askance.select import select
from askance.signals import Signals
from askance.spec import parse


@pytest.mark.parametrize(
    "text",
    [
        "albl(margin, kcenter, random)",
        "albl(margin, badge, delta=0.2)",
        "exp3(margin | top(x=5) | kmeans, random, gamma=0.2, reward='accuracy')",
        "thompson(0.5 * (margin | rank) + (density | rank), kcenter)",
        "pshea(margin, badge, kcenter, chance=0.1)",
        "progressive(margin, badge, x=2) | max_herding",
    ],
)
def test_texts_read_back_and_pickle(text: str) -> None:
    s = parse(text)
    assert parse(repr(s)) == s
    assert pickle.loads(pickle.dumps(s)) == s


def test_albl_has_random_among_its_arms_and_what_it_needs_is_what_they_need() -> None:
    s = parse("albl(kcenter, density)")
    assert repr(s) == "albl(kcenter, density, random)"
    assert s == parse(repr(s))
    assert s.needs == {"embeddings", "probs"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("albl", "albl is given two strategies or more, as in albl(margin, kcenter), and here there is none"),
        ("albl(margin)", "albl is given two strategies or more, as in albl(margin, kcenter), and here there is only"),
        ("albl(margin, margin)", "albl names margin twice"),
        ("albl(margin, kcentre)", "no strategy is named 'kcentre'; did you mean 'kcenter'?"),
        ("albl(margin, gradients)", "albl is given scorers and selectors, and gradients is an embedder"),
        ("albl(margin, 3)", "albl is given strategies, and 3.0 is a number"),
        ("albl(margin, kcenter, delta=2)", "albl: delta must be from 0.0001 to 0.9999, not 2"),
        ("exp3(margin, kcenter, eta=2)", "exp3 has no parameter 'eta'; it has gamma, reward"),
        (
            "exp3(margin, albl(margin, kcenter))",
            "albl chooses among strategies while a campaign runs, so it stands alone",
        ),
        ("progressive(margin, albl(margin, kcenter)) | kcenter", "albl chooses among strategies while a campaign runs"),
        ("albl(margin, kcenter) | kmeans", "it stands alone and not inside albl(margin, kcenter, random) | kmeans"),
        ("albbl(margin, kcenter)", "no strategy is named 'albbl'; did you mean 'albl'?"),
    ],
)
def test_each_mistake_gets_one_sentence(text: str, said: str) -> None:
    with pytest.raises(BadStrategy) as e:
        parse(text)
    assert said in str(e.value)
    assert "\n" not in str(e.value)


def test_one_batch_is_not_chosen_by_what_needs_a_campaign() -> None:
    signals = Signals(np.arange(9, dtype=np.uint64), {"probs": np.full((9, 2), 0.5), "embeddings": np.ones((9, 2))})
    with pytest.raises(BadStrategy, match="for one batch name one of them, such as margin"):
        select("exp3(margin, random)", signals, 2)
