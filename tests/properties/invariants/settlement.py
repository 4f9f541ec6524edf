"""Settlement."""

from tests.contracts.world import MAX
from tests.properties.acts import HOLDERS, WALLETS, Act, Crank, Donate, Settle
from tests.properties.book import SETTLEMENT
from tests.properties.reading import Reading
from tests.properties.records import Settling, Stand
from tests.properties.run import Run
from tests.properties.tally import owners


def the_cash_covers_what_is_owed(run: Run) -> None:
    """Contract cash >= reserved + claimable + escrowed, by internal accounts."""
    reading = run.reading
    owed = reading["reserved",] + reading["total claimable",]
    assert reading["cash", SETTLEMENT] == owed + run.tally.donated
    assert sum(value for key, value in reading.items() if key[0] == "claimable") == reading["total claimable",]
    accounts = (value for key, value in reading.items() if key[0] == "account")
    assert sum(received - paid_out for *_, received, _, _, paid_out in accounts) == reading["reserved",]


def a_donation_changes_nothing(run: Run) -> None:
    """A donation changes nothing."""
    if run.last.did(Donate):
        before, after = run.last.before, run.last.after
        assert {key for key in after if before[key] != after[key]} <= {("cash", run.last.act.who), ("cash", SETTLEMENT)}


def what_was_collected_is_paid_or_claimable_but_for_dust(run: Run) -> None:
    """Paid + claimable = collected - dust, dust <= holders; each b of tokens gets b + floor(b * fee / principal)."""
    if run.last.did(Crank, Settle):
        assert _paid(run) == sum(_with_fee(run, units) for units in _redeemed(run))
    for lot in run.book.lots:
        status, *_, received, _, _, paid_out = run.reading["account", lot]
        assert received == run.tally.collected[lot]
        assert paid_out == run.tally.paid_out[lot]
        if status == Settling.CLOSED:
            assert run.tally.paid_out[lot] == run.tally.collected[lot]
            assert run.tally.dust[lot] < max(run.tally.shares[lot], 1)


def nobody_is_paid_twice_for_one_unit(run: Run) -> None:
    """Nobody is paid twice for one unit: each payout burns its tokens, and is of them and of their share of the fee."""
    assert all(times == 1 for times in run.tally.settled.values())
    if not run.last.did(Crank, Settle):
        return
    lot = _lot(run)
    burned = -sum(run.last.change("balance", who, lot) for who in owners(run.last.before, lot))
    assert _paid(run) <= _with_fee(run, burned)


def _lot(run: Run) -> int:
    """That of which the last act paid."""
    act = run.last.act
    return act.lot if isinstance(act, Crank) else run.book.financings[act.financing].lot


def _paid(run: Run) -> int:
    """What the last act paid or made claimable, but for dust."""
    dust = sum(event.arguments["dust"] for event in run.last.events if event.name == "Closed")
    return run.last.change("total claimable") - run.last.change("cash", SETTLEMENT) - dust


def _redeemed(run: Run) -> list[int]:
    """For what: each holder's tokens, or the bank's and the holder's part of what was pledged."""
    act = run.last.act
    if isinstance(act, Settle):
        record = run.book.financings[act.financing]
        return [record.claim, record.face - record.claim]
    return [run.last.before.get(("balance", who, _lot(run)), 0) for who in {*run.last.act.holders}]


def _with_fee(run: Run, units: int) -> int:
    _, _, _, principal, _, fee, *_ = run.reading["account", _lot(run)]
    return int(units + units * fee // principal)


def a_frozen_holder_stops_nobody(run: Run) -> None:
    """A frozen holder stops nobody, nor one suspended, expired or full: what would not arrive becomes claimable."""
    if isinstance(run.last.act, Crank | Settle):
        assert run.last.accepted or run.last.refusals
    if run.last.did(Crank, Settle):
        for event in run.last.events:
            if event.name == "PaidOut" and not event.arguments["claimable"]:
                payee = run.reader.name(event.arguments["payee"])
                assert run.book.valid(payee)
                assert run.book.held_back(payee) < MAX


def cranks_are_idempotent_and_independent_of_order(run: Run) -> None:
    """Cranks are idempotent and independent of order."""
    for lot in run.book.lots_in(Settling.COLLECTED):
        payouts = _payouts(run, lot)
        from_behind = [*payouts[::-1], Crank("keeper", lot, HOLDERS * 2)]
        assert _outcome(run, payouts) == _outcome(run, [Crank("keeper", lot, HOLDERS[::-1] * 2), *from_behind])


def _payouts(run: Run, lot: int) -> list[Act]:
    """What is left to pay of a lot, one by one."""
    funded = [f for f in run.book.financings_in(Stand.FUNDED) if run.book.financings[f].lot == lot]
    return [*(Crank("keeper", lot, (who,)) for who in HOLDERS), *(Settle("keeper", f) for f in funded)]


def _outcome(run: Run, acts: list[Act]) -> Reading:
    """What each then has, paid or claimable, and where the accounts stand; nothing of it has happened afterwards."""
    mark = run.mark()
    for act in acts:
        run.send(act)
    reading = run.look()
    run.back_to(mark)
    wealth = {who: reading["cash", who] + reading.get(("claimable", who), 0) for who in WALLETS}
    return wealth | {key: value for key, value in reading.items() if key[0] in ("account", "parts", "balance")}
