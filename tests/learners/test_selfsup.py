"""Features from the pool itself: the losses by hand, the views, and a run that is killed and goes on."""

import atexit
import signal
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import numpy as np
import pytest
from contract import CHECKS, Case, same_in_another_process
from PIL import Image

from askance import ops
from askance.errors import BadLearner
from askance.learners import make_learner
from askance.samples import Samples, objects
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

N = 52
CLASS = np.arange(N) % 3
TINY = "ssl:simclr?epochs=2&size=8&batch=16&width=4&checkpoint=0"
EMBEDDINGS = frozenset({"embeddings"})


def folder(name):
    made = Path(mkdtemp(prefix=f"askance-{name}-"))
    atexit.register(rmtree, made, ignore_errors=True)
    return made


def photo_files():
    rng, where = np.random.default_rng(0), folder("photos")
    for n, c in enumerate(CLASS):
        pixels = rng.integers(0, 120, (12, 10, 3), dtype=np.uint8)
        pixels[:, :, c] += 100
        Image.fromarray(pixels).save(where / f"{n}.png")
    return [str(where / f"{n}.png") for n in range(N)]


EVERY = Samples(ops.key_ids(0, N), "image", objects(photo_files()), objects([f"photo {n}" for n in range(N)]))
KNOWN, LABELS, UNSEEN = EVERY.take(np.arange(40)), ["abc"[c] for c in CLASS[:40]], EVERY.take(np.arange(40, N))
CACHE = folder("cache")


def case(text):
    return Case(lambda: make_learner(text, pool_kind="image", cache=CACHE), KNOWN, LABELS, UNSEEN, rtol=2e-3)


CASES = {"simclr": case(TINY), "vicreg": case(TINY.replace("simclr", "vicreg") + "&members=3")}


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("name", CASES)
def test_contract(name, check, tmp_path):
    check(CASES[name], tmp_path)


def test_same_in_another_process(tmp_path):
    same_in_another_process(__name__, __file__, CASES, tmp_path)


# ---- losses


def test_nt_xent_of_four_vectors_by_hand():
    """Two photos, a pair of views each, at right angles or alike: cosines 1 and 0, temperature 0.5."""
    from askance.learners.selfsup.losses import nt_xent

    e1, e2 = [1.0, 0.0], [0.0, 1.0]
    a, b = torch.tensor([e1, e2]), torch.tensor([e1, e2])
    found = np.log(np.exp(2) + 2) - 2  # of each view: its other at cosine 1, two more at 0
    assert nt_xent(a, b).item() == pytest.approx(found, abs=1e-6)
    assert nt_xent(3 * a, b / 7).item() == pytest.approx(found, abs=1e-6), "lengths do not matter"
    crossed = np.log(np.exp(2) + 2)  # the other is at 0, and somebody else's at 1
    assert nt_xent(a, b.flip(0)).item() == pytest.approx(crossed, abs=1e-6)
    a = torch.tensor([[1.0, 0.0], [3.0, 4.0]])
    b = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    z = np.array([[1, 0], [0.6, 0.8], [0, 1], [1, 0]])
    e = np.exp(z @ z.T / 0.2)
    np.fill_diagonal(e, 0)
    by_hand = np.mean([-np.log(e[i, (i + 2) % 4] / e[i].sum()) for i in range(4)])
    assert nt_xent(a, b, 0.2).item() == pytest.approx(by_hand, rel=1e-5)


