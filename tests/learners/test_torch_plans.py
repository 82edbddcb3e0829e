"""Fits that adapt to the labels, and what they do when numbers or memory run out."""

import dataclasses
import sys

import numpy as np
import pytest
from test_torch_training import arrays, learner, same, weights

from askance.errors import BadLearner, MissingExtra
from askance.learners.torch import make_torch_learner
from askance.learners.torch.settings import Settings
from askance.progress import REPORTER
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

PROBS = frozenset({"probs"})
SAMPLES, LABELS = arrays(40)


# ---- how long and how fast


@pytest.mark.parametrize(
    ("n", "options", "epochs"),
    [
        (64, {}, 100),  # four steps an epoch
        (64, {"least": 1000}, 250),
        (640, {"least": 1000}, 100),
        (640, {"most": 1000}, 25),
        (64, {"most": 1000}, 100),
        (6400, {"most": 100}, 1),
        (64, {"least": 800, "most": 1000}, 200),
    ],
)
def test_the_number_of_passes_follows_the_steps_that_are_asked_for(n, options, epochs):
    from askance.learners.torch.pace import paced

    assert paced(Settings(batch=16, **options), n).epochs == epochs


def test_patience_ends_nothing_before_the_least_steps():
    options = {"validation": 0.3, "patience": 1, "min_delta": 100, "rate": 0.001}
    short, long = learner(**options), learner(**options, least=36)
    assert len(short.fit(SAMPLES, LABELS).epochs) == 2, "the second epoch beats the first by too little"
    assert len(long.fit(SAMPLES, LABELS).epochs) == 18, "two steps an epoch"


def test_the_rate_rises_and_falls_along_a_cosine():
    from askance.learners.torch.pace import speed

    plan = Settings(schedule="cosine", warmup=0.2)
    over = np.linspace(0, 1, 101)
    found = np.array([speed(plan, s) for s in over])
    assert found[0] > 0
    assert found.argmax() == 20
    assert found[20] == pytest.approx(1)
    assert found[60] == pytest.approx(0.5)
    assert found[100] == pytest.approx(0, abs=1e-9)
    assert (np.diff(found[:21]) > 0).all()
    assert (np.diff(found[20:]) < 0).all()
    assert {speed(Settings(), s) for s in over} == {1.0}
    assert not same(*(fitted(schedule=word) for word in ("constant", "cosine")))


def fitted(**options):
    one = learner(**options)
    one.fit(SAMPLES, LABELS, seed=3)
    return one


def test_decay_is_on_weights_and_not_on_biases_and_normalisations():
    from tiny_nets import convolved

    from askance.learners.torch.training import split_decay

    net = convolved(3)
    deep, flat = split_decay(list(net.parameters()), 0.1)
    assert (deep["weight_decay"], flat["weight_decay"]) == (0.1, 0.0)
    names = {id(p): name for name, p in net.named_parameters()}
    assert {names[id(p)] for p in deep["params"]} == {"0.weight", "7.weight"}
    assert {names[id(p)] for p in flat["params"]} == {"0.bias", "1.weight", "1.bias", "7.bias"}


def test_shrink_and_perturb_begins_between_the_last_weights_and_new_ones(monkeypatch):
    from askance.learners.torch import fitting

    one = learner(start="shrink", shrink=0.5, perturb=0.25, epochs=2)
    one.fit(SAMPLES, LABELS, seed=1)
    old = {name: t.clone() for name, t in weights(one).items()}
    new = one.factory.network(3, 2).state_dict()
    begun = []

    class Watched(fitting.Trainer):
        def fit(self, train, held):
            begun.append({name: t.clone() for name, t in self.net.state_dict().items()})
            return super().fit(train, held)

    monkeypatch.setattr(fitting, "Trainer", Watched)
    assert one.fit(*arrays(60), seed=2).chosen["start"] == "shrink"
    assert all(torch.allclose(t, 0.5 * old[name] + 0.25 * new[name]) for name, t in begun[0].items())


def test_half_precision_learns_and_a_fit_repeats_itself():
    for precision in ("bf16", "f16"):
        a, b = (fitted(precision=precision, epochs=6) for _ in range(2))
        assert same(a, b)
        right = (a.signals(SAMPLES, PROBS)["probs"].argmax(1) == np.arange(40) % 3).mean()
        assert right > 0.7, precision


