"""Which revision of each model a decision used: part of what its model hash covers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MODEL_VERSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "credit_line": "004-1",
        "default_probability": "004-1",
        "game": "001-1",
        "pair": "004-1",
        "pricing": "003-1",
        "programme": "003-1",
        "rating": "003-1",
        "repayment": "004-1",
        "supervision": "001-1",
    }
)
"""Model name to "paper-revision"; a change that can alter a result raises the revision."""
