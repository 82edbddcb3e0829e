"""Photos decoded once: small squares of bytes by sample id, in memory and in a folder.  Floor 4.

A folder holds pieces NAME.npy (n, S, S, 3) uint8 beside NAME.ids.npy (n,) uint64.  The ids are written last and each
file appears whole, so several processes may share a folder and any of them may die at any time.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from askance.errors import BadPool
from askance.images import read_image
from askance.learners import saving
from askance.learners.cores import cores
from askance.progress import track
from askance.samples import Samples

PIECE = 2048  # photos a file: one is written before the next is read, so a stop loses little
MOST_BYTES = 2 << 30  # kept in memory where there is no folder; what is beyond is decoded anew each time


class Decoded:
    """Photos squeezed to `size` x `size`.  folder None: kept in memory only."""

    def __init__(self, size: int, folder: Path | None = None):
        self.size, self.folder = size, folder
        self._pieces: list[np.ndarray] = []
        self._places: dict[int, tuple[int, int]] = {}
        if folder is not None:
            for ids in sorted(folder.glob("*.ids.npy")):
                self._adopt(np.load(ids), np.load(_pixels_of(ids), mmap_mode="r"))

    def read(self, samples: Samples) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
        """(kept (m,) rows of `samples`, pixels (m, S, S, 3) uint8, {id: why} of the ones that cannot be read)."""
        new = [row for row, i in enumerate(samples.ids.tolist()) if i not in self._places]
        skipped: dict[int, str] = {}
        loose: dict[int, np.ndarray] = {}
        for start in track(range(0, len(new), PIECE), "decoding photos"):
            part = samples.take(np.array(new[start : start + PIECE]))
            good, pixels, bad = _decode(part, self.size)
            skipped |= bad
            if not self._keep(part.ids[good], pixels):
                loose |= dict(zip(part.ids[good].tolist(), pixels, strict=True))
        kept = np.array([row for row, i in enumerate(samples.ids.tolist()) if i not in skipped], np.int64)
        return kept, self._gather(samples.ids[kept].tolist(), loose), skipped

    def _gather(self, ids: list[int], loose: dict[int, np.ndarray]) -> np.ndarray:
        out = np.empty((len(ids), self.size, self.size, 3), np.uint8)
        for n, i in enumerate(ids):
            if i in loose:
                out[n] = loose[i]
            else:
                piece, row = self._places[i]
                out[n] = self._pieces[piece][row]
        return out

    def _keep(self, ids: np.ndarray, pixels: np.ndarray) -> bool:
        if self.folder is None:
            if len(ids) and sum(p.nbytes for p in self._pieces) + pixels.nbytes > MOST_BYTES:
                return False
        elif len(ids):
            pixels = _stored(self.folder, ids, pixels)
        self._adopt(ids, pixels)
        return True

    def _adopt(self, ids: np.ndarray, pixels: np.ndarray) -> None:
        self._places.update((i, (len(self._pieces), row)) for row, i in enumerate(ids.tolist()))
        self._pieces.append(pixels)


def _decode(samples: Samples, size: int) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
    def one(location: str) -> np.ndarray | str:
        try:
            return np.asarray(read_image(location, size).resize((size, size), Image.Resampling.BILINEAR))
        except BadPool as e:
            return str(e)

    with ThreadPoolExecutor(cores()) as threads:
        found = list(threads.map(one, samples.data))
    good = np.array([n for n, f in enumerate(found) if not isinstance(f, str)], np.int64)
    pixels = np.stack([found[n] for n in good]) if len(good) else np.empty((0, size, size, 3), np.uint8)
    return good, pixels, {int(samples.ids[n]): f for n, f in enumerate(found) if isinstance(f, str)}


def _stored(folder: Path, ids: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    folder.mkdir(parents=True, exist_ok=True)
    # The process is in the name, so that two that decode the same photos at once do not write the same file.
    path = folder / f"{blake2b(ids.tobytes(), digest_size=8).hexdigest()}-{os.getpid()}.ids.npy"
    saving.whole(_pixels_of(path), _writer(pixels))
    saving.whole(path, _writer(ids))
    mapped: np.ndarray = np.load(_pixels_of(path), mmap_mode="r")
    return mapped


def _pixels_of(ids: Path) -> Path:
    return ids.with_name(ids.name.replace(".ids.npy", ".npy"))


def _writer(a: np.ndarray) -> Callable[[BinaryIO], object]:
    return lambda file: np.save(file, a, allow_pickle=False)
