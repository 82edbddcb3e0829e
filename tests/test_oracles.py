"""Who answers: a key, a key with mistakes, a function, a person at the terminal."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

from askance.errors import BadConfig, BadLabel
from askance.oracles import AnswerKey, NoisyKey, Quit, Terminal, Undo, from_text, items
from askance.protocols import Item
from askance.samples import Samples, objects

PETS = ("cat", "dog", "newt")


def item(i: int, content: object = "meow", classes: tuple[str, ...] = PETS) -> Item:
    return Item(i, f"item {i}", "text", content, classes)


def test_a_key_answers_what_it_knows() -> None:
    key = AnswerKey({1: "cat"})
    assert (key(item(1)), key(item(2))) == ("cat", None)


def test_a_noisy_key_is_wrong_as_often_as_it_says_and_always_alike() -> None:
    truth = {i: PETS[i % 3] for i in range(900)}
    said = {i: NoisyKey(truth, 0.3)(item(i)) for i in truth}
    wrong = [i for i in truth if said[i] != truth[i]]
    assert 0.25 < len(wrong) / len(truth) < 0.35
    assert said == {i: NoisyKey(truth, 0.3)(item(i)) for i in truth}
    assert said != {i: NoisyKey(truth, 0.3, seed=1)(item(i)) for i in truth}
    for right in PETS:
        given = [said[i] for i in wrong if truth[i] == right]
        other = [c for c in PETS if c != right]
        assert abs(given.count(other[0]) / len(given) - 0.5) < 0.15, "the wrong ones are spread over the other classes"


def test_a_noisy_key_at_its_ends() -> None:
    truth = {i: "cat" if i % 2 else "dog" for i in range(50)}
    assert all(NoisyKey(truth, 0)(item(i)) == truth[i] for i in truth)
    assert all(NoisyKey(truth, 1)(item(i)) != truth[i] for i in truth)
    assert NoisyKey(truth, 0.5)(item(99)) is None
    with pytest.raises(BadConfig, match=r"from 0 to 1, not at 1\.5"):
        NoisyKey(truth, 1.5)
    with pytest.raises(BadLabel, match="two classes"):
        NoisyKey({1: "cat"}, 0.1)


def test_items_show_what_the_sample_is() -> None:
    ids, names = np.array([7, 8], np.uint64), objects(["a", "b"])
    table = Samples(ids, "table", pa.table({"x": [1.0, 2.0], "y": ["u", "v"]}), names)
    assert [i.content for i in items(table, PETS)] == [{"x": 1.0, "y": "u"}, {"x": 2.0, "y": "v"}]
    text = items(Samples(ids, "text", objects(["hi", "ho"]), names), PETS)
    assert text[1] == Item(8, "b", "text", "ho", PETS)
    array = items(Samples(ids, "array", np.eye(2), names), PETS)
    np.testing.assert_array_equal(array[1].content, [0, 1])


def test_a_function_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_oracle_here.py").write_text(
        "def ask(item):\n    return 'cat' if 'meow' in item.content else None\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    ask = from_text("my_oracle_here:ask")
    assert (ask(item(1)), ask(item(1, "woof"))) == ("cat", None)
    for text, said in [
        ("ask", "module:function"),
        ("no_such_module:ask", "cannot import"),
        ("my_oracle_here:aks", "has no function 'aks'; did you mean 'ask'"),
    ]:
        with pytest.raises(BadConfig, match=said):
            from_text(text)


# ---- a person


def terminal(*lines: str, open_classes: bool = False) -> tuple[Terminal, io.StringIO]:
    typed, shown = iter(lines), io.StringIO()

    def read(prompt: str) -> str:
        for line in typed:
            return line
        raise EOFError

    return Terminal(open_classes=open_classes, console=Console(file=shown, width=200), read=read), shown


@pytest.mark.parametrize(("line", "label"), [("cat", "cat"), ("2", "dog"), (" newt ", "newt"), ("s", None)])
def test_a_person_answers_by_name_by_number_or_not_at_all(line: str, label: str | None) -> None:
    ask, shown = terminal(line)
    assert ask(item(1, "purrs [bold]a lot[/]")) == label
    assert "purrs [bold]a lot[/]" in shown.getvalue(), "the text is shown as it is"
    assert "1 cat   2 dog   3 newt" in shown.getvalue()


def test_a_typo_is_answered_with_the_nearest_class_and_asked_again() -> None:
    ask, shown = terminal("dgo", "", "9", "dog")
    assert ask(item(1)) == "dog"
    assert "did you mean 'dog'?" in shown.getvalue()
    assert "'9' is not one of the classes" in shown.getvalue()


def test_undo_quit_and_the_end_of_the_input() -> None:
    for lines, raised in [(["u"], Undo), (["q"], Quit), ([], Quit)]:
        ask, _ = terminal(*lines)
        with pytest.raises(raised):
            ask(item(1))


def test_a_class_goes_before_the_command_of_its_name() -> None:
    ask, _ = terminal("s", "2")
    sizes = ("s", "1", "2")
    assert ask(item(1, classes=sizes)) == "s"
    assert ask(item(1, classes=sizes)) == "2", "the class that is called 2, and not the second one"


def test_an_open_list_takes_a_new_class() -> None:
    ask, _ = terminal("axolotl", open_classes=True)
    assert ask(item(1)) == "axolotl"


def test_a_person_labels_a_campaign_takes_one_back_and_goes_on_another_day(
    tmp_path: Path, make_pool: Callable[[Path], Path]
) -> None:
    """The real prompt, in a process of its own, with what a person types on its standard input."""
    pool = make_pool(tmp_path)
    program = f"""
from askance.campaign import Campaign, Config, PoolConfig
from askance.oracles import Terminal
where = PoolConfig({str(pool)!r}, text="text")
config = Config(pool=where, classes=("cat", "dog"), learner="tfidf", warmup=4, budget=6)
c = Campaign.create({str(tmp_path / "c.askance")!r}, config)
c.run(Terminal(), who="ann")
print()
print(c.status()["labels"], list(c.labels().values()))
"""
    run = [sys.executable, "-W", "error", "-c", program]
    day = subprocess.run(run, input="cat\ncta\ndog\nu\n1\ndog\nq\n", capture_output=True, text=True, check=True)
    assert day.stdout.splitlines()[-1] == "3 ['cat', 'cat', 'dog']"
    assert "did you mean 'cat'?" in day.stdout
    from askance.campaign import Campaign

    again = Campaign.open(tmp_path / "c.askance")
    again.run(terminal("dog", "cat", "dog")[0], who="ann")
    assert list(again.labels().values()) == ["cat", "cat", "dog", "dog", "cat", "dog"]
    again.close()


@pytest.fixture
def make_pool() -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "pets.csv"
        path.write_text("text\n" + "".join(f"pet number {i} {'purrs' if i % 2 else 'barks'}\n" for i in range(12)))
        return path

    return make
