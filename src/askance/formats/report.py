"""What a conversion could not carry: counted by reason, with the first examples.  Floor 4."""

from dataclasses import dataclass, field

EXAMPLES = 3
SHOWN = 120  # characters of an example


@dataclass(frozen=True)
class Loss:
    """reason: what was left out or changed, such as 'the rotation of boxes'; examples: where, the first ones."""

    reason: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        first = f" ({'; '.join(self.examples)}{'; ...' if self.count > len(self.examples) else ''})"
        return f"{self.count:,} × {self.reason}{first if self.examples else ''}"


@dataclass(frozen=True)
class Report:
    """did: read or written; items, answers, predictions: how many arrived; losses: empty when everything did."""

    did: str
    path: str
    format: str
    items: int
    answers: int
    predictions: int
    losses: tuple[Loss, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.losses


@dataclass
class Tally:
    """What has been lost so far; a reader or a writer fills it, and nothing else."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def lost(self, reason: str, example: str = "", count: int = 1) -> None:
        self.counts[reason] = self.counts.get(reason, 0) + count
        seen = self.examples.setdefault(reason, [])
        if example and len(seen) < EXAMPLES:
            seen.append(example if len(example) <= SHOWN else f"{example[: SHOWN - 3]}...")

    def losses(self) -> tuple[Loss, ...]:
        """The most frequent first."""
        ordered = sorted(self.counts, key=lambda reason: (-self.counts[reason], reason))
        return tuple(Loss(reason, self.counts[reason], tuple(self.examples[reason])) for reason in ordered)
