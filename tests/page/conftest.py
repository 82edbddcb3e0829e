"""A browser, a server of campaigns for one person, and visits to its page in which nothing may go wrong."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from visits import Site, Visit, chromium, serving, visits

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests say so, and skip."""
    there = importlib.util.find_spec("playwright") is not None
    missing = "" if there else "the package playwright is not installed: pip install 'askance[dev]'"
    missing = missing or ("" if CHROMIUM else "there is no chromium on this machine: apt-get install chromium")
    for item in items:
        if missing and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Of one module: while playwright runs, no other test of this process may run a loop of its own."""
    yield from chromium(CHROMIUM)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server of `askance label`, over a folder that has no campaigns yet: a test makes those that it needs."""
    root = tmp_path_factory.mktemp("hall")
    with serving(root, str(Path(__file__).parent / "page_server.py"), str(root)) as found:
        yield found


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Callable[..., Visit]]:
    """visit("news", "map") -> that screen of that campaign, which is made where it is not there."""
    with visits(browser, site) as made:
        yield made
