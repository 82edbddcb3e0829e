"""QUIRE of scikit-activeml, run in its own environment by model_change.py: inputs.npz -> peer.npz, in a folder."""

import sys
from pathlib import Path
from time import process_time

import numpy as np
from skactiveml.pool import Quire


def main(folder: Path) -> None:
    """(N, D) x, (N,) y with NaN where there is no label, h, ridge -> utilities (N,), NaN where labelled; seconds."""
    given = np.load(folder / "inputs.npz")
    asked = Quire(
        classes=[0, 1], lmbda=float(given["ridge"]), metric="rbf", metric_dict={"gamma": float(given["h"]) ** -2.0}
    )
    took = []
    for _ in range(3):
        began = process_time()
        _, utilities = asked.query(given["x"], given["y"], return_utilities=True)
        took.append(process_time() - began)
    np.savez(folder / "peer.npz", utilities=utilities[0], seconds=min(took))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
