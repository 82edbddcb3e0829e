"""The plain way in NumPy: every distance, one matrix-vector product a pick."""

import numpy as np

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call


def kcenter(x: Inputs, case: Case) -> Call:
    rows, known = x.embeddings, x.known

    def call() -> np.ndarray:
        norms = np.einsum("nd,nd->n", rows, rows)
        near = nearest(rows, known) + norms
        picks = np.empty(case.k, np.int64)
        for i in range(case.k):
            picks[i] = near.argmax()
            one = rows[picks[i]]
            np.minimum(near, norms - 2 * (rows @ one) + one @ one, out=near)
            near[picks[i]] = -np.inf
        return picks

    return call


def nearest(rows: np.ndarray, known: np.ndarray, tall: int = 2000) -> np.ndarray:
    """The least |k|^2 - 2 x k over the known k, in blocks.  -> (N,)"""
    norms, twice = np.einsum("ld,ld->l", known, known), -2 * known.T
    out = np.empty(len(rows), rows.dtype)
    for start in range(0, len(rows), tall):
        out[start : start + tall] = (rows[start : start + tall] @ twice + norms).min(1)
    return out
