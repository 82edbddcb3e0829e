"""NumPy arrays, .npy and .npz files: features to learn from, or signals that somebody's model gave.  Floor 4."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np

from askance import ops
from askance.errors import AskanceError, BadPool, nearest
from askance.locations import read_bytes
from askance.pools.held import HeldPool
from askance.pools.ids import text_ids
from askance.pools.layout import SIGNAL_COLUMNS, Naming
from askance.pools.names import row_names
from askance.pools.places import is_url
from askance.pools.twice import refuse_twice
from askance.samples import Samples, objects
from askance.signals import Signals

_LOOKED_AT = 4096  # rows by which the content is judged
_NEAR_ONE = 1e-2  # half precision over a thousand classes sums to 1 within this
_FEATURES = "array"  # signals="array": not signals, but features to learn from


def array_pool(array: np.ndarray, naming: Naming, where: str = "the array") -> HeldPool:
    """A NumPy array: features to learn from, unless signals="probs" (embeddings, members, ...) says otherwise."""
    return _named(array, naming.signals or _FEATURES, where)


def npy_pool(location: str, naming: Naming) -> HeldPool:
    """A .npy file, memory-mapped; what it holds is told by its content, or by signals=."""
    array = load_npy(location)
    return _named(array, naming.signals or content_of(array, location), location)


def npz_pool(location: str, naming: Naming) -> HeldPool:
    """A .npz file: signals by the names of its arrays, with optional `ids` and `names`.

    features="X" takes the array X as features, label="y" the array y as answers, id="key" the array key as ids.
    """
    arrays = _unzipped(location)
    for name in (*naming.columns, *filter(None, (naming.id, naming.label))):
        _require(name, arrays, location)
    if len(naming.columns) > 1:
        raise BadPool(f"{location} is no table: name one array as features=, not {len(naming.columns)}")
    ids, names, labels = (arrays.pop(key, None) for key in (naming.id or "ids", "names", naming.label or ""))
    columns = _signals_of(arrays, naming, location)
    first = next(iter(columns.values()))
    own_ids, own_names = _identity(ids, names, len(first), location)
    if labels is not None:
        labels = objects([str(value) for value in labels.tolist()])
    for name, a in {**columns, "ids": own_ids, "names": own_names, "label": labels}.items():
        if a is not None and len(a) != len(first):
            raise BadPool(f"{location} has {len(a)} rows in {name!r}, but {len(first)} in {next(iter(columns))!r}")
    return HeldPool(_samples(columns, own_ids, own_names), labels)


def content_of(array: np.ndarray, where: str) -> str:
    """What an unnamed array holds: "probs", "members", "embeddings", or "array" for features of more dimensions.

    Probabilities are rows that are not negative and sum to 1.  A majority decides, so that a file of probabilities
    with one bad row is still called that, and its bad row is named when it is used.
    """
    if array.ndim == 1:
        raise BadPool(f"{where} has one dimension; say what it is, as with signals='loss'")
    rows = np.unique(np.linspace(0, max(len(array) - 1, 0), _LOOKED_AT, dtype=np.int64))
    seen = np.asarray(array[rows], np.float64) if array.dtype.kind in "fiub" else np.empty((0, 1))
    if array.shape[-1] > 1 and array.ndim <= 3 and len(seen):
        sums = np.abs(seen.sum(-1) - 1) < _NEAR_ONE
        fair = (sums & (seen >= 0).all(-1)).reshape(len(seen), -1).all(1)
        if fair.mean() > 0.5:
            return "probs" if array.ndim == 2 else "members"
    return "embeddings" if array.ndim == 2 else _FEATURES


def load_npy(location: str) -> np.ndarray:
    """(N, ...), memory-mapped when the file is local."""
    try:
        if is_url(location):
            return _numbers(np.load(io.BytesIO(read_bytes(location)), allow_pickle=False), location)
        return _numbers(np.load(location, mmap_mode="r", allow_pickle=False), location)
    except AskanceError:
        raise
    except (OSError, ValueError, EOFError) as error:
        raise BadPool(f"{location} is not a readable .npy file: {_reason(error)}") from error


def _unzipped(location: str) -> dict[str, np.ndarray]:
    source = io.BytesIO(read_bytes(location)) if is_url(location) else location
    try:
        with np.load(source, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise BadPool(f"{location} is not a readable .npz file: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    text = str(error).partition("\n")[0]
    pickled = "allow_pickle" in text or "Python objects" in text
    return "it holds Python objects (pickle), which are not read" if pickled else text


def _numbers(array: np.ndarray, where: str) -> np.ndarray:
    if array.ndim == 0 or not array.size:
        raise BadPool(f"{where} has no rows: its shape is {array.shape}")
    if array.dtype.kind not in "fiub":
        raise BadPool(f"{where} must hold numbers, not {array.dtype}")
    return array


def _named(array: np.ndarray, name: str, where: str) -> HeldPool:
    _numbers(array, where)
    return HeldPool(_samples({name: array}, ops.key_ids(0, len(array)), row_names(range(len(array)))))


def _samples(columns: Mapping[str, np.ndarray], ids: np.ndarray, names: np.ndarray) -> Samples:
    if _FEATURES in columns:
        return Samples(ids, "array", columns[_FEATURES], names)
    return Samples(ids, "signals", Signals(ids, columns), names)


def _signals_of(arrays: Mapping[str, np.ndarray], naming: Naming, where: str) -> dict[str, np.ndarray]:
    """{name: array} of the signals, or {"array": features}."""
    if naming.columns:
        return {naming.signals or _FEATURES: _numbers(arrays[naming.columns[0]], f"{naming.columns[0]!r} of {where}")}
    known = {name: _numbers(a, f"{name!r} of {where}") for name, a in arrays.items() if name in SIGNAL_COLUMNS}
    if known:
        others = {name: a for name, a in arrays.items() if name not in known and a.dtype.kind in "fiub" and a.ndim}
        return {**known, **others}
    if len(arrays) == 1:
        array = _numbers(next(iter(arrays.values())), where)
        return {naming.signals or content_of(array, where): array}
    raise BadPool(
        f"{where} has the arrays {', '.join(arrays) or 'none'}; name the features with --features, "
        f"or call them {', '.join(SIGNAL_COLUMNS)}"
    )


def _identity(ids: np.ndarray | None, names: np.ndarray | None, rows: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers are ids as they are, texts are keys; without either, rows go by their number."""
    shown = row_names(range(rows)) if names is None else objects([str(name) for name in names.tolist()])
    if ids is None:
        return ops.key_ids(0, rows), shown
    if ids.dtype.kind not in "uiSU" or ids.ndim != 1 or (ids.dtype.kind == "i" and ids.size and ids.min() < 0):
        raise BadPool(f"ids of {where} must be (N,) whole numbers from 0, or texts, not {ids.dtype} {ids.shape}")
    keys = objects([key.decode() if isinstance(key, bytes) else str(key) for key in ids.tolist()])
    own = text_ids(keys) if ids.dtype.kind in "SU" else ids.astype(np.uint64)
    refuse_twice(own, keys, where)
    return own, keys if names is None else shown


def _require(name: str, arrays: Mapping[str, np.ndarray], where: str) -> None:
    if name not in arrays:
        raise BadPool(f"{where} has no array {name!r}; it has {', '.join(arrays)}{nearest(name, arrays)}")
