"""What is shown of the samples of one campaign, and which of them its pool still has.  Floor 6."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import numpy as np

from askance.audio import open_sound
from askance.campaign import Campaign
from askance.errors import BadPool
from askance.images import upright_size
from askance.ops import hex_id
from askance.oracles import items
from askance.protocols import Item
from askance.server import shapes

REMEMBERED = 2000  # samples whose content is at hand
LONGEST = 200_000  # characters of a text that are shown
DRAWN = {"boxes", "polygons", "keypoints", "mask"}  # kinds of label with coordinates in a picture


class Contents:
    """Thread-safe: the pool is asked by one thread at a time, for it may read a file."""

    def __init__(self, campaign: Campaign, name: str):
        """name: the campaign's, as addresses have it."""
        self.campaign, self.name = campaign, name
        self._sized = campaign.config.kind.name in DRAWN
        self._kept: OrderedDict[int, shapes.Content] = OrderedDict()
        self._pool_lock, self._kept_lock = threading.Lock(), threading.Lock()
        self._pool_ids: np.ndarray | None = None

    @property
    def kind(self) -> str:
        """What the pool holds."""
        with self._pool_lock:
            return str(self.campaign.pool.kind)

    def items(self, ids: Sequence[int]) -> list[Item]:
        """A sample that the pool does not have is a BadPool."""
        with self._pool_lock:
            return items(self.campaign.pool.take(np.array(ids, np.uint64)), ())

    def at_hand(self, ids: Sequence[int]) -> bool:
        """Whether `of` need not ask the pool."""
        with self._kept_lock:
            return all(i in self._kept for i in ids)

    def of(self, ids: Sequence[int]) -> dict[int, shapes.Content]:
        """What is shown of each; of one that the pool has no longer, that."""
        with self._kept_lock:
            found = {i: self._kept[i] for i in ids if i in self._kept}
        missing = [i for i in dict.fromkeys(ids) if i not in found]
        here = self._still_there(missing)
        new = {item.id: shown(item, self.name, self._sized) for item in self.items(here)} if here else {}
        with self._kept_lock:
            self._kept.update(new)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return {i: gone(i) for i in missing} | found | new

    def _still_there(self, ids: Sequence[int]) -> list[int]:
        """Those that the pool has; a file that somebody has taken away or changed must not hold up the rest."""
        if not ids:
            return []
        known, wanted = self._known(), np.array(ids, np.uint64)
        at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        there = known[at] == wanted if len(known) else np.zeros(len(wanted), bool)
        return [i for i, has in zip(ids, there.tolist(), strict=True) if has]

    def _known(self) -> np.ndarray:
        """The pool's ids, sorted once: with a million samples looking through all of them takes too long."""
        with self._pool_lock:
            if self._pool_ids is None:
                self._pool_ids = np.sort(self.campaign.pool.ids)
            return self._pool_ids


def shown(item: Item, campaign: str, sized: bool = False) -> shapes.Content:
    """Text is sent as text, a photo as the address of our own copy of it, a row as its fields.

    sized: with the size of the picture itself, which our copy may not have
    """
    match item.kind:
        case "image":
            address = f"/api/v1/campaigns/{quote(campaign, safe='')}/media/{hex_id(item.id)}"
            width, height = _size(item) if sized else (None, None)
            return shapes.Content(kind="image", name=item.name, image=address, width=width, height=height)
        case "audio":
            address = f"/api/v1/campaigns/{quote(campaign, safe='')}/media/{hex_id(item.id)}"
            return shapes.Content(kind="audio", name=item.name, audio=address, seconds=_seconds(item))
        case "text":
            return shapes.Content(kind="text", name=item.name, text=str(item.content)[:LONGEST])
        case "table":
            return shapes.Content(kind="table", name=item.name, fields={k: plain(v) for k, v in item.content.items()})
        case "array":
            values = np.asarray(item.content).ravel()[:1024]
            return shapes.Content(kind="array", name=item.name, fields={str(n): plain(v) for n, v in enumerate(values)})
    return shapes.Content(kind=item.kind, name=item.name)


def gone(id: int) -> shapes.Content:
    """In place of a sample that was in the pool when it was chosen."""
    return shapes.Content(kind="text", name=hex_id(id), text="This sample is no longer in the pool: skip it.")


def _seconds(item: Item) -> float | None:
    """Of the recording; None as in `_size`."""
    try:
        with open_sound(str(item.content)) as sound:
            return sound.seconds
    except BadPool:
        return None


def _size(item: Item) -> tuple[int, int] | tuple[None, None]:
    """Of the picture; of one that cannot be read any more there is none, and the other questions go on."""
    try:
        return upright_size(str(item.content))
    except BadPool:
        return None, None


def plain(value: Any) -> Any:
    """As JSON has it; NaN and the infinite as words."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else str(float(value))
    return str(value)
