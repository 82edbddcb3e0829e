"""Ids from content or from keys, and which row has which.  Floor 4.

An id is the first 64 bits of a BLAKE2b digest.  Among a million samples, two different ones share an id with a
probability of 3e-8.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from askance import ops
from askance.errors import BadPool

_BLOCK = 1 << 16  # rows of a table that are hashed together
_MISSING = np.uint64(0x7FF8_0000_0000_0000)  # the bits of NaN: a cell without a value
_EXACT = 1 << 53  # whole numbers up to here are themselves as float64


def digests(contents: Iterable[bytes]) -> np.ndarray:
    """(N,) uint64, one for each."""
    return np.frombuffer(b"".join(blake2b(c, digest_size=8).digest() for c in contents), ">u8").astype(np.uint64)


def content_id(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big")


def file_id(file: BinaryIO) -> int:
    """`content_id` of what a file holds, a block at a time."""
    digest = blake2b(digest_size=8)
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
    return int.from_bytes(digest.digest(), "big")


def text_ids(texts: Iterable[str]) -> np.ndarray:
    """Ids of texts, and of keys: the number 7 as a key is the text "7"."""
    return digests(text.encode("utf-8", "surrogatepass") for text in texts)


def table_ids(table: pa.Table) -> np.ndarray:
    """Ids of rows by their values, whatever the order of the columns and the file they came from.  (N,) uint64.

    Equal numbers count as equal in any numeric type (3, 3.0, true is 1), and everything missing is one value.
    """
    columns = sorted(table.column_names)
    blocks = [_block_ids(table.slice(start, _BLOCK), columns) for start in range(0, len(table), _BLOCK)]
    return np.concatenate([np.empty(0, np.uint64), *blocks])


def _block_ids(block: pa.Table, columns: Sequence[str]) -> np.ndarray:
    bits = np.stack([_bits(block.column(name).combine_chunks()) for name in columns], axis=1)
    return digests(row.tobytes() for row in bits.astype("<u8"))


def _bits(column: pa.Array) -> np.ndarray:
    """(N,) uint64 that say what each cell holds."""
    missing = column.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_string(column.type):
        coded = column.dictionary_encode()
        codes = coded.indices.fill_null(0).to_numpy()
        values = text_ids(coded.dictionary.to_pylist())
        bits = values[codes] if len(values) else np.zeros(len(codes), np.uint64)
    elif pa.types.is_integer(column.type):
        bits = _integer_bits(column.fill_null(0).to_numpy())
    else:
        bits = _float_bits(column.cast(pa.float64()).fill_null(0.0).to_numpy())
    return np.where(missing, _MISSING, bits)


def _integer_bits(values: np.ndarray) -> np.ndarray:
    wide = values.astype(np.uint64 if values.dtype.kind == "u" else np.int64)
    exact = (wide <= _EXACT) & (wide >= (0 if values.dtype.kind == "u" else -_EXACT))
    return np.where(exact, _float_bits(wide.astype(np.float64)), ~wide.view(np.uint64))


def _float_bits(values: np.ndarray) -> np.ndarray:
    bits = (values + 0.0).view(np.uint64)  # -0.0 + 0.0 is 0.0
    return np.where(np.isnan(values), _MISSING, bits)


class Lookup:
    """Which row has which id."""

    def __init__(self, ids: np.ndarray):
        self._ids = ids
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]

    def rows(self, wanted: np.ndarray) -> np.ndarray:
        """(m,) ids -> (m,) positions; an unknown id is a BadPool that names it."""
        wanted = np.asarray(wanted, dtype=np.uint64)
        if np.array_equal(wanted, self._ids):
            return np.arange(len(wanted))
        spots = np.searchsorted(self._sorted, wanted)
        found = spots < len(self._sorted)
        found[found] = self._sorted[spots[found]] == wanted[found]
        if not found.all():
            raise BadPool(f"the pool has no sample {ops.hex_id(wanted[~found][0])}")
        return self._order[spots]
