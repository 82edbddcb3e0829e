"""`askance pal POOL`: trains the stream policy `pal` on a labelled pool, to be carried to another.  Floor 6."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askance.cli import options, show

if TYPE_CHECKING:
    import numpy as np

    from askance.protocols import Learner, Pool

POOL = Annotated[
    str, typer.Argument(metavar="POOL", help="A labelled pool: a table, a folder of images, an array of embeddings.")
]
Out = Annotated[
    Path,
    typer.Option("--out", metavar="FILE.json", help="Where the policy goes.", rich_help_panel=options.OUTPUT),
]
Budget = Annotated[
    float,
    typer.Option(
        "--budget",
        metavar="SHARE",
        help="The share of the arrivals that it may ask about.",
        rich_help_panel=options.MODEL,
    ),
]
EpisodesMany = Annotated[
    int,
    typer.Option(
        "--episodes", metavar="N", min=1, help="Reshuffled streams to learn from.", rich_help_panel=options.MODEL
    ),
]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--labels", metavar="FILE", help="Table: the labels, where not in the pool.", rich_help_panel=options.SOURCE
    ),
]


def command(
    source: POOL,
    out: Out = Path("pal.json"),
    budget: Budget = 0.1,
    episodes: EpisodesMany = 192,
    learner: options.Learner = "",
    seed: options.Seed = 0,
    text: options.Text = "",
    path: options.PathColumn = "",
    features: options.Features = "",
    id_column: options.Id = "",
    label: options.Label = "",
    labels: Labels = None,
    strict: options.Strict = False,
    cache: options.Cache = None,
    as_json: options.Json = False,
) -> None:
    """Learns from a labelled pool when a stream is worth a question; the policy serves on any other stream."""
    from askance.cli import opening
    from askance.errors import BadConfig
    from askance.pal import Plan, train, write

    if not out.absolute().parent.is_dir():  # said before any work
        raise BadConfig(f"there is no folder {out.parent} to write {out.name} into")
    pool = opening.pool(source, text, path, features, id_column, label, "", strict, cache)
    answers = opening.answers(pool, labels, bool(label))
    spec = opening.learner_text(learner, pool, answers)
    model = opening.learner(spec, pool, opening.apart(cache, source, id_column), strict)
    x, y = rows(pool, model, answers)
    trained = train(x, y, budget, seed, Plan(episodes=episodes))
    write(out, trained)
    if as_json:
        facts = {"budget": budget, "episodes": episodes, "arrivals": trained.arrivals, "samples": len(y), "seed": seed}
        return show.as_json({"file": str(out), **facts})
    show.note(f"{show.counted(episodes, 'episode')} of {trained.arrivals:,} arrivals, from {len(y):,} labelled samples")
    return show.say(f"""{out}: askance stream ARRIVALS --policy "pal(path='{out}', budget={budget:g})" """.rstrip())


def rows(pool: "Pool", model: "Learner | None", answers: Mapping[int, str]) -> "tuple[np.ndarray, np.ndarray]":
    """Embeddings (n, D) and labels (n,) of the samples that have a label and can be read."""
    import numpy as np

    from askance.errors import BadLabel, MissingSignal

    if not answers:
        raise BadLabel("a policy is trained on a labelled pool; name the column with --label, or a file with --labels")
    ids = np.sort(np.fromiter(answers, np.uint64, len(answers)))
    samples = pool.take(ids)
    said = samples.data if model is None else model.signals(samples, frozenset({"embeddings"}))
    if "embeddings" not in said.names:
        raise MissingSignal("a policy is trained on embeddings, and the pool has none; give features, or a --learner")
    return said["embeddings"], np.array([answers[i] for i in said.ids.tolist()])
