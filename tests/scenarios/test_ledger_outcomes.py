"""The outcomes of paper 001's game that a ledger's own events make.

given a run with firms that pay and one that stops
    each financing that ended should be counted once, as the derived rows have it
    longer rounds should hold the sums of shorter ones
given rounds of no length, or so short that nothing ends in one
    it should refuse, naming them
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from scfin_chain.errors import InvalidInput
from scfin_chain.models.populations import RoundOutcomes
from scfin_chain.scenarios.ledger_outcomes import ledger_outcomes
from scfin_chain.store.store import Store
from scfin_chain.store.tables import EventRow, FinancingRow, table_of
from tests.scenarios.files import months_of_trade, replayed, write

FINANCINGS, EVENTS = table_of(FinancingRow), table_of(EventRow)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("outcomes")
    path = write(folder / "invoices.csv", months_of_trade(seed=5, count=60))
    with replayed(path, database=folder / "run.sqlite"):
        opened = Store.existing(folder / "run.sqlite")
        yield opened
        opened.close()


def cells(rounds: tuple[RoundOutcomes, ...]) -> tuple[int, int, int, int]:
    names = ("use_repay", "use_default", "not_repay", "not_default")
    first, second, third, fourth = (sum(getattr(each, name) for each in rounds) for name in names)
    return first, second, third, fourth


def test_counts_what_the_rows_hold(store: Store):
    with store.read() as connection:
        rows = connection.execute(select(FINANCINGS.c.supervised, FINANCINGS.c.state, FINANCINGS.c.credit)).all()
        query = select(EVENTS.c.body).where(EVENTS.c.name == "DefaultDeclared")
        defaulted = {str(body["id"]) for (body,) in connection.execute(query)}
    expected = [
        sum(
            row.supervised is watched
            and row.state in ("funded", "settled")
            and (str(row.credit) in defaulted) is not paid
            and (paid is False or row.state == "settled")
            for row in rows
        )
        for watched in (True, False)
        for paid in (True, False)
    ]
    assert list(cells(ledger_outcomes(store, days=3_000))) == expected
    assert expected[0] + expected[2] > 10
    assert expected[1] + expected[3] > 0


def test_rounds_follow_one_another(store: Store):
    (whole,) = ledger_outcomes(store, days=3_000)
    parts = ledger_outcomes(store, days=120)
    assert len(parts) > 1
    assert cells(parts) == cells((whole,))


def test_refuses_rounds_that_are_none(store: Store):
    for days in (0, 4_000):
        with pytest.raises(InvalidInput, match="days a round"):
            ledger_outcomes(store, days=days)
    with pytest.raises(InvalidInput, match="no financing ended in round"):
        ledger_outcomes(store, days=1)
