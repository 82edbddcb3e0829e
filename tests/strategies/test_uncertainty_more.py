"""Decisions, costs, average precision, histories, plausibility, CAL and DropQuery: golden values and definitions."""

from itertools import product

import numpy as np
import pytest

from askance import ops
from askance.errors import BadSignal, BadStrategy, MissingSignal
from askance.learners.sk import SklearnLearner
from askance.samples import Samples, objects
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.strategies.uncertainty.cal import usual
from askance.strategies.uncertainty.dropquery import linear_head
from askance.strategies.uncertainty.expected_average_precision import without_each
from askance.strategies.uncertainty.expected_cost import embedded, matrix
from askance.strategies.uncertainty.plausibility import plausible
from askance.view import View

RNG = np.random.default_rng(0)
PROBS = np.array([[0.5, 0.3, 0.2], [0.9, 0.05, 0.05], [0.4, 0.4, 0.2], [0.0, 1.0, 0.0]])


def scores(name: str, **columns: np.ndarray) -> np.ndarray:
    n = len(next(iter(columns.values())))
    signals = Signals(ops.key_ids(0, n), {k: np.asarray(a) for k, a in columns.items()})
    return np.asarray(parse(name)(View(signals, 1)).get("utility"))


class TestDecision:
    def test_golden(self) -> None:
        assert scores("decision_distance", decision=np.array([0.0, 1.0, -3.0])) == pytest.approx([1, 1 / 2, 1 / 4])
        three = np.array([[2.0, 1.0, -1.0], [0.1, -2.0, 2.0]])
        assert scores("decision_distance", decision=three) == pytest.approx([1 / 1.5, 1 / 1.95])
        assert scores("decision_distance(to='nearest')", decision=three) == pytest.approx([1 / 2, 1 / 1.1])

    def test_two_columns_are_as_one(self) -> None:
        d = RNG.normal(size=20)
        both = scores("decision_distance", decision=np.stack([-d, d], 1))
        assert both == pytest.approx(scores("decision_distance", decision=d))

    def test_asks_a_support_vector_machine_where_it_turns(self) -> None:
        from sklearn.svm import SVC

        x = np.concatenate([RNG.normal(-2, 1, (20, 2)), RNG.normal(2, 1, (20, 2)), [[0.05, 0.0]]])
        rows = Samples(ops.key_ids(0, 41), "array", x, objects([str(i) for i in range(41)]))
        learner = SklearnLearner(SVC(kernel="linear"))
        learner.fit(rows.take(np.arange(40)), ["left"] * 20 + ["right"] * 20)
        said = learner.signals(rows, frozenset({"decision"}))
        batch = select("decision_distance", said, 1)
        assert batch.ids[0] == said.ids[np.abs(said["decision"]).argmin()]

    def test_more_dimensions_are_refused(self) -> None:
        with pytest.raises(BadSignal, match=r"decision must be \(N,\) for two classes or \(N, C\)"):
            scores("decision_distance", decision=np.zeros((3, 2, 2)))


