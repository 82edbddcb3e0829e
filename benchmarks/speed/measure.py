"""One measurement, in a process of its own: CPU seconds and memory of one call.

The arrays are loaded and the call is made once on the first few rows, so that nothing that is loaded or compiled once
is measured; then the high-water mark of the process is put back to where it stands, and the call is made.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from speed.cases import Case, as_measured, sized
from speed.data import Inputs, load
from speed.libraries import LIBRARIES, Call
from speed.quality import quality

MEMORY_LIMIT = 16 << 30
WARM_ROWS, WARM_K = 300, 5
FULL, MOST_CALLS = 0.2, 100


def measure(name: str, contender: str, rows: str, inputs: str, limit: str, out: str) -> None:
    """Writes {seconds, extra_mb, picks, distinct, quality, k, rounds} as JSON, or {gave_up: why}."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    case = as_measured(sized(name, rows), contender)
    x = load(Path(inputs))
    try:
        said = timed(case, contender, x, float(limit))
    except MemoryError as e:
        said = {"gave_up": "memory: " + (str(e).split(" for an array")[0] or "over 16 GiB").lower()}
    except Exception as e:
        said = {"gave_up": f"{type(e).__name__}: {e}".splitlines()[0][:200]}
    Path(out).write_text(json.dumps(said | {"version": version(LIBRARIES[contender].package)}))


def timed(case: Case, contender: str, x: Inputs, limit: float) -> dict[str, object]:
    family = getattr(importlib.import_module(f"speed.libraries.{LIBRARIES[contender].module}"), case.family)
    warm_up(family, case, x)
    call: Call = family(x, case)
    settle()
    before = resident_mb("VmRSS")
    with at_most(limit):
        rows, seconds = mean_of(call)
    extra = resident_mb("VmHWM") - before
    rows = np.asarray(rows, np.int64)
    return {
        "seconds": round(seconds, 5),
        "extra_mb": round(extra, 1),
        "picks": rows.tolist(),
        "distinct": len(np.unique(rows)),
        "k": case.k,
        "rounds": case.rounds,
        "quality": quality(case, x, rows),
    }


def mean_of(call: Call) -> tuple[np.ndarray, float]:
    """What it gives, and the CPU seconds of one call: the mean of as many as fill FULL, where one does not.

    A call of half a millisecond was seen to take no CPU time at all by the clock of a virtual machine that was shared.
    """
    began, calls, spent = time.process_time(), 0, 0.0
    while spent < FULL and calls < MOST_CALLS:
        rows = call()
        calls, spent = calls + 1, time.process_time() - began
    return rows, spent / calls


def warm_up(family, case: Case, x: Inputs) -> None:
    """The same call on few rows; a library may be unable to at that size, which is no matter."""
    few = replace(case, k=WARM_K, rounds=min(case.rounds, 2))
    with contextlib.suppress(ValueError):
        family(x.head(WARM_ROWS), few)()


def settle() -> None:
    """Gives freed memory back, so that it cannot be used again unseen, and puts the high-water mark back."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def resident_mb(field: str) -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


@contextlib.contextmanager
def at_most(seconds: float):
    """The kernel ends the process when it has used so many more CPU seconds; the parent sees by which signal."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    used = sum(os.times()[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
