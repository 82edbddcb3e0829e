"""A folder of recordings from the command line: choosing, a campaign, a simulated run, the labels out again."""

import json
from pathlib import Path

import numpy as np
import pytest

from waves import tone, wav_bytes, write


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """40 in folders of their classes, low and high; one more is cut off."""
    draw = np.random.default_rng(0)
    for n in range(40):
        name, around = (("low", 300), ("high", 1200))[n % 2]
        noise = draw.normal(0, 0.05, (2400, 1))
        write(tmp_path / f"calls/{name}/{n}.wav", tone(around * draw.uniform(0.8, 1.25), loud=0.3) + noise)
    (tmp_path / "calls/low/cut.wav").write_bytes(wav_bytes(tone(300))[:999])
    return tmp_path / "calls"


def test_which_to_listen_to_first(askance, calls: Path, tmp_path: Path) -> None:
    found = askance("select", calls, "-k", 5, "--cache", tmp_path / "cache", "--json")
    assert (found.code, found.data["pool"], len(found.data["picks"])) == (0, 40, 5)
    assert "skipped low/cut.wav: it is cut off" in found.err
    with_labels = askance("select", calls, "-k", 5, "--cache", tmp_path / "cache", "--strategy", "margin", "--json")
    assert "needs probs" in with_labels.sentence
    assert "--sheet shows photos" in askance("select", calls, "-k", 5, "--sheet", "a.jpg").sentence


def test_a_campaign_from_its_pool_to_its_labels(askance, calls: Path, tmp_path: Path) -> None:
    rounds = ("--batch", 5, "--warmup", 5, "--budget", 15)
    made = askance("new", "c.askance", "--pool", calls, "--classes", "low,high", *rounds)
    assert made.code == 0, made
    assert "learner mel" in made.out + made.err
    assert askance("run", "c.askance", "--truth", calls).code == 0
    assert askance("export", "c.askance", "labels.jsonl", "--format", "nemo").code == 0
    lines = [json.loads(line) for line in (Path("labels.jsonl")).read_text().splitlines()]
    assert {line["label"] for line in lines} == {"low", "high"}
    assert all(line["audio_filepath"].startswith(line["label"]) for line in lines)
    assert {line["duration"] for line in lines} == {0.3}
    assert askance("report", "c.askance").code == 0
