"""`askance status NAME`: where a campaign stands, or the configuration that recreates it.  Floor 6."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askance.cli import campaigns, options, show

if TYPE_CHECKING:
    from askance.metrics import Outlook

AsConfig = Annotated[bool, typer.Option("--config", help="Print the configuration as TOML, for `new --config`.")]


def command(
    name: options.Name, config: AsConfig = False, target: options.Target = None, as_json: options.Json = False
) -> None:
    """Shows labels, questions, measurements, the labels left to a target, and the verdicts of the stopping rules."""
    from askance.report import outlook

    with campaigns.opened(name) as campaign:
        if config and as_json:
            return show.as_json(campaign.config.plain())
        if config:
            return print(campaign.config_text(), end="")
        found, ahead = campaign.status(), outlook.of_campaign(campaign.history(), target)
    if as_json:
        return show.as_json(found | {"forecast": plain(ahead)})
    show.table("", ("what", "it is"), rows(found))
    if ahead:
        show.say(f"forecast, {outlook.spoken(ahead)}")
    for verdict in found["verdicts"]:
        show.say(judged(verdict["rule"], verdict["stop"], verdict["why"]))
    return None


def rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    from askance.meta import spoken

    budget = f" of {found['budget']:,}" if found["budget"] else ""
    yield "campaign", found["folder"]
    yield "labels", f"{found['labels']:,}{budget} in a pool of {found['samples']:,}"
    yield "rounds", str(found["rounds"])
    yield "waiting for an answer", str(found["pending"])
    for kind in ("skipped", "unreadable", "extra"):
        if found[kind]:
            yield {"extra": "answers beside the one that counts"}.get(kind, kind), str(found[kind])
    for label, count in found["classes"].items():
        yield f"class {label}", str(count)
    for which, number in found.get("numbers", {}).items():
        yield f"{which} label", f"{number:g}"
    for who, count in found["people"].items():
        yield f"answers by {who}", str(count)
    for metric, m in found["metrics"].items():
        yield metric, interval(m["value"], m["low"], m["high"])
    yield "strategy", found["strategy"]
    if found["arms"]:
        yield "asked in the last round by", spoken(found["arms"])
        yield "odds in the last round", odds(found["arms"])
    yield "learner", found["learner"]
    if found["running"]:
        yield "running", f"process {found['running']['pid']} on {found['running']['host']}"


def plain(ahead: "Outlook | None") -> dict[str, Any] | None:
    """The forecast as data: labels left, None where they are beyond what was looked at; null where there is none."""
    if ahead is None:
        return None
    told = {"metric": ahead.metric, "target": ahead.target, "sentence": ahead.sentence}
    if ahead.reached is not None:
        return told | {"reached": ahead.reached}
    if ahead.forecast is None:
        return told
    left = ahead.forecast.labels_to(ahead.target)
    return told | {"low": left.low, "middle": left.middle, "high": left.high, "chance": left.chance}


def judged(rule: str, stop: bool, why: str) -> str:
    """plateau says go on: ..."""
    return f"{rule} says {'stop' if stop else 'go on'}: {why}"


def odds(arms: Mapping[str, Any]) -> str:
    """margin 0.52, kcenter 0.31, random 0.17"""
    return ", ".join(f"{name} {p:.2f}" for name, p in zip(arms["names"], arms["odds"], strict=True))


def interval(value: float, low: float, high: float) -> str:
    """.934 (.91 to .95)"""
    return f"{value:.3f} ({low:.3f} to {high:.3f})"
