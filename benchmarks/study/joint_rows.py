"""What benchmarks/joint_training.py runs, and the rows it keeps."""

import json
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "joint_training_data" / "runs.jsonl"
SETS = ("fashion_mnist", "cifar10")


@dataclass(frozen=True)
class Way:
    """strategy: its text; learner: options beyond those that all have."""

    strategy: str
    learner: str = ""


# What is shown under which name.
WAYS = {
    "random": Way("random"),
    "margin": Way("margin"),
    "badge": Way("badge"),
    "learning loss": Way("learning_loss", "add=learning_loss"),
    "VAAL": Way("vaal", "add=vaal&vaal.on=embeddings&vaal.adversary=0.1"),
    "TA-VAAL": Way("ta_vaal", "add=ta_vaal"),
    "WAAL": Way("waal", "add=waal"),
    "MAL": Way("mal", "add=mal"),
    "discriminative": Way("discriminative"),
    "DeepFool": Way("deepfool", "add=deepfool"),
    "BIM": Way("bim", "add=bim"),
    "input gradient": Way("egl_input", "add=input_gradient"),
    "BALD, dropout": Way("bald", "passes=10"),
    "BALD, last-layer Laplace": Way("bald", "posterior=laplace&passes=10"),
    "BALD, snapshots": Way("bald", "posterior=snapshot&passes=3&snapshot.cycle=4"),
    "variability": Way("variability", "add=dynamics"),
    "CAL": Way("cal"),
    "ISAL": Way("isal"),
    "CoreGCN": Way("coregcn"),
    "UncertainGCN": Way("uncertain_gcn"),
    "random, pseudo-labels": Way("random", "add=pseudo_label"),
    "margin, pseudo-labels": Way("margin", "add=pseudo_label"),
    "random, FlexMatch": Way("random", "add=flexmatch"),
    "margin, FlexMatch": Way("margin", "add=flexmatch"),
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
    return [r for line in lines if (r := Row(**json.loads(line))).way in WAYS]
