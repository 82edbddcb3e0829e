"""`askance gold`: known answers in, and how people did on them."""

from pathlib import Path

from askance.campaign import Campaign
from askance.cli.campaigns import folder


def test_gold_questions_from_the_command_line(askance, texts: Path, tmp_path: Path) -> None:
    pool = ("--pool", texts / "news.csv", "--text", "body", "--id", "key", "--classes", "money,sport")
    people = ("--overlap", 2, "--aggregate", "dawid_skene", "--gold", 0.3, "--gold-feedback", "--control", 5)
    new = askance("new", "news", *pool, *people, "--json").data
    wanted = {"overlap": 2, "aggregate": "dawid_skene", "gold": 0.3, "gold_feedback": True, "control": 5}
    assert {key: new["config"][key] for key in wanted} == wanted
    key = (texts / "key.csv").read_text().splitlines()
    known = tmp_path / "known.csv"
    known.write_text("\n".join(["id,label", *key[1:31]]) + "\n")
    told = askance("gold", "news", known, "--who", "olga", "--share", 0.5, "--no-feedback", "--json").data
    assert (told["changed"], len(told["questions"]), told["share"], told["feedback"]) == (30, 30, 0.5, False)
    campaign = Campaign.open(folder(Path("news")))
    campaign.step()
    truth = {q["id"]: q["value"] for q in told["questions"]}
    tasks = campaign.ask("ann", 20)
    for task in tasks:
        campaign.tell("ann", task, truth.get(f"{task.id:016x}", "money"))
    asked = sum(f"{t.id:016x}" in truth for t in tasks)
    campaign.close()
    said = askance("gold", "news")
    assert "30 gold questions, 50% of what people are asked" in said.out
    assert asked
    assert any(line.split()[:3] == ["ann", "1.000", str(asked)] for line in said.out.splitlines()), said.out
    assert askance("gold", "news", known, "--drop", "--json").data["questions"] == []
    known.write_text("id,label\nnot-there,money\n")
    assert "not-there" in askance("gold", "news", known).sentence
