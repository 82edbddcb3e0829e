"""Answer keys and other words of people for samples: names, ids, texts.  Floor 4."""

import os
import posixpath
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from askance import ops
from askance.errors import BadLabel, BadPool, nearest
from askance.pools import cells
from askance.pools.ids import text_ids
from askance.pools.layout import require
from askance.pools.places import place, refuse_missing
from askance.pools.reading import is_table, read_table
from askance.protocols import Pool

# Columns that name the sample, and the label, when the user names none; the first that is there counts.
SAMPLE_COLUMNS = ("file", "filename", "path", "name", "item", "id", "text")
LABEL_COLUMNS = ("label", "class", "y")

_HEX = 16  # digits of an id


def read_answers(
    path: str | os.PathLike[str], pool: Pool, *, id: str | None = None, label: str | None = None
) -> dict[int, str]:
    """{id: label} from a CSV, TSV, JSONL or Parquet file with one row a sample.

    id, label  the columns that name the sample (a file below the pool, an id, a row number, the text) and the answer;
               without them the first of SAMPLE_COLUMNS and of LABEL_COLUMNS that is there
    Rows without a label are no answer, and neither are files that the pool skipped.  BadLabel names the row of a sample
    that the pool does not have, or that has two labels.  A file that the pool left out because it equals another
    answers for that one only where it has no answer of its own.
    """
    where = place(path)
    refuse_missing(where)
    if not is_table(where):
        raise BadPool(f"the answer key {where} must be .csv, .tsv, .jsonl (also .gz) or .parquet")
    table = read_table(where, as_text=None)
    words = cells.texts(table, _column(id, SAMPLE_COLUMNS, table.column_names, where, "id"), where)
    labels = cells.texts(table, _column(label, LABEL_COLUMNS, table.column_names, where, "label"), where)
    return _matched(Finder(pool), words, labels, where)


def find(pool: Pool, words: Sequence[str]) -> np.ndarray:
    """(m,) ids of the samples that people mean; BadPool names the first word that means none."""
    finder = Finder(pool)
    found = [finder.find(word) for word in words]
    for word, sample in zip(words, found, strict=True):
        if sample is None:
            raise BadPool(f"the pool has no sample {word!r}{finder.hint(word)}")
    return np.array(found, np.uint64)


class Finder:
    """What people may call a sample: its name, its name without the suffix, its id, its key or its text."""

    def __init__(self, pool: Pool):
        self._pool = pool
        self._names = dict(zip(pool.names, pool.ids.tolist(), strict=True))
        self._aliases = {left: self._names[same] for left, same in pool.duplicates if same in self._names}
        self._ids = set(self._names.values())

    def find(self, word: str) -> int | None:
        """The id, or None when nothing is called so."""
        own = self.own(word)
        return self.alias(word) if own is None else own

    def own(self, word: str) -> int | None:
        """The sample of that very name, id, key or text."""
        for way in (self._by_name, self._by_hex, self._by_content, self._by_stem):
            sample = way(word)
            if sample is not None:
                return sample
        return None

    def alias(self, word: str) -> int | None:
        """The sample that the file of this name equals."""
        return self._aliases.get(word, self._aliases.get(posixpath.normpath(word)))

    def skipped(self, word: str) -> bool:
        return word in self._pool.skipped or posixpath.normpath(word) in self._pool.skipped

    def hint(self, word: str) -> str:
        return nearest(word, self._names) if len(self._names) < 50_000 else ""  # comparing with all takes seconds

    def _by_name(self, word: str) -> int | None:
        return self._names.get(word, self._names.get(posixpath.normpath(word)))

    def _by_hex(self, word: str) -> int | None:
        try:
            sample = ops.parse_id(word) if len(word) == _HEX else None
        except ValueError:
            return None
        return sample if sample in self._ids else None

    def _by_content(self, word: str) -> int | None:
        sample = int(text_ids([word])[0])
        return sample if sample in self._ids else None

    def _by_stem(self, word: str) -> int | None:
        return self._stems.get(word) if self._pool.kind in ("image", "audio") else None

    @cached_property
    def _stems(self) -> dict[str, int]:
        """{name without suffix: id}, and None where two files share it."""
        stems: dict[str, int] = {}
        shared = set()
        for name, sample in self._names.items():
            stem = posixpath.splitext(name)[0]
            if stems.setdefault(stem, sample) != sample:
                shared.add(stem)
        return {stem: sample for stem, sample in stems.items() if stem not in shared}


def _matched(finder: Finder, words: np.ndarray, labels: np.ndarray, where: str) -> dict[int, str]:
    own: dict[int, tuple[str, int]] = {}  # id -> label, row
    lent: dict[int, str] = {}  # what files that were left out as duplicates say
    for row, (word, label) in enumerate(zip(words, labels, strict=True)):
        if label is None:
            continue
        if word is None:
            raise BadLabel(f"row {row} of {where} (counted from 0) has the label {label!r}, but names no sample")
        sample = finder.own(word)
        if sample is not None:
            before, first = own.setdefault(sample, (label, row))
            if before != label:
                raise BadLabel(f"{where} calls {word!r} {before!r} in row {first}, and {label!r} in row {row} (from 0)")
            continue
        sample = finder.alias(word)
        if sample is not None:
            lent.setdefault(sample, label)
        elif not finder.skipped(word):
            raise BadLabel(f"row {row} of {where} (from 0) names {word!r}, which the pool has not{finder.hint(word)}")
    return {**lent, **{sample: label for sample, (label, _) in own.items()}}


def _column(said: str | None, usual: Sequence[str], columns: Sequence[str], where: str, option: str) -> str:
    if said is not None:
        require(said, columns, where)
        return said
    by_lower = {column.lower(): column for column in reversed(columns)}
    for name in usual:
        if name in by_lower:
            return by_lower[name]
    raise BadPool(
        f"{where} has the columns {', '.join(columns)}, none of them called {', '.join(usual)}; "
        f"say which one to use as {option}="
    )
