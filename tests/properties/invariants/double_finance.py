"""No double finance."""

from collections import Counter

from tests.contracts.world import price_down
from tests.properties.acts import Decided, Fund, Refuse
from tests.properties.book import DESK
from tests.properties.records import Reason, Stand
from tests.properties.run import Run


def a_partition_adds_up_to_the_face_agreed(run: Run) -> None:
    """Receivable partition adds up and no part is negative; to the face that the debtor confirmed, once it did."""
    for receivable, face in run.tally.faces.items():
        parts = run.reading["parts", receivable]
        assert sum(parts) == run.reading["face", receivable] == face
        assert all(0 <= part <= face for part in parts)


def one_record_a_key_for_ever(run: Run) -> None:
    """One live record a key for ever; whatever the amount, and in one spelling."""
    assert all(times == 1 for times in run.tally.keys.values())
    assert all(run.reading["registered", receivable] == receivable for receivable in run.book.receivables)


def credit_paid_against_a_trade_is_at_most_its_face(run: Run) -> None:
    """Credit paid against a trade <= its face; with the cash paid for it too."""
    for trade, paid in run.tally.credit_paid.items():
        assert paid + run.tally.cash_paid[trade] <= run.tally.faces[trade]


def a_unit_is_in_one_place(run: Run) -> None:
    """A unit is in one place: with a holder, or pledged for one financing that still needs it."""
    pledged: Counter[int] = Counter()
    for number, record in run.book.financings.items():
        status, face = run.reading["financing", number][-1], run.reading["financing", number][3]
        pledged[record.lot] += face if status in (Stand.REQUESTED, Stand.FUNDED) else 0
    for lot in run.book.lots:
        assert run.reading["balance", DESK, lot] == pledged[lot]


def a_decision_executes_once_unaltered_before_its_deadline(run: Run) -> None:
    """A decision executes once, unaltered, before its deadline."""
    if not run.last.did(Fund, Refuse):
        return
    act = run.last.act
    assert isinstance(act, Decided)
    assert not run.last.refusals & {Reason.FORGED, Reason.LATE, Reason.MISMATCH, Reason.TOO_EARLY}
    assert run.tally.executed[act.decision(run.book).values()] == 1
    if isinstance(act, Fund):
        record = run.reading["financing", act.financing]
        assert record[2:] == (act.bank, record[3], act.claim, record[5], Stand.FUNDED)
        assert run.last.change("cash", act.bank) == -act.price == -run.last.change("cash", record[1])


def a_price_is_that_of_claim_rate_and_days(run: Run) -> None:
    """Solidity result = Python integer result: 0 < price <= claim <= face, the price rounded down."""
    if not run.last.did(Fund):
        return
    act = run.last.act
    assert isinstance(act, Fund)
    record = run.book.financings[act.financing]
    assert 0 < act.price <= act.claim <= record.face
    assert act.price == price_down(act.claim, act.rate_bps, run.book.receivables[record.lot].due - act.as_of)
