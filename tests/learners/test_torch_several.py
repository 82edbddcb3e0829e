"""Several devices: processes that share every batch end with the weights of one.  Here the devices are CPUs."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch import make_torch_learner
from askance.progress import REPORTER
from askance.samples import Samples, objects
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

ALL = frozenset({"probs", "logits", "embeddings", "members"})


def arrays(n=120, start=0):
    rng = np.random.default_rng(start)
    c = np.arange(n) % 3
    x = rng.normal(size=(n, 4)) + 2 * np.eye(3, 4)[c]
    names = objects([f"row {i}" for i in range(start, start + n)])
    return Samples(ops.key_ids(start, n), "array", x, names), ["abc"[i] for i in c]


def learner(device, net="bent", cache=None, **options):
    words = {"epochs": "4", "batch": "16", "rate": "0.01", "device": device} | {k: str(v) for k, v in options.items()}
    return make_torch_learner(f"torch:tiny_nets:{net}", words, cache)


def weights(one):
    return one._trained().state_dict()


def test_two_processes_end_with_the_weights_of_one():
    """Nothing in this network is by chance, and no sample sees another: the sum of two halves is the whole.  How far
    it is comes from the processes."""
    samples, labels = arrays()
    one, two, told = learner("cpu", patience=100), learner("cpu,cpu", patience=100), []
    reports = [one.fit(samples, labels, seed=3)]
    token = REPORTER.set(lambda what, total: told.append if (what, total) == ("training", 4) else lambda done: None)
    try:
        reports.append(two.fit(samples, labels, seed=3))
    finally:
        REPORTER.reset(token)
    for name, t in weights(one).items():
        torch.testing.assert_close(weights(two)[name], t, rtol=1e-5, atol=1e-6)
    for ours, theirs in zip(reports[1].epochs, reports[0].epochs, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4)
    assert reports[1].chosen["trained_on"] == reports[0].chosen["trained_on"]
    assert told[-1] == -1
    assert told[:-1] == sorted(told[:-1])
    assert told[-2] == 4, "what was told last is not lost"


@pytest.mark.slow
def test_with_chance_and_batch_normalisation_they_learn_as_well_and_repeat_themselves():
    samples, labels = arrays(240)
    test, truth = arrays(90, start=900)
    found = []
    for _ in range(2):
        two = learner("cpu,cpu", "chancy", epochs=8)
        two.fit(samples, labels, seed=1)
        found.append(two)
    a, b = (weights(one) for one in found)
    assert all(torch.equal(a[name], b[name]) for name in a), "the same seed, the same weights"
    said = found[0].signals(test, frozenset({"probs"}))["probs"]
    one = learner("cpu", "chancy", epochs=8)
    one.fit(samples, labels, seed=1)
    alone = one.signals(test, frozenset({"probs"}))["probs"]
    right = [(np.array(["a", "b", "c"])[p.argmax(1)] == truth).mean() for p in (said, alone)]
    assert right[0] > 0.7
    assert abs(right[0] - right[1]) < 0.1
    assert not torch.equal(weights(one)["0.weight"], a["0.weight"]), "halves have other masks than the whole"


@pytest.mark.parametrize("posterior", ["dropout", "ensemble"])
def test_a_pool_is_scored_on_all_devices_as_on_one(posterior, monkeypatch):
    monkeypatch.setattr("askance.learners.torch.learner.BLOCK", 32)
    samples, labels = arrays()
    pool, _ = arrays(301, start=500)
    one = learner("cpu", "dense", posterior=posterior, passes=3, epochs=2)
    one.fit(samples, labels)
    alone = one.signals(pool, ALL)
    one.devices = (torch.device("cpu"),) * 3
    shared = one.signals(pool, ALL)
    assert (shared.ids == pool.ids).all()
    for name in ALL:
        np.testing.assert_array_equal(shared[name], alone[name])


def test_few_labels_are_for_one_device(monkeypatch):
    """Below eight of a batch for each, they would wait for each other more than they compute."""
    from askance.learners.torch import fitting

    monkeypatch.setattr(fitting, "fit_on", lambda *_: pytest.fail("no process was wanted"))
    samples, labels = arrays(9)
    learner("cpu,cpu").fit(samples, labels)


@pytest.mark.parametrize(
    ("n", "batch", "shared"), [(1000, 64, 4), (1000, 16, 2), (1000, 11, 1), (20, 64, 2), (11, 64, 1)]
)
def test_how_many_devices_share_a_fit(n, batch, shared):
    from askance.learners.torch.several import sharing

    assert len(sharing([torch.device("cpu")] * 4, n, batch)) == shared


@pytest.mark.slow
def test_a_fit_that_diverges_stops_on_all_and_says_so(tmp_path):
    samples, labels = arrays()
    with pytest.raises(BadLearner, match="no longer finite in epoch 1; try a rate below"):
        learner("cpu,cpu", "Exploding", cache=tmp_path).fit(samples, labels)


@pytest.mark.slow
def test_memory_that_runs_out_in_one_process_halves_the_batch_of_all():
    samples, labels = arrays()
    two = learner("cpu,cpu", "hungry", batch=64, validation=0)
    report = two.fit(samples, labels)
    assert report.chosen["batch"] == 32
    assert "memory ran out with batch=64" in report.chosen["warnings"][0]


@pytest.mark.slow
def test_what_fails_in_one_process_ends_the_others_and_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    samples, labels = arrays()
    with pytest.raises(BadLearner, match=r"on 2 of several devices: LookupError\('only the first"):
        learner("cpu,cpu", "failing").fit(samples, labels)
    assert not left_over(tmp_path)


def left_over(folder: Path) -> list[str]:
    """Processes that were given something in this folder."""
    found = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if "learners.torch.several" in line and str(folder) in line]


def test_add_ons_are_trained_on_one_device():
    with pytest.raises(BadLearner, match="learning_loss must see all of every batch"):
        learner("cpu,cpu", "dense", add="learning_loss")


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(BadLearner, match="there is no device 'cuda:7'"):
        learner("cpu,cuda:7")


KILLED = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from test_torch_several import arrays, learner
one = learner("cpu,cpu", "slow", cache=Path(sys.argv[1]), checkpoint=0, epochs=6, patience=100)
one.fit(*arrays(), seed=5)
"""


