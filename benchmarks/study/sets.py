"""The classification sets of the study: features made once, without labels, and kept in a work folder."""

import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from askance.pools.held import HeldPool
from askance.samples import Samples, objects

DATA = Path(__file__).parents[2].parent / "shared" / "data"
Rows = tuple[np.ndarray, np.ndarray]  # (N, D) features, (N,) labels as str


@dataclass(frozen=True)
class Set:
    """One set and its protocol.

    what     how the features were made, for the page
    warmup   labels drawn at random, the same for every strategy of a seed; then `batch` at a time up to `budget`
    c        of the learner: scikit-learn's C for rows of unit length
    uneven   the classes differ so much in size that balanced accuracy is shown too
    """

    name: str
    what: str
    read: Callable[[Path], Rows]
    warmup: int
    batch: int
    budget: int
    c: float
    uneven: bool = False


def opened(of: Set, work: Path) -> HeldPool:
    """The pool with its answers; its features are made the first time and read from the work folder ever after."""
    kept = work / f"{of.name}.npz"
    if not kept.exists():
        x, y = of.read(work)
        work.mkdir(parents=True, exist_ok=True)
        np.savez(kept, x=scaled(x), y=y)
    with np.load(kept) as z:
        x, y = z["x"], z["y"]
    ids = np.arange(len(x), dtype=np.uint64)
    return HeldPool(Samples(ids, "array", x, objects([str(i) for i in ids])), objects([str(v) for v in y]))


def scaled(x: np.ndarray) -> np.ndarray:
    """(N, D) -> float32, centred, one scale for all columns, mean squared length 1."""
    x = np.asarray(x, np.float64)
    x = x - x.mean(0)
    return np.asarray(x / np.sqrt((x**2).sum(1).mean()), np.float32)


def drawn(n: int, count: int) -> np.ndarray:
    """Which rows of a larger set make the pool: `count` of n, the same ever after, in their order."""
    return np.sort(np.random.default_rng(2026).permutation(n)[:count])


# ---------------------------------------------------------------- tables


def digits(work: Path) -> Rows:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return x, y.astype(str)


def segment(work: Path) -> Rows:
    import pandas as pd

    frame = pd.read_csv(DATA / "tabular" / "segment.csv.gz").drop(columns="split")
    return _encoded(frame)


def adult(work: Path) -> Rows:
    import pandas as pd

    frame = pd.read_csv(DATA / "tabular" / "adult.csv.gz").drop(columns="split")
    return _encoded(frame.iloc[drawn(len(frame), 5000)])


def _encoded(frame) -> Rows:
    """As our own learners encode tables: numbers to deviation 1, words one 0/1 column a value."""
    import pyarrow as pa

    from askance.learners.tables import read_columns

    table = pa.Table.from_pandas(frame.drop(columns="label"), preserve_index=False)
    ids = np.arange(len(frame), dtype=np.uint64)
    return read_columns(table, ids).encode(table, ids), frame["label"].astype(str).to_numpy(str)


# ---------------------------------------------------------------- texts


def ag_news(work: Path) -> Rows:
    return _texts("ag_news/pool.csv.gz", "text", 5000)


def hate_tweets(work: Path) -> Rows:
    return _texts("hate_tweets/tweets.csv.gz", "tweet", 5000)


def _texts(file: str, column: str, count: int) -> Rows:
    """128 main directions of TF-IDF (latent semantic analysis), rows of length 1, read from the pool itself."""
    import pandas as pd

    from askance.learners.vocabulary import read_vocabulary

    frame = pd.read_csv(DATA / file)
    frame = frame.iloc[drawn(len(frame), count)]
    words, vectors = read_vocabulary(frame[column].astype(str).to_numpy(object), 128)
    return words.embeddings(vectors), frame["label"].astype(str).to_numpy(str)


# ---------------------------------------------------------------- images


def fashion_mnist(work: Path) -> Rows:
    with np.load(DATA / "fashion_mnist" / "fashion_mnist.npz") as z:
        rows = drawn(len(z["x_train"]), 10_000)
        x, y = z["x_train"][rows], z["y_train"][rows]
    return main_directions(x.reshape(len(x), -1) / 255.0, 64), y.astype(str)


def cats_dogs(work: Path) -> Rows:
    return _photos(work, "cats_dogs/cats_dogs_96px.tar.xz", 3000, "size=128")


def cifar10(work: Path) -> Rows:
    return _photos(work, "cifar10/cifar10_jpeg.tar.xz", 5000, "size=96")


def _photos(work: Path, archive: str, count: int, options: str) -> Rows:
    """MobileNetV2 of ImageNet, frozen, reduced to 128 main directions; the class is the photo's folder."""
    from askance.learners.backbones import open_backbone
    from askance.learners.cache import FeatureCache
    from askance.learners.pipeline import features

    paths = _unpacked(DATA / archive, work / "photos", count)
    ids = np.arange(len(paths), dtype=np.uint64)
    locations = objects([str(p) for p in paths])
    model = DATA / "pretrained" / "mobilenet_v2_1.0_224.onnx"
    found = features(
        open_backbone(f"onnx:{model}?{options}"),
        Samples(ids, "image", locations, locations),
        ("embedding",),
        FeatureCache(work / "cache" / Path(archive).parent.name),
    )
    seen = found.ids.astype(np.int64)  # a photo that cannot be read is in no pool
    classes = np.array([p.parent.name for p in paths])
    return main_directions(found.outputs["embedding"].astype(np.float64), 128), classes[seen]


def _unpacked(archive: Path, to: Path, count: int) -> list[Path]:
    with tarfile.open(archive) as tar:
        members = sorted((m for m in tar.getmembers() if m.isfile()), key=lambda m: m.name)
        chosen = [members[i] for i in drawn(len(members), count)]
        tar.extractall(to, chosen, filter="data")
    return [to / m.name for m in chosen]


def main_directions(x: np.ndarray, dims: int) -> np.ndarray:
    """PCA of the pool: (N, D) -> (N, dims)."""
    x = x - x.mean(0)
    _, axes = np.linalg.eigh(x.T @ x)
    return x @ axes[:, ::-1][:, :dims]


LSA = "texts, TF-IDF of words and pairs, 128 main directions"
NET = "photos, MobileNetV2 of ImageNet (frozen), 128 main directions"
SETS = {
    s.name: s
    for s in (
        Set("digits", "images of 8 x 8 pixels, as they are", digits, 10, 10, 300, 30),
        Set("segment", "table, 18 numbers", segment, 20, 10, 200, 100),
        Set("cats_dogs", NET + ", at 128 px", cats_dogs, 10, 10, 150, 10),
        Set("adult", "table, numbers and words in 0/1 columns", adult, 20, 20, 300, 3, uneven=True),
        Set("hate_tweets", LSA, hate_tweets, 30, 30, 450, 3, uneven=True),
        Set("ag_news", LSA, ag_news, 25, 25, 400, 3),
        Set("cifar10", NET + ", at 96 px", cifar10, 50, 50, 800, 3),
        Set("fashion_mnist", "images of 28 x 28 pixels, 64 main directions", fashion_mnist, 50, 50, 1500, 10),
    )
}
