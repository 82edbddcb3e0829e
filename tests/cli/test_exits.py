"""How a command ends: the code, and one sentence on stderr."""

import errno
import os
import resource
import subprocess
import sys

import pytest
import typer

from askance.cli import exits
from askance.errors import BadPool, MissingSignal


@pytest.mark.parametrize(
    ("error", "code", "part"),
    [
        (BadPool("photos holds no image"), 2, "photos holds no image"),
        (MissingSignal("entropy needs probs"), 2, "entropy needs probs"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out.csv"), 2, "out.csv: no space left on device; free some"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/root/x"), 2, "/root/x: permission denied"),
        (FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "gone/x.csv"), 2, "gone/x.csv: no such file"),
        (ZeroDivisionError("division by zero"), 1, "a fault of ours (ZeroDivisionError: division by zero)"),
        (KeyboardInterrupt(), 130, "stopped; everything that was acknowledged is kept"),
        (typer.Abort(), 130, "stopped"),
        (MemoryError(), 1, "not enough memory"),
    ],
)
def test_verdict(error: BaseException, code: int, part: str) -> None:
    found, sentence = exits.verdict(error)
    assert found == code
    assert part in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["selct"], "did you mean 'select'"),
        (["doctor", "--jsn"], "no such option: --jsn"),
        (["select"], "missing argument 'POOL'"),
        (["select", "x.npy", "-k", "-3"], "invalid value for '-k'"),
        (["select", "x.npy", "-k", "many"], "invalid value for '-k'"),
    ],
)
def test_usage_is_one_sentence_and_2(words: list[str], part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.run(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("askance: ")
    assert part.lower() in said.err.lower()
    assert said.err.count("\n") == 1


def test_help_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.run([]) == 0
    assert "select" in capsys.readouterr().out
    assert exits.run(["select", "--help"]) == 0
    assert "--strategy" in capsys.readouterr().out


def test_a_fault_of_ours_has_a_traceback_only_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("really")

    monkeypatch.setattr("askance.doctor.facts", broken)
    assert exits.run(["doctor"]) == 1
    quiet = capsys.readouterr().err
    assert "Traceback" not in quiet
    assert "--debug" in quiet
    assert exits.run(["doctor", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("askance.doctor.facts", interrupted)
    assert exits.run(["doctor"]) == 130
    assert capsys.readouterr().err == "askance: stopped; everything that was acknowledged is kept\n"


def test_python_dash_m_is_the_command_and_help_is_light() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([sys.executable, "-m", "askance", "--help"], capture_output=True, text=True, check=False)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert done.returncode == 0
    assert "doctor" in done.stdout
    assert seconds < 2  # of the processor; .4 s on an idle machine, and the test below is what holds it there


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from askance.cli.exits import run; run(['--help']); print(list(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for heavy in ("numpy", "scipy", "sklearn", "torch", "pyarrow", "sqlalchemy", "matplotlib", "onnxruntime", "pandas"):
        assert f"'{heavy}'" not in done.stderr


def test_a_closed_pipe_is_no_fault() -> None:
    command = f"{sys.executable} -m askance strategies --json | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
