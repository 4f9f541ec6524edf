"""What may go wrong in normal operation; anything else that is raised is a bug.

The command line shows such an error as one line and exits with its ``exit_code``.
"""

from typing import Final

SHOWN: Final = 120
"""Most characters of a value that are shown: more are cut out of its middle."""


class ScfinError(Exception):
    """Base of every error that a user can meet; its text is one line."""

    exit_code = 1


class InvalidInput(ScfinError):
    """A value that the user gave is outside what is allowed.

    The text names the field, the value, cut where it is long, and the limit.
    """

    exit_code = 2

    def __init__(self, field: str, value: object, limit: str) -> None:
        self.field = field
        self.value = value
        self.limit = limit
        super().__init__(f"{field} is {_shown(value)}: must be {limit}")


class ModelDomainError(InvalidInput, ValueError):
    """An argument lies outside a model's domain: named, with its value and the domain."""


class CompilerError(ScfinError):
    """The Solidity compiler is missing, or refused the sources."""


class ChainError(ScfinError):
    """A node could not be reached, or does not offer what is needed."""


class NodeSilent(ChainError):
    """A node gave no answer; it may give one later."""


class NotMined(ChainError):
    """A node holds a transaction and has not mined it yet; the same bytes may be sent again."""


class ChainStopped(ChainError):
    """The chain in this process stands where its journal does not: only a new start, which replays it, heals that."""


class ContractReverted(ChainError):
    """A contract refused a call: the custom error's name and its arguments by name.

    ``name`` is the Solidity custom error (``Error`` for a string, ``Panic`` for a panic code,
    ``Unknown`` with ``data`` when no ABI names it); ``arguments`` maps parameter names to values.
    """

    def __init__(self, name: str, arguments: dict[str, object]) -> None:
        self.name = name
        self.arguments = arguments
        shown = ", ".join(f"{key}={value}" for key, value in arguments.items())
        super().__init__(f"{name}({shown})")


class Unsent(ContractReverted):
    """A contract would refuse a transaction, and was asked beforehand: nothing was sent."""


class StoreError(ScfinError):
    """The database cannot be used: missing, unreadable, or holding another run."""


def _shown(value: object) -> str:
    """A value in one line."""
    try:
        text = " ".join(line.strip() for line in repr(value).splitlines())
    except ValueError:  # Python spells no whole number of thousands of digits
        return f"{type(value).__name__} of thousands of digits"
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2]}...{text[3 - SHOWN // 2 :]}"
