"""The pure functions behind docs/results.md, on figures made by hand, and one real run of the study's loop."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from study import first, kept, reading, runs, tables
from study.kept import Row
from study.learner import Logistic
from study.runs import ALL_LABELS, Run
from study.sets import SETS, Set, opened, scaled

from askance.errors import BadLearner
from askance.spec import parse
from askance.strategy import RECIPES


def rows(name: str, areas: dict[str, list[float]], **said: object) -> list[Row]:
    made = Row(name, "", 0, 0.0, 0.0, 0.0, 0.0, 0, 1.0, 0.1, "aa", "abc")
    return [
        replace(made, strategy=s, seed=i, area=v, accuracy=v, early=v, late=-v, **said)  # type: ignore[arg-type]
        for s, values in areas.items()
        for i, v in enumerate(values)
    ]


SEEDS = np.arange(10) / 1000
UP, DOWN = (0.7 + SEEDS + 0.02 + SEEDS**2).tolist(), (0.7 + SEEDS - 0.03 - SEEDS**2).tolist()
AREAS = {"random": (0.7 + SEEDS).tolist(), "up": UP, "down": DOWN, "like": (0.7 + SEEDS).tolist()}


def test_who_is_better_and_who_loses():
    (group,) = tables.complete(rows("one", AREAS)).values()
    found = tables.compared(group)
    assert {n: tables.verdict(c) for n, c in found.items()} == {"up": "better", "down": "loses", "like": ""}
    assert tables.best_first(group) == ["up", "like", "random", "down"]
    assert (found["up"].wins, found["down"].losses) == (10, 10)


def test_a_strategy_without_all_seeds_is_in_no_table():
    short = {**AREAS, "up": UP[:9]}
    assert set(tables.complete(rows("one", short))["one"]) == {"random", "down", "like"}


def test_rows_are_paired_by_seed_in_whatever_order_they_come():
    mixed = rows("one", AREAS)[::-1]
    group = tables.complete(mixed)["one"]
    assert [r.seed for r in group["up"]] == list(range(10))


def test_overall_ranks_and_counts():
    groups = tables.complete([*rows("one", AREAS), *rows("two", AREAS)])
    found = {o.name: o for o in tables.overall(groups)}
    assert [o.name for o in tables.overall(groups)] == ["up", "like", "random", "down"]
    assert (found["up"].rank, found["like"].rank, found["random"].rank, found["down"].rank) == (1, 2.5, 2.5, 4)
    assert (found["up"].late, found["down"].late) == (4, 1)  # `late` is turned round above
    assert (found["up"].better, found["up"].loses, found["down"].loses) == (2, 0, 2)
    assert (found["up"].won, found["like"].won, found["down"].won) == (1, 0.5, 0)
    assert found["down"].worst == pytest.approx(np.mean(np.subtract(DOWN, AREAS["random"])))


def test_a_strategy_that_is_missing_on_a_set_is_not_ranked_over_all():
    partly = {n: v for n, v in AREAS.items() if n != "up"}
    groups = tables.complete([*rows("one", AREAS), *rows("two", partly)])
    assert tables.common(groups) == ["down", "like", "random"]
    assert "up" in groups["one"]


def test_wins_over_sets_and_seeds():
    matrix = tables.wins(tables.complete([*rows("one", AREAS), *rows("two", AREAS)]), ["up", "like", "random"])
    assert matrix.shares[0].tolist()[1:] == [1, 1]
    assert matrix.shares[1][2] == 0.5


def test_median_of_the_labels_counts_those_that_never_came_there():
    told = [*rows("s", {"a": [0.1] * 2}, reached=0), *rows("s", {"a": [0.1]}, reached=90)]
    assert tables.reached(told) == (None, 2)
    assert tables.reached([*told, *rows("s", {"a": [0.1] * 2}, reached=50)]) == (90, 2)


def test_alike_are_those_that_asked_the_same_everywhere():
    same, other = rows("one", {"random": [1.0], "a": [1.0], "b": [1.0]}), rows("two", {"random": [1.0], "a": [1.0]})
    other += rows("two", {"b": [1.0]}, picks="bb")
    distinct = [replace(r, picks=r.strategy) if r.strategy == "random" else r for r in same + other]
    assert tables.alike(tables.complete(distinct)) == []
    assert tables.alike(tables.complete([replace(r, picks="x") for r in distinct])) == [["a", "b", "random"]]


def made(strategy: str, accuracy: tuple[float, ...]) -> Run:
    labels = tuple(range(10, 10 + 10 * len(accuracy), 10))
    return Run("digits", strategy, 0, labels, accuracy, accuracy, 1.0, 0.1, "aa", "abc")


def test_one_run_as_it_is_committed():
    row = kept.row(made("margin", (0.5, 0.7, 0.8, 0.9)), made(ALL_LABELS, (0.9,)), SETS["digits"])
    assert row.area == pytest.approx((0.6 + 0.75 + 0.85) / 3, abs=1e-5)
    assert (row.early, row.late) == (pytest.approx(0.6), pytest.approx(0.85))
    assert row.reached == 40  # .855 is 95 % of .9
    assert kept.row(made("margin", (0.5, 0.7)), made(ALL_LABELS, (0.9,)), SETS["digits"]).reached == 0


def test_uneven_sets_are_judged_by_balanced_accuracy():
    run = replace(made("margin", (0.9, 0.9)), balanced=(0.4, 0.6))
    row = kept.row(run, replace(made(ALL_LABELS, (0.9,)), balanced=(0.6,)), SETS["adult"])
    assert (row.area, row.accuracy, row.reached) == (0.5, 0.9, 20)


def test_curves_are_thinned_to_both_ends():
    assert kept.thinned(range(40))[0] == 0
    assert kept.thinned(range(40))[-1] == 39
    assert len(kept.thinned(range(40))) == kept.MOST_POINTS
    assert kept.thinned([5, 6, 7]) == [0, 1, 2]


def test_what_is_committed_reads_back(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "DATA", tmp_path)
    told = rows("one", AREAS)
    curve = [kept.Mean("one", "up", 10, (10, 20), (0.5, 0.25))]
    kept.save("runs", told)
    kept.save("curves", curve)
    assert kept.load(Row, "runs") == told
    assert kept.load(kept.Mean, "curves") == curve


def test_runs_are_kept_once_and_a_cut_off_line_does_no_harm(tmp_path):
    file = tmp_path / "runs.jsonl"
    for name in ("margin", "badge", "margin"):
        runs.add(file, made(name, (0.5, 0.75)))
    file.write_text(file.read_text() + json.dumps({"set": "digits"})[:9])
    runs.add(file, made("kcenter", (0.5, 0.75)))
    assert [r.strategy for r in runs.done(file)] == ["margin", "badge", "kcenter"]
    assert runs.done(file)[0] == made("margin", (0.5, 0.75))


def test_tasks_come_seed_by_seed_and_the_control_first():
    tasks = runs.planned(["digits", "adult"], ["badge", "margin", "random", ALL_LABELS], range(4), at_once=2)
    assert len(tasks) == len(set(tasks)) == 32
    assert {t[1] for t in tasks[:4]} == {"random", ALL_LABELS}
    assert {t[1] for t in tasks[-8:]} == {"badge"}
    assert max(t[2] for t in tasks[:12]) == 1


def test_every_strategy_is_run_or_left_out_with_a_reason():
    run, left = runs.catalogue()
    assert set(run).isdisjoint(left)
    assert {*run, *left} == set(RECIPES.names())
    assert all(parse(name).needs <= runs.GIVEN for name in run)
    assert left["start_herding"] == "the same as max_herding"


def test_a_strategy_that_raises_is_a_line_and_not_the_end(tmp_path):
    one = runs.attempt(tmp_path, ("digits", "margin(nonsense=1)", 0), 60)
    assert "nonsense" in one.error
    assert one.labels == ()


def test_one_real_run_is_the_same_twice_and_shares_its_warm_up(tmp_path):
    small = replace(SETS["digits"], budget=40)
    pool = opened(small, tmp_path)
    one, again = (runs.one_run(small, pool, "margin", 3) for _ in range(2))
    other = runs.one_run(small, pool, "random", 3)
    assert (one.labels, one.picks, one.accuracy) == (again.labels, again.picks, again.accuracy)
    assert one.labels == (10, 20, 30, 40)
    assert one.accuracy[0] == other.accuracy[0]
    assert one.picks != other.picks


def test_the_learner_says_all_that_it_provides(tmp_path):
    pool = opened(SETS["digits"], tmp_path)
    truth, some = pool.answers(), pool.ids[:60]
    learner = Logistic(30.0, 3)
    for n in (30, 60):
        learner.fit(pool.take(some[:n]), [truth[int(i)] for i in some[:n]])
    said = learner.signals(pool.take(pool.ids), learner.provides)
    assert said["members"].shape == (len(pool), 3, len(learner.classes))
    assert (said["decision"].argmax(1) == said["probs"].argmax(1)).all()
    guess = np.array(learner.classes)[said["probs"].argmax(1)]
    assert (guess == np.array(list(pool.labels), str)).mean() > 0.7


def test_the_learner_of_the_study_says_that_it_cannot_be_kept(tmp_path):
    for way in (Logistic(30.0).save, Logistic(30.0).load):
        with pytest.raises(BadLearner, match="the study keeps figures"):
            way(tmp_path)


def test_features_are_brought_to_one_scale():
    x = scaled(np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]]))
    assert np.allclose(x.mean(0), 0, atol=1e-6)
    assert (x.astype(float) ** 2).sum(1).mean() == pytest.approx(1)


def test_the_committed_runs_are_whole():
    """Each set of the page has random, all its seeds, and at least ten of them."""
    groups = tables.complete(kept.load(Row, "runs"))
    assert len(groups) >= 6
    assert all(len(group[tables.RANDOM]) >= 10 for group in groups.values())
    assert all(isinstance(SETS[name], Set) for name in groups)


def test_a_committed_run_can_be_made_again(tmp_path):
    """What random asks is a matter of hashes alone; what margin asks also of the last bits of a fit."""
    told = {(r.strategy, r.seed): r for r in kept.load(Row, "runs") if r.set == "digits"}
    pool = opened(SETS["digits"], tmp_path)
    full = runs.all_labels(SETS["digits"], pool, 0)
    for name in ("random", "margin"):
        again = kept.row(runs.one_run(SETS["digits"], pool, name, 0), full, SETS["digits"])
        assert again.area == pytest.approx(told[name, 0].area, abs=0.01)
        assert name == "margin" or again.picks == told[name, 0].picks


def test_the_reading_names_what_the_figures_show():
    names = {f"s{i}": (0.7 + SEEDS + i / 1000 + i * SEEDS**2).tolist() for i in range(8)}  # no two differences alike
    groups = tables.complete([*rows("one", {**AREAS, **names}), *rows("two", {**AREAS, **names})])
    text = " ".join(reading.reading(groups).split())
    assert "The largest area has `up` on one, `up` on two" in text
    assert "One strategy is first everywhere" in text
    assert "better than it on none: `down` (2)" in text
    assert reading.reading(tables.complete(rows("one", AREAS))) == ""


def test_a_first_batch_of_one_class_counts_as_chance(tmp_path):
    pool = opened(SETS["digits"], tmp_path)
    one = first.of_one_class(SETS["digits"], pool, "density", 0, 0.5)
    assert (one.labels, one.accuracy, one.error) == ((10,), (0.1,), "")
    assert first.one_first(SETS["digits"], pool, "random", 0).labels == (10,)


def test_the_table_of_first_batches():
    found = [
        kept.First("digits", name, i, 10, v + i / 1000, 0.1, "abc")
        for name, v in (("random", 0.4), ("up", 0.5), ("down", 0.3))
        for i in range(10)
    ]
    text = first.section([replace(f, value=f.value + (f.seed % 2) / 500 * (f.strategy == "up")) for f in found], ())
    lines = [x for x in text.splitlines() if x.startswith("| `")]
    assert [x.split("`")[1] for x in lines] == ["up", "down"]
    assert "+0.101 **+**" in lines[0]
    assert "-0.100 **-**" in lines[1]
    assert "digits is images of 8 x 8 pixels" in " ".join(text.split())
