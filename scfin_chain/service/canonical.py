"""One spelling of a JSON value, so that equal values have equal hashes."""

import hashlib
import json


def canonical(value: object) -> str:
    """Keys sorted, no spaces, no float: a float has no one spelling and is refused, as is a key that is no text."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(value: object) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(value).encode("ascii")).digest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float: hash its decimal string instead")
    if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
        raise TypeError(f"{tuple(value)!r} are keys: JSON has only text for keys")
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    for item in items:
        _refuse_floats(item)
