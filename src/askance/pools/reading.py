"""Table files into Arrow: CSV, TSV, JSONL and Parquet, plain or .gz, with the line of what is broken.  Floor 4."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from askance.errors import BadPool
from askance.locations import read_bytes
from askance.pools.places import is_url

TEXT_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")
PARQUET = (".parquet", ".pq")

_BLOCK = 1 << 30  # bytes whose values decide a column's type: the whole file, nearly always
_BOM = b"\xef\xbb\xbf"
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def suffix(name: str) -> str:
    """'.csv' of a.CSV.gz."""
    name = name.lower().removesuffix(".gz")
    return name[name.rfind(".") :] if "." in name.rpartition("/")[2] else ""


def is_table(name: str) -> bool:
    return suffix(name) in TEXT_TABLES + PARQUET


def read_table(location: str, as_text: Collection[str] | None = (), columns: Sequence[str] | None = None) -> pa.Table:
    """The whole file.

    as_text  columns of a CSV that are text whatever they look like; None: all of them
    columns  the ones to read of a Parquet file; None: all of them
    """
    kind = suffix(location)
    if kind in PARQUET:
        table = _parquet(location, columns)
    elif kind in (".csv", ".tsv"):
        table = _csv(_unpacked(location), location, "\t" if kind == ".tsv" else None, as_text)
    else:
        table = _jsonl(_unpacked(location), location)
    return checked(table, location)


def parquet_schema(location: str) -> pa.Schema:
    with open_parquet(location) as file:
        return file.schema_arrow


def checked(table: pa.Table, where: str) -> pa.Table:
    """Without rows, or with two columns of one name, it is no table to choose from."""
    twice = [name for name in table.column_names if table.column_names.count(name) > 1]
    if twice:
        raise BadPool(f"{where} has two columns named {twice[0]!r}; rename one")
    if not len(table):
        raise BadPool(f"{where} has no rows; its columns are {', '.join(table.column_names)}")
    return table


def open_parquet(location: str) -> pq.ParquetFile:
    """Its schema and row groups, no data."""
    try:
        if not is_url(location):
            return pq.ParquetFile(location)
        import fsspec

        return pq.ParquetFile(fsspec.open(location, "rb").open())
    except (pa.ArrowException, OSError) as error:
        raise BadPool(f"{location} is not a readable Parquet file: {first_line(error)}") from error


def _parquet(location: str, columns: Sequence[str] | None) -> pa.Table:
    try:
        with open_parquet(location) as file:
            return _named(file.read(columns if columns is None else list(columns)))
    except (pa.ArrowException, OSError) as error:
        raise BadPool(f"{location} is a damaged Parquet file: {first_line(error)}") from error


def _named(table: pa.Table) -> pa.Table:
    """Classes by their names, where they are numbers and the metadata of `datasets` names them; -1 is no class."""
    try:
        features = json.loads((table.schema.metadata or {})[b"huggingface"])["info"]["features"]
        named = {c: f["names"] for c, f in features.items() if c in table.column_names and f["_type"] == "ClassLabel"}
    except (KeyError, ValueError, TypeError, AttributeError):
        return table
    for column, names in named.items():
        numbers = table[column].combine_chunks()
        if not pa.types.is_integer(numbers.type) or not all(isinstance(n, str) for n in names):
            continue
        known = pa.compute.and_(pa.compute.greater_equal(numbers, 0), pa.compute.less(numbers, len(names)))
        rows = pa.compute.if_else(known, numbers, None)
        table = table.set_column(table.column_names.index(column), column, pa.array(names, pa.string()).take(rows))
    return table


def _unpacked(location: str) -> bytes:
    data = read_bytes(location)
    if location.lower().endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise BadPool(f"{location} is not a whole gzip file: {error}") from error
    if not data.strip():
        raise BadPool(f"{location} is empty")
    if data[:2] in _WIDE:
        raise BadPool(f"{location} is {_WIDE[data[:2]]}, not UTF-8; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)")
    data = data.removeprefix(_BOM)
    return data if data.endswith(b"\n") else data + b"\n"


def _csv(data: bytes, where: str, delimiter: str | None, as_text: Collection[str] | None) -> pa.Table:
    header = _text(data[: data.find(b"\n")], where)
    delimiter = delimiter or sniffed(header)
    texts = _cells(header, delimiter) if as_text is None else as_text
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            pa.csv.ReadOptions(block_size=min(len(data) + 1, _BLOCK)),
            pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pa.csv.ConvertOptions(column_types=dict.fromkeys(texts, pa.string())),
        )
    except pa.ArrowException as error:
        raise BadPool(_csv_fault(_text(data, where), where, delimiter) or _plain(where, error)) from error
    if any(pa.types.is_binary(column.type) for column in table.columns):
        _text(data, where)  # names the line that made it so
    return table


def _cells(header: str, delimiter: str) -> list[str]:
    return next(csv.reader([header.rstrip("\r")], delimiter=delimiter), [])


def sniffed(header: str) -> str:
    """Comma or semicolon or tab, whichever separates more names outside quotes."""
    bare = "".join(header.split('"')[::2])
    return max(",;\t", key=bare.count)


def _csv_fault(text: str, where: str, delimiter: str) -> str:
    """The first row whose number of cells is not the header's, with its line; '' when all are well."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(rows)
        for row in rows:
            if row and len(row) != len(header):
                return f"{where} has {len(row)} cells in line {rows.line_num}, where its header has {len(header)}"
    except csv.Error as error:
        return f"{where} cannot be read in line {rows.line_num}: {error}"
    return ""


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadPool(
            f"{where} is not UTF-8: byte 0x{data[error.start]:02x} in line {line}; save it as UTF-8"
        ) from error


def _jsonl(data: bytes, where: str) -> pa.Table:
    options = pa.json.ReadOptions(block_size=min(len(data) + 1, _BLOCK))
    try:
        table = pa.json.read_json(pa.BufferReader(data), options)
        dates = [field.name for field in table.schema if pa.types.is_temporal(field.type)]
        if dates:  # Arrow takes a text like "2026-01-01" for a time, and would write it in another way
            texts = pa.json.ParseOptions(explicit_schema=pa.schema([(name, pa.string()) for name in dates]))
            table = pa.json.read_json(pa.BufferReader(data), options, texts)
    except pa.ArrowException as error:
        raise BadPool(_jsonl_fault(_text(data, where), where) or _plain(where, error)) from error
    return table


def _jsonl_fault(text: str, where: str) -> str:
    """The first line that is not a JSON object, or that changes the type of a key; '' when all are well."""
    types: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            return f"{where} has broken JSON in line {number}: {error}"
        if not isinstance(row, dict):
            return f'{where} has no JSON object in line {number}; each line must be one like {{"text": "..."}}'
        for key, value in row.items():
            sort = _sort(value)
            if sort and types.setdefault(key, sort) != sort:
                return f"{where} has a {sort} for {key!r} in line {number}, and a {types[key]} before"
    return ""


def _sort(value: Any) -> str:
    """'' for null, which goes with everything."""
    sorts = {bool: "truth value", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    return sorts.get(type(value), "")


def _plain(where: str, error: Exception) -> str:
    return f"{where} cannot be read: {first_line(error)}"


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
