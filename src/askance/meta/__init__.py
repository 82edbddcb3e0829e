"""Choosing among strategies while the campaign runs: ALBL, EXP3, Thompson, PSHEA.  Floor 2.

    askance new photos.askance --pool photos --strategy "albl(margin, kcenter)"

A chooser is a function from what the log holds to odds over its arms: it keeps no state, so a campaign that was killed
goes on with the very arms it would have asked.  One chooser a file; each is registered by its decorator in among.py.
"""

from askance.meta.draw import draw
from askance.meta.odds import first_odds, odds_of
from askance.meta.past import Draw, Kept, Past, iw_accuracy, judged, kept, past, plain, spoken

__all__ = [
    "Draw",
    "Kept",
    "Past",
    "draw",
    "first_odds",
    "iw_accuracy",
    "judged",
    "kept",
    "odds_of",
    "past",
    "plain",
    "spoken",
]
