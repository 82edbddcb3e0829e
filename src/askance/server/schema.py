"""Prints the OpenAPI schema, from which the page's types are made: python -m askance.server.schema.  Floor 6."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from askance.server.access import House
from askance.server.app import create_app
from askance.server.hall import Hall
from askance.server.people import Person


def schema() -> dict[str, Any]:
    """Of the whole server; the same whatever it serves."""
    with tempfile.TemporaryDirectory() as folder:
        return create_app(House(Hall(Path(folder)), None, Person("nobody"), "none"), frozenset()).openapi()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")
