"""Pictures: decoded and encoded again, so that what the browser gets is a picture whatever the file was.  Floor 6."""

import hashlib
import logging
import os
from pathlib import Path

from askance.errors import BadPool
from askance.ops import hex_id
from askance.server.desk import Desk
from askance.server.refused import Refused

LARGEST = 1600  # pixels of the longer side
SIZES = (160, 400, 800, LARGEST)
KIND = "image/jpeg"
LOG = logging.getLogger("askance.server")


def picture(desk: Desk, sample: int, size: int) -> tuple[Path, str]:
    """-> (a file of our own making, its media type).  Made once, and kept in the campaign's folder."""
    wanted = next((s for s in SIZES if s >= size > 0), LARGEST)
    folder = desk.folder / "cache" / "pictures"
    path = folder / f"{hex_id(sample)}-{wanted}.jpg"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make(desk, sample, wanted, path)
    return path, KIND


def _make(desk: Desk, sample: int, size: int, path: Path) -> None:
    from askance.images import thumbnail

    item = desk.contents.items([sample])[0]
    if item.kind != "image":
        raise Refused(404, "no_picture", f"{item.name} is no picture")
    try:
        image = thumbnail(str(item.content), size)
    except BadPool as e:  # it names the file on the server, which is not for everybody to know
        LOG.warning("%s: %s", desk.id, e)
        raise Refused(404, "no_picture", f"{item.name} cannot be read; the server's log says why") from None
    part = path.with_name(f".{path.name}.{os.getpid()}.{hashlib.sha1(os.urandom(8)).hexdigest()[:8]}.part")
    image.save(part, "JPEG", quality=88)
    part.replace(path)
