"""A campaign's whole configuration: one TOML or YAML file that recreates it.  Floor 5.

pool = "photos"                      # or a table:  [pool]  source = "tweets.csv"  text = "body"
classes = ["cat", "dog"]
learner = "onnx:mobilenet.onnx"
strategy = "dbal"
batch = 20
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from askance import stopping
from askance.errors import BadConfig, BadLabel, nearest
from askance.labels import parse_kind
from askance.labels.single import check_name
from askance.labels.text import CLASS, LEARNED, NAMED, OF_NUMBERS
from askance.protocols import LabelKind
from askance.spec import parse
from askance.usual import AUTO

AGGREGATES = ("first", "majority", "dawid_skene")


def said(help: str, default: Any = "", low: float | None = None, below: float | None = None) -> Any:
    """A setting: its default, what it means, and its range, low <= value < below."""
    return field(default=default, metadata={"help": help, "low": low, "below": below})


@dataclass(frozen=True)
class PoolConfig:
    """Where the samples lie, and which columns of a table hold what."""

    source: str = said("a folder, a table file, an .npy or .npz, or a URL of one of these")
    text: str = said("table: the column with the text")
    path: str = said("table: the column with file names or URLs of images or recordings")
    features: tuple[str, ...] = said("table: the feature columns", ())
    id: str = said("table: the column that names a sample; else its content does")
    label: str = said("table: the column with the labels that are known")
    signals: str = said("array: what it holds, probs or embeddings, where that is not plain")


@dataclass(frozen=True)
class Config:
    """Every setting, with its default."""

    pool: PoolConfig = field(default=PoolConfig(), metadata={"help": "where the samples lie"})
    labels: str = said("what a label is: class, or number, as in number(low=0, high=100, unit='MPa')", "class")
    classes: tuple[str, ...] = said("names of the classes; left out, they are those of the known labels", ())
    open_classes: bool = said("true: a label that is not among the classes is taken as a new class", False)
    learner: str = said("what learns; left out, the default for this kind of pool")
    strategy: str = said("what to ask about next; left out or auto, uherding or what the learner allows")
    batch: int = said("questions a round", 20, low=1)
    warmup: int = said("questions of round 0, before anything is learned", 20, low=1)
    warmup_strategy: str = said("how round 0 is chosen; left out, typiclust where there are embeddings, else random")
    budget: int | None = said("most labels to ask for in all; left out, as many as the pool has", None, low=1)
    overlap: int = said("people who are asked each question", 1, low=1, below=1000)
    aggregate: str = said("which of several answers counts: first, majority or dawid_skene", "majority")
    gold: float = said("share of what people are asked whose answer is known, to see how they do", 0.0, low=0, below=1)
    gold_feedback: bool = said("true: whoever answers a gold question is told at once how they did", False)
    seed: int = said("same seed, same picks", 0, low=0, below=2**32)
    validation: float = said("share of the pool, and so of every batch, drawn to measure on", 0.0, low=0, below=1)
    test: float = said("share of the pool that is only measured on; its labels come from `truth`", 0.0, low=0, below=1)
    control: int = said("folds in which labels that were drawn at random are learned from alone, to compare", 0, low=0)
    stop: str = said("stopping rule that may end a run; left out, verdicts are shown and never act")
    stop_set: int = said("samples whose predictions the stopping rules watch", 1000, low=0)
    truth: str = said("answer key: a CSV or JSONL file, or a folder with one folder a class")
    strict: bool = said("true: stop at the first sample that cannot be read, instead of leaving it out", False)

    def __post_init__(self) -> None:
        for f in fields(self):
            check_value(f, getattr(self, f.name))
        for f in fields(PoolConfig):
            check_value(f, getattr(self.pool, f.name), "pool.")
        check_classes(self.classes)
        name = self.kind.name
        if name not in NAMED | {CLASS} and (self.classes or self.open_classes):
            raise BadConfig(f"classes have no place beside labels = {self.labels!r}: there a label is a {name}")
        if name != CLASS and self.open_classes:
            raise BadConfig(f"open_classes is for labels = 'class', not {self.labels!r}")
        if self.aggregate not in AGGREGATES:
            named = ", ".join(AGGREGATES)
            hint = nearest(self.aggregate, AGGREGATES)
            raise BadConfig(f"aggregate must be one of {named}, not {self.aggregate!r}{hint}")
        if self.aggregate == "dawid_skene" and name not in (CLASS, "preference"):
            raise BadConfig(
                f"dawid_skene is for labels that are one class of several, not {self.labels!r}; majority suits any"
            )
        if self.control == 1:
            raise BadConfig("control is a number of folds, 2 or more, or 0 for none; 5 is usual")
        for text in {self.strategy, self.warmup_strategy} - {"", AUTO}:
            parse(text)
        if self.stop:
            stopping.parse(self.stop)
        if self.validation + self.test >= 1:
            raise BadConfig(f"validation ({self.validation}) and test ({self.test}) leave nothing to learn from")

    @property
    def kind(self) -> LabelKind:
        """What sort of answer is wanted."""
        return parse_kind(self.labels, self.classes, self.open_classes)

    @property
    def learned(self) -> bool:
        """Whether a model learns from such labels; else questions are chosen without one."""
        return self.learner != "none" and self.kind.name in LEARNED

    @property
    def of_numbers(self) -> bool:
        return self.kind.name in OF_NUMBERS

    def plain(self) -> dict[str, Any]:
        """As JSON and TOML have it; settings that are None are left out."""
        return _plain(asdict(self))

    def text(self) -> str:
        """The TOML that reads back as this."""
        return tomli_w.dumps(self.plain())


def from_text(text: str, where: str = "the configuration") -> Config:
    """TOML text to Config."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise BadConfig(f"cannot read {where} as TOML: {e}") from None
    return from_mapping(data, where)


