"""Prints the OpenAPI schema: python -m askance.server.schema > web/openapi.json.  Floor 6."""

import json
from pathlib import Path
from typing import Any


def schema() -> dict[str, Any]:
    from askance.server.access import House
    from askance.server.app import create_app
    from askance.server.hall import Hall

    found: dict[str, Any] = create_app(House(Hall(Path()), None, None), frozenset()).openapi()
    return found


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1, sort_keys=True))
