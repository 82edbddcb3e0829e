"""What is measured: the rows of the table, in order, with sizes, strategy, contenders and targets."""

from dataclasses import dataclass, field, replace

VECTORS = ("clustered", "uniform")
GIVEN = ("softmax",)  # probabilities alone, for which the law of the vectors is nothing


@dataclass(frozen=True)
class Case:
    """One row of the table, or one for each law of the vectors.

    family   the function of each library's module that answers it; cases of a family stand from small to large
    rows, dim, classes, members, known, k   N, D, C, T, labelled samples, picks (of each round)
    reduced  {contender: (k, rounds) that it is measured at}, where all of them would take it minutes
    target   CPU seconds, and MB above the inputs where there is one
    """

    name: str
    title: str
    family: str
    strategy: str
    others: tuple[str, ...]
    target: tuple[float, float | None]
    rows: int
    k: int
    dim: int = 0
    classes: int = 0
    members: int = 0
    known: int = 0
    rounds: int = 1
    laws: tuple[str, ...] = VECTORS
    reduced: dict[str, tuple[int, int]] = field(default_factory=dict)
    big: bool = False


ACTIVE, SMALL, MODAL, BMDAL = "scikit-activeml", "small-text", "modAL", "bmdal"
SKLEARN, NUMPY, APRICOT, FAISS = "scikit-learn", "numpy", "apricot", "faiss"
TOP = (MODAL, SMALL, ACTIVE)

CASES = (
    Case("margin", "margin, N=10⁶ C=10 k=1,000", "margin", "margin", TOP, (0.06, 12), 10**6, 1000, 0, 10, laws=GIVEN),
    Case("entropy", "entropy, N=10⁶ C=10 k=1,000", "entropy", "entropy", TOP, (0.06, None), 10**6, 1000, 0, 10,
         laws=GIVEN),
    Case("margin-classes", "margin, N=10⁵ C=1,000 k=1,000", "margin", "margin", TOP, (0.15, 10), 10**5, 1000, 0, 1000,
         laws=GIVEN),
    Case("kcenter-1e4-64", "k-center, N=10⁴ D=64 k=100", "kcenter", "kcenter", (BMDAL, ACTIVE, SMALL, NUMPY),
         (0.02, None), 10**4, 100, 64, known=1000),
    Case("kcenter-1e5-64", "k-center, N=10⁵ D=64 k=1,000", "kcenter", "kcenter", (BMDAL, ACTIVE, SMALL, NUMPY),
         (0.25, None), 10**5, 1000, 64, known=1000),
    Case("kcenter-1e5-512", "k-center, N=10⁵ D=512 k=1,000", "kcenter", "kcenter", (BMDAL, ACTIVE, SMALL, NUMPY),
         (0.8, None), 10**5, 1000, 512, known=1000),
    Case("kcenter-1e6-64", "k-center, N=10⁶ D=64 k=1,000", "kcenter", "kcenter", (BMDAL, ACTIVE, SMALL, NUMPY),
         (1.2, None), 10**6, 1000, 64, known=1000),
    Case("kcenter-1e6-512", "k-center, N=10⁶ D=512 k=1,000", "kcenter", "kcenter", (BMDAL, ACTIVE, SMALL, NUMPY),
         (5.0, 64), 10**6, 1000, 512, known=1000, big=True),
    Case("badge-64", "BADGE, N=10⁵ D=64 C=10 k=1,000", "badge", "badge", (BMDAL, ACTIVE), (0.3, None),
         10**5, 1000, 64, 10, reduced={ACTIVE: (100, 1)}),
    Case("badge-512", "BADGE, N=10⁵ D=512 C=1,000 k=100", "badge", "badge", (BMDAL, ACTIVE), (0.5, 30),
         10**5, 100, 512, 1000),
    Case("badge-512-10000", "BADGE, N=10⁵ D=512 C=1,000 k=10,000", "badge", "badge", (BMDAL,), (8.0, None),
         10**5, 10**4, 512, 1000, laws=VECTORS[:1], big=True),
    Case("kmeans", "k-means, N=10⁵ D=64 k=1,000", "kmeans", "start_kmeans", (SKLEARN, FAISS, SMALL), (3.7, None),
         10**5, 1000, 64),
    Case("dbal", "DBAL, N=10⁵ D=64 C=10 k=100 β=10", "dbal", "dbal(beta=10)", (SKLEARN, ACTIVE), (0.05, None),
         10**5, 100, 64, 10),
    Case("typiclust", "TypiClust, N=10⁵ D=64 k=1,000", "typiclust", "typiclust", (ACTIVE,), (2.0, None),
         10**5, 1000, 64),
    Case("probcover", "ProbCover, N=10⁴ D=64 k=100", "prob_cover", "prob_cover(delta={delta})", (ACTIVE,), (0.2, 50),
         10**4, 100, 64),
    Case("bald", "BALD, N=10⁵ T=20 C=10 k=1,000", "bald", "bald", (SMALL, ACTIVE), (0.09, 20), 10**5, 1000, 0, 10, 20,
         laws=GIVEN),
    Case("batchbald", "BatchBALD, N=10⁴ T=20 C=10 k=10", "batch_bald", "batch_bald", (ACTIVE,), (2.0, 200),
         10**4, 10, 0, 10, 20, laws=GIVEN),
    Case("density", "density, N=10⁴ D=64 k=100", "density", "density", (MODAL,), (0.01, None), 10**4, 100, 64),
    Case("facility", "facility location, N=5,000 D=64 k=100", "facility_location", "facility_location", (APRICOT,),
         (0.5, None), 5000, 100, 64),
    Case("maxherding", "MaxHerding, N=10⁴ D=64, 30 rounds of k=50", "max_herding", "max_herding(h=1.0)", (ACTIVE,),
         (10.0, None), 10**4, 50, 64, rounds=30, reduced={ACTIVE: (50, 3)}),
)  # fmt: skip
BY_NAME = {c.name: c for c in CASES}


def as_measured(case: Case, contender: str) -> Case:
    """The case as this contender is given it."""
    k, rounds = case.reduced.get(contender, (case.k, case.rounds))
    return replace(case, k=min(k, case.k), rounds=min(rounds, case.rounds))


def sized(name: str, rows: str) -> Case:
    """A case by name, with so many rows at most and picks to match, to try it out; "0" leaves it whole."""
    case, n = BY_NAME[name], int(rows)
    if not n:
        return case
    return replace(case, rows=min(case.rows, n), k=min(case.k, max(5, n // 50)), rounds=min(case.rounds, 2))
