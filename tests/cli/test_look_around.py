"""askance strategies, check and doctor."""

import re
from pathlib import Path

import pytest

from askance import doctor
from askance.cli.strategies import example
from askance.contract import case_of
from askance.describe import FAMILIES, entries


def test_every_strategy_is_listed(askance) -> None:
    found = askance("strategies", "--json").data["strategies"]
    by_name = {s["name"]: s for s in found}
    assert {"random", "margin", "entropy", "bald", "kcenter", "kmeans", "dbal", "badge", "typiclust"} <= set(by_name)
    assert by_name["margin"]["needs"] == ["probs"]
    assert by_name["dbal"]["parameters"][0]["name"] == "beta"
    table = askance("strategies")
    assert table.code == 0
    for name in by_name:
        assert f" {name} " in table.out


def test_the_list_is_by_family_with_needs_cost_and_paper(askance) -> None:
    out = askance("strategies").out
    assert list(dict.fromkeys(re.findall(r"^([a-z ]+): [A-Z]", out, re.M))) == list(FAMILIES)
    line = next(x for x in out.splitlines() if x.startswith(" dbal "))
    for said in ("embeddings, probs", "O(N C + I beta k^2 D)", "Diverse mini-batch learning", "Zhdanov 2019"):
        assert said in line


@pytest.mark.parametrize("columns", [80, 100])
def test_a_narrow_terminal_gets_lines_that_fit(askance, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr("askance.cli.show.width", lambda: columns)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    lines = askance("strategies").out.splitlines()
    assert max(map(len, lines)) <= columns
    at = lines.index("  dbal  [embeddings, probs]  O(N C + I beta k^2 D)")
    assert lines[at + 1].startswith("      Diverse mini-batch learning")
    assert "      Zhdanov 2019, arXiv:1901.05954" in lines[at : at + 6]
    full = re.sub(r"\x1b\[\d*m", "", askance("strategies", "decision_distance").out)
    assert max(map(len, full.splitlines())) <= columns


def test_the_list_can_be_narrowed(askance) -> None:
    def names(*words: str) -> set[str]:
        return {s["name"] for s in askance("strategies", *words, "--json").data["strategies"]}

    assert {"bald", "batch_bald"} <= names("--family", "committee") <= names("--needs", "members") | {"output_variance"}
    assert "dbal" in names("--needs", "probs,embeddings")
    assert not {"margin", "kcenter", "random"} & names("--needs", "probs,embeddings")
    assert {"margin", "random"} <= names("--given", "probs")
    assert not {"dbal", "bald", "kcenter"} & names("--given", "probs")
    assert {"margin", "bald"} <= names("--given", "members"), "probs are the members' mean"
    assert names("--family", "control", "--needs", "probs") == set()
    assert askance("strategies", "--family", "control", "--needs", "probs").code == 0
    assert "did you mean 'density'" in askance("strategies", "--family", "densty").sentence
    assert "did you mean 'probs'" in askance("strategies", "--needs", "prob").sentence


def test_one_strategy_in_full(askance) -> None:
    out = askance("strategies", "dbal").out
    assert "dbal: a selector of the family hybrid" in out
    assert "stands for              margin | top(x=beta) | kmeans(weighted=True)" in out
    assert "Zhdanov 2019" in out
    assert "Not Gal's deep Bayesian active learning" in out
    assert re.search("parameter beta +10, 1 or more", out)
    assert out.endswith('askance select POOL -k 20 --strategy "dbal(beta=10)"\n')
    assert askance("strategies", "dbal", "--json").data["cost"].startswith("O(")
    assert "did you mean 'margin'" in askance("strategies", "margn").sentence


def test_every_example_line_runs() -> None:
    for e in entries():
        case = case_of(example(e))
        assert len(case.picks(case.example(), 5)) == 5, example(e)


def test_the_contract_of_one_strategy(askance) -> None:
    found = askance("check", "random", "--json").data
    assert found["passed"] is True
    assert set(found["checks"].values()) == {"ok"}
    assert len(found["checks"]) > 15
    assert "did you mean 'margin'" in askance("check", "margn").sentence


def test_a_broken_strategy_fails_its_contract(askance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "askance.contract.run", lambda what, slow: iter([("ties_are_fair", ValueError("no")), ("empty_pool", None)])
    )
    ended = askance("check", "margin")
    assert ended.code == 2
    assert "margin fails 1 of 2 checks: ties_are_fair" in ended.err
    assert "ties are fair" in ended.out


def test_the_doctor_knows_this_machine(askance) -> None:
    found = askance("doctor", "--json").data
    assert found["machine"]["cores"] == doctor.cores() >= 1
    assert found["packages"]["numpy"]
    assert "CPUExecutionProvider" in found["onnxruntime"]
    assert set(found["optional"]) == set(doctor.OPTIONAL)
    table = askance("doctor").out
    assert "numpy" in table
    assert "GB free" in table


def test_the_limit_of_a_container_counts(tmp_path: Path) -> None:
    info = tmp_path / "meminfo"
    info.write_text("MemTotal:       2000000 kB\nMemFree:  1 kB\nMemAvailable:    1500000 kB\n")
    assert doctor.memory(info, tmp_path) == (2_048_000_000, 1_536_000_000)
    (tmp_path / "memory.max").write_text("1000000000\n")
    (tmp_path / "memory.current").write_text("400000000\n")
    assert doctor.memory(info, tmp_path) == (1_000_000_000, 600_000_000)
    (tmp_path / "memory.max").write_text("max\n")
    assert doctor.memory(info, tmp_path) == (2_048_000_000, 1_536_000_000)
    assert doctor.memory(tmp_path / "none", tmp_path) == (None, None)


def test_what_is_missing_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "installed", lambda name: None if name == "s3fs" else "1.0")
    assert "not installed: s3fs; pip install 'askance[s3]' brings pools at s3:// URLs" in doctor.advice()
