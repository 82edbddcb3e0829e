"""A campaign remembers: ask, label, tell, fit, score, select.  Floor 5.

    campaign = Campaign.create("photos.askance", Config(pool=PoolConfig("photos"), classes=("cat", "dog")))

The names below are imported when they are asked for, so that a simulation does not load a database.
"""

from typing import TYPE_CHECKING, Any

from askance.campaign.config import Config, PoolConfig, from_mapping, from_text, read_config

if TYPE_CHECKING:
    from askance.campaign.campaign import Campaign
    from askance.campaign.questions import Task

__all__ = ["Campaign", "Config", "PoolConfig", "Task", "from_mapping", "from_text", "read_config"]


def __getattr__(name: str) -> Any:
    match name:
        case "Campaign":
            from askance.campaign.campaign import Campaign

            return Campaign
        case "Task":
            from askance.campaign.questions import Task

            return Task
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
