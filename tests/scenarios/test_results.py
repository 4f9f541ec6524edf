"""What came of a run.

given a run
    the figures should follow from its rows: states, prices weighted by advance, days to cash, the bank's year
    the chain should be found to agree
given a derived value that is wrong
    it should be counted, and conservation should not hold
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from scfin_chain.bootstrap import Laboratory, open_laboratory
from scfin_chain.scenarios.conservation import check_conservation
from scfin_chain.scenarios.invoices import read_invoices
from scfin_chain.scenarios.replay import Replay
from scfin_chain.scenarios.results import Results, results_of
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Day, day_of

HEADER = "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
ROWS = (
    "7,C-1,N-1,1/2/2026,2/1/2026,60.00,No,1/20/2026",
    "7,C-1,N-2,1/22/2026,2/21/2026,50.00,No,2/21/2026",
    "7,C-1,N-3,2/24/2026,3/26/2026,55.10,No,4/5/2026",
    "7,C-2,N-4,1/5/2026,2/4/2026,40.00,Yes,2/10/2026",
    "7,C-3,N-5,1/6/2026,1/7/2026,10.00,No,",
    "7,C-3,N-6,3/20/2026,4/19/2026,10.00,No,",
    "7,C-4,N-7,1/6/2026,2/5/2026,20.00,No,1/6/2026",
    "7,C-4,N-8,1/7/2026,1/7/2026,20.00,No,1/8/2026",
)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Laboratory, Results]]:
    path: Path = tmp_path_factory.mktemp("results") / "invoices.csv"
    path.write_text("\n".join((HEADER, *ROWS)) + "\n")
    invoices = read_invoices(path, amount_unit=1_000)
    with open_laboratory(start=Day(min(i.invoiced for i in invoices))) as laboratory:
        stage = Stage(laboratory)
        replay = Replay(stage, invoices, seed=1)
        replay.run()
        yield laboratory, results_of(stage, replay.traded.values())


def test_every_invoice_is_in_the_state_that_its_row_says(ended: tuple[Laboratory, Results]):
    assert ended[1].invoices == {
        "total": 8,
        "settled_early": 2,
        "settled_on_time": 1,
        "settled_late": 2,
        "disputed": 1,
        "defaulted": 1,
        "open": 1,
    }


def test_financings_and_refusals_add_up(ended: tuple[Laboratory, Results]):
    _, results = ended
    states = results.financings
    assert states["total"] == sum(count for state, count in states.items() if state != "total") == 15
    assert sum(results.refusals_by_reason.values()) == states["refused"]
    assert states["financed"] > 0


def test_prices_are_weighted_by_advance(ended: tuple[Laboratory, Results]):
    laboratory, results = ended
    funded = [row for row in laboratory.store.derived("financing") if row["price"]]
    weight = sum(row["price"] for row in funded)
    assert results.prices_by_tier["all"] == pytest.approx(sum(r["price"] * r["rate_bps"] for r in funded) / weight)
    assert results.advanced == weight


def test_the_banks_income_is_what_its_wallet_gained(ended: tuple[Laboratory, Results]):
    laboratory, results = ended
    bank = laboratory.founders.bank.signer.address
    wallet = next(row["cash"] for row in laboratory.store.derived("wallet") if row["account"] == bank)
    out = sum(row["price"] for row in laboratory.store.derived("financing") if row["state"] == "funded")
    assert results.income == wallet + out - laboratory.settings.scenario.bank_cash


def test_the_banks_year_at_the_quoted_price_is_what_the_model_requires(ended: tuple[Laboratory, Results]):
    year = ended[1].bank_year
    assert year is not None
    assert year.model == pytest.approx(0.0128)
    # The quote is rounded up to a basis point, and the floor can lift it: never below the model.
    assert year.model - 1e-9 <= year.at_quoted
    assert year.interest_alone < year.in_cash < year.with_option


def test_days_to_cash_lie_between_the_invoice_and_its_payment(ended: tuple[Laboratory, Results]):
    _, results = ended
    assert set(results.days_to_cash) == {"1", "2", "3"}
    assert all(0 <= days <= 40 for days in results.days_to_cash.values())


def test_the_default_is_declared_and_still_outstanding(ended: tuple[Laboratory, Results]):
    laboratory, results = ended
    declared = [row for row in laboratory.store.derived("settlement") if row["defaulted_day"] is not None]
    assert len(declared) == 1
    assert results.conservation.outstanding_credit == 2_000_000


def test_the_chain_agrees(ended: tuple[Laboratory, Results]):
    kept = ended[1].conservation
    assert kept.ok
    assert kept.values_compared > 50
    assert kept.cash_minted - kept.cash_burned > 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("wallet", "cash"),
        ("holding", "amount"),
        ("receivable", "settled"),
        ("line", "used"),
        ("financing", "face"),
        ("settlement", "paid_out"),
    ],
)
def test_a_wrong_derived_value_is_counted(ended: tuple[Laboratory, Results], table: str, column: str):
    laboratory, _ = ended
    row = laboratory.store.derived(table)[0]
    key = [DERIVED[table].c[name.name] == row[name.name] for name in DERIVED[table].primary_key]
    changed = update(DERIVED[table]).where(*key)
    with laboratory.store.begin() as connection:
        connection.execute(changed.values({column: row[column] + 1}))
    kept = check_conservation(laboratory)
    with laboratory.store.begin() as connection:
        connection.execute(changed.values({column: row[column]}))

    assert not kept.ok
    assert kept.projection_differences == 1
    assert kept.cash_difference == 0


def test_the_run_ends_on_the_last_day_that_the_file_names(ended: tuple[Laboratory, Results]):
    laboratory, _ = ended
    assert day_of(laboratory.ledger.gateway.now()) == Day(20_562)  # 2026-04-19, when N-6 falls due
