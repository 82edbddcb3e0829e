"""A file in pieces, as a player asks for it: one range of bytes at a time (RFC 9110, section 14).  Floor 6.

Several ranges in one request are answered with the whole file, which the standard allows: to join many small ones is
work that a stranger could ask for without end.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

BLOCK = 1 << 17
ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
SHORT = 206
NOT_THERE = 416


def ranged(request: Request, path: Path, kind: str, headers: Mapping[str, str]) -> StreamingResponse:
    """200 with all of it, 206 with the range that was asked for, or an HTTPException of 416 for one beyond its end."""
    file = path.open("rb")
    status = os.fstat(file.fileno())
    tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    wanted = request.headers.get("range", "")
    same = request.headers.get("if-range", tag) == tag
    try:
        found = asked(wanted, status.st_size) if same else None
    except ValueError as e:
        file.close()
        raise HTTPException(NOT_THERE, str(e), {"content-range": f"bytes */{status.st_size}"}) from None
    start, stop = found or (0, status.st_size)
    told = {**headers, "accept-ranges": "bytes", "etag": tag, "content-length": str(stop - start)}
    if found is not None:
        told["content-range"] = f"bytes {start}-{stop - 1}/{status.st_size}"
    return StreamingResponse(piece(file, start, stop), SHORT if found else 200, told, media_type=kind)


def asked(header: str, size: int) -> tuple[int, int] | None:
    """'bytes=2-5' of 10 -> (2, 6); None for what is no single range of bytes; a ValueError beyond the end."""
    found = ONE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return None
    if start >= size:
        raise ValueError(f"the range {header!r} is not in a file of {size:,} bytes")
    return start, stop


def piece(file: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from start to stop, a block at a time; closes the file."""
    with file:
        file.seek(start)
        while start < stop and (block := file.read(min(BLOCK, stop - start))):
            start += len(block)
            yield block
