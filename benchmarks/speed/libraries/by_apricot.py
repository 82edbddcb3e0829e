"""apricot: facility location, lazily.  It compiles its loop anew at every fit, which is part of the time."""

from apricot import FacilityLocationSelection

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call


def facility_location(x: Inputs, case: Case) -> Call:
    return lambda: FacilityLocationSelection(case.k, metric="euclidean", optimizer="lazy").fit(x.embeddings).ranking
