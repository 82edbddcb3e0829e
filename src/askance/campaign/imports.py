"""Labels in, from an answer file: all of it or none.  Floor 5."""

from collections.abc import Mapping
from pathlib import Path

from askance.campaign import reading
from askance.errors import BadLabel, Conflict
from askance.ops import hex_id
from askance.protocols import LabelKind, Pool
from askance.store import Store


def import_labels(store: Store, pool: Pool, kind: LabelKind, path: Path) -> int:
    """-> how many labels are new.  The same label again is fine; another one for a labelled sample is a Conflict."""
    from askance.pools.answers import read_answers

    found = checked(read_answers(path, pool), kind, pool, path)
    with store.writing() as db:
        known = reading.labels(db)
        for i in found.keys() & known.keys():
            if found[i] != known[i]:
                name = name_of(pool, i)
                raise Conflict(
                    f"{path} says {found[i]!r} of {name}, and it is labelled {known[i]!r} already; nothing was imported"
                )
        new = {hex_id(i): label for i, label in found.items() if i not in known}
        if new:
            store.record(db, "import", f"import:{path.name}", {"labels": new})
    return len(new)


def checked(found: Mapping[int, str], kind: LabelKind, pool: Pool, path: Path) -> dict[int, str]:
    out = {}
    for i, label in found.items():
        try:
            out[i] = kind.check(label)
        except BadLabel as e:
            raise BadLabel(f"{path}: {name_of(pool, i)}: {e}; nothing was imported") from None
    return out


def name_of(pool: Pool, sample: int) -> str:
    return str(pool.names[pool.ids == sample][0])
