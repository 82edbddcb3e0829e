"""The whole loop on real handwritten digits, in under a minute: a campaign, a control, a report.  Floor 6.

The 1,797 digits of the UCI repository (Alpaydin & Kaynak 1998, CC BY 4.0) come with scikit-learn, 8 x 8 pixels each.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from askance.campaign import Campaign, Config, PoolConfig
from askance.cli import campaigns, report
from askance.cli.files import write
from askance.cli.run import compare, key
from askance.cli.trials import Trial
from askance.oracles import AnswerKey

CONTROL = "random"
NAME = "digits"


@dataclass(frozen=True)
class Shown:
    """What the demo leaves behind, and what it found."""

    campaign: Path
    page: Path
    trials: tuple[Trial, ...]


def demo(folder: Path, seeds: int = 5, budget: int = 300) -> Shown:
    """Writes the digits, makes a campaign, runs it with the answer key, compares it with random, writes the report."""
    import scipy.linalg  # noqa: F401  the limit holds for libraries that are loaded already
    import sklearn.cluster  # noqa: F401
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1):  # matrices of 300 x 64: threads cost more than they bring
        return _demo(folder, seeds, budget)


def _demo(folder: Path, seeds: int, budget: int) -> Shown:
    folder.mkdir(parents=True, exist_ok=True)
    place = campaigns.folder(folder / NAME)
    if (place / "campaign.db").is_file():  # of an earlier demo; anything else of that name stays, and is said
        shutil.rmtree(place)
    campaign = Campaign.create(place, config(*write_digits(folder), budget))
    try:
        truth = key(campaign, "")
        campaign.run(AnswerKey(truth))
        done = compare(campaign, truth, CONTROL, seeds)
        page = report.write(campaign, folder / "report")
    finally:
        campaign.close()
    return Shown(place, page, tuple(done))


def config(pool: Path, truth: Path, budget: int) -> Config:
    """Margin and diversity: round 0 by typicality, then the least sure, one from each of ten clusters of them."""
    return Config(
        pool=PoolConfig(str(pool)),
        truth=str(truth),
        learner="sklearn:LogisticRegression(max_iter=300)",
        strategy="dbal",
        warmup_strategy="typiclust",
        warmup=20,
        batch=10,
        budget=budget,
        test=0.33,
    )


def write_digits(folder: Path) -> tuple[Path, Path]:
    """(the pictures as an array (1797, 8, 8) in [0, 1], their labels as a table)."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    pool, truth = folder / "digits.npy", folder / "labels.csv"
    np.save(pool, (digits.images / 16).astype(np.float32))
    rows = "".join(f"{row},{label}\n" for row, label in enumerate(digits.target))
    write(truth, "name,label\n" + rows)
    return pool, truth
