"""A campaign from the command line: made, run, looked at, exported; and what wrong input gets."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from askance.campaign import Campaign
from askance.cli.campaigns import folder
from askance.cli.label import converse
from askance.oracles import Quit, Undo
from askance.store import Lock


@pytest.fixture
def made(askance, texts: Path):
    """made("--batch", 4) -> the answer of `new news ...` on the texts."""

    def make(*more: object, name: str = "news"):
        pool = ("--pool", texts / "news.csv", "--text", "body", "--id", "key", "--classes", "money,sport")
        return askance("new", name, *pool, "--warmup", 6, "--batch", 4, *more)

    return make


def test_the_whole_way(askance, made, texts: Path) -> None:
    new = made("--budget", 18, "--test", 0.3, "--truth", texts / "key.csv", "--json").data
    config = new["config"]
    assert (new["samples"], config["strategy"], config["warmup_strategy"]) == (80, "uherding", "typiclust")
    assert new["config"]["learner"] == "tfidf"
    run = askance("run", "news", "--json").data
    assert run["labels"] == 18
    assert [r["labeled"] for r in run["rounds"]] == [0, 6, 10, 14, 18]
    assert run["rounds"][-1]["metrics"]["accuracy@test"]["value"] > 0.9
    status = askance("status", "news.askance", "--json").data
    assert (status["labels"], status["pending"], status["people"]) == (18, 0, {"oracle": 18})
    assert (
        status["forecast"]
        == {
            "metric": "accuracy@test",
            "target": 0.95,
            "sentence": "6 measured rounds are needed for a forecast, and there are 4: fewer would be guessing",
        }
        or "was measured with" in status["forecast"]["sentence"]
    )
    assert "such as 0.95, not 95" in askance("status", "news", "--target", 95).sentence
    page = askance("report", "news", "--json").data
    assert Path(page["report"]).read_text().startswith("<!doctype html>")
    assert page["figures"]
    assert askance("export", "news", "out.csv", "--json").data == {"file": "out.csv", "labels": 18, "losses": []}
    rows = list(csv.DictReader(Path("out.csv").read_text().splitlines()))
    truth = dict(csv.reader((texts / "key.csv").read_text().splitlines()))
    assert [row["label"] for row in rows] == [truth[row["name"]] for row in rows]
    assert askance("undo", "news", "--who", "oracle", "--json").data["item"] == rows[-1]["name"]
    assert askance("status", "news", "--json").data["labels"] == 17


def test_the_same_way_for_people(askance, made, texts: Path) -> None:
    new = made("--budget", 10, "--test", 0.3, "--truth", texts / "key.csv")
    assert "news.askance: 80 samples, classes money, sport" in new.out
    assert "strategy uherding" in new.out
    run = askance("run", "news")
    assert run.code == 0
    assert re.search(r"1 +6 .*\d\.\d{3} \(\d\.\d{3} to \d\.\d{3}\)", run.out)
    assert "says stop: 10 of the 10 labels of the budget are used" in run.out
    assert "10 labels; `askance report news` shows them" in run.out
    status = askance("status", "news").out
    assert re.search(r"labels +10 of 10 in a pool of 80", status)
    assert askance("export", "news", "out.jsonl").out == "10 labels in out.jsonl\n"
    assert askance("import", "news", texts / "key.csv").out == "70 new labels, 80 in all\n"


def test_the_configuration_recreates_the_campaign(askance, made, texts: Path) -> None:
    made("--budget", 14, "--seed", 7, "--truth", texts / "key.csv", "--strategy", "entropy | power(beta=2)")
    text = askance("status", "news", "--config").out
    Path("again.toml").write_text(text)
    assert askance("new", "again", "--config", "again.toml").code == 0
    assert askance("status", "again", "--config").out == text
    for name in ("news", "again"):
        askance("run", name)
        askance("export", name, f"{name}.csv")
    strip = re.compile(r"\d{4}-\d\d-\d\dT[^,]*")  # when it was told
    assert strip.sub("", Path("news.csv").read_text()) == strip.sub("", Path("again.csv").read_text())
    assert askance("status", "news", "--config", "--json").data["seed"] == 7


def test_options_go_before_the_file(askance, texts: Path) -> None:
    Path("c.yaml").write_text(
        f"pool: {{source: {texts / 'news.csv'}, text: body}}\nclasses: [money, sport]\nbatch: 9\n"
    )
    found = askance("new", "a", "--config", "c.yaml", "--batch", 3, "--json").data["config"]
    assert (found["batch"], found["classes"], found["pool"]["text"]) == (3, ["money", "sport"], "body")


def test_a_control_is_compared_over_seeds_and_shown_in_the_report(askance, made, texts: Path) -> None:
    made("--budget", 14, "--test", 0.3, "--truth", texts / "key.csv", "--strategy", "margin")
    found = askance("run", "news", "--control", "random; entropy", "--seeds", 2, "--json").data["comparison"]
    assert list(found) == ["margin", "random", "entropy"]
    assert [found[name]["seeds"] for name in found] == [[0, 1]] * 3
    assert found["margin"]["ours_minus_this"] is None
    assert found["random"]["ours_minus_this"]["n"] == 2
    assert found["random"]["curves"][0]["labels"] == [6, 10, 14]
    # Seed 0 of ours is the campaign itself.
    rounds = askance("run", "news", "--json").data["rounds"]
    own = [r["metrics"]["accuracy@test"]["value"] for r in rounds if r["metrics"]]
    assert found["margin"]["curves"][0]["accuracy"] == own
    page = Path(askance("report", "news", "--json").data["report"]).read_text()
    assert "random" in page
    assert "entropy" in page
    shown = askance("run", "news", "--control", "random", "--seeds", 2).out
    assert "Labels to reach 95 % of the accuracy with all labels" in shown
    assert "margin is better by" in shown


def test_until_a_rule_says_so(askance, made, texts: Path) -> None:
    made("--truth", texts / "key.csv", "--test", 0.3)
    assert askance("run", "news", "--until", "budget(labels=10)", "--json").data["labels"] == 10
    assert "did you mean 'plateau'" in askance("run", "news", "--until", "platau").sentence
    assert askance("run", "news", "--until", "budget(labels=14)", "--json").data["labels"] == 14


def test_wrong_answers_on_purpose(askance, made, texts: Path) -> None:
    made("--budget", 60)
    askance("run", "news", "--truth", texts / "key.csv", "--noise", 0.3)
    askance("export", "news", "out.csv")
    truth = dict(csv.reader((texts / "key.csv").read_text().splitlines()))
    rows = list(csv.DictReader(Path("out.csv").read_text().splitlines()))
    wrong = sum(row["label"] != truth[row["name"]] for row in rows)
    assert 8 <= wrong <= 30


def test_the_oracle_may_be_a_function(askance, made) -> None:
    made("--budget", 10)
    words = (
        "def answer(item):\n    return 'sport' if {'goal', 'team', 'match'} & set(item.content.split()) else 'money'\n"
    )
    Path("mine.py").write_text(words)
    assert askance("run", "news", "--oracle", "mine:answer", "--json").data["labels"] == 10
    assert "no function 'anser'; did you mean 'answer'" in askance("run", "news", "--oracle", "mine:anser").sentence
    assert "cannot import the oracle 'yours:answer'" in askance("run", "news", "--oracle", "yours:answer").sentence
    assert "have no place beside it" in askance("run", "news", "--oracle", "mine:answer", "--noise", "0.1").sentence


# ---------------------------------------------------------------- wrong input


def test_wrong_settings(askance, made, texts: Path) -> None:
    assert "no strategy is named 'margn'; did you mean 'margin'" in made("--strategy", "margn").sentence
    assert "batch must be 1 or more, not 0" in made("--batch", 0).sentence
    assert "no learner begins with 'tfdf'; did you mean 'tfidf'" in made("--learner", "tfdf").sentence
    assert re.search("bald needs members", made("--strategy", "bald").sentence)
    assert re.search("entropy needs probs", made("--warmup-strategy", "entropy").sentence)
    assert not Path("news.askance").exists()
    assert "pool: say where the samples lie" in askance("new", "a", "--classes", "x,y").sentence
    table = ("--pool", texts / "news.csv", "--text", "body")
    assert "two or more are needed, and none is known" in askance("new", "a", *table).sentence
    Path("c.toml").write_text("pool = 'x'\nbacth = 3\n")
    assert "c.toml: there is no key 'bacth'; did you mean 'batch'" in askance("new", "a", "--config", "c.toml").sentence
    Path("d.toml").write_text("pool = \n")
    assert re.search("cannot read .*d.toml as TOML", askance("new", "a", "--config", "d.toml").sentence)
    assert "cannot read the configuration e.toml" in askance("new", "a", "--config", "e.toml").sentence
    assert not Path("a.askance").exists()


def test_wrong_labels(askance, made, texts: Path) -> None:
    made("--budget", 10)
    Path("wrong.csv").write_text("id,label\n3,sport\n4,sprt\n")
    said = askance("run", "news", "--truth", "wrong.csv").sentence
    assert re.search(r"wrong\.csv, 4: 'sprt' is not one of the classes .*; did you mean 'sport'", said)
    said = askance("import", "news", "wrong.csv").sentence
    assert re.search(r"wrong\.csv: 4: 'sprt' is not one of .*; did you mean 'sport'\?; nothing was imported", said)
    Path("strange.csv").write_text("id,label\n3,sport\n999,sport\n")
    assert "names '999', which the pool has not" in askance("import", "news", "strange.csv").sentence
    assert askance("status", "news", "--json").data["labels"] == 0
    assert "nobody knows the labels: name an answer key with --truth" in askance("run", "news").sentence
    assert re.search("no column|none of them called", askance("import", "news", texts / "news.csv").sentence)


def test_campaigns_that_cannot_be_opened(askance, made, texts: Path) -> None:
    assert re.search("there is no campaign .*nws.askance; `askance new`", askance("status", "nws").sentence)
    Path("empty.askance").mkdir()
    assert "is no campaign: it has no campaign.db" in askance("status", "empty").sentence
    made()
    assert "is a campaign already" in made().sentence
    import sqlite3

    with sqlite3.connect("news.askance/campaign.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    assert "was made by a newer Askance" in askance("status", "news").sentence
    Path("news.askance/campaign.db").write_bytes(b"no database at all" * 100)
    assert "news.askance" in askance("status", "news").sentence


def test_two_processes_on_one_campaign(askance, made, texts: Path) -> None:
    made("--budget", 10)
    other = Campaign.open("news.askance")
    with Lock(other.store).held():
        said = askance("run", "news", "--truth", texts / "key.csv").sentence
        assert re.search(rf"process {os.getpid()} on .* is running .*news.askance; wait until it is done", said)
        assert askance("status", "news").code == 0  # looking is fine
    other.close()
    assert askance("run", "news", "--truth", texts / "key.csv", "--json").data["labels"] == 10


def test_nothing_to_report_and_nothing_to_undo(askance, made) -> None:
    made()
    assert "nothing to report of 'news' yet: no round was run" in askance("report", "news").sentence
    assert "no answer by ann to take back" in askance("undo", "news", "--who", "ann").sentence
    assert "out.xls: its name does not tell which format to write" in askance("export", "news", "out.xls").sentence
    assert "a comparison needs a share to test on" in askance("run", "news", "--control", "random").sentence


def test_ctrl_c_loses_nothing(askance, made, texts: Path) -> None:
    made("--budget", 60)
    Path("slow.py").write_text(
        "import csv, time\n"
        f"KEY = dict(csv.reader(open({str(texts / 'key.csv')!r})))\n"
        "def answer(item):\n    time.sleep(0.05)\n    print('answered', flush=True)\n    return KEY[item.name]\n"
    )
    command = [sys.executable, "-m", "askance", "run", "news", "--oracle", "slow:answer"]
    # Whoever runs the tests in the background hands on that Ctrl-C is ignored.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heard)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(15)]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert said == ["answered\n"] * 15
    assert process.returncode == 130
    assert err.splitlines()[-1] == "askance: stopped; everything that was acknowledged is kept"
    kept = askance("status", "news", "--json").data["labels"]
    assert 14 <= kept < 60
    found = askance("run", "news", "--truth", texts / "key.csv", "--json").data
    assert found["labels"] == 60


# ---------------------------------------------------------------- a person at the terminal


def test_a_person_answers_takes_back_skips_and_leaves(made, capsys: pytest.CaptureFixture[str]) -> None:
    made()
    campaign = Campaign.open("news.askance")
    asked: list[str] = []
    script = iter(["sport", "money", Undo(), "sport", None, "money", Quit()])

    def oracle(item):
        asked.append(item.name)
        answer = next(script)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert converse(campaign, oracle, "ann") == 3
    assert asked[3] == asked[1]  # the one taken back is asked again, before the one that was held
    assert list(campaign.labels().values()) == ["sport", "sport", "money"]
    assert campaign.status()["skipped"] == 1
    campaign.close()


def test_a_person_goes_on_from_round_to_round(made, capsys: pytest.CaptureFixture[str]) -> None:
    made("--budget", 14)
    campaign = Campaign.open("news.askance")
    names = iter(["sport", "money"] * 20)
    assert converse(campaign, lambda item: next(names), "ann", most=8) == 8
    assert len(campaign.history().rounds) == 2
    assert converse(campaign, lambda item: next(names), "ann") == 6
    assert "round 1: 6 labels, 4 questions by" in capsys.readouterr().err
    campaign.close()


def test_label_reads_from_the_terminal(made) -> None:
    made()
    command = [sys.executable, "-m", "askance", "label", "news", "--who", "ann", "--json"]
    done = subprocess.run(command, input="sport\n1\nsprt\ns\nq\n", capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"answered": 2, "labels": 2}
    assert "did you mean 'sport'" in done.stderr


def test_a_name_means_its_folder() -> None:
    assert folder(Path("a/photos")) == folder(Path("a/photos.askance")) == Path("a/photos.askance")
    assert folder(Path("v1.2")) == Path("v1.2.askance")
