"""Every error that Askance raises on purpose.  Floor 0.

A message says what was wrong, where (signal, sample, row, file), and what would be right.  The command line
prints it as one sentence and exits with 2; a traceback is a fault of ours.
"""

import difflib
from collections.abc import Iterable


class AskanceError(Exception):
    """Root: catch this to catch all of ours."""

    def __str__(self) -> str:  # KeyError would show the repr of its argument
        return str(self.args[0]) if self.args else ""


class BadStrategy(AskanceError, ValueError):
    """A strategy does not parse, does not compose, has a wrong parameter, or broke its contract."""


class BadSignal(AskanceError, ValueError):
    """A signal has NaN, a wrong shape, or rows that are not probabilities."""


class MissingSignal(AskanceError, KeyError):
    """A strategy needs a signal that nobody provides."""


class BadPool(AskanceError, ValueError):
    """A pool cannot be opened, or a sample of it cannot be read."""


class BadLearner(AskanceError, ValueError):
    """A learner cannot be made from its text, or cannot learn from what it was given."""


class BadLabel(AskanceError, ValueError):
    """A label is outside the classes, or belongs to no known sample."""


class BadConfig(AskanceError, ValueError):
    """A campaign's configuration has an unknown key or a wrong value."""


class BadCampaign(AskanceError, ValueError):
    """A campaign folder cannot be opened: it is not one, is newer than this version, or is damaged."""


class FormatError(AskanceError, ValueError):
    """A file of annotations is not what its format says, or a document cannot be written in it; names the place."""


class Conflict(AskanceError, RuntimeError):
    """Told about something never asked, or two processes on one campaign."""


class MissingExtra(AskanceError, ImportError):
    """A feature needs an optional package that is not installed."""


def nearest(word: str, known: Iterable[object]) -> str:
    """'; did you mean margin?' when something known is close to `word`, else ''."""
    close = difflib.get_close_matches(word, [str(k) for k in known], n=1, cutoff=0.55)
    return f"; did you mean {close[0]!r}?" if close else ""
