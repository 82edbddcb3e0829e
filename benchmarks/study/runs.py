"""The runs of the study: which strategies can run, one run of one, and the file of what is done."""

import json
import signal
import subprocess
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from time import process_time

import numpy as np

from askance import metrics
from askance.campaign.shares import share_out
from askance.history import History
from askance.metrics.measure import Share
from askance.pools.held import HeldPool
from askance.simulate import simulate
from askance.spec import parse
from askance.strategy import RECIPES
from study.learner import Logistic
from study.sets import SETS, Set, opened

TEST = 0.25  # of every set, drawn anew for each seed
MEMBERS = 8
GIVEN = frozenset({"probs", "embeddings", "decision", "members", "history"})  # the loop itself keeps the last
ALL_LABELS = "(all labels)"  # the run that says what the learner reaches with every label that is not tested on

# Another name for the same number: these run once, under the name on the right.
SAME = {"core_log": "epig", "cost_margin": "margin", "expected_cost": "least_confidence"}
LACKS = {
    "frequencies": "no learner gives the counts of labels nearby",
    "outputs": "it is for regression",
    "target": "the user must say which samples matter",
    "answers": "it is for samples that people have answered already",
}


@dataclass(frozen=True)
class Run:
    """One line of the file of runs.

    labels  of each round; picks: a digest of what was asked, in order
    error   why there is no curve: what it raised, or that it took too long
    """

    set: str
    strategy: str
    seed: int
    labels: tuple[int, ...]
    accuracy: tuple[float, ...]
    balanced: tuple[float, ...]
    seconds: float  # of CPU, of the whole run
    select: float  # seconds of it by the clock for choosing alone
    picks: str
    git: str
    error: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        return self.set, self.strategy, self.seed


# ---------------------------------------------------------------- which strategies


def catalogue() -> tuple[list[str], dict[str, str]]:
    """Names to run, and {name: why it is not run}."""
    run: list[str] = []
    left: dict[str, str] = {}
    of_text: dict[str, str] = {}
    for name in sorted(RECIPES.names(), key=lambda n: (n.startswith("start_"), n in SAME, n != RECIPES[n].text, n)):
        text, missing = str(parse(name)), parse(name).needs - GIVEN
        same = of_text.setdefault(text, SAME.get(name, name))
        if missing:
            left[name] = "; ".join(LACKS.get(m, f"no learner of the study gives {m}") for m in sorted(missing))
        elif same != name:
            left[name] = f"the same as {same}"
        else:
            run.append(name)
    return sorted(run), dict(sorted(left.items()))


def changes_soon(name: str) -> bool:
    """Whether k-means++ draws its picks, whose kernel is being replaced while this is written: these run last."""
    return name != ALL_LABELS and "kmeanspp" in str(parse(name))


# ---------------------------------------------------------------- one run


def one_run(of: Set, pool: HeldPool, strategy: str, seed: int) -> Run:
    """The whole loop on one set; the same seed has the same test share and warm-up for every strategy."""
    if strategy == ALL_LABELS:
        return all_labels(of, pool, seed)
    began = process_time()
    members = MEMBERS if "members" in parse(strategy).needs else 0
    history = simulate(
        pool,
        lambda: Logistic(of.c, members),
        strategy,
        pool.answers(),
        batch=of.batch,
        warmup=of.warmup,
        budget=of.budget,
        seed=seed,
        test=TEST,
        measure=both,
    )
    return run_of(of.name, strategy, seed, history, process_time() - began)


def all_labels(of: Set, pool: HeldPool, seed: int) -> Run:
    """The learner on every label that is not tested on."""
    began = process_time()
    truth, shares = pool.answers(), share_out(pool.ids, seed, 0.0, TEST, 0)
    learner = Logistic(of.c)
    learner.fit(pool.take(shares.train), [truth[i] for i in shares.train.tolist()], seed=seed)
    said = learner.signals(pool.take(shares.test), frozenset({"probs"}))
    found = both([truth[i] for i in said.ids.tolist()], said["probs"], learner.classes, "test")
    a, b = (round(found[f"{m}@test"].value, 5) for m in ("accuracy", "balanced"))
    return Run(of.name, ALL_LABELS, seed, (len(shares.train),), (a,), (b,), process_time() - began, 0.0, "", version())


