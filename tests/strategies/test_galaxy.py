"""GALAXY against its definition: breadth-first search on the lines as graphs, labels told one by one."""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from askance import ops
from askance.errors import BadStrategy
from askance.select import select
from askance.signals import Signals
from askance.strategies.hybrid.direct import named_columns
from askance.strategies.hybrid.galaxy import ASKED, FREE, MINE, OTHERS, bisected, places, wanted


def pool(probs: np.ndarray, start: int = 0) -> Signals:
    return Signals(ops.key_ids(start, len(probs)), {"probs": probs})


def known(probs: np.ndarray, labels: Sequence[object], start: int = 900) -> tuple[Signals, np.ndarray]:
    return pool(probs, start), np.array(labels)


def binary(p: np.ndarray) -> np.ndarray:
    return np.stack([1.0 - np.asarray(p), np.asarray(p)], 1)


def shortest_shortest_path(line: list[int | None]) -> list[int] | None:
    """Breadth-first search from every labelled 1 to the nearest 0, edges between places that follow each other and
    are not labelled differently: the definition, on a graph.  Rows within the path, or None."""
    before: dict[int, int | None] = {i: None for i, y in enumerate(line) if y == 1}
    queue = deque(before)
    while queue:
        i = queue.popleft()
        for j in (i - 1, i + 1):
            if not 0 <= j < len(line) or {line[i], line[j]} == {0, 1}:
                continue  # a cut edge that was found is taken out
            if line[j] == 0:
                path, at = [], i
                while before[at] is not None:
                    path.append(at)
                    at = before[at]  # type: ignore[assignment]
                return path
            if j not in before:
                before[j] = i
                queue.append(j)
    return None


@pytest.mark.parametrize("seed", range(8))
def test_one_at_a_time_it_is_the_walk_on_the_graph(seed: int) -> None:
    """Two classes: every question is a middle of a shortest path between labels that differ, while there is one; after
    that none lies nearer to a cut."""
    rng = np.random.default_rng(seed)
    p = np.sort(rng.uniform(0.02, 0.98, 60))
    truth = (p + rng.normal(0, 0.15, 60) > 0.6).astype(int)
    ids = ops.key_ids(0, 60)
    told = {0: 0, 59: 1, int(rng.integers(20, 50)): 0}
    truth[[0, 59, *told]] = [0, 1, *told.values()]
    for _ in range(25):
        rows = np.array(sorted(told))
        labeled = Signals(ids[rows], {"probs": binary(p[rows])})
        order = np.argsort(labeled.ids)
        batch = select(
            "galaxy",
            Signals(ids, {"probs": binary(p)}),
            1,
            seed,
            labeled=labeled.take(order),
            labels=truth[rows][order],
        )
        pick = int(np.flatnonzero(ids == batch.ids[0])[0])
        line = [told.get(i) for i in range(60)]
        path = shortest_shortest_path(line)
        if path is not None:
            free = len(path)
            low = max(i for i in range(pick) if line[i] is not None)
            high = min(i for i in range(pick, 60) if line[i] is not None)
            assert high - low - 1 == free
            assert abs((pick - low) - (high - pick)) <= 1
            assert line[low] != line[high]
        else:
            cuts = [(a, b) for a, b in pairwise(rows) if told[a] != told[b]]

            def away(i: int, cuts: list[tuple[int, int]] = cuts) -> int:
                return min(max(a - i, i - b, 0) for a, b in cuts)

            assert away(pick) == min(away(i) for i in range(60) if line[i] is None)
        told[pick] = int(truth[pick])


def test_a_batch_gets_as_many_of_a_stretch_as_bisecting_takes() -> None:
    for n in range(40):
        picks = bisected(np.zeros(n, int), 5, 99)
        assert len(picks) == len(set(picks)) == int(np.ceil(np.log2(n + 1)))
        assert set(picks) <= set(range(5, 5 + n))
        if n:
            assert abs((picks[0] - 5) - (n - 1) / 2) <= 0.5
        gaps = np.diff([4, *sorted(picks), 5 + n]) - 1  # rests left between them
        assert gaps.max() <= 2 * max(gaps.min(), 0) + 2  # evenly: no rest could have been halved before a smaller one
    assert bisected(np.zeros(7, int), 0, 2) == [3, 1]


def test_pending_rows_count_among_the_picks_of_a_stretch() -> None:
    stretch = np.array([FREE] * 3 + [ASKED] + [FREE] * 3)
    assert bisected(stretch, 0, 99) == [1, 5]
    line = np.array([OTHERS, *stretch, MINE])
    assert wanted(line, np.linspace(0, 1, 9), 2)[:2].tolist() == [2, 6]


