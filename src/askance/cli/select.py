"""`askance select POOL -k N`: which N of these to label next, and why.  Floor 6."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from askance.cli import options, show

POOL = Annotated[
    str,
    typer.Argument(
        metavar="POOL", help="A folder of images, a table file, or an .npy/.npz of probabilities or embeddings."
    ),
]
K = Annotated[int, typer.Option("-k", metavar="N", min=0, help="How many to choose.", rich_help_panel=options.MODEL)]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="Table: which are labelled already; the learner is fitted on them.",
        rich_help_panel=options.SOURCE,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", help="Write the picks: .csv .tsv .json .jsonl", rich_help_panel=options.OUTPUT
    ),
]
Sheet = Annotated[
    Path | None,
    typer.Option(
        "--sheet",
        metavar="FILE.png",
        help="Where the contact sheet of an image pool goes; askance-select.png unless named.",
        rich_help_panel=options.OUTPUT,
    ),
]
NoSheet = Annotated[bool, typer.Option("--no-sheet", help="No contact sheet.", rich_help_panel=options.OUTPUT)]
ShardRows = Annotated[
    int,
    typer.Option(
        "--shard-rows", metavar="N", min=0, help="Rows read at a time; 0 chooses.", rich_help_panel=options.SOURCE
    ),
]


USUAL_SHEET = Path("askance-select.png")


def command(
    source: POOL,
    k: K = 20,
    strategy: options.Strategy = "",
    learner: options.Learner = "",
    seed: options.Seed = 0,
    text: options.Text = "",
    path: options.PathColumn = "",
    features: options.Features = "",
    id_column: options.Id = "",
    label: options.Label = "",
    signals: options.Signals = "",
    labels: Labels = None,
    strict: options.Strict = False,
    cache: options.Cache = None,
    shard_rows: ShardRows = 0,
    out: Out = None,
    sheet: Sheet = None,
    no_sheet: NoSheet = False,
    as_json: options.Json = False,
) -> None:
    """Chooses the N samples of POOL most worth labelling, and says why each."""
    from askance.among import single
    from askance.cli import files, opening, picking
    from askance.errors import BadConfig
    from askance.spec import parse

    if strategy:
        single(parse(strategy))  # a typo is said before anything is read
    if out is not None:
        files.check_suffix(out)
    if sheet is not None:
        files.check_sheet(sheet)
    pool = opening.pool(source, text, path, features, id_column, label, signals, strict, cache)
    if sheet is not None and pool.kind != "image":
        raise BadConfig(f"--sheet shows photos, and {source} holds {pool.kind}")
    answers = opening.answers(pool, labels, bool(label))
    spec = opening.learner_text(learner, pool, answers)
    model = opening.learner(spec, pool, opening.apart(cache, source, id_column), strict)
    picked = picking.pick(pool, k, strategy, model, spec, answers, seed, shard_rows)
    _notes(picked, k)
    if out is not None:
        files.write_rows(out, picked.rows())
    drawn = None if no_sheet or pool.kind != "image" else _drawn(picked, sheet)
    if as_json:
        return show.as_json(_object(picked, k, seed, drawn, out))
    return _print(picked, seed, drawn, out)


def _notes(picked: Any, k: int) -> None:
    """What the user should know beside the picks."""
    pool, batch = picked.pool, picked.batch
    if pool.duplicates:
        gone, kept = pool.duplicates[0]
        show.note(f"{show.counted(len(pool.duplicates), 'duplicate')} left out, the first {gone}, the same as {kept}")
    for name, why in list(picked.skipped.items())[: options.SHOWN]:
        show.note(f"skipped {name}: {why}")
    if len(picked.skipped) > options.SHOWN:
        show.note(f"and {len(picked.skipped) - options.SHOWN:,} more were skipped; --json lists them all")
    if len(batch) < k:
        apart = f", {picked.labeled:,} of them labelled" if picked.labeled else ""
        show.note(f"asked for {k:,}, chose {len(batch):,}: the pool has {show.counted(len(pool), 'sample')}{apart}")
    if not batch.exact:
        show.note(
            "the pool does not fit into memory: each shard was narrowed alone, so these are near the best, not the best"
        )


def _drawn(picked: Any, named: Path | None) -> Path | None:
    """The contact sheet; where nobody named a place for it, not being able to write it is no reason to stop."""
    from askance.errors import BadConfig

    try:
        return _sheet(picked, named or USUAL_SHEET)
    except BadConfig as e:
        if named is not None:
            raise
        show.note(f"no contact sheet: {e}")
        return None


def _sheet(picked: Any, path: Path) -> Path:
    """The pictures in the order of their ranks, each with its reason and its name."""
    from askance.report.sheet import caption, contact_sheet

    places = picked.pool.take(picked.batch.ids).data if len(picked.batch) else []
    rows = zip(places, picked.rows(), strict=True)
    tiles = [(place, caption(row["rank"], row["why"], row["item"])) for place, row in rows]
    return contact_sheet(tiles, 5, path, title=f"{picked.strategy}, {len(tiles)} of {len(picked.pool):,}")


def _object(picked: Any, k: int, seed: int, sheet: Path | None, out: Path | None) -> Mapping[str, Any]:
    return {
        "picks": picked.rows(),
        "k": k,
        "pool": len(picked.pool),
        "candidates": picked.batch.pool,
        "labeled": picked.labeled,
        "duplicates": [{"item": gone, "same_as": kept} for gone, kept in picked.pool.duplicates],
        "skipped": dict(picked.skipped),
        "strategy": picked.batch.strategy,
        "learner": picked.learner or None,
        "seed": seed,
        "exact": picked.batch.exact,
        "sheet": None if sheet is None else str(sheet),
        "out": None if out is None else str(out),
    }


def _print(picked: Any, seed: int, sheet: Path | None, out: Path | None) -> None:
    rows = picked.rows()
    if rows:
        cells = [(r["rank"], r["item"], f"{r['utility']:.4g}", r["why"]) for r in rows]
        show.table("", ("rank", "item", "utility", "why"), cells, right=("rank", "utility"))
    by = f"{picked.strategy} and {picked.learner}" if picked.learner else picked.strategy
    of = show.counted(len(picked.pool), "sample")
    show.say(f"{show.counted(len(rows), 'pick')} of {of} by {by}, seed {seed}")
    for what, where in (("the contact sheet", sheet), ("the picks", out)):
        if where is not None:
            show.say(f"{what}: {where}")
