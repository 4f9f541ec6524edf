"""What a client asks before anything else: which chain, which program, whose accounts."""

from collections.abc import Sequence
from importlib.metadata import version

from eth_utils.crypto import keccak

from api.rpc.hexadecimal import Json, data, quantity
from api.rpc.method import Parameter, method
from api.rpc.parameters import octets
from api.rpc.view import ChainView
from scfin_chain.chain.signer import Signer, raw_address

PROTOCOL_VERSION = 65
"""eth/65, what development nodes answer; there are no peers here to speak it with."""

NOBODY = "0x0000000000000000000000000000000000000000"


class IdentityMethods:
    """The methods about the node itself."""

    def __init__(self, view: ChainView, accounts: Sequence[Signer]) -> None:
        self._view = view
        self._accounts = tuple(accounts)
        self._name = f"scfin-chain/{version('scfin-chain')}/py-evm/{version('py-evm')}"

    @method("web3_clientVersion")
    def client_version(self) -> Json:
        """Program and virtual machine."""
        return self._name

    @method("web3_sha3", takes=(Parameter("data", octets),))
    def sha3(self, octets: bytes) -> Json:
        """Keccak-256."""
        return data(keccak(octets))

    @method("net_version")
    def network(self) -> Json:
        """The chain id in decimal digits."""
        return str(self._view.chain_id)

    @method("net_listening")
    def listening(self) -> Json:
        """Always."""
        return True

    @method("net_peerCount", "eth_hashrate")
    def none(self) -> Json:
        """There are no peers and no miners."""
        return quantity(0)

    @method("eth_syncing", "eth_mining")
    def no(self) -> Json:
        """Never."""
        return False

    @method("eth_protocolVersion")
    def protocol(self) -> Json:
        """The version of a protocol that nobody speaks here."""
        return quantity(PROTOCOL_VERSION)

    @method("eth_chainId")
    def chain(self) -> Json:
        """The EIP-155 chain id."""
        return quantity(self._view.chain_id)

    @method("eth_coinbase")
    def coinbase(self) -> Json:
        """Who gets the tips: nobody."""
        return NOBODY

    @method("eth_accounts", "eth_requestAccounts")
    def accounts(self) -> Json:
        """The accounts for which this node signs."""
        return [data(raw_address(signer.address)) for signer in self._accounts]
