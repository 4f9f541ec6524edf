"""Given a mnemonic, when a node's accounts are made from it.

It should: be those of other development nodes for the public one, funded; show keys of the public one alone; refuse
what is no mnemonic without repeating it.
"""

import pytest

from api.rpc import PUBLIC_MNEMONIC, development_accounts
from scfin_chain.errors import InvalidInput
from tests.rpc.server import Node

SECRET = "legal winner thank year wave sausage worth useful legal winner thank yellow"
"""A test vector of BIP-39."""

ANVIL_0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
ANVIL_9 = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"


def test_the_public_ones_are_those_of_other_nodes() -> None:
    accounts = development_accounts()
    assert len(accounts.signers) == 10
    assert (accounts.signers[0].address, accounts.signers[9].address) == (ANVIL_0, ANVIL_9)


def test_the_genesis_block_funds_them(node: Node) -> None:
    assert node.call("eth_accounts") == [signer.address.lower() for signer in node.accounts.signers]
    for account in node.call("eth_accounts")[1:]:
        assert int(node.call("eth_getBalance", account), 16) == 10_000 * 10**18


def test_tells_keys_that_are_public_anyway() -> None:
    text = development_accounts(count=2).announcement()
    assert ANVIL_0 in text
    assert "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80" in text
    assert PUBLIC_MNEMONIC in text
    assert "These keys are public" in text


def test_keeps_secret_ones_to_itself() -> None:
    accounts = development_accounts(f"  {SECRET} ", count=3)
    text = accounts.announcement() + repr(accounts)
    assert [signer.address in text for signer in accounts.signers] == [True] * 3
    assert "winner" not in text
    assert "Private" not in text
    assert accounts.signers == development_accounts(SECRET, count=3).signers


@pytest.mark.parametrize("words", ["", "test", "test " * 12, SECRET.replace("yellow", "zoo"), "x" * 1_000])
def test_refuses_what_is_no_mnemonic_without_repeating_it(words: str) -> None:
    with pytest.raises(InvalidInput, match="mnemonic is 'not shown': must be 12 to 24 words") as refused:
        development_accounts(words)
    assert "winner" not in str(refused.value)


@pytest.mark.parametrize("count", [0, -1, 1_001])
def test_makes_a_limited_number(count: int) -> None:
    with pytest.raises(InvalidInput, match=f"accounts is {count}: must be from 1 to 1000"):
        development_accounts(count=count)
