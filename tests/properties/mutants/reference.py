"""Mutants whose views revert, or that are simply not the ledger of the rules."""

from tests.contracts.world import MOST, START
from tests.properties.acts import Attest, Burn, Confirm, Mint, Register, SetLimit
from tests.properties.invariants import reference, views
from tests.properties.mutants.conservation import CAP, SUPPLY
from tests.properties.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="the view of outstanding tokens reverts of an unknown id",
        contract="CreditToken",
        edits=(
            (
                "        return idOf(lot) == id ? _",
                "        require(idOf(lot) == id);\n        return idOf(lot) == id ? _",
            ),
        ),
        breaks=views.views_never_revert,
        stage="issued",
    ),
    Mutant(
        name="the view of what a wallet accepts reverts of a full one",
        contract="CashToken",
        edits=(("return balance < _walletCap ? _walletCap - balance : 0;", "return _walletCap - balance;"),),
        breaks=views.views_of_what_there_is_never_revert,
        stage="founded",
    ),
    Mutant(
        name="what is not delivered is confirmed",
        contract="ReceivableRegistry",
        edits=(
            (
                "        require(!record.deliveryRequired || milestone >= Milestone.Delivered, "
                "ReceivableNotDelivered(id, milestone));\n",
                "",
            ),
        ),
        breaks=reference.the_ledger_accepts_what_the_rules_accept,
        stage="confirmed",
        acts=(Confirm("core", 5, 1_000_003, START + 60),),
    ),
    Mutant(
        name="a receivable may be due in the past",
        contract="ReceivableRegistry",
        edits=(("        require(dueDay >= today, ReceivableDuePast(dueDay, today));\n", ""),),
        breaks=reference.the_ledger_accepts_what_the_rules_accept,
        stage="founded",
        acts=(Register("supplier", "core", 1, START - 1, b"INV-1"),),
    ),
    Mutant(
        name="the last unit of cash is not minted",
        contract="CashToken",
        edits=((CAP, CAP.replace("amount <= ", "amount < ")),),
        breaks=reference.the_ledger_accepts_what_the_rules_accept,
        stage="founded",
        acts=(Burn("central bank", 5), Mint("central bank", "bank", MOST - SUPPLY + 5)),
    ),
    Mutant(
        name="a limit is never lowered",
        contract="CreditLine",
        edits=(
            (
                "        _lines[issuer].limit = limit;\n",
                "        if (limit > _lines[issuer].limit) _lines[issuer].limit = limit;\n",
            ),
        ),
        breaks=reference.the_ledger_is_what_the_rules_make_of_it,
        stage="founded",
        acts=(SetLimit("bank", "core", 1),),
    ),
    Mutant(
        name="a milestone is only told",
        contract="ReceivableRegistry",
        edits=(("        record.milestone = milestone;\n", ""),),
        breaks=reference.the_ledger_is_what_the_rules_make_of_it,
        stage="founded",
        acts=(Register("supplier", "core", 1, START, b"INV-1"), Attest("carrier", 1)),
    ),
)
