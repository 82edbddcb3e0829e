"""Every example of docs/annotators.md runs, top to bottom, and what it asserts holds."""

import re
from pathlib import Path
from typing import Any

from askance import annotators
from askance.audit.issues import METHODS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "annotators.md").read_text()


def test_the_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len(blocks) >= 8
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/annotators.md", "exec"), names)


def test_everything_public_is_on_the_page() -> None:
    functions = [name for name in annotators.__all__ if name[0].islower() and name not in ("gather", "upper_bounds")]
    assert all(f"`{name}`" in PAGE or f"{name}(" in PAGE for name in functions)
    assert all(f"| `{method}` |" in PAGE for method in METHODS)