def test_a_golden_line() -> None:
    """Two cuts: three rows between 0 and 1, one between 1 and 0.  The short stretch is asked first, then the middle."""
    line = np.array([FREE, OTHERS, FREE, FREE, FREE, MINE, FREE, OTHERS, FREE])
    assert wanted(line, np.arange(9.0), 3).tolist()[:3] == [6, 3, 2]
    closed = np.array([FREE, FREE, OTHERS, MINE, MINE, FREE, FREE])
    assert wanted(closed, np.arange(7.0), 4).tolist() == [1, 0, 5, 6]  # 1 step from the cut, 2, 2, 3; ties by noise


def test_places_order_the_rest_by_what_is_missing_and_the_predicted_by_their_own() -> None:
    p = np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]])
    np.testing.assert_allclose(places(p), [[0.5, -0.2, -0.3], [-0.7, 0.8, -0.7]])


def test_rare_classes_take_their_turn_first() -> None:
    """The class with one label is asked about first: beside it, as its cut is closed already on the one side."""
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(3), 80)
    labeled, labels = known(rng.dirichlet(np.ones(3), 12), ["a"] * 6 + ["b"] * 5 + ["c"])
    order = np.argsort(labeled.ids)
    labeled, labels = labeled.take(order), labels[order]
    one = select("galaxy", pool(probs), 1, labeled=labeled, labels=labels).ids
    score, side = places(np.concatenate([probs, labeled["probs"]])), np.array([FREE] * 80 + [OTHERS] * 12)
    side[80:][labels == "c"] = MINE
    line = np.argsort(score[:, 2])
    assert "".join(".x01"[i] for i in side[line][81:85]) == ".01."
    assert one[0] in pool(probs).ids[line[[81, 84]]]


def test_imbalance_is_met_with_balance() -> None:
    """5 % are of the class, and the model puts them all on the wrong side of one half: half of the batch are."""
    rng = np.random.default_rng(0)
    p = np.concatenate([rng.uniform(0.0, 0.2, 950), rng.uniform(0.2, 0.4, 50)])
    labeled, labels = known(binary(np.array([0.05, 0.1, 0.15, 0.35])), ["usual"] * 3 + ["rare"])
    named = np.where(labels == "rare", "z", "a")  # columns in the order of sorted names
    order = np.argsort(labeled.ids)
    told = 0
    for turn in range(5):
        at = np.argsort(labeled.ids)
        batch = select("galaxy", pool(binary(p)), 4, turn, labeled=labeled.take(at), labels=named[at])
        rows = np.flatnonzero(np.isin(pool(p[:, None]).ids, batch.ids))
        told += int((rows >= 950).sum())
        labeled = Signals(
            np.concatenate([labeled.ids, pool(p[:, None]).ids[rows]]),
            {"probs": np.concatenate([labeled["probs"], binary(p[rows])])},
        )
        named = np.concatenate([named, np.where(rows >= 950, "z", "a")])
    assert told >= 7  # of 20; by chance 1
    assert len(order) == 4


def test_columns_are_the_learners_the_names_in_order_or_numbers() -> None:
    class Learned:
        classes = ("cat", "cow", "dog")

    said = named_columns(np.array(["cat", "dog"]), 3, Learned())
    assert said is not None
    assert said.tolist() == ["cat", "cow", "dog"]
    assert named_columns(np.array(["cat", "dog"]), 3, None) is None
    names = named_columns(np.array(["dog", "cat"]), 2, None)
    assert names is not None
    assert names.tolist() == ["cat", "dog"]
    numbers = named_columns(np.array([0, 2]), 4, None)
    assert numbers is not None
    assert numbers.tolist() == [0, 1, 2, 3]
    assert named_columns(np.array([0, 7]), 4, None) is None


def test_without_labels_it_says_so() -> None:
    labeled, _ = known(binary(np.array([0.3, 0.7])), ["a", "b"])
    with pytest.raises(BadStrategy, match="galaxy looks for cuts between labels, so it needs the labels"):
        select("galaxy", pool(binary(np.linspace(0.1, 0.9, 9))), 2, labeled=labeled)


def test_one_label_alone_leaves_a_random_draw() -> None:
    labeled, labels = known(binary(np.array([0.3, 0.7])), ["a", "a"])
    signals = pool(binary(np.linspace(0.1, 0.9, 30)))
    got = select("galaxy", signals, 5, 1, labeled=labeled, labels=labels).ids
    assert got.tolist() == select("random", signals, 5, 1).ids.tolist()
