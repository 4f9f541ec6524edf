"""What the chain refused, in the codes and words by which clients know it."""

from api.rpc.errors import INVALID_PARAMS, REVERTED, SERVER_ERROR, RpcError
from api.rpc.hexadecimal import data
from scfin_chain.chain.refusal import Reason, TransactionRefused
from scfin_chain.chain.reverts import UNKNOWN, ErrorCatalogue
from scfin_chain.errors import ScfinError

_WORDS = {
    Reason.UNPROTECTED: "only replay-protected (EIP-155) transactions allowed over RPC",
    Reason.WRONG_CHAIN: "invalid chain id for signer",
    Reason.NONCE_SPENT: "nonce too low",
    Reason.NONCE_TOO_HIGH: "nonce too high",
    Reason.NO_FUNDS: "insufficient funds for gas * price + value",
    Reason.FEE_TOO_LOW: "max fee per gas less than block base fee",
}
"""geth's words, which ethers, viem and web3.py look for."""


class RevertWords:
    """Turns revert data into an error of code 3; custom errors of the known contracts are named."""

    def __init__(self, errors: ErrorCatalogue | None = None) -> None:
        self._errors = errors or ErrorCatalogue()

    def reverted(self, output: bytes) -> RpcError:
        """The error for what a contract returned when it reverted."""
        return RpcError(REVERTED, f"execution reverted{self._reason(output)}", data(output))

    def _reason(self, output: bytes) -> str:
        try:
            refusal = self._errors.decode(output)
        except UnicodeDecodeError:
            return f": data {data(output[:4])}" if output else ""
        if refusal.name == "Error":
            return f": {refusal.arguments['message']}"
        if refusal.name == UNKNOWN:
            return f": custom error {data(output[:4])}" if output else ""
        return f": {refusal}"


def refusal_of(error: ScfinError) -> RpcError:
    """The error for what a gateway, or the service behind it, refused."""
    if isinstance(error, RpcError):
        return error
    if not isinstance(error, TransactionRefused):
        return RpcError(SERVER_ERROR, str(error))
    if error.reason is Reason.MALFORMED:
        return RpcError(INVALID_PARAMS, str(error))
    words = _WORDS.get(error.reason)
    return RpcError(SERVER_ERROR, f"{words}: {error}" if words else str(error))
