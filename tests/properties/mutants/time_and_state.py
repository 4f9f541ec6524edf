"""Mutants that are too early, too late, or turn back."""

from tests.contracts.world import MAX, START
from tests.properties.acts import (
    Amend,
    Cancel,
    DeclareDefault,
    Freeze,
    Pause,
    PayWith,
    Recharge,
    Repay,
    Request,
    Suspend,
    Wait,
)
from tests.properties.invariants import time_and_state as of
from tests.properties.mutants.mutant import Mutant
from tests.properties.stages import DUE, fund

ANY_STATUS = ("        require(status == Status.Live, SettlementWrongStatus(id, status, Status.Live));\n", "")
NO_DEFAULT_DAYS = ("        require(today > lastDay, SettlementNotInDefault(id, lastDay, today));\n", "")
SENDER_CHECKED = (
    "        if (receiver == IParticipants.Standing.System) return;\n        _requireReceiver(to, receiver, amount);\n",
    "        if (receiver != IParticipants.Standing.System) _requireReceiver(to, receiver, amount);\n",
)
SEGMENT = "Math.ceilDiv(uint256(_unpaid(ledger)) * _lateFeeBps * (day - from), YEAR)"
START_OF_FEE = "Math.max(ledger.feeDay, uint256(CreditIds.maturityDay(id)) + _feeGraceDays)"

