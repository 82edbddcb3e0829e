"""The page of the command line is made from the commands, and is current."""

from pathlib import Path

import typer

from askance.cli import reference
from askance.cli.app import app
from askance.spec import parse
from askance.usual import usual_strategy, usual_warmup

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
MADE = "python -m askance.cli.reference > docs/cli.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == reference.markdown(), f"docs/cli.md is old; run: {MADE}"


def test_every_command_says_what_it_does_and_every_option_what_it_is() -> None:
    for name, command in typer.main.get_command(app).commands.items():
        assert len(command.help or "") > 30, name
        for p in command.params:
            assert p.help or p.name == "help", f"{name} {p.name}"


def test_every_command_that_says_something_says_it_in_json_too() -> None:
    forever = {"serve", "worker"}  # they run until they are stopped, and print nothing
    for name, command in typer.main.get_command(app).commands.items():
        assert name in forever or any("--json" in p.opts for p in command.params), name


def test_the_usual_strategies_exist_and_are_content_with_what_there_is() -> None:
    for has in ({"probs", "embeddings"}, {"probs"}, {"embeddings"}, set(), {"loss"}):
        for text in (usual_strategy(frozenset(has)), usual_warmup(frozenset(has))):
            assert parse(text).needs <= has, (text, has)
            assert f"`{text}`" in reference.INTRODUCTION