def read_config(path: Path) -> Config:
    """A .toml, .yaml or .yml file.  Paths in it are relative to the file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise BadConfig(f"cannot read the configuration {path}: {getattr(e, 'strerror', None) or e}") from None
    config = _from_yaml(text, str(path)) if path.suffix in (".yaml", ".yml") else from_text(text, str(path))
    return rooted(config, path.parent)


def _from_yaml(text: str, where: str) -> Config:
    import yaml

    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as e:
        raise BadConfig(f"cannot read {where} as YAML: {' '.join(str(e).split())}") from None
    if not isinstance(data, dict):
        raise BadConfig(f"{where} must hold keys and values, such as `batch: 20`")
    return from_mapping(data, where)


def from_mapping(data: Mapping[str, Any], where: str = "the configuration") -> Config:
    """Plain data to Config.  An unknown key is a BadConfig with the nearest one; `pool` may be its source alone."""
    try:
        pool = data.get("pool", {})
        pool = {"source": pool} if isinstance(pool, str) else pool
        if not isinstance(pool, Mapping):
            raise BadConfig(f"pool must be a path, or a table with source and columns, not {pool!r}")
        inner = PoolConfig(**_known(PoolConfig, pool, "pool."))
        rest = {k: v for k, v in data.items() if k != "pool"}
        return Config(pool=inner, **_known(Config, rest, ""))
    except BadConfig as e:
        raise BadConfig(f"{where}: {e}") from None


def rooted(config: Config, folder: Path) -> Config:
    """With the pool and the answer key by absolute path, so that it means the same from anywhere; URLs stay."""
    pool = replace(config.pool, source=_absolute(config.pool.source, folder))
    return replace(config, pool=pool, truth=_absolute(config.truth, folder))


def _absolute(path: str, folder: Path) -> str:
    if not path or "://" in path:
        return path
    return str((folder / Path(path).expanduser()).resolve())


def _known(of: type, data: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    names = [f.name for f in fields(of)]
    for key in data:
        if key not in names:
            hint = nearest(str(key), names) or f"; there are {', '.join(names)}"
            raise BadConfig(f"there is no key {prefix + str(key)!r}{hint}")
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}


WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    tuple: "a list of texts",
    PoolConfig: "a PoolConfig",
}


def check_value(f: "Field[Any]", value: Any, prefix: str = "") -> None:
    """A BadConfig that names the key, what is wrong with its value, and what would be right."""
    name, default, m = prefix + f.name, f.default, f.metadata
    if value is None and default is None:
        return
    wanted: type = int if default is None else type(default if default is not MISSING else "")
    fits = isinstance(value, (int, float) if wanted is float else wanted)
    fits = fits and (wanted is bool or not isinstance(value, bool))
    if wanted is tuple:
        fits = fits and all(isinstance(v, str) for v in value)
    if not fits:
        raise BadConfig(f"{name} must be {WORDS[wanted]}, not {value!r}")
    low, below = m.get("low"), m.get("below")
    if (low is not None and not value >= low) or (below is not None and not value < below):
        span = f"{low} or more" if below is None else f"from {low} to below {below}"
        raise BadConfig(f"{name} must be {span}, not {value!r}")


def check_classes(classes: tuple[str, ...]) -> None:
    for i, name in enumerate(classes):
        try:
            check_name(name)
        except BadLabel as e:
            raise BadConfig(f"classes: {e}") from None
        if name in classes[:i]:
            raise BadConfig(f"classes names {name!r} twice")


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {k: _plain(v) for k, v in data.items() if v is not None}
    return [_plain(v) for v in data] if isinstance(data, (tuple, list)) else data
