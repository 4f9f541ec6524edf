"""Names of a package that load on first use."""

from collections.abc import Callable, Mapping
from importlib import import_module


def loader(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], object]:
    """A package's ``__getattr__``: ``homes`` says which of its modules each name lives in."""
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return load
