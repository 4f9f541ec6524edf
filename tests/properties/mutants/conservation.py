"""Mutants that lose or make value."""

from tests.contracts.world import MAX, MOST
from tests.properties.acts import HOLDERS, NOBODY, Burn, Crank, ForceTransfer, Mint, PayWith, Recharge, Repay, SetLimit
from tests.properties.invariants import conservation as of
from tests.properties.mutants.mutant import Mutant
from tests.properties.stages import STAGES

ISSUE = Recharge("core", 1, 90_000)
SUPPLY = sum(act.amount for act in STAGES["founded"][1] if isinstance(act, Mint))
"""When a ledger is founded."""
CAP = "        require(amount <= Amounts.MAX - supply, CashSupplyCapExceeded(amount, supply, Amounts.MAX));\n"

MUTANTS = (
    Mutant(
        name="tokens are burned and their receivable stays tokenised",
        contract="CreditToken",
        edits=(("        _registry.redeem(CreditIds.lot(id), amount);\n", ""),),
        breaks=of.balances_of_an_id_are_its_outstanding_tokens,
        stage="collected",
        acts=(Crank("keeper", 1, HOLDERS),),
    ),
    Mutant(
        name="tokens are minted and their receivable stays free",
        contract="CreditToken",
        edits=(("        _registry.tokenise(receivable, amount);\n", ""),),
        breaks=of.balances_of_an_id_are_its_outstanding_tokens,
        stage="confirmed",
        acts=(ISSUE,),
    ),
    Mutant(
        name="one unit more is minted than was recharged",
        contract="CreditToken",
        edits=(("        id = _idOf(receivable, record);\n", "        id = _idOf(receivable, record); ++amount;\n"),),
        breaks=of.outstanding_is_what_was_recharged_less_what_was_redeemed,
        stage="confirmed",
        acts=(ISSUE,),
    ),
    Mutant(
        name="a recharge does not use the line",
        contract="CreditToken",
        edits=(("        _line.use(issuer, amount);\n", ""),),
        breaks=of.the_line_is_used_for_all_that_is_unpaid,
        stage="confirmed",
        acts=(ISSUE,),
    ),
    Mutant(
        name="the limit does not bind",
        contract="CreditLine",
        edits=(
            (
                "        require(used <= limit && amount <= limit - used, "
                "CreditLineExceeded(issuer, amount, used, limit));\n",
                "",
            ),
        ),
        breaks=of.the_line_is_used_for_all_that_is_unpaid,
        stage="confirmed",
        acts=(SetLimit("bank", "core", 89_999), ISSUE),
    ),
    Mutant(
        name="cash that came in does not free the line",
        contract="Settlement",
        edits=(("        if (principalPart > 0) _line.release(CreditIds.issuer(id), principalPart);\n", ""),),
        breaks=of.the_line_is_used_for_all_that_is_unpaid,
        stage="issued",
        acts=(Repay("core", 1, 1),),
    ),
    Mutant(
        name="a split gives and does not take",
        contract="CreditToken",
        edits=(("_move(msg.sender, payee, id, amount);", "_move(address(0), payee, id, amount);"),),
        breaks=of.a_split_changes_no_total,
        stage="confirmed",
        acts=(ISSUE, PayWith("supplier", 1, 3, 100)),
    ),
    Mutant(
        name="a split leaves its trade unpaid",
        contract="CreditToken",
        edits=(("        _registry.payWithCredit(trade, amount);\n", ""),),
        breaks=of.a_split_changes_no_total,
        stage="confirmed",
        acts=(ISSUE, PayWith("supplier", 1, 3, 100)),
    ),
    Mutant(
        name="a forced transfer from nobody mints",
        contract="CashToken",
        edits=(("        require(from != address(0), ERC20InvalidSender(from));\n", ""),),
        breaks=of.cash_is_what_was_minted_less_what_was_burned,
        stage="founded",
        acts=(ForceTransfer("court", NOBODY, "supplier", 5),),
    ),
    Mutant(
        name="a burn only says so",
        contract="CashToken",
        edits=(("        _burn(msg.sender, amount);\n", ""),),
        breaks=of.cash_is_what_was_minted_less_what_was_burned,
        stage="founded",
        acts=(Burn("central bank", 5),),
    ),
    Mutant(
        name="cash is minted without bound",
        contract="CashToken",
        edits=((f"        uint256 supply = totalSupply();\n{CAP}", ""),),
        breaks=of.all_cash_is_an_amount,
        stage="founded",
        acts=(Mint("central bank", "bank", MAX - SUPPLY),),
    ),
    Mutant(
        name="one unit more is minted than there may be",
        contract="CashToken",
        edits=((CAP, CAP.replace("Amounts.MAX - supply", "Amounts.MAX + 1 - supply")),),
        breaks=of.all_cash_is_an_amount,
        stage="founded",
        acts=(Mint("central bank", "bank", MOST - SUPPLY + 1),),
    ),
    Mutant(
        name="a mint alone is held against the cap",
        contract="CashToken",
        edits=((CAP, CAP.replace("Amounts.MAX - supply", "Amounts.MAX")),),
        breaks=of.all_cash_is_an_amount,
        stage="founded",
        acts=(Mint("central bank", "bank", MOST),),
    ),
)