@pytest.mark.slow
def test_a_fit_on_two_that_is_killed_goes_on_to_the_same_weights(tmp_path):
    """A script without a guard around its main part: the processes do not run it again."""
    samples, labels = arrays()
    options = {"checkpoint": 0, "epochs": 6, "patience": 100}
    whole = learner("cpu,cpu", "slow", cache=tmp_path / "whole", **options)
    whole.fit(samples, labels, seed=5)
    script = tmp_path / "script.py"
    script.write_text(KILLED.format(path=[str(Path(__file__).parent), str(Path(__file__).parents[1])]))
    running = subprocess.Popen([sys.executable, str(script), str(tmp_path / "killed")], start_new_session=True)
    until = time.monotonic() + 200
    while not list((tmp_path / "killed").glob("fits/*.safetensors")) and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert list((tmp_path / "killed").glob("fits/*.safetensors")), "it had got somewhere"
    other = learner("cpu,cpu", "slow", cache=tmp_path / "killed", **options)
    other.fit(samples, labels, seed=5)
    for name, t in weights(whole).items():
        assert torch.equal(weights(other)[name], t)
    assert not list((tmp_path / "killed").glob("fits/*.safetensors"))


@pytest.mark.slow
def test_a_parent_that_is_killed_leaves_no_process_behind(tmp_path):
    script, path = tmp_path / "script.py", [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    script.write_text(KILLED.format(path=path).replace("epochs=6", "epochs=500"))
    own = {**os.environ, "TMPDIR": str(tmp_path)}
    running = subprocess.Popen([sys.executable, str(script), str(tmp_path / "killed")], env=own)
    until = time.monotonic() + 200
    while not list((tmp_path / "killed").glob("fits/*.safetensors")) and time.monotonic() < until:
        time.sleep(0.02)
    assert len(left_over(tmp_path)) == 2
    running.kill()
    running.wait()
    until = time.monotonic() + 60
    while left_over(tmp_path) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left_over(tmp_path)


def test_workers_keep_the_order_of_what_they_are_given():
    from askance.learners.torch.ahead import among

    threads: set[int] = set()

    def slow(n):
        threads.add(threading.get_ident())
        time.sleep(0.002 * (n % 3))
        return 2 * n

    assert list(among([slow] * 3, range(20))) == list(range(0, 40, 2))
    assert len(threads) == 3
    assert list(among([slow], range(3))) == [0, 2, 4]
    assert list(among([slow] * 2, [])) == []