@pytest.mark.parametrize("options", [{"precision": "f16"}, {"schedule": "cosine", "least": 30}])
def test_a_fit_that_was_stopped_goes_on_with_its_scale_and_its_schedule(options, tmp_path):
    def stop(what, total):
        def done(n):
            if n == 4:
                raise KeyboardInterrupt

        return done

    options |= {"epochs": 7, "checkpoint": 0}
    whole, again = learner(**options), learner(tmp_path, **options)
    a = whole.fit(SAMPLES, LABELS, seed=3)
    token = REPORTER.set(stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            again.fit(SAMPLES, LABELS, seed=3)
    finally:
        REPORTER.reset(token)
    assert list((tmp_path / "fits").glob("*.safetensors"))
    b = again.fit(SAMPLES, LABELS, seed=3)
    assert a.epochs == b.epochs
    assert same(whole, again)


def test_what_is_made_ahead_comes_in_order_and_errors_come_through():
    from askance.learners.torch.ahead import ahead

    made = []

    def make(n):
        made.append(n)
        if n == 5:
            raise ZeroDivisionError
        return 10 * n

    found = ahead(make, range(9))
    assert [next(found) for _ in range(4)] == [0, 10, 20, 30]
    assert made[:4] == [0, 1, 2, 3]
    with pytest.raises(ZeroDivisionError):
        list(found)
    assert list(ahead(make, [])) == []


def test_a_compiler_that_fails_is_told_and_left_out(monkeypatch):
    def broken(net, **options):
        raise RuntimeError("no compiler here\nand more")

    plain = fitted()
    monkeypatch.setattr(torch, "compile", broken)
    one = learner(compile="yes")
    report = one.fit(SAMPLES, LABELS, seed=3)
    assert report.chosen["warnings"] == ["compile=yes was left out: RuntimeError: no compiler here"]
    assert same(one, plain)
    other = learner(compile="yes", add="learning_loss")
    assert "look into the network" in other.fit(SAMPLES, LABELS).chosen["warnings"][0]


# ---- calibration


def test_a_temperature_is_fitted_on_what_was_held_back_and_saved(tmp_path):
    samples, labels = arrays(90, spread=3.0)
    options = {"epochs": 60, "patience": 60, "rate": 0.05, "validation": 0.3}
    plain, cool = learner(**options), learner(**options, calibrate="temperature")
    plain.fit(samples, labels)
    report = cool.fit(samples, labels)
    t = report.chosen["temperature"]
    assert t > 0
    assert t != 1
    assert same(plain, cool)
    a, b = (one.signals(samples, frozenset({"probs", "logits"})) for one in (plain, cool))
    np.testing.assert_allclose(b["logits"], a["logits"] / t, rtol=1e-4, atol=1e-5)
    assert (a["probs"].argmax(1) == b["probs"].argmax(1)).all()

    def loss(said):
        rows = np.isin(samples.ids, cool._split.held)
        return -np.log(said["probs"][rows, np.searchsorted(cool.classes, np.array(labels)[rows])]).mean()

    assert loss(b) <= loss(a)
    cool.save(tmp_path)
    again = learner(**options, calibrate="temperature")
    again.load(tmp_path)
    np.testing.assert_array_equal(again.signals(samples, PROBS)["probs"], b["probs"])


# ---- what goes wrong


class Runaway(torch.nn.Module):
    """Good for some passes, then NaN."""

    def __init__(self, passes):
        super().__init__()
        self.last, self.left = torch.nn.Linear(4, 3), passes

    def forward(self, x):
        self.left -= self.training
        return self.last(x) / (1 if self.left >= 0 else 0)


def broken(cache, passes, **options):
    one = learner(cache, **options)
    one.factory = dataclasses.replace(one.factory, make=lambda classes: Runaway(passes))
    return one


def test_a_fit_that_diverges_keeps_its_last_good_weights_and_says_where(tmp_path):
    from askance.learners.torch import checkpoint

    one = broken(tmp_path, 9, checkpoint=0, validation=0.2)  # two steps an epoch: the fifth fails
    with pytest.raises(BadLearner, match=r"no longer finite in epoch 5; try a rate below 0\.01") as e:
        one.fit(SAMPLES, LABELS)
    (left,) = (tmp_path / "fits").glob("*")
    assert str(left) in str(e.value)
    groups, facts = checkpoint.read(left)
    assert f"best epoch, {facts['best_epoch']}, are in" in str(e.value)
    assert all(t.isfinite().all() for t in groups["weights"].values())
    assert len(facts["epochs"]) == 4
    with pytest.raises(BadLearner, match="no epoch before it was good"):
        broken(tmp_path, 0).fit(SAMPLES, LABELS)
    with pytest.raises(BadLearner, match="without a cache folder"):
        broken(None, 9).fit(SAMPLES, LABELS)


def test_a_fit_after_one_that_diverged_is_as_if_it_had_not_been(tmp_path):
    one, other = learner(tmp_path, start="warm"), learner(None, start="warm")
    for a in (one, other):
        a.fit(*arrays(30), seed=1)
    good, before = one.factory, {name: t.clone() for name, t in weights(one).items()}
    one.factory = dataclasses.replace(good, make=lambda classes: Poisoned(good.make(classes)))
    with pytest.raises(BadLearner):
        one.fit(SAMPLES, LABELS, seed=2)
    assert all(torch.equal(t, before[name]) for name, t in weights(one).items()), "what was learned is as it was"
    one.factory = good
    for a in (one, other):
        a.fit(SAMPLES, LABELS, seed=2)
    assert same(one, other)


class Poisoned(torch.nn.Sequential):
    """The same weights under the same names, and NaN out of them while training."""

    def __init__(self, net):
        super().__init__(*net)

    def forward(self, x):
        return super().forward(x) * (float("nan") if self.training else 1)


def failing(monkeypatch, times, message="DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"):
    from askance.learners.torch import caught

    real, left = caught.forward, [times]

    def forward(net, x, precision="f32"):
        if net.training and left[0]:
            left[0] -= 1
            raise torch.OutOfMemoryError("CUDA out of memory") if message is None else RuntimeError(message)
        return real(net, x, precision)

    monkeypatch.setattr(caught, "forward", forward)


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_without_memory_the_batch_is_halved_once_and_it_is_said(kind, monkeypatch):
    half = learner(batch=8)
    half.fit(SAMPLES, LABELS, seed=1)
    failing(monkeypatch, 1, *([None] if kind == "cuda" else []))
    one = learner(batch=16)
    report = one.fit(SAMPLES, LABELS, seed=1)
    assert report.chosen["batch"] == 8
    assert report.chosen["warnings"] == ["memory ran out with batch=16; the fit began again with batch=8"]
    assert same(one, half)
    failing(monkeypatch, 2)
    with pytest.raises(BadLearner, match="batch=16 and again with batch=8; set batch=2"):
        learner(batch=16).fit(SAMPLES, LABELS)


def test_a_batch_of_two_cannot_be_halved_and_other_faults_are_no_want_of_memory(monkeypatch):
    failing(monkeypatch, 1)
    with pytest.raises(BadLearner, match="with batch=2; set"):
        learner(batch=2).fit(SAMPLES, LABELS)
    failing(monkeypatch, 1, "something else")
    with pytest.raises(RuntimeError, match="something else"):
        learner().fit(SAMPLES, LABELS)


def test_a_network_that_runs_out_of_memory_itself_is_understood(monkeypatch):
    from askance.learners.torch import forward

    with pytest.raises(RuntimeError) as e:
        torch.empty(2**60)
    assert forward.out_of_memory(e.value), "the allocator's own words on this machine"
    assert not forward.out_of_memory(RuntimeError("shapes do not fit"))


# ---- tuning


def tuning(cache=None, **options):
    return learner(cache, tune=4, validation=0.3, epochs=4, **options)


def test_without_optuna_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r"pip install askance\[tune\]"):
        tuning().fit(SAMPLES, LABELS)
    with pytest.raises(BadLearner, match="set validation= above 0"):
        learner(tune=4, validation=0).fit(SAMPLES, LABELS)


