"""Where things lie: local paths and fsspec URLs, files below a folder, what is nearest to what is not.  Floor 4."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from askance.errors import BadPool, MissingExtra, nearest

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Entry:
    """One file.  name: its path below the folder, with slashes; version: changes when the content does, '' unknown."""

    name: str
    location: str
    version: str


def is_url(location: str) -> bool:
    return "://" in location


def place(source: str | os.PathLike[str]) -> str:
    """An absolute local path (`~` and file:// taken off), good from any working directory; or the URL as it is."""
    text = os.fspath(source)
    if text.startswith("file://"):
        text = unquote(urlparse(text).path)
    return text if is_url(text) else os.path.abspath(os.path.expanduser(text))


def is_folder(location: str) -> bool:
    if not is_url(location):
        return os.path.isdir(location)
    files, path = _storage(location)
    return bool(files.isdir(path))


def is_file(location: str) -> bool:
    if not is_url(location):
        return os.path.isfile(location)
    files, path = _storage(location)
    return bool(files.isfile(path))


def is_pattern(location: str) -> bool:
    """Whether it is a glob: *, ? or [ in it, and no file of that very name."""
    return any(c in location for c in "*?[") and not is_file(location) and not is_folder(location)


def folder_of(location: str) -> str:
    return location.rpartition("/")[0] if is_url(location) else os.path.dirname(os.path.abspath(location))


def last_part(location: str) -> str:
    return location.rstrip("/").rpartition("/")[2] if is_url(location) else os.path.basename(location.rstrip(os.sep))


def below(folder: str, name: str) -> str:
    """The location of what is called `name` in a folder; a name that is a URL or an absolute path stays itself."""
    if is_url(name):
        return place(name)
    return folder.rstrip("/") + "/" + name if is_url(folder) else os.path.join(folder, os.path.expanduser(name))


def natural(name: str) -> list[Any]:
    """Sorting key by which 2.jpg comes before 10.jpg."""
    return [int(part) if n % 2 else part for n, part in enumerate(_DIGITS.split(name))]


def files_below(folder: str) -> list[Entry]:
    """Every file at any depth, in natural order; hidden ones and campaign folders are left out."""
    found = _remote_files(folder) if is_url(folder) else _local_files(folder)
    return sorted(found, key=lambda entry: natural(entry.name))


def files_like(pattern: str) -> list[Entry]:
    """Every file that a glob matches, in natural order; names are relative to the part before the first wildcard."""
    folder = stem(pattern)
    found = _remote_matches(pattern, folder) if is_url(pattern) else _local_matches(pattern, folder)
    return sorted(found, key=lambda entry: natural(entry.name))


def stem(pattern: str) -> str:
    """The folder above the first wildcard, with its slash; '' for the working directory."""
    before = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    return before[: before.rfind("/") + 1]


def version(location: str) -> str:
    """Size and time of change; an OSError where there is no file."""
    if is_url(location):
        files, path = _storage(location)
        return _stamp(files.info(path))
    status = os.stat(location)
    return f"{status.st_size}:{status.st_mtime_ns}"


def refuse_missing(location: str) -> None:
    """BadPool that names what is not there, and the nearest name beside it."""
    if is_file(location) or is_folder(location):
        return
    folder = folder_of(location)
    if folder.endswith(":/"):  # a bucket, and who may list all buckets?
        raise BadPool(f"there is no file or folder {location}")
    if not is_folder(folder):
        raise BadPool(f"there is no file or folder {location}: its folder {folder} does not exist either")
    raise BadPool(f"there is no file or folder {location}{nearest(last_part(location), _beside(folder))}")


def _beside(folder: str) -> list[str]:
    if not is_url(folder):
        return os.listdir(folder)
    files, root = _storage(folder)
    return [last_part(str(path)) for path in files.ls(root, detail=False)]


def _local_files(folder: str) -> Iterator[Entry]:
    waiting, seen = [(folder, "")], {os.path.realpath(folder)}
    while waiting:
        path, prefix = waiting.pop()
        for item in _scanned(path):
            if item.is_dir():
                real = os.path.realpath(item.path)  # a link to a folder above would go round for ever
                if real not in seen and not item.name.endswith(".askance"):
                    seen.add(real)
                    waiting.append((item.path, f"{prefix}{item.name}/"))
            elif item.is_file():
                status = item.stat()
                yield Entry(_printable(prefix + item.name), item.path, f"{status.st_size}:{status.st_mtime_ns}")


def _scanned(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as items:
            return [item for item in items if not item.name.startswith(".")]
    except OSError as error:
        raise BadPool(f"the folder {folder} cannot be listed: {error.strerror}") from error


def _printable(name: str) -> str:
    """File names are bytes; the few that are no UTF-8 are shown with escapes."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def _remote_files(folder: str) -> Iterator[Entry]:
    files, root = _storage(folder)
    for path, info in files.find(root, detail=True).items():
        name = path[len(root) :].lstrip("/")
        parts = name.split("/")
        if not any(part.startswith(".") or part.endswith(".askance") for part in parts):
            yield Entry(name, below(folder, name), _stamp(info))


def _local_matches(pattern: str, folder: str) -> Iterator[Entry]:
    for path in glob(pattern, recursive=True):
        if os.path.isfile(path):
            yield Entry(Path(path).relative_to(folder or ".").as_posix(), path, version(path))


def _remote_matches(pattern: str, folder: str) -> Iterator[Entry]:
    files, path = _storage(pattern)
    root = _storage(folder)[1]
    for found, info in files.glob(path, detail=True).items():
        if info["type"] == "file":
            name = found[len(root) :].lstrip("/")
            yield Entry(name, below(folder, name), _stamp(info))


def _stamp(info: dict[str, Any]) -> str:
    changed = next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "created") if info.get(key)), None)
    return "" if changed is None else f"{info.get('size')}:{changed}"


def _storage(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it."""
    import fsspec

    try:
        files, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise MissingExtra(f"{url} cannot be read: {error}") from error
    except ValueError as error:
        raise BadPool(f"{url} cannot be read: {error}") from error
    return files, path
