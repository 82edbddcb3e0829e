"""A bar that moves so that the budgeted share of arrivals clears it.  Floor 2."""

from dataclasses import dataclass

from askance.errors import BadStrategy


@dataclass(frozen=True)
class Bar:
    """State of the stream: plain numbers, so that it can be stored as JSON."""

    seen: int = 0
    asked: int = 0
    height: float | None = None


@dataclass(frozen=True)
class Variable:
    """Asks when the utility clears the bar and the budget allows; the bar rises after a question and sinks otherwise.

    The variable uncertainty strategy of Žliobaitė, Bifet, Pfahringer & Holmes 2014, with the budget as a hard limit:
    asked <= budget * seen + 1 holds after every arrival.  budget: share of arrivals, (0, 1]; step: (0, 1).
    """

    budget: float = 0.1
    step: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.budget <= 1:
            raise BadStrategy(
                f"the budget of a stream is a share of the arrivals, above 0 and up to 1, not {self.budget}"
            )
        if not 0 < self.step < 1:
            raise BadStrategy(f"the step of a stream's bar lies between 0 and 1, not at {self.step}")

    def init(self) -> Bar:
        return Bar()

    def __call__(self, state: Bar, utility: float) -> tuple[Bar, bool]:
        height = utility if state.height is None else state.height
        within = state.asked < self.budget * (state.seen + 1)
        ask = within and utility >= height
        moved = height * (1 + self.step) if ask else height * (1 - self.step)
        return Bar(state.seen + 1, state.asked + ask, moved), ask
