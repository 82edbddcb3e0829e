"""Images or recordings in a folder, or at the paths of a table: ids by content, labels by class folders.  Floor 4."""

import os
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from askance import audio, images
from askance.errors import BadPool
from askance.pools.held import HeldPool
from askance.pools.ingest import IMAGES, RECORDINGS, FileKind, look
from askance.pools.places import Entry
from askance.pools.reading import is_table
from askance.pools.twice import all_distinct, conflicts, distinct, same_names
from askance.samples import Samples, objects


def sort_of(names: Sequence[str]) -> FileKind | None:
    """What most of the files are, images or recordings; None where there is neither."""
    counts = {sort: sum(map(sort.is_name, names)) for sort in (IMAGES, RECORDINGS)}
    most = max(counts, key=lambda sort: counts[sort])  # images where there are as many of both
    return most if counts[most] else None


def folder_pool(
    folder: str, entries: Sequence[Entry], sort: FileKind = IMAGES, cache: str | os.PathLike[str] | None = None
) -> HeldPool:
    """The images, or the recordings, among the files of a folder, at any depth."""
    fitting = [entry for entry in entries if sort.is_name(entry.name)]
    labels = class_folders([entry.name for entry in fitting])
    return file_pool(folder, fitting, labels, sort, cache=cache)


def file_pool(
    where: str,
    entries: Sequence[Entry],
    labels: Sequence[str | None] | None,
    sort: FileKind = IMAGES,
    *,
    ids: np.ndarray | None = None,
    skipped: dict[str, str] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> HeldPool:
    """Images or recordings at known places.  ids (N,): from the user's keys; None: from the files' content."""
    looked = look(sort, entries, where, cache)
    fine = np.flatnonzero([not fault for fault in looked.faults])
    faults = {e.name: fault for e, fault in zip(entries, looked.faults, strict=True) if fault}
    skipped = {**(skipped or {}), **faults}
    if not len(fine):
        name, fault = next(iter(skipped.items()))
        raise BadPool(f"none of the {len(skipped)} {sort.many} of {where} can be read, first {name}: {fault}")
    once = distinct(looked.ids[fine]) if ids is None else all_distinct(len(fine))
    names = objects([entries[row].name for row in fine.tolist()])
    places = objects([entries[row].location for row in fine.tolist()])
    kept = None if labels is None else objects([labels[row] for row in fine.tolist()])
    own = (looked.ids if ids is None else ids)[fine]
    samples = Samples(own, sort.kind, places, names)
    return HeldPool(
        samples.take(once.keep),
        None if kept is None else kept[once.keep],
        same_names(names, once),
        skipped,
        conflicts(names, kept, once),
    )


def class_folders(names: Sequence[str]) -> list[str | None] | None:
    """The parent folder's name, when the files lie in two or more sibling folders; None when they do not.

    Those directly in the pool's folder have no label.  train/cat, train/dog, test/cat are class folders too.
    """
    parents = [name.rpartition("/")[0] for name in names]
    siblings: dict[str, set[str]] = defaultdict(set)
    for parent in filter(None, set(parents)):
        above, _, own = parent.rpartition("/")
        siblings[above].add(own)
    depths = {above.count("/") + bool(above) for above in siblings}
    if len(depths) != 1 or max(len(own) for own in siblings.values()) < 2:
        return None
    return [parent.rpartition("/")[2] or None for parent in parents]


def nothing_there(where: str, names: Sequence[str]) -> str:
    """What to say of a folder with nothing to open."""
    tables = [name for name in names if is_table(name) or name.endswith(".npz")]
    wanted = (
        f"has no image ({' '.join(images.SUFFIXES)}), no recording ({' '.join(audio.SUFFIXES)}) "
        "and no Parquet or .npy shard"
    )
    if tables:
        return f"{where} {wanted}; name one of its tables instead, as {tables[0]}"
    return f"{where} {wanted}; " + (f"its {len(names)} files are of other types" if names else "it has no files at all")
