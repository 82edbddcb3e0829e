"""Fits: what they learn, what they keep, how they repeat themselves and how they survive a kill."""

import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from askance import ops
from askance.errors import BadLearner, BadPool
from askance.learners.torch import make_torch_learner
from askance.progress import REPORTER
from askance.samples import Samples, objects
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

RNG = np.random.default_rng(1)
PROBS = frozenset({"probs"})


def arrays(n=90, spread=1.0, start=0):
    rng = np.random.default_rng(start)
    c = np.arange(n) % 3
    x = spread * rng.normal(size=(n, 4)) + 2 * np.eye(3, 4)[c]
    names = objects([f"row {i}" for i in range(start, start + n)])
    return Samples(ops.key_ids(start, n), "array", x, names), ["abc"[i] for i in c]


def learner(cache=None, **options):
    words = {"epochs": "10", "batch": "16", "rate": "0.01"} | {k: str(v) for k, v in options.items()}
    return make_torch_learner("torch:tiny_nets:dense", words, cache)


def weights(one):
    return one._trained().state_dict()


def same(a, b):
    return all(torch.equal(t, weights(b)[name]) for name, t in weights(a).items())


def test_a_network_learns_40_random_photos_by_heart(tmp_path):
    from PIL import Image

    paths = [tmp_path / f"{n}.png" for n in range(40)]
    for path in paths:
        Image.fromarray(RNG.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    samples = Samples(ops.key_ids(0, 40), "image", objects([str(p) for p in paths]), objects([p.name for p in paths]))
    labels = ["cat" if n % 2 else "dog" for n in range(40)]
    options = {"epochs": "150", "rate": "0.01", "validation": "0", "augment": "no", "size": "16", "decay": "0"}
    one = make_torch_learner("torch:tiny_nets:convolved", options, None)
    report = one.fit(samples, labels)
    said = one.signals(samples, PROBS)["probs"]
    assert (np.array(one.classes, object)[said.argmax(1)] == labels).mean() >= 0.95
    assert report.validation == {}
    assert report.epochs[-1]["loss"] < report.epochs[0]["loss"] / 2


def test_the_report_has_a_row_an_epoch_and_counts_what_was_held_back():
    samples, labels = arrays()
    report = learner(validation=0.2).fit(samples, labels)
    assert [row["epoch"] for row in report.epochs] == list(range(1, len(report.epochs) + 1))
    assert set(report.epochs[0]) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"}
    assert report.validation["n"] == 18
    assert report.chosen["trained_on"] == 72, "the validation share comes out of the labels paid for"


def test_a_validation_set_that_is_given_is_used_and_nothing_is_held_back():
    samples, labels = arrays()
    other, theirs = arrays(30, start=500)
    report = learner().fit(samples, labels, validation=(other, [*theirs[:-1], "never seen"]))
    assert report.validation["n"] == 30
    assert report.validation["accuracy"] <= 29 / 30
    assert report.chosen["trained_on"] == 90


def test_the_weights_kept_are_the_best_of_this_fit_and_training_stops():
    samples, labels = arrays(60, spread=3.0)
    one = learner(epochs=200, patience=4, min_delta=0, rate=0.05, validation=0.3)
    report = one.fit(samples, labels)
    losses = [row["val_loss"] for row in report.epochs]
    best = int(np.argmin(losses)) + 1
    assert len(losses) == best + 4 < 200
    assert report.chosen["best_epoch"] == best
    held = samples.take(np.isin(samples.ids, one._split.held))
    y = np.array(labels)[np.isin(samples.ids, one._split.held)]
    said = one.signals(held, PROBS)["probs"]
    loss = -np.log(said[np.arange(len(y)), np.searchsorted(one.classes, y)]).mean()
    assert loss == pytest.approx(min(losses), rel=1e-4), "a later fit is never judged against an earlier one"
    assert report.validation["accuracy"] == pytest.approx(report.epochs[best - 1]["val_accuracy"])


def test_seeds_and_only_seeds_make_the_difference():
    samples, labels = arrays()
    a, b, c = learner(), learner(), learner()
    order = RNG.permutation(len(samples))
    a.fit(samples, labels, seed=1)
    torch.manual_seed(77)
    b.fit(samples.take(order), [labels[n] for n in order], seed=1)
    c.fit(samples, labels, seed=2)
    assert same(a, b)
    assert not same(a, c)


def test_a_warm_start_goes_on_and_a_cold_one_does_not():
    few, some = arrays(30)
    more, labels = arrays(60)
    warm, cold = learner(start="warm", epochs=3), learner(epochs=3)
    for one in (warm, cold):
        first = one.fit(few, some)
        assert first.chosen["start"] == "cold"
    a, b = warm.fit(more, labels), cold.fit(more, labels)
    assert (a.chosen["start"], b.chosen["start"]) == ("warm", "cold")
    assert a.epochs[0]["loss"] < b.epochs[0]["loss"]
    fresh = learner(epochs=3)
    fresh.fit(more, labels)
    assert same(cold, fresh)
    assert not same(warm, fresh)


def test_what_was_trained_on_never_judges_a_warm_start(tmp_path):
    few, some = arrays(60)
    more, labels = arrays(90)
    one = learner(start="warm", validation=0.2)
    one.fit(few, some, seed=0)
    before = one._split
    one.save(tmp_path)
    other = learner(start="warm", validation=0.2)
    other.load(tmp_path)
    for again in (one, other):
        again.fit(more, labels, seed=5)
        assert not set(again._split.held.tolist()) & set(before.train.tolist())
        assert set(before.held.tolist()) <= set(again._split.held.tolist())
        assert len(again._split.held) == 18
    assert same(one, other), "a network that was saved goes on as if it had not been"


def test_new_classes_begin_anew():
    samples, labels = arrays(30)
    one = learner(start="warm")
    one.fit(samples, ["a" if label == "a" else "b" for label in labels])
    assert one.fit(samples, labels).chosen["start"] == "cold"
    assert one.classes == ("a", "b", "c")


def test_a_last_batch_of_one_sample_does_not_break_batch_normalisation():
    from askance.learners.torch.batches import shuffled

    for n in range(2, 60):
        for size in (2, 3, 7, 16):
            rows = list(shuffled(n, size, np.random.default_rng(0)))
            assert sorted(np.concatenate(rows)) == list(range(n))
            assert all(2 <= len(r) <= size + 1 for r in rows)
    samples, labels = arrays(33)
    make_torch_learner("torch:tiny_nets:without_dropout", {"batch": "16", "validation": "0", "epochs": "1"}, None).fit(
        samples, labels
    )


def test_photos_are_flipped_and_shifted_but_arrays_are_not():
    from askance.learners.torch.batches import augmented

    photos = torch.arange(2 * 32 * 32 * 3).reshape(2, 32, 32, 3).to(torch.uint8)
    seen = {tuple(augmented(photos, np.random.default_rng(n))[0, 16, 16].tolist()) for n in range(40)}
    near = {tuple(photos[0, 16 + dy, 16 + dx].tolist()) for dy in range(-2, 3) for dx in range(-3, 3)}
    assert len(seen) > 8
    assert seen <= near
    same_seed = [augmented(photos, np.random.default_rng(3)) for _ in range(2)]
    assert torch.equal(*same_seed)
    numbers = torch.rand(5, 4)
    assert augmented(numbers, np.random.default_rng(0)) is numbers


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
from askance.progress import REPORTER
from test_torch_training import arrays, learner

def report(what, total):
    return lambda done: os.kill(os.getpid(), signal.SIGKILL) if what == "training" and done == 7 else None

REPORTER.set(report)
learner(Path(sys.argv[2]), epochs=12, patience=50, checkpoint=0).fit(*arrays(), seed=4)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The cache of a fit that was killed in its seventh epoch."""
    folder = tmp_path_factory.mktemp("killed")
    run = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(folder)]
    assert subprocess.run(run, timeout=120).returncode == -signal.SIGKILL
    return folder


def test_a_fit_that_was_killed_goes_on_to_the_same_weights(killed, tmp_path):
    copytree(killed, tmp_path, dirs_exist_ok=True)
    (left,) = (tmp_path / "fits").glob("*.safetensors")
    steps = []
    token = REPORTER.set(lambda what, total: steps.append if what == "training" else lambda done: None)
    try:
        again, whole = (learner(c, epochs=12, patience=50, checkpoint=0) for c in (tmp_path, None))
        a = again.fit(*arrays(), seed=4)
        assert steps[0] == 7, "epochs 1 to 6 were in the checkpoint"
        b = whole.fit(*arrays(), seed=4)
    finally:
        REPORTER.reset(token)
    assert same(again, whole)
    assert a.epochs == b.epochs
    assert not left.exists()


def test_a_checkpoint_serves_the_very_same_fit_alone(killed, tmp_path):
    copytree(killed, tmp_path, dirs_exist_ok=True)
    (left,) = (tmp_path / "fits").glob("*.safetensors")
    samples, labels = arrays()
    for options, seed, y in (({}, 5, labels), ({"rate": 0.02}, 4, labels), ({}, 4, [labels[0], *labels[:-1]])):
        one = learner(tmp_path, **({"epochs": 12, "patience": 50, "checkpoint": 0} | options))
        other = learner(None, **({"epochs": 12, "patience": 50, "checkpoint": 0} | options))
        one.fit(samples, y, seed=seed)
        other.fit(samples, y, seed=seed)
        assert same(one, other)
    left.write_bytes(left.read_bytes()[:1000])
    damaged = learner(tmp_path, epochs=12, patience=50, checkpoint=0)
    assert len(damaged.fit(samples, labels, seed=4).epochs) == 12


def test_photos_that_cannot_be_read_are_left_out_and_named(tmp_path):
    from PIL import Image

    paths = [tmp_path / f"{n}.png" for n in range(8)]
    for n, path in enumerate(paths):
        Image.new("RGB", (16, 16), (30 * n, 0, 0)).save(path)
    paths[3].write_bytes(b"no photo at all")
    samples = Samples(ops.key_ids(0, 8), "image", objects([str(p) for p in paths]), objects([p.name for p in paths]))
    options = {"epochs": "1", "size": "16", "validation": "0"}
    one = make_torch_learner("torch:tiny_nets:convolved", options, tmp_path / "cache")
    assert one.fit(samples, list("abababab")).chosen["trained_on"] == 7
    said = one.signals(samples, PROBS)
    assert len(said) == 7
    assert list(said.skipped) == [int(samples.ids[3])]
    assert "3.png" in said.skipped[int(samples.ids[3])]
    with pytest.raises(BadPool, match=r"3\.png"):
        make_torch_learner("torch:tiny_nets:convolved", options, None, strict=True).fit(samples, list("abababab"))


def test_photos_are_decoded_once_and_for_all(tmp_path, monkeypatch):
    from PIL import Image

    from askance.learners.torch import decoded

    paths = [tmp_path / f"{n}.png" for n in range(5)]
    for path in paths:
        Image.fromarray(RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
    samples = Samples(ops.key_ids(0, 5), "image", objects([str(p) for p in paths]), objects([p.name for p in paths]))
    first = decoded.Decoded(8, tmp_path / "cache")
    _, pixels, _ = first.read(samples)
    expected = [np.asarray(Image.open(p).resize((8, 8), Image.Resampling.BILINEAR)) for p in paths]
    np.testing.assert_array_equal(pixels, expected)

    def never(*args):
        raise AssertionError("decoded twice")

    monkeypatch.setattr(decoded, "read_image", never)
    np.testing.assert_array_equal(first.read(samples)[1], expected)
    order = np.array([4, 0, 2])
    np.testing.assert_array_equal(decoded.Decoded(8, tmp_path / "cache").read(samples.take(order))[1], pixels[order])


def test_what_no_network_can_learn_from_is_named():
    samples, labels = arrays(12)
    samples.data[5, 2] = np.nan
    with pytest.raises(BadLearner, match="row 5 has NaN"):
        learner().fit(samples, labels)
    with pytest.raises(BadLearner, match="no longer finite in epoch 1; try a rate below"):
        make_torch_learner("torch:tiny_nets:Exploding", {}, None).fit(*arrays(12))
