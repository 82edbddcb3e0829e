"""What this machine and this installation have, as plain data.  Floor 6."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from askance import __version__
from askance.progress import bar

CORE = ["numpy", "scipy", "scikit-learn", "pyarrow", "SQLAlchemy", "alembic"]
CORE += ["onnxruntime", "pillow", "matplotlib", "fsspec", "typer", "rich"]

# package -> (the extra of ours that brings it, what it is for)
OPTIONAL = {
    "torch": ("torch", "training networks"),
    "safetensors": ("torch", "saving networks"),
    "transformers": ("vision", "backbones by name: transformers:NAME"),
    "timm": ("timm", "backbones by name: timm:NAME"),
    "soundfile": ("audio", "recordings that are FLAC, Ogg or MP3"),
    "torchvision": ("timm", "backbones by name: torchvision:NAME"),
    "sentence-transformers": ("text", "sentence encoders"),
    "pandas": ("frames", "pools from pandas frames"),
    "polars": ("frames", "pools from polars frames"),
    "s3fs": ("s3", "pools at s3:// URLs"),
}


def facts() -> dict[str, Any]:
    """Everything below, by topic."""
    return {
        "askance": __version__,
        "python": {"version": platform.python_version(), "executable": sys.executable, "platform": platform.platform()},
        "machine": machine(),
        "packages": {name: installed(name) for name in CORE},
        "optional": {name: installed(name) for name in OPTIONAL},
        "blas": blas(),
        "onnxruntime": providers(),
        "torch": torch(),
        "advice": list(advice()),
    }


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine() -> dict[str, Any]:
    """cores; memory and disk in GB (10^9 bytes)."""
    total, free = memory()
    disk = shutil.disk_usage(Path.cwd())
    return {
        "cores": cores(),
        "memory_gb": _gb(total),
        "memory_free_gb": _gb(free),
        "disk_free_gb": _gb(disk.free),
        "folder": str(Path.cwd()),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS"),
    }


def cores() -> int:
    """The cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def memory(info: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")) -> tuple[int | None, int | None]:
    """(total, free) bytes, of the container where it has a limit; None where the system does not say."""
    if not info.is_file():
        return None, None
    said = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
    total, free = (int(said[word].split()[0]) * 1024 for word in ("MemTotal", "MemAvailable"))
    limit, used = (_number(group / word) for word in ("memory.max", "memory.current"))
    if limit is None or limit >= total:
        return total, free
    return limit, min(free, limit - (used or 0))


def _number(path: Path) -> int | None:
    text = path.read_text().strip() if path.is_file() else ""
    return int(text) if text.isdigit() else None


def _gb(size: int | None) -> float | None:
    return None if size is None else round(size / 1e9, 1)


def blas() -> list[dict[str, Any]]:
    """One entry a library that runs threads of its own: BLAS and OpenMP."""
    import numpy  # noqa: F401  it is the import that loads them
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

    keep = ("user_api", "internal_api", "version", "num_threads", "architecture", "threading_layer")
    return [{word: entry[word] for word in keep if word in entry} for entry in threadpool_info()]


def providers() -> list[str]:
    """Where ONNX Runtime can compute, the best first."""
    import onnxruntime

    return list(onnxruntime.get_available_providers())


def torch() -> Mapping[str, Any] | None:
    """Threads and accelerators; None where PyTorch is not installed."""
    if find_spec("torch") is None:
        return None
    with bar("asking PyTorch"):
        import torch as t

    gpus = [t.cuda.get_device_name(i) for i in range(t.cuda.device_count())] if t.cuda.is_available() else []
    return {
        "version": t.__version__,
        "threads": t.get_num_threads(),
        "gpus": gpus,
        "mps": t.backends.mps.is_available(),
    }


def advice() -> list[str]:
    """What would make it faster or more complete, a sentence each."""
    out = [
        f"not installed: {', '.join(names)}; pip install 'askance[{extra}]' brings {what}"
        for extra, (names, what) in _missing().items()
    ]
    threads = max((int(b["num_threads"]) for b in blas()), default=1)
    if threads > cores():
        out.append(f"BLAS runs {threads} threads on {cores()} cores; OMP_NUM_THREADS={cores()} is faster")
    disk = machine()["disk_free_gb"]
    if disk < 1:
        out.append(f"only {disk} GB are free in {Path.cwd()}")
    return out


def _missing() -> dict[str, tuple[list[str], str]]:
    out: dict[str, tuple[list[str], str]] = {}
    for name, (extra, what) in OPTIONAL.items():
        if installed(name) is None:
            out.setdefault(extra, ([], what))[0].append(name)
    return out
