"""Where a campaign is kept: an append-only log of events, and tables that are folded from it.  Floor 4."""

from askance.store.effects import Event
from askance.store.lock import Lock
from askance.store.store import Store

__all__ = ["Event", "Lock", "Store"]
