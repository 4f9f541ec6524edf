"""Time and state."""

from tests.properties.acts import Collect, DeclareDefault, Fund, PayWith, Recharge, Repay, Request
from tests.properties.book import SETTLEMENT
from tests.properties.records import Reason, Settling, Stand
from tests.properties.run import Run

FINAL = (Stand.REFUSED, Stand.CANCELLED, Stand.EXPIRED, Stand.SETTLED)


def there_is_no_way_back(run: Run) -> None:
    """No way back from settled or written off; nor from confirmed, collected, defaulted, or a financing's end."""
    before, after = run.last.before, run.last.after
    for key in before:
        old, new = before[key], after[key]
        match key[0]:
            case "receivable":
                assert old[3:] <= new[3:]
            case "parts":
                assert old[2] <= new[2]
            case "sealed":
                assert old <= new
            case "account":
                _only_onwards(old, new)
            case "financing":
                assert old[-1] == new[-1] or old[-1] not in FINAL
                assert old[-1] != Stand.FUNDED or new[-1] in (Stand.FUNDED, Stand.SETTLED)


def _only_onwards(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    """Statuses and flags are never taken back; principal and fee stay once all is in, and nothing more happens then."""
    assert all(was <= is_ for was, is_ in zip(old[:3], new[:3], strict=True))
    assert old[7] <= new[7]
    if old[0] != Settling.LIVE:
        assert old[1:7] == new[1:7]


def the_maturity_of_an_id_never_changes(run: Run) -> None:
    """An id's maturity never changes: the id of a receivable is for ever that of its confirmation."""
    for receivable, credit in run.tally.credits.items():
        assert run.reading["credit", receivable] == credit
        assert run.reading["receivable", receivable][2] == run.tally.dues[receivable] == credit >> 96 & 0xFFFF_FFFF


def nothing_trades_on_or_after_maturity(run: Run) -> None:
    """No recharge or payWith on or after maturity; nor a request or a funding."""
    act = run.last.act
    if not run.last.accepted:
        return
    match act:
        case Recharge(receivable=lot) | PayWith(lot=lot) | Request(lot=lot):
            assert run.book.day < run.book.receivables[lot].due
        case Fund(financing=number):
            assert run.book.day < run.book.receivables[run.book.financings[number].lot].due


def nothing_trades_once_cash_came_in(run: Run) -> None:
    """An early repayment ends all trading of the id: from then on payWith, request and fund revert."""
    if run.last.did(Recharge, PayWith, Request, Fund):
        assert Reason.SEALED not in run.last.refusals


def the_late_fee_is_the_integer_of_the_rule(run: Run) -> None:
    """Late fee 0 until maturity + feeGraceDays, on what remains; Solidity = Python integer."""
    for lot, ledger in run.book.lots.items():
        assert run.reading["late fee", lot] == run.book.late_fee(lot, run.book.day)
        assert run.reading["due", lot] == run.book.owed(lot, run.book.day)
        if ledger.status == Settling.LIVE:
            last_free = run.book.receivables[lot].due + run.book.terms.fee_grace_days
            assert run.reading["late fee", lot] == 0 or run.book.day > last_free


def late_fees_to_come_are_the_integers_of_the_rule(run: Run) -> None:
    """The same, for days to come and past."""
    for lot, record in ((lot, run.book.receivables[lot]) for lot in run.book.lots):
        for day in (0, record.due, record.due + 5, record.due + 6, run.book.day + 1, run.book.day + 365, 2**32 - 1):
            fee = run.reader.view("Settlement", "lateFee", run.book.credit(lot), day)
            assert fee == run.book.late_fee(lot, day)


def repaying_is_always_possible(run: Run) -> None:
    """Repaying is always possible: overdue, defaulted, paused or frozen; or suspended, or expired."""
    if isinstance(run.last.act, Repay | Collect):
        assert run.last.accepted or run.last.refusals


def repaying_would_be_possible(run: Run) -> None:
    """The same of every id for which something is due, by whoever owes it and has a unit of cash."""
    for lot in run.book.lots_in(Settling.LIVE):
        issuer = run.book.receivables[lot].debtor
        means = min(run.book.cash[issuer], run.book.allowances[issuer, SETTLEMENT], run.book.owed(lot, run.book.day))
        for amount in {1, means} if means else ():
            assert run.refusal(Repay(issuer, lot, amount)) is None


def default_only_after_default_days(run: Run) -> None:
    """Default only after defaultDays."""
    if run.last.did(DeclareDefault):
        assert Reason.TOO_EARLY not in run.last.refusals
    for lot in run.book.lots:
        defaulted = run.reading["account", lot][2]
        assert not defaulted or run.book.day > run.book.receivables[lot].due + run.book.terms.default_days
