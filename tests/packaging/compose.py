"""The compose file as its engine would understand it, as far as it is used here: variables, and what runs."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "compose.yaml"

VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?P<kind>:[?-])?(?P<rest>[^}]*)\})")


@dataclass(frozen=True)
class Missing(Exception):
    """A variable without a value and without a default."""

    name: str


@dataclass(frozen=True)
class Service:
    """One service, its variables filled in."""

    name: str
    plain: Mapping[str, Any]

    @property
    def image(self) -> str:
        return str(self.plain["image"])

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.plain.get("environment", {}))

    @property
    def entrypoint(self) -> list[str] | None:
        return self.plain.get("entrypoint")

    @property
    def command(self) -> list[str]:
        """Text is split into words, without a shell."""
        given = self.plain.get("command", [])
        return shlex.split(given) if isinstance(given, str) else list(given)

    @property
    def health(self) -> list[str]:
        kind, *command = self.plain["healthcheck"]["test"]
        assert kind == "CMD"
        return command

    @property
    def replicas(self) -> int:
        return int(self.plain.get("deploy", {}).get("replicas", 1))

    @property
    def stop_signal(self) -> str:
        return str(self.plain.get("stop_signal", "SIGTERM"))

    @property
    def awaited(self) -> dict[str, str]:
        return {name: each["condition"] for name, each in self.plain.get("depends_on", {}).items()}


def raw() -> dict[str, Any]:
    """The file as it is written."""
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def services(variables: Mapping[str, str]) -> dict[str, Service]:
    """The services by name.

    Raises
    ------
    Missing
        A variable has neither value nor default.
    """
    return {name: Service(name, _filled(plain, variables)) for name, plain in raw()["services"].items()}


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    match value:
        case str():
            return VARIABLE.sub(lambda found: _value(found, variables), value)
        case list():
            return [_filled(each, variables) for each in value]
        case dict():
            return {key: _filled(each, variables) for key, each in value.items()}
        case _:
            return value


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    name = found["name"]
    if name is None:
        return "$"
    if variables.get(name):
        return variables[name]
    if found["kind"] == ":-":
        return found["rest"]
    raise Missing(name)
