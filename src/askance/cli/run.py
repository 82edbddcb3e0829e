"""`askance run NAME`: the loop with an answer key or a program that answers, and controls beside it.  Floor 6."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askance.cli import campaigns, options, show

if TYPE_CHECKING:
    from askance.campaign import Campaign
    from askance.cli.trials import Trial
    from askance.protocols import Oracle

ANSWERS, CONTROL = "Who answers", "Controls"

Truth = Annotated[
    str,
    typer.Option(
        "--truth",
        metavar="KEY",
        help="A table of labels, a folder of class folders, or `folders`: the pool's own.",
        rich_help_panel=ANSWERS,
    ),
]
OracleText = Annotated[
    str, typer.Option("--oracle", metavar="MODULE:FUNCTION", help="A function that answers.", rich_help_panel=ANSWERS)
]
Noise = Annotated[
    float,
    typer.Option("--noise", metavar="SHARE", min=0, max=1, help="Share of wrong answers.", rich_help_panel=ANSWERS),
]
Until = Annotated[
    str, typer.Option("--until", metavar="RULE", help="Stopping rule, such as 'target(at=0.95) | plateau'.")
]
Control = Annotated[
    str,
    typer.Option("--control", metavar="TEXT;TEXT", help="Compare with these strategies.", rich_help_panel=CONTROL),
]
Seeds = Annotated[
    int, typer.Option("--seeds", metavar="N", min=1, help="Seeds of the comparison.", rich_help_panel=CONTROL)
]


def command(
    name: options.Name,
    truth: Truth = "",
    oracle: OracleText = "",
    noise: Noise = 0.0,
    until: Until = "",
    control: Control = "",
    seeds: Seeds = 5,
    as_json: options.Json = False,
) -> None:
    """Runs until the budget or pool is used up, or RULE says so.  Stopped at any moment, it goes on where it was."""
    from askance.cli import comparing, rounds
    from askance.cli.status import judged

    with campaigns.opened(name) as campaign:
        if control:
            check_test(campaign)  # before the run, which may take hours
        history = campaign.run(answering(campaign, truth, oracle, noise), until)
        compared = compare(campaign, key(campaign, truth), control, seeds) if control else []
    if as_json:
        said = {"comparison": comparing.plain(compared)} if compared else {}
        return show.as_json({**rounds.plain(history), **said})
    rounds.table(history.rounds)
    for verdict in history.rounds[-1].verdicts if history.rounds else ():
        show.say(judged(verdict.rule, verdict.stop, verdict.why))
    if compared:
        comparing.tables(compared)
    show.say(f"{show.counted(history.labels, 'label')}; `askance report {name}` shows them")
    return None


def answering(campaign: "Campaign", truth: str, oracle: str, noise: float) -> "Oracle":
    from askance.errors import BadConfig
    from askance.oracles import AnswerKey, NoisyKey, from_text

    if oracle:
        if truth or noise:
            raise BadConfig("--oracle answers by itself; --truth and --noise have no place beside it")
        with here_first():
            return from_text(oracle)
    found = key(campaign, truth)
    return NoisyKey(found, noise, campaign.config.seed) if noise else AnswerKey(found)


@contextmanager
def here_first() -> Iterator[None]:
    """An installed command does not look for modules in the folder that it is called in; people expect it to."""
    sys.path.insert(0, "")
    try:
        yield
    finally:
        sys.path.remove("")


def key(campaign: "Campaign", truth: str) -> Mapping[int, str]:
    """{id: label}: what --truth names, else the configuration, else what the pool itself tells; checked."""
    from askance.campaign import setup
    from askance.errors import BadConfig, BadLabel

    if truth == "folders":
        found = campaign.pool.answers()
    else:
        found = setup.read_key(truth, campaign.pool) if truth else setup.answers(campaign.config, campaign.pool)
    if not found:
        raise BadConfig("nobody knows the labels: name an answer key with --truth FILE, or a function with --oracle")
    kind, checked = campaign.label_kind, {}
    for i, label in found.items():
        try:
            checked[i] = kind.check(label)
        except BadLabel as e:
            raise BadLabel(
                f"{truth or 'the answer key'}, {campaign.pool.names[campaign.pool.ids == i][0]}: {e}"
            ) from None
    return checked


def check_test(campaign: "Campaign") -> None:
    from askance.errors import BadConfig

    if not campaign.config.test:
        raise BadConfig("a comparison needs a share to test on; make the campaign with --test 0.2 and --truth KEY")


def compare(campaign: "Campaign", truth: Mapping[int, str], control: str, seeds: int) -> "list[Trial]":
    """The campaign's strategy and the controls over the seeds, in memory; kept for the report."""
    from askance.campaign import setup
    from askance.cli import trials
    from askance.spec import parse

    controls = [text.strip() for text in control.split(";") if text.strip()]
    for text in controls:
        parse(text)
    config, pool, cache = campaign.config, campaign.pool, campaign.folder.features

    def make() -> Any:
        return setup.make_learner(config, pool, cache)

    done = trials.trials(pool, make, truth, config, controls, seeds)
    trials.save(Path(campaign.folder.reports) / campaigns.COMPARED, done)
    return done
