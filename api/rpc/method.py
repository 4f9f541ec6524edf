"""A method of JSON-RPC: its names, the parameters that it takes, and what it does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from api.rpc.errors import INVALID_PARAMS, InvalidParameter, RpcError
from api.rpc.hexadecimal import Json
from api.rpc.parameters import Parser

Handler = Callable[..., Json]
H = TypeVar("H", bound=Handler)

During = Callable[[], AbstractContextManager[None]]
"""Entered while a method does its work."""

_ATTRIBUTE = "json_rpc_declaration"


class Required:
    """Stands where a parameter has no default."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One positional parameter; ``default`` is JSON, read as if the caller had sent it."""

    name: str
    parse: Parser[Any]
    default: object = Required

    def read(self, values: Sequence[object], position: int) -> Any:
        """The value that the caller gave at that place; null there means the default."""
        value = values[position] if position < len(values) else None
        if value is None and self.default is not Required:
            value = self.default
        elif position >= len(values):
            raise RpcError(INVALID_PARAMS, f"{self.name} is missing: must be parameter {position + 1}")
        return None if value is None and self.default is None else self.parse(self.name, value)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `method` notes on a function."""

    names: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    locks: bool


@dataclass(frozen=True, slots=True)
class Method:
    """A method that can be called; ``during`` is entered while it does its work."""

    declaration: Declaration
    handler: Handler
    during: During

    def __call__(self, values: Sequence[object]) -> Json:
        """Read the parameters, then do it."""
        parameters = self.declaration.parameters
        if len(values) > len(parameters):
            raise InvalidParameter("params", values, f"of at most {len(parameters)} items")
        read = [parameter.read(values, position) for position, parameter in enumerate(parameters)]
        with self.during():
            return self.handler(*read)


def method(*names: str, takes: Sequence[Parameter] = (), locks: bool = False) -> Callable[[H], H]:
    """Declare a function as the method of these names; one that ``locks`` takes what locks it needs itself."""

    def declare(handler: H) -> H:
        setattr(handler, _ATTRIBUTE, Declaration(names, tuple(takes), locks))
        return handler

    return declare


def methods_of(group: object, reading: During) -> Mapping[str, Method]:
    """Every method that an object's class declares, by name; one that takes no locks runs within ``reading``."""
    return {
        name: Method(declaration, handler, nullcontext if declaration.locks else reading)
        for handler, declaration in _declared(group)
        for name in declaration.names
    }


def _declared(group: object) -> Iterator[tuple[Handler, Declaration]]:
    for name, function in vars(type(group)).items():
        declaration = getattr(function, _ATTRIBUTE, None)
        if declaration is not None:
            yield getattr(group, name), declaration
