"""docs/speed.md says what its files say; the figures that batches are held to; and one real measurement."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from speed import data, quality, table
from speed.cases import BY_NAME, CASES, as_measured
from speed.data import Inputs
from speed.floor import all_pairs, one_pass
from speed.libraries import LIBRARIES
from speed.runner import DATA, asked_before, summed, why

ROOT = Path(__file__).parents[1]
RNG = np.random.default_rng(1)
X = RNG.normal(size=(60, 4)).astype(np.float32)
PROBS = data.softmax(RNG.normal(size=(60, 3)).astype(np.float32))
MEMBERS = data.softmax(RNG.normal(size=(60, 5, 3)).astype(np.float32) * 3)
PICKS = np.array([3, 14, 15, 59])
RATES = {"pass_gb_s": 10.0, "sgemv_gb_s": 10.0, "nearest_gflop_s_64": 50.0, "nearest_gflop_s_512": 100.0}


def run_of(seconds: list[float], k: int = 1000, **more: object) -> dict:
    return {"seconds": seconds, "extra_mb": [8.0], "k": k, "rounds": 1, "distinct": k, "quality": 1.0, **more}


def result(name: str, **runs: dict) -> dict:
    about = {"law": BY_NAME[name].laws[0], "limit": 60.0, "load": 1.0, "machine": "m", "taken": "d", "rates": RATES}
    return {"case": name, "runs": {one.replace("_", "-"): r for one, r in runs.items()}, **about}


def test_the_page_says_what_the_files_say():
    page = (ROOT / "docs" / "speed.md").read_text()
    made = page.split(table.BEGIN)[1].split(table.END)[0]
    assert made == table.tables(table.read(DATA)), "python benchmarks/selection.py table"


def test_what_was_not_measured_is_named():
    said = [result(c.name, askance=run_of([1.0])) for c in CASES]
    assert table.missing(said) == ""
    assert table.missing(said[1:]) == "\nNot measured here: margin, N=10⁶ C=10 k=1,000.\n"


def test_every_contender_is_known():
    assert {one for c in CASES for one in (*c.others, *c.reduced)} <= set(LIBRARIES)
    assert {c.family for c in CASES} == set(quality.MEASURES)


@pytest.mark.parametrize(
    ("value", "text"), [(0.00042, "0.00042"), (0.0614, "0.061"), (2.66, "2.7"), (26.4, "26"), (1234.0, "1,234")]
)
def test_two_digits(value: float, text: str):
    assert table.number(value) == text


def test_a_row():
    said = result("badge-64", askance=run_of([0.2, 0.25]), bmdal=run_of([3.0]), scikit_activeml=run_of([9.0], 100))
    cells = dict(zip(table.HEAD, table.row(said), strict=True))
    assert cells["case"] == "BADGE, N=10⁵ D=64 C=10 k=1,000, clustered"
    assert cells["askance"] == "0.2–0.25 s · 8 MB"
    assert cells["others"] == "bmdal 3 s · 8 MB<br>scikit-activeml 9 s · 8 MB (at k=100)"
    assert cells["best other / askance"] == "15 ×"
    assert cells["one pass"] == "0.003 s (× 68)"
    assert cells["all pairs"] == "3 s (× 0.068)"
    assert cells["reached"] == "yes"


def test_who_gave_up_took_at_least_the_limit():
    gone = {"gave_up": "over 60 s", "seconds": []}
    assert table.ahead(BY_NAME["badge-64"], result("badge-64", askance=run_of([0.5]), bmdal=gone)) == "> 120 ×"
    assert table.cost(gone) == "— (over 60 s)"


def test_what_was_missed_is_named():
    case = replace(BY_NAME["badge-512"], target=(0.5, 4))
    assert table.reached(case, run_of([1.0, 2.0])) == "no: × 2, 8 MB"


def test_floor_of_kcenter():
    case = BY_NAME["kcenter-1e5-64"]
    assert one_pass(case, RATES) == pytest.approx(4 * 64 * 101_000 / 10e9)
    assert all_pairs(case, RATES) == pytest.approx(2 * 1e5 * 1000 * 64 / 50e9 + 1000 * 4 * 64 * 1e5 / 10e9)


def test_who_gave_up_at_a_smaller_case_is_not_tried_again():
    before = [result("kcenter-1e5-64", askance=run_of([1.0]), bmdal={"gave_up": "over 60 s", "seconds": []})]
    assert asked_before("bmdal", BY_NAME["kcenter-1e5-512"], before)["gave_up"] == "not tried after N=10⁵ D=64 k=1,000"
    assert "gave_up" not in asked_before("numpy", BY_NAME["kcenter-1e5-512"], before)
    assert "gave_up" not in asked_before("bmdal", BY_NAME["badge-64"], before)


def test_shared_picks():
    ours = run_of([1.0], picks=[1, 2, 3, 4])
    assert summed(run_of([1.0], picks=[4, 3, 9, 8]), ours)["shared"] == 0.5
    assert "picks" not in summed(ours, ours)


def test_why_a_process_ended():
    assert why(-signal.SIGXCPU, "", 60) == "over 60 s"
    assert why(1, "KeyError: 3", 60) == "ended with 1: KeyError: 3"


def test_a_contender_is_given_less_where_it_says_so():
    assert as_measured(BY_NAME["badge-64"], "scikit-activeml").k == 100
    assert as_measured(BY_NAME["badge-64"], "bmdal").k == 1000


def test_radius_and_mean_distance():
    gaps = np.linalg.norm(X[:, None] - X[PICKS], axis=2).min(1)
    assert quality.radius(Inputs(X), PICKS) == pytest.approx(gaps.max(), rel=1e-5)
    assert quality.mean_distance(Inputs(X), PICKS) == pytest.approx(gaps.mean(), rel=1e-3)
    known = Inputs(X, known=X[:30])
    assert quality.radius(known, PICKS) < gaps.max()


def test_gradient_cost_builds_nothing_and_is_the_same():
    residual = PROBS - np.eye(3)[PROBS.argmax(1)]
    built = (residual[:, :, None] * X[:, None, :]).reshape(60, -1)
    gaps = ((built[:, None] - built[PICKS]) ** 2).sum(2).min(1)
    assert quality.gradient_cost(Inputs(X, probs=PROBS), PICKS) == pytest.approx(gaps.mean(), rel=1e-4)


def test_what_labels_tell_together():
    x = Inputs(members=MEMBERS)
    assert quality.together(x, PICKS[:1]) == pytest.approx(quality.bald(x, PICKS[:1]), abs=0.03)
    assert quality.bald(x, PICKS[:1]) < quality.together(x, PICKS) < np.log(5)


def test_covered_share():
    gaps = np.linalg.norm(X[:, None] - X[PICKS], axis=2).min(1)
    assert quality.covered(Inputs(X, delta=np.array([1.5])), PICKS) == (gaps <= 1.5).mean()


def test_data_are_the_same_in_every_run():
    small = replace(BY_NAME["badge-64"], rows=500)
    one, two = data.make(small, "clustered"), data.make(small, "clustered")
    assert one.probs is not None
    assert np.array_equal(one.probs, two.probs)
    assert one.probs.dtype == one.embeddings.dtype == np.float32
    assert np.allclose(one.probs.sum(1), 1, atol=1e-5)


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark asks /proc for memory")
def test_one_measurement(tmp_path: Path):
    """Two programs in processes of their own, on a pool made small: the same picks, and the memory of what was made."""
    pool = data.make(replace(BY_NAME["kcenter-1e4-64"], rows=2000, known=100), "uniform")
    pool.save(tmp_path / "inputs")
    said = {one: measured(one, tmp_path) for one in ("askance", "numpy")}
    assert said["askance"]["picks"] == said["numpy"]["picks"]
    assert said["askance"]["distinct"] == 100
    assert said["askance"]["quality"] == said["numpy"]["quality"]
    assert all(0 < s["seconds"] < 30 and 0 <= s["extra_mb"] < 100 for s in said.values())


def measured(contender: str, folder: Path) -> dict:
    out = folder / "said.json"
    words = ["job", "measure", "kcenter-1e4-64", contender, "0", str(folder / "inputs"), "30", str(out)]
    env = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, str(ROOT / "benchmarks" / "selection.py"), *words], check=True, env=env)
    return json.loads(out.read_text())
