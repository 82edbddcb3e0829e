"""The driver for a pool in memory: what it checks, what it excludes, what it says."""

import numpy as np
import pytest

from askance import ops
from askance.errors import BadSignal, BadStrategy, MissingSignal
from askance.select import select
from askance.signals import Signals, concat
from askance.strategy import ATOMS, RECIPES, Greedy, strategy

IDS = ops.key_ids(0, 60)


def signals(n: int = 60, seed: int = 0, start: int = 0, classes: int = 4) -> Signals:
    rng = np.random.default_rng(seed)
    columns = {"probs": rng.dirichlet(np.ones(classes), n), "embeddings": rng.normal(size=(n, 5))}
    return Signals(ops.key_ids(start, n), columns)


def test_top_by_margin_is_the_sorted_head() -> None:
    s = signals()
    two = np.sort(s["probs"], 1)
    gap = two[:, -1] - two[:, -2]
    batch = select("margin", s, 5)
    assert batch.ids.tolist() == s.ids[np.argsort(gap)[:5]].tolist()
    assert batch.utility == pytest.approx(1 - np.sort(gap)[:5])


def test_why_names_the_score_and_the_rank_in_the_pool() -> None:
    batch = select("margin | top(x=10) | kcenter", signals(), 3)
    assert all(w.startswith("margin 0.") and "kcenter" in w and w.endswith("of 60") for w in batch.why)
    ranks = [int(w.rsplit("rank ", 1)[1].split()[0]) for w in batch.why]
    assert max(ranks) <= 30
    assert select("random", signals(), 2).why == ("drawn at random", "drawn at random")
    assert select("typiclust", signals(), 2).why == ("choice 1 of typiclust", "choice 2 of typiclust")


def test_labelled_and_pending_are_never_picked_and_diversity_counts_them() -> None:
    line = Signals(ops.key_ids(0, 11), {"embeddings": np.arange(11.0)[:, None]})
    labeled, pending = line.take(np.array([0])), line.take(np.array([10]))
    assert select("kcenter", line, 1, labeled=labeled, pending=pending).ids[0] == line.ids[5]
    assert select("kcenter", line, 1, labeled=labeled).ids[0] == line.ids[10]
    everything = select("kcenter", line, 99, labeled=labeled, pending=pending)
    assert sorted(everything.ids.tolist()) == sorted(line.ids[1:10].tolist())


def test_pending_from_outside_the_pool_count_as_well() -> None:
    line = Signals(ops.key_ids(0, 11), {"embeddings": np.arange(11.0)[:, None]})
    far = Signals(ops.key_ids(100, 1), {"embeddings": np.array([[12.0]])})
    assert select("kcenter", line, 1, pending=far).ids[0] == line.ids[0]


def test_costs_rank_by_utility_per_cost() -> None:
    s, costs = signals(), np.ones(60)
    first = select("margin", s, 1).ids[0]
    costs[s.ids == first] = 50
    assert select("margin", s, 1, costs=costs).ids[0] != first
    assert select("margin", s, 60, costs=costs).ids[-1] == first


def test_costs_that_a_scorer_weighs_itself_count_once() -> None:
    s, costs = signals(), np.random.default_rng(0).uniform(0.1, 10, 60)
    wanted = select("margin", s, 60, costs=costs)
    again = select("margin | per_cost", s, 60, costs=costs)
    assert again.ids.tolist() == wanted.ids.tolist()
    assert again.utility == pytest.approx(wanted.utility)


@pytest.mark.parametrize("text", ["kcenter", "margin | top(x=10) | kmeans", "margin | top", "dbal", "typiclust"])
def test_costs_that_a_selector_would_leave_out_are_said(text: str) -> None:
    with pytest.raises(
        BadStrategy, match=r"does not weigh costs; say `per_cost` after a scorer, as in `margin \| per_"
    ):
        select(text, signals(), 5, costs=np.ones(60))


