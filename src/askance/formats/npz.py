"""NumPy: ids, y, classes and probs in one .npz; the bridge to scikit-learn and whoever works in arrays.  Floor 4.

ids (n,) are the names of samples, y (n,) their labels: names, numbers of `classes`, or floats.  '', -1 beside classes,
and NaN are no label.  probs (n, c) are what a model says: the likeliest class of each is a prediction.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from askance.errors import FormatError
from askance.formats.document import Annotation, Document, Item, Prediction
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.source import MOST_BYTES, Source
from askance.formats.values import single

READ = ("ids", "y", "classes", "probs", "kind")
SINGLE = ("class", "number", "rating")
Arrays = dict[str, np.ndarray]


def _read(source: Source, tally: Tally) -> Document:
    arrays = _arrays(source.read(), source.where, tally)
    n = _rows(arrays, source.where)
    names = [str(i) for i in arrays["ids"].tolist()] if "ids" in arrays else [str(i) for i in range(n)]
    classes = tuple(str(c) for c in arrays["classes"].tolist()) if "classes" in arrays else ()
    annotations = list(_answers(arrays, names, classes, source.where, tally))
    predictions = list(_guesses(arrays, names, classes, source.where, tally))
    return Document(tuple(Item(name) for name in names), tuple(annotations), tuple(predictions), classes)


def _arrays(data: bytes, where: str, tally: Tally) -> Arrays:
    """Without pickle; no array is made before it is known to fit."""
    found: Arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(i.file_size for i in archive.infolist()) > MOST_BYTES:
                raise FormatError(f"{where} unpacks to more than {MOST_BYTES >> 30} GiB; split it")
            for info in archive.infolist():
                name = info.filename.removesuffix(".npy")
                if name in READ:
                    found[name] = _array(archive.read(info), f"{where}: {name}")
                else:
                    tally.lost("arrays of other names", f"{where}: {name}")
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError) as e:
        if isinstance(e, FormatError):
            raise
        raise FormatError(f"{where} is no readable .npz file: {e}") from None
    except Exception as e:  # zlib.error, and what a decoder raises on broken bytes
        raise FormatError(f"{where} cannot be unpacked: {e or type(e).__name__}") from None
    return found


def _array(data: bytes, where: str) -> np.ndarray:
    """The header is read first: what it promises must be there."""
    file = io.BytesIO(data)
    major, _ = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    if dtype.hasobject or dtype.kind not in "iufbUS":
        raise FormatError(f"{where} holds {dtype}; it must be numbers or text (dtype U), and no Python objects")
    if np.prod(shape, dtype=object) * dtype.itemsize != len(data) - file.tell():
        raise FormatError(f"{where} has {len(data) - file.tell():,} bytes, and says that it is {shape} of {dtype}")
    array: np.ndarray = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array


def _rows(arrays: Arrays, where: str) -> int:
    """As many in each."""
    ndim = {"ids": 1, "y": 1, "classes": 1, "probs": 2, "kind": 0}
    for name, a in arrays.items():
        if a.ndim != ndim[name]:
            raise FormatError(f"{where}: {name} has {a.ndim} dimensions; it must have {ndim[name]}")
    lengths = {name: len(arrays[name]) for name in ("ids", "y", "probs") if name in arrays}
    if not lengths:
        raise FormatError(f"{where} has none of ids, y and probs")
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{n} in {name}" for name, n in lengths.items())
        raise FormatError(f"{where} has rows of different numbers: {said}")
    return next(iter(lengths.values()))


def _answers(
    arrays: Arrays, names: list[str], classes: tuple[str, ...], where: str, tally: Tally
) -> Iterator[Annotation]:
    if "y" not in arrays:
        return
    y = arrays["y"]
    kind = str(arrays["kind"]) if "kind" in arrays else "number" if y.dtype.kind == "f" else "class"
    if kind not in SINGLE:
        raise FormatError(f"{where}: kind is {kind!r}; it must be one of {', '.join(SINGLE)}")
    for n, (name, value) in enumerate(zip(names, y.tolist(), strict=True)):
        if value == "" or value != value or (value == -1 and classes and kind == "class"):
            continue
        if kind == "class" and not isinstance(value, str):
            value = _class(value, classes, f"{where}: y[{n}]")
        label = single(kind, value, f"{where}: y[{n}]", tally)
        if label is not None:
            yield Annotation(name, kind, label)


def _class(value: Any, classes: tuple[str, ...], where: str) -> str:
    """By its number; the number itself where there are no names."""
    if not classes:
        return str(value)
    if isinstance(value, float) or not 0 <= value < len(classes):
        raise FormatError(f"{where} is {value!r}, and no number of a class; there are 0 to {len(classes) - 1}")
    return classes[int(value)]


def _guesses(
    arrays: Arrays, names: list[str], classes: tuple[str, ...], where: str, tally: Tally
) -> Iterator[Prediction]:
    probs = arrays.get("probs")
    if probs is None:
        return
    if not classes:
        classes = tuple(str(c) for c in range(probs.shape[1]))
    if probs.dtype.kind != "f" or not probs.shape[1] or len(classes) != probs.shape[1] or not np.isfinite(probs).all():
        raise FormatError(
            f"{where}: probs {probs.shape} must be finite floats, a column for each of {len(classes)} classes"
        )
    if probs.shape[1] > 1:
        tally.lost("probabilities of all but the likeliest class", f"{where}: probs")
    for n, (name, best) in enumerate(zip(names, probs.argmax(1).tolist(), strict=True)):
        label = single("class", classes[best], f"{where}: classes[{best}]", tally)
        if label is not None:
            yield Prediction(name, "class", label, "", float(probs[n, best]))


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    kind = next((a.kind for a in document.annotations), "class")
    said: dict[str, str] = {}
    for a in document.annotations:
        if a.kind == kind:
            said[a.item] = a.value
        else:
            tally.lost(f"labels of the kind {a.kind} beside those of the kind {kind}", a.item)
    items = [i for i in document.items if kind != "rating" or i.name in said]
    if len(items) < len(document.items):
        tally.lost("samples without an answer, beside ratings", count=len(document.items) - len(items))
    names = [i.name for i in items]
    if any(text.endswith("\0") for text in (*names, *said.values(), *document.classes)):
        tally.lost("zeros at the end of a text")
    out: Arrays = {"ids": np.array(names, dtype=str), "y": _column(kind, [said.get(name) for name in names])}
    out |= {"classes": np.array(document.classes, dtype=str)} if document.classes else {}
    out |= {"kind": np.array(kind)}
    return {"": _zipped(out)}


def _column(kind: str, labels: list[str | None]) -> np.ndarray:
    if kind == "class":
        return np.array([label or "" for label in labels], dtype=str)
    if kind == "rating":
        return np.array([int(label or 0) for label in labels], np.int64)
    return np.array([float("nan") if label is None else float(label) for label in labels], np.float64)


def _zipped(arrays: Arrays) -> bytes:
    """The same bytes for the same arrays, on any day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, a in arrays.items():
            inner = io.BytesIO()
            np.lib.format.write_array(inner, a, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), inner.getvalue(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _sniff(source: Source) -> bool:
    return not source.folder and source.suffix() == ".npz" and source.read()[:2] == b"PK"


NPZ = register(
    Format(
        "npz",
        "NumPy: ids, y, classes and probs as arrays of one file",
        (".npz",),
        frozenset(SINGLE),
        frozenset({"name", "unanswered", "classes"}),
        _sniff,
        _read,
        _write,
    )
)
