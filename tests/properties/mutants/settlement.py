"""Mutants that pay the wrong amount, to the wrong account, or nobody."""

from tests.contracts.world import MAX
from tests.properties.acts import HOLDERS, Cancel, Claim, Crank, Donate, Freeze, Repay, Settle
from tests.properties.invariants import settlement as of
from tests.properties.mutants.mutant import Mutant

LAST = Repay("core", 1, 50_790)
"""All that is still due in the stage "late": 50,000, and 790 of fee."""

NO_BURNING = ("            _credit.redeem(holder, id, balance);\n", "")

MUTANTS = (
    Mutant(
        name="what is paid out stays reserved",
        contract="Settlement",
        edits=(("        _reserved -= amount;\n", ""),),
        breaks=of.the_cash_covers_what_is_owed,
        stage="collected",
        acts=(Crank("keeper", 1, HOLDERS),),
    ),
    Mutant(
        name="a claim can be claimed again",
        contract="Settlement",
        edits=(("        _claimable[msg.sender] = waiting - amount;\n", ""),),
        breaks=of.the_cash_covers_what_is_owed,
        stage="collected",
        acts=(Crank("keeper", 2, ("second",)), Claim("second")),
    ),
    Mutant(
        name="a donation counts as repayment",
        contract="Settlement",
        edits=(
            (
                "        return ledger.principal + _lateFee(id, ledger, day) - ledger.held;\n",
                "        uint128 owed = ledger.principal + _lateFee(id, ledger, day);\n"
                "        return owed - uint128(_cash.balanceOf(address(this)));\n",
            ),
        ),
        breaks=of.a_donation_changes_nothing,
        stage="issued",
        acts=(Donate("supplier", 1),),
    ),
    Mutant(
        name="holders get no share of the fee",
        contract="Settlement",
        edits=(
            (
                "        return amount + uint128(uint256(amount) * ledger.fee / ledger.principal);\n",
                "        return amount;\n",
            ),
        ),
        breaks=of.what_was_collected_is_paid_or_claimable_but_for_dust,
        stage="late",
        acts=(Cancel("third", 3), LAST, Crank("keeper", 1, HOLDERS), Settle("keeper", 1), Settle("keeper", 2)),
    ),
    Mutant(
        name="a payout that does not arrive is lost",
        contract="Settlement",
        edits=(("            _claimable[payee] += amount;\n            _totalClaimable += amount;\n", ""),),
        breaks=of.what_was_collected_is_paid_or_claimable_but_for_dust,
        stage="collected",
        acts=(Freeze("compliance", "third", MAX), Crank("keeper", 1, HOLDERS)),
    ),
    Mutant(
        name="tokens are paid and not burned",
        contract="Settlement",
        edits=(NO_BURNING,),
        breaks=of.nobody_is_paid_twice_for_one_unit,
        stage="collected",
        acts=(Crank("keeper", 1, ("third",)),),
    ),
    Mutant(
        name="a financing is settled twice",
        contract="FinancingDesk",
        edits=(("        record.status = Status.Settled;\n", ""),),
        breaks=of.nobody_is_paid_twice_for_one_unit,
        stage="collected",
        acts=(Settle("keeper", 2), Settle("keeper", 2)),
    ),
    Mutant(
        name="shares are rounded up",
        contract="Settlement",
        edits=(
            (
                "        return amount + uint128(uint256(amount) * ledger.fee / ledger.principal);\n",
                "        return amount + uint128(Math.ceilDiv(uint256(amount) * ledger.fee, ledger.principal));\n",
            ),
        ),
        breaks=of.nobody_is_paid_twice_for_one_unit,
        stage="late",
        acts=(LAST, Crank("keeper", 1, HOLDERS)),
    ),
    Mutant(
        name="a frozen holder blocks the crank",
        contract="Settlement",
        edits=(("        bool arrives = _cash.accepts(payee, amount);\n", "        bool arrives = true;\n"),),
        breaks=of.a_frozen_holder_stops_nobody,
        stage="collected",
        acts=(Freeze("compliance", "third", MAX), Crank("keeper", 1, HOLDERS)),
    ),
    Mutant(
        name="a name without tokens blocks the crank",
        contract="Settlement",
        edits=(("            if (balance == 0) continue;\n", ""),),
        breaks=of.a_frozen_holder_stops_nobody,
        stage="collected",
        acts=(Crank("keeper", 2, ("second", "third")),),
    ),
    Mutant(
        name="a second crank pays again",
        contract="Settlement",
        edits=(NO_BURNING,),
        breaks=of.cranks_are_idempotent_and_independent_of_order,
        stage="collected",
    ),
    Mutant(
        name="shares are not fixed when all is in",
        contract="Settlement",
        edits=(
            (
                "            _payOut(id, FinancingId.wrap(0), holder, _withFee(ledger, balance));\n",
                "            uint256 share = uint256(balance) * ledger.fee / (_credit.outstanding(id) + balance);\n"
                "            _payOut(id, FinancingId.wrap(0), holder, balance + uint128(share));\n",
            ),
        ),
        breaks=of.cranks_are_idempotent_and_independent_of_order,
        stage="late",
        acts=(LAST,),
    ),
)
