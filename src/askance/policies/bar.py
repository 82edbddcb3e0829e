"""A bar that utilities must clear, which rises after a question and sinks otherwise.  Floor 2.

Its height is a number, or None before there was anything above 0 to measure it by.
"""


def cleared(height: float | None, utility: float) -> bool:
    """Whether it is at or above the bar; the first one is, and a utility of 0, nothing to learn, never is."""
    return utility > 0 and utility >= (height or 0.0)


def moved(height: float | None, utility: float, asked: bool, step: float) -> float | None:
    """Where the bar stands afterwards: the first utility above 0 sets it."""
    stood = height or utility
    if not stood:
        return None
    return stood * (1 + step) if asked else stood * (1 - step)
