"""Where a report comes from: the configuration that makes it again, and the versions of what made it.  Floor 6."""

import platform
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import Any

import numpy as np
import tomli_w

PACKAGES = (
    "askance", "numpy", "scipy", "scikit-learn", "pyarrow", "pillow", "onnxruntime", "torch", "transformers",
)  # fmt: skip
SECRET = re.compile(r"(\w[\w+.-]*://[^/\s:@]*):[^/\s@]+@")  # scheme://user:password@host


def toml_text(config: Mapping[str, Any]) -> str:
    """The configuration as TOML; what is None is left out, and passwords in URLs are masked: a report is passed on."""
    return SECRET.sub(r"\1:***@", tomli_w.dumps(_plain(config)))


def versions() -> Mapping[str, str]:
    """{package: version} of what is installed and may change a figure."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(k): _plain(v) for k, v in value.items() if v is not None}
        case list() | tuple() | set() | frozenset() | np.ndarray():
            return [_plain(v) for v in value if v is not None]
        case np.generic():
            return value.item()
        case bool() | int() | float() | str():
            return value
        case PurePath():
            return str(value)
    return str(value)
