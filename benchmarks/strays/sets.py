"""The pools with strays among their samples, what each sample is, and which are tested on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from study.learner import Logistic
from study.sets import DATA, scaled

from askance.learners.tfidf import TfidfLearner
from askance.pools.held import HeldPool
from askance.protocols import Learner
from askance.samples import Samples, objects
from strays.plan import NONE

SHARE = 0.05  # of the pool that is strays


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
    return Messy(numbered("array", rows), truth, stray, ids[2000:3000], lambda: Logistic(10))


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
        numbered("text", objects([str(t) for t in every])),
        np.array([str(v) for v in labels], dtype=object),
        stray,
        place[len(text) + len(strays) :].astype(np.uint64),
        TfidfLearner,
    )


def numbered(kind: Any, data: np.ndarray) -> Samples:
    """Their ids are their places, 0 to N - 1."""
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
