"""JSON from strangers, read without harm.

py-evm raises Python's recursion limit to 100,000 frames, which its own calls need. Python's JSON reader is written in
C: with that limit a body of 100,000 opening brackets overflows the machine's stack and ends the process. So brackets
are counted first.
"""

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 64
"""Arrays and objects within each other; typed data (EIP-712) is the deepest that anybody sends."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""Strings, closed or running to the end, and the brackets outside them; never looks at a character twice."""


def read_json(text: str) -> Any:
    """The value of a JSON text; ValueError, of one line, where it is none or too deep."""
    check_depth(text)
    return json.loads(text, parse_constant=_refuse_constant)


def check_depth(text: str) -> None:
    """ValueError, of one line, where a JSON text is nested deeper than anybody needs."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKENS.finditer(text):
        bracket = token[0]
        if bracket in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        elif bracket in "]}":
            depth -= 1


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
