"""Puts what a writer made onto the disk: whole or not at all, and only below the place that was named.  Floor 4."""

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from askance.errors import FormatError
from askance.formats.source import clean


def safe_join(root: Path, name: str) -> Path:
    """The one place where a name from a file becomes a path: below `root`, whatever the name says."""
    path = (root / clean(name)).resolve()
    if not path.is_relative_to(root.resolve()):
        raise FormatError(f"{name!r} would be written outside {root}; rename the sample")
    return path


def put(path: Path, files: Mapping[str, bytes], folder: bool) -> None:
    """One file, a new folder, or a .zip of what the folder would hold.  A folder that holds something is refused."""
    try:
        if not folder:
            return _put_file(path, files[""])
        if path.suffix.lower() == ".zip":
            return _put_file(path, zipped(files))
        return _put_folder(path, files)
    except OSError as e:
        raise FormatError(f"cannot write {path}: {e.strerror or e}") from None


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files, on any day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(clean(name)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _put_file(path: Path, data: bytes) -> None:
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _put_folder(path: Path, files: Mapping[str, bytes]) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FormatError(f"{path} exists and is not an empty folder; name a new one")
    part = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        for name, data in files.items():
            place = safe_join(part, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        part.chmod(0o755)
        if path.exists():
            path.rmdir()
        part.replace(path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
