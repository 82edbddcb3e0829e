"""A function of the user's as an oracle, by its name: `module:function`.  Floor 4."""

from importlib import import_module
from typing import Any

from askance.errors import BadConfig, nearest
from askance.protocols import Oracle


def from_text(text: str) -> Oracle:
    """'labels:ask_llm' -> the function ask_llm of labels.py, which takes an Item and gives a class name or None."""
    module_name, _, name = text.partition(":")
    if not module_name or not name:
        raise BadConfig(f"an oracle is written module:function, not {text!r}")
    try:
        module = import_module(module_name)
    except ImportError as e:
        raise BadConfig(f"cannot import the oracle {text!r}: {e}") from e
    found: Any = getattr(module, name, None)
    if not callable(found):
        raise BadConfig(f"{module_name} has no function {name!r}{nearest(name, vars(module))}")
    return found