def test_the_terms_of_vicreg_by_hand():
    from askance.learners.selfsup.losses import vicreg, vicreg_terms

    a = torch.tensor([[0.0, 0.0], [1.0, 1.0]])  # each column has variance 1/2, and so is their covariance
    b = torch.tensor([[2.0, 0.0], [-2.0, 0.0]])  # variance 8 and 0, covariance 0
    found = vicreg_terms(a, b)
    assert found.invariance.item() == pytest.approx((4 + 0 + 9 + 1) / 4)
    lacking = 1 - np.sqrt(0.5 + 1e-4)
    assert found.variance.item() == pytest.approx((lacking + (0 + 1 - np.sqrt(1e-4)) / 2) / 2, abs=1e-6)
    assert found.covariance.item() == pytest.approx(2 * 0.25 / 2)
    total = 25 * found.invariance + 25 * found.variance + found.covariance
    assert vicreg(a, b).item() == pytest.approx(total.item())
    collapsed = torch.ones(6, 3)
    assert vicreg_terms(collapsed, collapsed).variance.item() == pytest.approx(0.99), "collapse is what it costs"


# ---- views


def test_views_are_photos_and_depend_on_the_generator_alone():
    from askance.learners.selfsup.views import grey, view

    x = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (30, 12, 12, 3), dtype=np.uint8))
    one = view(x, np.random.default_rng(1))
    assert one.shape == (30, 3, 12, 12)
    assert 0 <= one.min() <= one.max() <= 1
    assert torch.equal(one, view(x, np.random.default_rng(1)))
    assert not torch.allclose(one, view(x, np.random.default_rng(2)))
    colourless = (one - grey(one)).abs().amax((1, 2, 3)) < 1e-6
    assert 0 < colourless.sum() < 15


def test_the_whole_part_is_the_photo_and_a_plain_photo_stays_plain():
    from askance.learners.selfsup import views

    x = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    plain = torch.full((8, 3, 9, 9), 0.3)
    assert torch.allclose(views.cropped(plain, np.random.default_rng(0)), plain, atol=1e-6)
    assert torch.equal(views.jittered(x, np.random.default_rng(0), chance=0), x)
    bright = views.jittered(plain, np.random.default_rng(0), chance=1.0)
    assert bright.std((1, 2, 3)).max() < 1e-6, "brightness alone changes a plain grey photo"
    assert bright[:, 0, 0, 0].min() > 0.3 * 0.6 - 1e-6
    assert bright[:, 0, 0, 0].max() < 0.3 * 1.4 + 1e-6


# ---- the learner


def test_there_are_embeddings_before_any_label_and_they_choose_a_first_batch(tmp_path):
    from askance.select import select

    learner = make_learner(TINY, pool_kind="image", cache=tmp_path)
    with pytest.raises(BadLearner, match="prepare"):
        learner.signals(EVERY, EMBEDDINGS)
    learner.prepare(EVERY)
    cold = learner.signals(EVERY, EMBEDDINGS)
    assert cold["embeddings"].shape == (N, 32)
    for strategy in ("typiclust", "prob_cover"):
        assert len(select(strategy, cold, 6).ids) == 6


def test_what_was_learned_is_kept_and_other_settings_are_learned_anew(tmp_path):
    one, two, other = (make_learner(t, pool_kind="image", cache=tmp_path) for t in (TINY, TINY, TINY + "&seed=1"))
    one.prepare(EVERY)
    files = set((tmp_path / "ssl").iterdir())
    assert [f.suffix for f in files] == [".safetensors"]
    stamp = next(iter(files)).stat().st_mtime_ns
    two.prepare(EVERY)
    assert next(iter(files)).stat().st_mtime_ns == stamp, "not learned twice"
    other.prepare(EVERY)
    assert len(list((tmp_path / "ssl").iterdir())) == 2
    x, y, z = (a.signals(EVERY, EMBEDDINGS)["embeddings"] for a in (one, two, other))
    assert np.array_equal(x, y)
    assert not np.allclose(x, z)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
from askance.progress import REPORTER
import test_selfsup as t
from askance.learners.selfsup.recipe import Recipe
from askance.learners.selfsup.training import learned

def report(what, total):
    return lambda done: os.kill(os.getpid(), signal.SIGKILL) if what.startswith("learning") and done == 3 else None

