"""Why a signed transaction can never be mined as it stands: known before it costs a nonce or a block."""

from enum import StrEnum

from scfin_chain.errors import ChainError

_BASE_GAS, _CREATION_GAS = 21_000, 32_000
_TOKENS_A_BYTE, _GAS_A_TOKEN = 4, 4
"""Calldata is counted in tokens: a zero byte is one, any other four (EIP-2028)."""
_FLOOR_GAS_A_TOKEN = 10
"""What a transaction pays at least, whatever it executes (EIP-7623)."""
_CREATION_WORD_GAS = 2
"""For each 32 bytes of what creates a contract (EIP-3860)."""


class Reason(StrEnum):
    """What is wrong with the transaction; everything but a gap or missing funds stays wrong."""

    MALFORMED = "malformed"
    UNPROTECTED = "unprotected"
    """Signed without a chain id: any chain could play it again (EIP-155)."""
    WRONG_CHAIN = "wrong_chain"
    NONCE_SPENT = "nonce_spent"
    NONCE_TOO_HIGH = "nonce_too_high"
    NO_FUNDS = "no_funds"
    FEE_TOO_LOW = "fee_too_low"
    INVALID = "invalid"
    """Any other rule of the chain, in the words of who refused it."""


class TransactionRefused(ChainError):
    """A signed transaction was not taken: nothing was executed, and its nonce is not spent by it."""

    def __init__(self, reason: Reason, text: str) -> None:
        self.reason = reason
        super().__init__(text)


def malformed(what: str) -> TransactionRefused:
    """The bytes are no transaction."""
    return TransactionRefused(Reason.MALFORMED, f"transaction is malformed: {what}")


def wrong_nonce(sender: str, *, nonce: int, following: int) -> TransactionRefused:
    """The nonce is not the account's next."""
    if nonce < following:
        text = f"nonce {nonce} of {sender} is spent by another transaction: the next is {following}"
        return TransactionRefused(Reason.NONCE_SPENT, text)
    return TransactionRefused(Reason.NONCE_TOO_HIGH, f"nonce {nonce} of {sender} is too high: the next is {following}")


def short_of_funds(sender: str, *, balance: int, needed: int) -> TransactionRefused | None:
    """The refusal of an account that cannot pay for gas and value, None where it can."""
    if balance >= needed:
        return None
    text = f"{sender} has no funds for its transaction: its balance is {balance} wei, {needed} are needed"
    return TransactionRefused(Reason.NO_FUNDS, text)


def low_fee(sender: str, *, offered: int, base_fee: int) -> TransactionRefused | None:
    """The refusal of a fee below what the next block takes, None where it suffices."""
    if offered >= base_fee:
        return None
    text = f"{sender} offers {offered} wei a unit of gas: the next block takes {base_fee}"
    return TransactionRefused(Reason.FEE_TOO_LOW, text)


def low_gas(sender: str, *, gas: int, data: bytes, creates: bool) -> TransactionRefused | None:
    """The refusal of less gas than a transaction costs before it does anything, None where it suffices.

    What an access list adds is not counted.
    """
    tokens = len(data) * _TOKENS_A_BYTE - data.count(0) * (_TOKENS_A_BYTE - 1)
    intrinsic = _BASE_GAS + tokens * _GAS_A_TOKEN
    if creates:
        intrinsic += _CREATION_GAS + (len(data) + 31) // 32 * _CREATION_WORD_GAS
    needed = max(intrinsic, _BASE_GAS + tokens * _FLOOR_GAS_A_TOKEN)
    if gas >= needed:
        return None
    text = f"transaction of {sender} is invalid: its gas is {gas}, it takes {needed} before it does anything"
    return TransactionRefused(Reason.INVALID, text)