class TestCosts:
    def test_all_mistakes_alike_are_the_usual_scores(self) -> None:
        assert scores("expected_cost", probs=PROBS) == pytest.approx(scores("least_confidence", probs=PROBS))
        assert scores("cost_margin", probs=PROBS) == pytest.approx(scores("margin", probs=PROBS))

    def test_golden_with_a_dear_mistake(self) -> None:
        """Of a tumour at .2, 'healthy' costs .2 * 10 and 'ill' costs .8: the answer is 'ill', and costs .8."""
        probs = np.array([[0.8, 0.2], [0.99, 0.01], [0.1, 0.9]])
        costs = "(costs='0 1; 10 0')"
        assert scores("expected_cost" + costs, probs=probs) == pytest.approx([0.8, 0.1, 0.1])
        assert scores("cost_margin" + costs, probs=probs) == pytest.approx([0.88, 1 - 0.089, 1 - 0.89])
        assert parse("expected_cost" + costs) == parse(repr(parse("expected_cost" + costs)))

    def test_the_embedding_keeps_the_costs(self) -> None:
        table = matrix("x", "0 1 4; 1 0 4; 4 4 0", 3)
        places = embedded(table)
        squared = ((places[:, None] - places[None]) ** 2).sum(2)
        assert squared == pytest.approx(table)

    def test_alce_is_the_distance_to_the_nearest_class(self) -> None:
        """Two classes at distance 1: the mean of .7 and .3 lies .3 from the nearer; a sure one lies on its class."""
        assert scores("alce", probs=np.array([[0.7, 0.3], [0.5, 0.5], [0.0, 1.0]])) == pytest.approx([0.3, 0.5, 0])
        cheap = scores("alce(costs='0 1 9; 1 0 9; 9 9 0')", probs=np.array([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]))
        assert cheap == pytest.approx([0.5, 1.5])  # doubt between classes that are dear to confuse is worth more

    @pytest.mark.parametrize(
        ("costs", "said"),
        [
            ("0 1; 1", "costs must be rows of numbers as long as each other"),
            ("0 x; 1 0", "costs must be rows of numbers"),
            ("0 1; 1 0", "costs must be 3 x 3, a row and a column a class, not 2 x 2"),
            ("0 1 1; 1 1 1; 1 1 0", "0 where the answer is right"),
            ("0 -1 1; 1 0 1; 1 1 0", "costs must be 0 or more"),
            ("0 0 0; 0 0 0; 0 0 0", "not all 0"),
        ],
    )
    def test_wrong_costs_are_named(self, costs: str, said: str) -> None:
        for name in ("expected_cost", "cost_margin", "alce"):
            with pytest.raises(BadStrategy, match=f"{name}: .*{said}"):
                scores(f"{name}(costs={costs!r})", probs=PROBS)


def average_precision(relevant: tuple[int, ...]) -> float:
    """Of a ranking, best first; 0 where nothing is relevant."""
    hits = np.cumsum(relevant)
    return float(sum(h / k for k, (h, y) in enumerate(zip(hits, relevant, strict=True), 1) if y) / max(hits[-1], 1))


def expected_by_enumeration(p: np.ndarray) -> float:
    p = np.sort(p)[::-1]
    outcomes = product((0, 1), repeat=len(p))
    return sum(float(np.prod(np.where(y, p, 1 - p))) * average_precision(y) for y in map(tuple, outcomes))


class TestExpectedAveragePrecision:
    @pytest.mark.parametrize("seed", range(3))
    def test_each_left_out_equals_enumeration(self, seed: int) -> None:
        p = np.random.default_rng(seed).beta(0.5, 0.5, 7)
        wanted = [expected_by_enumeration(np.delete(p, j)) for j in range(7)]
        assert without_each(p) == pytest.approx(wanted, abs=1e-9)

    def test_chances_of_zero_and_one(self) -> None:
        p = np.array([1.0, 1.0, 0.0, 0.5, 0.0])
        wanted = [expected_by_enumeration(np.delete(p, j)) for j in range(5)]
        assert without_each(p) == pytest.approx(wanted, abs=1e-9)
        assert without_each(np.array([0.7])) == pytest.approx([0.0])

    def test_many_relevant_ones_are_integrated_as_well(self) -> None:
        """With 3,000 nearly sure rows the precision is their mean chance, as the count hardly varies."""
        p = np.full(3000, 0.9)
        assert without_each(p) == pytest.approx(np.full(3000, 0.9), abs=1e-3)

    def test_the_mean_over_the_classes_equals_enumeration(self) -> None:
        probs = RNG.dirichlet(np.ones(3), 6)
        wanted = [np.mean([expected_by_enumeration(np.delete(probs[:, c], j)) for c in range(3)]) for j in range(6)]
        assert scores("expected_average_precision", probs=probs) == pytest.approx(wanted, abs=1e-8)

    def test_of_two_classes_it_asks_about_doubt(self) -> None:
        """The pool is ranked best without what may or may not belong: the nearer to one half, the higher."""
        p = np.array([0.98, 0.95, 0.9, 0.5, 0.1, 0.05, 0.02])
        u = scores("expected_average_precision", probs=np.stack([p, 1 - p], 1))
        assert (np.diff(u[:4]) > 0).all()
        assert u == pytest.approx(u[::-1])
        for seed in range(5):
            p = np.random.default_rng(seed).beta(0.3, 1.0, 200)  # one class is rare
            u = scores("expected_average_precision", probs=np.stack([p, 1 - p], 1))
            assert 0.2 < p[u.argmax()] < 0.8


