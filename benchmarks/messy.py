"""Samples that do not belong: who asks about them, and what holding them back costs.

    python benchmarks/messy.py find             which gates find the strays, before anything is labelled
    python benchmarks/messy.py run [SET ...]    the campaigns; what is done already is skipped
    python benchmarks/messy.py rare             what a gate does to a rare class that does belong
    python benchmarks/messy.py                  the tables of docs/messy-data.md, from what is kept in messy_data/

Every pool has 5 % strays: Spanish tweets among English ones, photos of other things among cats and dogs.  Test samples
are never strays.  Every strategy begins with the same 40 samples drawn at random; then it asks about 20 at a time until
300 questions are asked.  What a person says of a stray:

    labelled   what it says by itself: the sentiment of a Spanish tweet; hateful or not: "neither"
    skipped    nothing; the question is spent all the same
    named      "none of these", a class like the others, which test samples are never of

10 seeds draw the strays and the first 40.  --work FOLDER keeps features of photos between runs.
"""

import argparse
from pathlib import Path

from strays.campaigns import rows, run
from strays.gates import find, rare
from strays.tables import tables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="tables", choices=("tables", "find", "run", "rare"))
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--work", type=Path, default=Path("/tmp/askance_messy"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    match given.what:
        case "find":
            find(given.work)
        case "run":
            run(given.sets, given.work)
        case "rare":
            rare(given.work)
        case _:
            print("\n".join(tables(rows())))


if __name__ == "__main__":
    main()
