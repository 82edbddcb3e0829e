"""What is made of the signals of add-ons, by hand."""

import numpy as np
import pytest

from askance.ops import key_ids
from askance.select import select
from askance.signals import Signals


def utility(strategy, **columns):
    columns = {name: np.asarray(a, float) for name, a in columns.items()}
    n = len(next(iter(columns.values())))
    got = select(strategy, Signals(key_ids(0, n), columns), n)
    out = dict(zip(got.ids.tolist(), got.utility.tolist(), strict=True))
    return [out[i] for i in key_ids(0, n).tolist()]


@pytest.mark.parametrize("strategy", ["vaal", "ta_vaal"])
def test_vaal_asks_for_what_looks_least_labelled(strategy):
    assert utility(strategy, labelled_like=[0.9, 0.25, 0.5]) == pytest.approx([0.1, 0.75, 0.5])


def test_mal_is_entropy_of_what_is_not_like_the_labelled():
    said = utility("mal", probs=[[0.5, 0.5], [1.0, 0.0], [0.5, 0.5]], labelled_like=[0.0, 0.0, 0.75])
    assert said == pytest.approx([np.log(2), 0.0, np.log(2) / 4])


def test_waal_is_the_critic_less_the_bounds_on_the_loss():
    """Two classes, p = 1/2: |log p|_1 = 2 log 2, |log p|_2 = sqrt(2) log 2."""
    x = 10 * 0.3 - (2 + 2**0.5) * np.log(2) / 2
    certain = -(87.3365447 * 1.0 + 87.3365447) / 2
    said = utility("waal", probs=[[0.5, 0.5], [1.0, 0.0]], critic=[0.3, 0.0])
    assert said == pytest.approx([(1 + v / (1 + abs(v))) / 2 for v in (x, certain)])
    order = utility("waal(selection=0)", probs=[[0.6, 0.4], [0.5, 0.5], [0.99, 0.01]], critic=[9, 0, 0])
    assert np.argsort(order).tolist() == [2, 0, 1]


def test_what_is_near_a_boundary_comes_first():
    assert utility("deepfool", boundary=[0.0, 1.0, 3.0]) == pytest.approx([1.0, 0.5, 0.25])
    assert utility("bim", flip=[0.0, 1.0, 1e30]) == pytest.approx([1.0, 0.5, 0.0])
    assert utility("egl_input", pull=[0.0, 2.5]) == [0.0, 2.5]


def test_a_predicted_loss_below_0_is_no_error_and_the_order_is_kept():
    said = utility("learning_loss", loss=[-300.0, -1.0, 0.0, 1.0, -300.001])
    assert said[2] == 0.5
    assert said[1] == 0.25
    assert np.argsort(said).tolist() == [4, 0, 1, 2, 3]


COURSE = np.array(
    [
        [[0.6, 0.4], [0.3, 0.7], [0.8, 0.2]],  # said the first, forgot it, says it again
        [[0.4, 0.6], [0.5, 0.5], [0.1, 0.9]],
    ]
)


def test_what_was_said_over_the_epochs():
    assert utility("epochs_forgotten", course=COURSE)[0] == 1
    assert utility("variability", course=COURSE) == pytest.approx([np.std([0.6, 0.3, 0.8]), np.std([0.6, 0.5, 0.9])])
    assert utility("hard_to_learn", course=COURSE) == pytest.approx([1 - 1.7 / 3, 1 - 2.0 / 3])
    assert utility("tod", course=COURSE) == pytest.approx([0.5 * 2**0.5, 0.4 * 2**0.5])
    assert utility("tod(back=2)", course=COURSE) == pytest.approx([0.2 * 2**0.5, 0.3 * 2**0.5])
    assert utility("tod(back=9)", course=COURSE[:, 1:]) == pytest.approx([0.5 * 2**0.5, 0.4 * 2**0.5])
