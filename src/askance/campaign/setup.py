"""From a configuration to what a round needs: the pool, the answer key, the learner, the plan.  Floor 5."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from askance.campaign.config import Config
from askance.campaign.plan import Plan, predicts_numbers
from askance.campaign.shares import share_out
from askance.errors import BadConfig, BadLabel
from askance.labels.text import CLASS, NAMED, NUMBER
from askance.learners import Prepared
from askance.ops import hex_id
from askance.protocols import Learner, Pool
from askance.spec import parse
from askance.usual import named

# What says something of a pool without having learned: the features that people brought.
NOTHING = {"signals": "precomputed", "array": "linear", "table": "linear", "text": "tfidf", "audio": "mel"}


def open_pool(config: Config, cache: Path) -> Pool:
    from askance.pools import open_pool

    p = config.pool
    if not p.source:
        raise BadConfig(
            "pool: say where the samples lie, as in pool = 'photos'; a pool from memory is passed on opening"
        )
    return open_pool(
        p.source,
        text=p.text or None,
        path=p.path or None,
        features=list(p.features) or None,
        id=p.id or None,
        label=p.label or None,
        signals=p.signals or None,
        strict=config.strict,
        cache=cache,
    )


def make_learner(config: Config, pool: Pool, cache: Path) -> Learner:
    from askance.learners.spec import make_learner

    kind, classes = pool.kind, config.classes
    return make_learner(config.learner, pool_kind=kind, cache=cache, classes=classes, strict=config.strict)


def prepared(learner: Learner, pool: Pool) -> Learner:
    if isinstance(learner, Prepared):
        learner.prepare(pool.take(pool.ids))
    return learner


def answers(config: Config, pool: Pool) -> Mapping[int, str]:
    """The answer key: the file that is named, else what the pool itself tells; it may be empty."""
    if not config.truth:
        return pool.answers()
    return read_key(config.truth, pool)


def read_key(path: str | Path, pool: Pool) -> Mapping[int, str]:
    """{id: label} from a table with a column that names the sample and one with its label, or from class folders."""
    from askance.pools import open_pool, read_answers

    if not Path(path).is_dir():
        return read_answers(path, pool)
    there = set(pool.ids.tolist())
    found = {i: label for i, label in open_pool(path).answers().items() if i in there}
    if not found:
        raise BadLabel(f"the answer key {path} has none of the pool's samples in folders that are named like classes")
    return found


def with_learner(config: Config, pool: Pool) -> Config:
    """With the learner named: the default for the kind of pool, where the configuration leaves it open."""
    from askance.learners.schemes import NUMBERS
    from askance.learners.spec import default_learner

    if not config.learned:
        return replace(config, learner=config.learner or NOTHING.get(pool.kind, "none"))
    if config.of_numbers and pool.kind not in NUMBERS:  # nothing here predicts numbers from texts or photos
        return replace(config, learner=config.learner or "none")
    return replace(config, learner=config.learner or default_learner(pool.kind, config.of_numbers))


def check_labels(config: Config, learner: Learner) -> None:
    """A learner of numbers for numbers, and one of classes for classes; it may give neither."""
    if not config.learned:
        return
    if config.kind.name == NUMBER and "prediction" not in learner.provides:
        raise BadConfig(
            f"labels are numbers, and the learner {config.learner!r} predicts none; "
            "ridge, gp, mlp and regressor:Name(...) do"
        )
    if not config.of_numbers and predicts_numbers(learner):
        raise BadConfig(
            f"the learner {config.learner!r} predicts numbers, and labels are classes; say labels = 'number'"
        )


def with_strategies(config: Config, learner: Learner) -> Config:
    """With both strategies named: the usual ones for what the learner gives, where the configuration names none."""
    return replace(
        config,
        strategy=named(config.strategy, learner.provides if config.learned else learner.cold, cold=not config.learned),
        warmup_strategy=named(config.warmup_strategy, learner.cold, cold=True),
    )


def with_classes(config: Config, pool: Pool) -> Config:
    """With the classes named: those of the known labels, where the configuration leaves them open.

    Boxes, spans and the like need one, and numbers have none.
    """
    if config.kind.name in NAMED:
        if not config.classes and config.kind.name != "keypoints":
            marked = f"labels = {config.labels!r} take the names of what is marked"
            raise BadConfig(f"classes: {marked}; write classes = ['cat', 'dog']")
        return config
    if config.kind.name != CLASS:
        return config
    classes = config.classes or tuple(sorted(set(answers(config, pool).values())))
    if len(classes) < 2 and not config.open_classes:
        named = f"only {classes[0]!r} is" if classes else "none is"
        raise BadConfig(f"classes: two or more are needed, and {named} known; write classes = ['cat', 'dog']")
    return replace(config, classes=classes)


def make_plan(config: Config, pool: Pool) -> Plan:
    shares = share_out(pool.ids, config.seed, config.validation, config.test, config.stop_set)
    return Plan(
        pool=pool,
        strategy=parse(config.strategy),
        shares=shares,
        batch=config.batch,
        warmup=config.warmup,
        warmup_strategy=parse(config.warmup_strategy),
        budget=config.budget,
        seed=config.seed,
        validation=config.validation,
        test_labels=_test_labels(config, pool, shares.test.tolist()) if config.test else {},
        stop=config.stop,
        strict=config.strict,
        learns=config.learned,
        control=config.control,
    )


def _test_labels(config: Config, pool: Pool, test: list[int]) -> dict[int, str]:
    truth = answers(config, pool)
    found = {i: truth[i] for i in test if i in truth}
    if test and not found:
        raise BadConfig(
            f"test = {config.test} sets {len(test)} samples aside, and `truth` has a label for none of them"
        )
    kind, checked = config.kind, {}
    for i, label in found.items():
        try:
            checked[i] = kind.check(label)
        except BadLabel as e:
            raise BadLabel(f"the answer key has a wrong label for sample {hex_id(i)}: {e}") from None
    return checked
