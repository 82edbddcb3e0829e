"""Files at a local path or an fsspec URL; what goes wrong with one is said in a sentence.  Floor 1."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from askance.errors import BadPool, MissingExtra


def read_bytes(location: str) -> bytes:
    """A whole file; BadPool when it cannot be read."""
    with opened(location) as file, _blaming(location):
        return file.read()


@contextmanager
def opened(location: str) -> Iterator[BinaryIO]:
    """The file, seekable; BadPool when it cannot be opened."""
    with ExitStack() as stack:
        with _blaming(location):
            if "://" not in location:
                file = stack.enter_context(open(location, "rb"))
            else:
                import fsspec

                file = stack.enter_context(fsspec.open(location, "rb"))
        yield cast(BinaryIO, file)


@contextmanager
def _blaming(location: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BadPool(f"there is no file {location}") from error
    except ImportError as error:
        raise MissingExtra(f"{location} cannot be read: {error}") from error
    except Exception as error:  # every object store raises its own
        raise BadPool(f"{location} cannot be read: {getattr(error, 'strerror', None) or error}") from error
