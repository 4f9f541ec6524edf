"""Docstrings of the models, held to what a reader who would cite them needs.

given each public class and function of `scfin_chain.models`
    it should show an example that runs, say when it refuses, and say where its formula comes from
    when it states none itself: its module or its package should say so
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import FunctionType

from scfin_chain import models

SOURCE = re.compile(r"^References$|\bpapers?\b|\beq\.|equation|closed form|\b[Tt]ables? \d|doi:", re.MULTILINE)
"""How a docstring says whence a formula or a number is."""

PLUMBING = {f"{models.__name__}.{name}" for name in ("arrays", "domain", "interval", "quote")}
"""Modules on what the models are built, which have no formula of their own."""

REFUSING = re.compile(r"^(check|checked|require|refuse)_")
"""Names of functions that do nothing but refuse, beside those of the module `domain`."""


def public() -> Iterator[tuple[str, type | FunctionType]]:
    """Each class and function where it is defined, with its place."""
    for found in walk_packages(models.__path__, f"{models.__name__}."):
        module = import_module(found.name)
        for name, thing in vars(module).items():
            if name.startswith("_") or not isinstance(thing, type | FunctionType):
                continue
            if thing.__module__ == module.__name__:
                yield f"{found.name}.{name}", thing


def refuses(function: FunctionType) -> bool:
    """Whether a function raises by itself, or asks another whose only work that is."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")
            if "domain" in called[:-1] or REFUSING.match(called[-1]):
                return True
    return False


def has_source(thing: type | FunctionType, own: str) -> bool:
    """Whether a name says whence its formula is, or, if it states none, its module or its package does."""
    if SOURCE.search(own) or thing.__module__ in PLUMBING:
        return True
    module = import_module(thing.__module__)
    package = import_module(module.__package__ or "")
    around = "" if package is models else package.__doc__ or ""
    around += (module.__doc__ or "") if ".. math::" in own else inspect.getsource(module)
    return SOURCE.search(around) is not None


def lacks(thing: type | FunctionType) -> list[str]:
    """What a docstring has to have, and has not."""
    own = inspect.cleandoc(vars(thing).get("__doc__") or "" if isinstance(thing, type) else thing.__doc__ or "")
    return [
        name
        for name, there in (
            ("an example", ">>>" in own),
            ("Raises", "Raises\n---" in own or not (isinstance(thing, FunctionType) and refuses(thing))),
            ("a source", has_source(thing, own)),
        )
        if not there
    ]


def test_each_public_name_has_an_example_its_refusals_and_a_source() -> None:
    wanting = {place: missing for place, thing in public() if (missing := lacks(thing))}
    lines = [f"{place}: {', '.join(missing)}" for place, missing in sorted(wanting.items())]
    assert not lines, f"{len(lines)} docstrings lack\n" + "\n".join(lines)


def test_there_are_names_to_look_at() -> None:
    assert len(dict(public())) > 150
