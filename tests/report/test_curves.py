"""Learning curves: how runs become one, areas, and who stands where."""

from dataclasses import replace

import numpy as np
import pytest
from making import made_up
from scipy import stats

from askance import metrics as m
from askance.history import History, Metric, Round
from askance.report.curves import common_grid, curve, main_metric, points, said, seed_of, standings


def run(seed: int | None, pairs: list[tuple[int, float]]) -> History:
    rounds = tuple(
        Round(i, n, 0, metrics={"accuracy@test": Metric(v, v - 0.1, v + 0.1, 9)}) for i, (n, v) in enumerate(pairs)
    )
    return History({} if seed is None else {"seed": seed}, rounds)


def test_one_run_keeps_its_own_intervals() -> None:
    c = curve("a", [run(0, [(10, 0.5), (20, 0.7)])], "accuracy@test")
    assert c is not None
    assert (c.seeds, list(c.values), list(c.low)) == (1, [0.5, 0.7], [0.4, pytest.approx(0.6)])


def test_several_runs_become_a_mean_with_students_band() -> None:
    values = [0.70, 0.74, 0.75]
    c = curve("a", [run(s, [(10, 0.5), (20, v)]) for s, v in enumerate(values)], "accuracy@test")
    assert c is not None
    ends = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (c.seeds, c.values[1]) == (3, pytest.approx(np.mean(values)))
    assert (c.low[1], c.high[1]) == pytest.approx(ends)
    assert c.low[0] == c.high[0] == 0.5


def test_runs_measured_at_other_labels_meet_on_the_line_between() -> None:
    a, b = run(0, [(10, 0.5), (20, 0.6), (30, 0.7)]), run(1, [(15, 0.5), (25, 0.7)])
    c = curve("a", [a, b], "accuracy@test")
    assert c is not None
    assert list(c.labels) == [20]
    assert c.values[0] == pytest.approx((0.6 + 0.6) / 2)
    assert list(common_grid([points(a, "accuracy@test")] * 2)) == [10, 20, 30]


def test_runs_that_share_no_labels_leave_the_first() -> None:
    c = curve("a", [run(0, [(10, 0.5)]), run(1, [(99, 0.9)])], "accuracy@test")
    assert c is not None
    assert (c.seeds, list(c.labels)) == (1, [10])


def test_the_last_word_on_a_label_count_holds() -> None:
    assert points(run(0, [(10, 0.5), (10, 0.6), (20, 0.7)]), "accuracy@test")[:, 1].tolist() == [0.6, 0.7]


def test_the_curve_shows_the_test_set_or_else_the_validation_share() -> None:
    both = History(
        rounds=(Round(0, 1, 1, metrics={f"accuracy@{s}": Metric(1, 1, 1, 1) for s in ("validation", "test")}),)
    )
    assert main_metric(both) == "accuracy@test"
    assert main_metric(History(rounds=(Round(0, 1, 1),))) is None
    assert said("accuracy@validation") == "Accuracy on the validation share"
    assert said("macro_f1@test") == "Macro-F1 on the test set"


def test_seeds_are_found_also_in_a_table_of_the_configuration() -> None:
    assert seed_of({"campaign": {"seed": 3}}) == 3
    assert seed_of({"seed": 0, "x": {"seed": 3}}) == 0
    assert seed_of({"a": 1}) is None


def test_standings_pair_by_seed_over_the_labels_that_all_share() -> None:
    ours = [run(s, [(10, 0.5 + s / 100), (20, 0.7), (30, 0.9)]) for s in range(3)]
    theirs = [run(s, [(10, 0.5), (20, 0.6 + s / 100)]) for s in (2, 1, 0, 7)]
    first, second = standings([("same", ours), ("same", theirs)], "accuracy@test", full=0.94)
    assert first.areas[0] == pytest.approx(m.aubc([10, 20], [0.5, 0.7]))  # up to 20, where theirs end
    assert first.paired is None
    expected = m.compare([0.6, 0.605, 0.61], [0.55, 0.555, 0.56])
    assert second.paired is not None
    assert second.paired.n == 3
    assert second.paired.difference == pytest.approx(expected.difference)
    assert (first.reached, second.reached) == (30, None)


def test_without_seeds_nothing_is_paired() -> None:
    groups = [("a", [run(None, [(1, 0.1), (2, 0.2)])] * 3), ("b", [run(None, [(1, 0.1), (2, 0.2)])] * 3)]
    assert standings(groups, "accuracy@test", None)[1].paired is None


def test_a_control_that_measured_nothing_is_left_out() -> None:
    silent = replace(made_up(), rounds=(Round(0, 1, 1),))
    assert [s.curve.name for s in standings([("a", [made_up()]), ("b", [silent])], "accuracy@test", None)] == ["a"]
