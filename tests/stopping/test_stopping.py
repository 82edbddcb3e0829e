"""Stopping rules: what each says on histories made by hand, and their text."""

import pickle
import subprocess
import sys
from dataclasses import dataclass
from math import isnan

import pytest

from askance import stopping as s
from askance.errors import BadConfig
from askance.history import History, Metric, Round
from askance.protocols import Verdict
from askance.stopping import parse
from askance.stopping.rule import RULES, Rule, bounded, rule


def rounds(n: int, **each: object) -> tuple[Round, ...]:
    """n rounds of 10 labels; each=[...] gives one value a round, oldest first."""
    return tuple(
        Round(i, 10 * (i + 1), 100 - 10 * i, **{name: values[i] for name, values in each.items()})  # type: ignore[index]
        for i in range(n)
    )


def validated(*values: float, half: float = 0.02, name: str = "accuracy", share: str = "validation") -> History:
    metrics = [{f"{name}@{share}": Metric(v, v - half, v + half, 120)} for v in values]
    return History(rounds=rounds(len(values), metrics=metrics), labels=10 * len(values))


def predicting(*sets: str) -> History:
    return History(rounds=rounds(len(sets), stop_set=[tuple(text) for text in sets]))


# -- each rule ---------------------------------------------------------------------------------------------------------


def test_budget_counts_labels_told() -> None:
    assert s.budget()(History(labels=499, budget=500)).stop is False
    verdict = s.budget()(History(labels=500, budget=500))
    assert (verdict.stop, verdict.value, verdict.rule) == (True, 500.0, "budget(labels=0)")
    assert verdict.why == "500 of the 500 labels of the budget are used"
    assert s.budget(labels=20)(History(labels=21)).stop is True
    assert s.budget()(History(labels=9)) == Verdict(
        False, pytest.approx(float("nan"), nan_ok=True), "9 labels were told, and no budget is set", "budget(labels=0)"
    )


def test_exhausted_when_nothing_is_unlabelled() -> None:
    assert s.exhausted()(History()).stop is False
    assert s.exhausted()(History(rounds=(Round(0, 90, 10),))).stop is False
    assert s.exhausted()(History(rounds=(Round(0, 90, 10), Round(1, 100, 0)))).stop is True


def test_target_needs_the_cautious_end_of_the_interval() -> None:
    at = s.target(at=0.95)
    assert at(validated(0.96)).stop is False  # 0.96 was measured, 0.94 is what it shows
    verdict = at(validated(0.5, 0.98))
    assert (verdict.stop, verdict.value) == (True, pytest.approx(0.96))
    assert "accuracy on 120 validation samples is at least 0.96 (estimate 0.98)" in verdict.why
    assert "the target of 0.95" in verdict.why


def test_target_of_what_should_be_low_takes_the_upper_end() -> None:
    at = s.target(metric="log_loss", at=0.3)
    assert at(validated(0.29, name="log_loss")).stop is False
    assert at(validated(0.27, name="log_loss")).stop is True


def test_the_test_set_never_stops_anything() -> None:
    for made in ("target", "plateau"):
        with pytest.raises(BadConfig, match="write metric='accuracy'"):
            parse(f"{made}(metric='accuracy@test')")
        with pytest.raises(BadConfig, match="plain name"):
            parse(f"{made}(metric='accuracy@validation')")
    perfect = validated(*[1.0] * 9, half=0.0, share="test")
    for name in RULES.names():
        assert not parse(name)(perfect).stop, name


def test_a_figure_that_is_missing_is_said_to_be() -> None:
    verdict = s.target(metric="acuracy", at=0.9)(validated(0.99))
    assert not verdict.stop
    assert isnan(verdict.value)
    assert "did you mean 'accuracy'" in verdict.why
    assert "not measured on a validation share yet" in s.target()(History()).why


def test_stabilizing_golden_kappa() -> None:
    """golden.md: [0,0,1,1] against [0,1,1,1] is .5; agreement on one class is 1.0 and not 0/0."""
    assert s.stabilizing(k=1, at=0.5)(predicting("0011", "0111")) == Verdict(
        True,
        0.5,
        "predictions on the stop set agree with a mean kappa of 0.5000 over the last round, at or above 0.5",
        "stabilizing(k=1, at=0.5)",
    )
    assert s.stabilizing(k=3)(predicting("aaaa", "aaaa", "aaaa", "aaaa")).value == 1.0


