"""Parquet and data sets of Hugging Face: our columns, the names of classes where `datasets` looks for them.  Floor 4.

`datasets` keeps what a column means in the metadata of the schema, under the key `huggingface`; a class is a number
there, and ClassLabel lists the names.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from askance.errors import FormatError
from askance.formats.document import Document
from askance.formats.format import Files, Format, register
from askance.formats.node import parse_json
from askance.formats.report import Tally
from askance.formats.rows import KEPT, LABELS, columns, from_rows, to_rows
from askance.formats.source import Source
from askance.formats.tags import decoded, rebuilt
from askance.formats.values import EVERY_KIND, classes_seen

MOST_ROWS = 20_000_000
MOST_BYTES = 1 << 32  # of a file, unpacked
KEY = b"huggingface"
OURS = b"askance"  # the classes and keypoints that a column of text does not tell
TYPES = {"ms": "int64", "round": "int64", "rank": "int64", "width": "int64", "height": "int64"}
TYPES |= dict.fromkeys(("utility", "agreement", "score"), "float64")
TYPES |= dict.fromkeys(("skipped", "ground_truth", "shown"), "bool")


def _write(document: Document, tally: Tally) -> Files:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = to_rows(document, tally)
    names = columns(rows)
    numbered = _numbers(document)
    features: dict[str, Any] = {}
    arrays = []
    for name in names:
        array, features[name] = _column(name, [row.get(name) for row in rows], numbered, tally)
        arrays.append(array)
    ours = {"classes": document.classes, "points": document.points}
    meta = {KEY: json.dumps({"info": {"features": features}}).encode(), OURS: json.dumps(ours).encode()}
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names).replace_schema_metadata(meta), out)
    return {"": out.getvalue()}


def _numbers(document: Document) -> dict[str, int]:
    """{class: its number}, where every answer is a class of the same question; else {}."""
    kinds = {(a.kind, a.question) for a in document.annotations}
    if len(kinds) != 1 or {k for k, _ in kinds} != {"class"}:
        return {}
    return {name: n for n, name in enumerate(document.classes)}


def _column(name: str, values: list[Any], numbered: Mapping[str, int], tally: Tally) -> tuple[Any, dict[str, Any]]:
    import pyarrow as pa

    if name == "label" and numbered:
        feature = {"names": list(numbered), "_type": "ClassLabel"}
        return pa.array([None if v is None else numbered[v] for v in values], pa.int64()), feature
    kind = TYPES.get(name) or _type_of(values)
    if kind is None:
        tally.lost("the types of columns that hold several", name)
        values = [v if v is None or isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values]
    dtype = kind or "string"
    return pa.array(values, pa.type_for_alias(dtype)), {"dtype": dtype, "_type": "Value"}


def _type_of(values: Sequence[Any]) -> str | None:
    """The one type of what is there; None where there are several, or one that a table has no column for."""
    types = {type(v) for v in values if v is not None}
    if types <= {str}:
        return "string"
    if types == {bool}:
        return "bool"
    if types == {int} and all(abs(v) < 1 << 63 for v in values if v is not None):
        return "int64"
    return "float64" if types == {float} else None


def _read(source: Source, tally: Tally) -> Document:
    parts = [_part(source, name) for name in (source.names(".parquet", ".arrow") if source.folder else [""])]
    if not parts:
        raise FormatError(f"{source.where} holds no .parquet and no .arrow file")
    names = [n for part in parts for n in (*_ours(part, "classes"), *part.classes)]
    points = [n for part in parts for n in _ours(part, "points")]
    document = from_rows((row for part in parts for row in part.rows(tally)), tally)
    said = classes_seen([(a.kind, a.value) for a in document.annotations])
    return replace(document, classes=tuple(dict.fromkeys([*names, *said])), points=tuple(dict.fromkeys(points)))


@dataclass(frozen=True)
class Part:
    """One file of a data set.  names: {column: its classes}, as the metadata tells."""

    table: Any
    where: str
    names: Mapping[str, list[str]]

    @property
    def classes(self) -> list[str]:
        """The names in the column of labels, in their order."""
        for column in (*LABELS, *TAGS):
            if column in self.names:
                return self.names[column] if column in LABELS else []
        return []

    def rows(self, tally: Tally) -> Iterator[tuple[str, dict[str, Any]]]:
        n = 0
        for batch in self.table.to_batches(max_chunksize=4096):
            for row in batch.to_pylist():
                n += 1
                where = f"{self.where}, row {n}"
                yield where, self._named(row, where, tally)

    def _named(self, row: dict[str, Any], where: str, tally: Tally) -> dict[str, Any]:
        """Numbers of classes by their names; tokens with tags as a text with spans."""
        tags = next((t for t in TAGS if t in row and isinstance(row.get("tokens"), list)), "")
        if tags and isinstance(row[tags], list):
            words = [str(w) for w in row.pop("tokens")]
            marks = [str(_class(self.names.get(tags), t, where)) for t in row.pop(tags)]
            if len(words) != len(marks):
                raise FormatError(f"{where}: {len(words)} tokens and {len(marks)} tags")
            text, places = rebuilt(words)
            return {**_plain(row, where, tally), "text": text, "kind": "spans", "label": decoded(marks, places)}
        for name in self.names.keys() & set(LABELS):
            value = row[name]
            many = isinstance(value, list)
            row[name] = (
                [_class(self.names[name], v, where) for v in value] if many else _class(self.names[name], value, where)
            )
        return _plain(row, where, tally)


def _ours(part: Part, word: str) -> list[str]:
    """What we wrote beside the table."""
    said = (part.table.schema.metadata or {}).get(OURS)
    if not said:
        return []
    node = parse_json(said.decode("utf-8", "replace"), f"{part.where}, its metadata {OURS.decode()}")
    return [n.text() for n in node[word].each()]


def _features(schema: Any, where: str) -> dict[str, list[str]]:
    """{column: the names of its classes}, of a column of numbers or of lists of them."""
    info = (schema.metadata or {}).get(KEY)
    if not info:
        return {}
    features = parse_json(info.decode("utf-8", "replace"), f"{where}, its metadata {KEY.decode()}")["info"]["features"]
    found = {}
    for name in features.object():
        inner = features[name]["feature"] if "feature" in features[name] else features[name]
        if "names" in inner:
            found[name] = [n.text() for n in inner["names"].each()]
    return found


TAGS = ("ner_tags", "tags", "labels")


def _class(names: Sequence[str] | None, value: Any, where: str) -> Any:
    """-1 is how `datasets` says that there is no label."""
    if names is None or value is None or isinstance(value, str):
        return value
    if value == -1:
        return None
    if not isinstance(value, int) or not 0 <= value < len(names):
        raise FormatError(f"{where}: the label {value!r} is no number of a class; there are 0 to {len(names) - 1}")
    return names[value]


def _plain(row: dict[str, Any], where: str, tally: Tally) -> dict[str, Any]:
    """Without bytes: pictures inside a table stay there."""
    out = {}
    for name, value in row.items():
        try:
            json.dumps(value, allow_nan=False)
            out[name] = value
        except (TypeError, ValueError):
            tally.lost("columns of bytes, times and other things that JSON has no word for", f"{where}: {name}")
    return out


def _part(source: Source, name: str) -> Part:
    import pyarrow as pa

    where = source.called(name)
    data = source.read(name)
    try:
        table = _arrow(data) if name.endswith(".arrow") else _parquet(data, where)
        table.validate(full=True)  # texts that are no UTF-8, offsets that lead outside
        names = _features(table.schema, where)
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError) as e:
        if isinstance(e, FormatError):
            raise
        raise FormatError(f"{where} is not a readable table: {str(e).splitlines()[0] if str(e) else e!r}") from None
    return Part(table, where, names)


def _parquet(data: bytes, where: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(data))
    groups = range(file.metadata.num_row_groups)
    weight = sum(file.metadata.row_group(n).total_byte_size for n in groups)
    if file.metadata.num_rows > MOST_ROWS or weight > MOST_BYTES:
        raise FormatError(f"{where} has more than {MOST_ROWS:,} rows or {MOST_BYTES >> 30} GiB; split it")
    return file.read(use_threads=False)


def _arrow(data: bytes) -> Any:
    """What `save_to_disk` of `datasets` writes: a stream of batches."""
    import pyarrow as pa

    return pa.ipc.open_stream(pa.BufferReader(data)).read_all()


def _sniff(source: Source) -> bool:
    if source.folder:
        return bool(source.names(".parquet", ".arrow"))
    return source.read()[:4] == b"PAR1"


PARQUET = register(
    Format(
        "parquet",
        "Parquet, and data sets of Hugging Face (a file, or the folder of one)",
        (".parquet",),
        EVERY_KIND,
        KEPT | {"classes", "points"},
        _sniff,
        _read,
        _write,
    )
)