def test_costs_weighed_before_a_selector_are_taken() -> None:
    costs = np.where(np.arange(60) < 50, 1e6, 1.0)
    batch = select("margin | per_cost | top(x=2) | kmeans", signals(), 5, costs=costs)
    assert set(batch.ids.tolist()) <= set(IDS[50:].tolist())


@pytest.mark.parametrize(
    ("text", "name"),
    [("direct", "probs"), ("galaxy", "probs"), ("dcom", "probs"), ("cal", "probs"), ("cal", "embeddings")],
)
@pytest.mark.parametrize("which", ["labeled", "pending"])
def test_what_is_not_a_number_is_said_of_known_samples_too(text: str, name: str, which: str) -> None:
    known = {"labeled": signals(8, 1, 900), "pending": signals(4, 2, 800)}
    spoilt = known[which][name].copy()
    spoilt[2] = np.nan
    known[which] = known[which].with_(**{name: spoilt})
    with pytest.raises(BadSignal, match=rf"{name} .*\(sample {ops.hex_id(known[which].ids[2])}\)"):
        select(text, signals(), 3, labels=np.arange(8) % 4, **known)


@pytest.mark.parametrize("text", ["cal", "direct", "dcom", "margin | top(x=3) | kcenter"])
@pytest.mark.parametrize("which", ["labeled", "pending"])
def test_columns_of_known_samples_must_be_those_of_the_pool(text: str, which: str) -> None:
    """A class more than when they were scored: the model must be asked about both again."""
    older = signals(8, 1, 900, classes=3).with_(embeddings=np.zeros((8, 4)))
    known = {"labeled": signals(8, 3, 700), which: older}
    word = {"labeled": "labelled", "pending": "pending"}[which]
    said = rf"(probs|embeddings) of the {word} samples have \((3|4),\) a sample, and those of the pool \((4|5),\)"
    with pytest.raises(BadSignal, match=said):
        select(text, signals(), 3, labels=np.arange(8) % 4, **known)