def both(truth: Sequence[str], probs: np.ndarray, classes: Sequence[str], share: Share) -> Mapping[str, metrics.Metric]:
    """Accuracy and balanced accuracy, without the bootstrap of the second: the study has its seeds for that."""
    t, said = np.asarray(truth, str), np.asarray(classes, str)[probs.argmax(1)]
    recall = float(np.mean([(said[t == c] == c).mean() for c in np.unique(t)]))
    return {
        f"accuracy@{share}": metrics.accuracy(truth, said),
        f"balanced@{share}": metrics.Metric(recall, recall, recall, len(t)),
    }


def run_of(name: str, strategy: str, seed: int, history: History, seconds: float) -> Run:
    shown = [r for r in history.rounds if r.metrics]
    picks = np.array([p.id for r in history.rounds for p in r.picks], "<u8")
    return Run(
        name,
        strategy,
        seed,
        tuple(r.labeled for r in shown),
        tuple(round(r.metrics["accuracy@test"].value, 5) for r in shown),
        tuple(round(r.metrics["balanced@test"].value, 5) for r in shown),
        round(seconds, 3),
        round(sum(r.seconds.get("select", 0.0) for r in history.rounds), 3),
        f"{zlib.crc32(picks.tobytes()):08x}",
        version(),
    )


@lru_cache
def version() -> str:
    """The commit, with a + where the library itself differs from it."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(here), *words], capture_output=True, text=True, check=False).stdout

    changed = git("status", "--porcelain", "--", str(here.parents[1] / "src"))
    return git("rev-parse", "--short=7", "HEAD").strip() + ("+" if changed.strip() else "")


# ---------------------------------------------------------------- many runs

Task = tuple[str, str, int]  # set, strategy, seed
OneRun = Callable[[Set, HeldPool, str, int], Run]


def planned(sets: Sequence[str], strategies: Sequence[str], seeds: Iterable[int], at_once: int = 2) -> list[Task]:
    """Seeds come a few at a time, so that what is done at any moment is about as far for all; `changes_soon` last."""
    tasks = [(s, name, seed) for seed in seeds for s in sets for name in strategies]
    place = {s: n for n, s in enumerate(sets)}
    late = {name: changes_soon(name) for name in strategies}
    first = (ALL_LABELS, "random")
    return sorted(tasks, key=lambda t: (late[t[1]], t[2] // at_once, place[t[0]], t[1] not in first, t[2]))


def done(file: Path) -> list[Run]:
    """What the file holds, one of each key, a run before an error; a line that was cut off by a kill is left out."""
    if not file.exists():
        return []
    found: dict[Task, Run] = {}
    for line in file.read_text("utf-8").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        lists = {k: tuple(said[k]) for k in ("labels", "accuracy", "balanced")}
        run = Run(**{**said, **lists})
        if run.key not in found or found[run.key].error:
            found[run.key] = run
    return list(found.values())


def add(file: Path, run: Run) -> None:
    """One write, so that a kill leaves whole lines; a line that was cut off is ended first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    cut = file.exists() and _last_byte(file) not in (b"", b"\n")
    with file.open("a", encoding="utf-8") as f:
        f.write(("\n" if cut else "") + json.dumps(asdict(run), separators=(",", ":")) + "\n")


def _last_byte(file: Path) -> bytes:
    with file.open("rb") as f:
        f.seek(max(0, file.stat().st_size - 1))
        return f.read()


@lru_cache(len(SETS))
def pool_of(name: str, work: Path) -> HeldPool:
    return opened(SETS[name], work)


def attempt(work: Path, task: Task, most: float, one: OneRun = one_run) -> Run:
    """Runs a task; what it raises, or that it took over `most` CPU seconds, is what there is to say of it then."""
    name, strategy, seed = task
    pool, began = pool_of(name, work), process_time()
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, most)
    try:
        return one(SETS[name], pool, strategy, seed)
    except Exception as e:  # a strategy that fails is a finding, and no reason to stop the others
        seconds = round(process_time() - began, 3)
        return Run(*task, (), (), (), seconds, 0.0, "", version(), f"{type(e).__name__}: {e}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _too_long(number: int, frame: object) -> None:
    raise TimeoutError("took too long")
