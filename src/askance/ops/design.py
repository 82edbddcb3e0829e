"""Optimal design: the rows that shrink tr(M^-1 F) most, kept up to date by rank-one changes.  Floor 0.

M is the information of what is taken, F that of the whole pool.  A row v changes M by v v'.  With u = M^-1 v and
G = M^-1 F M^-1, taking it lowers the trace by v'G v / (1 + v'u), and giving it back raises it by v'G v / (1 - v'u)
(Sherman & Morrison).  Both products are kept for every row, so a step is O(N D), and no inverse is made twice.
"""

import numpy as np

FALLEN = 1e-5  # of its size when it was last made anew: from there on eleven of sixteen digits are left
_NUMBERS = 1 << 18  # of a block


class Design:
    """rows (N, D); information (D, D) of what is known, positive definite; pool (D, D) = F, both in float64.

    Rows in single precision stay so: they are made float64 a block at a time.
    """

    def __init__(self, rows: np.ndarray, information: np.ndarray, pool: np.ndarray):
        self.rows, self.information, self.pool = rows, information, pool
        self.renew()

    def renew(self) -> None:
        """Everything anew from the information: what rounding has left of small numbers after large ones is gone."""
        self.inverse = np.linalg.inv(self.information)
        self.middle = self.inverse @ self.pool @ self.inverse
        self.reach = _squares(self.rows, self.inverse)  # v' M^-1 v
        self.worth = _squares(self.rows, self.middle)  # v' G v
        self.high = float(self.worth.max(initial=0.0))

    def gains(self) -> np.ndarray:
        """How much lower the trace would be with each row.  -> (N,) >= 0."""
        return np.maximum(self.worth, 0.0) / (1.0 + np.maximum(self.reach, 0.0))

    def losses(self, taken: np.ndarray) -> np.ndarray:
        """How much higher the trace would be without each of the rows taken.  (m,) -> (m,)."""
        return self.worth[taken] / np.maximum(1.0 - self.reach[taken], 1e-12)

    def take(self, row: int) -> None:
        self._change(row, 1.0)
        if self.worth.max() < FALLEN * self.high:
            self.renew()

    def give_back(self, row: int) -> None:
        self._change(row, -1.0)

    def _change(self, row: int, sign: float) -> None:
        v = self.rows[row].astype(np.float64)
        self.information = self.information + sign * np.outer(v, v)
        u, w = self.inverse @ v, self.middle @ v
        s, q = max(1.0 + sign * float(v @ u), 1e-12) * sign, float(v @ w)
        along, across = along_all(self.rows, np.stack([u, w], 1)).T
        self.reach = self.reach - along**2 / s
        self.worth = self.worth - 2.0 * along * across / s + along**2 * (q / s**2)
        self.inverse = self.inverse - np.outer(u, u) / s
        self.middle = self.middle - (np.outer(u, w) + np.outer(w, u)) / s + np.outer(u, u) * (q / s**2)


def gram(rows: np.ndarray) -> np.ndarray:
    """V'V in float64, in blocks.  (N, D) -> (D, D)."""
    out = np.zeros((rows.shape[1], rows.shape[1]))
    for part in _blocks(rows):
        some = rows[part].astype(np.float64)
        out += some.T @ some
    return out


def along_all(rows: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """V U in float64, in blocks.  (N, D), (D, m) -> (N, m)."""
    out = np.empty((len(rows), directions.shape[1]))
    for part in _blocks(rows):
        out[part] = rows[part].astype(np.float64) @ directions
    return out


def _squares(rows: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """v' G v for every row, in blocks.  (N, D), (D, D) -> (N,)."""
    out = np.empty(len(rows))
    for part in _blocks(rows):
        some = rows[part].astype(np.float64)
        out[part] = np.einsum("nd,nd->n", some @ middle, some)
    return out


def _blocks(rows: np.ndarray) -> list[slice]:
    step = max(1, _NUMBERS // max(rows.shape[1], 1))
    return [slice(i, i + step) for i in range(0, len(rows), step)]
