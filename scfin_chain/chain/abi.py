"""Contract interfaces: arguments to calldata, results and logs back to Python values.

Coders are built once a signature, so that the hot path neither parses types nor goes through web3.
Addresses come back EIP-55 spelled, structs and several results as named tuples.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from eth_abi.decoding import ContextFramesBytesIO
from eth_abi.registry import registry
from eth_utils.crypto import keccak

from scfin_chain.chain.gateway import Log
from scfin_chain.chain.signer import address_of

Abi = Sequence[Mapping[str, Any]]
"""A contract's JSON ABI, as the compiler prints it."""


class Parameters:
    """A list of ABI parameters that packs and unpacks Python values."""

    def __init__(self, parameters: Abi) -> None:
        self.names = tuple(str(p.get("name") or f"_{i}") for i, p in enumerate(parameters))
        self.types = tuple(_canonical_type(p) for p in parameters)
        self.record = _record("Results", self.names)
        self._shapes = tuple(_shape(p) for p in parameters)
        self._encode = registry.get_tuple_encoder(*self.types)
        self._decode = registry.get_tuple_decoder(*self.types)

    @property
    def signature(self) -> str:
        """The types as they enter a selector: ``(uint256,address)``."""
        return f"({','.join(self.types)})"

    def encode(self, values: Sequence[object]) -> bytes:
        """Pack one value a parameter; a wrong number, type or range raises ``eth_abi``'s ``EncodingError``."""
        return bytes(self._encode(values))

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """Unpack all values; short or malformed data raises ``eth_abi``'s ``DecodingError``."""
        values = self._decode(ContextFramesBytesIO(data))  # type: ignore[no-untyped-call]
        return tuple(shape(value) for shape, value in zip(self._shapes, values, strict=True))


class Function:
    """One function of a contract."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        self.inputs = Parameters(entry["inputs"])
        self.outputs = Parameters(entry["outputs"])
        self.signature = self.name + self.inputs.signature
        self.selector = keccak(text=self.signature)[:4]

    def encode(self, *arguments: object) -> bytes:
        """The calldata of a call with these arguments."""
        return self.selector + self.inputs.encode(arguments)

    def decode_result(self, data: bytes) -> Any:
        """The one result as it is, none as None, several as a named tuple."""
        values = self.outputs.decode(data)
        match len(values):
            case 0:
                return None
            case 1:
                return values[0]
        return self.outputs.record(*values)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedLog:
    """A log read with its contract's interface; ``arguments`` stand in the event's order."""

    name: str
    arguments: dict[str, Any]


class Event:
    """One event of a contract; an indexed string, bytes or struct shows as its 32-byte hash."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        inputs = entry["inputs"]
        self.name = str(entry["name"])
        self.names = Parameters(inputs).names
        self.signature = self.name + Parameters(inputs).signature
        self.topic = keccak(text=self.signature)
        self._indexed = Parameters([_as_topic(p) for p in inputs if p["indexed"]])
        self._plain = Parameters([p for p in inputs if not p["indexed"]])
        self._is_indexed = tuple(bool(p["indexed"]) for p in inputs)

    def decode(self, log: Log) -> DecodedLog:
        """The event's arguments by name."""
        indexed = iter(self._indexed.decode(b"".join(log.topics[1:])))
        plain = iter(self._plain.decode(log.data))
        values = [next(indexed if is_indexed else plain) for is_indexed in self._is_indexed]
        return DecodedLog(name=self.name, arguments=dict(zip(self.names, values, strict=True)))


class ContractAbi:
    """A contract's interface by name: functions, events, constructor.

    An overloaded function goes by its signature, ``transfer(address,uint256)``.
    """

    def __init__(self, abi: Abi) -> None:
        functions = [Function(entry) for entry in abi if entry["type"] == "function"]
        names = [function.name for function in functions]
        unique = {f.name: f for f in functions if names.count(f.name) == 1}
        self.functions = {f.signature: f for f in functions} | unique
        self.events = {e.topic: e for e in (Event(entry) for entry in abi if entry["type"] == "event")}
        self.constructor = Parameters(next((e["inputs"] for e in abi if e["type"] == "constructor"), []))

    def encode(self, name: str, *arguments: object) -> bytes:
        """The calldata of a call."""
        return self.functions[name].encode(*arguments)

    def decode_result(self, name: str, data: bytes) -> Any:
        """What a call returned: see `Function.decode_result`."""
        return self.functions[name].decode_result(data)

    def encode_deployment(self, bytecode: bytes, *arguments: object) -> bytes:
        """Creation code followed by the constructor's arguments."""
        return bytecode + self.constructor.encode(arguments)

    def topic(self, event: str) -> bytes:
        """The first topic of an event, by its name."""
        return next(e.topic for e in self.events.values() if e.name == event)

    def decode_log(self, log: Log) -> DecodedLog | None:
        """The log's event, or None where this interface has no such event."""
        event = self.events.get(log.topics[0]) if log.topics else None
        return event.decode(log) if event else None


def _canonical_type(parameter: Mapping[str, Any]) -> str:
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_canonical_type, parameter['components']))}){kind.removeprefix('tuple')}"


def _as_topic(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = str(parameter["type"])
    hashed = kind in ("string", "bytes") or kind.startswith("tuple") or kind.endswith("]")
    return {"name": parameter["name"], "type": "bytes32"} if hashed else parameter


def _shape(parameter: Mapping[str, Any], kind: str | None = None) -> Callable[[Any], Any]:
    kind = str(parameter["type"]) if kind is None else kind
    if kind.endswith("]"):
        item = _shape(parameter, kind[: kind.rindex("[")])
        return lambda values: tuple(map(item, values))
    if kind == "tuple":
        return _struct_shape(parameter)
    return _checksummed if kind == "address" else _unchanged


def _struct_shape(parameter: Mapping[str, Any]) -> Callable[[Any], Any]:
    components = parameter["components"]
    shapes = tuple(map(_shape, components))
    record = _record("Struct", tuple(str(c.get("name") or f"_{i}") for i, c in enumerate(components)))
    return lambda values: record(*(shape(value) for shape, value in zip(shapes, values, strict=True)))


def _record(name: str, fields: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
    fields = tuple(f"{field}_" if iskeyword(field) else field for field in fields)
    return namedtuple(name, fields, rename=True)


def _unchanged(value: Any) -> Any:
    return value


def _checksummed(value: str) -> str:
    return address_of(bytes.fromhex(value[2:]))
