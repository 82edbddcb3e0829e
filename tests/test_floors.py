"""Each file imports only from floors below its own, or from its own room."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "src" / "askance"

FLOORS = [
    {"errors", "progress", "registry", "ops"},
    {
        "samples",
        "signals",
        "protocols",
        "history",
        "view",
        "kinds",
        "expression",
        "strategy",
        "spec",
        "among",
        "greedy",
        "metrics",
        "locations",
        "images",
        "audio",
        "pal",
    },
    {"strategies", "meta", "policies", "stopping", "labels", "annotators", "audit", "usual"},
    {"select", "shards", "stream", "contract", "describe"},
    {"store", "learners", "pools", "oracles", "formats"},
    {"campaign", "simulate"},
    {"cli", "server", "report", "client", "labelstudio", "demo", "doctor", "__main__"},
    {"__init__", "toy"},
]
FLOOR = {name: n for n, names in enumerate(FLOORS) for name in names}
FREE = {0, 1, 3, 5, 6}  # small floors whose files may use each other


def room(path: Path) -> str:
    inside = path.relative_to(ROOT)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "askance":
            parts = (node.module or "").split(".")[1:]
            yield from parts[:1] or [a.name for a in node.names]
        if isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("askance."))


def test_every_file_has_a_floor() -> None:
    homeless = {room(p) for p in ROOT.rglob("*.py")} - set(FLOOR)
    assert not homeless, f"give these a floor here and in docs/architecture.md: {sorted(homeless)}"


def test_imports_go_down() -> None:
    wrong = []
    for path in ROOT.rglob("*.py"):
        mine = room(path)
        for other in imported(path):
            same = other == mine or (FLOOR[mine] in FREE and FLOOR.get(other) == FLOOR[mine])
            if other in FLOOR and not same and FLOOR[other] >= FLOOR[mine]:
                wrong.append(f"{path.relative_to(ROOT)} (floor {FLOOR[mine]}) imports {other} (floor {FLOOR[other]})")
    assert not wrong, "\n".join(wrong)
