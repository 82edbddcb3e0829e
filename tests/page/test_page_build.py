"""What is committed of the page is what its sources make: the built files, the schema, and the types made from it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from askance.server.schema import schema

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
STATIC = ROOT / "src/askance/server/static"


def tool(name: str, *words: str) -> None:
    """Runs one of the page's packages, in web/."""
    path = WEB / "node_modules/.bin" / name
    if not path.exists() or not shutil.which("node"):
        pytest.skip(f"{name} is not there (tools/page installs it, where there is npm)")
    done = subprocess.run([str(path), *words], cwd=WEB, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_built_page_is_that_of_the_sources(tmp_path: Path) -> None:
    """Two builds of the same sources are the same bytes; `npm run build` in web/ writes what is committed."""
    tool("vite", "build", "--outDir", str(tmp_path), "--logLevel", "error")
    made, there = files(tmp_path), files(STATIC)
    assert sorted(made) == sorted(there)
    assert [name for name in made if made[name] != there[name]] == []


def test_the_schema_is_that_of_the_server() -> None:
    """`python -m askance.server.schema > web/openapi.json` writes it."""
    assert json.loads((WEB / "openapi.json").read_text("utf-8")) == schema()


def test_the_types_are_those_of_the_schema(tmp_path: Path) -> None:
    """`npm run types` in web/ writes them: the page and the client of other people's programs share one file."""
    made = tmp_path / "schema.d.ts"
    tool("openapi-typescript", "openapi.json", "-o", str(made))
    assert made.read_text("utf-8") == (WEB.parent / "clients/typescript/src/schema.d.ts").read_text("utf-8")


def test_the_page_loads_nothing_from_elsewhere() -> None:
    """No address of another host in what is built but those that are names: of XML, and of React's explanations."""
    names = ("http://www.w3.org/", "https://react.dev/errors/")
    for name, content in files(STATIC).items():
        for at in content.decode("utf-8", "replace").split("http")[1:]:
            said = "http" + at[:40]
            if said.startswith(("http://", "https://")):
                assert said.startswith(names), (name, said)
