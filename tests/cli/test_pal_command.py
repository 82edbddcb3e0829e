"""`askance pal`: from a labelled table to a policy that a stream is judged by."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_iris, load_wine

Askance = Callable[..., Any]  # how a command ended: conftest.Ended
WORDS = ("--features", "a,b,c,d", "--label", "kind", "--episodes", 8, "--budget", 0.2)


def table(name: str = "iris.csv") -> str:
    x, y = load_iris(return_X_y=True)
    rows = ["a,b,c,d,kind", *(f"{','.join(map(str, row))},kind {k}" for row, k in zip(x, y, strict=True))]
    Path(name).write_text("\n".join(rows) + "\n")
    return name


def test_a_policy_is_trained_and_judges_another_stream(askance: Askance) -> None:
    done = askance("pal", table(), *WORDS, "--out", "iris.json", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert (told["file"], told["budget"], told["episodes"]) == ("iris.json", 0.2, 8)
    x, _ = load_wine(return_X_y=True)
    probs = np.random.default_rng(0).dirichlet(np.ones(5), len(x))
    lines = [json.dumps({"probs": p.tolist(), "embeddings": row.tolist()}) for p, row in zip(probs, x, strict=True)]
    Path("wine.jsonl").write_text("\n".join(lines))
    done = askance("stream", "wine.jsonl", "--policy", "pal(path='iris.json', budget=0.2)", "--state", "s.json")
    assert done.code == 0
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert {r["why"] for r in rows} <= {"worth a question", "worth less than waiting", "the budget is spent"}
    assert (np.cumsum([r["ask"] for r in rows]) <= 0.2 * np.arange(1, len(rows) + 1) + 1).all()
    assert json.loads(Path("s.json").read_text())["state"]["seen"] == len(rows)


def test_the_result_says_how_to_use_it(askance: Askance) -> None:
    done = askance("pal", table(), *WORDS)
    assert done.out.strip() == """pal.json: askance stream ARRIVALS --policy "pal(path='pal.json', budget=0.2)\""""
    assert "8 episodes of" in done.err


def test_bad_input_gets_one_sentence(askance: Askance) -> None:
    table()
    Path("none.json").write_text("{}")
    features = ("--features", "a,b,c,d")
    for words, part in [
        (("pal", "iris.csv", *features), "trained on a labelled pool; name the column with --label"),
        (("pal", "iris.csv", *features, "--label", "kind", "--budget", 1.5), "above 0 and up to 1, not 1.5"),
        (("pal", "iris.csv", *features, "--label", "kind", "--budget", 0.01), "are too few for episodes"),
        (("pal", "iris.csv", *features, "--label", "kind", "--out", "no/where.json"), "there is no folder no"),
        (("stream", "iris.csv", "--policy", "pal(path='none.json')"), "none.json is no policy of PAL"),
    ]:
        done = askance(*words)
        assert done.code == 2, words
        assert part in done.err
        assert len(done.err.strip().splitlines()) == 1
