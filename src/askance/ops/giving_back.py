"""Which of the rows taken are missed least: an optimal design made smaller, in the space of the rows.  Floor 0.

With M_0 what is known, V the rows taken and F the pool, tr((M_0 + V'V)^-1 F) rises by [B K B]_ii / B_ii when row i is
given back, where B = (I + V M_0^-1 V')^-1 and K = V M_0^-1 F M_0^-1 V'.  Everything is as large as the batch, and
nothing large is taken from anything large: in the space of the columns that loses all digits when sigma is small.
"""

import numpy as np


def given_back(rows: np.ndarray, inverse: np.ndarray, pool: np.ndarray, keep: int) -> list[int]:
    """The places of the `keep` rows that are left when one after the other the least missed is given back.

    rows (t, D) in float64, inverse (D, D) = M_0^-1, pool (D, D) = F -> places in the order of the rows.
    """
    left = list(range(len(rows)))
    across = rows @ inverse
    kernel = across @ pool @ across.T
    b = np.linalg.inv(np.eye(len(rows)) + across @ rows.T)
    h = b @ kernel @ b
    while len(left) > keep:
        out = left.pop(int(np.argmin(h[left, left] / b[left, left])))
        g, size = b[:, out].copy(), b[out, out]
        kg = b @ (kernel @ g)
        h = h - (np.outer(g, kg) + np.outer(kg, g)) / size + np.outer(g, g) * (g @ kernel @ g / size**2)
        b = b - np.outer(g, g) / size
    return left
