"""Add-ons in a whole loop: samples are offered before each fit, and what is told of it can be stored."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from test_torch_addons import learner
from test_torch_training import arrays

from askance.pools import open_pool
from askance.simulate import simulate
from extras import extra

extra("torch")
pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("add", "strategy"),
    [
        ("vaal", "vaal"),
        ("mal+dynamics", "mal"),
        ("waal", "waal | top(x=3) | kmeans"),
        ("dynamics", "variability + tod"),
    ],
)
def test_it_goes_round_until_the_pool_is_used_up(add, strategy):
    samples, labels = arrays(60)
    pool = open_pool(np.asarray(samples.data))
    truth = dict(zip(pool.ids.tolist(), labels, strict=True))
    done = simulate(
        pool, lambda: learner(add=add, epochs=2), strategy, truth, batch=15, warmup=15, test=0.25, validation=0.0
    )
    assert done.rounds[-1].unlabeled == 0
    fits = [r.fit for r in done.rounds if r.fit]
    assert len(fits) >= 3
    told = json.loads(json.dumps([asdict(f) for f in fits]))
    assert ("dynamics" in told[0]["chosen"]) == ("dynamics" in add)
