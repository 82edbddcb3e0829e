"""Where annotations are read from: a file, a folder or a zip, with limits on everything.  Floor 4.

What a name inside says is never believed: a member of a zip or of a folder is called by a clean relative name, and is
only ever looked up, never joined to a path.
"""

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from askance.errors import FormatError

MOST_BYTES = 1 << 30  # of one file
MOST_MEMBERS = 1_000_000  # of a folder or a zip
MOST_UNPACKED = 1 << 32  # bytes of a zip in all
HEAD = 1 << 16  # bytes that tell a format

Members = Mapping[str, Callable[[], bytes]]


@dataclass(frozen=True)
class Source:
    """where: what to call it in messages; members: {clean relative name: its bytes}; folder: whether it has several."""

    where: str
    members: Members
    folder: bool = False

    def read(self, name: str = "") -> bytes:
        """Of a member, or of the only file."""
        if not name and self.folder:
            raise FormatError(f"{self.where} is a folder, and a single file is wanted here")
        return self.members[name]()

    def text(self, name: str = "") -> str:
        """UTF-8, with or without a mark of the byte order; lines keep their ends."""
        return decoded(self.read(name), self.called(name))

    def head(self) -> str:
        """The beginning of a single file, for a guess; '' for a folder or a file that is no text."""
        if self.folder:
            return ""
        return self.read()[:HEAD].decode("utf-8-sig", errors="ignore").lstrip()

    def called(self, name: str) -> str:
        return f"{self.where}/{name}" if name else self.where

    def names(self, *suffixes: str) -> list[str]:
        return sorted(n for n in self.members if not suffixes or n.lower().endswith(suffixes))

    def suffix(self) -> str:
        """'.json' of A.JSON or a.json.gz."""
        return Path(self.where.lower().removesuffix(".gz")).suffix


def in_memory(data: bytes, where: str = "the file") -> Source:
    return Source(where, {"": lambda: data})


def open_source(path: str | os.PathLike[str]) -> Source:
    """A file, a folder or a .zip; a FormatError where there is none."""
    place = Path(path).expanduser()
    if place.is_dir():
        return Source(str(place), dict(_folder(place)), True)
    if not place.is_file():
        raise FormatError(f"there is no file {place}")
    return from_bytes(_file(place, str(place)), str(place))


def from_bytes(data: bytes, where: str) -> Source:
    """What a file of this name holds: a .zip as a folder, a .gz as what was compressed."""
    if where.lower().endswith(".zip"):
        return from_zip(data, where)
    return in_memory(_ungzipped(limited(data, where), where), where)


def from_zip(data: bytes, where: str) -> Source:
    """Members by clean names; what is encrypted, too much, or named alike twice is a FormatError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [i for i in archive.infolist() if not i.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as e:
        raise FormatError(f"{where} is not a readable zip file: {e}") from None
    if len(infos) > MOST_MEMBERS or sum(i.file_size for i in infos) > MOST_UNPACKED:
        raise FormatError(f"{where} holds more than {MOST_MEMBERS:,} files or {MOST_UNPACKED >> 30} GiB; unpack it")
    members: dict[str, Callable[[], bytes]] = {}
    for info in infos:
        name = clean(info.filename)
        if name in members:
            raise FormatError(f"{where} has two members called {name!r}")
        members[name] = _member(archive, info, f"{where}/{name}")
    return Source(where, members, True)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as file:
                return limited(file.read(MOST_BYTES + 1), where)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as e:
            raise FormatError(f"{where} cannot be unpacked: {e}") from None

    return read


def _folder(root: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Files below, hidden ones and links left out: a link may point anywhere."""
    count = 0
    for folder, below, files in os.walk(root):
        below[:] = sorted(d for d in below if not d.startswith(".") and not Path(folder, d).is_symlink())
        for file in files:
            path = Path(folder, file)
            if file.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            count += 1
            if count > MOST_MEMBERS:
                raise FormatError(f"{root} holds more than {MOST_MEMBERS:,} files")
            yield path.relative_to(root).as_posix(), lambda path=path: _file(path, str(path))  # type: ignore[misc]


def _file(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as file:
            return limited(file.read(MOST_BYTES + 1), where)
    except OSError as e:
        raise FormatError(f"{where} cannot be read: {e.strerror or e}") from None


def _ungzipped(data: bytes, where: str) -> bytes:
    if not where.lower().endswith(".gz"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            return limited(file.read(MOST_BYTES + 1), where)
    except (OSError, EOFError, zlib.error) as e:
        raise FormatError(f"{where} is not a whole gzip file: {e}") from None


def limited(data: bytes, where: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise FormatError(f"{where} is larger than {MOST_BYTES >> 30} GiB, the most that is read; split it")
    return data


def decoded(data: bytes, where: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError(f"{where} is UTF-16; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = data.count(b"\n", 0, e.start) + 1
        raise FormatError(
            f"{where}, line {line}: the byte {data[e.start]:#04x} is not UTF-8; save it as UTF-8"
        ) from None


def clean(name: str) -> str:
    """A relative name with forward slashes that leads nowhere else: '../../etc/passwd' -> '_/_/etc/passwd'.

    What a file system would not take (a colon, a control character, a part of dots alone) becomes '_'.
    """
    parts = [p for p in name.replace("\\", "/").split("/") if p not in ("", ".")]
    return "/".join(_part(p) for p in parts) or "_"


def _part(part: str) -> str:
    kept = "".join("_" if c in '<>:"|?*' or not c.isprintable() else c for c in part)
    kept = kept.rstrip(". ") + "_" if kept[-1] in ". " else kept
    return kept if len(kept.encode("utf-8", "replace")) <= 200 else kept[:50]
