"""Labels in, from a table of answers or any other file of annotations: all of it or none.  Floor 5."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from askance.campaign import reading
from askance.campaign.matching import matched
from askance.errors import BadLabel, Conflict
from askance.formats import Loss
from askance.formats.reading import alike, read_source
from askance.formats.source import open_source
from askance.ops import hex_id
from askance.protocols import LabelKind, Pool
from askance.store import Store

TABLES = frozenset({"csv", "tsv", "jsonl", "parquet"})  # the formats that are tables of ours or of anybody


@dataclass(frozen=True)
class Imported:
    """new: labels that were not known; labels: all that the file has for the pool; losses: what was left behind."""

    new: int
    labels: int
    format: str
    losses: tuple[Loss, ...] = ()


def import_labels(
    store: Store, pool: Pool, kind: LabelKind, path: Path, format: str = "", question: str = ""
) -> Imported:
    """The same label again is fine; another one for a labelled sample is a Conflict.

    format    a name of `askance.formats`; without one it is known by the content
    question  which answers, where the file has those to several questions
    """
    found, name, losses = read_labels(path, pool, kind, format, question)
    checked_ = checked(found, kind, pool, path.name)
    return Imported(keep(store, pool, checked_, path.name), len(checked_), name, losses)


def read_labels(
    path: Path, pool: Pool, kind: LabelKind, format: str = "", question: str = ""
) -> tuple[Mapping[int, str], str, tuple[Loss, ...]]:
    """({sample: label}, the format, what was left behind)."""
    from askance.pools.answers import read_answers

    if not format and is_plain(path):
        return read_answers(path, pool), path.suffix.lower().lstrip("."), ()
    document, report = read_source(open_source(path), format)
    found, losses = matched(document, pool, kind.name, question, path.name)
    return found, report.format, (*report.losses, *losses)


def is_plain(path: Path) -> bool:
    """A table with a row a sample, and no other program's export, which may be a table as well."""
    from askance.pools.reading import is_table

    if not is_table(str(path)) or not path.is_file():
        return False
    return all(f.name in TABLES for f in alike(open_source(path)))


def checked(found: Mapping[int, str], kind: LabelKind, pool: Pool, name: str) -> dict[int, str]:
    out = {}
    for i, label in found.items():
        try:
            out[i] = kind.check(label)
        except BadLabel as e:
            raise BadLabel(f"{name}: {name_of(pool, i)}: {e}; nothing was imported") from None
    return out


def keep(store: Store, pool: Pool, found: Mapping[int, str], name: str) -> int:
    """One event, in one transaction.  -> how many are new."""
    with store.writing() as db:
        known = reading.labels(db)
        for i in found.keys() & known.keys():
            if found[i] != known[i]:
                said = f"{found[i]!r} of {name_of(pool, i)}, and it is labelled {known[i]!r} already"
                raise Conflict(f"{name} says {said}; nothing was imported")
        new = {hex_id(i): label for i, label in found.items() if i not in known}
        if new:
            store.record(db, "import", f"import:{name}", {"labels": new})
    return len(new)


def name_of(pool: Pool, sample: int) -> str:
    return str(pool.names[pool.ids == sample][0])
