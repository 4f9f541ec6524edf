"""Conservation."""

from tests.contracts.world import MOST
from tests.properties.acts import ISSUERS, PayWith, Recharge
from tests.properties.reading import OWNERS
from tests.properties.run import Run
from tests.properties.tally import owners


def balances_of_an_id_are_its_outstanding_tokens(run: Run) -> None:
    """Sum of balances of an id = outstanding = tokenised part of its receivable."""
    for lot in run.book.lots:
        balances = sum(run.reading["balance", who, lot] for who in OWNERS)
        tokenised = run.reading["parts", lot][1]
        assert balances == run.reading["outstanding", lot] == tokenised


def outstanding_is_what_was_recharged_less_what_was_redeemed(run: Run) -> None:
    """Outstanding = recharged + changed in - changed out - redeemed - written off."""
    for lot in run.book.lots:
        assert run.reading["outstanding", lot] == run.tally.recharged[lot] - run.tally.redeemed[lot]


def the_line_is_used_for_all_that_is_unpaid(run: Run) -> None:
    """Sum over an issuer's ids <= used <= limit at recharge; what cash came in for is no longer counted."""
    for issuer in ISSUERS:
        limit, used = run.reading["line", issuer]
        lots = [lot for lot in run.book.lots if run.book.receivables[lot].debtor == issuer]
        assert sum(_unpaid(run, lot) for lot in lots) == used
        if run.last.did(Recharge) and run.last.act.who == issuer:
            assert used <= limit


def _unpaid(run: Run, lot: int) -> int:
    status, _, _, principal, received, *_ = run.reading["account", lot]
    return int(max(principal - received, 0)) if status == 0 else 0


def a_split_changes_no_total(run: Run) -> None:
    """A split changes no total."""
    if not run.last.did(PayWith):
        return
    act, before, after = run.last.act, run.last.before, run.last.after
    assert isinstance(act, PayWith)
    assert sum(run.last.change("balance", who, act.lot) for who in owners(after, act.lot)) == 0
    totals = [key for key in before if key[0] in ("outstanding", "line", "supply", "reserved", "face")]
    assert {key: before[key] for key in totals} == {key: after[key] for key in totals}
    (free, tokenised, settled, disputed) = before["parts", act.trade]
    assert after["parts", act.trade] == (free - act.amount, tokenised, settled + act.amount, disputed)


def cash_is_what_was_minted_less_what_was_burned(run: Run) -> None:
    """Cash supply = minted - burned = wallets + escrows."""
    wallets = sum(value for key, value in run.reading.items() if key[0] == "cash")
    assert run.reading["supply",] == run.tally.minted - run.tally.burned == wallets


def all_cash_is_an_amount(run: Run) -> None:
    """Cash supply, and so whatever is held or paid of it, fits into a signed 64-bit integer."""
    assert run.reading["supply",] <= MOST
