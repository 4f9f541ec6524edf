"""py-evm's key-value store in memory, which also knows the keys that were written since it was last asked.

The entries that name what is canonical are written again and again, so what counts is a key's last value.
"""

from collections.abc import Mapping
from struct import Struct

from eth.db.backends.memory import MemoryDB

_COUNT = Struct(">I")
_SIZES = Struct(">HI")
_DELETED = 0xFFFFFFFF
"""The size of a value that is none: its key was deleted."""


class RecordedDB(MemoryDB):
    """A dictionary of bytes."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        super().__init__(values)
        self._written: set[bytes] = set()

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.kv_store[key] = value
        self._written.add(key)

    def __delitem__(self, key: bytes) -> None:
        del self.kv_store[key]
        self._written.add(key)

    def written(self) -> dict[bytes, bytes | None]:
        """The last value of each key that was written since `forget_written`, None where it was deleted."""
        return {key: self.kv_store.get(key) for key in sorted(self._written)}

    def forget_written(self) -> None:
        """From now on only what is written later."""
        self._written.clear()

    def load(self, packed: bytes) -> None:
        """Take over what was packed, without counting it as written."""
        values = self.kv_store
        offset, keys_and_sizes = _COUNT.size, []
        (count,) = _COUNT.unpack_from(packed)
        for key_size, value_size in _SIZES.iter_unpack(packed[offset : offset + count * _SIZES.size]):
            keys_and_sizes.append((key_size, value_size))
        offset += count * _SIZES.size
        for key_size, value_size in keys_and_sizes:
            start = offset + key_size
            key = packed[offset:start]
            if value_size == _DELETED:
                values.pop(key, None)
                offset = start
            else:
                offset = start + value_size
                values[key] = packed[start:offset]


def pack(values: Mapping[bytes, bytes | None]) -> bytes:
    """Keys and values as one string: how many, their sizes, then each key with its value."""
    sizes = (_SIZES.pack(len(key), _DELETED if value is None else len(value)) for key, value in values.items())
    contents = (part for key, value in values.items() for part in (key, value or b""))
    return b"".join((_COUNT.pack(len(values)), *sizes, *contents))