def test_a_greedy_draw_needs_no_embeddings_to_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its scores are keys of a draw, which say nothing; without vectors there is no length to say either."""
    for registry in (ATOMS, RECIPES):
        monkeypatch.setattr(registry, "_items", dict(registry._items))

    @strategy("-", sampled=True)
    def drawn_in_doubt(probs, ids, seed) -> Greedy:
        """Draws by doubt.  probs (N, C) -> (N,) a pick."""
        while True:
            yield ops.weighted_order(1.0 - probs.max(1), seed, ids)

    alone = Signals(IDS, {"probs": signals()["probs"]})
    batch, scored = select("drawn_in_doubt", alone, 4), select("margin | drawn_in_doubt", alone, 4)
    assert len(set(batch.ids.tolist())) == 4
    assert batch.utility.tolist() == [0.0] * 4
    assert scored.ids.tolist() == batch.ids.tolist()
    assert all(w.startswith("margin 0.") for w in scored.why)
    assert "length" in select("gradients | kmeanspp", signals(), 2).why[0]


def test_k_beyond_the_pool_gives_what_there_is() -> None:
    assert len(select("margin", signals(), 1000)) == 60
    assert len(select("margin", signals(), 0)) == 0
    assert len(select("margin", signals(0), 5)) == 0


def test_members_stand_in_for_probs() -> None:
    members = np.random.default_rng(1).dirichlet(np.ones(3), (60, 5))
    assert (
        select("margin", Signals(IDS, {"members": members}), 9).ids.tolist()
        == select("margin", Signals(IDS, {"probs": members.mean(1)}), 9).ids.tolist()
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["probs", "embeddings"])
def test_nan_names_the_signal_the_row_and_the_sample(name: str, value: float) -> None:
    s = signals()
    a = s[name].copy()
    a[17, 1] = value
    with pytest.raises(
        BadSignal, match=f"{name} has NaN or infinite values, first in row 17 .sample {ops.hex_id(IDS[17])}"
    ):
        select("badge", s.with_(**{name: a}), 3)


def test_nan_in_members_is_found_where_only_probs_are_needed() -> None:
    members = np.full((60, 5, 3), 1 / 3)
    members[4, 2, 1] = np.nan
    with pytest.raises(BadSignal, match="members has NaN"):
        select("margin", Signals(IDS, {"members": members}), 3)


def bad_calls() -> list[tuple[type[Exception], str, dict]]:
    s = signals()
    tall = s["probs"].copy()
    tall[3] *= 2
    twice = s.ids.copy()
    twice[7] = twice[3]
    return [
        (BadSignal, "probs are not probabilities: row 3 .* sums to 2, not to 1", {"signals": s.with_(probs=tall)}),
        (BadSignal, f"two samples have the id {ops.hex_id(IDS[3])}", {"signals": Signals(twice, s.columns)}),
        (MissingSignal, "bald needs members; the learner gives embeddings, probs .*committee", {"strategy": "bald"}),
        (BadSignal, "k must be a whole number of picks, 0 or more, not -1", {"k": -1}),
        (BadSignal, "k must be a whole number of picks, 0 or more, not 2.5", {"k": 2.5}),
        (BadSignal, r"costs must be \(60,\)", {"costs": [1.0]}),
        (BadSignal, "costs must be above 0: row 1 ", {"costs": [1.0, 0.0] + [1.0] * 58}),
        (BadSignal, r"labels must be \(3,\)", {"labeled": signals(3, start=100), "labels": [0, 1]}),
        (BadStrategy, "add a selector", {"strategy": "gradients"}),
        (
            MissingSignal,
            "kcenter needs embeddings; the labelled samples have none",
            {"strategy": "kcenter", "labeled": Signals(ops.key_ids(100, 2), {})},
        ),
    ]


@pytest.mark.parametrize(("error", "sentence", "change"), bad_calls())
def test_bad_input_is_named(error: type[Exception], sentence: str, change: dict) -> None:
    call = {"strategy": "margin", "signals": signals(), "k": 3} | change
    with pytest.raises(error, match=sentence):
        select(**call)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Signals(IDS, {"probs": np.ones((59, 2))}), "probs has 59 rows for 60 samples"),
        (lambda: Signals(IDS, {"probs": np.ones(60)}), r"probs must have shape \(N, C\), not \(60,\)"),
        (lambda: Signals(IDS, {"members": np.ones((60, 2))}), r"members must have shape \(N, S, C\)"),
        (lambda: Signals(np.array([-1])), "ids must not be negative; row 0 has -1"),
        (lambda: Signals(np.array([0.5])), "ids must be .N,. whole numbers"),
        (lambda: Signals(IDS[:2], {}, Signals(IDS[:3]), np.array([0, 1, 2])), "from 0 to the 3 inner rows"),
        (lambda: Signals(IDS[:2], {}, Signals(IDS[:3]), np.array([0, 4, 3])), "must not go down"),
    ],
)
def test_signals_check_their_shapes(build: object, sentence: str) -> None:
    with pytest.raises(BadSignal, match=sentence):
        build()  # type: ignore[operator]


def test_ragged_signals_take_and_concatenate() -> None:
    inner = signals(6)
    s = Signals(IDS[:3], {}, inner, np.array([0, 2, 2, 6]))
    back = s.take(np.array([2, 0]))
    assert back.offsets.tolist() == [0, 4, 6]
    assert back.inner.ids.tolist() == inner.ids[[2, 3, 4, 5, 0, 1]].tolist()
    whole = concat([s.take(np.array([0, 1])), s.take(np.array([2]))])
    assert whole.offsets.tolist() == s.offsets.tolist()
    assert (whole.inner["probs"] == inner["probs"]).all()


def test_over_boxes_takes_the_most_uncertain_box() -> None:
    boxes = Signals(ops.key_ids(100, 3), {"probs": np.array([[1, 0], [0.6, 0.4], [0.5, 0.5]])})
    images = Signals(IDS[:3], {}, boxes, np.array([0, 2, 2, 3]))
    batch = select("over(margin, how='max')", images, 3)
    assert batch.ids.tolist() == [IDS[2], IDS[0], IDS[1]]
    assert batch.utility == pytest.approx([1.0, 0.8, 0.0])
