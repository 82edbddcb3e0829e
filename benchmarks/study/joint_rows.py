"""What benchmarks/joint_training.py runs, and the rows it keeps."""

import json
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "joint_training_data" / "runs.jsonl"


@dataclass(frozen=True)
class Way:
    """strategy: its text; learner: options beyond those that all have; among: it sees so many batches, drawn at
    random; 0: all."""

    strategy: str
    learner: str = ""
    among: int = 0


# What is shown under which name.
WAYS = {
    "random": Way("random"),
    "margin": Way("margin"),
    "badge": Way("badge"),
    "learning loss": Way("learning_loss", "add=learning_loss"),
    "learning loss, among 10 batches": Way("learning_loss", "add=learning_loss", 10),
    "VAAL": Way("vaal", "add=vaal&vaal.on=embeddings&vaal.adversary=0.1"),
    "WAAL": Way("waal", "add=waal"),
    "MAL": Way("mal", "add=mal"),
    "discriminative": Way("discriminative"),
    "DeepFool": Way("deepfool", "add=deepfool"),
    "BIM": Way("bim", "add=bim"),
    "input gradient": Way("egl_input", "add=input_gradient"),
    "BALD, dropout": Way("bald", "passes=10"),
    "BALD, last-layer Laplace": Way("bald", "posterior=laplace&passes=10"),
    "variability": Way("variability", "add=dynamics"),
    "CAL": Way("cal"),
    "ISAL": Way("isal"),
    "CoreGCN": Way("coregcn"),
    "UncertainGCN": Way("uncertain_gcn"),
    "margin, pseudo-labels": Way("margin", "add=pseudo_label"),
    "margin, FlexMatch": Way("margin", "add=flexmatch"),
}


FEW = ("random", "learning loss", "learning loss, among 10 batches")
MANY = tuple(w for w in WAYS if w != FEW[-1])


@dataclass(frozen=True)
class Set:
    """pool, first, batch: images; batches: after the first labels; steps: of each fit."""

    images: str
    first: int
    batch: int
    batches: int
    pool: int
    steps: int
    ways: tuple[str, ...]

    @property
    def labels(self) -> list[int]:
        return [self.first + self.batch * n for n in range(self.batches + 1)]


SETS = {
    "fashion_mnist": Set("fashion_mnist", 60, 50, 3, 1500, 200, MANY),
    "cifar10": Set("cifar10", 60, 50, 3, 1500, 200, MANY),
    "fashion_mnist, more labels": Set("fashion_mnist", 300, 150, 3, 3000, 400, FEW),
}


@dataclass(frozen=True)
class Row:
    """One run.  accuracy: after the first labels and after every batch; seconds: of all fits, scorings, selections."""

    set: str
    way: str
    seed: int
    accuracy: list[float]
    train: float
    score: float
    select: float


def rows() -> list[Row]:
    """All that were run, of ways that are still in the list."""
    lines = DATA.read_text().splitlines() if DATA.exists() else []
    return [r for line in lines if (r := Row(**json.loads(line))).way in SETS[r.set].ways]
