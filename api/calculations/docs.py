"""What the models' docstrings say of parameters and sources: said once, there, and shown here."""

import ast
import inspect
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_RULE = re.compile(r"-{3,}")
_REFERENCE = re.compile(r"^\.\. \[\d+\] ", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\S)\*(\S[^*]*\S)\*")
_DOMAIN = re.compile(r"in ([\[(][^\])]*[\])])|(?<!\S)((?:>=|<=|>|<) -?[0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True)
class Unloaded:
    """A function of the models whose module takes a second to load: its words are read from its text."""

    module: str
    name: str

    @property
    def words(self) -> str:
        """Its docstring."""
        return _docstrings(self.module)[self.name] or ""


@cache
def _docstrings(module: str) -> dict[str, str | None]:
    """Of each function of a module of the models, by name; read once, however many are asked for."""
    text = files("scfin_chain.models").joinpath(*f"{module}.py".split("/")).read_text(encoding="utf-8")
    return {node.name: ast.get_docstring(node) for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def summary_of(documented: object) -> str:
    """The first paragraph, as one line."""
    return _flat(_text(documented).partition("\n\n")[0])


def parameters_of(documented: object) -> dict[str, str]:
    """Each parameter's own words."""
    words: dict[str, list[str]] = {}
    current: list[str] = []
    names: list[str] = []
    for line in _section(documented, "Parameters"):
        if line and not line[0].isspace():
            names = [name.strip() for name in line.split(",")]
            current = []
            words |= dict.fromkeys(names, current)
        elif line.strip():
            current.append(line.strip())
    return {name: " ".join(lines) for name, lines in words.items()}


def sources_of(documented: object) -> list[str]:
    """The works from which a formula is taken."""
    text = "\n".join(_section(documented, "References"))
    return [_EMPHASIS.sub(r"\1", _flat(each)) for each in _REFERENCE.split(text) if each.strip()]


def domain_in(words: str) -> str | None:
    """The first domain that a parameter's words name."""
    found = _DOMAIN.search(words)
    return None if found is None else found[1] or found[2]


def _section(documented: object, title: str) -> list[str]:
    """The lines under a heading, up to the next."""
    lines = _text(documented).splitlines()
    heads = [number for number in range(1, len(lines)) if _RULE.fullmatch(lines[number])]
    for head, following in zip(heads, [*heads[1:], len(lines) + 1], strict=True):
        if lines[head - 1] == title:
            return lines[head + 1 : following - 1]
    return []


def _text(documented: object) -> str:
    return documented.words if isinstance(documented, Unloaded) else inspect.getdoc(documented) or ""


def _flat(text: str) -> str:
    return " ".join(text.split())
