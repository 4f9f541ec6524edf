"""Everything that can be done to the ledger."""

from tests.properties.acts.act import BANKS, HOLDERS, ISSUERS, WALLETS, Act, Call, Draw
from tests.properties.acts.calendar import Wait
from tests.properties.acts.cash import (
    NOBODY,
    SPENDERS,
    Approve,
    Burn,
    Donate,
    ForceTransfer,
    Freeze,
    Mint,
    Transfer,
    TransferFrom,
)
from tests.properties.acts.credit import BareTransfer, PayWith, Recharge, SetLimit
from tests.properties.acts.financings import Cancel, Decided, Expire, Fund, Refuse, Request
from tests.properties.acts.participants import Pause, Restore, Resume, Suspend
from tests.properties.acts.receivables import Dispute, Pay, Resolve
from tests.properties.acts.registration import Amend, Attest, Confirm, Register
from tests.properties.acts.settlement import Claim, Collect, Crank, DeclareDefault, Repay, Settle

__all__ = [
    "BANKS",
    "HOLDERS",
    "ISSUERS",
    "NOBODY",
    "SPENDERS",
    "WALLETS",
    "Act",
    "Amend",
    "Approve",
    "Attest",
    "BareTransfer",
    "Burn",
    "Call",
    "Cancel",
    "Claim",
    "Collect",
    "Confirm",
    "Crank",
    "Decided",
    "DeclareDefault",
    "Dispute",
    "Donate",
    "Draw",
    "Expire",
    "ForceTransfer",
    "Freeze",
    "Fund",
    "Mint",
    "Pause",
    "Pay",
    "PayWith",
    "Recharge",
    "Refuse",
    "Register",
    "Repay",
    "Request",
    "Resolve",
    "Restore",
    "Resume",
    "SetLimit",
    "Settle",
    "Suspend",
    "Transfer",
    "TransferFrom",
    "Wait",
]
