"""Writes results to files, whole or not at all.  Floor 6."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from askance.cli.show import jsonable
from askance.errors import BadConfig

SHEETS = (".png", ".jpg", ".jpeg")
SUFFIXES = (".csv", ".tsv", ".json", ".jsonl")


def check_suffix(path: Path) -> None:
    """Before any work: a suffix that says how to write."""
    if path.suffix.lower() not in SUFFIXES:
        raise BadConfig(
            f"{path}: the picks are written as {', '.join(SUFFIXES)}, not {path.suffix or 'a file without a suffix'}"
        )


def check_sheet(path: Path) -> None:
    """Before any work: a contact sheet that can be written."""
    if path.suffix.lower() not in SHEETS:
        raise BadConfig(f"{path}: a contact sheet is written as .png or .jpg, not {path.suffix or 'without a suffix'}")


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with the same keys, in the format that the suffix names."""
    check_suffix(path)
    plain = jsonable(rows)
    match path.suffix.lower():
        case ".json":
            write(path, json.dumps(plain, indent=2) + "\n")
        case ".jsonl":
            write(path, "".join(json.dumps(row) + "\n" for row in plain))
        case suffix:
            write(path, _delimited(plain, "\t" if suffix == ".tsv" else ","))


def _delimited(rows: Sequence[Mapping[str, Any]], between: str) -> str:
    out = io.StringIO()
    names = list(rows[0]) if rows else ["id", "item", "rank", "utility", "why"]
    writer = csv.DictWriter(out, names, delimiter=between, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(path: Path, text: str) -> None:
    """The file is either as it was or complete, whenever the machine stops."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