def test_stabilizing_means_over_the_last_k_alone() -> None:
    history = predicting("1010", "0011", "0111", "0111", "0111")
    assert s.stabilizing(k=2, at=0.99)(history).stop is True
    assert s.stabilizing(k=3, at=0.99)(history).value == pytest.approx((0.5 + 1 + 1) / 3)


def test_stabilizing_waits_for_enough_rounds_and_never_mixes_two_stop_sets() -> None:
    few = s.stabilizing(k=3)(predicting("01", "01", "01"))
    assert (few.stop, few.why) == (False, "k=3 needs 4 rounds of predictions on one stop set, and there are 3")
    changed = s.stabilizing(k=1)(predicting("01", "01", "011"))
    assert not changed.stop
    assert isnan(changed.value)
    warm_up = History(rounds=(Round(0, 0, 9), *predicting("01", "01").rounds))
    assert s.stabilizing(k=1)(warm_up).stop is True


def test_plateau_compares_the_window_with_all_before() -> None:
    rising = validated(0.5, 0.6, 0.7, 0.72, 0.74)
    assert s.plateau(window=2, gain=0.01)(rising).stop is False
    flat = validated(0.5, 0.7, 0.9, 0.899, 0.904)
    verdict = s.plateau(window=2, gain=0.005)(flat)
    assert (verdict.stop, verdict.value) == (True, pytest.approx(0.004))
    assert "improved by 0.004 over the last 2 rounds, less than the gain of 0.005" in verdict.why
    assert "fell 0.1 short" in s.plateau(window=1)(validated(0.9, 0.8)).why
    assert "6 measured rounds are needed, and there are 2" in s.plateau()(validated(0.9, 0.8)).why


def test_plateau_of_a_loss_looks_down() -> None:
    assert s.plateau(metric="log_loss", window=1)(validated(0.9, 0.5, name="log_loss")).stop is False
    assert s.plateau(metric="log_loss", window=1)(validated(0.5, 0.5, name="log_loss")).stop is True


def test_plateau_takes_the_certainty_where_nothing_was_validated() -> None:
    sure = [{"mean_max_prob": v} for v in (0.5, 0.8, 0.81)]
    verdict = s.plateau(window=1, gain=0.02)(History(rounds=rounds(3, certainty=sure)))
    assert verdict.stop
    assert verdict.why.startswith("mean certainty on the stop set improved by 0.01")


def test_uncertainty_reads_the_newest_round() -> None:
    doubts = [{"mean_entropy": v} for v in (0.04, 0.2)]
    assert s.uncertainty()(History(rounds=rounds(2, certainty=doubts))).stop is False
    assert s.uncertainty(at=0.2)(History(rounds=rounds(2, certainty=doubts))).stop is True
    assert isnan(s.uncertainty()(History()).value)


# -- all rules ---------------------------------------------------------------------------------------------------------


OURS = [
    "batch_variance",
    "budget",
    "classification_change",
    "contradictory",
    "delta_f",
    "entropy_mcs",
    "exhausted",
    "expected_error",
    "max_confidence",
    "oracle_accuracy",
    "performance_convergence",
    "plateau",
    "stabilizing",
    "target",
    "uncertainty",
    "uncertainty_convergence",
]


@pytest.mark.parametrize("name", OURS)
def test_every_rule_keeps_the_contract(name: str) -> None:
    made = parse(name)
    assert parse(repr(made)) == made == pickle.loads(pickle.dumps(made))
    assert hash(made) == hash(parse(name))
    about = RULES[name]
    assert about.doc
    assert about.paper
    for history in (History(), History(rounds=(Round(0, 0, 5),)), validated(*[0.9] * 7), predicting(*["ab"] * 5)):
        verdict = made(history)
        assert verdict.rule == repr(made)
        assert verdict.why
        assert "\n" not in verdict.why
        assert made(history) == verdict or isnan(verdict.value)


def test_the_list_is_complete_also_in_a_fresh_process() -> None:
    code = "from askance.stopping import RULES; print(*RULES.names())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.split() == OURS


