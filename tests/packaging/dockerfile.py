"""The Dockerfile, instruction by instruction."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "Dockerfile"


@dataclass(frozen=True)
class Instruction:
    """Its word, and what follows with its lines joined."""

    word: str
    rest: str

    @property
    def listed(self) -> list[str]:
        """The words of an exec form."""
        words: list[str] = json.loads(self.rest)
        return words


@dataclass(frozen=True)
class Stage:
    """From one FROM to the next."""

    image: str
    instructions: tuple[Instruction, ...]

    def of(self, word: str) -> list[Instruction]:
        return [each for each in self.instructions if each.word == word]

    def one(self, word: str) -> Instruction:
        (only,) = self.of(word)
        return only

    @property
    def environment(self) -> dict[str, str]:
        pairs = (pair for each in self.of("ENV") for pair in each.rest.split())
        return dict(pair.split("=", 1) for pair in pairs)


def stages() -> list[Stage]:
    """The stages in order, arguments of the beginning filled in."""
    arguments: dict[str, str] = {}
    found: list[tuple[str, list[Instruction]]] = []
    for each in _instructions():
        if each.word == "ARG" and not found:
            name, _, default = each.rest.partition("=")
            arguments[name] = default
        elif each.word == "FROM":
            image = re.sub(r"\$\{(\w+)\}", lambda name: arguments[name[1]], each.rest)
            found.append((image.split()[0], []))
        else:
            found[-1][1].append(each)
    return [Stage(image, tuple(instructions)) for image, instructions in found]


def health() -> list[str]:
    """The command by which the image says that it is well."""
    rest = stages()[-1].one("HEALTHCHECK").rest
    command: list[str] = json.loads(rest.partition("CMD ")[2])
    return command


def _instructions() -> Iterator[Instruction]:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    for whole in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = whole.partition(" ")
        yield Instruction(word, rest.strip())
