"""Commands on labels that are numbers: the width of a petal."""

import re
from pathlib import Path

import pytest
from sklearn.datasets import load_iris

NEW = ("--id", "key", "--features", "a,b,c", "--label", "width", "--labels", "number(low=0)", "--learner", "ridge")


@pytest.fixture
def petals(tmp_path: Path) -> Path:
    path = tmp_path / "petals.csv"
    rows = [f"flower-{i},{','.join(map(str, row))}" for i, row in enumerate(load_iris().data)]
    path.write_text("\n".join(["key,a,b,c,width", *rows]) + "\n")
    return path


def test_a_whole_campaign(askance, petals: Path) -> None:
    said = askance(
        "new", "petals", "--pool", petals, *NEW, "--batch", 10, "--warmup", 10, "--budget", 20, "--test", 0.3
    )
    assert "150 samples, labels number(low=0)" in said.out
    assert "strategy igs" in said.out
    ran = askance("run", "petals", "--control", "random", "--seeds", 2)
    for shown in ("rmse@test", "5 % above the RMSE with all labels", "RMSE on the test share, mean of 2 seeds"):
        assert shown in ran.out
    found = askance("status", "petals", "--json").data
    assert found["metrics"]["rmse@test"]["value"] < 0.4
    assert found["numbers"]["least"] >= 0
    assert found["forecast"] is None
    assert "median label" in askance("status", "petals").out
    page = Path(askance("report", "petals", "--json").data["report"]).read_text()
    for shown in ("RMSE on the test set", "5 % above full", "it − ours"):
        assert shown in page
    assert "ECE" not in re.sub(r"<style>.*?</style>|base64,[^\"]*", "", page, flags=re.DOTALL)
    assert "are classes" in askance("audit", "petals").sentence


def test_picks_of_a_pool_with_known_numbers(askance, petals: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.csv"
    known.write_text("id,label\n" + "".join(f"flower-{i},{0.2 + i / 100}\n" for i in range(0, 140, 9)))
    words = ("select", petals, "--id", "key", "--features", "a,b,c", "-k", 4, "--learner", "gp", "--labels", known)
    assert "picks of 150 samples by igs and gp" in askance(*words).out
    assert askance(*words, "--strategy", "alm", "--json").data["picks"][0]["why"].startswith("alm")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--labels", "nubmer"), "labels: no kind of label is called 'nubmer'; did you mean 'number'"),
        (("--labels", "number(low=9, high=1)"), "number: low=9 must be below high=1"),
        (
            ("--labels", "number(low=0, high=1)", "--test", 0.3),
            "wrong label for sample .* out of range: .* from 0 to 1",
        ),
        (("--classes", "a,b"), "classes have no place beside labels = "),
        (("--learner", "linear"), "labels are numbers, and the learner 'linear' predicts none"),
        (("--labels", "class"), "the learner 'ridge' predicts numbers, and labels are classes"),
        (("--strategy", "entropy"), "entropy needs probs, and the learner gives embeddings, outputs, prediction"),
        (("--learner", "regressor:SVC"), "SVC is no regressor"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(askance, petals: Path, words, sentence: str) -> None:
    assert re.search(sentence, askance("new", "petals", "--pool", petals, *NEW, *words).sentence)
    assert not Path("petals.askance").exists()


def test_an_answer_key_with_a_word_in_it(askance, petals: Path, tmp_path: Path) -> None:
    assert askance("new", "petals", "--pool", petals, *NEW).code == 0
    key = tmp_path / "key.csv"
    key.write_text("id,label\nflower-1,0.2\nflower-2,wide\n")
    assert (
        "flower-2: a label here is a number, such as 12.5, and 'wide' is none"
        in askance("run", "petals", "--truth", key).sentence
    )
