"""Query synthesis: codes on the boundary, the nearest real sample, a generator that learns, and the learner around."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from contract import CHECKS, Case
from test_torch_training import arrays

from askance import ops
from askance.errors import BadLearner, MissingSignal
from askance.learners import make_learner
from askance.samples import Samples, objects
from askance.select import select
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

TINY = (
    "asal:torch:tiny_nets:dense?epochs=6&batch=16&rate=0.02&gan=30&gan_width=2&gan_batch=16&queries=5&latent=2&seek=10"
)
SYNTHETIC = frozenset({"synthetic"})


def make(cache, text=TINY, kind="array"):
    return make_learner(text, pool_kind=kind, cache=cache)


# ---- the contract of learners, around a network

EVERY, LABELS = arrays(52)
KNOWN, UNSEEN = EVERY.take(np.arange(40)), EVERY.take(np.arange(40, 52))


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return Case(lambda: make(cache), KNOWN, LABELS[:40], UNSEEN, rtol=1e-4)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_contract(check, case, tmp_path):
    check(case, tmp_path)


# ---- the search


def line(w, b):
    """Logits of two classes that are told apart by w . x + b = 0."""
    w = torch.tensor(w)
    return lambda x: torch.stack([x @ w + b, -(x @ w + b)], 1)


def test_with_the_identity_for_a_generator_a_code_ends_on_the_boundary_beside_where_it_began():
    from askance.learners.synthesis.latent import seek

    start = torch.tensor([[3.0, 1.0], [-2.0, 0.5], [0.4, -3.0]])
    found = seek(lambda z: z, line([1.0, 0.0], -0.5), start, steps=300, reach=0.1)
    assert found.z[:, 0].tolist() == pytest.approx([0.5] * 3, abs=5e-3)
    assert sorted(found.z[:, 1].tolist()) == pytest.approx([-3.0, 0.5, 1.0]), "along the boundary nothing moves it"
    assert found.entropy.tolist() == pytest.approx([np.log(2)] * 3, abs=1e-4)


def test_it_keeps_the_best_of_the_path_sorts_by_doubt_and_leaves_its_input_alone():
    from askance.learners.synthesis.latent import entropy_of, seek

    start = torch.tensor([[9.0, 0.0], [0.5, 0.0]])
    classify = line([1.0, 0.0], -0.5)
    found = seek(lambda z: z, classify, start, steps=1, reach=0.1)
    assert found.z[0].tolist() == [0.5, 0.0], "it began on the boundary, and no step leads to anything better"
    assert found.entropy.diff()[0] < 0
    assert start.tolist() == [[9.0, 0.0], [0.5, 0.0]]
    assert torch.allclose(entropy_of(classify(found.drawn)), found.entropy)
    assert entropy_of(torch.tensor([[0.0, 0, 0], [90.0, 0, 0]])).tolist() == pytest.approx([np.log(3), 0], abs=1e-6)


def test_what_is_retrieved_is_the_argmin_and_nobody_twice():
    from askance.learners.synthesis.nearest import Index

    rng = np.random.default_rng(0)
    rows, queries = rng.normal(size=(200, 5)).astype(np.float32), rng.normal(size=(9, 5)).astype(np.float32)
    index = Index(ops.key_ids(50, 200), rows)
    ids, which = index.retrieve(queries)
    far = ((queries[:, None] - rows[None]) ** 2).sum(2)
    taken: list[int] = []
    for q in range(9):
        far[q, taken] = np.inf
        taken.append(int(far[q].argmin()))
    assert ids.tolist() == index.ids[taken].tolist()
    assert which.tolist() == list(range(9))
    same, _ = index.retrieve(np.repeat(queries[:1], 4, 0))
    assert len(set(same.tolist())) == 4
    few, answered = index.among(index.ids[:3]).retrieve(queries)
    assert sorted(few) == sorted(index.ids[:3])
    assert len(answered) == 3
    assert len(index.among(index.ids[:0]).retrieve(queries)[0]) == 0


# ---- the generator


def test_the_critic_loss_by_hand():
    """A critic of slope 3: the penalty is 10 (3 - 1)^2, wherever it is taken."""
    from askance.learners.synthesis.gan import critic_loss

    critic = lambda x: 3 * x[:, 0]
    real, made = torch.tensor([[1.0], [2.0]]), torch.tensor([[0.0], [4.0]])
    found = critic_loss(critic, real, made, torch.tensor([0.2, 0.9]))
    assert found.item() == pytest.approx(3 * 2 - 3 * 1.5 + 10 * 4, rel=1e-5)


def test_photos_are_drawn_and_back_and_seen_as_a_network_sees_them():
    from askance.learners.synthesis.canvas import canvas_of
    from askance.learners.torch.batches import Feeding

    x = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (4, 10, 10, 3), dtype=np.uint8))
    canvas = canvas_of(x)
    feed = Feeding(torch.device("cpu"), (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))
    assert torch.equal(canvas.raw(canvas.drawn(x)), x)
    assert torch.allclose(canvas.seen(canvas.drawn(x), feed), feed(x), atol=1e-5)
    numbers = torch.randn(6, 2, 3, generator=torch.Generator().manual_seed(0))
    numbers[:, 0, 0] = 7.0
    canvas = canvas_of(numbers)
    assert torch.allclose(canvas.raw(canvas.drawn(numbers)), numbers, atol=1e-5)
    assert torch.allclose(canvas.seen(canvas.drawn(numbers), feed), numbers, atol=1e-5)


@pytest.mark.parametrize("side", [8, 10, 15])
def test_photos_of_any_side_can_be_made(side):
    from askance.learners.synthesis.canvas import canvas_of
    from askance.learners.synthesis.gan import gan
    from askance.learners.synthesis.plan import Plan

    made = gan(Plan(latent=3, gan_width=2), canvas_of(torch.zeros((2, side, side, 3), dtype=torch.uint8)))
    photo = made.generator(torch.randn(2, 3, generator=torch.Generator().manual_seed(0)))
    assert photo.shape == (2, 3, side, side)
    assert made.critic(photo).shape == (2,)


def blobs():
    rng = np.random.default_rng(0)
    return torch.from_numpy(
        (np.array([[-4.0, 5.0], [4.0, 5.0]])[np.arange(256) % 2] + rng.normal(size=(256, 2))).astype(np.float32)
    )


def test_a_generator_learns_the_mean_and_spread_of_a_pool(tmp_path):
    from askance.learners.synthesis.plan import Plan
    from askance.learners.synthesis.training import codes, learned

    plan = Plan(latent=2, gan=150, gan_width=4, gan_rate=1e-3)
    gan, canvas = learned(plan, blobs(), tmp_path, torch.device("cpu"), 60.0)
    with torch.no_grad():
        made = canvas.raw(gan.average.net(codes(np.random.default_rng(1), 500, 2, torch.device("cpu"))))
    assert made.mean(0).tolist() == pytest.approx([0, 5], abs=2)
    assert made[:, 0].std() > 1.5


KILLED = """
import os, signal, sys
from pathlib import Path
import torch
sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
from askance.progress import REPORTER
import test_synthesis as t

