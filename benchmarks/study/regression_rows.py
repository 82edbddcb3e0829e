"""What benchmarks/regression.py runs, and the rows it keeps."""

import json
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "regression_data" / "runs.jsonl"
SETS = {"concrete": 1030, "energy": 768, "kin8nm": 8192, "wine_quality_red": 1599}

GRADIENT = "full_gradient | sketched(dims=256)"
# What is shown under which name: the text of the strategy.
STRATEGIES = {
    "random": "random",
    "gsx": "gsx",
    "gsy": "gsy",
    "igs": "igs",
    "alc": "alc",
    "qbc_variance": "qbc_variance",
    "emcm": "emcm",
    "max_diag, last layer": "bald_regression",
    "max_diag, gradient": f"{GRADIENT} | scaled | posterior | max_diag",
    "max_det": f"{GRADIENT} | scaled | max_det",
    "max_dist": f"{GRADIENT} | max_dist",
    "kmeanspp": f"{GRADIENT} | kmeanspp_tp",
    "frank_wolfe": "acs_regression(dims=256)",
    "lcmd": f"{GRADIENT} | lcmd",
    "lcmd, last layer": "last_layer | lcmd",
    "lcmd, columns": "lcmd",
    "bait_f": f"{GRADIENT} | scaled | bait_f",
    "bait_fb": f"{GRADIENT} | scaled | bait_fb",
}


@dataclass(frozen=True)
class Row:
    """One run.  log_rmse: after the first labels, and after every batch."""

    set: str
    strategy: str
    seed: int
    log_rmse: list[float]
    seconds: float


def rows() -> list[Row]:
    """All that were run, of strategies that are still in the list."""
    lines = DATA.read_text().splitlines() if DATA.exists() else []
    return [r for line in lines if (r := Row(**json.loads(line))).strategy in STRATEGIES]
