"""What an owner has set for the page: the guideline, and whether suggestions are hidden at first.  Floor 6."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from askance.errors import Conflict

FILE = "page.json"


def settings(folder: Path) -> dict[str, Any]:
    """Of the campaign in that folder."""
    usual = {"guide": "", "blind": True}
    path = folder / FILE
    if not path.exists():
        return usual
    try:
        return usual | json.loads(path.read_text("utf-8"))
    except ValueError:
        raise Conflict(f"{path} is damaged; correct or remove it") from None


def change(folder: Path, wanted: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    now = {**settings(folder), **wanted}
    part = folder / f".{FILE}.{secrets.token_hex(4)}.part"
    part.write_text(json.dumps(now, ensure_ascii=False, indent=1), "utf-8")
    part.replace(folder / FILE)
