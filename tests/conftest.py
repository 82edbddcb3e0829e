"""What every test may use."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("shared machine", deadline=None)  # how long an example takes says nothing on a busy one
settings.load_profile("shared machine")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """shared_data("cats_dogs") -> the folder of that data set beside the project, or a skip that says why."""

    def find(name: str) -> Path:
        if not (SHARED / name).is_dir():
            pytest.skip(f"the data set {name} is not in {SHARED}; it lies beside the project, not in it")
        return SHARED / name

    return find


@pytest.fixture(scope="session")
def cats_dogs(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the first 200 cats and 200 dogs, as Cat/N.jpg and Dog/N.jpg."""
    import tarfile

    folder = tmp_path_factory.mktemp("cats_dogs")
    wanted = {"Cat": 200, "Dog": 200}
    with tarfile.open(shared_data("cats_dogs") / "cats_dogs_96px.tar.xz") as tar:
        for member in tar:
            parent = Path(member.name).parent.name
            if member.isfile() and wanted.get(parent, 0) > 0:
                wanted[parent] -= 1
                tar.extract(member, folder, filter="data")
            if not any(wanted.values()):
                break
    return next(p for p in [folder, *folder.rglob("*")] if (p / "Cat").is_dir())