def test_the_best_trial_is_chosen_and_the_fit_is_that_trial():
    extra("optuna")
    one, given = tuning(rate=3e-4), learner(rate=3e-4, validation=0.3, epochs=4)
    report, plain = one.fit(SAMPLES, LABELS, seed=1), given.fit(SAMPLES, LABELS, seed=1)
    chosen = report.chosen
    assert chosen["trials"] == 4
    assert chosen["given_loss"] == pytest.approx(plain.validation["loss"]), "the first trial is what was given"
    assert chosen["tuned_loss"] <= chosen["given_loss"]
    assert report.validation["loss"] == pytest.approx(chosen["tuned_loss"])
    by_hand = learner(rate=chosen["rate"], decay=chosen["decay"], schedule=chosen["schedule"], validation=0.3, epochs=4)
    by_hand.fit(SAMPLES, LABELS, seed=1)
    assert same(one, by_hand)
    assert "augment" not in chosen, "arrays are not augmented"


def test_a_tuning_repeats_itself_and_goes_on_after_a_stop(tmp_path, monkeypatch):
    extra("optuna")
    from askance.learners.torch import fitting

    whole = tuning()
    a = whole.fit(SAMPLES, LABELS, seed=1)
    fits, real = [], fitting.Fitting.once

    def once(self, *args):
        fits.append(args[1].rate)
        if len(fits) == 3:
            raise KeyboardInterrupt
        return real(self, *args)

    monkeypatch.setattr(fitting.Fitting, "once", once)
    again = tuning(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        again.fit(SAMPLES, LABELS, seed=1)
    b = again.fit(SAMPLES, LABELS, seed=1)
    assert len(fits) == 3 + 2 + 1, "two trials were written down; two and the last fit were left"
    assert (a.chosen, a.epochs) == (b.chosen, b.epochs)
    assert same(whole, again)
    assert not list((tmp_path / "fits").glob("*")), "nothing is left over"


def test_better_settings_are_found_and_a_trial_that_diverges_is_no_end():
    extra("optuna")
    from askance.learners.torch.tuning import Space, tuned

    def losses(plan):
        value = abs(np.log10(plan.rate / 0.005)) + (plan.schedule == "constant")
        return value + np.array([-0.01, 0.0, 0.01])

    plan, said = tuned(Space(Settings(tune=20), False), 0, losses)
    assert said["given_loss"] == pytest.approx(np.log10(5) + 1)
    assert said["tuned_loss"] == pytest.approx(losses(plan).mean())
    assert said["tuned_loss"] < 0.5
    trials = iter([[np.inf], [0.5, 0.5], [np.inf], [0.7, 0.7]])
    plan, said = tuned(Space(Settings(tune=4), True), 0, lambda p: np.array(next(trials)))
    assert said["tuned_loss"] == 0.5
    assert (plan.rate, plan.augment) == (said["rate"], said["augment"])
    with pytest.raises(BadLearner, match="none of the 4 trials"):
        tuned(Space(Settings(tune=4), False), 0, lambda p: np.array([np.inf]))


def test_what_was_given_may_stay_unless_another_is_clearly_better():
    """Ten points were lost in one fit to a rate that looked best on the 20 labels held back."""
    extra("optuna")
    from askance.learners.torch.tuning import Space, clearly, tuned

    given = np.array([1.0, 2.0, 3.0, 2.0])
    lucky = given - np.array([2.0, -0.8, -0.9, 0.5])  # lower by .2 on average, with a standard error of .68
    better = given - np.array([0.3, 0.1, 0.2, 0.2])
    assert not clearly(given, lucky)
    assert clearly(given, better)
    assert not clearly(given, given)
    assert not clearly(np.array([2.0]), np.array([1.0])), "of one sample nothing is clear"
    assert clearly(np.array([np.inf]), better)
    for other, choose, kept in ((lucky, "clear", True), (better, "clear", False), (lucky, "least", False)):
        trials = iter([given, other])
        settings = Settings(tune=2, choose=choose)
        plan, said = tuned(Space(settings, False), 0, lambda p, trials=trials: next(trials))
        assert (plan.rate == Settings().rate) is kept
        assert said["tuned_loss"] == (given if kept else other).mean()


def test_the_losses_that_trials_are_judged_by_are_those_of_the_validation():
    extra("optuna")
    one = tuning()
    report = one.fit(SAMPLES, LABELS, seed=1)
    assert report.validation["loss"] == pytest.approx(report.chosen["tuned_loss"])


def test_other_options_are_told_apart():
    with pytest.raises(BadLearner, match="calibrate must be none or temperature, not 'warmth'"):
        make_torch_learner("cnn", {"calibrate": "warmth"}, None)
