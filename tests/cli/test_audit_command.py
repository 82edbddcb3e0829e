"""`askance audit`: labels that were made wrong are named, and nothing is changed."""

import csv
from pathlib import Path

import pytest
from sklearn.datasets import load_digits

WRONG = {n: str((load_digits().target[n] + 3) % 10) for n in range(3, 250, 20)}


@pytest.fixture
def campaign(tmp_path: Path, askance) -> str:
    """250 digits, all labelled, 13 of them wrongly."""
    x, y = load_digits(return_X_y=True)
    pool, key = tmp_path / "digits.csv", tmp_path / "key.csv"
    with pool.open("w", newline="") as f:
        csv.writer(f).writerows([["key", *(f"p{n}" for n in range(64))], *([n, *row] for n, row in enumerate(x[:250]))])
    labels = {n: str(c) for n, c in enumerate(y[:250])}
    rows = [["id", "label"], *([n, WRONG.get(n, c)] for n, c in labels.items())]
    with key.open("w", newline="") as f:
        csv.writer(f).writerows(rows)
    features = ",".join(f"p{n}" for n in range(64))
    made = askance("new", "digits", "--pool", pool, "--id", "key", "--features", features, "--truth", key, "--test", 0)
    assert made.code == 0, made.err
    assert askance("import", "digits", key).code == 0
    return "digits"


def test_wrong_labels_come_first(campaign: str, askance) -> None:
    before = askance("status", campaign, "--json").data["labels"]
    found = askance("audit", campaign, "--json").data
    assert found["judged"] == before == 250
    named = {int(i["name"]) for i in found["issues"]}
    assert len(named & set(WRONG)) >= 7  # 13 are wrong
    assert len(named - set(WRONG)) <= 4  # and 237 are not
    first = found["issues"][0]
    assert first["given"] == WRONG[int(first["name"])]
    assert first["why"].startswith(f"a model that has not seen this label says {first['suggested']} ")
    assert askance("audit", campaign, "--json").data == found
    said = askance("audit", campaign, "-n", 2).out
    assert f"{len(found['issues'])} labels to look at, 2 shown" in said
    assert askance("status", campaign, "--json").data["labels"] == before


def test_what_cannot_be_audited(askance, signals: Path) -> None:
    assert "not 'clas'; did you mean 'class'" in _new(askance, signals, "audit", "probs", "--method", "clas").sentence
    assert askance("audit", "nothing").code == 2


def _new(askance, signals: Path, *words: str):
    made = askance("new", "probs", "--pool", signals / "embeddings.npy", "--classes", "0,1,2,3,4,5,6,7,8,9")
    assert made.code == 0, made.err
    assert "the campaign has 0 labels" in askance("audit", "probs").sentence
    assert askance("import", "probs", signals / "labels.csv").code == 0
    return askance(*words)
