"""The command line: one file a command.  Floor 6.

Kept light: nothing here imports NumPy before a command needs it, so that `askance --help` answers at once.
"""

import sys


def main() -> None:
    """What the `askance` command and `python -m askance` run."""
    from askance.cli.exits import run

    sys.exit(run(sys.argv[1:]))
