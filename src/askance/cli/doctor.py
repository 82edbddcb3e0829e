"""`askance doctor`: versions, threads, cores, memory, what is missing.  Floor 6."""

from collections.abc import Iterator, Mapping
from typing import Any

from askance.cli import show
from askance.cli.options import Json


def command(as_json: Json = False) -> None:
    """Says what this machine and this installation have, and what would make them better."""
    from askance.doctor import facts

    found = facts()
    if as_json:
        return show.as_json(found)
    show.table("", ("what", "it has"), rows(found))
    for sentence in found["advice"]:
        show.say(f"- {sentence}")
    return None


def rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    machine = found["machine"]
    yield "askance", found["askance"]
    yield "python", f"{found['python']['version']} on {found['python']['platform']}"
    yield "cores", str(machine["cores"])
    yield "memory", f"{_or(machine['memory_free_gb'])} GB free of {_or(machine['memory_gb'])} GB"
    yield "disk", f"{machine['disk_free_gb']} GB free in {machine['folder']}"
    for entry in found["blas"]:
        yield entry.get("internal_api", "threads"), _threads(entry)
    yield "onnxruntime on", ", ".join(found["onnxruntime"])
    yield "torch on", _torch(found["torch"])
    for name, there in {**found["packages"], **found["optional"]}.items():
        yield name, there or "not installed"


def _threads(entry: Mapping[str, Any]) -> str:
    kind = entry.get("architecture") or entry.get("threading_layer") or ""
    return f"{entry.get('version') or ''} {entry['num_threads']} threads {kind}".strip()


def _torch(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "not installed"
    return ", ".join(found["gpus"]) or ("Apple GPU" if found["mps"] else f"CPU, {found['threads']} threads")


def _or(value: object) -> str:
    return "?" if value is None else str(value)
