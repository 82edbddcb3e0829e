"""What makes two backbones the same: their weights, byte for byte, and how a sample is prepared.  Floor 4."""

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

_LENGTH = 16  # bytes: 128 bits


def fingerprint_of(weights: str, *recipe: object) -> str:
    """(hash of the weights, then all that a sample's numbers depend on besides) -> 32 hexadecimal digits."""
    return blake2b(repr((weights, *recipe)).encode(), digest_size=_LENGTH).hexdigest()


def hash_files(paths: Iterable[Path]) -> str:
    """The contents and base names of files, in order; not where they lie."""
    digest = blake2b(digest_size=_LENGTH)
    for path in paths:
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as f:
            while block := f.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def hash_buffers(named: Iterable[tuple[str, memoryview]]) -> str:
    """Named arrays: the tensors of a model, wherever they came from."""
    digest = blake2b(digest_size=_LENGTH)
    for name, data in named:
        digest.update(f"{name}\0{data.nbytes}\0".encode())
        digest.update(data)
    return digest.hexdigest()