def test_another_package_adds_a_rule_with_one_decorated_class() -> None:
    @rule("nobody 2020")
    @dataclass(frozen=True)
    class patience(Rule):
        """Stops after so many rounds."""

        rounds: int = bounded(3, low=1)

        def __call__(self, history: History) -> Verdict:
            n = len(history.rounds)
            return self.says(n >= self.rounds, n, f"{n} rounds of at most {self.rounds} were run")

    try:
        assert parse("patience(rounds=2) & exhausted")(History()).stop is False
        with pytest.raises(BadConfig, match="patience: rounds must be 1 or more, not 0"):
            parse("patience(rounds=0)")
        with pytest.raises(BadConfig, match="two stopping rules are named 'patience'"):
            rule("")(patience)
    finally:
        RULES._items.pop("patience")


# -- joining and text --------------------------------------------------------------------------------------------------


def test_either_and_both() -> None:
    done, good = History(labels=10, budget=10), validated(0.99)
    either, both = parse("budget | target(at=0.95)"), parse("budget & target(at=0.95)")
    assert [either(done).stop, either(good).stop, either(History()).stop] == [True, True, False]
    assert [both(done).stop, both(good).stop] == [False, False]
    assert both(History(rounds=good.rounds, labels=10, budget=10)).stop is True
    assert either(done).why == "10 of the 10 labels of the budget are used"  # only who decides is quoted
    assert "no budget" in both(good).why
    assert "; " in either(History()).why


@pytest.mark.parametrize(
    "text",
    [
        "budget(labels=0) | exhausted() & uncertainty(at=0.05)",
        "(budget(labels=0) | exhausted()) & uncertainty(at=0.05)",
        "budget(labels=0) | (exhausted() | uncertainty(at=0.05))",
        "budget(labels=0) & (exhausted() & uncertainty(at=0.05))",
        "budget(labels=0) | exhausted() | uncertainty(at=0.05)",
        "target(metric='macro_f1', at=0.9)",
    ],
)
def test_text_round_trips(text: str) -> None:
    assert repr(parse(text)) == text


def test_python_is_the_text() -> None:
    assert s.stabilizing(k=2) | s.target(at=0.9) & s.budget() == parse("stabilizing(k=2)|target(at=.9)&budget")


def test_judge_gives_every_rule_and_then_the_whole() -> None:
    verdicts = s.judge("budget | target", History(labels=3, budget=3))
    assert [v.stop for v in verdicts] == [True, False, True]
    assert verdicts[-1].rule == "budget(labels=0) | target(metric='accuracy', at=0.95)"
    assert len(s.judge("budget", History())) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stabilising(k=3)", "did you mean 'stabilizing'"),
        ("zzz", "there is batch_variance, budget"),
        ("target(att=0.9)", "it has metric, at; did you mean 'at'"),
        ("exhausted(k=1)", "it has none"),
        ("stabilizing(3)", "parameters by name"),
        ("stabilizing(k=0)", "k must be 1 or more, not 0"),
        ("stabilizing(k=2.5)", "k must be a whole number, not 2.5"),
        ("stabilizing(k=True)", "k must be a whole number, not True"),
        ("stabilizing(at=1.5)", "at must be from -1 to 1, not 1.5"),
        ("target(at='x')", "at must be a number"),
        ("target(at=1e999)", "at must be 0 or more, not inf"),
        ("target(at=95)", "a share from 0 to 1"),
        ("target(metric=3)", "metric must be a word in quotes"),
        ("budget(labels=1, labels=2)", "given twice"),
        ("budget(**{})", "no place"),
        ("budget + exhausted", "rules join with | and &"),
        ("budget(labels=open('x'))", "must be a number or a word in quotes"),
        ("().__class__", "cannot read"),
        ("budget |", "cannot read the stopping rule"),
        ("", "cannot read the stopping rule"),
        ("a\0b", "cannot read the stopping rule"),
        ("x" * 5000, "at most 4000 characters"),
        ("(" * 1500 + "budget" + ")" * 1500, "stopping rule"),
        ("|".join(["budget"] * 60), "at most 50 rules"),
    ],
)
def test_a_text_that_is_wrong_says_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(BadConfig) as caught:
        parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
