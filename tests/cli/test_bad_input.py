"""What wrong input gets: exit code 2 and one sentence that names the thing and says what would be right."""

import re
from pathlib import Path

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("probs.npy", "--strategy", "margn"), "no strategy is named 'margn'; did you mean 'margin'?"),
        (("probs.npy", "--strategy", "margin | tpo"), r"no strategy is named 'tpo'; did you mean 'top'\? \(in"),
        (("probs.npy", "--strategy", "dbal(bta=3)"), "dbal has no parameter 'bta'.*did you mean 'beta'"),
        (("probs.npy", "--strategy", "margin |"), "cannot read the strategy 'margin |'"),
        (("nan.npy",), r"probs has NaN or infinite values, .*row 1234 \(sample [0-9a-f]{16}, 1234 of the pool\)"),
        (("half.npy",), r"probs are not probabilities: row \d+ \(sample [0-9a-f]{16}, 1234 of the pool\) sums to 0.5"),
        (("nan.npy", "--strategy", "margin", "--shard-rows", "100"), r"NaN .*, 1234 of the pool\)"),
        (("probs.npy", "--strategy", "bald"), r"bald needs members; the pool gives probs \(members comes from a comm"),
        (("probs.npy", "--strategy", "dbal"), "dbal needs embeddings; the pool gives probs"),
        (("embeddings.npy", "--strategy", "entropy"), "entropy needs probs; the pool gives embeddings"),
        (("prbs.npy",), "there is no file or folder .*prbs.npy; did you mean .*probs.npy"),
        (("probs.npy", "--text", "body"), "probs.npy has no columns, so text= cannot name one"),
        (("probs.npy", "--out", "picks.xls"), r"picks\.xls: the picks are written as \.csv, .*, not \.xls"),
        (("probs.npy", "--sheet", "sheet.gif"), r"sheet\.gif: .*as \.png or \.jpg"),
        (("probs.npy", "--sheet", "sheet.png"), r"--sheet shows photos, and .*probs\.npy holds signals"),
        (("probs.npy", "--learner", "onyx:f"), "no learner begins with 'onyx'; did you mean 'onnx'"),
        (("probs.npy", "--learner", "tfidf"), "the learner 'tfidf' reads text pools, and this one holds signals"),
        (("embeddings.npy", "--labels", "gone.csv"), "there is no file or folder .*gone.csv"),
    ],
)
def test_signals(askance, signals: Path, words: tuple[str, ...], sentence: str) -> None:
    first, *rest = words
    assert re.search(sentence, askance("select", signals / first, "-k", 4, *rest).sentence)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--text", "bdy"), "news.csv has no column 'bdy'.*body.*did you mean 'body'"),
        (("--features", "key,tpic"), "no column 'tpic'.*did you mean 'topic'"),
        (("--text", "body", "--id", "ky"), "no column 'ky'.*did you mean 'key'"),
        (("--text", "body", "--label", "topc"), "no column 'topc'.*did you mean 'topic'"),
        ((), "news.csv.*--text"),
        (
            ("--text", "body", "--strategy", "entropy"),
            "entropy needs probs; the learner tfidf gives embeddings before it has seen a label .*--labels FILE says",
        ),
        (("--text", "body", "--label", "topic", "--strategy", "bald"), "bald needs members; the learner tfidf gives"),
        (("--text", "body", "--id", "topic"), "news.csv"),  # twelve rows with two keys, and the others have none
    ],
)
def test_tables(askance, texts: Path, options: tuple[str, ...], sentence: str) -> None:
    assert re.search(sentence, askance("select", texts / "news.csv", "-k", 4, *options).sentence)


def test_labels_of_unknown_samples(askance, texts: Path, tmp_path: Path) -> None:
    table = ("select", texts / "news.csv", "--text", "body", "--id", "key")
    (tmp_path / "wrong.csv").write_text("id,label\n3,sport\n1000,money\n")
    said = askance(*table, "--labels", tmp_path / "wrong.csv").sentence
    assert re.search(r"row 1 of .*wrong\.csv .*names '1000', which the pool has not", said)
    (tmp_path / "twice.csv").write_text("id,label\n3,sport\n3,money\n")
    said = askance(*table, "--labels", tmp_path / "twice.csv").sentence
    assert "'3' 'sport' in row 0, and 'money' in row 1" in said
    (tmp_path / "one.csv").write_text("id,label\n3,sport\n4,sport\n")
    assert "all 2 labels are 'sport'" in askance(*table, "--labels", tmp_path / "one.csv").sentence


def test_duplicate_ids(askance, signals: Path, tmp_path: Path) -> None:
    probs = np.load(signals / "probs.npy")
    ids = np.arange(len(probs), dtype=np.uint64)
    ids[7] = 3
    np.savez(tmp_path / "twice.npz", probs=probs, ids=ids)
    assert re.search(
        r"twice\.npz has the id 3 twice, in rows 3 and 7", askance("select", tmp_path / "twice.npz").sentence
    )


def test_folders(askance, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert re.search("empty", askance("select", tmp_path / "empty").sentence)
    learner = f"onnx:{photos / 'colours.onnx'}"
    said = askance("select", photos / "photos", "--learner", learner, "--strict", "-k", 3).sentence
    assert "red/torn.png" in said
    assert re.search("pool of photos needs a learner.*onnx:FILE", askance("select", photos / "photos").sentence)
    missing = askance("select", photos / "photos", "--learner", "onnx:colors.onnx").sentence
    assert "colors.onnx" in missing
    (tmp_path / "text.onnx").write_text("no network")
    assert "text.onnx" in askance("select", photos / "photos", "--learner", f"onnx:{tmp_path / 'text.onnx'}").sentence


def test_a_campaign_is_no_pool(askance, tmp_path: Path) -> None:
    (tmp_path / "x.askance").mkdir()
    assert "is a campaign and not a pool" in askance("select", tmp_path / "x.askance").sentence


def test_a_place_that_cannot_be_written_to(askance, signals: Path, tmp_path: Path) -> None:
    said = askance("select", signals / "probs.npy", "-k", 2, "--out", tmp_path / "gone" / "p.csv").sentence
    assert re.search("gone.*no such file or directory", said)
    assert not (tmp_path / "gone").exists()
