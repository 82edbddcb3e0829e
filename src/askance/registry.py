"""Discovery: what is registered by being imported, and what other packages offer by entry point.  Floor 0."""

from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import walk_packages
from types import ModuleType
from typing import Generic, TypeVar

from askance.errors import nearest

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one sort.  `group`: the entry-point group through which ours and others' are found."""

    def __init__(self, what: str, group: str, error: type[Exception]):
        self.what, self.group, self.error = what, group, error
        self._items: dict[str, T] = {}
        self._loaded = False

    def add(self, name: str, item: T) -> None:
        if name in self._items:
            raise self.error(f"two {self.what}s are named {name!r}; give one of them another name")
        self._items[name] = item

    def load(self) -> None:
        """Imports every package of the entry-point group, once."""
        if self._loaded:
            return
        self._loaded = True
        for point in sorted(entry_points(group=self.group), key=lambda p: (p.name != "askance", p.name)):
            import_tree(import_module(point.module))

    def __getitem__(self, name: str) -> T:
        self.load()
        if name not in self._items:
            raise self.error(f"no {self.what} is named {name!r}{nearest(name, self._items)}")
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        self.load()
        return name in self._items

    def names(self) -> list[str]:
        self.load()
        return sorted(self._items)


def import_tree(package: ModuleType) -> None:
    """Imports every module below a package, so that its decorators run."""
    for module in walk_packages(getattr(package, "__path__", ()), package.__name__ + "."):
        import_module(module.name)
