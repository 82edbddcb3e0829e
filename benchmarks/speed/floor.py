"""What this machine can do at best, on one thread: one pass over memory, and all pairs of rows at full speed."""

import json
import time
from pathlib import Path

import numpy as np

from speed.cases import Case


def rates(out: str) -> None:
    """Writes bytes a second of one pass (sdot) and of sgemv, and flops a second of the nearest of 1,000 by sgemm."""
    rng = np.random.default_rng(0)
    flat = rng.random(1 << 25, dtype=np.float32)  # 128 MB, past every cache
    wide = flat.reshape(-1, 64)
    one = wide[0].copy()
    said = {
        "pass_gb_s": flat.nbytes / best(lambda: flat @ flat) / 1e9,
        "sgemv_gb_s": flat.nbytes / best(lambda: wide @ one) / 1e9,
        "nearest_gflop_s_64": nearest(rng, 64) / 1e9,
        "nearest_gflop_s_512": nearest(rng, 512) / 1e9,
    }
    Path(out).write_text(json.dumps({name: round(value, 1) for name, value in said.items()}))


def nearest(rng: np.random.Generator, dim: int, rows: int = 2000, centres: int = 1000) -> float:
    """Flops a second of the distances to 1,000 centres and the least of them, in a block that stays in the cache."""
    x, c = rng.random((rows, dim), dtype=np.float32), rng.random((dim, centres), dtype=np.float32)
    block, norms = np.empty((rows, centres), np.float32), np.ones(centres, np.float32)

    def call() -> None:
        np.matmul(x, c, out=block)
        np.add(block, norms, out=block)
        block.min(1)

    return 2.0 * rows * centres * dim / best(call)


def best(call, times: int = 7) -> float:
    """The least CPU seconds of some calls, after one that does not count."""
    call()
    return min(once(call) for _ in range(times))


def once(call) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def one_pass(case: Case, rate: dict[str, float]) -> float:
    """Seconds to read the inputs once, which nothing exact can do without."""
    numbers = case.rows * (case.dim + case.classes * max(case.members, 1)) + case.known * case.dim
    return 4 * numbers / 1e9 / rate["pass_gb_s"]


def all_pairs(case: Case, rate: dict[str, float]) -> float | None:
    """Seconds that a program would take which compares every pair the definition names, and loses no time; or None."""
    n, d, k = case.rows, case.dim, case.k
    if case.family == "kcenter":
        return gemm(n, case.known, d, rate) + k * gemv(n, d, rate)
    if case.family == "badge":
        return k * gemv(n, d + case.classes, rate)
    if case.family in ("kmeans", "typiclust"):
        return gemm(n, k, d, rate)  # one assignment of all rows to k centres
    if case.family in ("facility_location", "max_herding", "prob_cover"):
        return gemm(n, n, d, rate)
    return None


def gemm(n: int, m: int, dim: int, rate: dict[str, float]) -> float:
    return 2 * n * m * dim / 1e9 / rate["nearest_gflop_s_512" if dim > 128 else "nearest_gflop_s_64"]


def gemv(n: int, dim: int, rate: dict[str, float]) -> float:
    return 4 * n * dim / 1e9 / rate["sgemv_gb_s"]
