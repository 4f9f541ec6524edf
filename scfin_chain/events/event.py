"""The base of every event of the ledger."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a contract says has happened; the fields are the Solidity event's, in its order."""

    def to_json(self) -> dict[str, object]:
        """The fields by name: bytes as ``0x`` text, everything else as it is."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: f"0x{value.hex()}" if isinstance(value, bytes) else value for name, value in values.items()}