class TestHistory:
    HISTORY = np.array([[1, 1, 1, 1, 1], [0, 1, 1, 0, 1], [0, 1, 2, 3, 4], [2, 2, 2, 0, 0]])

    def test_golden(self) -> None:
        assert scores("forgetting", history=self.HISTORY) == pytest.approx([0, 1, 0, 0])  # 0,1,1,0,1 -> 1
        assert scores("prediction_flips", history=self.HISTORY) == pytest.approx([0, 3 / 4, 1, 1 / 4])
        assert scores("label_dispersion", history=self.HISTORY) == pytest.approx([0, 2 / 5, 4 / 5, 2 / 5])

    def test_one_round_tells_nothing(self) -> None:
        for name in ("forgetting", "prediction_flips", "label_dispersion"):
            assert scores(name, history=self.HISTORY[:, :1]).tolist() == [0, 0, 0, 0]

    def test_a_single_prediction_is_refused(self) -> None:
        with pytest.raises(BadSignal, match=r"forgetting needs history \(N, R\), the class predicted in each of R"):
            scores("forgetting", history=np.zeros(4))


class TestPlausibility:
    def test_golden(self) -> None:
        """Nothing seen: all is plausible.  One label: min(1 - t, 2 t - 1) at 1/3.  One of each: the golden ratio."""
        counts = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
        ratio = (5**0.5 - 1) / 2
        assert scores("epistemic_counts", frequencies=counts) == pytest.approx([1, 1 / 3, ratio])
        assert scores("aleatoric_counts", frequencies=counts) == pytest.approx([0, 0, 1 - ratio])

    def test_equals_a_search_on_a_grid(self) -> None:
        t = np.linspace(1e-6, 1 - 1e-6, 200_001)
        for p, n in [(3.0, 1.0), (0.5, 4.0), (7.0, 6.0)]:
            like = p * np.log(t) + n * np.log(1 - t)
            like = np.exp(like - like.max())
            first, second = np.minimum(like, 2 * t - 1).max(), np.minimum(like, 1 - 2 * t).max()
            high, low = (first, second) if p > n else (second, first)
            assert plausible(np.array([[p, n]]))[0] == pytest.approx([high, low], abs=1e-4)

    def test_the_certain_are_not_the_ones_asked_about(self) -> None:
        """scikit-activeml 1.0 with logistic regression: 0 below one half, then rising with confidence."""
        same = np.array([[10.0 - n, n] for n in range(6)])
        assert (np.diff(scores("epistemic_counts", frequencies=same)) > 0).all()
        assert scores("epistemic_counts", frequencies=same) == pytest.approx(
            scores("epistemic_counts", frequencies=same[:, ::-1])
        )

    def test_evidence_takes_one_doubt_away_and_leaves_the_other(self) -> None:
        more = np.array([[1.0, 1.0], [10.0, 10.0], [1000.0, 1000.0]])
        assert (np.diff(scores("epistemic_counts", frequencies=more)) < 0).all()
        assert (np.diff(scores("aleatoric_counts", frequencies=more)) > 0).all()

    def test_nearby_asks_far_from_labels(self) -> None:
        x = np.array([[0.0], [0.1], [5.0]])
        pool = Signals([1, 2, 3], {"embeddings": x})
        labeled = Signals([7, 8], {"embeddings": np.array([[0.0], [0.2]])})
        batch = select("epistemic_nearby(width=1.0)", pool, 3, labeled=labeled, labels=["a", "a"])
        assert batch.ids[0] == 3
        other = select("aleatoric_nearby(width=1.0)", pool, 3, labeled=labeled, labels=["a", "b"])
        assert other.ids[-1] == 3

    def test_negative_counts_are_refused(self) -> None:
        with pytest.raises(BadSignal, match=r"frequencies must be .* counts of 0 or more"):
            scores("epistemic_counts", frequencies=np.array([[-1.0, 2.0]]))


