"""How many threads this process may run at once.  Floor 4."""

import os


def cores() -> int:
    """The cores that this process may use, which in a container or under taskset are fewer than the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows do not tell
        return os.cpu_count() or 1