MUTANTS = (
    Mutant(
        name="what is collected falls into default",
        contract="Settlement",
        edits=(ANY_STATUS,),
        breaks=of.there_is_no_way_back,
        stage="collected",
        acts=(Wait(DUE + 31), DeclareDefault("keeper", 1)),
    ),
    Mutant(
        name="what is funded is cancelled",
        contract="FinancingDesk",
        edits=(("        require(actual == wanted, FinancingWrongStatus(id, actual, wanted));\n", ""),),
        breaks=of.there_is_no_way_back,
        stage="financed",
        acts=(Cancel("supplier", 1),),
    ),
    Mutant(
        name="what is confirmed is amended",
        contract="ReceivableRegistry",
        edits=(
            (
                "        require(status == Status.Registered, "
                "ReceivableWrongStatus(id, status, Status.Registered));\n"
                "        require(caller == creditor,",
                "        require(caller == creditor,",
            ),
        ),
        breaks=of.the_maturity_of_an_id_never_changes,
        stage="confirmed",
        acts=(Amend("supplier", 1, 100_000, DUE + 1),),
    ),
    Mutant(
        name="tokens trade on their last day",
        contract="CreditToken",
        edits=(("require(today < maturityDay, CreditMatured", "require(today <= maturityDay, CreditMatured"),),
        breaks=of.nothing_trades_on_or_after_maturity,
        stage="issued",
        acts=(Wait(DUE), PayWith("second", 1, 4, 1)),
    ),
    Mutant(
        name="a receivable is recharged when it is due",
        contract="CreditToken",
        edits=(("        require(today < maturityDay, CreditMatured(id, maturityDay, today));\n", ""),),
        breaks=of.nothing_trades_on_or_after_maturity,
        stage="confirmed",
        acts=(Wait(DUE), Recharge("core", 1, 1)),
    ),
    Mutant(
        name="tokens are funded on their last day",
        contract="FinancingDesk",
        edits=(("        require(today < maturityDay, FinancingCreditMatured(id, maturityDay, today));\n", ""),),
        breaks=of.nothing_trades_on_or_after_maturity,
        stage="issued",
        acts=(Request("supplier", 1, 1_000, DUE), Wait(DUE), fund(1, 1_000, day=DUE)),
    ),
    Mutant(
        name="tokens trade after cash came in",
        contract="CreditToken",
        edits=(
            (
                "private view {\n        require(!_sealed[id], CreditIsSealed(id));\n",
                "private view {\n",
            ),
        ),
        breaks=of.nothing_trades_once_cash_came_in,
        stage="issued",
        acts=(Repay("core", 1, 1), PayWith("second", 1, 4, 1)),
    ),
    Mutant(
        name="tokens are funded after cash came in",
        contract="FinancingDesk",
        edits=(("        require(!_credit.isSealed(creditId), FinancingCreditSealed(id, creditId));\n", ""),),
        breaks=of.nothing_trades_once_cash_came_in,
        stage="issued",
        acts=(Request("supplier", 1, 1_000, DUE), Repay("core", 1, 1), fund(1, 1_000)),
    ),
    Mutant(
        name="the fee is on what was owed at first",
        contract="Settlement",
        edits=((SEGMENT, SEGMENT.replace("_unpaid(ledger)", "ledger.principal")),),
        breaks=of.the_late_fee_is_the_integer_of_the_rule,
        stage="late",
        acts=(Wait(DUE + 26),),
    ),
    Mutant(
        name="the fee runs from maturity",
        contract="Settlement",
        edits=((START_OF_FEE, START_OF_FEE.replace(" + _feeGraceDays", "")),),
        breaks=of.the_late_fee_is_the_integer_of_the_rule,
        stage="issued",
        acts=(Wait(DUE + 5),),
    ),
    Mutant(
        name="the fee is rounded down",
        contract="Settlement",
        edits=((SEGMENT, "uint256(_unpaid(ledger)) * _lateFeeBps * (day - from) / YEAR"),),
        breaks=of.the_late_fee_is_the_integer_of_the_rule,
        stage="issued",
        acts=(Wait(DUE + 6),),
    ),
    Mutant(
        name="the fee is charged again for days past",
        contract="Settlement",
        edits=((START_OF_FEE, START_OF_FEE.removeprefix("Math.max(ledger.feeDay, ").removesuffix(")")),),
        breaks=of.late_fees_to_come_are_the_integers_of_the_rule,
        stage="issued",
        acts=(Wait(DUE + 10), Repay("core", 1, 1)),
    ),
    Mutant(
        name="a suspended issuer cannot repay",
        contract="CashToken",
        edits=(SENDER_CHECKED,),
        breaks=of.repaying_is_always_possible,
        stage="issued",
        acts=(Suspend("registrar", "core"), Repay("core", 1, 1)),
    ),
    Mutant(
        name="a frozen issuer cannot repay",
        contract="CashToken",
        edits=(SENDER_CHECKED,),
        breaks=of.repaying_would_be_possible,
        stage="issued",
        acts=(Freeze("compliance", "core", MAX),),
    ),
    Mutant(
        name="nobody repays while trading is paused",
        contract="Settlement",
        edits=(
            (
                "(_participants.participant(msg.sender).id, CreditIds.issuer(id));",
                "(_participants.requireTrader(msg.sender, 0), CreditIds.issuer(id));",
            ),
        ),
        breaks=of.repaying_is_always_possible,
        stage="issued",
        acts=(Pause("guardian"), Repay("core", 1, 1)),
    ),
    Mutant(
        name="what is in default is not repaid any more",
        contract="Settlement",
        edits=(
            (
                "        require(ledger.principal > 0, Settl",
                "        require(ledger.principal > 0 && !ledger.defaulted, Settl",
            ),
        ),
        breaks=of.repaying_is_always_possible,
        stage="issued",
        acts=(Wait(DUE + 31), DeclareDefault("keeper", 1), Repay("core", 1, 1)),
    ),
    Mutant(
        name="default is declared at once",
        contract="Settlement",
        edits=(NO_DEFAULT_DAYS,),
        breaks=of.default_only_after_default_days,
        stage="issued",
        acts=(Wait(START + 1), DeclareDefault("keeper", 1)),
    ),
    Mutant(
        name="default is declared a day early",
        contract="Settlement",
        edits=(("require(today > lastDay, Settl", "require(today >= lastDay, Settl"),),
        breaks=of.default_only_after_default_days,
        stage="issued",
        acts=(Wait(DUE + 30), DeclareDefault("keeper", 1)),
    ),
)
