"""A convex quadratic programme on the simplex, solved exactly by its active set.  Floor 0."""

import numpy as np

RIDGE = 1e-6  # on the diagonal of K, so that copies share their mass and systems stay solvable


def simplex_qp(gain: np.ndarray, kernel: np.ndarray, r: float) -> np.ndarray:
    """f >= 0, sum f = 1 that maximises gain . f - r / 2 f' (K + 1e-6 I) f.  gain (n,), kernel (n, n) psd -> (n,).

    Rows enter one at a time, the most promising first, and leave where the solution on those inside would be negative
    (Nocedal & Wright 2006, section 16.5); at the end the conditions of Karush, Kuhn and Tucker hold to rounding.
    """
    f = np.zeros(len(gain))
    inside = [int(gain.argmax())]
    f[inside] = 1.0
    if r <= 0:
        return f
    for _ in range(20 * len(gain) + 20):
        wanted, level = _on(gain, kernel, r, inside)
        if wanted.min() > 0:
            f[inside] = wanted
            slack = gain - r * (kernel[:, inside] @ wanted + RIDGE * f) - level
            slack[inside] = -np.inf
            best = int(slack.argmax())
            if slack[best] <= 1e-10 * (1.0 + abs(level)):
                break
            inside.append(best)
        else:
            now = f[inside]
            falling = wanted <= 0
            step = float((now[falling] / np.maximum(now[falling] - wanted[falling], 1e-300)).min())
            f[inside] = now + step * (wanted - now)
            out = [i for i, low in zip(inside, falling, strict=True) if low and f[i] <= 1e-15]
            f[out] = 0.0
            inside = [i for i in inside if i not in out]
    return f


def _on(gain: np.ndarray, kernel: np.ndarray, r: float, inside: list[int]) -> tuple[np.ndarray, float]:
    """The best with those rows alone, of either sign, and the common slope there: one bordered linear system."""
    m = len(inside)
    system = np.ones((m + 1, m + 1))
    system[:m, :m] = r * (kernel[np.ix_(inside, inside)] + RIDGE * np.eye(m))
    system[m, m] = 0.0
    solved = np.linalg.solve(system, np.append(gain[inside], 1.0))
    return solved[:m], float(solved[m])
