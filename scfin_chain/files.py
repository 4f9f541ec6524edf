"""Files that a user names: read where they are regular and not too large, refused at once where none can be written.

What has no end (a device, a pipe) is never waited for, and nothing is read beyond its limit.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from scfin_chain.errors import InvalidInput

LARGEST_TABLE: Final = 50_000_000
"""Bytes of a CSV file: more than half a million invoices."""

LARGEST_DOCUMENT: Final = 1_000_000
"""Bytes of a TOML or JSON file."""


def read_text(path: Path, *, field: str, most: int) -> str:
    """The text of a file, of at most so many bytes of UTF-8.

    Raises
    ------
    InvalidInput
        It is missing, not readable, a folder, a device or a pipe, too large, or no UTF-8; ``field`` names the option.
    """
    try:
        with open(path, "rb", opener=_at_once) as file:
            told = os.fstat(file.fileno())
            if not stat.S_ISREG(told.st_mode):
                raise InvalidInput(field, str(path), "a file, not a device or a pipe")
            if told.st_size > most or len(content := file.read(most + 1)) > most:
                raise InvalidInput(field, str(path), f"a file of at most {most:,} bytes")
        return content.decode("utf-8-sig")
    except IsADirectoryError as error:
        raise InvalidInput(field, str(path), "a file, not a folder") from error
    except OSError as error:
        raise InvalidInput(field, str(path), f"a readable file ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(field, str(path), f"UTF-8 text (byte {error.start} is not)") from error
    except ValueError as error:  # no path at all
        raise InvalidInput(field, str(path), f"the path of a file ({error})") from error


def check_target(path: Path | None, *, field: str) -> None:
    """Refuse a file that could not be written, before anything is computed for it.

    Raises
    ------
    InvalidInput
        It is a folder, lies in none that exists, or may not be written; ``field`` names the option.
    """
    if path is None:
        return
    try:
        if path.is_dir():
            raise InvalidInput(field, str(path), "a file, not a folder")
        writable = path.parent.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK)
    except OSError:  # no path at all
        writable = False
    if not writable:
        raise InvalidInput(field, str(path), "a file that can be written, in a folder that exists")


def check_distinct(paths: Mapping[str, Path | None]) -> None:
    """Refuse two options that name one file: it cannot be read and written, or be two things at once.

    Raises
    ------
    InvalidInput
        The later option is named, and the earlier one.
    """
    seen: dict[str, str] = {}
    for field, path in paths.items():
        if path is not None:
            other = seen.setdefault(os.path.realpath(path), field)
            if other != field:
                raise InvalidInput(field, str(path), f"another file than that of {other}")


def _at_once(path: str, flags: int) -> int:
    """Opens a pipe that nobody writes to, instead of waiting."""
    return os.open(path, flags | os.O_NONBLOCK)
