"""Strong and weak views: what they keep, what they change, and that they repeat themselves."""

import numpy as np
import pytest

from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

from askance.learners.torch import augmenting  # noqa: E402


def photos(n=24, side=16):
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (n, side, side, 3), dtype=np.uint8))


def test_a_strong_view_is_bytes_of_the_same_shape_and_depends_on_the_generator_alone():
    x = photos()
    before = x.clone()
    one, two = (augmenting.strong(x, np.random.default_rng(5)) for _ in range(2))
    assert one.dtype == torch.uint8
    assert one.shape == x.shape
    assert torch.equal(one, two)
    assert torch.equal(x, before), "the photos that are handed in stay as they are"
    assert not torch.equal(one, augmenting.strong(x, np.random.default_rng(6)))


def test_each_photo_is_changed_for_itself():
    x = photos(1).expand(40, -1, -1, -1).contiguous()
    out = augmenting.strong(x, np.random.default_rng(0))
    assert len({bytes(o.numpy().tobytes()) for o in out}) > 35


@pytest.mark.parametrize("name", [f.__name__ for f in augmenting.OPERATIONS])
def test_an_operation_at_its_neutral_strength_changes_nothing(name):
    """Half strength moves nothing and is factor 1; solarising has none below 256, posterising
    keeps all bits at 1; stretching a photo that spans 0..255 is nothing."""
    operation = getattr(augmenting, name)
    neutral = {"_posterized": 1.0, "_solarized": 1.0}.get(name, 0.5)
    x = photos(3).permute(0, 3, 1, 2).float()
    x[:, :, 0, 0], x[:, :, 0, 1] = 0, 255
    assert torch.allclose(operation(x, torch.full((3,), neutral)), x, atol=1e-3)


def test_operations_by_hand():
    x = torch.tensor([10.0, 200.0]).view(1, 1, 1, 2).expand(1, 3, 1, 2)
    s = torch.tensor([0.0])
    assert augmenting._brightness(x, s)[0, 0, 0].tolist() == pytest.approx([0.5, 10.0])
    assert augmenting._contrast(x, s)[0, 0, 0].tolist() == pytest.approx([105 - 0.05 * 95, 105 + 0.05 * 95])
    assert augmenting._solarized(x, torch.tensor([0.5]))[0, 0, 0].tolist() == [10, 55]
    assert augmenting._posterized(x, s)[0, 0, 0].tolist() == [0, 192], "4 bits: steps of 16"
    assert augmenting._auto_contrast(x, s)[0, 0, 0].tolist() == [0, 255]
    assert augmenting._auto_contrast(torch.full_like(x, 9), s)[0, 0, 0].tolist() == [9, 9]


def test_what_is_moved_moves_by_as_much_as_it_should():
    x = torch.full((1, 3, 20, 20), 127.0)
    x[:, :, 10, 10] = 255
    right = augmenting._shifted_x(x, torch.tensor([1.0]))  # by 0.3 of 20 pixels; the content goes left
    assert right[0, 0, 10, 4] == 255
    assert augmenting._shifted_y(x, torch.tensor([0.0]))[0, 0, 16, 10] == 255


def test_the_grey_square_covers_a_quarter_at_most_and_less_at_the_edge():
    x = torch.zeros((200, 16, 16, 3), dtype=torch.uint8)
    out = augmenting.cutout(x, np.random.default_rng(0), 0.5)
    covered = (out == 127).all(3).float().mean((1, 2))
    assert covered.max() <= 0.25 + 1e-6
    assert 0.02 < covered.mean() < 0.15
    assert torch.equal(augmenting.cutout(x, np.random.default_rng(0), 0.0), x)


def test_arrays_get_noise_of_their_own_scale_and_numbers_of_their_own_column():
    rng = np.random.default_rng(0)
    x = torch.from_numpy((rng.normal(size=(4000, 3)) * [1, 100, 0] + [0, 0, 7]).astype(np.float32))
    moved = augmenting.noisy(x, np.random.default_rng(1)) - x
    assert moved.std(0).tolist() == pytest.approx([0.1, 10, 0], rel=0.05)
    out = augmenting.swapped(x, np.random.default_rng(1))
    assert all(set(out[:, c].tolist()) <= set(x[:, c].tolist()) for c in range(3))
    assert (out != x)[:, :2].float().mean() == pytest.approx(0.2, abs=0.02)
    assert torch.equal(augmenting.strong(x, np.random.default_rng(2)), augmenting.strong(x, np.random.default_rng(2)))


def test_texts_stay_as_they_are_and_have_no_strong_view():
    from askance.errors import BadLearner

    tokens = torch.ones((4, 2, 6), dtype=torch.int64)
    assert torch.equal(augmenting.weak(tokens, np.random.default_rng(0)), tokens)
    with pytest.raises(BadLearner, match="pseudo_label, propagation or mean_teacher"):
        augmenting.strong(tokens, np.random.default_rng(0))
