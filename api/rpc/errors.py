"""What a caller is told when a request cannot be answered: the codes of JSON-RPC 2.0, EIP-1474 and EIP-1898."""

from scfin_chain.errors import ScfinError

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
NOT_FOUND = -32001
TIMED_OUT = -32002
LIMIT_EXCEEDED = -32005

REVERTED = 3
"""The code by which every client knows that ``data`` is what the contract reverted with."""

SHOWN = 80
"""Characters of a refused value that its refusal repeats."""


class RpcError(ScfinError):
    """An error object of JSON-RPC; ``data`` is the hexadecimal revert data where a contract refused."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        self.code = code
        self.message = message
        self.data = data
        super().__init__(message)

    def to_json(self) -> dict[str, object]:
        """The object as it goes over the wire."""
        shown: dict[str, object] = {"code": self.code, "message": self.message}
        return shown if self.data is None else {**shown, "data": self.data}


class InvalidParameter(RpcError):
    """A parameter is not what the method takes: named, with its value and the limit."""

    def __init__(self, name: str, value: object, limit: str) -> None:
        super().__init__(INVALID_PARAMS, f"{name} is {shortened(value)}: must be {limit}")


class MethodNotFound(RpcError):
    """Nobody here answers to that name."""

    def __init__(self, name: object, why: str = "this node has no such method") -> None:
        super().__init__(METHOD_NOT_FOUND, f"method {shortened(name)} not found: {why}")


class NotFound(RpcError):
    """A block that was asked for is not on the chain (EIP-1898)."""

    def __init__(self, what: str) -> None:
        super().__init__(NOT_FOUND, what)


class LimitExceeded(RpcError):
    """An answer would be larger, or more would be kept, than this node grants."""

    def __init__(self, what: str) -> None:
        super().__init__(LIMIT_EXCEEDED, what)


def shortened(value: object) -> str:
    """A value as a refusal shows it, cut where it is long."""
    if isinstance(value, str):
        return repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}...")
    if isinstance(value, list | dict):
        return f"{'an array' if isinstance(value, list) else 'an object'} of {len(value)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    shown = repr(value) if not isinstance(value, int) or value.bit_length() <= 4 * SHOWN else hex(value)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."
