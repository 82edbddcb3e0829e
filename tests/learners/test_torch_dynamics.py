"""How a fit went: which labels were forgotten, what was said at which epoch, and that watching changes nothing."""

import numpy as np
import pytest
from test_torch_addons import learner
from test_torch_training import arrays, same

from askance import ops
from askance.errors import BadLearner
from askance.ops.forgetting import forgotten
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

COURSE = frozenset({"course"})


def bits(*rows):
    return np.array([[c == "1" for c in row] for row in rows])


def test_forgetting_events_of_the_paper():
    """shared/reference/papers.md, 3.10."""
    said = forgotten(bits("01101", "00000", "11111", "10101", "00001", "10000"))
    assert said.tolist() == [1, np.inf, 0, 2, 0, 1]
    assert forgotten(bits("1", "0")).tolist() == [0, np.inf]


def test_the_tally_of_epochs_is_the_same_as_counting_at_the_end():
    from askance.learners.torch.addons.dynamics import Tally

    rng = np.random.default_rng(0)
    probs, y = rng.dirichlet(np.ones(3), (30, 7)), rng.integers(0, 3, 7)
    tally = Tally(7)
    for p in probs:
        tally.note(torch.from_numpy(p), torch.from_numpy(y))
    mine = probs[:, np.arange(7), y]
    right = probs.argmax(2) == y
    found = tally.figures()
    assert found["forgotten"].tolist() == forgotten(right.T).tolist()
    assert found["confidence"] == pytest.approx(mine.mean(0))
    assert found["variability"] == pytest.approx(mine.std(0))
    assert found["correctness"] == pytest.approx(right.mean(0))


@pytest.mark.parametrize(
    ("keep", "epochs", "kept"), [(1, 1, [1]), (3, 2, [1, 2]), (3, 4, [2, 4]), (4, 9, [2, 4, 6, 8])]
)
def test_copies_are_kept_evenly_over_the_epochs(keep, epochs, kept):
    from askance.learners.torch.addons.dynamics import Past

    net = torch.nn.Linear(2, 1)
    past = Past(net, keep)
    for epoch in range(1, epochs + 1):
        net.weight.data.fill_(epoch)
        past.note(net, epoch)
    assert past.at[past.at > 0].tolist() == kept
    assert [state["weight"][0, 0].item() for state in past.states()] == kept
    past.note(net, 1)
    assert past.at[past.at > 0].tolist() == [1], "the first epoch of another fit begins anew"


def test_watching_changes_nothing_and_the_last_of_the_course_is_what_is_said_now():
    samples, labels = arrays()
    watched, plain = learner(add="dynamics"), learner(add="")
    watched.fit(samples, labels)
    plain.fit(samples, labels)
    assert same(watched, plain)
    said = watched.signals(samples, COURSE | {"probs"})
    assert said["course"].shape[0] == 90
    assert 2 <= said["course"].shape[1] <= 6
    assert said["course"][:, -1] == pytest.approx(said["probs"], abs=1e-6)
    assert said["course"].sum(2) == pytest.approx(1, abs=1e-5)
    assert len(watched.signals(samples.take(np.zeros(0, np.int64)), COURSE)["course"]) == 0


def test_the_course_of_an_epoch_is_what_a_fit_of_so_many_epochs_says():
    samples, labels = arrays(60)
    options = {"validation": 0, "patience": 50, "factory": "bent"}
    long, short = learner(add="dynamics", epochs=4, **options), learner(add="", epochs=2, **options)
    long.fit(samples, labels)
    short.fit(samples, labels)
    course = long.signals(samples, COURSE)["course"]
    assert course.shape[1] == 5, "four epochs, and the network that is asked"
    assert course[:, 1] == pytest.approx(short.signals(samples, frozenset({"probs"}))["probs"], abs=1e-6)


def test_wrong_labels_are_the_ones_that_training_cannot_fit():
    samples, labels = arrays(150, spread=0.4)
    wrong = np.arange(0, 150, 14)
    names = np.array(labels, object)
    names[wrong] = [{"a": "b", "b": "c", "c": "a"}[n] for n in names[wrong]]
    one = learner(add="dynamics", epochs=20, patience=50, validation=0)
    told = one.fit(samples, names.tolist()).chosen["dynamics"]
    found = [row["id"] for row in told["suspicious"]]
    expected = {ops.hex_id(i) for i in samples.ids[wrong]}
    assert len(expected & set(found[: len(wrong)])) >= len(wrong) - 1
    assert told["never_learned"] >= 5
    sure = [row["confidence"] for row in told["suspicious"]]
    assert sure == sorted(sure)
    assert sure[-1] < 0.5


def test_all_epochs_count_also_those_after_the_best_one():
    samples, labels = arrays()
    one = learner(add="dynamics", patience=3, epochs=40, rate=0.05)
    report = one.fit(samples, labels)
    assert report.chosen["best_epoch"] < report.chosen["epochs"]
    tally = one._company.parts["dynamics"].own.tally
    assert int(tally.epochs) == report.chosen["best_epoch"], "what is saved is of the best"
    halves = tally.whole["correctness"] * report.chosen["epochs"]
    assert halves == pytest.approx(np.round(halves)), "a share of all epochs"


def test_it_is_saved_loaded_and_goes_on_in_a_warm_fit(tmp_path):
    samples, labels = arrays()
    one, other = learner(add="dynamics"), learner(add="dynamics")
    one.fit(samples, labels)
    one.save(tmp_path)
    other.load(tmp_path)
    assert np.array_equal(one.signals(samples, COURSE)["course"], other.signals(samples, COURSE)["course"])
    warm = learner(add="dynamics", start="warm", epochs=3)
    warm.fit(*arrays(60))
    told = warm.fit(samples, labels).chosen
    assert told["start"] == "warm"
    assert warm._company.parts["dynamics"].own.tally.whole["confidence"].shape == (told["trained_on"],)


def test_what_is_wrong_is_said():
    with pytest.raises(BadLearner, match="keep of 1 or more"):
        learner(add="dynamics", dynamics__keep=0)
