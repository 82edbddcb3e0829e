"""Deliberately broken strategies: each says which checks must catch it.  None of them is in the registry.

A check that catches none of these might as well not be there, and so might the mistake that nobody checks for: most of
these were seen in other libraries.
"""

import random as python_random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from askance import ops
from askance.strategy import ATOMS, Atom, Greedy, Meta, Picks, Recipe, Strategy, Utility, Vectors
from askance.view import View

DOC = "Deliberately broken, and documented as it should be.  probs (N, C) -> (N,)."
MODULE_RNG = np.random.default_rng(0)


@dataclass(frozen=True)
class Broken:
    """what: as contract.case_of takes it; caught: the checks that must fail; atom: what must be looked up by name."""

    what: Recipe | Strategy
    caught: tuple[str, ...]
    atom: Atom | None


BROKEN: dict[str, Broken] = {}


def broken(
    *caught: str, doc: str = DOC, paper: str = "-", **said: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Builds what @strategy builds, without registering it."""

    def build(fn: Callable[..., Any]) -> Callable[..., Any]:
        local = Atom(fn).returns in (Utility, Vectors)
        meta = Meta(paper, doc, "broken", **{"local": local, **said})
        BROKEN[fn.__name__] = Broken(Recipe(fn.__name__, fn.__name__, meta), caught, Atom(fn, meta=meta))
        return fn

    return build


def gap(probs: np.ndarray) -> np.ndarray:
    """A decent score to spoil."""
    return 1.0 - probs.max(1)


# ------------------------------------------------------------------------------------------------ how it is written


@broken("documented", doc="")
def says_nothing(probs) -> Utility:
    return gap(probs)


@broken("documented", doc="Scores rows by one minus the likeliest class, a number each.")
def gives_no_shapes(probs) -> Utility:
    return gap(probs)


@broken("documented", paper="")
def has_no_paper(probs) -> Utility:
    return gap(probs)


@broken("text_round_trips", "parameters_are_json")
def takes_an_array(probs, *, weights=np.ones(3)) -> Utility:  # noqa: B008
    return gap(probs) * weights[0]


@broken("parameters_are_json")
def takes_infinity(probs, *, limit=float("inf")) -> Utility:
    return np.minimum(gap(probs), limit)


@broken("parameters_are_json")
def takes_a_tuple(probs, *, span=(0, 1)) -> Utility:
    return gap(probs).clip(*span)


@broken("wrong_parameters_are_named")
def takes_anything(probs, *, power=None) -> Utility:
    return gap(probs)


@broken("wrong_parameters_are_named")
def has_no_bounds(probs, *, bins=10) -> Utility:
    return np.digitize(gap(probs), np.linspace(0, 1, bins)).astype(float)


@broken("wrong_parameters_are_named")
def picks_as_many_as_told(utility, ids, seed, k, *, most=100) -> Picks:
    return ops.top(utility, ids, min(k, most), seed)


# ------------------------------------------------------------------------------------------------ how many are picked


@broken("picks_min_of_k_and_pool")
def one_short(probs, k, ids, seed) -> Picks:
    return ops.top(probs[:, 0], ids, k - 1, seed)


@broken("picks_min_of_k_and_pool", "labeled_never_come_back")
def counts_the_labeled(probs, labels, k, ids, seed) -> Picks:
    """k is what is wanted in all, says a reader of the paper."""
    return ops.top(gap(probs), ids, k - (0 if labels is None else len(labels)) % k if k < 20 else k - 1, seed)


@broken("picks_are_distinct_and_known")
def picks_the_best_twice(probs, k) -> Picks:
    return np.r_[0, np.argsort(probs[:, 0])][:k]


@broken("picks_are_distinct_and_known")
def forgets_the_mask(embeddings, k) -> Picks:
    """The masked copy is computed, and the unmasked one is asked (a kernel library's greedy selection)."""
    return np.array([int(np.argmax(embeddings[:, 0])) for _ in range(k)])


@broken("picks_are_distinct_and_known")
def gives_cluster_numbers(embeddings, k) -> Picks:
    """Numbers of clusters in place of numbers of samples."""
    return np.arange(len(embeddings), len(embeddings) + k)


@broken("picks_min_of_k_and_pool")
def keeps_more_than_asked(probs, k, ids, seed) -> Picks:
    """A core-set of n from each of three chunks (small-text's lightweight core-set)."""
    return ops.top(gap(probs), ids, 3 * k, seed)


@broken("picks_min_of_k_and_pool", "picks_are_distinct_and_known")
def cannot_take_more_than_half(probs, k) -> Picks:
    """argpartition of n and then of n more (small-text's tie-breaking raises where n < N < 2 n)."""
    return np.argpartition(gap(probs), 2 * k)[-k:] if k else np.arange(0)


@broken("empty_pool", local=False)
def looks_at_the_first(probs) -> Utility:
    return gap(probs) + 0.0 * probs[0, 0]


@broken("pool_of_one", "streams_keep_to_the_budget")
def looks_at_the_second(embeddings) -> Utility:
    return np.abs(embeddings - embeddings[1]).sum(1)


@broken("copies_still_give_k")
def wants_distinct_rows(vectors, k) -> Picks:
    return np.unique(vectors.array(), axis=0, return_index=True)[1][:k]


@broken("single_class", "names_of_classes_are_irrelevant")
def knows_two_classes(probs) -> Utility:
    return 1 - np.abs(probs[:, 0] - probs[:, 1])


# ------------------------------------------------------------------------------------------------ the same answer again


@broken("same_seed_same_picks", "other_process_same_picks")
def has_its_own_generator(probs) -> Utility:
    return MODULE_RNG.random(len(probs))


@broken("global_generators_are_left_alone")
def uses_the_global_generator(probs) -> Utility:
    return np.random.rand(len(probs))  # noqa: NPY002


@broken("global_generators_are_left_alone")
def seeds_the_global_generator(probs, seed) -> Utility:
    python_random.seed(seed)
    return gap(probs)


KEPT: dict[tuple[int, ...], np.ndarray] = {}


@broken("pool_order_is_irrelevant", local=False)
def keeps_the_first_pool(embeddings) -> Utility:
    """Distances that are computed once and used for whatever pool comes next (scikit-activeml's ProbCover)."""
    return KEPT.setdefault(embeddings.shape, np.abs(embeddings).sum(1))


@broken("pool_order_is_irrelevant", local=False)
def tries_the_first_candidates(probs) -> Utility:
    """Expected error reduction of a sample of the pool, which is its head instead of one drawn by id."""
    return gap(probs) * (np.arange(len(probs)) < 20)


@broken("other_process_same_picks")
def hashes_words(probs, ids) -> Utility:
    return np.array([hash(str(i)) % 1000 for i in ids], float)


@broken("pool_order_is_irrelevant", "local_means_local")
def draws_by_position(ids, seed) -> Utility:
    return np.random.default_rng(seed).random(len(ids))


@broken("pool_order_is_irrelevant")
def favours_late_rows(probs) -> Utility:
    return np.round(gap(probs), 1) + np.arange(len(probs)) * 1e-12


@broken("ties_are_fair")
def sorts_ties_by_row(probs, k) -> Picks:
    return np.argsort(-gap(probs), kind="stable")[:k]


@broken("inputs_are_not_changed")
def centres_its_input(embeddings) -> Utility:
    embeddings -= embeddings.mean(0)
    return np.abs(embeddings).sum(1)


@broken("inputs_are_not_changed", local=False)
def centres_what_may_be_written(embeddings) -> Utility:
    if embeddings.flags.writeable:
        embeddings -= embeddings.mean(0)
    return np.abs(embeddings - embeddings.mean(0)).sum(1)


# ------------------------------------------------------------------------------------------------ what must be refused


class Hidden(Strategy):
    """A strategy by hand that declares no needs, reads probs, and repairs what it does not like."""

    kind = Utility
    wants = gives = frozenset()
    local = True

    def parts(self) -> tuple[Strategy, ...]:
        return ()

    def atoms(self) -> list[Atom]:
        return []

    def __call__(self, view: View) -> View:
        p = view.signals.columns.get("probs", np.zeros((len(view), 1)))
        return view.scored(np.nan_to_num(1.0 - p.max(1), nan=10_000.0).clip(0), "hidden")

    def __repr__(self) -> str:
        return "hidden"


CAUGHT = ("nan_is_named", "missing_signal_is_named", "rows_that_do_not_sum_to_one_are_refused")
BROKEN["hidden"] = Broken(Hidden(), CAUGHT, None)


# ------------------------------------------------------------------------------------------------ what numbers mean


@broken("utility_is_never_negative")
def counts_downwards(probs) -> Utility:
    return probs.max(1) - 1.0


@broken("certain_is_worth_nothing", "not_worse_than_random")
def is_upside_down(probs) -> Utility:
    return probs.max(1)


@broken("certain_is_worth_nothing")
def starts_at_a_half(probs) -> Utility:
    return 0.5 + gap(probs)


@broken("probabilities_of_zero_and_one")
def takes_the_logarithm_of_zero(probs) -> Utility:
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(probs * np.log(probs)).sum(1)


@broken("zero_is_the_limit")
def repairs_the_logarithm(probs) -> Utility:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(-(probs * np.log(probs)).sum(1))


@broken("zero_is_the_limit")
def has_an_epsilon_that_shows(probs) -> Utility:
    return -np.log(probs + 1e-12).mean(1)


@broken("float32_agrees")
def sees_rounding(probs) -> Utility:
    return np.abs(probs.sum(1) - 1.0) * 1e9 + gap(probs)


@broken("names_of_classes_are_irrelevant")
def weighs_classes_by_number(probs) -> Utility:
    return gap(probs) * (1 + probs.argmax(1))


@broken("turned_and_scaled_space")
def looks_along_one_axis(vectors, k) -> Picks:
    return np.argsort(vectors.array()[:, 0])[:k]


@broken("turned_and_scaled_space")
def has_a_fixed_radius(embeddings, *, radius=3.0) -> Utility:
    return (np.linalg.norm(embeddings, axis=1) < radius).astype(float)


@broken("tensors_give_the_same_picks", local=False)
def reads_memory_in_its_own_order(probs) -> Utility:
    return 1.0 - probs.ravel(order="K").reshape(len(probs), -1).max(1)


# ------------------------------------------------------------------------------------------------ what is known besides


@broken("nothing_labeled_yet")
def tells_none_from_empty(probs, labels) -> Utility:
    return gap(probs) if labels is None else gap(probs) ** 2 * probs[:, 0]


@broken("pending_never_come_back")
def cannot_stand_pending(probs, pending) -> Utility:
    return gap(probs) if pending is None or not len(pending) else gap(probs)[:-1]


@broken("labels_may_be_written_in_any_way")
def takes_labels_for_columns(probs, labels) -> Utility:
    """The label as the number of a column (libact's and ALiPy's expected error reduction)."""
    known = np.zeros(probs.shape[1]) if labels is None else np.bincount(labels.astype(int) % 4, minlength=9)[:4]
    return gap(probs) * (1 + known[probs.argmax(1) % len(known)])


@broken("known_regions_are_left")
def ignores_pending(vectors, reference, labels) -> Greedy:
    """Farthest-first from the labelled alone: it asks next to what somebody is asked about already."""
    known = 0 if labels is None else len(labels)
    near = vectors.norms * 0 + 1.0 if not known else vectors.nearest(reference[:known])
    while True:
        pick = yield near
        near = np.minimum(near, vectors.to(pick.get("vectors")))


@broken("cost_counts")
def likes_it_dear(probs, costs) -> Utility:
    return gap(probs) * costs**2


# ------------------------------------------------------------------------------------------------ every driver


@broken("local_means_local", "shards_agree")
def claims_to_be_local(probs) -> Utility:
    return np.abs(gap(probs) - gap(probs).mean())


@broken("local_means_local")
def normalises_over_the_pool(probs) -> Utility:
    """A softmax over the whole flattened batch (modAL's dropout strategies)."""
    return 1.0 - probs.max(1) / probs.sum()


@broken("lockstep_shards_agree")
def looks_at_the_pool_mean(vectors) -> Greedy:
    rows = vectors.array()
    near = ((rows - rows.mean(0)) ** 2).sum(1)
    while True:
        pick = yield near
        near = np.minimum(near, vectors.to(pick.get("vectors")))


@broken("ties_are_fair")
def breaks_ties_by_position(vectors) -> Greedy:
    near = np.full(len(vectors), np.inf)
    for draw in count():
        pick = yield near - np.arange(len(vectors)) * 1e-9 if draw else -np.arange(len(vectors), dtype=float)
        near = np.minimum(near, vectors.to(pick.get("vectors")))


@broken("shards_agree", local=True)
def looks_at_its_shard(utility, probs, ids, seed, k) -> Picks:
    return ops.top(gap(probs) - gap(probs).min(), ids, min(k, len(ids) // 10), seed)


@broken("over_boxes")
def centres_inside_an_image(probs) -> Utility:
    return np.abs(gap(probs) - gap(probs).mean())


@broken("streams_keep_to_the_budget")
def compares_within_a_chunk(probs) -> Utility:
    return gap(probs) - gap(probs).min()


# ------------------------------------------------------------------------------------------------ what it costs


@broken("spreads_a_batch")
def greedy_that_forgets(vectors) -> Greedy:
    while True:
        yield vectors.norms


@broken("spreads_a_batch")
def takes_places_in_a_part_for_rows(vectors, ids, seed, k) -> Picks:
    """Farthest-first in half of the pool, and the places in that half for those in the pool (small-text's DRAL)."""
    half = ops.top(ops.noise(seed, ids), ids, (len(ids) + 1) // 2, seed)
    return ops.farthest_first(vectors[half], None, min(k, len(half)), ids[half], seed)[0]


@broken("spreads_a_batch")
def covers_the_picks_alone(vectors, ids, seed, k) -> Picks:
    """Only the edges of a pick are taken out, not those of what it covers (small-text's ProbCover)."""
    rows = vectors.array()
    near = ((rows[:, None] - rows) ** 2).sum(2) < 1.0
    return ops.top(near.sum(1).astype(float) + 1e-3 * rows[:, 0] / (1 + np.abs(rows).max()), ids, k, seed)


@broken("spreads_a_batch")
def gives_all_one_embedding(vectors, ids, seed, k) -> Picks:
    """Every sample of a batch gets the embedding of its second (cure-lab's Cluster-Margin)."""
    second = np.full(len(ids), min(1, len(ids) - 1))
    return ops.farthest_first(vectors[second], None, k, ids, seed)[0]


@broken("memory_at_real_sizes", local=False)
def compares_with_a_fifth_of_the_pool(embeddings) -> Utility:
    return np.abs(embeddings @ embeddings[::5].T).mean(1)


@broken("memory_at_real_sizes", local=False)
def builds_gradients(probs, embeddings) -> Utility:
    return np.abs(probs[:, :, None] * embeddings[:, None, :20]).reshape(len(probs), -1).max(1)


@broken("memory_at_real_sizes")
def compares_with_all_labeled(vectors, reference, k, ids, seed) -> Picks:
    if reference is None:
        return ops.top(vectors.norms, ids, k, seed)
    far = ((vectors.array()[:, None, :5] - reference.array()[None, :, :5]) ** 2).sum(2).min(1)
    return ops.top(far, ids, k, seed)


@broken("time_grows_with_the_pool", local=False)
def compares_all_pairs_in_blocks(embeddings) -> Utility:
    return np.concatenate([np.abs(some @ embeddings.T).mean(1) for some in np.array_split(embeddings, 50)])


# ------------------------------------------------------------------------------------------------ under a known name


def _margin(probs) -> Utility:
    """Stands under the name of another, as a decorator that forgets the registry leaves it."""
    return gap(probs) ** 2 * probs[:, 0]


_margin.__name__ = "margin"
BROKEN["imposter"] = Broken(Atom(_margin, meta=Meta("-", DOC, local=True)), ("pickles_and_picks_the_same",), None)


def register(add: Callable[[dict[str, Atom], str, Atom], None]) -> None:
    """Puts those with a name where their text is looked up; `add` must take them out again."""
    for one in BROKEN.values():
        if one.atom is not None:
            add(ATOMS._items, one.atom.name, one.atom)
