"""Optimal design: the rows that shrink tr(M^-1 F) most, kept up to date by rank-one changes.  Floor 0.

M is the information of what is taken, F that of the whole pool.  A row v changes M by v v'.  With u = M^-1 v and
G = M^-1 F M^-1, taking it lowers the trace by v'G v / (1 + v'u), and giving it back raises it by v'G v / (1 - v'u)
(Sherman & Morrison).  Both products are kept for every row, so a step is O(N D), and no inverse is made twice.
"""

import numpy as np


class Design:
    """rows (N, D); information (D, D) of what is known, positive definite; pool (D, D) = F.  All in float64."""

    def __init__(self, rows: np.ndarray, information: np.ndarray, pool: np.ndarray):
        self.rows = rows
        self.inverse = np.linalg.inv(information)
        self.middle = self.inverse @ pool @ self.inverse
        self.reach = np.einsum("nd,nd->n", rows @ self.inverse, rows)  # v' M^-1 v
        self.worth = np.einsum("nd,nd->n", rows @ self.middle, rows)  # v' G v

    def gains(self) -> np.ndarray:
        """How much lower the trace would be with each row.  -> (N,) >= 0."""
        return np.maximum(self.worth, 0.0) / (1.0 + np.maximum(self.reach, 0.0))

    def losses(self, taken: np.ndarray) -> np.ndarray:
        """How much higher the trace would be without each of the rows taken.  (m,) -> (m,)."""
        return self.worth[taken] / np.maximum(1.0 - self.reach[taken], 1e-12)

    def take(self, row: int) -> None:
        self._change(row, 1.0)

    def give_back(self, row: int) -> None:
        self._change(row, -1.0)

    def _change(self, row: int, sign: float) -> None:
        v = self.rows[row]
        u, w = self.inverse @ v, self.middle @ v
        s, q = max(1.0 + sign * float(v @ u), 1e-12) * sign, float(v @ w)
        along, across = self.rows @ u, self.rows @ w
        self.reach = self.reach - along**2 / s
        self.worth = self.worth - 2.0 * along * across / s + along**2 * (q / s**2)
        self.inverse = self.inverse - np.outer(u, u) / s
        self.middle = self.middle - (np.outer(u, w) + np.outer(w, u)) / s + np.outer(u, u) * (q / s**2)
