"""Where a campaign is heading, for the page and the command line: the target, the metric, the words.  Floor 6."""

from askance import stopping
from askance.history import History
from askance.metrics import Outlook, outlook
from askance.metrics.outlook import SHARES_OF_ONE
from askance.report.curves import main_metric, said
from askance.report.html import EMPTY, Html, tag

TARGET = 0.95  # where nobody named another


def foreseen(history: History, metric: str | None, target: float) -> Outlook | None:
    """None where nothing was measured that a forecast can be made of."""
    if metric is None or metric.partition("@")[0] not in SHARES_OF_ONE:
        return None
    return outlook(history, metric, target)


def of_campaign(history: History, target: float | None) -> Outlook | None:
    """The outlook on the metric that its learning curve shows; the target is the one asked for, or that of its rule."""
    return foreseen(history, main_metric(history), named_target(history) if target is None else target)


def named_target(history: History) -> float:
    """The target of the stopping rule in the configuration, where it has one on accuracy; else TARGET."""
    rule = history.config.get("stop") or ""
    leaves = stopping.parse(str(rule)).leaves() if rule else ()
    named = [r.at for r in leaves if isinstance(r, stopping.target) and r.metric == "accuracy" and r.at > 0]
    return named[0] if named else TARGET


def spoken(found: Outlook) -> str:
    """Accuracy on the test set: about 340 more labels to reach 0.95 (80 % interval: 280 to 410)."""
    return f"{said(found.metric)}: {found.sentence}"


def heading_to(found: Outlook | None) -> Html:
    """The forecast as a line under the curve."""
    return tag("p", f"Forecast. {spoken(found)}.") if found else EMPTY
