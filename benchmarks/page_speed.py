"""How long from a key to the next question on the screen: python benchmarks/page_speed.py [--pool 10000] [--keys 300]

A real server over a real campaign, Chromium without a screen, one key a question.  The time of one key is measured in
the page: from the time stamp of the keydown event to the second animation frame after the document showed the next
question, so it includes a whole frame of 16.7 ms that the browser waits for anyway.  Beside it, until the document had
changed, which leaves the frames out.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/page"))

from page_server import make
from visits import chromium, serving, timed, visits

from conftest import CHROMIUM


def run(pool: int, keys: int, think: float) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        spec = "tenthousand" if pool > 1000 else "news"
        make(root, spec)
        with serving(root, str(Path(make.__code__.co_filename)), str(root)) as site:
            for browser in chromium(CHROMIUM):
                with visits(browser, site) as visit:
                    return np.array(timed(visit(spec, viewport={"width": 1280, "height": 860}), keys, think))
    raise AssertionError


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    read.add_argument("--pool", type=int, default=10_000, help="10,000 texts, or 300 where this is 1,000 or less")
    read.add_argument("--keys", type=int, default=300)
    read.add_argument("--think", type=float, default=100, help="ms between a question and its key")
    given = read.parse_args()
    if not CHROMIUM:
        raise SystemExit("there is no chromium on this machine: apt-get install chromium")
    changed, painted = run(given.pool, given.keys, given.think).T
    print(f"{len(painted)} keys, {given.think:.0f} ms apart, a pool of {given.pool:,}; ms")
    for name, values in (("document changed", changed), ("painted", painted)):
        p50, p95, p99 = np.percentile(values, [50, 95, 99])
        print(f"{name:<18} p50 {p50:5.1f}   p95 {p95:5.1f}   p99 {p99:5.1f}   max {values.max():5.1f}")


if __name__ == "__main__":
    main()
