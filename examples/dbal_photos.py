"""The DBAL article's job on real photos: which 20 of these 25,000 should I label?  And are they spread out?

    python examples/dbal_photos.py PHOTOS MODEL.onnx [--size 96] [--cache DIR]

PHOTOS is any folder of photos, MODEL an ImageNet network as an ONNX file; nothing is labelled, so the uncertainty is
that over the 1,000 ImageNet classes, as in the article.  `askance select` makes the same choice on the command line
and writes a contact sheet.  Here DBAL (the 10 k most uncertain, utility-weighted k-means, the nearest distinct photo of
each centre) meets the margin alone and a random draw, over ten pools each:

    plain    5,000 of the photos, as they are
    bursts   400 of the photos, each five times with a small crop, flip or change of light: what a phone or a camera
             trap makes

and for each: how far an uncertain photo (one of the 200 most uncertain) is from the nearest chosen one, which is what a
diverse batch is for; the mean distance of the chosen among themselves; how many different photos are among them.
Distances are between L2-normalised embeddings, 0 (the same) to 2.
"""

import re
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from askance.images import read_image
from askance.learners import make_learner
from askance.pools import open_pool
from askance.progress import track
from askance.select import select
from askance.signals import Signals

STRATEGIES = ("dbal(beta=10)", "margin", "random")
K, CANDIDATES, POOLS, PLAIN, BURSTS, SHOTS = 20, 200, 10, 5000, 400, 5


def shot(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Another picture of the same scene: up to 6 % off each side, perhaps mirrored, up to 15 % brighter or darker."""
    w, h = photo.size
    left, top, right, bottom = (rng.random(4) * 0.06 * [w, h, w, h]).tolist()
    cut = photo.crop((int(left), int(top), int(w - right), int(h - bottom))).resize((w, h))
    turned = ImageOps.mirror(cut) if rng.random() < 0.5 else cut
    return ImageEnhance.Brightness(turned).enhance(0.85 + 0.3 * rng.random())


def bursts(source: str, folder: Path, count: int) -> None:
    """`count` photos of a folder, SHOTS pictures of each: 0007-2.png is the third picture of the eighth photo."""
    pool = open_pool(source)
    chosen = select("random", Signals(pool.ids), count).ids
    rng = np.random.default_rng(0)
    for n, place in enumerate(track(pool.take(chosen).data, "making bursts")):
        photo = read_image(str(place))
        for i in range(SHOTS):
            (photo if i == 0 else shot(photo, rng)).save(folder / f"{n:04d}-{i}.png")


def said(place: str, args: Namespace) -> tuple[Signals, np.ndarray]:
    """What the network says of a folder, and which photo each picture is of.  -> signals of N rows, (N,) names."""
    pool = open_pool(place, cache=args.cache)
    learner = make_learner(f"onnx:{args.model}?size={args.size}", pool_kind=pool.kind, cache=args.cache)
    signals = learner.signals(pool.take(pool.ids), frozenset({"probs", "embeddings"}))
    names = pool.take(signals.ids).names
    return signals, np.array([re.sub(r"-\d\.png$", "", str(name)) for name in names])


def measures(signals: Signals, photos: np.ndarray, strategy: str, seed: int) -> tuple[float, float, int]:
    """(uncertain photo to the nearest chosen, mean among the chosen, different photos) of one batch."""
    row = {sample: n for n, sample in enumerate(signals.ids.tolist())}
    unit = signals["embeddings"] / np.linalg.norm(signals["embeddings"], axis=1, keepdims=True)
    picks, doubtful = (
        np.array([row[i] for i in select(text, signals, k, seed=seed).ids.tolist()])
        for text, k in ((strategy, K), ("margin", CANDIDATES))
    )
    gap = np.sqrt(np.maximum(2 - 2 * unit[doubtful] @ unit[picks].T, 0)).min(1)
    among = np.sqrt(np.maximum(2 - 2 * unit[picks] @ unit[picks].T, 0))[np.triu_indices(K, 1)]
    return float(gap.mean()), float(among.mean()), len(set(photos[picks]))


def compare(name: str, signals: Signals, photos: np.ndarray, size: int) -> None:
    for strategy in STRATEGIES:
        runs = []
        for seed in range(POOLS):
            rows = np.sort(np.random.default_rng(seed).permutation(len(signals))[:size])
            runs.append(measures(signals.take(rows), photos[rows], strategy, seed))
        mean, error = np.mean(runs, 0), np.std(runs, 0, ddof=1) / POOLS**0.5
        cells = [f"{m:.3f} ± {e:.3f}" for m, e in zip(mean[:2], error[:2], strict=True)]
        print(f"{name:8} {strategy:14} {cells[0]:>16} {cells[1]:>16} {mean[2]:12.1f} of {K}")


def main() -> None:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos")
    parser.add_argument("model")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--cache", type=Path)
    args = parser.parse_args()
    print(f"{K} photos of a pool, mean and standard error of {POOLS} pools\n")
    print("pool     strategy        to the nearest     among them   different photos")
    compare("plain", *said(args.photos, args), PLAIN)
    with TemporaryDirectory() as place:
        bursts(args.photos, Path(place), BURSTS)
        compare("bursts", *said(place, args), BURSTS * SHOTS * 4 // 5)


if __name__ == "__main__":
    main()
