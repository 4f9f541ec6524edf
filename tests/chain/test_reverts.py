"""What a contract's refusal bytes say.

given bytes of a plain revert
    it should give the text
    it should give the bytes where they are no text, cut off, or nothing at all
"""

import pytest

from scfin_chain.chain import ErrorCatalogue

SELECTOR = bytes.fromhex("08c379a0")  # Error(string)


def _error(text: bytes) -> bytes:
    padded = text.ljust(-(-len(text) // 32) * 32, b"\0")
    return SELECTOR + (32).to_bytes(32) + len(text).to_bytes(32) + padded


def test_gives_the_text_of_a_plain_revert():
    refusal = ErrorCatalogue().decode(_error("zu spät".encode()))

    assert (refusal.name, list(refusal.arguments.values())) == ("Error", ["zu spät"])


@pytest.mark.parametrize("data", [_error(b"\xff\xfe"), _error(b"cut off")[:-40], SELECTOR, b"\x01", b""])
def test_gives_the_bytes_that_nobody_can_read(data: bytes):
    assert ErrorCatalogue().decode(data).name == "Unknown"
