"""docs/security.md names the test of each attack: they are there, and every hole of the list is in it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_every_test_that_the_page_names_is_there() -> None:
    file, found = "", 0
    for where, name in re.findall(r"`((?:tests/[\w/]+\.py)?)::(\w+)`", PAGE):
        file, found = where or file, found + 1
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file} has no {name}"
    assert found > 25


def test_every_file_that_the_page_names_is_there() -> None:
    for file in re.findall(r"tests/[\w/]+\.py", PAGE):
        assert (ROOT / file).is_file(), file


def test_the_attacks_of_the_tests_are_on_the_page() -> None:
    tests = "".join(p.read_text("utf-8") for p in (ROOT / "tests" / "server").glob("test_*.py"))
    named = set(re.findall(r"CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}", tests))
    assert len(named) > 20
    assert named <= set(re.findall(r"CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}", PAGE))