REPORTER.set(report)
learned(t.SHORT, t.noise_photos(), Path(sys.argv[2]))
"""


def noise_photos():
    return torch.from_numpy(np.random.default_rng(5).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8))


def short():
    from askance.learners.selfsup.recipe import Recipe

    return Recipe("vicreg", size=8, epochs=5, batch=8, width=2, checkpoint=0)


SHORT = short()


def test_a_run_that_was_killed_goes_on_to_the_same_weights(tmp_path):
    from askance.learners.selfsup.training import learned

    run = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path / "a")]
    assert subprocess.run(run, timeout=120).returncode == -signal.SIGKILL
    assert list((tmp_path / "a").glob("*.safetensors"))
    again, whole = learned(SHORT, noise_photos(), tmp_path / "a"), learned(SHORT, noise_photos(), tmp_path / "b")
    assert again.keys() == whole.keys()
    assert all(torch.equal(t, whole[name]) for name, t in again.items())


def test_a_damaged_file_is_learned_over(tmp_path):
    from askance.learners.selfsup.training import learned

    weights = learned(SHORT, noise_photos(), tmp_path)
    (path,) = tmp_path.glob("*.safetensors")
    path.write_bytes(path.read_bytes()[:100])
    again = learned(SHORT, noise_photos(), tmp_path)
    assert all(torch.equal(t, weights[name]) for name, t in again.items())


@pytest.mark.parametrize(("method", "epochs"), [("simclr", 20), ("vicreg", 40)])
def test_a_view_finds_the_other_of_its_photo_more_often_than_before(method, epochs):
    """Photos of coarse random patterns: the nearest of the second views is the right one."""
    from askance.learners.selfsup.encoder import pair
    from askance.learners.selfsup.recipe import Recipe
    from askance.learners.selfsup.training import learned
    from askance.learners.selfsup.views import view

    coarse = np.random.default_rng(5).integers(0, 256, (64, 3, 3, 3), dtype=np.uint8)
    x = torch.from_numpy(coarse.repeat(4, 1).repeat(4, 2))
    recipe = Recipe(method, size=12, epochs=epochs, batch=32, width=8, rate=5e-3)

    def found(net, seed):
        rng = np.random.default_rng(seed)
        with torch.no_grad():
            a, b = net(view(x, rng)), net(view(x, rng))
        z, w = (torch.nn.functional.normalize(v - v.mean(0), dim=1) for v in (a, b))
        return ((z @ w.T).argmax(1) == torch.arange(64)).float().mean().item()

    net = pair(recipe).encoder.eval()
    before = np.mean([found(net, s) for s in range(3)])
    net.load_state_dict(learned(recipe, x, folder("none")))
    assert np.mean([found(net, s) for s in range(3)]) > 1.5 * before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ssl:simclr?epoch=3", "did you mean 'epochs'"),
        ("ssl:simclr?epochs=many", "epochs must be a whole number"),
        ("ssl:simclr?size=4", "size must be 8 or more"),
        ("ssl:simcl", "did you mean 'simclr'"),
        ("ssl:", "not complete"),
    ],
)
def test_what_is_wrong_is_said(text, sentence):
    with pytest.raises(BadLearner, match=sentence):
        make_learner(text, pool_kind="image")


def test_too_few_photos_and_another_shape(tmp_path):
    learner = make_learner(TINY, pool_kind="image", cache=tmp_path)
    with pytest.raises(BadLearner, match="needs 4 photos"):
        learner.prepare(EVERY.take(np.arange(3)))
    learner.prepare(EVERY)
    learner.fit(KNOWN, LABELS)
    learner.save(tmp_path / "model")
    with pytest.raises(BadLearner, match="was learned by"):
        make_learner(TINY.replace("size=8", "size=9"), pool_kind="image", cache=tmp_path).load(tmp_path / "model")


def test_the_learners_on_the_page_can_be_made(tmp_path):
    import re

    page = (Path(__file__).parents[2] / "docs" / "semi-supervised.md").read_text()
    texts = re.findall(r'--learner "([^"]+)"', page)
    assert len(texts) == 3
    for text in texts:
        make_learner(text, pool_kind="image", cache=tmp_path)
