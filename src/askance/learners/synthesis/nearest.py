"""Real samples nearest to what was made up.  Floor 4."""

from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.ops.knn import nearest_rows


@dataclass(frozen=True)
class Index:
    """ids (N,) uint64 of real samples, rows (N, F) where distances are measured: built once for a pool."""

    ids: np.ndarray
    rows: np.ndarray

    def among(self, ids: np.ndarray) -> "Index":
        kept = np.isin(self.ids, ids)
        return Index(self.ids[kept], self.rows[kept])

    def retrieve(self, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """queries (Q, F) -> (q,) ids and (q,) which query each answers, min(Q, N) of them.

        Each takes the nearest real sample, exactly; one that an earlier query has taken is left to that.
        """
        near, _ = nearest_rows(ops.Dense(queries), ops.Dense(self.rows), len(queries))
        taken: dict[int, int] = {}
        for query, rows in enumerate(near.tolist()):
            free = next((row for row in rows if row not in taken), None)
            if free is not None:
                taken[free] = query
        return self.ids[list(taken)], np.array(list(taken.values()), np.int64)
