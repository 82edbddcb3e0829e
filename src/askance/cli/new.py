"""`askance new NAME`: makes a campaign, from options, a configuration file, or both.  Floor 6."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from askance.cli import campaigns, options, show
from askance.cli.options import MODEL, SOURCE

LOOP, MEASURE, PEOPLE = "The loop", "Measuring and stopping", "Several people"

File = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="A .toml or .yaml file; options given beside it come first."),
]
Annotations = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Annotations in any format (docs/formats.md): its samples, kind of label, classes and answers.",
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="NAME", help="Of that file; else it is known by the content.")]
Pool = Annotated[
    str,
    typer.Option("--pool", metavar="POOL", help="A folder, a table, an .npy/.npz, or a URL.", rich_help_panel=SOURCE),
]
Labels = Annotated[
    str,
    typer.Option(
        "--labels",
        metavar="KIND",
        help="What a label is: class, number, or as in 'number(low=0, unit=\"MPa\")'.",
        rich_help_panel=SOURCE,
    ),
]
Classes = Annotated[
    str,
    typer.Option(
        "--classes", metavar="A,B", help="Names of the classes; else those of known labels.", rich_help_panel=SOURCE
    ),
]
OpenClasses = Annotated[
    bool, typer.Option("--open-classes", help="A label that is no class yet becomes one.", rich_help_panel=SOURCE)
]
Truth = Annotated[
    str,
    typer.Option("--truth", metavar="KEY", help="Answer key: a table, or class folders.", rich_help_panel=MEASURE),
]
Batch = Annotated[int | None, typer.Option("--batch", metavar="N", help="Questions a round.", rich_help_panel=LOOP)]
Warmup = Annotated[
    int | None, typer.Option("--warmup", metavar="N", help="Questions of round 0.", rich_help_panel=LOOP)
]
WarmupStrategy = Annotated[
    str, typer.Option("--warmup-strategy", metavar="TEXT", help="What chooses round 0.", rich_help_panel=MODEL)
]
Budget = Annotated[int | None, typer.Option("--budget", metavar="N", help="Most labels in all.", rich_help_panel=LOOP)]
Seed = Annotated[int | None, typer.Option("--seed", help="Same seed, same picks.", rich_help_panel=LOOP)]
Validation = Annotated[
    float | None,
    typer.Option("--validation", metavar="SHARE", help="Share drawn to measure on.", rich_help_panel=MEASURE),
]
Test = Annotated[
    float | None,
    typer.Option("--test", metavar="SHARE", help="Share only tested on, by the answer key.", rich_help_panel=MEASURE),
]
Control = Annotated[
    int | None,
    typer.Option(
        "--control", metavar="FOLDS", help="Folds of the random control; 5 is usual.", rich_help_panel=MEASURE
    ),
]
Overlap = Annotated[
    int | None, typer.Option("--overlap", metavar="N", help="People asked each question.", rich_help_panel=PEOPLE)
]
Aggregate = Annotated[
    str,
    typer.Option(
        "--aggregate",
        metavar="RULE",
        help="Which of several answers counts: first, majority, dawid_skene.",
        rich_help_panel=PEOPLE,
    ),
]
Gold = Annotated[
    float | None,
    typer.Option("--gold", metavar="SHARE", help="Share of questions whose answer is known.", rich_help_panel=PEOPLE),
]
GoldFeedback = Annotated[
    bool,
    typer.Option("--gold-feedback", help="Tell people how they did on a gold question.", rich_help_panel=PEOPLE),
]
Stop = Annotated[
    str, typer.Option("--stop", metavar="RULE", help="Stopping rule that may end a run.", rich_help_panel=MEASURE)
]
StopSet = Annotated[
    int | None,
    typer.Option("--stop-set", metavar="N", help="Samples that stopping rules watch.", rich_help_panel=MEASURE),
]

Database = Annotated[
    str,
    typer.Option(
        "--database",
        metavar="URL",
        help="A PostgreSQL server for the answers, or env:VARIABLE with its URL; else a file in the folder.",
        rich_help_panel=SOURCE,
    ),
]

# Of the pool, as a configuration has it: the option.
POOL = {
    "source": "pool",
    "text": "text",
    "path": "path",
    "features": "features",
    "id": "id_column",
    "label": "label",
    "signals": "signals",
}
# The options that are called what a configuration calls them.
CAMPAIGN = (
    "labels",
    "classes",
    "open_classes",
    "learner",
    "strategy",
    "warmup_strategy",
    "batch",
    "warmup",
    "budget",
    "seed",
    "validation",
    "test",
    "truth",
    "stop",
    "stop_set",
    "control",
    "overlap",
    "aggregate",
    "gold",
    "gold_feedback",
    "strict",
)
SEVERAL = ("features", "classes")  # names with commas between them


def command(
    name: options.Name,
    config: File = None,
    annotations: Annotations = None,
    format: Format = "",
    pool: Pool = "",
    text: options.Text = "",
    path: options.PathColumn = "",
    features: options.Features = "",
    id_column: options.Id = "",
    label: options.Label = "",
    signals: options.Signals = "",
    labels: Labels = "",
    classes: Classes = "",
    open_classes: OpenClasses = False,
    learner: options.Learner = "",
    strategy: options.Strategy = "",
    warmup_strategy: WarmupStrategy = "",
    batch: Batch = None,
    warmup: Warmup = None,
    budget: Budget = None,
    seed: Seed = None,
    validation: Validation = None,
    test: Test = None,
    truth: Truth = "",
    stop: Stop = "",
    stop_set: StopSet = None,
    control: Control = None,
    overlap: Overlap = None,
    aggregate: Aggregate = "",
    gold: Gold = None,
    gold_feedback: GoldFeedback = False,
    database: Database = "",
    strict: options.Strict = False,
    as_json: options.Json = False,
) -> None:
    """Makes a campaign: a folder NAME.askance that remembers every question, answer and round."""
    typed = locals()
    make(name, config, _of_pool(typed), _of_campaign(typed), as_json, database, annotations, format)


def make(
    name: Path,
    file: Path | None,
    where: Mapping[str, Any],
    said: Mapping[str, Any],
    as_json: bool,
    database: str = "",
    annotations: Path | None = None,
    format: str = "",
) -> None:
    """where: settings of the pool, said: the others; they go before those of the file, and of the annotations."""
    from dataclasses import replace

    from askance.campaign import Campaign, Config, read_config
    from askance.cli import beginning

    if annotations is not None:
        place = campaigns.folder(name)
        begun = beginning.begin(annotations, format, place, where.get("source", ""), said.get("labels", ""))
        where, said = {**begun.where, **where}, {**begun.said, **said}

    base = read_config(file) if file is not None else Config()
    config = replace(base, pool=replace(base.pool, **where), **said)
    campaign = Campaign.create(campaigns.folder(name), config, database=database)
    try:
        if annotations is not None and begun.answers:
            beginning.bring(campaign, annotations, format)
        _tell(campaign, name, as_json)
    finally:
        campaign.close()


def _of_pool(typed: Mapping[str, Any]) -> dict[str, Any]:
    return _given({key: _value(typed, option) for key, option in POOL.items()})


def _of_campaign(typed: Mapping[str, Any]) -> dict[str, Any]:
    return _given({option: _value(typed, option) for option in CAMPAIGN})


def _value(typed: Mapping[str, Any], option: str) -> Any:
    return tuple(options.columns(typed[option])) if option in SEVERAL else typed[option]


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed: '', (), None and False are what an option holds that was not."""
    return {key: value for key, value in values.items() if value not in ("", (), None) and value is not False}


def _tell(campaign: Any, name: Path, as_json: bool) -> None:
    pool, config = campaign.pool, campaign.config
    for skipped, why in list(pool.skipped.items())[: options.SHOWN]:
        show.note(f"skipped {skipped}: {why}")
    if as_json:
        found = {"folder": str(campaign.folder.root), "samples": len(pool), "duplicates": len(pool.duplicates)}
        return show.as_json({**found, "skipped": dict(pool.skipped), "config": config.plain()})
    apart = f", {show.counted(len(pool.duplicates), 'duplicate')} left out" if pool.duplicates else ""
    what = f"classes {', '.join(config.classes)}" if config.kind.name == "class" else f"labels {config.labels}"
    show.say(f"{campaign.folder.root}: {show.counted(len(pool), 'sample')}{apart}, {what}")
    show.say(f"learner {config.learner}, strategy {config.strategy}, {config.batch} questions a round")
    show.say(f"next: askance label {name}" + (f", or askance run {name}" if config.truth else ""))
    return None
