"""The time series that a ledger's own events make.

given a run of some months
    each month's revenue should be the stated freight on what was delivered in it, and lending what was advanced in it
    the sums over the months should be those of the derived rows
    months in which nothing happened should stand between the others, with 0
    the same should be told week by week, from Monday on
given a receivable that is delivered and later accepted
    it should count once
given too few months
    the analysis should say how many it wants
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from scfin_chain.bootstrap import open_laboratory
from scfin_chain.errors import InvalidInput, ModelDomainError
from scfin_chain.models.series import fit_autoregression, sample_of
from scfin_chain.roles import Role
from scfin_chain.scenarios.ledger_series import LedgerSeries, ledger_series
from scfin_chain.scenarios.stage import Document, Milestone, Stage
from scfin_chain.store.store import Store
from scfin_chain.units import BasisPoints, Day, Money, day_from_date
from tests.scenarios.files import Row, Run, replayed, write

FREIGHT = BasisPoints(300)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Path]]:
    folder = tmp_path_factory.mktemp("series")
    days = [date(2024, 1, 10) + timedelta(days=18 * step) for step in range(12)] + [date(2024, 10, 3)]
    rows = [
        Row(
            customer="prompt",
            number=f"{place:04}",
            invoiced=day,
            due=day + timedelta(days=30),
            settled=day + timedelta(days=12 + place),
            amount=f"{60 + 7 * (place % 4)}.33",
        )
        for place, day in enumerate(days)
    ]
    path = write(folder / "invoices.csv", rows)
    database = folder / "run.sqlite"
    with replayed(path, database=database) as ended:
        yield ended, database


def series_of(run: tuple[Run, Path]) -> LedgerSeries:
    """Read back from the file, as a user would."""
    store = Store.existing(run[1])
    try:
        return ledger_series(store, freight=FREIGHT)
    finally:
        store.close()


def test_months_follow_one_another(run: tuple[Run, Path]):
    months = series_of(run).periods

    assert months[0] == date(2024, 1, 1)
    assert months[-1] == date(2024, 10, 1)
    assert all((later - earlier).days in (29, 30, 31) for earlier, later in pairwise(months))


def test_revenue_is_the_freight_on_what_was_delivered(run: tuple[Run, Path]):
    found = series_of(run)
    invoices = run[0].invoices
    for place, month in enumerate(found.periods):
        faces = [i.amount for i in invoices if month <= date(1970, 1, 1) + timedelta(days=i.invoiced) < _next(month)]
        assert found.delivered[place] == sum(faces)
        assert found.revenue[place] == sum(face * FREIGHT // 10_000 for face in faces)
    assert found.revenue[-2] == 0  # nothing was sold in September
    assert found.delivered[-2] == 0


def test_weeks_follow_one_another_and_add_up_to_the_months(run: tuple[Run, Path]):
    months, weeks = series_of(run), ledger_series(run[0].laboratory.store, freight=FREIGHT, period="week")

    assert weeks.periods[0] == date(2024, 1, 8)
    assert weeks.periods[-1] == date(2024, 9, 30)
    assert {(later - earlier).days for earlier, later in pairwise(weeks.periods)} == {7}
    assert (sum(weeks.revenue), sum(weeks.lending)) == (sum(months.revenue), sum(months.lending))
    assert weeks.between(date(2024, 2, 1), date(2024, 2, 1)).periods == tuple(date(2024, 2, d) for d in (5, 12, 19, 26))


def test_lending_is_what_the_bank_advanced(run: tuple[Run, Path]):
    found = series_of(run)
    financings = [row for row in run[0].laboratory.store.derived("financing") if row["price"] is not None]

    assert sum(found.lending) == sum(row["price"] for row in financings) > 0
    for place, month in enumerate(found.periods):
        first, after = day_from_date(month), day_from_date(_next(month))
        assert found.lending[place] == sum(row["price"] for row in financings if first <= row["decided_day"] < after)


def test_a_part_of_the_months_can_be_taken(run: tuple[Run, Path]):
    found = series_of(run)
    part = found.between(date(2024, 2, 1), date(2024, 8, 1))

    assert part.periods == found.periods[1:8]
    assert part.lending == found.lending[1:8]
    assert found.between(None, None) == found


def test_the_analysis_takes_the_series_and_refuses_what_is_too_short(run: tuple[Run, Path]):
    found = series_of(run)
    fit = fit_autoregression(sample_of({"revenue": found.revenue, "lending": found.lending}), lags=1)
    assert fit.observations == len(found.periods) - 1
    short = found.between(None, date(2024, 5, 1))
    with pytest.raises(ModelDomainError, match="observations is 5: must be at least 6, for 2 series with lags 1"):
        fit_autoregression(sample_of({"revenue": short.revenue, "lending": short.lending}), lags=1)


@pytest.mark.parametrize("freight", [0, 10_001])
def test_refuses_a_freight_that_is_none(run: tuple[Run, Path], freight: int):
    with pytest.raises(InvalidInput, match=f"freight is {freight}: must be from 1 to 10000 basis points"):
        ledger_series(run[0].laboratory.store, freight=BasisPoints(freight))


def test_goods_that_are_delivered_and_then_accepted_count_once():
    start = day_from_date(date(2024, 3, 5))
    with open_laboratory(start=start) as laboratory:
        stage = Stage(laboratory)
        stage.begin_day(start)
        buyer, seller = stage.enrol("buyer", Role.CORE_ENTERPRISE), stage.enrol("seller", Role.SUPPLIER, tier=1)
        receivables = [
            stage.register(
                creditor=seller, debtor=buyer, number=f"N-{face}", face=Money(face), due=Day(start + 90),
                document=Document.ORDER,
            )
            for face in (1_000_033, 2_000_000, 4_000_000)
        ]  # fmt: skip
        stage.deliver(receivables[0])
        _attest(stage, receivables[1], Milestone.SHIPPED)
        stage.begin_day(Day(start + 31))
        _attest(stage, receivables[0], Milestone.ACCEPTED)
        _attest(stage, receivables[1], Milestone.ACCEPTED)
        laboratory.listener.poll()
        found = ledger_series(laboratory.store, freight=FREIGHT)

    assert found.periods == (date(2024, 3, 1), date(2024, 4, 1))
    assert found.delivered == (1_000_033, 2_000_000)
    assert found.revenue == (30_000, 60_000)
    assert found.lending == (0, 0)


def test_a_ledger_without_trade_has_no_months():
    with open_laboratory(start=Day(19_726)) as laboratory:
        laboratory.listener.poll()
        assert ledger_series(laboratory.store, freight=FREIGHT).periods == ()


def _attest(stage: Stage, receivable: int, milestone: Milestone) -> None:
    stage._do(stage.carrier.signer, "ReceivableRegistry", "attest", receivable, int(milestone), bytes(32))


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
