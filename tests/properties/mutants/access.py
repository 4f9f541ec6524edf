"""Mutants that let the wrong one act, pay or receive, or stop who must not be stopped."""

from tests.contracts.world import MAX, START
from tests.properties.acts import (
    NOBODY,
    Attest,
    Cancel,
    Claim,
    Confirm,
    Crank,
    ForceTransfer,
    Freeze,
    Mint,
    Pause,
    PayWith,
    Recharge,
    Repay,
    Suspend,
    Transfer,
    TransferFrom,
)
from tests.properties.invariants import access as of
from tests.properties.mutants.mutant import Mutant

RECEIVER_VALID = "        require(receiver == IParticipants.Standing.Valid, CashPartyNotValid(to));\n"
PARTIES = of.every_cash_movement_has_two_valid_unfrozen_parties
TOKENS = of.every_token_movement_has_two_valid_parties
HOLDER = "(ParticipantId caller, ParticipantId holder) = "
TRADERS_ONLY = (
    f"{HOLDER}(_participants.participant(msg.sender).id",
    f"{HOLDER}(_participants.requireTrader(msg.sender, 0)",
)

MUTANTS = (
    Mutant(
        name="a suspended wallet pays",
        contract="CashToken",
        edits=(("        require(sender == IParticipants.Standing.Valid, CashPartyNotValid(from));\n", ""),),
        breaks=PARTIES,
        stage="founded",
        acts=(Suspend("registrar", "supplier"), Transfer("supplier", "third", 1)),
    ),
    Mutant(
        name="a suspended wallet receives",
        contract="CashToken",
        edits=((f"uint256 amount) private view {{\n{RECEIVER_VALID}", "uint256 amount) private view {\n"),),
        breaks=PARTIES,
        stage="founded",
        acts=(Suspend("registrar", "third"), Transfer("supplier", "third", 1)),
    ),
    Mutant(
        name="a court gives to a suspended wallet",
        contract="CashToken",
        edits=((f"CashSystemAccount(to));\n{RECEIVER_VALID}", "CashSystemAccount(to));\n"),),
        breaks=PARTIES,
        stage="founded",
        acts=(Suspend("registrar", "third"), ForceTransfer("court", "supplier", "third", 1)),
    ),
    Mutant(
        name="cash is minted for a stranger",
        contract="CashToken",
        edits=(("            require(_participants.isValid(to), CashPartyNotValid(to));\n", ""),),
        breaks=PARTIES,
        stage="founded",
        acts=(Mint("central bank", "stranger", 1),),
    ),
    Mutant(
        name="a wholly frozen wallet receives",
        contract="CashToken",
        edits=(("        require(_frozen[to] != type(uint256).max, CashAccountFrozen(to));\n", ""),),
        breaks=PARTIES,
        stage="founded",
        acts=(Freeze("compliance", "third", MAX), Transfer("supplier", "third", 1)),
    ),
    Mutant(
        name="the frozen part of a balance is paid",
        contract="CashToken",
        edits=(
            (
                "        require(balance >= held && amount <= balance - held, "
                "CashFrozen(from, amount, balance, held));\n",
                "",
            ),
        ),
        breaks=PARTIES,
        stage="founded",
        acts=(Freeze("compliance", "supplier", 50_000), Transfer("supplier", "third", 1)),
    ),
    Mutant(
        name="transferFrom passes the guard of transfer",
        contract="CashToken",
        edits=(("} else if (to != address(0)) {", "} else if (to != address(0) && msg.sender == from) {"),),
        breaks=PARTIES,
        stage="founded",
        acts=(Freeze("compliance", "supplier", MAX), TransferFrom("second", "supplier", "third", 1)),
    ),
    Mutant(
        name="a wallet holds more than it may",
        contract="CashToken",
        edits=(
            (
                "        require(amount <= _room(balance), CashWalletCapExceeded(to, amount, balance, _walletCap));\n",
                "",
            ),
        ),
        breaks=PARTIES,
        stage="founded",
        acts=(Transfer("bank", "second", 30_001),),
    ),
    Mutant(
        name="a payment is larger than one may be",
        contract="CashToken",
        edits=(("        require(amount <= _paymentCap, CashPaymentCapExceeded(amount, _paymentCap));\n", ""),),
        breaks=PARTIES,
        stage="founded",
        acts=(Transfer("core", "third", 900_001),),
    ),
    Mutant(
        name="a court mints",
        contract="CashToken",
        edits=(("        require(from != address(0), ERC20InvalidSender(from));\n", ""),),
        breaks=of.only_mint_and_burn_have_one_party,
        stage="founded",
        acts=(ForceTransfer("court", NOBODY, "supplier", 5),),
    ),
    Mutant(
        name="a suspended creditor is paid with tokens",
        contract="CreditToken",
        edits=(("address payee = _participants.requireAccount(", "address payee = _participants.accountOf("),),
        breaks=TOKENS,
        stage="issued",
        acts=(Suspend("registrar", "third"), PayWith("second", 1, 4, 1)),
    ),
    Mutant(
        name="a suspended creditor gets new tokens",
        contract="CreditToken",
        edits=(("address holder = _participants.requireAccount(", "address holder = _participants.accountOf("),),
        breaks=TOKENS,
        stage="confirmed",
        acts=(Suspend("registrar", "supplier"), Recharge("core", 1, 1)),
    ),
    Mutant(
        name="a suspended holder pays with tokens",
        contract="CreditToken",
        edits=(
            (
                "payer = _participants.requireTrader(msg.sender, 0);",
                "payer = _participants.participant(msg.sender).id;",
            ),
        ),
        breaks=TOKENS,
        stage="issued",
        acts=(Suspend("registrar", "second"), PayWith("second", 1, 4, 1)),
    ),
    Mutant(
        name="trading goes on through a pause",
        contract="Participants",
        edits=(
            (
                "returns (ParticipantId) {\n        require(!_tradingPaused, ParticipantsTradingPaused());\n",
                "returns (ParticipantId) {\n",
            ),
        ),
        breaks=of.a_pause_stops_trading,
        stage="issued",
        acts=(Pause("guardian"), PayWith("second", 1, 4, 1)),
    ),
    Mutant(
        name="a pause keeps pledged tokens",
        contract="FinancingDesk",
        edits=(TRADERS_ONLY,),
        breaks=of.a_pause_never_stops_exit_repayment_or_claim,
        stage="financed",
        acts=(Pause("guardian"), Cancel("third", 3)),
    ),
    Mutant(
        name="a pause keeps what is claimable",
        contract="Settlement",
        edits=(
            (
                "        require(waiting > 0, SettlementNothingClaimable(msg.sender));\n",
                "        require(waiting > 0 && !_participants.tradingPaused(), "
                "SettlementNothingClaimable(msg.sender));\n",
            ),
        ),
        breaks=of.a_pause_never_stops_exit_repayment_or_claim,
        stage="collected",
        acts=(Crank("keeper", 2, ("second",)), Pause("guardian"), Claim("second")),
    ),
    Mutant(
        name="a suspended holder does not get its tokens back",
        contract="FinancingDesk",
        edits=(TRADERS_ONLY,),
        breaks=of.every_exit_would_be_open,
        stage="financed",
        acts=(Suspend("registrar", "third"),),
    ),
    Mutant(
        name="anybody confirms a debt",
        contract="ReceivableRegistry",
        edits=(
            (
                "        require(caller == debtor, ReceivableNotDebtor(id, caller, debtor));\n"
                "        require(!record.deliveryRequired",
                "        require(!record.deliveryRequired",
            ),
        ),
        breaks=of.nobody_acts_for_another,
        stage="confirmed",
        acts=(Attest("carrier", 5), Confirm("supplier", 5, 1_000_003, START + 60)),
    ),
    Mutant(
        name="a trade that somebody else owes is paid",
        contract="CreditToken",
        edits=(("        require(payer == record.debtor, CreditNotDebtor(trade, payer, record.debtor));\n", ""),),
        breaks=of.nobody_acts_for_another,
        stage="issued",
        acts=(PayWith("supplier", 1, 4, 1),),
    ),
    Mutant(
        name="anybody repays",
        contract="Settlement",
        edits=(("        require(caller == issuer, SettlementNotIssuer(id, caller, issuer));\n", ""),),
        breaks=of.nobody_acts_for_another,
        stage="issued",
        acts=(Repay("other core", 1, 1),),
    ),
    Mutant(
        name="anybody mints",
        contract="CashToken",
        edits=(
            (
                "mint(address account, uint256 amount) external onlyRole(CENTRAL_BANK)",
                "mint(address account, uint256 amount) external",
            ),
        ),
        breaks=of.nobody_acts_for_another,
        stage="founded",
        acts=(Mint("supplier", "supplier", 1),),
    ),
)