class TestCal:
    @staticmethod
    def columns(n: int, seed: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        return {"probs": rng.dirichlet(np.ones(3), n), "embeddings": rng.normal(size=(n, 4))}

    def scored(self, pool: Signals, labeled: Signals) -> dict[int, float]:
        batch = select("cal(neighbours=3)", pool, len(pool), labeled=labeled, labels=np.zeros(len(labeled)))
        return dict(zip(batch.ids.tolist(), batch.utility.tolist(), strict=True))

    def test_equals_the_definition(self) -> None:
        pool, labeled = (
            Signals(ops.key_ids(0, 15), self.columns(15, 0)),
            Signals(ops.key_ids(50, 9), self.columns(9, 1)),
        )
        got = self.scored(pool, labeled)
        for row, sample in enumerate(pool.ids.tolist()):
            away = np.linalg.norm(labeled["embeddings"] - pool["embeddings"][row], axis=1)
            near = labeled["probs"][np.argsort(away)[:3]]
            wanted = (near * np.log(near / pool["probs"][row])).sum(1).mean()
            assert got[sample] == pytest.approx(wanted, abs=1e-8)

    def test_neighbours_are_labelled_and_never_itself(self) -> None:
        """small-text 2.0 takes neighbours from the whole pool: a sample is its own, and others change its score."""
        pool, labeled = (
            Signals(ops.key_ids(0, 20), self.columns(20, 0)),
            Signals(ops.key_ids(50, 9), self.columns(9, 1)),
        )
        whole, part = self.scored(pool, labeled), self.scored(pool.take(np.arange(5)), labeled)
        assert {i: whole[i] for i in part} == pytest.approx(part)

    def test_neighbours_are_few_while_labels_are_few(self) -> None:
        """With all labels as neighbours, both classes' among them, the surest sample differs most from them; with the
        nearest alone it is the one that is predicted otherwise than its neighbour."""
        x = np.array([[0.0], [0.1], [1.0], [1.1]])
        probs = np.array([[0.999, 0.001], [0.4, 0.6], [0.2, 0.8], [0.1, 0.9]])
        pool = Signals(ops.key_ids(0, 4), {"probs": probs, "embeddings": x})
        known = {"probs": np.array([[0.9, 0.1], [0.1, 0.9]]), "embeddings": np.array([[0.05], [1.05]])}
        labeled = Signals(ops.key_ids(9, 2), known)
        picked = {
            text: select(text, pool, 1, labeled=labeled, labels=["a", "b"]).ids[0]
            for text in ("cal", "cal(neighbours=1)", "cal(neighbours=2)")
        }
        assert picked["cal"] == picked["cal(neighbours=1)"] == pool.ids[1]
        assert picked["cal(neighbours=2)"] == pool.ids[0]
        assert [usual(n) for n in (1, 19, 20, 99, 100, 5000)] == [1, 1, 2, 9, 10, 10]

    def test_equal_predictions_have_no_contrast(self) -> None:
        same = np.full((6, 3), 1 / 3)
        x = np.random.default_rng(0).normal(size=(6, 2))
        pool = Signals(ops.key_ids(0, 6), {"probs": same, "embeddings": x})
        labeled = Signals(ops.key_ids(9, 4), {"probs": same[:4], "embeddings": x[:4]})
        assert set(self.scored(pool, labeled).values()) == {0.0}

    @pytest.mark.parametrize("name", ["cal", "epistemic_nearby", "aleatoric_nearby", "margin * cal"])
    def test_no_labels_is_said(self, name: str) -> None:
        pool = Signals(ops.key_ids(0, 6), self.columns(6, 0))
        for nothing in (None, pool.take(np.arange(0))):
            with pytest.raises(MissingSignal, match="needs labelled samples to compare with, and there are none"):
                select(name, pool, 2, labeled=nothing)

    def test_labelled_samples_without_predictions_are_said(self) -> None:
        pool = Signals(ops.key_ids(0, 6), self.columns(6, 0))
        bare = Signals([99], {"embeddings": np.zeros((1, 4))})
        with pytest.raises(MissingSignal, match="cal needs probs; the labelled samples have embeddings"):
            select("cal", pool, 2, labeled=bare, labels=["a"])


class TestDropQuery:
    @staticmethod
    def softmax_pool(n: int = 200) -> tuple[Signals, np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        x, head, shift = rng.normal(size=(n, 6)), rng.normal(size=(6, 3)), rng.normal(size=3)
        probs = ops.softmax(x @ head + shift)
        return Signals(ops.key_ids(0, n), {"probs": probs, "embeddings": x}), head, shift

    def test_the_head_of_a_softmax_is_read_off_exactly(self) -> None:
        signals, head, shift = self.softmax_pool()
        got, offset = linear_head(signals["probs"], signals["embeddings"])
        assert got == pytest.approx(head - head.mean(1, keepdims=True), abs=1e-6)
        assert offset == pytest.approx(shift - shift.mean(), abs=1e-6)

    def test_no_dropout_flips_nothing_and_much_flips_the_doubtful_first(self) -> None:
        signals, _, _ = self.softmax_pool(600)
        columns = dict(signals.columns)
        assert not scores("dropout_flips(rate=0.0)", **columns).any()
        flips = scores("dropout_flips(passes=9, rate=0.3)", **columns)
        assert np.corrcoef(flips, scores("margin", **columns))[0, 1] > 0.5
        assert np.unique(flips * 9) == pytest.approx(np.unique(np.round(flips * 9)))

    def test_features_are_dropped_at_the_rate(self) -> None:
        from askance.strategies.uncertainty.dropquery import thrown

        kept = thrown(ops.key_ids(0, 4000), 5, 0, 1) >= 0.75
        assert kept.mean() == pytest.approx(0.25, abs=0.01)
        assert (kept != (thrown(ops.key_ids(0, 4000), 5, 0, 2) >= 0.75)).any()

    def test_without_flips_it_spreads_over_a_random_part(self) -> None:
        signals, _, _ = self.softmax_pool()
        assert len(select("dropquery(rate=0.0)", signals, 5)) == 5
        assert set(select("dropquery(rate=0.0, x=1)", signals, 5, seed=1).ids) != set(
            select("dropquery(rate=0.0, x=1)", signals, 5, seed=2).ids
        )

    def test_all_that_flip_in_most_passes_are_candidates(self) -> None:
        flips = np.array([0.0, 1 / 3, 2 / 3, 1.0, 2 / 3])
        ids = ops.key_ids(0, 5)
        over_half = parse("over_half(x=1)")
        for k, wanted in ((1, {2, 3, 4}), (4, {1, 2, 3, 4})):
            left = over_half(View(Signals(ids), k, utility=flips)).signals.ids
            assert set(left.tolist()) == set(ids[list(wanted)].tolist())

    def test_only_the_direction_counts_for_its_clusters(self) -> None:
        x = np.array([[1.0, 0.0], [5.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
        signals = Signals(ops.key_ids(0, 4), {"embeddings": x})
        unit = parse("unit_length")(View(signals, 2)).get("vectors").array()
        assert unit.tolist() == [[1, 0], [1, 0], [0, 1], [0, 0]]