def report(what, total):
    return lambda done: os.kill(os.getpid(), signal.SIGKILL) if what.startswith("learning to") and done == 2 else None

REPORTER.set(report)
t.begun(Path(sys.argv[2]))
"""


def begun(folder):
    from askance.learners.synthesis.plan import Plan
    from askance.learners.synthesis.training import learned

    return learned(Plan(latent=2, gan=80, gan_width=1, gan_batch=8), blobs(), folder, torch.device("cpu"), 0.0)[0]


def test_a_run_that_was_killed_goes_on_to_the_same_generator_and_is_not_learned_twice(tmp_path):
    run = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path / "a")]
    assert subprocess.run(run, timeout=120).returncode == -signal.SIGKILL
    (path,) = (tmp_path / "a").glob("*.safetensors")
    again, whole = begun(tmp_path / "a").all().state_dict(), begun(tmp_path / "b").all().state_dict()
    assert all(torch.equal(t, whole[name]) for name, t in again.items())
    stamp = path.stat().st_mtime_ns
    begun(tmp_path / "a")
    assert path.stat().st_mtime_ns == stamp


# ---- the learner


def test_people_are_asked_about_real_samples_only_and_never_about_labelled_ones(tmp_path):
    one = make(tmp_path)
    one.prepare(EVERY)
    one.fit(KNOWN.take(np.arange(20)), LABELS[:20])
    said = one.signals(EVERY, SYNTHETIC)
    asked = said.ids[said["synthetic"] > 0]
    assert len(asked) == 5
    assert set(asked) <= set(EVERY.ids[20:])
    assert said["synthetic"].max() <= np.log(3) + 1e-6
    assert set(select("asal", said, 5).ids) == set(asked)
    assert set(one.synthesis.ids) == set(asked)
    assert one.synthesis.made.shape == (5, 4), "who asks for what was made up gets it"
    one.offer(EVERY.take(np.arange(30, 36)), 1)
    one.fit(KNOWN.take(np.arange(20)), LABELS[:20])
    assert set(one.synthesis.ids) <= set(EVERY.ids[30:36])


def test_what_is_asked_is_the_nearest_to_what_was_made_up(tmp_path):
    one = make(tmp_path, TINY.replace("queries=5", "queries=1") + "&space=plain")
    one.prepare(EVERY)
    one.fit(KNOWN.take(np.arange(20)), LABELS[:20])
    scale = EVERY.data.std(0)
    far = (((EVERY.data - one.synthesis.made[0]) / scale) ** 2).sum(1)
    far[:20] = np.inf
    assert one.synthesis.ids[0] == EVERY.ids[far.argmin()]


def test_what_was_made_up_is_more_doubtful_than_the_pool(tmp_path):
    one = make(tmp_path, TINY.replace("seek=10", "seek=100").replace("gan=30", "gan=100"))
    one.prepare(EVERY)
    one.fit(KNOWN.take(np.arange(20)), LABELS[:20])
    pool = ops.entropy_of(one.signals(EVERY, frozenset({"probs"}))["probs"])
    assert one.synthesis.entropy.min() > np.quantile(pool, 0.95)


def test_the_search_does_not_grow_with_the_pool(tmp_path):
    """The network is asked of made-up samples alone: so many for each step, in a pool ten times as large as well."""
    asked = []
    for n in (60, 600):
        pool, labels = arrays(n)
        one = make(tmp_path)
        one.prepare(pool)
        one.inner.fit(pool.take(np.arange(30)), labels[:30])
        rows = []
        hook = one.inner.asked().register_forward_pre_hook(lambda _, args, rows=rows: rows.append(len(args[0])))
        found = one._search(pool.ids[:30], 0)
        hook.remove()
        assert len(found.ids) == 5
        asked.append(sum(rows))
    assert asked == [5 * 11] * 2


def test_photos(tmp_path):
    from PIL import Image

    rng = np.random.default_rng(3)
    for i in range(24):
        pixels = rng.integers(0, 120, (16, 16, 3), dtype=np.uint8)
        pixels[:, :, i % 3] += 100
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
    paths = objects([str(tmp_path / f"{i}.png") for i in range(24)])
    photos = Samples(ops.key_ids(0, 24), "image", paths, paths)
    text = "asal:torch:tiny_nets:convolved?size=16&epochs=4&gan=5&gan_width=2&gan_batch=8&queries=3&latent=4&seek=5"
    one = make(tmp_path / "cache", text, "image")
    one.prepare(photos)
    one.fit(photos.take(np.arange(9)), ["rgb"[i % 3] for i in range(9)])
    assert one.synthesis.made.shape == (3, 16, 16, 3)
    assert one.synthesis.made.dtype == np.uint8
    assert (one.signals(photos, SYNTHETIC | {"probs"})["synthetic"] > 0).sum() == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("asal:linear", "asal:cnn or asal:torch"),
        (TINY + "&gan_seed=x", "must be a whole number"),
        (TINY + "&reach=0", "reach must be"),
        (TINY + "&space=far", "critic or plain"),
        (TINY + "&quaries=3", "quaries"),
    ],
)
def test_what_is_wrong_is_said(text, sentence, tmp_path):
    with pytest.raises(BadLearner, match=sentence):
        make(tmp_path, text)


def test_before_a_fit_and_without_asal_there_is_nothing(tmp_path):
    one = make(tmp_path)
    with pytest.raises((BadLearner, MissingSignal)):
        one.signals(EVERY, SYNTHETIC)
    with pytest.raises(BadLearner, match="fit it first"):
        one.save(tmp_path / "model")
    plain = make(tmp_path, "torch:tiny_nets:dense?epochs=1")
    plain.fit(KNOWN, LABELS[:40])
    with pytest.raises(MissingSignal, match="synthetic"):
        plain.signals(EVERY, SYNTHETIC)
