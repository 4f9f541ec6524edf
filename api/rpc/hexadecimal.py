"""Numbers and bytes as Ethereum's JSON-RPC spells them (EIP-1474)."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What JSON can say."""


def quantity(number: int) -> str:
    """A number: no leading zeros, zero is ``0x0``."""
    return hex(number)


def data(octets: bytes) -> str:
    """Bytes: two digits each."""
    return f"0x{octets.hex()}"


def word(number: int) -> str:
    """A number as 32 bytes."""
    return f"0x{number:064x}"


def bloom(number: int) -> str:
    """A bloom filter as its 256 bytes."""
    return f"0x{number:0512x}"
