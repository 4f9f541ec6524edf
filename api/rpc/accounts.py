"""The unlocked accounts of a node: keys from a mnemonic, by BIP-39 and BIP-44."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_utils.exceptions import ValidationError

from scfin_chain.chain.signer import Signer
from scfin_chain.errors import InvalidInput
from scfin_chain.units import Address

PUBLIC_MNEMONIC = "test test test test test test test test test test test junk"
"""The mnemonic of development nodes: everybody knows its keys."""

ACCOUNTS = 10
ETHER = 10**18
FUNDS = 10_000 * ETHER
"""Wei that each account holds in the genesis block."""

MAX_ACCOUNTS = 1_000

_PATH = "m/44'/60'/0'/0/{}"


@dataclass(frozen=True, slots=True)
class DevelopmentAccounts:
    """Accounts that a node signs for; their keys are shown only where everybody knows them."""

    signers: tuple[Signer, ...]
    public: bool
    _keys: tuple[bytes, ...] = field(repr=False)

    @property
    def funds(self) -> Mapping[Address, int]:
        """What the genesis block gives each, wei."""
        return {signer.address: FUNDS for signer in self.signers}

    def announcement(self) -> str:
        """What a node says of its accounts when it starts."""
        lines = [f"Accounts, each with {FUNDS // ETHER:,} ether in the genesis block:"]
        lines += [f"({index}) {signer.address}" for index, signer in enumerate(self.signers)]
        if self.public:
            lines += ["", "Private keys:"]
            lines += [f"({index}) 0x{key.hex()}" for index, key in enumerate(self._keys)]
            lines += ["", f"Mnemonic: {PUBLIC_MNEMONIC}", f"Path: {_PATH.format('i')}", ""]
            lines += ["These keys are public: whatever is sent to them on another chain is lost."]
        return "\n".join(lines)


def development_accounts(mnemonic: str = PUBLIC_MNEMONIC, *, count: int = ACCOUNTS) -> DevelopmentAccounts:
    """The first accounts of a mnemonic; any but the public one is a secret, and so are its keys."""
    if not 1 <= count <= MAX_ACCOUNTS:
        raise InvalidInput("accounts", count, f"from 1 to {MAX_ACCOUNTS}")
    words = " ".join(mnemonic.split())
    try:
        seed = seed_from_mnemonic(words, "")
    except ValidationError:
        raise InvalidInput("mnemonic", "not shown", "12 to 24 words of BIP-39 with their checksum") from None
    keys = tuple(key_from_seed(seed, _PATH.format(index)) for index in range(count))
    public = words == PUBLIC_MNEMONIC
    return DevelopmentAccounts(tuple(map(Signer, keys)), public, keys if public else ())
