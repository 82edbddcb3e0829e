"""The TypeScript client: it compiles and goes a round with a real server; tests/page holds its types to the schema."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from live import serving
from served import Served

ROOT = Path(__file__).resolve().parents[2]
CLIENT, WEB = ROOT / "clients" / "typescript", ROOT / "web"
TSC = WEB / "node_modules" / ".bin" / "tsc"


def test_it_is_built_by_the_same_tools_as_the_page() -> None:
    own, page = (json.loads((at / "package.json").read_text("utf-8"))["devDependencies"] for at in (CLIENT, WEB))
    assert own == {name: page[name] for name in own}


@pytest.mark.slow
@pytest.mark.skipif(not (TSC.exists() and shutil.which("node")), reason="npm ci in web/, and node, are needed")
def test_a_round_with_a_real_server(team: Served, tmp_path: Path) -> None:
    built = tmp_path / "dist"
    made = subprocess.run(
        [str(TSC), "-p", str(CLIENT), "--outDir", str(built)], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout
    (built / "package.json").write_text('{"type": "module"}')
    team.of("olga")
    with serving(team.app) as address:
        said = {"ASKANCE_URL": address.replace("127.0.0.1", "localhost"), "ASKANCE_TOKEN": team.tokens["olga"]}
        said |= {"ASKANCE_CAMPAIGN": "one", "CLIENT": (built / "client.js").as_uri()}
        done = subprocess.run(
            ["node", str(CLIENT / "test" / "round.mjs")],
            env={**os.environ, **said},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (0, "a round with the server went well\n"), done.stderr
